//! Who of a client may contact the desk. A contract says how many at most; a client has a list from its first contact on.

use uuid::Uuid;

use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp, contracts, people};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::contact::{Contact, ContactFilter};
use crate::domain::contract::Contract;
use crate::domain::permission::Verb;
use crate::domain::person::{Person, is_personal};
use crate::store::{self, Tx};

/// A contact with who it is.
pub type Listed = (Contact, Person);

/// A page of a contract's contacts that the caller sees.
pub async fn list(app: &App, caller: &Caller, filter: &ContactFilter) -> Result<Vec<Listed>, Error> {
    contracts::in_force(app, &caller.scope, &filter.contract).await?;
    Ok(store::contacts::list(&app.db.view(caller.scope.clone()), filter).await?)
}

/// Puts somebody on their organisation's list, or back on it.
pub async fn add(app: &App, stamp: &Stamp, contract: &str, person: Option<Uuid>) -> Result<Listed, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ManageContacts)?;
            let version = contracts::in_force(app, &stamp.scope, contract).await?;
            if let Some(known) = repeated(tx, stamp).await? {
                return store::contacts::find(tx, contract, known).await?.ok_or(Error::NotFound("contact"));
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
            has_room(tx, &version.contract, &person.organisation).await?;
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
                Some(_) => store::contacts::update(tx, &entry).await?,
                None => store::contacts::insert(tx, &entry).await?,
            }
            tx.touch("contact", entry.id);
            remember(app, tx, stamp, entry.id).await?;
            Ok((entry, person))
        })
        .await
}

/// Takes a contact off its list, which makes room for another, or puts it back on.
pub async fn set_active(app: &App, stamp: &Stamp, contract: &str, id: Uuid, is_active: bool) -> Result<Listed, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ManageContacts)?;
            let (found, _) = store::contacts::find(tx, contract, id).await?.ok_or(Error::NotFound("contact"))?;
            store::contacts::lock(tx, contract, &found.organisation).await?;
            // Again: another request may have been first.
            let (mut entry, person) = store::contacts::find(tx, contract, id).await?.ok_or(Error::NotFound("contact"))?;
            if entry.is_active() == is_active {
                return Ok((entry, person));
            }
            let by = stamp.who.actor.as_text();
            if is_active {
                store::people::lock(tx, person.id).await?;
                people::refuse_erased(tx, person.id).await?;
                let version = contracts::in_force(app, &stamp.scope, contract).await?;
                on_a_list(&version.contract, Some(person.clone())).map_err(|problem| Error::Invalid(vec![problem]))?;
                has_room(tx, &version.contract, &entry.organisation).await?;
                entry = Contact { added_by: by, added_at: stamp.recorded_at, ended: None, ..entry };
            } else {
                entry.ended = Some((by, stamp.recorded_at));
            }
            tx.touch("contact", id);
            store::contacts::update(tx, &entry).await?;
            Ok((entry, person))
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

/// Whether one more fits on a list that is locked.
async fn has_room(tx: &Tx, contract: &Contract, organisation: &str) -> Result<(), Error> {
    let Some(most) = contract.most_contacts(organisation) else {
        let detail = "the contract limits nobody's contacts, so there is no list of them".to_owned();
        return Err(Error::Conflict { code: Code::NoContactList, detail });
    };
    if store::contacts::count_active(tx, &contract.id, organisation).await? < u64::from(most) {
        return Ok(());
    }
    let detail = format!("{organisation} has {most} contacts, as many as agreed; take one off the list, or agree on more in the contract");
    Err(Error::Conflict { code: Code::ContactListFull, detail })
}
