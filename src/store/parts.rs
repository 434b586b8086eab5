//! The parts of tickets, each in versions.

use std::collections::HashMap;

use entity::{ticket, ticket_part};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::Value;
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant, search, tickets};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::kinds::incident::{Calamity, FALLBACK_ACTIVE};
use crate::domain::ticket::kinds::{Content, Part};
use crate::domain::ticket::part::PartVersion;
use crate::domain::ticket::searched::Searched;
use crate::domain::workflow::State;

/// The versions of a part of a ticket before one of them, newest first.
pub async fn versions<C: Content>(reads: &impl Reads, ticket: Uuid, before: Option<u32>, limit: u64) -> Result<Vec<PartVersion<C>>, DbErr> {
    let mut rows = reads.find::<ticket_part::Entity>().filter(ticket_part::Column::TicketId.eq(ticket));
    rows = rows.filter(ticket_part::Column::Part.eq(C::PART.as_str()));
    if let Some(before) = before {
        rows = rows.filter(ticket_part::Column::Version.lt(i64::from(before)));
    }
    let rows = rows.order_by_desc(ticket_part::Column::Version).limit(limit).all(reads.connection()).await?;
    rows.into_iter().map(to_domain).collect()
}

/// The last version of a part of each of these tickets that has one.
pub async fn latest<C: Content>(reads: &impl Reads, tickets: &[Uuid]) -> Result<HashMap<Uuid, PartVersion<C>>, DbErr> {
    if tickets.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = reads.find::<ticket_part::Entity>().filter(ticket_part::Column::TicketId.is_in(tickets.iter().copied()));
    let rows = rows.filter(ticket_part::Column::Part.eq(C::PART.as_str())).order_by_asc(ticket_part::Column::Version);
    // Later versions take the place of earlier ones.
    rows.all(reads.connection()).await?.into_iter().map(|row| Ok((row.ticket_id, to_domain(row)?))).collect()
}

/// The incidents under a contract whose services run on a fallback, by what the last version of their calamity says, oldest first. One that
/// was closed counts until it says that the fallback has ended; one that was cancelled or merged does not.
pub async fn active_fallbacks(reads: &impl Reads, contract: &str) -> Result<Vec<(Ticket, PartVersion<Calamity>)>, DbErr> {
    let standing = reads.find::<ticket::Entity>().filter(ticket::Column::Contract.eq(contract));
    let standing = standing.filter(ticket::Column::State.ne(State::Cancelled.as_str())).select_only().column(ticket::Column::Id);
    let newer = "SELECT 1 FROM ticket_part AS newer WHERE newer.ticket_id = ticket_part.ticket_id AND newer.part = ticket_part.part \
        AND newer.version > ticket_part.version";
    let rows = reads.find::<ticket_part::Entity>().filter(ticket_part::Column::Part.eq(Part::Calamity.as_str()));
    let rows =
        rows.filter(Expr::cust(format!("NOT EXISTS ({newer})"))).filter(ticket_part::Column::TicketId.in_subquery(standing.into_query()));
    let rows = rows.order_by_asc(ticket_part::Column::WrittenAt).order_by_asc(ticket_part::Column::Id).all(reads.connection()).await?;
    let mut active = Vec::new();
    for row in rows {
        let (of, calamity) = (row.ticket_id, to_domain::<Calamity>(row)?);
        if calamity.content.fallback == FALLBACK_ACTIVE {
            active.push((of, calamity));
        }
    }
    let ids: Vec<_> = active.iter().map(|(of, _)| *of).collect();
    let mut tickets: HashMap<_, _> = tickets::with_ids(reads, &ids).await?.into_iter().map(|ticket| (ticket.id, ticket)).collect();
    Ok(active.into_iter().filter_map(|(of, calamity)| Some((tickets.remove(&of)?, calamity))).collect())
}

pub async fn find<C: Content>(reads: &impl Reads, id: Uuid) -> Result<Option<PartVersion<C>>, DbErr> {
    let row = reads.find::<ticket_part::Entity>().filter(ticket_part::Column::Id.eq(id)).one(reads.connection()).await?;
    row.map(to_domain).transpose()
}

/// Which part a version on a ticket is of, and what it says, whatever the part.
pub async fn content(reads: &impl Reads, ticket: Uuid, id: Uuid) -> Result<Option<(Part, Value)>, DbErr> {
    let row = reads.find::<ticket_part::Entity>().filter(ticket_part::Column::Id.eq(id)).filter(ticket_part::Column::TicketId.eq(ticket));
    let Some(row) = row.one(reads.connection()).await? else { return Ok(None) };
    let part = Part::named(&row.part).ok_or_else(|| broken("a part"))?;
    Ok(Some((part, row.content)))
}

/// What every version of every part of these tickets says: ticket, version, part, content.
pub(super) async fn contents(reads: &impl Reads, tickets: &[Uuid]) -> Result<Vec<(Uuid, Uuid, Part, Value)>, DbErr> {
    let rows = reads.find::<ticket_part::Entity>().filter(ticket_part::Column::TicketId.is_in(tickets.iter().copied()));
    let named = |row: ticket_part::Model| Ok((row.ticket_id, row.id, Part::named(&row.part).ok_or_else(|| broken("a part"))?, row.content));
    rows.all(reads.connection()).await?.into_iter().map(named).collect()
}

/// Stores a version of a part of a ticket, which is found by its words from then on.
pub async fn insert<C: Content>(tx: &Tx, ticket: &Ticket, written: &PartVersion<C>) -> Result<(), DbErr> {
    insert_all(tx, [(ticket, written)]).await
}

/// One of each ticket, in one statement for many.
pub async fn insert_all<'a, C: Content + 'a>(
    tx: &Tx,
    written: impl IntoIterator<Item = (&'a Ticket, &'a PartVersion<C>)>,
) -> Result<(), DbErr> {
    let (mut rows, mut searched) = (Vec::new(), Vec::new());
    for (ticket, written) in written {
        let content = serde_json::to_value(&written.content).map_err(|error| DbErr::Type(error.to_string()))?;
        searched.extend(Searched::of_part(written.id, C::PART, &content).map(|text| (ticket.number, text)));
        rows.push(row(ticket, written, content));
    }
    if rows.is_empty() {
        return Ok(());
    }
    ticket_part::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    search::add(tx, searched).await
}

fn row<C: Content>(ticket: &Ticket, written: &PartVersion<C>, content: Value) -> ticket_part::ActiveModel {
    ticket_part::ActiveModel {
        id: Set(written.id),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        part: Set(C::PART.to_string()),
        version: Set(i32::try_from(written.version).unwrap_or(i32::MAX)),
        author: Set(written.author.clone()),
        written_at: Set(written.written_at.to_utc()),
        content: Set(content),
    }
}

fn to_domain<C: Content>(row: ticket_part::Model) -> Result<PartVersion<C>, DbErr> {
    let unreadable = |error| DbErr::Type(format!("the content of {} {} cannot be read: {error}", row.part, row.id));
    Ok(PartVersion {
        id: row.id,
        version: u32::try_from(row.version).unwrap_or_default(),
        content: serde_json::from_value(row.content).map_err(unreadable)?,
        author: row.author,
        written_at: instant(row.written_at),
    })
}
