//! Who follows which ticket, as rows by which both are found: an index of histories.

use std::collections::HashMap;

use entity::ticket_follower;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::domain::ticket::follow::Follower;
use crate::domain::ticket::{Reader, Ticket, Visibility};
use crate::store::record::Record;
use crate::store::row::Row;
use crate::store::tx::sealed::Inner as _;
use crate::store::{Reads, Tx, insert_rows};

fn row(ticket: &Ticket, follower: Follower) -> ticket_follower::ActiveModel {
    ticket_follower::ActiveModel {
        id: Set(Uuid::new_v5(&ticket.id, format!("follower {}", follower.id).as_bytes())),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        person_id: Set(follower.id),
        visibility: Set(Visibility::of(follower.is_of_client).to_string()),
    }
}

fn to_domain(row: &ticket_follower::Model) -> Follower {
    Follower { id: row.person_id, is_of_client: row.visibility == Visibility::Public.as_str() }
}

/// Writes what a history gives, where that may have changed. A new ticket has none.
pub(super) async fn put(tx: &Tx, Record { subject: ticket, index, added, .. }: &Record<Ticket>) -> Result<(), DbErr> {
    if !added.iter().any(|event| event.data.changes_followers()) {
        return Ok(());
    }
    let gone = ticket_follower::Entity::delete_many().filter(ticket_follower::Column::TicketId.eq(ticket.id));
    let gone = gone.filter(ticket_follower::Column::PersonId.is_not_in(index.followers.iter().map(|one| one.id)));
    gone.exec(tx.connection()).await?;
    let rows = index.followers.iter().map(|one| row(ticket, *one)).collect();
    let there = OnConflict::columns([ticket_follower::Column::TicketId, ticket_follower::Column::PersonId])
        .update_column(ticket_follower::Column::Visibility)
        .to_owned();
    insert_rows::<ticket_follower::Entity>(tx, rows, Some(there)).await.map(drop)
}

/// The rows that a replay gives, for comparison.
pub(super) fn rows(Record { subject: ticket, index, .. }: &Record<Ticket>) -> impl Iterator<Item = Row> {
    index.followers.iter().map(|one| Row::of(format!("ticket_follower.{}", one.id), &row(ticket, *one)))
}

/// Those that are stored, by ticket.
pub(super) async fn stored(reads: &impl Reads, tickets: &[Uuid], beside: &mut HashMap<Uuid, Vec<Row>>) -> Result<(), DbErr> {
    for row in of(reads, tickets).all(reads.connection()).await? {
        let (of, name) = (row.ticket_id, format!("ticket_follower.{}", row.person_id));
        beside.entry(of).or_default().push(Row::of(name, &row.into_active_model()));
    }
    Ok(())
}

fn of(reads: &impl Reads, tickets: &[Uuid]) -> Select<ticket_follower::Entity> {
    reads.find::<ticket_follower::Entity>().filter(ticket_follower::Column::TicketId.is_in(tickets.iter().copied()))
}

/// Who follows each of these tickets.
pub async fn followers_of(reads: &impl Reads, tickets: &[Uuid]) -> Result<HashMap<Uuid, Vec<Follower>>, DbErr> {
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in of(reads, tickets).order_by_asc(ticket_follower::Column::PersonId).all(reads.connection()).await? {
        found.entry(row.ticket_id).or_default().push(to_domain(&row));
    }
    Ok(found)
}

/// The ids of the tickets that one of these people follows, as far as a reader sees that.
pub(in crate::store) fn followed_by(reads: &impl Reads, reader: Reader, people: &[Uuid]) -> SelectStatement {
    let rows = reads.find::<ticket_follower::Entity>().filter(ticket_follower::Column::PersonId.is_in(people.iter().copied()));
    let rows = if reader.sees(false) { rows } else { rows.filter(ticket_follower::Column::Visibility.eq(Visibility::Public.as_str())) };
    rows.select_only().column(ticket_follower::Column::TicketId).into_query()
}

/// Has somebody follow nothing any more, and returns what they followed, each with whether a client saw that.
pub async fn forget_follower(tx: &Tx, person: Uuid) -> Result<Vec<(Uuid, bool)>, DbErr> {
    let theirs = ticket_follower::Column::PersonId.eq(person);
    let rows = tx.find::<ticket_follower::Entity>().filter(theirs.clone()).all(tx.connection()).await?;
    ticket_follower::Entity::delete_many().filter(theirs).exec(tx.connection()).await?;
    Ok(rows.iter().map(|row| (row.ticket_id, to_domain(row).is_of_client)).collect())
}

/// Has nobody follow a ticket any more.
pub async fn forget_followers(tx: &Tx, ticket: Uuid) -> Result<(), DbErr> {
    ticket_follower::Entity::delete_many().filter(ticket_follower::Column::TicketId.eq(ticket)).exec(tx.connection()).await.map(drop)
}
