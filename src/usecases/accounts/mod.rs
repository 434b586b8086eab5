//! Local accounts ("break glass"): for the day that no identity provider can be reached. They are the desk's, made by an administrator, and
//! are signed in to with a name, a password and a one-time code.

mod sign_in;

pub use sign_in::{SignIn, SignedIn, sign_in};

pub use crate::credentials::{Asker, Standing};
pub use crate::store::local_accounts::LocalAccount;

use uuid::Uuid;

use super::actors::{Actors, Named};
use super::held::{remember, repeated};
use super::tokens::given_apart;
use super::{Code, Error, FieldCode, Problem, Stamp, departures, one_of};
use crate::app::App;
use crate::auth::Caller;
use crate::credentials::{Kept, NotWorked, code};
use crate::domain::Instant;
use crate::domain::actor::Actor;
use crate::domain::contract::Side;
use crate::domain::password::{Weak, normalised, weak};
use crate::domain::permission::{Principal, Role, Roles, Verb, Verbs};
use crate::domain::role_assignment::Departure;
use crate::domain::text::{has_invisible, is_visible};
use crate::store::{self, Reads};

/// Characters in a name.
const NAME_CAP: usize = 100;

/// An account to be made.
#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    pub name: String,
    pub roles: Vec<Role>,
    pub password: String,
}

/// An account with what is shown once.
#[derive(Debug)]
pub struct Made {
    pub account: LocalAccount,
    /// What an authenticator app reads; `None` when a request is repeated.
    pub uri: Option<String>,
}

/// Makes an account.
pub async fn create(app: &App, stamp: &Stamp, new: &NewAccount) -> Result<Made, Error> {
    may_give(&stamp.who, Roles::default())?;
    let (name, password) = (new.name.trim(), normalised(&new.password));
    let mut problems = wrong(&stamp.who, name, &new.roles);
    problems.extend(wrong_password(app, &password, name).await?);
    if !problems.is_empty() || !stamp.unreadable.is_empty() {
        return stamp.judged(Err(Error::Invalid(problems)));
    }
    let id = app.time.id();
    let (credentials, uri) = sealed(app, id, name, password).await?;
    let account = LocalAccount {
        id,
        name: name.to_owned(),
        roles: new.roles.iter().copied().collect(),
        credentials,
        created_by: stamp.who.actor.as_text(),
        password_by: password_by(stamp),
        created_at: stamp.recorded_at,
        last_sign_in_at: None,
        closed_at: None,
    };
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return Ok(Made { account: found(tx, known).await?, uri: None });
            }
            tx.touch("local_account", id);
            if !store::local_accounts::insert(tx, &account).await? {
                let detail = "another account has this name, or one that differs only in capitals or accents".to_owned();
                return Err(Error::Conflict { code: Code::AccountExists, detail });
            }
            remember(app, tx, stamp, id).await?;
            Ok(Made { account: account.clone(), uri: Some(uri.clone()) })
        })
        .await
}

/// Gives an account another password and other codes; what it is signed in with ends. Nobody does so for themselves: whoever sits at a
/// screen that was left open must not become its owner.
pub async fn recover(app: &App, stamp: &Stamp, id: Uuid, password: &str) -> Result<Made, Error> {
    stamp.who.may(Verb::ManageAccess)?;
    let account = match found(&app.db.view(stamp.scope.clone()), id).await {
        Ok(account) => account,
        Err(error) => return stamp.judged(Err(error)),
    };
    if stamp.who.actor.as_text().ends_with(&id.to_string()) {
        let detail = "somebody else must do this: it is the account you signed in with".to_owned();
        return Err(Error::Forbidden { code: Code::OwnAccount, detail });
    }
    may_give(&stamp.who, account.roles)?;
    let password = normalised(password);
    let problems: Vec<_> = wrong_password(app, &password, &account.name).await?.into_iter().collect();
    if !problems.is_empty() || !stamp.unreadable.is_empty() {
        return stamp.judged(Err(Error::Invalid(problems)));
    }
    let (credentials, uri) = sealed(app, id, &account.name, password).await?;
    stamp
        .write(app, async |tx| {
            if repeated(tx, stamp).await?.is_some() {
                return Ok(Made { account: found(tx, id).await?, uri: None });
            }
            tx.touch("local_account", id);
            if !store::local_accounts::recover(tx, id, &credentials, password_by(stamp), stamp.recorded_at).await? {
                return Err(Error::Conflict { code: Code::AccountClosed, detail: "the account is closed for good".to_owned() });
            }
            remember(app, tx, stamp, id).await?;
            Ok(Made { account: found(tx, id).await?, uri: Some(uri.clone()) })
        })
        .await
}

/// Closes an account for good; what it is signed in with ends.
pub async fn close(app: &App, stamp: &Stamp, id: Uuid) -> Result<LocalAccount, Error> {
    stamp.who.may(Verb::ManageAccess)?;
    stamp
        .write(app, async |tx| {
            found(tx, id).await?;
            tx.touch("local_account", id);
            store::role_assignments::lock(tx).await?;
            departures::release(app, tx, stamp, id, Departure::Left).await?;
            store::local_accounts::close(tx, id, stamp.recorded_at).await?;
            found(tx, id).await
        })
        .await
}

