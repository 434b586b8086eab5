//! Changes: which tickets changed, marked so that a reader who asks by instant misses none.
//!
//! A ticket's own `updated_at` is taken before its transaction commits, and transactions commit in any order: one who has read
//! up to an instant may be overtaken from behind. So a ticket is marked a second time, by the pass that gives its events
//! their places (`store::stream`): after the commit, under the lock of the stream, with an instant that is never below the
//! last mark, nor below the change itself. The horizon, which is the last mark, is written by the same transaction.
//!
//! That makes the horizon safe to ask from next. Who reads it sees every mark of the passes up to it, since a pass commits its
//! marks and the horizon together and passes follow one another. Whatever a reader did not see is marked by a later pass,
//! so at the horizon or after it. Within a second changes come in the order of the stream, so that a reader on its way through
//! the pages is not overtaken either. Marks are whole seconds and the next question includes its own: a ticket may be
//! seen twice, and none is missed. What a client sees nothing of is no change to it: it has marks of its own beside the desk's. A change is shown when it is marked: with the workers at work, at once.

use std::collections::HashMap;

use entity::{change_horizon, event, ticket_change};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;
use crate::domain::history::SubjectKind;
use crate::domain::subjects::AnyEvent;
use crate::domain::ticket::Reader;

/// The instant before which every change is marked; `None` while nothing was.
pub async fn horizon(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    let row = reads.find_ours::<change_horizon::Entity>().filter(change_horizon::Column::Id.eq(1)).one(reads.connection()).await?;
    Ok(row.map(|row| instant(row.reached_at)))
}

/// Marks the tickets of events that get these places. Only who holds the stream's lock may.
pub(super) async fn mark(tx: &Tx, places: &[(Uuid, i64)], now: Instant) -> Result<(), DbErr> {
    let told = tx.find::<event::Entity>().filter(event::Column::Id.is_in(places.iter().map(|one| one.0)));
    let told = told.all(tx.connection()).await?;
    let latest = told.iter().map(|event| instant(event.recorded_at)).max();
    let at = horizon(tx).await?.into_iter().chain(latest).chain([now]).max().unwrap_or(now);
    let places: HashMap<_, _> = places.iter().copied().collect();
    let mut changed: HashMap<Uuid, Change> = HashMap::new();
    for row in told {
        if row.subject_kind != SubjectKind::Ticket.as_str() {
            continue;
        }
        let place = places.get(&row.id).copied().unwrap_or_default();
        let change = changed.entry(row.subject_id).or_insert(Change { organisation: row.organisation.clone(), last: place, seen: None });
        change.last = change.last.max(place);
        // What cannot be read stops no pass, and tells a client nothing.
        let is_seen = match super::events::streamed(row).map(|streamed| streamed.event) {
            Ok(AnyEvent::Ticket(event)) => Reader::Client.sees_of(&event),
            Ok(AnyEvent::Obligation(_)) | Err(_) => false,
        };
        if is_seen {
            change.seen = change.seen.max(Some(place));
        }
    }
    let (seen, unseen): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(_, change)| change.seen.is_some());
    for (changes, columns) in [(seen, &COLUMNS[..]), (unseen, &COLUMNS[..2])] {
        let rows: Vec<_> = changes.into_iter().map(|(ticket, change)| row(ticket, change, at)).collect();
        if !rows.is_empty() {
            let again = OnConflict::column(ticket_change::Column::TicketId).update_columns(columns.iter().copied()).to_owned();
            ticket_change::Entity::insert_many(rows).on_conflict(again).exec_without_returning(tx.connection()).await?;
        }
    }
    reach(tx, at).await
}

/// What a mark says, first for the desk, then for the client.
const COLUMNS: [ticket_change::Column; 4] = [
    ticket_change::Column::ChangedAt,
    ticket_change::Column::Position,
    ticket_change::Column::ClientChangedAt,
    ticket_change::Column::ClientPosition,
];

/// A ticket's last change, and the last that its client sees something of.
struct Change {
    organisation: String,
    last: i64,
    seen: Option<i64>,
}

fn row(ticket: Uuid, change: Change, at: Instant) -> ticket_change::ActiveModel {
    ticket_change::ActiveModel {
        ticket_id: Set(ticket),
        organisation: Set(change.organisation),
        changed_at: Set(at.to_utc()),
        position: Set(change.last),
        client_changed_at: Set(change.seen.map(|_| at.to_utc())),
        client_position: Set(change.seen),
    }
}

/// Whether nothing was marked since the last mark's second, and the horizon still stands there.
pub async fn rests(reads: &impl Reads, now: Instant) -> Result<bool, DbErr> {
    let Some(reached) = horizon(reads).await?.filter(|reached| *reached < now) else { return Ok(false) };
    let last = reads.find::<ticket_change::Entity>().filter(ticket_change::Column::ChangedAt.gte(reached.to_utc()));
    Ok(last.one(reads.connection()).await?.is_some())
}

/// Moves the horizon on when nothing waits for a mark, so that who asks again is not told the last changes for ever.
pub(super) async fn rest(tx: &Tx, now: Instant) -> Result<(), DbErr> {
    if rests(tx, now).await? { reach(tx, now).await } else { Ok(()) }
}

async fn reach(tx: &Tx, at: Instant) -> Result<(), DbErr> {
    let row = change_horizon::ActiveModel { id: Set(1), reached_at: Set(at.to_utc()) };
    let moved = OnConflict::column(change_horizon::Column::Id).update_column(change_horizon::Column::ReachedAt).to_owned();
    change_horizon::Entity::insert(row).on_conflict(moved).exec_without_returning(tx.connection()).await.map(drop)
}
