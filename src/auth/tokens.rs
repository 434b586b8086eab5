//! Bearer tokens: whom one identifies, and whether it is still valid. `usecases::tokens` makes and revokes them.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Caller, rows_of};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::Side;
use crate::domain::permission::{Credential, Principal, Role, Roles, Rows, Verbs};
use crate::domain::role_assignment::{self, RoleAssignment};
use crate::domain::ticket::Actor;
use crate::domain::token::TokenState;
use crate::store::callers::{self, Claim, Found};
use crate::store::tokens::Token;
use crate::store::{CheckedScope, DbError};
use crate::time::TimeSource;

/// Whom a token identifies; `None` when it is unknown, expired or revoked.
pub async fn identify(app: &App, token: &str) -> Result<Option<Caller>, DbError> {
    let hashed = hash(token);
    if app.settings.admin.token.as_ref().is_some_and(|admin| is_same(&hash(admin.reveal()), &hashed)) {
        let who = Principal::new(Actor::Desk("admin".to_owned()), Roles::of(Side::Supplier).without(Role::Integration));
        return Ok(Some(Caller::new(who, Rows::All)));
    }
    let Some(known) = callers::identify(&app.callers, &app.all(), Claim::Token(hashed)).await? else { return Ok(None) };
    let Found::Token { token, held } = &known.found else { return Ok(None) };
    let is_on = token.account_id.is_none() || app.settings.access.local_accounts;
    if !state(token).is_good() || !is_on {
        return Ok(None);
    }
    app.used_tokens.note(token.id);
    Ok(Some(holder(token.clone(), held, app.time.now()).known(known.clone())))
}

/// In constant time. Hashes are compared and not the texts: those would tell by the time it takes how long the right one is.
fn is_same(hash: &str, other: &str) -> bool {
    hash.as_bytes().ct_eq(other.as_bytes()).into()
}

/// What a token was made with, and what its person holds where it is their own.
fn holder(token: Token, held: &[RoleAssignment], now: Instant) -> Caller {
    let credential = credential(&token);
    let (held, over) = role_assignment::rights(held, token.owner().as_slice(), token.organisation.as_deref(), now);
    let held: Vec<_> = held.into_iter().filter(|right| !token.roles.has(right.role)).collect();
    let given: Roles = held.iter().map(|right| right.role).collect();
    let token = Token { roles: token.roles.and(given), ..token };
    let Token { id, roles, person_id, account_id, organisations, issued_by, .. } = token;
    let name = account_id.or(person_id).unwrap_or(id).to_string();
    // What one organisation's token cannot do, one that is limited to several organisations cannot either.
    let limit = if organisations.is_some() { token.limit.and(Verbs::within_organisations()) } else { token.limit };
    let desk = organisations.map_or(Rows::All, Rows::Organisations);
    let (actor, rows) = match token.organisation {
        Some(organisation) => (Actor::Client(name), rows_of(roles, organisation, person_id)),
        None if roles.has(Role::Integration) => (Actor::Integration(name), desk),
        None => (Actor::Desk(name), desk),
    };
    let who = Principal { over, held, ..Principal::new(actor, roles) };
    let caller = Caller::new(who.limited_to(limit).with(credential), rows);
    let is_known_to_another = issued_by.is_some();
    let seen = || caller.scope.seen().clone().as_another_knows_it(person_id.or(account_id).is_some());
    let scope = if is_known_to_another { CheckedScope::of_reader(seen()) } else { caller.scope.clone() };
    Caller { token: Some(id), scope, ..caller }
}

/// Whoever made a token for somebody has its text, and whoever set a password has that: what is done with it is that person's own only when
/// it was made on the desk's machine.
fn credential(token: &Token) -> Credential {
    Credential { token: token.account_id.is_none().then_some(token.id), in_person: token.owner(), is_shared: token.issued_by.is_some() }
}

/// Tokens expire by the machine's time, in a sandbox too.
pub fn state(token: &Token) -> TokenState {
    TokenState::of(token.revoked_at, token.expires_at, token.account_id.is_some(), TimeSource::machine().now())
}

/// Tokens are stored as a plain hash: they are random, so there is nothing for a slow password hash to protect.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_whatever_length_are_compared_by_hashes_of_one_length() {
        let admin = hash("a-token-of-the-settings");
        for (other, is_it) in
            [("a-token-of-the-settings", true), ("a-token-of-the-setting", false), ("", false), ("A-token-of-the-settings", false)]
        {
            assert_eq!((is_same(&admin, &hash(other)), hash(other).len()), (is_it, admin.len()), "{other}");
        }
    }
}
