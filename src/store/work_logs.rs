//! What was done on tickets, in words and minutes.

use std::collections::HashSet;

use entity::work_log;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant, search};
use crate::domain::Instant;
use crate::domain::redaction::GONE;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::searched::Searched;
use crate::domain::ticket::work::{WorkEntry, WorkLogged};

/// A page of a ticket's entries, in the order recorded, after one of them.
pub async fn of_ticket(reads: &impl Reads, ticket: Uuid, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<WorkEntry>, DbErr> {
    let mut rows = reads.find::<work_log::Entity>().filter(work_log::Column::TicketId.eq(ticket));
    if let Some((at, id)) = after {
        let place = Expr::tuple([Expr::col(work_log::Column::RecordedAt), Expr::col(work_log::Column::Id)]);
        rows = rows.filter(place.gt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let rows = rows.order_by_asc(work_log::Column::RecordedAt).order_by_asc(work_log::Column::Id).limit(limit);
    let rows = rows.all(reads.connection()).await?;
    marked(reads, rows).await
}

/// One of a ticket's entries.
pub async fn find(reads: &impl Reads, ticket: Uuid, id: Uuid) -> Result<Option<WorkEntry>, DbErr> {
    let rows = reads.find::<work_log::Entity>().filter(work_log::Column::TicketId.eq(ticket)).filter(work_log::Column::Id.eq(id));
    Ok(marked(reads, rows.all(reads.connection()).await?).await?.pop())
}

/// The rows as entries, each with whether it was taken back.
async fn marked(reads: &impl Reads, rows: Vec<work_log::Model>) -> Result<Vec<WorkEntry>, DbErr> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = rows.iter().map(|row| row.id);
    let corrected = reads.find::<work_log::Entity>().filter(work_log::Column::CorrectsId.is_in(ids)).select_only();
    let corrected: Vec<Uuid> = corrected.column(work_log::Column::CorrectsId).into_tuple().all(reads.connection()).await?;
    let corrected: HashSet<_> = corrected.into_iter().collect();
    let entry = |row: work_log::Model| WorkEntry {
        is_corrected: corrected.contains(&row.id),
        id: row.id,
        ticket_id: row.ticket_id,
        organisation: row.organisation,
        author: row.author,
        work: WorkLogged { minutes: row.minutes, date: row.work_date, corrects: row.corrects_id, remote_session: row.remote_session },
        text: row.text,
        recorded_at: instant(row.recorded_at),
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// All entries of these tickets, in no particular order.
pub(super) async fn of_tickets(reads: &impl Reads, tickets: &[Uuid]) -> Result<Vec<WorkEntry>, DbErr> {
    let rows = reads.find::<work_log::Entity>().filter(work_log::Column::TicketId.is_in(tickets.iter().copied()));
    marked(reads, rows.all(reads.connection()).await?).await
}

/// Stores an entry on a ticket, which the desk finds by its words from then on.
pub async fn insert(tx: &Tx, ticket: &Ticket, entry: &WorkEntry) -> Result<(), DbErr> {
    let row = work_log::ActiveModel {
        id: Set(entry.id),
        ticket_id: Set(entry.ticket_id),
        organisation: Set(entry.organisation.clone()),
        author: Set(entry.author.clone()),
        minutes: Set(entry.work.minutes),
        work_date: Set(entry.work.date),
        text: Set(entry.text.clone()),
        corrects_id: Set(entry.work.corrects),
        remote_session: Set(entry.work.remote_session),
        recorded_at: Set(entry.recorded_at.to_utc()),
    };
    work_log::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    search::add(tx, Searched::of_work(entry).map(|text| (ticket.number, text))).await
}

/// Takes away the words of an entry; the minutes stay.
pub async fn take_text(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let gone = work_log::Entity::update_many().col_expr(work_log::Column::Text, Expr::value(GONE));
    gone.filter(work_log::Column::Id.eq(id)).exec(tx.connection()).await?;
    search::take(tx, id).await.map(drop)
}

/// Puts other words in the place of those of all entries of a ticket, which is taken out of the search index with them.
pub async fn replace_texts(tx: &Tx, ticket: Uuid, text: &str) -> Result<(), DbErr> {
    let replaced = work_log::Entity::update_many().col_expr(work_log::Column::Text, Expr::value(text));
    replaced.filter(work_log::Column::TicketId.eq(ticket)).exec(tx.connection()).await.map(drop)
}
