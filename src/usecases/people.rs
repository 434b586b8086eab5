//! People. They are recorded by the desk, or when somebody first names them, and known by organisation and address. Others are known by
//! their account alone (`accounts`): the desk's own, above all.

mod accounts;

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::address::can_be_mailed;
use crate::domain::permission::Verb;
use crate::domain::person::{Person, PersonFilter, without_address};
use crate::domain::search::folded;
use crate::domain::ticket::assign::Field;
pub use crate::store::accounts::Account;
use crate::store::{self, Tx};

/// A page of the people a caller sees, by organisation and address.
pub async fn list(app: &App, caller: &Caller, filter: &PersonFilter) -> Result<Vec<Person>, Error> {
    Ok(store::people::list(&app.db.view(caller.scope.clone()), filter).await?)
}

/// Somebody as the desk knows them.
#[derive(Debug)]
pub enum Known {
    Recorded(Person),
    ByAccount(Account),
}

/// Somebody whom the caller sees.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Known, Error> {
    let view = app.db.view(caller.scope.clone());
    if let Some(person) = store::people::find(&view, &[id]).await?.pop() {
        return Ok(Known::Recorded(person));
    }
    store::accounts::without_person(&view, id).await?.map(Known::ByAccount).ok_or(Error::NotFound("person"))
}

/// Somebody to be recorded; of them an address or a telephone number must be known.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    pub organisation: Option<String>,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub is_shared: bool,
}

pub async fn create(app: &App, stamp: &Stamp, new: &NewPerson) -> Result<Person, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ManagePeople)?;
            if let Some(known) = repeated(tx, stamp).await? {
                return store::people::find(tx, &[known]).await?.pop().ok_or(Error::NotFound("person"));
            }
            let mut problems = Vec::new();
            let organisation = new.organisation.as_deref().unwrap_or_default();
            let is_served = stamp.scope.includes(organisation) && store::agreements::read(tx).await?.have_named(organisation);
            if new.organisation.is_some() && !is_served {
                problems.push(Problem::field("organisation", FieldCode::UnknownOrganisation, "no contract serves it"));
            }
            if new.email.is_none() && new.phone.is_none() && !stamp.lacks("email") && !stamp.lacks("phone") {
                problems.push(Problem::field("email", FieldCode::Required, "an address or a telephone number must be known"));
            }
            problems.extend(new.email.as_deref().and_then(unusable));
            if !problems.is_empty() || new.organisation.is_none() {
                return Err(Error::Invalid(problems));
            }
            let id = app.time.id();
            let email = new.email.clone().unwrap_or_else(|| without_address(id));
            let person = Person {
                phone: new.phone.as_deref().map(|phone| phone.trim().to_owned()),
                is_shared: new.is_shared,
                ..Person::new(id, organisation, &new.name, &email)
            };
            if store::people::insert(tx, std::slice::from_ref(&person), stamp.recorded_at).await? == 0 {
                return Err(taken());
            }
            tx.touch("person", person.id);
            remember(app, tx, stamp, person.id).await?;
            Ok(person)
        })
        .await
}

/// Changes to a person; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct PersonChange {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Field,
    pub is_shared: Option<bool>,
    pub is_active: Option<bool>,
}

/// Changes what is known of somebody. Whoever leaves loses their place on lists of contacts, and every token and account of theirs; whoever
/// comes back has their accounts again.
pub async fn change(app: &App, stamp: &Stamp, id: Uuid, change: &PersonChange) -> Result<Known, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ManagePeople)?;
            let Some(known) = store::people::lock(tx, id).await? else {
                return accounts::change(tx, stamp, id, change).await.map(Known::ByAccount);
            };
            if let Some(problem) = change.email.as_deref().and_then(unusable) {
                return Err(Error::Invalid(vec![problem]));
            }
            let email = change.email.as_ref().map_or_else(|| known.email.clone(), |email| email.trim().to_lowercase());
            if email != known.email && store::people::with_address(tx, &known.organisation, &email).await?.is_some() {
                return Err(taken());
            }
            let person = Person {
                name: change.name.as_ref().map_or_else(|| known.name.clone(), |name| name.trim().to_owned()),
                // The desk gave it, and so vouches for it.
                is_stranger: known.is_stranger && change.email.is_none(),
                email,
                phone: change.phone.over(known.phone.as_ref()),
                is_shared: change.is_shared.unwrap_or(known.is_shared),
                is_active: change.is_active.unwrap_or(known.is_active),
                ..known.clone()
            };
            tx.touch("person", id);
            store::people::update(tx, &person, stamp.recorded_at).await?;
            if known.is_active && !person.is_active {
                store::contacts::end_of(tx, id, &stamp.who.actor.as_text(), stamp.recorded_at).await?;
                store::access::taken_from(tx, id, stamp.recorded_at).await?;
            } else if person.is_active && !known.is_active {
                store::access::let_in_again(tx, id).await?;
            }
            Ok(Known::Recorded(person))
        })
        .await
}

