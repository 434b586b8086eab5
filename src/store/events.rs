//! Histories: the events of tickets.

use std::collections::HashMap;

use entity::event;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Reads, Tx, broken, insert_rows, instant};
use crate::domain::ticket::{Event, EventKind, Ticket};

/// An event with its ticket and place in the stream.
#[derive(Debug, Clone)]
pub struct Streamed {
    /// Its ticket.
    pub ticket_id: Uuid,
    /// Whose.
    pub organisation: String,
    /// Its place in its ticket's history, from 1.
    pub sequence: i32,
    /// Its place in the stream; `None` until that is given.
    pub position: Option<i64>,
    /// The event.
    pub event: Event,
}

/// A ticket's history, in the order recorded.
pub async fn of_ticket(reads: &impl Reads, ticket: Uuid) -> Result<Vec<Event>, DbErr> {
    Ok(histories(reads, &[ticket]).await?.remove(&ticket).unwrap_or_default())
}

/// The histories of several tickets, each in the order recorded.
pub async fn histories(reads: &impl Reads, tickets: &[Uuid]) -> Result<HashMap<Uuid, Vec<Event>>, DbErr> {
    let rows = reads.find::<event::Entity>().filter(event::Column::TicketId.is_in(tickets.iter().copied()));
    let rows = rows.order_by_asc(event::Column::TicketId).order_by_asc(event::Column::Sequence);
    let mut histories: HashMap<_, Vec<Event>> = HashMap::new();
    for row in rows.all(reads.connection()).await? {
        let streamed = to_domain(row)?;
        histories.entry(streamed.ticket_id).or_default().push(streamed.event);
    }
    Ok(histories)
}

/// Adds events to a ticket's history after the `known` ones there are.
pub async fn append(tx: &Tx, ticket: &Ticket, known: usize, events: &[Event]) -> Result<(), DbErr> {
    let first = i32::try_from(known).unwrap_or(i32::MAX).saturating_add(1);
    let rows = events.iter().zip(first..).map(|(event, sequence)| row(ticket, sequence, event)).collect();
    insert_rows::<event::Entity>(tx, rows, None).await.map(drop)
}

/// Begins the histories of new tickets.
pub async fn begin<'a>(tx: &Tx, histories: impl Iterator<Item = (&'a Ticket, &'a [Event])>) -> Result<(), DbErr> {
    let rows = histories.flat_map(|(ticket, events)| events.iter().zip(1..).map(|(event, sequence)| row(ticket, sequence, event)));
    insert_rows::<event::Entity>(tx, rows.collect(), None).await.map(drop)
}

fn row(ticket: &Ticket, sequence: i32, event: &Event) -> event::ActiveModel {
    event::ActiveModel {
        id: Set(event.id),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        sequence: Set(sequence),
        kind: Set(event.kind.as_str().to_owned()),
        actor: Set(event.actor.clone()),
        reason: Set(event.reason.clone()),
        data: Set(event.data.clone()),
        occurred_at: Set(event.occurred_at.to_utc()),
        recorded_at: Set(event.recorded_at.to_utc()),
        position: Set(None),
    }
}

pub(super) fn to_domain(row: event::Model) -> Result<Streamed, DbErr> {
    let event = Event {
        id: row.id,
        kind: EventKind::named(&row.kind).ok_or_else(|| broken("an event kind"))?,
        actor: row.actor,
        reason: row.reason,
        data: row.data,
        occurred_at: instant(row.occurred_at),
        recorded_at: instant(row.recorded_at),
    };
    Ok(Streamed { ticket_id: row.ticket_id, organisation: row.organisation, sequence: row.sequence, position: row.position, event })
}
