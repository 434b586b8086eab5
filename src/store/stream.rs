//! The event stream. Events get their position after they are committed, in a short pass under a lock: a position taken at insert would not
//! follow the order of commits, and a reader that goes by position would miss events.

use std::collections::HashMap;

use entity::{event, handler, stream};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::events::{Streamed, streamed};
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, View, changes, is_away};
use crate::domain::Instant;
use crate::domain::history::SubjectKind;
use crate::domain::subjects::EventKind;

/// An event's position in the stream. It can be read even when the event itself cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamEntry {
    pub position: i64,
    pub event_id: Uuid,
    /// `None` when this program does not know the kind.
    pub subject_kind: Option<SubjectKind>,
    pub subject_id: Uuid,
    pub organisation: String,
    /// `None` when this program does not know the kind.
    pub kind: Option<EventKind>,
}

/// Whether committed events wait for their position.
pub async fn has_unnumbered(view: &View) -> Result<bool, DbErr> {
    let waiting = view.find::<event::Entity>().select_only().column(event::Column::Id).filter(event::Column::Position.is_null());
    Ok(waiting.limit(1).into_tuple::<Uuid>().one(view.connection()).await?.is_some())
}

/// Gives committed events their position, and marks the tickets among their subjects as changed. Returns how many events it numbered.
pub async fn number(tx: &Tx, limit: u64, now: Instant) -> Result<usize, DbErr> {
    let waiting = tx.find::<event::Entity>().select_only().column(event::Column::Id).filter(event::Column::Position.is_null());
    let waiting =
        waiting.order_by_asc(event::Column::RecordedAt).order_by_asc(event::Column::SubjectId).order_by_asc(event::Column::Sequence);
    let Some(head) = tx.find_of_desk::<stream::Entity>().filter(stream::Column::Id.eq(1)).lock_exclusive().one(tx.connection()).await?
    else {
        return Ok(0);
    };
    let ids: Vec<Uuid> = waiting.limit(limit).into_tuple().all(tx.connection()).await?;
    if ids.is_empty() {
        changes::advance_horizon(tx, now).await?;
        return Ok(0);
    }
    let positions: Vec<_> = ids.iter().copied().zip(head.position + 1..).collect();
    changes::mark(tx, &positions, now).await?;
    let positions = positions
        .iter()
        .fold(CaseStatement::new(), |cases, (id, position)| cases.case(Expr::col(event::Column::Id).eq(*id), Expr::value(position)));
    let numbered = event::Entity::update_many().col_expr(event::Column::Position, positions.into());
    numbered.filter(event::Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await?;
    let end = head.position + i64::try_from(ids.len()).unwrap_or_default();
    let moved = stream::Entity::update_many().col_expr(stream::Column::Position, Expr::value(end)).filter(stream::Column::Id.eq(1));
    moved.exec(tx.connection()).await?;
    Ok(ids.len())
}

/// The handlers that have not reached the end of the stream.
pub async fn behind(view: &View) -> Result<Vec<String>, DbErr> {
    let end = QuerySelect::query(&mut view.find_of_desk::<stream::Entity>().select_only().column(stream::Column::Position)).to_owned();
    let behind = view.find_of_desk::<handler::Entity>().select_only().column(handler::Column::Name);
    behind.filter(Expr::col(handler::Column::Position).lt(Expr::expr(end))).into_tuple().all(view.connection()).await
}

/// Locks a handler for this transaction and returns its position; `None` when another process has it.
pub async fn take_handler(tx: &Tx, name: &str) -> Result<Option<i64>, DbErr> {
    use sea_orm::sea_query::{LockBehavior, LockType};
    let row = tx
        .find_of_desk::<handler::Entity>()
        .filter(handler::Column::Name.eq(name))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(row.one(tx.connection()).await?.map(|row| row.position))
}

/// The position of the last numbered event.
pub async fn end(reads: &impl Reads) -> Result<i64, DbErr> {
    Ok(reads
        .find_of_desk::<stream::Entity>()
        .filter(stream::Column::Id.eq(1))
        .one(reads.connection())
        .await?
        .map_or(0, |head| head.position))
}

/// The names of handlers that have a position in the stream.
pub async fn registered_handlers(reads: &impl Reads) -> Result<Vec<String>, DbErr> {
    reads.find_of_desk::<handler::Entity>().select_only().column(handler::Column::Name).into_tuple().all(reads.connection()).await
}

/// Gives a handler its first position; one that has a position keeps it.
pub async fn register_handler(tx: &Tx, name: &str, position: i64) -> Result<(), DbErr> {
    let row = handler::ActiveModel { name: Set(name.to_owned()), position: Set(position) };
    let known = sea_orm::sea_query::OnConflict::column(handler::Column::Name).do_nothing().to_owned();
    handler::Entity::insert(row).on_conflict(known).exec_without_returning(tx.connection()).await.map(drop)
}

/// Moves a handler's position on. To be called in the transaction that did its work.
pub async fn move_handler(tx: &Tx, name: &str, position: i64) -> Result<(), DbErr> {
    let row = handler::ActiveModel { name: Unchanged(name.to_owned()), position: Set(position) };
    handler::Entity::update(row).exec(tx.connection()).await.map(drop)
}

type EntryRow = (i64, Uuid, String, Uuid, String, String);

/// The entries after a position, in order.
pub async fn after(reads: &impl Reads, position: i64, limit: u64) -> Result<Vec<StreamEntry>, DbErr> {
    let rows = reads.find::<event::Entity>().select_only();
    let rows = rows.columns([event::Column::Position, event::Column::Id]).columns([event::Column::SubjectKind]);
    let rows = rows.columns([event::Column::SubjectId]).columns([event::Column::Organisation, event::Column::Kind]);
    let rows = rows.filter(event::Column::Position.gt(position)).order_by_asc(event::Column::Position).limit(limit);
    let rows: Vec<EntryRow> = rows.into_tuple().all(reads.connection()).await?;
    let entry = |(position, event_id, subject, subject_id, organisation, kind): EntryRow| StreamEntry {
        position,
        event_id,
        subject_kind: SubjectKind::named(&subject),
        subject_id,
        organisation,
        kind: EventKind::named(&kind),
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// Events by id. One that cannot be read does not fail the others: its error is in its place, or it is left out when even its row cannot
/// be read.
pub async fn events(reads: &impl Reads, ids: &[Uuid]) -> Result<HashMap<Uuid, Result<Streamed, String>>, DbErr> {
    let rows = async |ids: &[Uuid]| {
        reads.find::<event::Entity>().filter(event::Column::Id.is_in(ids.iter().copied())).all(reads.connection()).await
    };
    let rows = match rows(ids).await {
        Err(error) if is_away(&error) => return Err(error),
        Err(_) => {
            let mut read = Vec::new();
            for id in ids {
                read.extend(rows(std::slice::from_ref(id)).await.unwrap_or_default());
            }
            read
        }
        Ok(rows) => rows,
    };
    Ok(rows.into_iter().map(|row| (row.id, streamed(row).map_err(|error| error.to_string()))).collect())
}