fn unusable(email: &str) -> Option<Problem> {
    (!can_be_mailed(email.trim())).then(|| Problem::field("email", FieldCode::BadFormat, "must be an address such as anna@ipo.example"))
}

fn taken() -> Error {
    let detail = "the organisation has somebody with this address already".to_owned();
    Error::Conflict { code: Code::PersonExists, detail }
}

/// Whoever calls an organisation's desk from a number, under a name: somebody who did so before, or who is recorded now.
pub(super) async fn caller(app: &App, tx: &Tx, organisation: &str, name: &str, phone: &str) -> Result<Person, Error> {
    let (name, phone) = (name.trim(), phone.trim());
    let known = store::people::with_phone(tx, organisation, phone).await?;
    if let Some(person) = known.into_iter().find(|person| folded(&person.name) == folded(name)) {
        return Ok(person);
    }
    let id = app.time.id();
    let person = Person { phone: Some(phone.to_owned()), ..Person::new(id, organisation, name, &without_address(id)) };
    store::people::insert(tx, std::slice::from_ref(&person), app.time.now()).await?;
    Ok(person)
}

/// An organisation and an address in lower case, which together identify a person.
pub(super) type Address = (String, String);

pub(super) fn address(organisation: &str, email: &str) -> Address {
    (organisation.to_owned(), email.trim().to_lowercase())
}

/// The people with these addresses. Unknown ones are recorded under the given name; `is_stranger` says that nobody vouches for them.
pub(super) async fn known_as<'a>(
    app: &App,
    tx: &Tx,
    named: impl Iterator<Item = (Address, &'a str, bool)>,
) -> Result<HashMap<Address, Person>, Error> {
    let mut wanted: BTreeMap<Address, (&str, bool)> = BTreeMap::new();
    for (address, name, is_stranger) in named {
        wanted.entry(address).or_insert((name, is_stranger)).1 &= is_stranger;
    }
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let organisations = distinct(wanted.keys().map(|address| address.0.as_str()).collect());
    let emails = distinct(wanted.keys().map(|address| address.1.as_str()).collect());
    let by_address = |people: Vec<Person>| people.into_iter().map(|person| ((person.organisation.clone(), person.email.clone()), person));
    let known = async || -> Result<HashMap<Address, Person>, Error> {
        Ok(by_address(store::people::with_addresses(tx, &organisations, &emails).await?).collect())
    };
    let mut people = known().await?;
    let vouched =
        people.iter().filter(|(address, person)| person.is_stranger && wanted.get(*address).is_some_and(|(_, is_stranger)| !is_stranger));
    let vouched: Vec<_> = vouched.map(|(_, person)| person.id).collect();
    if !vouched.is_empty() {
        store::people::vouch_for(tx, &vouched).await?;
    }
    let unknown = wanted.iter().filter(|(address, _)| !people.contains_key(address));
    let new: Vec<_> = unknown
        .map(|((organisation, email), (name, is_stranger))| Person {
            is_stranger: *is_stranger,
            ..Person::new(app.time.id(), organisation, name, email)
        })
        .collect();
    if store::people::insert(tx, &new, app.time.now()).await? < new.len() as u64 {
        // Another transaction recorded one of them a moment ago, under another id.
        return known().await;
    }
    people.extend(by_address(new));
    Ok(people)
}

pub(super) fn distinct(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}
