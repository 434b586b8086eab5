//! Bearer tokens: shown once when they are made, and stored as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Error, FieldCode, Problem, Stamp, one_of};
use crate::app::App;
use crate::auth::tokens::{TokenState, hash, state};
use crate::domain::Instant;
use crate::domain::address::can_be_mailed;
use crate::domain::audit::Act;
use crate::domain::contract::Side;
use crate::domain::permission::{Role, Roles};
use crate::domain::text::is_visible;
use crate::store::tokens::Token;
use crate::store::{self, Scope};

/// How every token begins, so that one that leaked can be recognised, by people and by secret scanners.
const PREFIX: &str = "uwk_";
/// Characters in a name.
const NAME_CAP: usize = 200;
/// The name of the token made at the first start.
pub const FIRST: &str = "admin";
/// Fixed, so that when several processes start for the first time at once, only one can make it.
const FIRST_ID: Uuid = Uuid::from_u128(1);

/// A token to be made.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// What it is for; histories show it where no person is behind the token.
    pub name: String,
    /// The organisation whose it is, or a former client's, which may still see its own tickets; the desk's when absent.
    pub organisation: Option<String>,
    /// At least one, all of the token's side: without a role it would give nothing.
    pub roles: Vec<Role>,
    /// The address of the person who acts with it, known to the desk as somebody of the organisation.
    pub person: Option<String>,
    pub expires_at: Option<Instant>,
}

/// Makes a token. Returns its text, which is not stored.
pub async fn create(app: &App, new: &NewToken) -> Result<String, Error> {
    let mut problems = wrong(new);
    let now = app.time.now();
    if let Some(expires_at) = new.expires_at.filter(|at| *at <= now) {
        let detail = format!("the token would be of no use: it is {now}, and {expires_at} has passed");
        problems.push(Problem::field("expiresAt", FieldCode::InPast, detail));
    }
    if let Some(organisation) = &new.organisation
        && !store::agreements::read(&app.all()).await?.have_named(organisation)
    {
        problems.push(Problem::field("organisation", FieldCode::UnknownOrganisation, "no contract names this organisation"));
    }
    let person = match (&new.organisation, &new.person) {
        (Some(organisation), Some(address)) => store::people::with_address(&app.all(), organisation, &address.to_lowercase()).await?,
        _ => None,
    };
    if new.person.as_deref().is_some_and(|address| !can_be_mailed(address)) {
        problems.push(Problem::field("person", FieldCode::BadFormat, "must be an address such as anna@ipo.example"));
    } else if new.person.is_some() && person.is_none() {
        problems.push(Problem::field("person", FieldCode::UnknownRequester, "nobody of the organisation is known by this address"));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let (text, hash) = secret()?;
    let token = Token {
        organisation: new.organisation.clone(),
        person_id: person.map(|person| person.id),
        roles: new.roles.iter().copied().collect(),
        expires_at: new.expires_at,
        ..endless(app, app.time.id(), &new.name)
    };
    let created = Stamp::command("createToken", now);
    let created = created.write(app, async |tx| {
        tx.touch("token", token.id);
        Ok(store::tokens::insert(tx, &token, &hash).await?)
    });
    created.await?;
    Ok(text)
}

/// What is wrong with it by itself.
fn wrong(new: &NewToken) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(wrong_name(&new.name));
    let side = if new.organisation.is_some() { Side::Client } else { Side::Supplier };
    let possible = Role::ALL.into_iter().filter(|role| role.side() == side).map(Role::as_str);
    if new.roles.is_empty() {
        problems.push(Problem::field("roles", FieldCode::Required, format!("a token gives nothing without a role; {}", one_of(possible))));
    } else if new.roles.iter().any(|role| role.side() != side) {
        problems.push(Problem::field("roles", FieldCode::UnknownValue, one_of(possible)));
    } else if new.roles.contains(&Role::Integration) && new.roles.len() > 1 {
        problems.push(Problem::field("roles", FieldCode::NotAllowed, "an integration is a system, which has no other role"));
    }
    if new.roles == [Role::Requester] && new.person.is_none() {
        problems.push(Problem::field("person", FieldCode::Required, "a requester sees what they reported: say who it is"));
    }
    problems
}

fn wrong_name(name: &str) -> Option<Problem> {
    let (code, detail) = if !is_visible(name) {
        (FieldCode::Blank, "a token needs a name: histories show it for whoever comes with it".to_owned())
    } else if name.chars().any(char::is_control) {
        (FieldCode::BadFormat, "a token's name is one line, without control characters".to_owned())
    } else if name.chars().count() > NAME_CAP {
        (FieldCode::TooLong, format!("a token's name has {NAME_CAP} characters at most"))
    } else {
        return None;
    };
    Some(Problem::field("name", code, detail))
}

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
    let stamp = Stamp::command("revokeToken", now);
    let revoked = stamp.write(app, async |tx| {
        tx.touch("token", id);
        store::tokens::revoke(tx, id, now).await?.ok_or(Error::NotFound("token"))
    });
    Ok(Listed::from(revoked.await?))
}

impl From<Token> for Listed {
    fn from(token: Token) -> Self {
        Self { state: state(&token), token }
    }
}

/// A token of the desk with every role, which does not expire.
fn endless(app: &App, id: Uuid, name: &str) -> Token {
    Token {
        id,
        name: name.to_owned(),
        organisation: None,
        created_at: app.time.now(),
        person_id: None,
        roles: Roles::of(Side::Supplier).without(Role::Integration),
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
