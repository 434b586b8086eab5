//! Who follows a ticket, and who of them is told of it.
//!
//! A follower is told by mail, of which nobody knows who reads it: so of a ticket that few may see those alone follow it, and are told, of whom
//! the desk itself knows that they may see it. They have a part in it, or hold a right here that opens it; what an identity provider
//! says of somebody is known only while they are signed in.

use std::collections::HashMap;

use uuid::Uuid;

use super::actors::{Actors, Named};
use super::held::repeated;
use super::tickets::{When, act_in, as_expected, by_itself, locked};
use super::{Code, Error, FieldCode, Problem, Stamp};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::permission::{Clearance, Principal, Verb};
use crate::domain::person::Person;
use crate::domain::role_assignment::{self, RoleAssignment};
use crate::domain::ticket::follow::{Follow, Follower, Unfollow};
use crate::domain::ticket::{Act, Reader, Ticket, TicketRef};
use crate::store::{self, Reads, Tx};

/// Has somebody follow a ticket: the caller, unless another is named.
pub async fn follow(app: &App, stamp: &Stamp, ticket: TicketRef, person: Option<Uuid>, expected: Option<&[i32]>) -> Result<Uuid, Error> {
    change(app, stamp, ticket, expected, async |tx, ticket| {
        let id = person.or_else(|| stamp.who.actor.id());
        let found = match id {
            Some(id) => known(tx, stamp, ticket, id).await?,
            None => None,
        };
        let Some(found) = found.filter(is_reached) else {
            let detail = "is nobody of the ticket's organisation or of the desk whom the desk can mail";
            return Err(Error::Invalid(vec![Problem::field("person", FieldCode::UnknownPerson, detail)]));
        };
        let held = store::role_assignments::rights_of(tx, &[found.id]).await?;
        if !may_see(ticket, &found, &held, stamp.recorded_at) {
            let detail = "few may see this ticket, and the desk does not know of this person that they may".to_owned();
            return Err(Error::Conflict { code: Code::MayNotFollow, detail });
        }
        Ok(Act::Follow(Follow(Follower { id: found.id, is_of_client: !found.is_of_the_desk() })))
    })
    .await
}

/// Has somebody follow a ticket no longer: the caller, unless another is named.
pub async fn unfollow(app: &App, stamp: &Stamp, ticket: TicketRef, person: Option<Uuid>, expected: Option<&[i32]>) -> Result<Uuid, Error> {
    let wish = person.or_else(|| stamp.who.actor.id()).map(|id| Act::Unfollow(Unfollow(id)));
    change(app, stamp, ticket, expected, async |_tx, _ticket| {
        let unknown = || Problem::field("person", FieldCode::Required, "the caller is nobody who could follow it");
        wish.clone().ok_or_else(|| Error::Invalid(vec![unknown()]))
    })
    .await
}

/// Does what is wished, and returns the ticket's id.
async fn change(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    expected: Option<&[i32]>,
    wish: impl AsyncFn(&Tx, &Ticket) -> Result<Act, Error>,
) -> Result<Uuid, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return Ok(known);
            }
            let ticket = locked(tx, ticket).await?;
            as_expected(stamp, &ticket, expected)?;
            let wish = wish(tx, &ticket).await?;
            Ok(act_in(app, tx, stamp, ticket, &[wish], &When::default(), by_itself).await?.0.id)
        })
        .await
}

/// Somebody of the ticket's organisation, or of the desk, whom the caller may name.
async fn known(tx: &Tx, stamp: &Stamp, ticket: &Ticket, id: Uuid) -> Result<Option<Person>, Error> {
    let person = store::people::find(tx, &[id]).await?.pop().filter(|person| person.organisation == ticket.organisation);
    if person.is_some() || Reader::of(&stamp.who.actor) == Reader::Client {
        return Ok(person);
    }
    Ok(store::desk_people::with_ids(tx, &[id]).await?.pop())
}

/// Whether mail reaches them, and nobody else under their name.
fn is_reached(person: &Person) -> bool {
    person.is_active && !person.is_stranger && person.address().is_some()
}

/// Whether the desk knows of somebody that they may see a ticket, as far as its flags go; and that a right over its client that they had has not
/// ended, where that was what let them in. `held` are the rights that they hold or held here.
fn may_see(ticket: &Ticket, person: &Person, held: &[RoleAssignment], now: Instant) -> bool {
    let organisation = (!person.is_of_the_desk()).then_some(person.organisation.as_str());
    let (rights, over) = role_assignment::rights(held, &[person.id], organisation, now);
    let who = Principal::new(person.actor(), rights.iter().map(|right| right.role).collect());
    let who = Principal { over, ..who }.at(&ticket.organisation);
    let is_let_in = held.is_empty() || !person.is_of_the_desk() || who.may(Verb::ReadTickets).is_ok();
    is_let_in && Clearance::with_rights_over(&who.over, who.roles, &who.actor).sees(ticket.restricted())
}

/// Of each of these tickets, those of its followers who are told of it.
pub async fn told(reads: &impl Reads, tickets: &[&Ticket], now: Instant) -> Result<HashMap<Uuid, Vec<Person>>, Error> {
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let followers = store::tickets::followers_of(reads, &ids).await?;
    let ids: Vec<_> = followers.values().flatten().map(|one| one.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (mut people, held) = (store::people::find(reads, &ids).await?, store::role_assignments::rights_of(reads, &ids).await?);
    people.extend(store::desk_people::with_ids(reads, &ids).await?);
    let told_of = |ticket: &&Ticket| {
        let theirs = followers.get(&ticket.id).into_iter().flatten();
        let theirs = theirs.filter_map(|one| people.iter().find(|person| person.id == one.id).filter(|person| is_reached(person)));
        let may = |person: &&Person| {
            let is_of_theirs = |one: &&RoleAssignment| one.is_of(person.id);
            let held: Vec<_> = held.iter().filter(is_of_theirs).cloned().collect();
            let is_of_ticket = person.is_of_the_desk() || person.organisation == ticket.organisation;
            is_of_ticket && may_see(ticket, person, &held, now)
        };
        (ticket.id, theirs.filter(may).cloned().collect())
    };
    Ok(tickets.iter().map(told_of).collect())
}

/// Who follows a ticket, as a caller sees it.
pub async fn list(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Named<Vec<Follower>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, ticket).await?.ok_or(Error::NotFound("ticket"))?;
    let followers = store::tickets::followers_of(&view, &[ticket.id]).await?.remove(&ticket.id).unwrap_or_default();
    let shown: Vec<_> = followers.into_iter().filter(|one| caller.reader().sees(one.is_of_client)).collect();
    let ids: Vec<_> = shown.iter().map(|one| one.id).collect();
    Ok(Named { actors: Actors::under(&view, &ids).await?, shown })
}
