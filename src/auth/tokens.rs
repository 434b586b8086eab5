//! Bearer tokens: whose each is, and whether it opens anything. They are made and withdrawn by `usecases::tokens`.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Caller;
use crate::app::App;
use crate::domain::permission::Scope;
use crate::domain::ticket::Actor;
use crate::store::tokens::{Holder, Token};
use crate::store::{self, DbError};
use crate::time::TimeSource;

/// What a token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It opens what it is for.
    Good,
    /// It is past its end.
    Ended,
    /// It was withdrawn.
    Revoked,
}

/// Who comes with this token; `None` where it opens nothing.
pub async fn identify(app: &App, token: &str) -> Result<Option<Caller>, DbError> {
    if let Some(admin) = &app.settings.admin.token
        && bool::from(admin.reveal().as_bytes().ct_eq(token.as_bytes()))
    {
        return Ok(Some(Caller { actor: Actor::Desk("admin".to_owned()), scope: Scope::All }));
    }
    let known = store::tokens::find(&app.all(), &hash(token)).await?;
    Ok(known.filter(|known| state(known) == State::Good).map(holder))
}

fn holder(token: Token) -> Caller {
    let id = token.id.to_string();
    match (token.organisation, token.holder) {
        (Some(organisation), _) => Caller { actor: Actor::Client(id), scope: Scope::Organisations(vec![organisation]) },
        (None, Holder::Person) => Caller { actor: Actor::Desk(id), scope: Scope::All },
        (None, Holder::Integration) => Caller { actor: Actor::Integration(id), scope: Scope::All },
    }
}

/// What a token is worth at present. Tokens end by the machine's time, in a sandbox too.
pub fn state(token: &Token) -> State {
    if token.revoked_at.is_some() {
        State::Revoked
    } else if token.expires_at.is_some_and(|end| end <= TimeSource::machine().now()) {
        State::Ended
    } else {
        State::Good
    }
}

/// How a token is kept: it is random, so a plain hash is enough.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}
