//! What response teams are asked to do on tickets.

use entity::response_task;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, search};
use crate::domain::redaction::GONE;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::response_team::ResponseTask;
use crate::domain::ticket::searched::Searched;

/// Stores a task on a ticket, which is found by its words from then on.
pub async fn insert(tx: &Tx, ticket: &Ticket, task: &ResponseTask) -> Result<(), DbErr> {
    let row = response_task::ActiveModel {
        id: Set(task.id),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        author: Set(task.author.clone()),
        text: Set(task.text.clone()),
    };
    response_task::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    search::add(tx, Searched::of_task(task).map(|text| (ticket.number, text))).await
}

/// One of a ticket's tasks.
pub async fn find(reads: &impl Reads, ticket: Uuid, id: Uuid) -> Result<Option<ResponseTask>, DbErr> {
    let rows = reads.find::<response_task::Entity>().filter(response_task::Column::TicketId.eq(ticket));
    Ok(rows.filter(response_task::Column::Id.eq(id)).one(reads.connection()).await?.map(to_domain))
}

/// Those with these ids, in no particular order.
pub async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<ResponseTask>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = reads.find::<response_task::Entity>().filter(response_task::Column::Id.is_in(ids.iter().copied()));
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// All tasks on these tickets, in no particular order.
pub(super) async fn of_tickets(reads: &impl Reads, tickets: &[Uuid]) -> Result<Vec<ResponseTask>, DbErr> {
    let rows = reads.find::<response_task::Entity>().filter(response_task::Column::TicketId.is_in(tickets.iter().copied()));
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// Takes away what one says; that there was one stays.
pub async fn take_text(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let gone = response_task::Entity::update_many().col_expr(response_task::Column::Text, Expr::value(GONE));
    gone.filter(response_task::Column::Id.eq(id)).exec(tx.connection()).await?;
    search::take(tx, id).await.map(drop)
}

/// Does away with those of a ticket, which is taken out of the search index with them.
pub async fn remove_all(tx: &Tx, ticket: Uuid) -> Result<(), DbErr> {
    response_task::Entity::delete_many().filter(response_task::Column::TicketId.eq(ticket)).exec(tx.connection()).await.map(drop)
}

fn to_domain(row: response_task::Model) -> ResponseTask {
    ResponseTask { id: row.id, ticket_id: row.ticket_id, author: row.author, text: row.text }
}
