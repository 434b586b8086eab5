//! The tags of tickets, as rows by which they are found: an index of their histories.

use std::collections::HashMap;

use entity::{event, ticket_tag};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, OnConflict, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::json;
use uuid::Uuid;

use crate::domain::ticket::{EventKind, Ticket};
use crate::store::record::Record;
use crate::store::row::Row;
use crate::store::tx::sealed::Inner as _;
use crate::store::{Reads, Tx, insert_rows};

fn row(ticket: &Ticket, tag: &str) -> ticket_tag::ActiveModel {
    ticket_tag::ActiveModel {
        id: Set(Uuid::new_v5(&ticket.id, format!("tag {tag}").as_bytes())),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        tag: Set(tag.to_owned()),
    }
}

/// Writes what a history gives, where that may have changed. A new ticket has none.
pub(super) async fn put(tx: &Tx, Record { subject: ticket, index, added, .. }: &Record<Ticket>) -> Result<(), DbErr> {
    if !added.iter().any(|event| event.data.changes_tags()) {
        return Ok(());
    }
    let gone = ticket_tag::Entity::delete_many().filter(ticket_tag::Column::TicketId.eq(ticket.id));
    gone.filter(ticket_tag::Column::Tag.is_not_in(&index.tags)).exec(tx.connection()).await?;
    let rows = index.tags.iter().map(|tag| row(ticket, tag)).collect();
    let there = OnConflict::columns([ticket_tag::Column::TicketId, ticket_tag::Column::Tag]).do_nothing().to_owned();
    insert_rows::<ticket_tag::Entity>(tx, rows, Some(there)).await.map(drop)
}

/// The rows that a replay gives, for comparison.
pub(super) fn rows(Record { subject: ticket, index, .. }: &Record<Ticket>) -> impl Iterator<Item = Row> {
    index.tags.iter().map(|tag| Row::of(format!("ticket_tag.{tag}"), &row(ticket, tag)))
}

/// Those that are stored, by ticket.
pub(super) async fn stored(reads: &impl Reads, tickets: &[Uuid], beside: &mut HashMap<Uuid, Vec<Row>>) -> Result<(), DbErr> {
    let rows = reads.find::<ticket_tag::Entity>().filter(ticket_tag::Column::TicketId.is_in(tickets.iter().copied()));
    for row in rows.all(reads.connection()).await? {
        let (of, name) = (row.ticket_id, format!("ticket_tag.{}", row.tag));
        beside.entry(of).or_default().push(Row::of(name, &row.into_active_model()));
    }
    Ok(())
}

/// The ids of the tickets that have one of these tags.
pub(in crate::store) fn tags_having(reads: &impl Reads, tags: &[String]) -> SelectStatement {
    let rows = reads.find::<ticket_tag::Entity>().filter(ticket_tag::Column::Tag.is_in(tags));
    rows.select_only().column(ticket_tag::Column::TicketId).into_query()
}

/// The tags in use that begin so, in their order, after one of them.
pub async fn tags_in_use(reads: &impl Reads, begin: &str, after: Option<&str>, limit: u64) -> Result<Vec<String>, DbErr> {
    let mut rows = reads.find::<ticket_tag::Entity>().select_only().column(ticket_tag::Column::Tag).distinct();
    if !begin.is_empty() {
        let literal = begin.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        rows = rows.filter(Expr::col(ticket_tag::Column::Tag).like(LikeExpr::new(format!("{literal}%")).escape('\\')));
    }
    if let Some(after) = after {
        rows = rows.filter(ticket_tag::Column::Tag.gt(after));
    }
    rows.order_by_asc(ticket_tag::Column::Tag).limit(limit).into_tuple().all(reads.connection()).await
}

/// Does away with the tags of a ticket, in its history too, which then says only that there were some.
pub async fn forget_tags(tx: &Tx, ticket: Uuid) -> Result<(), DbErr> {
    let kinds = [EventKind::Tagged, EventKind::Untagged].map(EventKind::as_str);
    let said = event::Entity::update_many().col_expr(event::Column::Data, Expr::value(json!({ "tags": [] })));
    said.filter(event::Column::SubjectId.eq(ticket)).filter(event::Column::Kind.is_in(kinds)).exec(tx.connection()).await?;
    ticket_tag::Entity::delete_many().filter(ticket_tag::Column::TicketId.eq(ticket)).exec(tx.connection()).await.map(drop)
}
