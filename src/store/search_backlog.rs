//! Indexing tickets whose texts were there before the index was. Words are folded by this program and not by a database, so a migration
//! that makes the index anew only lists the tickets, and whatever migrates then works the list off, as do the workers after a crash.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Db, Scope, Tx, erasures, events, messages, parts, people, response_tasks, search, tickets, work_logs};
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
    let mut locked = tickets::lock_all(tx, &ids.iter().copied().map(TicketRef::Id).collect::<Vec<_>>()).await?;
    locked.sort_by_key(|ticket| ticket.number);
    let numbers: HashMap<Uuid, i64> = locked.iter().map(|ticket| (ticket.id, ticket.number)).collect();
    for number in numbers.values() {
        // What was written on it since.
        search::remove(tx, *number).await?;
    }
    own(tx, &locked).await?;
    let ids: Vec<_> = numbers.keys().copied().collect();
    let on = |ticket: Uuid, text: Option<Searched>| Some((*numbers.get(&ticket)?, text?));
    let mut texts = Vec::new();
    texts.extend(messages::all_of_tickets(tx, &ids).await?.iter().filter_map(|one| on(one.ticket_id, Searched::of_message(one))));
    texts.extend(events::with_reasons::<Ticket>(tx, &ids).await?.iter().filter_map(|(ticket, one)| on(*ticket, Searched::of_reason(one))));
    let parts = parts::contents(tx, &ids).await?;
    texts.extend(parts.iter().filter_map(|(ticket, id, part, says)| on(*ticket, Searched::of_part(*id, *part, says))));
    texts.extend(work_logs::of_tickets(tx, &ids).await?.iter().filter_map(|one| on(one.ticket_id, Searched::of_work(one))));
    texts.extend(response_tasks::of_tickets(tx, &ids).await?.iter().filter_map(|one| on(one.ticket_id, Searched::of_task(one))));
    search::add(tx, texts).await
}

/// Their own texts, and who reported them.
async fn own(tx: &Tx, tickets: &[Ticket]) -> Result<(), DbErr> {
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let mut names: HashMap<Uuid, Vec<_>> = HashMap::new();
    for (ticket, name) in tickets::references(tx, &ids).await? {
        names.entry(ticket).or_default().push(name);
    }
    let requesters: Vec<_> = tickets.iter().filter_map(|ticket| ticket.requester_id).collect();
    let people: HashMap<_, _> = people::find(tx, &requesters).await?.into_iter().map(|person| (person.id, person)).collect();
    let new = tickets.iter().map(|ticket| {
        let requester = ticket.requester_id.and_then(|id| people.get(&id));
        (ticket, requester, names.get(&ticket.id).map_or(&[][..], Vec::as_slice))
    });
    search::put_new(tx, new).await
}
