//! Signing in to a local account: a name, a password and a one-time code for a token of an hour.
//!
//! Nobody learns from a refusal what was wrong: a name that nobody has takes the same work as a wrong password. How often somebody may try
//! is for `http::sign_ins` to say.

use uuid::Uuid;

use crate::app::App;
use crate::credentials::{Asker, Fault, Kept, NotWorked, code};
use crate::domain::actor::Actor;
use crate::domain::audit::{Act, Via};
use crate::domain::password::normalised;
use crate::store::local_accounts::LocalAccount;
use crate::store::tokens::Token;
use crate::store::{self, Scope};
use crate::time::TimeSource;
use crate::usecases::tokens::{Issued, endless, secret};
use crate::usecases::{Code, Error};

/// How long one is signed in.
const SIGNED_IN_SECONDS: i64 = 3600;

/// What somebody signs in with.
pub struct SignIn {
    pub name: String,
    pub password: String,
    /// The one-time code.
    pub code: String,
    pub asker: Asker,
}

/// How a try ended.
#[derive(Debug)]
pub enum SignedIn {
    As(Box<Issued>),
    /// Name, password and code do not belong together. The account of that name, where there is one, is for the audit trail alone.
    Refused(Option<Uuid>),
}

/// What became of opening an account with its password.
struct Opened {
    /// The secret of its one-time codes.
    secret: Vec<u8>,
    /// When it was sealed at another cost: the same, at the present cost.
    resealed: Option<Kept>,
}

/// Signs somebody in.
pub async fn sign_in(app: &App, via: Via, asked: SignIn) -> Result<SignedIn, Error> {
    if !app.settings.access.local_accounts {
        let detail = "local accounts are switched off in the settings of this desk".to_owned();
        return Err(Error::Forbidden { code: Code::LocalAccountsOff, detail });
    }
    // By the machine's time, also in a sandbox: that is the time of the app that makes the codes. Read before the password is
    // tried, which takes its turn behind others: a code that was right when it came stays right.
    let now = TimeSource::machine().now();
    let account = store::local_accounts::named(&app.all(), asked.name.trim()).await?;
    let opened = open(app, asked.asker, account.as_ref(), normalised(&asked.password)).await?;
    let Some((account, opened)) = account.as_ref().zip(opened) else {
        return Ok(refused(account.as_ref(), "name and password do not belong together"));
    };
    let Some(step) = code::step(&opened.secret, &asked.code, now.unix()).map_err(NotWorked::from)? else {
        return Ok(refused(Some(account), "the password is right and the one-time code is not"));
    };
    let (text, hash) = secret()?;
    let token = Token {
        account_id: Some(account.id),
        issued_by: account.password_by.clone(),
        roles: account.roles,
        expires_at: now.plus(SIGNED_IN_SECONDS),
        ..endless(app, app.time.id(), &account.name)
    };
    let act = Act { via, actor: Actor::Desk(account.id.to_string()), at: token.created_at };
    let signed_in = app.write(&act, &Scope::ALL, async |tx| {
        if !store::local_accounts::use_step(tx, account, step, token.created_at).await? {
            return Ok(false);
        }
        if let Some(resealed) = &opened.resealed {
            store::local_accounts::reseal(tx, account.id, &account.credentials, &resealed.to_string()).await?;
        }
        tx.touch("token", token.id);
        store::tokens::insert(tx, &token, &hash).await?;
        Ok(true)
    });
    if !signed_in.await? {
        return Ok(refused(Some(account), "the one-time code was used before, or the account changed at this moment"));
    }
    tracing::info!(account = %account.id, token = %token.id, "somebody signed in with a local account");
    Ok(SignedIn::As(Box::new(Issued { text: Some(text), token })))
}

/// Tries a password, which takes as long for a name that nobody has.
async fn open(app: &App, asker: Asker, account: Option<&LocalAccount>, password: String) -> Result<Option<Opened>, Error> {
    let kept =
        account.map(|account| Kept::read(&account.credentials).ok_or_else(|| Error::Internal("credentials cannot be read".to_owned())));
    let (kept, owner) = (kept.transpose()?, account.map_or(Uuid::nil(), |account| account.id));
    let tried = app.passwords.work(asker, move || {
        let Some(kept) = kept else {
            Kept::of_nobody()?.open(&password, owner)?;
            return Ok(None);
        };
        let Some(secret) = kept.open(&password, owner)? else { return Ok(None) };
        let resealed = if kept.is_outdated() { Some(Kept::seal(&password, &secret, owner)?) } else { None };
        Ok::<_, Fault>(Some(Opened { secret, resealed }))
    });
    Ok(tried.await?)
}

/// The log has the account by its id alone, and the caller does not hear the reason.
fn refused(account: Option<&LocalAccount>, reason: &'static str) -> SignedIn {
    let account = account.map(|account| account.id);
    let shown = account.map_or_else(|| "none of this name".to_owned(), |id| id.to_string());
    tracing::warn!(account = shown, reason, "a sign-in was refused");
    SignedIn::Refused(account)
}
