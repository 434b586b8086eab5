//! Which tickets changed since an instant, marked so that a reader who asks by instant misses none.
//!
//! A ticket's own `updated_at` cannot serve. It is taken before its transaction commits, and transactions commit in any order, so a change
//! may appear with an instant that a reader has already passed. Tickets are therefore marked a second time, by the pass that numbers their
//! events (`store::stream`): after the commit, under the lock of the stream, with an instant that is never below the last mark nor below
//! the change itself. The last mark is the *horizon*, and is written by the same transaction.
//!
//! A reader can safely continue from the horizon. It sees every mark of the passes up to it, since a pass commits its marks and the horizon
//! together and passes follow one another; whatever it did not see is marked by a later pass, at the horizon or after it. Within a second
//! changes come in the order of the stream, so a reader on its way through the pages is not overtaken either. Marks are whole seconds and
//! the next question includes its own: a ticket may be seen twice, and none is missed.
//!
//! A change of which a client sees nothing is no change to that client, so a ticket has a mark for the desk and one for the client. A change
//! shows once it is marked, which is at once while the workers run.

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

/// The instant before which every change is marked; `None` before the first mark.
pub async fn horizon(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    let row = reads.find_of_desk::<change_horizon::Entity>().filter(change_horizon::Column::Id.eq(1)).one(reads.connection()).await?;
    Ok(row.map(|row| instant(row.reached_at)))
}

/// Marks the tickets of events that get these positions. The caller must hold the stream's lock.
pub(super) async fn mark(tx: &Tx, positions: &[(Uuid, i64)], now: Instant) -> Result<(), DbErr> {
    let events = tx.find::<event::Entity>().filter(event::Column::Id.is_in(positions.iter().map(|one| one.0)));
    let events = events.all(tx.connection()).await?;
    let latest = events.iter().map(|event| instant(event.recorded_at)).max();
    let at = horizon(tx).await?.into_iter().chain(latest).chain([now]).max().unwrap_or(now);
    let positions: HashMap<_, _> = positions.iter().copied().collect();
    let mut changed: HashMap<Uuid, Change> = HashMap::new();
    for row in events {
        if row.subject_kind != SubjectKind::Ticket.as_str() {
            continue;
        }
        let position = positions.get(&row.id).copied().unwrap_or_default();
        let change = changed.entry(row.subject_id).or_insert(Change { organisation: row.organisation.clone(), last: position, seen: None });
        change.last = change.last.max(position);
        // An event that cannot be read must not stop the pass, which marks everyone's tickets. A client is told nothing of it.
        let is_seen = match super::events::streamed(row).map(|streamed| streamed.event) {
            Ok(AnyEvent::Ticket(event)) => Reader::Client.sees_of(&event),
            Ok(AnyEvent::Obligation(_) | AnyEvent::RoleAssignment(_) | AnyEvent::SecuritySignal(_)) | Err(_) => false,
        };
        if is_seen {
            change.seen = change.seen.max(Some(position));
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
    set_horizon(tx, at).await
}

/// The columns of a mark: the desk's, then the client's. A change that the client does not see leaves the latter as they are.
const COLUMNS: [ticket_change::Column; 4] = [
    ticket_change::Column::ChangedAt,
    ticket_change::Column::Position,
    ticket_change::Column::ClientChangedAt,
    ticket_change::Column::ClientPosition,
];

/// The stream positions of a ticket's last change, and of the last that its client sees something of.
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

/// Whether the horizon can move on although nothing waits to be marked: it stands at the second of the last mark, and that has passed.
pub async fn horizon_lags(reads: &impl Reads, now: Instant) -> Result<bool, DbErr> {
    let Some(reached) = horizon(reads).await?.filter(|reached| *reached < now) else { return Ok(false) };
    let last = reads.find::<ticket_change::Entity>().filter(ticket_change::Column::ChangedAt.gte(reached.to_utc()));
    Ok(last.one(reads.connection()).await?.is_some())
}

/// Moves the horizon on when nothing waits to be marked; otherwise a reader who asks again would be given the last changes for ever.
pub(super) async fn advance_horizon(tx: &Tx, now: Instant) -> Result<(), DbErr> {
    if horizon_lags(tx, now).await? { set_horizon(tx, now).await } else { Ok(()) }
}

async fn set_horizon(tx: &Tx, at: Instant) -> Result<(), DbErr> {
    let row = change_horizon::ActiveModel { id: Set(1), reached_at: Set(at.to_utc()) };
    let moved = OnConflict::column(change_horizon::Column::Id).update_column(change_horizon::Column::ReachedAt).to_owned();
    change_horizon::Entity::insert(row).on_conflict(moved).exec_without_returning(tx.connection()).await.map(drop)
}
