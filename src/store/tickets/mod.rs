//! Tickets. `rows` has their rows, with the clocks and ladder positions that are kept beside them as an index; `references` has their names
//! in other systems, `tags` the labels of the desk, `followers` who is told of them.

mod followers;
mod links;
mod references;
mod rows;
mod tags;

pub(super) use followers::followed_by;
pub use followers::{followers_of, forget_follower, forget_followers};
pub use references::{called, index, insert_references, references, remove_reference};
pub(super) use rows::{NO_RANK, NOT_DUE, to_domain};
pub(super) use tags::tags_having;
pub use tags::{forget_tags, tags_in_use};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::ticket;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, events, instant};
use crate::domain::Instant;
use crate::domain::ticket::{Event, Reader, Ticket, TicketRef};

/// `None` outside the scope, too.
pub async fn find(reads: &impl Reads, ticket: TicketRef) -> Result<Option<Ticket>, DbErr> {
    let found = reads.find::<ticket::Entity>().filter(addressed(ticket)).one(reads.connection()).await?;
    found.map(|row| to_domain(reads, row)).transpose()
}

/// The same, locked against other writers until the transaction ends. `None` also when it was destroyed: nothing is added to such a ticket.
pub async fn lock(tx: &Tx, ticket: TicketRef) -> Result<Option<Ticket>, DbErr> {
    Ok(lock_all(tx, &[ticket]).await?.pop())
}

/// Locks several tickets, without those that were destroyed. Every transaction locks them in the order of their ids, so that two never wait
/// for each other; one that needs several must therefore ask for them all at once, here.
pub async fn lock_all(tx: &Tx, tickets: &[TicketRef]) -> Result<Vec<Ticket>, DbErr> {
    let any = tickets.iter().fold(Condition::any(), |any, one| any.add(addressed(*one)));
    let found = tx
        .find::<ticket::Entity>()
        .filter(any)
        .filter(ticket::Column::DestroyedAt.is_null())
        .order_by_asc(ticket::Column::Id)
        .lock(ROW_LOCK)
        .all(tx.connection())
        .await?;
    found.into_iter().map(|row| to_domain(tx, row)).collect()
}

/// Adds to the history of each of these tickets, unless it was destroyed, an event that is no act on it and moves none of its clocks, and
/// counts it as a change. The ids are in order, as they are locked.
pub async fn tell(tx: &Tx, ids: &[Uuid], event: impl Fn(Uuid) -> Event, now: Instant) -> Result<(), DbErr> {
    let numbered: Vec<_> = ids.iter().copied().map(TicketRef::Id).collect();
    let locked = lock_all(tx, &numbered).await?;
    let stored = events::lengths(tx, ids).await?;
    let stored_of = |ticket: &Ticket| stored.get(&ticket.id).copied().unwrap_or_default();
    let told: Vec<_> = locked.iter().map(|ticket| (ticket, stored_of(ticket), [event(ticket.id)])).collect();
    events::append(tx, told.iter().map(|(ticket, stored, added)| (*ticket, *stored, &added[..]))).await?;
    let seen = told.iter().filter(|(.., added)| added.iter().any(|event| Reader::Client.sees_of(event)));
    let seen: Vec<_> = seen.map(|(ticket, ..)| ticket.id).collect();
    changed(tx, locked.iter().map(|ticket| ticket.id), [ticket::Column::Version, ticket::Column::UpdatedAt], now).await?;
    changed(tx, seen, [ticket::Column::ClientVersion, ticket::Column::ClientUpdatedAt], now).await
}

async fn changed(tx: &Tx, ids: impl IntoIterator<Item = Uuid>, [version, at]: [ticket::Column; 2], now: Instant) -> Result<(), DbErr> {
    let changed = ticket::Entity::update_many().col_expr(version, Expr::col(version).add(1)).col_expr(at, Expr::value(now.to_utc()));
    changed.filter(ticket::Column::Id.is_in(ids)).exec(tx.connection()).await.map(drop)
}

/// Weaker than `FOR UPDATE`: a ticket's key never changes, so inserting a row that refers to it need not wait.
const ROW_LOCK: LockType = LockType::NoKeyUpdate;

pub(super) fn addressed(ticket: TicketRef) -> Condition {
    match ticket {
        TicketRef::Id(id) => Condition::all().add(ticket::Column::Id.eq(id)),
        TicketRef::Number(kind, number) => {
            Condition::all().add(ticket::Column::Number.eq(number)).add(ticket::Column::RegisteredAs.eq(kind.as_str()))
        }
    }
}

/// The open emergency changes for these incidents, each with its incident.
pub async fn open_emergencies_for(reads: &impl Reads, incidents: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
    let open = reads.find::<ticket::Entity>().filter(ticket::Column::GoesFirst.eq(true));
    let theirs = open.filter(ticket::Column::EmergencyForId.is_in(incidents.iter().copied())).select_only();
    let theirs = theirs.columns([ticket::Column::Id, ticket::Column::EmergencyForId]).order_by_asc(ticket::Column::Id);
    let rows: Vec<(Uuid, Option<Uuid>)> = theirs.into_tuple().all(reads.connection()).await?;
    Ok(rows.into_iter().filter_map(|(id, incident)| Some((id, incident?))).collect())
}

/// In no particular order.
pub async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Ticket>, DbErr> {
    let rows = reads.find::<ticket::Entity>().filter(ticket::Column::Id.is_in(ids.iter().copied())).all(reads.connection()).await?;
    rows.into_iter().map(|row| to_domain(reads, row)).collect()
}

