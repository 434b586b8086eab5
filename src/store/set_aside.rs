//! Events that a handler has set aside. One that failed has an instant for its next try. Later events of its subject wait behind it and have
//! none. One that was given up, a dead letter, has the instant at which it was.

use std::collections::HashSet;

use entity::{event, set_aside};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::record::Rows;
use super::stream::{self, StreamEntry};
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, View, instant};
use crate::domain::Instant;
use crate::domain::history::SubjectKind;
use crate::domain::obligation::Obligation;
use crate::domain::role_assignment::RoleAssignment;
use crate::domain::security_signal::SecuritySignal;
use crate::domain::ticket::Ticket;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    pub id: Uuid,
    pub handler: String,
    pub event_id: Uuid,
    pub subject_id: Uuid,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub died_at: Option<Instant>,
}

/// A dead letter, with what an operator recognises it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub set_aside: SetAside,
    /// A ticket's number, or an obligation's duty with its period.
    pub subject: String,
    /// The event's kind as it is stored, which this program may not know.
    pub kind: String,
}

/// What happens to an event after a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    RetryAt(Instant),
    /// It becomes a dead letter, at that instant.
    GiveUp(Instant),
}

/// Those of these subjects of which an event is set aside for a handler and not given up.
pub async fn waiting(tx: &Tx, handler: &str, subjects: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let of_subjects = alive(tx, handler).select_only().column(set_aside::Column::SubjectId);
    let of_subjects = of_subjects.filter(set_aside::Column::SubjectId.is_in(subjects.iter().copied())).distinct();
    Ok(of_subjects.into_tuple::<Uuid>().all(tx.connection()).await?.into_iter().collect())
}

/// Sets aside an event that failed, with its error and next try; or, without those, one that waits behind it.
pub async fn put(tx: &Tx, handler: &str, entry: &StreamEntry, failed: Option<(&str, Instant)>, now: Instant) -> Result<(), DbErr> {
    let row = set_aside::ActiveModel {
        id: Set(Uuid::new_v5(&entry.event_id, handler.as_bytes())),
        handler: Set(handler.to_owned()),
        event_id: Set(entry.event_id),
        subject_kind: Set(entry.subject_kind.map_or("", SubjectKind::as_str).to_owned()),
        subject_id: Set(entry.subject_id),
        organisation: Set(entry.organisation.clone()),
        position: Set(entry.position),
        attempts: Set(i32::from(failed.is_some())),
        next_attempt_at: Set(failed.map(|failed| failed.1.to_utc())),
        last_error: Set(failed.map(|failed| failed.0.to_owned())),
        set_aside_at: Set(now.to_utc()),
        died_at: Set(None),
    };
    set_aside::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// Has every handler deal with these events anew, at once. What it has done already it does not do again.
pub async fn anew(tx: &Tx, events: &[Uuid], now: Instant) -> Result<(), DbErr> {
    let handlers = stream::registered_handlers(tx).await?;
    let numbered = tx.find::<event::Entity>().filter(event::Column::Id.is_in(events.iter().copied()));
    let mut rows = Vec::new();
    for event in numbered.all(tx.connection()).await? {
        let Some(position) = event.position else { continue };
        rows.extend(handlers.iter().map(|handler| set_aside::ActiveModel {
            id: Set(Uuid::new_v5(&event.id, handler.as_bytes())),
            handler: Set(handler.clone()),
            event_id: Set(event.id),
            subject_kind: Set(event.subject_kind.clone()),
            subject_id: Set(event.subject_id),
            organisation: Set(event.organisation.clone()),
            position: Set(position),
            attempts: Set(0),
            next_attempt_at: Set(Some(now.to_utc())),
            last_error: Set(None),
            set_aside_at: Set(now.to_utc()),
            died_at: Set(None),
        }));
    }
    if rows.is_empty() {
        return Ok(());
    }
    // One that waits there will be dealt with anyway.
    let known = OnConflict::column(set_aside::Column::Id).do_nothing().to_owned();
    set_aside::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx.connection()).await.map(drop)
}

/// Events that a handler is to retry by `now`, in stream order.
pub async fn due(tx: &Tx, handler: &str, now: Instant, limit: u64) -> Result<Vec<SetAside>, DbErr> {
    let due = tx.find::<set_aside::Entity>().filter(set_aside::Column::Handler.eq(handler));
    let due = due.filter(set_aside::Column::NextAttemptAt.lte(now.to_utc()));
    let due = due.order_by_asc(set_aside::Column::Position).limit(limit);
    Ok(due.all(tx.connection()).await?.into_iter().map(to_domain).collect())
}

/// The handlers that have something to retry by `now`.
pub async fn due_handlers(view: &View, now: Instant) -> Result<Vec<String>, DbErr> {
    let due = view.find::<set_aside::Entity>().select_only().column(set_aside::Column::Handler);
    due.filter(set_aside::Column::NextAttemptAt.lte(now.to_utc())).distinct().into_tuple().all(view.connection()).await
}

/// When the next retry of any handler is due.
pub async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    let earliest = reads.find::<set_aside::Entity>().select_only().column(set_aside::Column::NextAttemptAt);
    let earliest = earliest.filter(set_aside::Column::NextAttemptAt.is_not_null()).order_by_asc(set_aside::Column::NextAttemptAt);
    let row: Option<chrono::DateTime<chrono::Utc>> = earliest.limit(1).into_tuple().one(reads.connection()).await?;
    Ok(row.map(instant))
}

