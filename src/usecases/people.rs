//! People. They are recorded when somebody first names them, and known by organisation and address.

use std::collections::{BTreeMap, HashMap};

use super::Error;
use crate::app::App;
use crate::auth::Caller;
use crate::domain::person::{Person, PersonFilter};
use crate::store::{self, Tx};

/// A page of the people a caller sees, by organisation and address.
pub async fn list(app: &App, caller: &Caller, filter: &PersonFilter) -> Result<Vec<Person>, Error> {
    Ok(store::people::list(&app.db.view(caller.scope.clone()), filter).await?)
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
            id: app.time.id(),
            organisation: organisation.clone(),
            name: name.trim().to_owned(),
            email: email.clone(),
            is_stranger: *is_stranger,
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