/// A page of accounts, newest first.
pub async fn list(app: &App, caller: &Caller, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Named<Vec<LocalAccount>>, Error> {
    caller.who.may(Verb::ManageAccess)?;
    let view = app.db.view(caller.scope.clone());
    let shown = store::local_accounts::list(&view, after, limit).await?;
    let actors = Actors::of(&view, shown.iter().map(|account| &account.created_by)).await?;
    Ok(Named { shown, actors })
}

pub async fn show(app: &App, caller: &Caller, id: Uuid) -> Result<Named<LocalAccount>, Error> {
    caller.who.may(Verb::ManageAccess)?;
    let view = app.db.view(caller.scope.clone());
    let shown = found(&view, id).await?;
    let actors = Actors::of(&view, [&shown.created_by]).await?;
    Ok(Named { shown, actors })
}

/// The newest accounts, for whoever has the machine.
pub async fn all(app: &App) -> Result<Vec<LocalAccount>, Error> {
    // More than anybody has: they are for the day that all else fails.
    Ok(store::local_accounts::list(&app.all(), None, 1000).await?)
}

async fn found(reads: &impl Reads, id: Uuid) -> Result<LocalAccount, Error> {
    store::local_accounts::with_id(reads, id).await?.ok_or(Error::NotFound("account"))
}

/// An account has neither limits nor an end, so whoever has less cannot make it theirs; nor, over the API, one with roles that are given
/// apart. Whoever has the machine may do anything.
fn may_give(who: &Principal, roles: Roles) -> Result<(), Error> {
    who.may(Verb::ManageAccess)?;
    if who.limit != Verbs::ALL {
        let detail =
            "your token is limited to some verbs, and an account is not: come with one that is not limited, or issue a token that is";
        return Err(Error::Forbidden { code: Code::TokenScope, detail: detail.to_owned() });
    }
    if who.actor == Actor::System {
        return Ok(());
    }
    given_apart(roles).map_or(Ok(()), |detail| Err(Error::Forbidden { code: Code::CommandOnly, detail }))
}

/// Who may know the password of an account, beside its holder.
fn password_by(stamp: &Stamp) -> Option<String> {
    (stamp.who.actor != Actor::System).then(|| stamp.who.actor.as_text())
}

fn wrong(giver: &Principal, name: &str, roles: &[Role]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !is_visible(name) || name.chars().any(char::is_control) {
        problems.push(Problem::field("name", FieldCode::Blank, "an account needs a name of one line, which histories show"));
    } else if has_invisible(name) {
        let detail = "a name has no signs that cannot be seen: it would look like another";
        problems.push(Problem::field("name", FieldCode::BadFormat, detail));
    } else if name.chars().count() > NAME_CAP {
        problems.push(Problem::field("name", FieldCode::TooLong, format!("a name has {NAME_CAP} characters at most")));
    }
    let is_possible = |role: &Role| role.side() == Side::Supplier && *role != Role::Integration;
    let apart = given_apart(roles.iter().copied().collect()).filter(|_| giver.actor != Actor::System);
    if roles.is_empty() {
        problems.push(Problem::field("roles", FieldCode::Required, "an account may do nothing without a role"));
    } else if !roles.iter().all(is_possible) {
        let possible = Role::ALL.into_iter().filter(is_possible).map(Role::as_str);
        problems.push(Problem::field(
            "roles",
            FieldCode::NotAllowed,
            format!("a local account is a person of the desk; {}", one_of(possible)),
        ));
    } else if let Some(detail) = apart {
        problems.push(Problem::field("roles", FieldCode::NotAllowed, detail));
    }
    problems
}

async fn wrong_password(app: &App, password: &str, name: &str) -> Result<Option<Problem>, Error> {
    let shortest = usize::from(app.settings.access.shortest_password);
    let problem = |code, detail: String| Some(Problem::field("password", code, detail));
    if let Some(weak) = weak(password, name, shortest) {
        let code = match weak {
            Weak::TooShort(_) => FieldCode::TooShort,
            Weak::TooLong => FieldCode::TooLong,
            Weak::ContainsName => FieldCode::ContainsName,
            Weak::Guessable => FieldCode::EasilyGuessed,
        };
        return Ok(problem(code, weak.to_string()));
    }
    let is_breached = app.passwords.is_breached(password).await?;
    Ok(if is_breached { problem(FieldCode::Breached, "this password is known from a breach".to_owned()) } else { None })
}

/// New one-time codes, sealed by the password, and what an app reads to make them.
async fn sealed(app: &App, id: Uuid, name: &str, password: String) -> Result<(String, String), Error> {
    let secret = code::new_secret().map_err(NotWorked::from)?;
    let uri = code::uri(&secret, name).map_err(NotWorked::from)?;
    let kept = app.passwords.work(Asker::LET_IN, move || Kept::seal(&password, &secret, id)).await?;
    Ok((kept.to_string(), uri))
}

impl From<NotWorked> for Error {
    fn from(not: NotWorked) -> Self {
        match not {
            NotWorked::Busy => Self::Unavailable(not.to_string()),
            NotWorked::Fault(_) | NotWorked::Breached(_) => Self::Internal(not.to_string()),
        }
    }
}
