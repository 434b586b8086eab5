//! The histories of subjects of every kind, in one table.

use std::collections::HashMap;

use entity::event;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Reads, Tx, broken, insert_rows, instant};
use crate::domain::history::{Event, EventData, Subject, SubjectKind};
use crate::domain::subjects::{AnyEvent, EventKind};
use crate::domain::ticket::EventKind as TicketEventKind;

/// An event with its subject and its position in the stream.
#[derive(Debug, Clone)]
pub struct Streamed {
    pub subject_id: Uuid,
    pub organisation: String,
    /// Its place in its subject's history, from 1.
    pub sequence: i32,
    /// Its position in the stream; `None` until it is numbered.
    pub position: Option<i64>,
    pub event: AnyEvent,
}

/// A subject's history, in the order recorded.
pub async fn of<S: Subject>(reads: &impl Reads, subject: Uuid) -> Result<Vec<Event<S::Data>>, DbErr> {
    Ok(histories::<S>(reads, &[subject]).await?.remove(&subject).unwrap_or_default())
}

/// One event of a subject's history.
pub async fn one<S: Subject>(reads: &impl Reads, id: Uuid) -> Result<Option<Event<S::Data>>, DbErr> {
    let row = reads.find::<event::Entity>().filter(event::Column::Id.eq(id)).one(reads.connection()).await?;
    row.map(to_event).transpose()
}

/// The histories of several subjects, each in the order recorded.
pub async fn histories<S: Subject>(reads: &impl Reads, subjects: &[Uuid]) -> Result<HashMap<Uuid, Vec<Event<S::Data>>>, DbErr> {
    let rows = reads.find::<event::Entity>().filter(event::Column::SubjectId.is_in(subjects.iter().copied()));
    let rows = rows.order_by_asc(event::Column::SubjectId).order_by_asc(event::Column::Sequence);
    let mut histories: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows.all(reads.connection()).await? {
        histories.entry(row.subject_id).or_default().push(to_event(row)?);
    }
    Ok(histories)
}

/// The last event of each of these tickets since which fewer may see it; none of those of which that never changed.
pub async fn last_flagged(reads: &impl Reads, tickets: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, DbErr> {
    let rows = reads.find::<event::Entity>().filter(event::Column::SubjectId.is_in(tickets.iter().copied()));
    let rows = rows.filter(event::Column::Kind.eq(TicketEventKind::Flagged.as_str()));
    let rows = rows.select_only().columns([event::Column::SubjectId, event::Column::Id]).order_by_asc(event::Column::Id);
    Ok(rows.into_tuple::<(Uuid, Uuid)>().all(reads.connection()).await?.into_iter().collect())
}

/// The events of several subjects that have a reason, each with its subject, in no particular order.
pub(super) async fn with_reasons<S: Subject>(reads: &impl Reads, subjects: &[Uuid]) -> Result<Vec<(Uuid, Event<S::Data>)>, DbErr> {
    let rows = reads.find::<event::Entity>().filter(event::Column::SubjectId.is_in(subjects.iter().copied()));
    let rows = rows.filter(event::Column::Reason.is_not_null()).all(reads.connection()).await?;
    rows.into_iter().map(|row| Ok((row.subject_id, to_event(row)?))).collect()
}

/// How many events each of these histories has.
pub(super) async fn lengths(reads: &impl Reads, subjects: &[Uuid]) -> Result<HashMap<Uuid, usize>, DbErr> {
    let counted = reads.find::<event::Entity>().filter(event::Column::SubjectId.is_in(subjects.iter().copied())).select_only();
    let counted = counted.column(event::Column::SubjectId).column_as(event::Column::Id.count(), "length");
    let rows: Vec<(Uuid, i64)> = counted.group_by(event::Column::SubjectId).into_tuple().all(reads.connection()).await?;
    Ok(rows.into_iter().map(|(subject, length)| (subject, usize::try_from(length).unwrap_or_default())).collect())
}

/// Adds events to histories. `stored` is how many events each history has already.
pub(super) async fn append<'a, S: Subject + 'a>(
    tx: &Tx,
    added: impl Iterator<Item = (&'a S, usize, &'a [Event<S::Data>])>,
) -> Result<(), DbErr> {
    let rows = added.flat_map(|(subject, stored, events)| {
        let first = i32::try_from(stored).unwrap_or(i32::MAX).saturating_add(1);
        events.iter().zip(first..).map(|(event, sequence)| row(subject, sequence, event))
    });
    insert_rows::<event::Entity>(tx, rows.collect(), None).await.map(drop)
}

fn row<S: Subject>(subject: &S, sequence: i32, event: &Event<S::Data>) -> event::ActiveModel {
    event::ActiveModel {
        id: Set(event.id),
        subject_kind: Set(S::KIND.as_str().to_owned()),
        subject_id: Set(subject.id()),
        organisation: Set(subject.organisation().to_owned()),
        sequence: Set(sequence),
        kind: Set(event.data.name().to_owned()),
        actor: Set(event.actor.clone()),
        token_id: Set(event.token),
        reason: Set(event.reason.clone()),
        data: Set(event.data.to_json()),
        occurred_at: Set(event.occurred_at.to_utc()),
        recorded_at: Set(event.recorded_at.to_utc()),
        position: Set(None),
    }
}

/// An event of any subject; an error when this program does not know its kind or cannot read its data.
pub(super) fn streamed(row: event::Model) -> Result<Streamed, DbErr> {
    let (subject_id, organisation) = (row.subject_id, row.organisation.clone());
    let (sequence, position) = (row.sequence, row.position);
    let event = match SubjectKind::named(&row.subject_kind).ok_or_else(|| broken("a kind of subject"))? {
        SubjectKind::Ticket => AnyEvent::Ticket(to_event(row)?),
        SubjectKind::Obligation => AnyEvent::Obligation(to_event(row)?),
        SubjectKind::RoleAssignment => AnyEvent::RoleAssignment(to_event(row)?),
        SubjectKind::SecuritySignal => AnyEvent::SecuritySignal(to_event(row)?),
    };
    Ok(Streamed { subject_id, organisation, sequence, position, event })
}

fn to_event<D: EventData>(row: event::Model) -> Result<Event<D>, DbErr> {
    let unreadable = |error| DbErr::Type(format!("the data of {} {} cannot be read: {error}", row.kind, row.id));
    let unknown = || broken("an event kind");
    EventKind::named(&row.kind).ok_or_else(unknown)?;
    Ok(Event {
        id: row.id,
        data: D::from_json(&row.kind, row.data).map_err(unreadable)?,
        actor: row.actor,
        token: row.token_id,
        reason: row.reason,
        occurred_at: instant(row.occurred_at),
        recorded_at: instant(row.recorded_at),
    })
}
