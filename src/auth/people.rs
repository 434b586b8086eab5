//! People who sign in with their own identity provider.

use super::{Arrived, Caller, rows_of};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::address::made_up;
use crate::domain::audit::Act;
use crate::domain::contract::{Client, Side};
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
    let credential = Credential { token: None, in_person: Some(person).filter(|_| !roles.has(Role::Integration)), is_shared: false };
    let (actor, rows) = match account.organisation {
        Some(organisation) => (Actor::Client(id), rows_of(roles, organisation, account.person_id)),
        None if roles.has(Role::Integration) => (Actor::Integration(id), Rows::All),
        None => (Actor::Desk(id), Rows::All),
    };
    Caller::new(Principal { over, held, ..Principal::new(actor, roles).with(credential) }, rows)
}

/// Records somebody who comes in for the first time, unless another process just did.
async fn first_seen(app: &App, tx: &Tx, identified: &Identified) -> Result<(), Error> {
    let now = app.time.now();
    let person = match &identified.organisation {
        Some(organisation) => Some(person_of(app, tx, identified, organisation).await?),
        None => None,
    };
    let email = match &person {
        Some(person) => person.address().map(str::to_owned),
        None => identified.email.as_ref().map(|email| email.address.clone()),
    };
    let account = Account {
        id: app.time.id(),
        issuer: identified.issuer.clone(),
        subject: identified.subject.clone(),
        organisation: identified.organisation.clone(),
        person_id: person.as_ref().map(|person| person.id),
        name: name_of(identified).to_owned(),
        email,
        // Whoever left comes in no more, until they are back.
        is_blocked: person.is_some_and(|person| !person.is_active),
    };
    tx.touch("account", account.id);
    Ok(store::accounts::insert(tx, &account, now).await?)
}

fn name_of(identified: &Identified) -> &str {
    identified.name.as_deref().unwrap_or(&identified.subject)
}

/// Who it is among the people of their organisation: the one with their address where the provider speaks for it, else somebody whom the
/// desk did not know yet, and of whom it knows no address.
async fn person_of(app: &App, tx: &Tx, identified: &Identified, organisation: &str) -> Result<Person, Error> {
    let id = app.time.id();
    let address = match own_address(tx, identified, organisation).await? {
        Some(address) => match store::people::with_address(tx, organisation, &address).await? {
            Some(known) if is_theirs_to_become(tx, &known).await? => return Ok(known),
            Some(_) => made_up(id),
            None => address,
        },
        None => made_up(id),
    };
    let person = Person::new(id, organisation, name_of(identified), &address);
    if store::people::insert(tx, std::slice::from_ref(&person), app.time.now()).await? == 0 {
        // A ticket was registered for them a moment ago.
        return store::people::with_address(tx, organisation, &address).await?.ok_or(Error::Repeat);
    }
    Ok(person)
}

/// Whether somebody who signs in for the first time may be taken for a person by their address: nobody signed in as that person before, and the
/// address is the one under which the desk came to know them. Another may have given them this one, to become them.
async fn is_theirs_to_become(tx: &Tx, known: &Person) -> Result<bool, Error> {
    Ok(store::accounts::ids_of(tx, known.id).await?.is_empty() && store::former::readdressed(tx, &[known]).await?.is_empty())
}

/// Their address, where the settings say that the provider speaks for it, and where it is no other client's: neither in a domain of
/// another, nor that of somebody whom another has. What one client's provider says changes nothing for another client.
async fn own_address(tx: &Tx, identified: &Identified, organisation: &str) -> Result<Option<String>, Error> {
    let Some(email) = identified.email.as_ref().filter(|_| identified.vouches_for_addresses) else { return Ok(None) };
    let agreements = store::agreements::read(tx).await?;
    let clients = agreements.versions().iter().flat_map(|version| &version.contract.clients);
    let has_domain = |client: &&Client| client.mail_domains.iter().any(|domain| domain.eq_ignore_ascii_case(&email.domain));
    let (is_own, is_anothers) = clients.filter(has_domain).fold((false, false), |(own, others), client| {
        let is_own = client.organisation == organisation;
        (own || is_own, others || !is_own)
    });
    let is_spoken_for = if email.is_named { is_own || !is_anothers } else { is_own };
    let known_with = store::people::organisations_of(tx, &email.address).await?;
    let is_free = is_spoken_for && known_with.iter().all(|known| known == organisation);
    Ok(is_free.then(|| email.address.clone()))
}
