//! The links of tickets, as rows by which they are found, each at the end it is seen from: an index of their histories.

use std::collections::HashMap;

use entity::ticket_link;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use crate::domain::ticket::{EventData, Ticket};
use crate::domain::workflow::Relation;
use crate::store::record::Record;
use crate::store::row::Row;
use crate::store::tx::sealed::Inner as _;
use crate::store::{Reads, Tx, insert_rows};

fn row(ticket: &Ticket, (relation, other): (Relation, Uuid)) -> ticket_link::ActiveModel {
    ticket_link::ActiveModel {
        id: Set(Uuid::new_v5(&ticket.id, format!("{relation} {other}").as_bytes())),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        relation: Set(relation.to_string()),
        other_id: Set(other),
    }
}

/// Writes those of new tickets.
pub(super) async fn put_new(tx: &Tx, new: &[&Record<Ticket>]) -> Result<(), DbErr> {
    let rows = new.iter().flat_map(|record| record.index.links.iter().map(|link| row(&record.subject, *link)));
    insert_rows::<ticket_link::Entity>(tx, rows.collect(), None).await.map(drop)
}

/// Writes what a history gives, where that may have changed.
pub(super) async fn put(tx: &Tx, Record { subject: ticket, index, added, .. }: &Record<Ticket>) -> Result<(), DbErr> {
    let is_gone = added.iter().any(|event| matches!(event.data, EventData::Unlinked(_) | EventData::IndexRebuilt(_)));
    if !is_gone && !added.iter().any(|event| matches!(event.data, EventData::Linked(_))) {
        return Ok(());
    }
    if is_gone {
        ticket_link::Entity::delete_many().filter(ticket_link::Column::TicketId.eq(ticket.id)).exec(tx.connection()).await?;
    }
    let rows = index.links.iter().map(|link| row(ticket, *link)).collect();
    let ends = [ticket_link::Column::TicketId, ticket_link::Column::Relation, ticket_link::Column::OtherId];
    insert_rows::<ticket_link::Entity>(tx, rows, Some(OnConflict::columns(ends).do_nothing().to_owned())).await.map(drop)
}

/// The rows that a replay gives, for comparison.
pub(super) fn rows(Record { subject: ticket, index, .. }: &Record<Ticket>) -> impl Iterator<Item = Row> {
    index.links.iter().map(|link| Row::of(format!("link.{}.{}", link.0, link.1), &row(ticket, *link)))
}

/// Those that are stored, by ticket.
pub(super) async fn stored(reads: &impl Reads, tickets: &[Uuid], beside: &mut HashMap<Uuid, Vec<Row>>) -> Result<(), DbErr> {
    let rows = reads.find::<ticket_link::Entity>().filter(ticket_link::Column::TicketId.is_in(tickets.iter().copied()));
    for row in rows.all(reads.connection()).await? {
        let (of, name) = (row.ticket_id, format!("link.{}.{}", row.relation, row.other_id));
        beside.entry(of).or_default().push(Row::of(name, &row.into_active_model()));
    }
    Ok(())
}
