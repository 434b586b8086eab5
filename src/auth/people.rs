//! People who sign in with their own identity provider.

use super::{Arrived, Caller, rows_of};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::audit::Act;
use crate::domain::contract::Side;
use crate::domain::permission::{Credential, Principal, Role, Rows, Scope};
use crate::domain::person::Person;
use crate::domain::role_assignment::{self, RoleAssignment};
use crate::domain::ticket::Actor;
use crate::error::Error;
use crate::identity::{Identified, Refused};
use crate::store::accounts::Account;
use crate::store::callers::{self, Claim, Found};
use crate::store::{self, Tx};

/// Whom a signed token names; `None` when it does not hold, or names somebody who may not come in. The reason is in the log alone: whoever
/// brings such a token learns nothing from it.
pub async fn identify(app: &App, token: &str) -> Result<Option<Arrived>, Error> {
    let identified = match app.providers.identify(token).await {
        Ok(identified) => identified,
        Err(Refused::Unreachable(why)) => return Err(Error::Unavailable(why)),
        Err(refused) => {
            tracing::info!(%refused, "a signed token was refused");
            return Ok(None);
        }
    };
    let known = async || {
        let claim = Claim::Account { issuer: identified.issuer.clone(), subject: identified.subject.clone() };
        callers::identify(&app.callers, &app.all(), claim).await
    };
    let known = if let Some(known) = known().await? {
        known
    } else {
        let act = Act::of_program("recordAccount", app.time.now());
        app.write(&act, &Scope::ALL, async |tx| first_seen(app, tx, &identified).await).await?;
        known().await?.ok_or_else(|| Error::Internal("an account was not kept".to_owned()))?
    };
    let Found::Account { account, held, second_factor } = &known.found else { return Ok(None) };
    if account.is_blocked {
        return Ok(None);
    }
    let now = app.time.now();
    let is_asked = identified.second_factor.is_always_asked || second_factor.iter().any(|asked| asked.contains(&now));
    let caller = caller(account.clone(), &identified, held, now).known(known.clone());
    Ok(Some(Arrived { caller, lacks_second_factor: is_asked && !identified.second_factor.is_used }))
}

/// What somebody may is in the token, and in the roles they hold here: what the provider no longer gives is gone with the next token, and
/// what has ended here at its end. What takes the agreement of both sides no provider gives.
fn caller(account: Account, identified: &Identified, held: &[RoleAssignment], now: Instant) -> Caller {
    let side = if account.organisation.is_some() { Side::Client } else { Side::Supplier };
    let given = identified.roles.without(Role::GlobalAdministrator).of_side(side);
    let (held, over) = role_assignment::rights(held, &account.holder_ids(), account.organisation.as_deref(), now);
    let roles = given.and(held.iter().map(|right| right.role).collect());
    let held = held.into_iter().filter(|right| !given.has(right.role)).collect();
    let person = account.person_id.unwrap_or(account.id);
    let id = person.to_string();
    let credential = Credential { token: None, in_person: Some(person).filter(|_| !roles.has(Role::Integration)) };
    let (actor, rows) = match account.organisation {
        Some(organisation) => (Actor::Client(id), rows_of(roles, organisation, account.person_id)),
        None if roles.has(Role::Integration) => (Actor::Integration(id), Rows::All),
        None => (Actor::Desk(id), Rows::All),
    };
    Caller::new(Principal { held, over, ..Principal::new(actor, roles).with(credential) }, rows)
}

/// Records somebody who comes in for the first time, unless another process just did.
async fn first_seen(app: &App, tx: &Tx, identified: &Identified) -> Result<(), Error> {
    let now = app.time.now();
    let (person_id, is_blocked) = match person_of(app, tx, identified).await? {
        Some(person) => (Some(person.id), !person.is_active),
        None => (None, false),
    };
    let account = Account {
        id: app.time.id(),
        issuer: identified.issuer.clone(),
        subject: identified.subject.clone(),
        organisation: identified.organisation.clone(),
        person_id,
        name: identified.name.clone().unwrap_or_else(|| identified.subject.clone()),
        email: identified.email.clone(),
        is_blocked,
    };
    tx.touch("account", account.id);
    Ok(store::accounts::insert(tx, &account, now).await?)
}

/// Who it is among the people of their organisation. Somebody whom the desk knows by an address is taken for them only where the settings say
/// that the provider's word is enough for that.
async fn person_of(app: &App, tx: &Tx, identified: &Identified) -> Result<Option<Person>, Error> {
    let (Some(organisation), Some(email)) = (&identified.organisation, &identified.email) else { return Ok(None) };
    if let Some(known) = store::people::with_address(tx, organisation, email).await? {
        return Ok(Some(known).filter(|_| identified.vouched_for));
    }
    let name = identified.name.as_deref().unwrap_or(email);
    // An address that the provider does not vouch for is only what somebody says of themselves.
    let person = Person { is_stranger: !identified.vouched_for, ..Person::new(app.time.id(), organisation, name, email) };
    let added = store::people::insert(tx, std::slice::from_ref(&person), app.time.now()).await?;
    Ok((added > 0).then_some(person))
}
