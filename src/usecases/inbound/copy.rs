//! The copy of a message that is kept, sealed where the desk has keys.

use bytes::Bytes;
use uuid::Uuid;

use crate::app::App;
use crate::domain::wrapped_key::WrappedKey;
use crate::sealing::{self, CannotOpen, Purpose};
use crate::store::{self, Reads};
use crate::usecases::Error;
use crate::usecases::aside::aside;

/// As it is where the desk has no keys.
pub(super) async fn sealed(app: &App, id: Uuid, raw: &Bytes) -> Result<(Bytes, Option<WrappedKey>), Error> {
    let (keys, content) = (app.keys.clone(), raw.clone());
    let sealed = aside(raw.len(), move || sealing::seal(&keys, (Purpose::Mail, id), &content)).await?;
    let (sealed, key) = sealed.map_err(|error| Error::Internal(error.to_string()))?;
    // A large one is not kept twice.
    Ok(if key.is_some() { (sealed.into(), key) } else { (raw.clone(), None) })
}

pub(in crate::usecases) async fn opened(app: &App, reads: &impl Reads, id: Uuid) -> Result<Vec<u8>, Error> {
    let (stored, key) = store::inbound::raw(reads, id).await?.ok_or(Error::NotFound("message"))?;
    sealing::open(&app.keys, (Purpose::Mail, id), key.as_ref(), stored).map_err(|error| match error {
        CannotOpen::KeyMissing(_) => Error::Unavailable(format!("message {id}: {error}")),
        CannotOpen::Damaged => Error::Damaged(format!("message {id}: {error}")),
    })
}
