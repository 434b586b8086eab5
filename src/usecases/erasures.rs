//! Erasing a person. Histories, figures and seals know people by id and stay as they are; what names the person is taken out: their row, their
//! ways in, the mails from and to them, and every other place where the desk keeps a name or an address as text. Their roles end. Texts on
//! tickets are left: what names somebody in those is redacted by itself. Each ticket that showed their name tells that it does no more.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp, departures, holds, remains};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::permission::Verb;
use crate::domain::person::Person;
use crate::domain::privacy::Erasure;
use crate::domain::role_assignment::Departure;
use crate::domain::ticket::remove::PersonErased;
use crate::domain::ticket::{Event, EventData, Visibility};
use crate::store::{self, Tx};

/// Tickets told of it at a time.
const CHUNK: usize = 200;

pub async fn erase(app: &App, stamp: &Stamp, person: Option<Uuid>, reason: &str) -> Result<Erasure, Error> {
    let clearance = &stamp.scope.seen().clearance;
    // A hold on a ticket that the caller may not see counts too.
    let stamp = &Stamp { scope: stamp.scope.with_all_tickets(), ..stamp.clone() };
    let erased = stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ErasePeople)?;
            if let Some(known) = repeated(tx, stamp).await? {
                return store::erasures::find(tx, known).await?.ok_or(Error::NotFound("erasure"));
            }
            let Some(person) = person else { return Err(Error::Invalid(Vec::new())) };
            store::erasures::alone(tx).await?;
            store::role_assignments::lock(tx).await?;
            let person = found(tx, person).await?;
            if store::erasures::is_erased(tx, person.id).await? {
                return Err(Error::Conflict { code: Code::PersonErased, detail: "the person was erased before".to_owned() });
            }
            let known = store::former::known(tx, person).await?;
            if let Some(hold) = store::holds::on_person(tx, &known).await? {
                return Err(holds::refused_of_person(tx, clearance, &hold).await?);
            }
            let person = &known.person;
            let (actor, now) = (stamp.who.actor.as_text(), stamp.recorded_at);
            let mut named = store::erasures::tickets(tx, person).await?;
            let inbound_mails = store::erasures::inbound(tx, &known, now).await?;
            let not_told = store::erasures::not_told(tx, &known).await?;
            let outbound_mails = store::erasures::outbound(tx, &known).await?;
            let agreements = store::agreements::read(tx).await?;
            let serving = agreements.versions().iter().filter(|version| version.contract.client(&person.organisation).is_some());
            let contracts: BTreeSet<_> = serving.map(|version| version.contract.id.clone()).collect();
            store::erased_names::signatures(tx, &known, &contracts.into_iter().collect::<Vec<_>>()).await?;
            store::erased_names::letters(tx, &known).await?;
            named.extend(store::erased_names::assignments(tx, &known).await?.into_iter().map(|ticket| (ticket, true)));
            for (ticket, is_seen) in store::tickets::forget_follower(tx, person.id).await? {
                *named.entry(ticket).or_default() |= is_seen;
            }
            store::saved_views::erase(tx, &known).await?;
            store::message_drafts::forget_author(tx, &person.actor().as_text()).await?;
            store::contacts::end_of(tx, person.id, &actor, now, || app.time.id()).await?;
            departures::release(app, tx, stamp, person.id, Departure::Erased).await?;
            store::erasures::access(tx, person.id, now).await?;
            store::erasures::person(tx, person.id, now).await?;
            let was_searched = store::search::take(tx, person.id).await?;
            store::former::forget(tx, person.id).await?;
            named.extend(store::desk_people::assigned(tx, person).await?.into_iter().map(|ticket| (ticket, true)));
            tell(app, tx, stamp, person.id, &named).await?;
            store::access::changed(tx).await?;
            // Somebody else is told now of what only they would have heard.
            store::set_aside::anew(tx, &not_told, now).await?;
            let erasure = Erasure {
                id: app.time.id(),
                person: person.id,
                organisation: person.organisation.clone(),
                reason: reason.to_owned(),
                actor,
                erased_at: now,
                inbound_mails,
                outbound_mails,
            };
            store::erasures::insert(tx, &erasure).await?;
            tx.touch("person", erasure.person);
            remains::leave(app, tx, was_searched, now).await?;
            remember(app, tx, stamp, erasure.id).await?;
            Ok(erasure)
        })
        .await?;
    remains::clear_now(app).await;
    Ok(erased)
}

/// Somebody of a client, or whom the desk knows by their account, as its own people.
async fn found(tx: &Tx, id: Uuid) -> Result<Person, Error> {
    if let Some(person) = store::people::lock(tx, id).await? {
        return Ok(person);
    }
    let unknown = || Problem::field("person", FieldCode::UnknownPerson, "is nobody that the desk knows");
    store::desk_people::lock(tx, id).await?.ok_or_else(|| Error::Invalid(vec![unknown()]))
}

/// Has the histories of the tickets that named somebody tell, and with that everybody who keeps a copy; each with whether a client saw the name.
/// However many these are, in a few statements for hundreds of them.
async fn tell(app: &App, tx: &Tx, stamp: &Stamp, person: Uuid, named: &BTreeMap<Uuid, bool>) -> Result<(), Error> {
    let event = |ticket: Uuid| {
        let visibility = Visibility::of(named.get(&ticket).copied().unwrap_or_default());
        Event {
            id: app.time.id(),
            actor: stamp.who.actor.as_text(),
            token: stamp.who.credential.token,
            reason: None,
            data: EventData::PersonErased(PersonErased { person, visibility }),
            occurred_at: stamp.recorded_at,
            recorded_at: stamp.recorded_at,
        }
    };
    let ids: Vec<_> = named.keys().copied().collect();
    for ids in ids.chunks(CHUNK) {
        store::tickets::tell(tx, ids, event, stamp.recorded_at).await?;
    }
    Ok(())
}

/// Newest first.
pub async fn list(app: &App, caller: &Caller, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<Erasure>, Error> {
    Ok(store::erasures::list(&app.db.view(caller.scope.clone()), after, limit).await?)
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Erasure, Error> {
    store::erasures::find(&app.db.view(caller.scope.clone()), id).await?.ok_or(Error::NotFound("erasure"))
}
