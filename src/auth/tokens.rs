//! Bearer tokens: whom one identifies, and whether it is still valid. `usecases::tokens` makes and revokes them.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Caller, rows_of};
use crate::app::App;
use crate::domain::contract::Side;
use crate::domain::permission::{Principal, Role, Roles, Rows};
use crate::domain::ticket::Actor;
use crate::store::DbError;
use crate::store::callers::{self, Claim, Found};
use crate::store::tokens::Token;
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
        let who = Principal { actor: Actor::Desk("admin".to_owned()), roles: Roles::of(Side::Supplier).without(Role::Integration) };
        return Ok(Some(Caller::new(who, Rows::All)));
    }
    let Some(known) = callers::identify(&app.callers, &app.all(), Claim::Token(hash(token))).await? else { return Ok(None) };
    let Found::Token(token) = &known.found else { return Ok(None) };
    Ok((state(token) == TokenState::Valid).then(|| holder(token.clone()).known(known.clone())))
}

fn holder(token: Token) -> Caller {
    let Token { roles, person_id, .. } = token;
    let id = person_id.unwrap_or(token.id).to_string();
    let (actor, rows) = match token.organisation {
        Some(organisation) => (Actor::Client(id), rows_of(roles, organisation, person_id)),
        None if roles.has(Role::Integration) => (Actor::Integration(id), Rows::All),
        None => (Actor::Desk(id), Rows::All),
    };
    Caller::new(Principal { actor, roles }, rows)
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
