//! Indexing tickets whose texts were there before the index was. Words are folded by this program and not by a database, so a migration
//! that makes the index anew only lists the tickets, and whatever migrates then works the list off, as do the workers after a crash.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::search::add;
use super::tx::sealed::Inner as _;
use super::{Backend, Db, Scope, Tx, erasures, events, messages, parts, people, tickets};
use crate::domain::ticket::searched::Searched;
use crate::domain::ticket::{Ticket, TicketRef};

/// Tickets indexed in one transaction.
const AT_ONCE: usize = 200;

/// Indexes some of the tickets on the list, and takes them off it. Returns how many; 0 when none is left that no other process is at.
pub async fn write_some(db: &Db) -> Result<usize, DbErr> {
    let tx = db.begin(Scope::ALL).await?;
    let ids = listed(&tx).await?;
    if !ids.is_empty() {
        // Before any name is read.
        erasures::hold_off(&tx).await?;
        write(&tx, &ids).await?;
    }
    tx.commit().await?;
    Ok(ids.len())
}

/// Takes some tickets off the list.
async fn listed(tx: &Tx) -> Result<Vec<Uuid>, DbErr> {
    let lock = if tx.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let some = format!("SELECT ticket_id FROM search_backlog ORDER BY ticket_id LIMIT {AT_ONCE}{lock}");
    let sql = format!("DELETE FROM search_backlog WHERE ticket_id IN ({some}) RETURNING ticket_id");
    let rows = tx.connection().query_all_raw(Statement::from_string(tx.backend().into(), sql)).await?;
    rows.iter().map(|row| row.try_get("", "ticket_id")).collect()
}

/// Indexes tickets, but for those that were destroyed. Nothing can be written on them meanwhile.
async fn write(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    let locked = tickets::lock_all(tx, &ids.iter().copied().map(TicketRef::Id).collect::<Vec<_>>()).await?;
    let numbers: HashMap<Uuid, i64> = locked.iter().map(|ticket| (ticket.id, ticket.number)).collect();
    let ids: Vec<_> = numbers.keys().copied().collect();
    add(tx, of_tickets(tx, &locked).await?).await?;
    let messages = messages::of_tickets(tx, &ids).await?;
    let reasons = events::with_reasons::<Ticket>(tx, &ids).await?;
    let parts = parts::contents(tx, &ids).await?;
    let texts = messages.iter().map(|message| (message.ticket_id, Searched::of_message(message)));
    let texts = texts.chain(reasons.iter().map(|(ticket, event)| (*ticket, Searched::of_reason(event))));
    let texts = texts.chain(parts.iter().map(|(ticket, id, part, content)| (*ticket, Searched::of_part(*id, *part, content))));
    let numbered = |(ticket, text): (Uuid, Option<Searched>)| Some((*numbers.get(&ticket)?, text?));
    add(tx, texts.filter_map(numbered)).await
}

/// Their own texts, and who reported them.
async fn of_tickets(tx: &Tx, tickets: &[Ticket]) -> Result<Vec<(i64, Searched)>, DbErr> {
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let mut names: HashMap<Uuid, Vec<_>> = HashMap::new();
    for (ticket, name) in tickets::references(tx, &ids).await? {
        names.entry(ticket).or_default().push(name);
    }
    let requesters: Vec<_> = tickets.iter().filter_map(|ticket| ticket.requester_id).collect();
    let people: HashMap<_, _> = people::find(tx, &requesters).await?.into_iter().map(|person| (person.id, person)).collect();
    let texts = tickets.iter().flat_map(|ticket| {
        let own = Searched::of_ticket(ticket, names.get(&ticket.id).map_or(&[], Vec::as_slice));
        let requester = ticket.requester_id.and_then(|id| people.get(&id)).and_then(Searched::of_requester);
        std::iter::once(own).chain(requester).map(|text| (ticket.number, text))
    });
    Ok(texts.collect())
}