/// Deletes an event that a retry handled, and releases the next one of its subject.
pub async fn done(tx: &Tx, one: &SetAside, now: Instant) -> Result<(), DbErr> {
    set_aside::Entity::delete_by_id(one.id).exec(tx.connection()).await?;
    release(tx, one, now).await
}

/// Records a failed try. If that was the last, the next event of the subject is released.
pub async fn failed(tx: &Tx, one: &SetAside, error: &str, next: AfterFailure, now: Instant) -> Result<(), DbErr> {
    let (again, died) = match next {
        AfterFailure::RetryAt(at) => (Some(at.to_utc()), None),
        AfterFailure::GiveUp(at) => (None, Some(at.to_utc())),
    };
    set_aside::Entity::update_many()
        .col_expr(set_aside::Column::Attempts, Expr::col(set_aside::Column::Attempts).add(1))
        .col_expr(set_aside::Column::LastError, Expr::value(error))
        .col_expr(set_aside::Column::NextAttemptAt, Expr::value(again))
        .col_expr(set_aside::Column::DiedAt, Expr::value(died))
        .filter(set_aside::Column::Id.eq(one.id))
        .exec(tx.connection())
        .await?;
    if died.is_some() { release(tx, one, now).await } else { Ok(()) }
}

/// Makes the earliest waiting event of the same handler and subject due, unless it is due already.
async fn release(tx: &Tx, one: &SetAside, now: Instant) -> Result<(), DbErr> {
    let of_subject = alive(tx, &one.handler).filter(set_aside::Column::SubjectId.eq(one.subject_id));
    let Some(next) = of_subject.order_by_asc(set_aside::Column::Position).one(tx.connection()).await? else { return Ok(()) };
    if next.next_attempt_at.is_none() {
        due_at(tx, next.id, now).await?;
    }
    Ok(())
}

async fn due_at(tx: &Tx, id: Uuid, now: Instant) -> Result<(), DbErr> {
    set_aside::Entity::update_many()
        .col_expr(set_aside::Column::NextAttemptAt, Expr::value(Some(now.to_utc())))
        .filter(set_aside::Column::Id.eq(id))
        .exec(tx.connection())
        .await
        .map(drop)
}

pub async fn count_dead(view: &View) -> Result<u64, DbErr> {
    view.find::<set_aside::Entity>().filter(set_aside::Column::DiedAt.is_not_null()).count(view.connection()).await
}

/// Oldest first.
pub async fn dead(view: &View, limit: u64) -> Result<Vec<DeadLetter>, DbErr> {
    let dead = view.find::<set_aside::Entity>().filter(set_aside::Column::DiedAt.is_not_null());
    let dead = dead.order_by_asc(set_aside::Column::DiedAt).order_by_asc(set_aside::Column::Position).limit(limit);
    let dead = dead.all(view.connection()).await?;
    let subjects: Vec<_> = dead.iter().map(|one| one.subject_id).collect();
    let mut labels = Ticket::labels(view, &subjects).await?;
    labels.extend(Obligation::labels(view, &subjects).await?);
    labels.extend(RoleAssignment::labels(view, &subjects).await?);
    labels.extend(SecuritySignal::labels(view, &subjects).await?);
    let kinds = view.find::<event::Entity>().filter(event::Column::Id.is_in(dead.iter().map(|one| one.event_id))).select_only();
    let kinds: Vec<(Uuid, String)> = kinds.columns([event::Column::Id, event::Column::Kind]).into_tuple().all(view.connection()).await?;
    let letter = |row: set_aside::Model| {
        let subject = labels.get(&row.subject_id)?.clone();
        let kind = kinds.iter().find(|kind| kind.0 == row.event_id)?;
        Some(DeadLetter { set_aside: to_domain(row), subject, kind: kind.1.clone() })
    };
    Ok(dead.into_iter().filter_map(letter).collect())
}

/// Makes a dead letter due as if it had never failed. False when there is no such dead letter.
pub async fn revive(tx: &Tx, id: Uuid, now: Instant) -> Result<bool, DbErr> {
    let revived = set_aside::Entity::update_many()
        .col_expr(set_aside::Column::NextAttemptAt, Expr::value(Some(now.to_utc())))
        .col_expr(set_aside::Column::DiedAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .col_expr(set_aside::Column::Attempts, Expr::value(0))
        .filter(set_aside::Column::Id.eq(id))
        .filter(set_aside::Column::DiedAt.is_not_null());
    Ok(revived.exec(tx.connection()).await?.rows_affected == 1)
}

fn alive(reads: &impl Reads, handler: &str) -> Select<set_aside::Entity> {
    reads.find::<set_aside::Entity>().filter(set_aside::Column::Handler.eq(handler)).filter(set_aside::Column::DiedAt.is_null())
}

fn to_domain(row: set_aside::Model) -> SetAside {
    SetAside {
        id: row.id,
        handler: row.handler,
        event_id: row.event_id,
        subject_id: row.subject_id,
        attempts: row.attempts,
        last_error: row.last_error,
        died_at: row.died_at.map(instant),
    }
}
