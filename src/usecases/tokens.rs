//! Bearer tokens: made once, shown once, kept as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::contracts::hex;
use super::{Error, Problem};
use crate::app::App;
use crate::domain::Instant;
use crate::store::tokens::Token;
use crate::store::{self, Scope};

/// What every token begins with, so that one found somewhere is known for what it is.
const PREFIX: &str = "uwk_";
/// The name of the token made at the first start.
const FIRST: &str = "admin";

/// Makes a token for the desk, or for an organisation, one that is no client any more included: it still sees what it was part of. The
/// text is shown this once.
pub async fn create(app: &App, name: &str, organisation: Option<&str>, expires_at: Option<Instant>) -> Result<String, Error> {
    if let Some(organisation) = organisation
        && !app.has_named(organisation)
    {
        return Err(Error::Invalid(vec![Problem::field("organisation", "unknown_organisation", "no contract names this organisation")]));
    }
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
    let now = app.time.now();
    let token =
        Token { id: app.time.id(), name: name.to_owned(), organisation: organisation.map(str::to_owned), expires_at, revoked_at: None };
    app.write(&Scope::All, async |tx| Ok(store::tokens::insert(tx, &token, &hash(&text), now).await?)).await?;
    Ok(text)
}

/// The admin token of a desk that was given none: made at its first start, `None` later.
pub async fn first_admin(app: &App) -> Result<Option<String>, Error> {
    if app.settings.admin.token.is_some() || store::tokens::is_named(&app.all(), FIRST).await? {
        return Ok(None);
    }
    create(app, FIRST, None, None).await.map(Some)
}

/// How a token is kept: it is random, so a plain hash is enough.
pub fn hash(token: &str) -> String {
    digest(token.as_bytes())
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
