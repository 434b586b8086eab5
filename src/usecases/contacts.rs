//! Who of a client may contact the desk. A contract says how many at most; a client has a list from its first contact on.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::actors::{Actors, Named};
use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp, contracts, people};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::contact::{Contact, ContactChange, ContactFilter};
use crate::domain::contract::Contract;
use crate::domain::permission::Verb;
use crate::domain::person::{Person, is_personal};
use crate::domain::role_assignment::RoleAssignment;
use crate::store::{self, Reads, Tx};

/// A contact with who it is, and who put them on the list or took them off, and when.
#[derive(Debug)]
pub struct Listed {
    pub contact: Contact,
    pub person: Person,
    /// Oldest first.
    pub history: Vec<ContactChange>,
}

/// A page of a contract's contacts that the caller sees.
pub async fn list(app: &App, caller: &Caller, filter: &ContactFilter) -> Result<Named<Vec<Listed>>, Error> {
    contracts::in_force(app, &caller.scope, &filter.contract).await?;
    let view = app.db.view(caller.scope.clone());
    named(&view, store::contacts::list(&view, filter).await?).await
}

/// Reads what was done to all of them, and by whom, in a statement each.
async fn named(reads: &impl Reads, found: Vec<(Contact, Person)>) -> Result<Named<Vec<Listed>>, Error> {
    let ids: Vec<_> = found.iter().map(|(contact, _)| contact.id).collect();
    let mut histories = store::contacts::histories(reads, &ids).await?;
    let listed = |(contact, person): (Contact, Person)| {
        let history = histories.remove(&contact.id).unwrap_or_default();
        Listed { contact, person, history }
    };
    let shown: Vec<_> = found.into_iter().map(listed).collect();
    let actors = Actors::of(reads, shown.iter().flat_map(|one| one.history.iter().map(|change| &change.actor))).await?;
    Ok(Named { shown, actors })
}

async fn one(reads: &impl Reads, contact: Contact, person: Person) -> Result<Named<Listed>, Error> {
    let Named { mut shown, actors } = named(reads, vec![(contact, person)]).await?;
    Ok(Named { shown: shown.pop().ok_or(Error::NotFound("contact"))?, actors })
}

/// Puts somebody on their organisation's list, or back on it.
pub async fn add(app: &App, stamp: &Stamp, contract: &str, person: Option<Uuid>) -> Result<Named<Listed>, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ManageContacts)?;
            let version = contracts::in_force(app, &stamp.scope, contract).await?;
            if let Some(known) = repeated(tx, stamp).await? {
                let (known, person) = store::contacts::find(tx, contract, known).await?.ok_or(Error::NotFound("contact"))?;
                return one(tx, known, person).await;
            }
            let Some(id) = person else { return Err(Error::Invalid(Vec::new())) };
            // Locked, so that they are not erased meanwhile.
            let person = store::people::lock(tx, id).await?;
            people::refuse_erased(tx, id).await?;
            let person = on_a_list(&version.contract, person).map_err(|problem| Error::Invalid(vec![problem]))?;
            store::contacts::lock(tx, contract, &person.organisation).await?;
            let known = store::contacts::of_person(tx, contract, person.id).await?;
            if known.as_ref().is_some_and(Contact::is_active) {
                let detail = "is on the list already".to_owned();
                return Err(Error::Conflict { code: Code::AlreadyAContact, detail });
            }
            has_room(tx, &version.contract, &person.organisation, person.id, None, stamp.recorded_at).await?;
            let entry = Contact {
                id: known.as_ref().map_or_else(|| app.time.id(), |known| known.id),
                contract: contract.to_owned(),
                organisation: person.organisation.clone(),
                person_id: person.id,
                added_by: stamp.who.actor.as_text(),
                added_at: stamp.recorded_at,
                ended: None,
            };
            match known {
                Some(_) => store::contacts::update(tx, &entry, app.time.id()).await?,
                None => store::contacts::insert(tx, &entry, app.time.id()).await?,
            }
            tx.touch("contact", entry.id);
            remember(app, tx, stamp, entry.id).await?;
            one(tx, entry, person).await
        })
        .await
}

