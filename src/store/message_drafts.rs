//! Messages that were begun and not sent, each for its author alone.

use entity::message_draft;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::ticket::Visibility;
use crate::domain::ticket::message_draft::MessageDraft;

/// What an author has begun on a ticket.
pub async fn find(reads: &impl Reads, ticket: Uuid, author: &str) -> Result<Option<MessageDraft>, DbErr> {
    let row = reads.find::<message_draft::Entity>().filter(own(ticket, author));
    Ok(row.one(reads.connection()).await?.map(to_domain))
}

fn own(ticket: Uuid, author: &str) -> Condition {
    Condition::all().add(message_draft::Column::TicketId.eq(ticket)).add(message_draft::Column::Author.eq(author))
}

/// Saves a draft, in place of the author's earlier one on the ticket.
pub async fn put(tx: &Tx, draft: &MessageDraft) -> Result<(), DbErr> {
    let row = message_draft::ActiveModel {
        id: Set(draft.id),
        ticket_id: Set(draft.ticket_id),
        organisation: Set(draft.organisation.clone()),
        author: Set(draft.author.clone()),
        visibility: Set(Visibility::of(draft.public).to_string()),
        body: Set(draft.body.clone()),
        version: Set(draft.version),
        saved_at: Set(draft.saved_at.to_utc()),
    };
    let replaced = OnConflict::columns([message_draft::Column::TicketId, message_draft::Column::Author])
        .update_columns([
            message_draft::Column::Visibility,
            message_draft::Column::Body,
            message_draft::Column::Version,
            message_draft::Column::SavedAt,
        ])
        .to_owned();
    message_draft::Entity::insert(row).on_conflict(replaced).exec_without_returning(tx.connection()).await.map(drop)
}

pub async fn remove(tx: &Tx, ticket: Uuid, author: &str) -> Result<bool, DbErr> {
    let removed = message_draft::Entity::delete_many().filter(own(ticket, author)).exec(tx.connection()).await?;
    Ok(removed.rows_affected > 0)
}

/// Removes everybody's on a ticket.
pub async fn forget_ticket(tx: &Tx, ticket: Uuid) -> Result<(), DbErr> {
    message_draft::Entity::delete_many().filter(message_draft::Column::TicketId.eq(ticket)).exec(tx.connection()).await.map(drop)
}

/// Removes whatever somebody has begun.
pub async fn forget_author(tx: &Tx, author: &str) -> Result<(), DbErr> {
    message_draft::Entity::delete_many().filter(message_draft::Column::Author.eq(author)).exec(tx.connection()).await.map(drop)
}

/// Removes those on a ticket that hold a text: nobody but their authors could find it there.
pub async fn remove_holding(tx: &Tx, ticket: Uuid, holds: impl Fn(&str) -> bool) -> Result<(), DbErr> {
    let rows = tx.find::<message_draft::Entity>().filter(message_draft::Column::TicketId.eq(ticket)).all(tx.connection()).await?;
    let ids: Vec<_> = rows.into_iter().filter(|row| holds(&row.body)).map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    message_draft::Entity::delete_many().filter(message_draft::Column::Id.is_in(ids)).exec(tx.connection()).await.map(drop)
}

fn to_domain(row: message_draft::Model) -> MessageDraft {
    MessageDraft {
        id: row.id,
        ticket_id: row.ticket_id,
        organisation: row.organisation,
        author: row.author,
        public: row.visibility == Visibility::Public.as_str(),
        body: row.body,
        version: row.version,
        saved_at: instant(row.saved_at),
    }
}
