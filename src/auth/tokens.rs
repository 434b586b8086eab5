//! Bearer tokens: whom one identifies, and whether it is still valid. `usecases::tokens` makes and revokes them.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Caller;
use crate::app::App;
use crate::domain::permission::Scope;
use crate::domain::ticket::Actor;
use crate::store::tokens::{Holder, Token};
use crate::store::{self, DbError};
use crate::time::TimeSource;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenState {
    Valid,
    Expired,
    Revoked,
}

/// Whom a token identifies; `None` when it is unknown, expired or revoked.
pub async fn identify(app: &App, token: &str) -> Result<Option<Caller>, DbError> {
    // In constant time: the admin token is the one secret that is compared as text. The others are found by their hash.
    if let Some(admin) = &app.settings.admin.token
        && bool::from(admin.reveal().as_bytes().ct_eq(token.as_bytes()))
    {
        return Ok(Some(Caller { actor: Actor::Desk("admin".to_owned()), scope: Scope::All }));
    }
    let known = store::tokens::find(&app.all(), &hash(token)).await?;
    Ok(known.filter(|known| state(known) == TokenState::Valid).map(holder))
}

fn holder(token: Token) -> Caller {
    let id = token.id.to_string();
    match (token.organisation, token.holder) {
        (Some(organisation), _) => Caller { actor: Actor::Client(id), scope: Scope::Organisations(vec![organisation]) },
        (None, Holder::Person) => Caller { actor: Actor::Desk(id), scope: Scope::All },
        (None, Holder::Integration) => Caller { actor: Actor::Integration(id), scope: Scope::All },
    }
}

/// Tokens expire by the machine's time, in a sandbox too.
pub fn state(token: &Token) -> TokenState {
    if token.revoked_at.is_some() {
        TokenState::Revoked
    } else if token.expires_at.is_some_and(|end| end <= TimeSource::machine().now()) {
        TokenState::Expired
    } else {
        TokenState::Valid
    }
}

/// Tokens are stored as a plain hash: they are random, so there is nothing for a slow password hash to protect.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}