/// Takes a contact off its list, which makes room for another, or puts it back on.
pub async fn set_active(app: &App, stamp: &Stamp, contract: &str, id: Uuid, is_active: bool) -> Result<Named<Listed>, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ManageContacts)?;
            let (found, _) = store::contacts::find(tx, contract, id).await?.ok_or(Error::NotFound("contact"))?;
            store::contacts::lock(tx, contract, &found.organisation).await?;
            // Again: another request may have been first.
            let (mut entry, person) = store::contacts::find(tx, contract, id).await?.ok_or(Error::NotFound("contact"))?;
            if entry.is_active() == is_active {
                return one(tx, entry, person).await;
            }
            let by = stamp.who.actor.as_text();
            if is_active {
                store::people::lock(tx, person.id).await?;
                people::refuse_erased(tx, person.id).await?;
                let version = contracts::in_force(app, &stamp.scope, contract).await?;
                on_a_list(&version.contract, Some(person.clone())).map_err(|problem| Error::Invalid(vec![problem]))?;
                has_room(tx, &version.contract, &entry.organisation, person.id, None, stamp.recorded_at).await?;
                entry = Contact { added_by: by, added_at: stamp.recorded_at, ended: None, ..entry };
            } else {
                entry.ended = Some((by, stamp.recorded_at));
            }
            tx.touch("contact", id);
            store::contacts::update(tx, &entry, app.time.id()).await?;
            one(tx, entry, person).await
        })
        .await
}

/// Somebody who can be a contact: a client's, still there, under a name of their own (SUP-16).
fn on_a_list(contract: &Contract, person: Option<Person>) -> Result<Person, Problem> {
    let problem = |code, detail: &str| Problem::field("person", code, detail);
    let is_of_a_client = |person: &Person| contract.client(&person.organisation).is_some();
    let person = person.filter(is_of_a_client).ok_or_else(|| problem(FieldCode::UnknownPerson, "is nobody of a client of the contract"))?;
    if !person.is_active {
        return Err(problem(FieldCode::UnknownPerson, "has left the organisation"));
    }
    if !is_personal(&person.name) {
        return Err(problem(FieldCode::PersonalName, "a contact needs a name of their own: what they do must be traceable to a person"));
    }
    Ok(person)
}

/// Whether somebody fits on a list that is locked. Those who hold the role of contacts are on it, too; `instead_of` holds it no longer then.
pub(super) async fn has_room(
    tx: &Tx,
    contract: &Contract,
    organisation: &str,
    person: Uuid,
    instead_of: Option<Uuid>,
    now: Instant,
) -> Result<(), Error> {
    let Some(most) = contract.most_contacts(organisation) else {
        let detail = "the contract limits nobody's contacts, so there is no list of them".to_owned();
        return Err(Error::Conflict { code: Code::NoContactList, detail });
    };
    let mut on_it: BTreeSet<_> = store::contacts::active_of(tx, &contract.id, organisation).await?.into_iter().collect();
    if let Some(role) = &contract.contacts_role {
        let held = store::role_assignments::unended_in_matrix(tx, &contract.id, now).await?;
        let is_it =
            |one: &&RoleAssignment| one.role == *role && one.organisation.as_deref() == Some(organisation) && instead_of != Some(one.id);
        on_it.extend(held.iter().filter(is_it).map(|one| one.holder));
    }
    on_it.insert(person);
    if on_it.len() <= usize::try_from(most).unwrap_or(usize::MAX) {
        return Ok(());
    }
    let detail = format!("{organisation} has {most} contacts, as many as agreed; take one off the list, or agree on more in the contract");
    Err(Error::Conflict { code: Code::ContactListFull, detail })
}
