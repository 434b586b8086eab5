//! People. They are recorded by the desk, or when somebody first names them, and known by organisation and address. Others are known by
//! their account alone (`accounts`): the desk's own, above all.

mod accounts;

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp, departures};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::address::{can_be_mailed, made_up};
use crate::domain::permission::Verb;
use crate::domain::person::{Person, PersonFilter};
use crate::domain::role_assignment::Departure;
use crate::domain::search::folded;
use crate::domain::ticket::assign::Field;
use crate::store::{self, Tx};

/// A page of the people a caller sees, by organisation and address.
pub async fn list(app: &App, caller: &Caller, filter: &PersonFilter) -> Result<Vec<Person>, Error> {
    Ok(store::people::list(&app.db.view(caller.scope.clone()), filter).await?)
}

/// Somebody whom the caller sees.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Person, Error> {
    let view = app.db.view(caller.scope.clone());
    match store::people::find(&view, &[id]).await?.pop() {
        Some(person) => Ok(person),
        None => store::desk_people::find(&view, id).await?.ok_or(Error::NotFound("person")),
    }
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
            let email = new.email.clone().unwrap_or_else(|| made_up(id));
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

impl PersonChange {
    fn is_of_what_is_known(&self) -> bool {
        self.email.is_some() || self.is_of_more_than_the_address()
    }

    fn is_of_more_than_the_address(&self) -> bool {
        self.name.is_some() || self.phone != Field::Kept || self.is_shared.is_some()
    }
}

/// Changes what is known of somebody, if that is still one of the expected versions (`If-Match`; `None` expects none), or records that they
/// left or came back. Whoever leaves loses their roles and deputyships, their place on lists of contacts, and every token and account; who
/// comes back gets the accounts back, and none of the rest.
pub async fn change(app: &App, stamp: &Stamp, id: Uuid, change: &PersonChange, expected: Option<&[String]>) -> Result<Person, Error> {
    stamp
        .write(app, async |tx| {
            if change.is_of_what_is_known() {
                stamp.who.may_change_person(change.is_of_more_than_the_address())?;
            }
            if change.name.is_some() || change.email.is_some() {
                // Whoever is registering a ticket of theirs at this moment indexes it by the name that they read.
                store::erasures::alone(tx).await?;
            }
            if change.is_active.is_some() {
                stamp.who.may(Verb::RecordDepartures)?;
                store::role_assignments::lock(tx).await?;
            }
            let Some(known) = store::people::lock(tx, id).await? else {
                return accounts::change(app, tx, stamp, id, change, expected).await;
            };
            refuse_erased(tx, id).await?;
            refuse_changed(&known, expected)?;
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
                // Also where it is the same: whoever gives it again says that it works.
                bounced_at: known.bounced_at.filter(|_| change.email.is_none()),
                email,
                phone: change.phone.over(known.phone.as_ref()),
                is_shared: change.is_shared.unwrap_or(known.is_shared),
                is_active: change.is_active.unwrap_or(known.is_active),
                ..known.clone()
            };
            if person.email != known.email || (known.is_active && !person.is_active) {
                departures::own_side_alone(tx, stamp, id).await?;
            }
            tx.touch("person", id);
            store::people::update(tx, &person, stamp.recorded_at).await?;
            if (&person.name, &person.email) != (&known.name, &known.email) {
                store::former::keep(tx, app.time.id(), &known, stamp.recorded_at).await?;
                store::search::put_requester(tx, &person).await?;
            }
            if known.is_active && !person.is_active {
                store::contacts::end_of(tx, id, &stamp.who.actor.as_text(), stamp.recorded_at, || app.time.id()).await?;
                departures::release(app, tx, stamp, id, Departure::Left).await?;
                store::access::taken_from(tx, id, stamp.recorded_at).await?;
            } else if !known.is_active && person.is_active {
                store::access::given_back(tx, id).await?;
            }
            Ok(person)
        })
        .await
}

fn refuse_changed(known: &Person, expected: Option<&[String]>) -> Result<(), Error> {
    if expected.is_some_and(|versions| !versions.contains(&known.version())) {
        let detail = "what is known of the person changed since it was read".to_owned();
        return Err(Error::Conflict { code: Code::VersionChanged, detail });
    }
    Ok(())
}

/// Whoever was erased stays so: nothing is recorded of them any more.
pub(super) async fn refuse_erased(tx: &Tx, id: Uuid) -> Result<(), Error> {
    if store::erasures::is_erased(tx, id).await? {
        return Err(Error::Conflict {
            code: Code::PersonErased,
            detail: "the person was erased, and nothing is recorded of them any more".to_owned(),
        });
    }
    Ok(())
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
    let person = Person { phone: Some(phone.to_owned()), ..Person::new(id, organisation, name, &made_up(id)) };
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