/// Those that were merged into this one, and still are.
pub async fn merged_into(reads: &impl Reads, ticket: Uuid) -> Result<Vec<Ticket>, DbErr> {
    let rows = reads.find::<ticket::Entity>().filter(ticket::Column::MergedIntoId.eq(ticket)).order_by_asc(ticket::Column::Id);
    rows.all(reads.connection()).await?.into_iter().map(|row| to_domain(reads, row)).collect()
}

/// Notes which of these tickets few may see, for whoever is shown something that hangs on them without the tickets themselves.
pub(super) async fn note_shown(reads: &impl Reads, ids: impl IntoIterator<Item = Uuid>) -> Result<(), DbErr> {
    let ids: BTreeSet<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    note_shown_among(reads, ticket::Column::Id.is_in(ids)).await
}

/// The same of those that meet a condition.
pub(super) async fn note_shown_among(reads: &impl Reads, which: impl IntoCondition) -> Result<(), DbErr> {
    // As the partial index has it.
    let flagged = reads.find::<ticket::Entity>().filter(which.into_condition()).filter(Expr::cust("ticket.flags <> 0"));
    let flagged: Vec<(Uuid, i32)> =
        flagged.select_only().columns([ticket::Column::Id, ticket::Column::Flags]).into_tuple().all(reads.connection()).await?;
    for (id, flags) in flagged {
        reads.note_shown(id, flags.into());
    }
    Ok(())
}

/// Numbers for new tickets: unique and rising, with gaps on PostgreSQL, where a sequence is not rolled back. The first is 1001.
pub async fn next_numbers(tx: &Tx, count: usize) -> Result<Vec<i64>, DbErr> {
    let sql = match tx.backend() {
        Backend::Postgres => format!("SELECT nextval('ticket_number') AS number FROM generate_series(1, {count})"),
        Backend::Sqlite => "SELECT COALESCE(MAX(number), 1000) + 1 AS number FROM ticket".to_owned(),
    };
    let rows = tx.connection().query_all_raw(Statement::from_string(tx.backend().into(), sql)).await?;
    let numbers = rows.iter().map(|row| row.try_get("", "number")).collect::<Result<Vec<i64>, _>>()?;
    match (tx.backend(), numbers.first()) {
        (Backend::Sqlite, Some(first)) => Ok((*first..).take(count).collect()),
        _ => Ok(numbers),
    }
}

/// The tickets of a contract that were open at some moment of `[from, to)`, as known now.
pub async fn ids_open_between(reads: &impl Reads, contract: &str, from: Instant, to: Instant) -> Result<Vec<Uuid>, DbErr> {
    ids_reported_before(reads, contract, to, ticket::Column::ClosedAt.gte(from.to_utc())).await
}

/// The tickets of a contract that may have been open in `[from, to)` as known at any instant since. Only tickets that were closed before
/// and not touched since are left out.
pub async fn ids_in_reach(reads: &impl Reads, contract: &str, from: Instant, to: Instant) -> Result<Vec<Uuid>, DbErr> {
    ids_reported_before(reads, contract, to, ticket::Column::UpdatedAt.gte(from.to_utc())).await
}

/// Those that are not closed and those that meet a condition, by number. Two queries, each with an index of its own: joined by OR, or with
/// `to` in them, SQLite would read every ticket there ever was.
async fn ids_reported_before(reads: &impl Reads, contract: &str, to: Instant, asked: Expr) -> Result<Vec<Uuid>, DbErr> {
    let mut found = BTreeMap::new();
    for which in [ticket::Column::ClosedAt.is_null(), asked] {
        let own = reads.find::<ticket::Entity>().filter(ticket::Column::Contract.eq(contract)).filter(which).select_only();
        let rows = own.columns([ticket::Column::Number, ticket::Column::Id, ticket::Column::OpenedAt]).into_tuple();
        let rows: Vec<(i64, Uuid, DateTime<Utc>)> = rows.all(reads.connection()).await?;
        found.extend(rows.into_iter().filter(|(.., opened_at)| instant(*opened_at) < to).map(|(number, id, _)| (number, id)));
    }
    Ok(found.into_values().collect())
}

/// How many tickets of a contract were reported in `[from, until)`.
pub async fn opened_between(reads: &impl Reads, contract: &str, from: Instant, until: Instant) -> Result<u64, DbErr> {
    let own = reads.find::<ticket::Entity>().filter(ticket::Column::Contract.eq(contract));
    let own = own.filter(ticket::Column::OpenedAt.gte(from.to_utc())).filter(ticket::Column::OpenedAt.lt(until.to_utc()));
    own.count(reads.connection()).await
}

/// How many tickets are open under each version of a contract, by the version's id.
pub async fn open_by_version(reads: &impl Reads, contract: &str) -> Result<Vec<(Uuid, u64)>, DbErr> {
    let open = reads.find::<ticket::Entity>().filter(ticket::Column::Contract.eq(contract)).filter(ticket::Column::IsOpen.eq(true));
    let counted = open.select_only().column(ticket::Column::ContractVersionId).column_as(ticket::Column::Id.count(), "open");
    let rows: Vec<(Uuid, i64)> = counted.group_by(ticket::Column::ContractVersionId).into_tuple().all(reads.connection()).await?;
    Ok(rows.into_iter().map(|(version, count)| (version, u64::try_from(count).unwrap_or_default())).collect())
}
