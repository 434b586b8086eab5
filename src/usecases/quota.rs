//! How many bytes an organisation may keep: its attachments and the mails it sent.

use super::{Code, Error};
use crate::app::App;
use crate::store::{self, Reads, Tx};

/// How many more bytes an organisation may keep; as good as endless where the settings set no limit.
pub(super) async fn room(app: &App, reads: &impl Reads, organisation: &str) -> Result<u64, Error> {
    let Some(most) = app.settings.attachments.most_of(organisation) else { return Ok(u64::MAX) };
    Ok(most.saturating_sub(store::storage::used(reads, organisation).await?))
}

/// Counts bytes that this transaction keeps. With several at once none is let in beyond the limit: each waits for the one before.
pub(super) async fn take(app: &App, tx: &Tx, organisation: &str, bytes: u64) -> Result<(), Error> {
    let most = app.settings.attachments.most_of(organisation);
    if store::storage::add(tx, organisation, bytes, most).await? {
        return Ok(());
    }
    let used = store::storage::used(tx, organisation).await?;
    Err(full(most.unwrap_or_default().saturating_sub(used)))
}

/// The refusal, with the room that is left.
pub(super) fn full(room: u64) -> Error {
    let detail = format!("the organisation has room for {room} more bytes of attachments and mails");
    Error::TooLarge { code: Code::OrganisationFull, detail }
}
