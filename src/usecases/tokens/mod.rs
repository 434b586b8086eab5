//! Bearer tokens: shown once when they are made, and stored as a hash.

mod issue;
mod read;

pub use issue::{Issued, NewToken, create, issue};
pub use read::{Listed, Shown, all, list, show};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Code, Error, Stamp};
use crate::app::App;
use crate::auth::tokens::hash;
use crate::domain::Instant;
use crate::domain::audit::Act;
use crate::domain::contract::Side;
use crate::domain::permission::{Role, Roles, Verb, Verbs};
pub use crate::store::tokens::Token;
use crate::store::{self, Scope};

/// How every token begins, so that one that leaked can be recognised, by people and by secret scanners.
const PREFIX: &str = "uwk_";
/// The name of the token made at the first start.
pub const FIRST: &str = "admin";
/// Fixed, so that when several processes start for the first time at once, only one can make it.
const FIRST_ID: Uuid = Uuid::from_u128(1);
/// How long a sign-in is listed after it ended.
const SIGN_INS_KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// Makes the admin token at the first start of a desk whose settings have none; `None` at later starts.
pub async fn first_admin(app: &App) -> Result<Option<String>, Error> {
    if app.settings.admin.token.is_some() {
        return Ok(None);
    }
    let (text, hash) = secret()?;
    let act = Act::of_program("createToken", app.time.now());
    let made = app.write(&act, &Scope::ALL, async |tx| {
        if store::tokens::is_named(tx, FIRST).await? {
            return Ok(false);
        }
        tx.touch("token", FIRST_ID);
        store::tokens::insert(tx, &endless(app, FIRST_ID, FIRST), &hash).await?;
        Ok(true)
    });
    Ok(made.await?.then_some(text))
}

/// Deletes a token whose text could not be shown. Nobody has it; in place of an admin token the next start makes another.
pub async fn take_back(app: &App, text: &str) -> Result<(), Error> {
    let hash = hash(text);
    Stamp::command("deleteToken", app.time.now()).write(app, async |tx| Ok(store::tokens::delete(tx, &hash).await?)).await
}

/// Revokes a token for whoever has the machine, in every process at once.
pub async fn revoke(app: &App, id: Uuid) -> Result<Listed, Error> {
    Ok(Listed::from(revoked(app, &Stamp::command("revokeToken", app.time.now()), id).await?))
}

/// Revokes a token for somebody who manages access. One that is revoked stays as it was.
pub async fn revoke_as(app: &App, stamp: &Stamp, id: Uuid) -> Result<Token, Error> {
    stamp.who.may(Verb::ManageAccess)?;
    revoked(app, stamp, id).await
}

/// Revokes the token that somebody came with, whatever they may.
pub async fn sign_out(app: &App, stamp: &Stamp, token: Option<Uuid>) -> Result<Token, Error> {
    let Some(id) = token else {
        let detail = "this token is none of the desk's own: it ends where it comes from".to_owned();
        return Err(Error::Conflict { code: Code::NotRevocable, detail });
    };
    revoked(app, stamp, id).await
}

async fn revoked(app: &App, stamp: &Stamp, id: Uuid) -> Result<Token, Error> {
    let revoked = stamp.write(app, async |tx| {
        tx.touch("token", id);
        store::tokens::revoke(tx, id, stamp.recorded_at).await?.ok_or(Error::NotFound("token"))
    });
    revoked.await
}

/// Removes sign-ins that ended a month ago or longer, at most so many, those that ended first before others. The audit trail tells of them
/// for longer; tokens that were issued to somebody stay in the list. Returns how many it removed.
pub async fn remove_old_sign_ins(app: &App, now: Instant, most: u64) -> Result<u64, Error> {
    let ended_before = now.plus(-SIGN_INS_KEPT_SECONDS).unwrap_or(Instant::MIN);
    app.keep_books(&Scope::ALL, async |tx| Ok(store::tokens::remove_sign_ins(tx, ended_before, most).await?)).await
}

/// Writes down which tokens were used since this was last done.
pub async fn note_uses(app: &App) -> Result<(), Error> {
    let used = app.used_tokens.take();
    if used.is_empty() {
        return Ok(());
    }
    let now = app.time.now();
    let noted = app.keep_books(&Scope::ALL, async |tx| Ok(store::tokens::used(tx, &used, now).await?)).await;
    if noted.is_err() {
        // They were used; the next time may work.
        for id in used {
            app.used_tokens.note(id);
        }
    }
    noted
}

/// A token of the desk with every role, which does not expire.
pub(super) fn endless(app: &App, id: Uuid, name: &str) -> Token {
    Token {
        id,
        name: name.to_owned(),
        organisation: None,
        created_at: app.time.now(),
        person_id: None,
        account_id: None,
        limit: Verbs::ALL,
        organisations: None,
        issued_by: None,
        last_used_at: None,
        roles: Roles::of(Side::Supplier).without(Role::Integration),
        expires_at: None,
        revoked_at: None,
    }
}

/// A new token's text and hash.
pub(super) fn secret() -> Result<(String, String), Error> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
    let hash = hash(&text);
    Ok((text, hash))
}

/// Why these roles are not given over the API; `None` when they are.
pub(super) fn given_apart(roles: Roles) -> Option<String> {
    let apart = roles.given_apart().into_iter().map(Role::as_str).collect::<Vec<_>>().join(", ");
    let why = "not given over the API: an identity provider gives it, it is held with the signatures of two persons (/v1/role-assignments), \
               or the command on the desk's machine gives it";
    (!apart.is_empty()).then(|| format!("{why}: {apart}"))
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
