//! Bearer tokens: shown once when they are made, and stored as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Error, FieldCode, Problem};
use crate::app::App;
use crate::auth::tokens::{TokenState, hash, state};
use crate::domain::Instant;
use crate::domain::text::is_visible;
use crate::store::tokens::{Holder, Token};
use crate::store::{self, Scope};

/// How every token begins, so that one that leaked can be recognised, by people and by secret scanners.
const PREFIX: &str = "uwk_";
/// The name of the token made at the first start.
const FIRST: &str = "admin";
/// Fixed, so that when several processes start for the first time at once, only one can make it.
const FIRST_ID: Uuid = Uuid::from_u128(1);

/// Makes a token for a person of the desk or of an organisation, including a former client, which may still see its own tickets. Returns
/// the text, which is not stored.
pub async fn create(app: &App, name: &str, organisation: Option<&str>, expires_at: Option<Instant>) -> Result<String, Error> {
    make(app, (name, Holder::Person), organisation, expires_at).await
}

/// Makes a token for a system that acts for the desk.
pub async fn create_for_integration(app: &App, name: &str, expires_at: Option<Instant>) -> Result<String, Error> {
    make(app, (name, Holder::Integration), None, expires_at).await
}

async fn make(app: &App, (name, holder): (&str, Holder), organisation: Option<&str>, expires_at: Option<Instant>) -> Result<String, Error> {
    if let Some(organisation) = organisation
        && !store::agreements::read(&app.all()).await?.have_named(organisation)
    {
        return Err(Error::Invalid(vec![Problem::field(
            "organisation",
            FieldCode::UnknownOrganisation,
            "no contract names this organisation",
        )]));
    }
    if !is_visible(name) || name.chars().any(char::is_control) {
        return Err(Error::Invalid(vec![Problem::field(
            "name",
            FieldCode::Blank,
            "a token needs a name: histories show it for whoever comes with it",
        )]));
    }
    let (text, hash) = secret()?;
    let token = Token { organisation: organisation.map(str::to_owned), expires_at, holder, ..endless(app, app.time.id(), name) };
    app.write(&Scope::All, async |tx| Ok(store::tokens::insert(tx, &token, &hash).await?)).await?;
    Ok(text)
}

/// Makes the admin token at the first start of a desk whose settings have none; `None` at later starts.
pub async fn first_admin(app: &App) -> Result<Option<String>, Error> {
    if app.settings.admin.token.is_some() {
        return Ok(None);
    }
    let (text, hash) = secret()?;
    let made = app.write(&Scope::All, async |tx| {
        if store::tokens::is_named(tx, FIRST).await? {
            return Ok(false);
        }
        store::tokens::insert(tx, &endless(app, FIRST_ID, FIRST), &hash).await?;
        Ok(true)
    });
    Ok(made.await?.then_some(text))
}

/// Deletes a token whose text could not be shown. Nobody has it; in place of an admin token the next start makes another.
pub async fn take_back(app: &App, text: &str) -> Result<(), Error> {
    let hash = hash(text);
    app.write(&Scope::All, async |tx| Ok(store::tokens::delete(tx, &hash).await?)).await
}

#[derive(Debug)]
pub struct Listed {
    pub token: Token,
    pub state: TokenState,
}

/// Every token there ever was, oldest first.
pub async fn list(app: &App) -> Result<Vec<Listed>, Error> {
    Ok(store::tokens::all(&app.all()).await?.into_iter().map(Listed::from).collect())
}

/// Revokes a token, for every process at once.
pub async fn revoke(app: &App, id: Uuid) -> Result<Listed, Error> {
    let now = app.time.now();
    let revoked = app.write(&Scope::All, async |tx| store::tokens::revoke(tx, id, now).await?.ok_or(Error::NotFound("token")));
    Ok(Listed::from(revoked.await?))
}

impl From<Token> for Listed {
    fn from(token: Token) -> Self {
        Self { state: state(&token), token }
    }
}

/// A token of the desk that does not expire.
fn endless(app: &App, id: Uuid, name: &str) -> Token {
    Token {
        id,
        name: name.to_owned(),
        organisation: None,
        created_at: app.time.now(),
        holder: Holder::Person,
        expires_at: None,
        revoked_at: None,
    }
}

/// A new token's text and hash.
fn secret() -> Result<(String, String), Error> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
    let hash = hash(&text);
    Ok((text, hash))
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
