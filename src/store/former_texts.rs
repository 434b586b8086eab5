//! What the texts of tickets said before they were changed.

use entity::former_text;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, insert_rows, instant};
use crate::domain::Instant;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::edit::Text;

/// What a text said until an event changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerText {
    pub field: String,
    pub event: Uuid,
    pub body: String,
    pub replaced_at: Instant,
}

/// Keeps what an event replaced.
pub async fn insert(tx: &Tx, ticket: &Ticket, event: Uuid, replaced: &[(Text, String)], at: Instant) -> Result<(), DbErr> {
    let row = |(field, body): &(Text, String)| former_text::ActiveModel {
        id: Set(Uuid::new_v5(&event, field.as_str().as_bytes())),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        field: Set(field.as_str().to_owned()),
        event_id: Set(event),
        body: Set(body.clone()),
        replaced_at: Set(at.to_utc()),
    };
    insert_rows::<former_text::Entity>(tx, replaced.iter().map(row).collect(), None).await.map(drop)
}

/// Those of a ticket, oldest first.
pub async fn of_ticket(reads: &impl Reads, ticket: Uuid) -> Result<Vec<FormerText>, DbErr> {
    let rows = reads.find::<former_text::Entity>().filter(former_text::Column::TicketId.eq(ticket));
    let rows = rows.order_by_asc(former_text::Column::ReplacedAt).order_by_asc(former_text::Column::Id).all(reads.connection()).await?;
    let shown = |row: former_text::Model| FormerText {
        field: row.field,
        event: row.event_id,
        body: row.body,
        replaced_at: instant(row.replaced_at),
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The titles of these tickets that were replaced after an instant, the first replaced first.
pub async fn titles_after(reads: &impl Reads, tickets: &[Uuid], at: Instant) -> Result<Vec<(Uuid, String)>, DbErr> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let rows = reads.find::<former_text::Entity>().filter(former_text::Column::TicketId.is_in(tickets.iter().copied()));
    let rows = rows.filter(former_text::Column::Field.eq(Text::Title.as_str())).filter(former_text::Column::ReplacedAt.gt(at.to_utc()));
    let rows = rows.order_by_asc(former_text::Column::ReplacedAt).order_by_asc(former_text::Column::Id).all(reads.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.ticket_id, row.body)).collect())
}

/// Takes away what they say; that they were there stays.
pub async fn replace_all(tx: &Tx, ticket: Uuid, left: &str) -> Result<(), DbErr> {
    let gone = former_text::Entity::update_many().col_expr(former_text::Column::Body, Expr::value(left));
    gone.filter(former_text::Column::TicketId.eq(ticket)).exec(tx.connection()).await.map(drop)
}

/// Does away with them.
pub async fn remove_all(tx: &Tx, ticket: Uuid) -> Result<(), DbErr> {
    former_text::Entity::delete_many().filter(former_text::Column::TicketId.eq(ticket)).exec(tx.connection()).await.map(drop)
}
