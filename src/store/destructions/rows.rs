//! Doing away with what one thing consists of. The rows of a ticket and of its history stay, without a text and without a person: its clocks and
//! figures are counted from them as before.

use entity::{attachment, event, external_reference, inbound_mail, message, outbound_mail, ticket, ticket_part};
use sea_orm::sea_query::{Alias, Expr, IntoCondition};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use serde_json::Value;
use uuid::Uuid;

use super::FILES_DESTROYED_AT;
use crate::domain::Instant;
use crate::domain::ticket::{Ticket, Visibility};
use crate::store::tx::sealed::Inner as _;
use crate::store::{Reads as _, Tx, erasures, former_texts, message_drafts, response_tasks, search, storage, tickets, work_logs};

/// What stands in the place of a text that was destroyed.
const DESTROYED: &str = "(vernietigd)";
/// What events say beside what figures are counted from: whom a ticket was given to, and what was written at its closing.
const SAID: [&str; 3] = ["assignee", "closing_texts", "thirdParty"];

/// Files that were destroyed.
#[derive(Debug, Default)]
pub struct Files {
    /// Their ids in the store, from which the caller removes them.
    pub stored: Vec<Uuid>,
    /// Whether the client saw one of them.
    pub any_public: bool,
}

/// Destroys the texts, files, mails and people of a ticket; that this was done is for its history to tell.
pub async fn ticket(tx: &Tx, of: &Ticket, now: Instant) -> Result<Files, DbErr> {
    let emptied = ticket::Entity::update_many()
        .col_expr(ticket::Column::Title, Expr::value(DESTROYED))
        .col_expr(ticket::Column::Description, Expr::value(""))
        .col_expr(ticket::Column::RequesterId, Expr::value(None::<Uuid>))
        .col_expr(ticket::Column::Assignee, Expr::value(None::<String>))
        .col_expr(ticket::Column::Item, Expr::value(None::<String>))
        .col_expr(ticket::Column::ThirdParty, Expr::value(None::<String>))
        .col_expr(ticket::Column::PriorityMotivation, Expr::value(None::<String>));
    emptied.filter(ticket::Column::Id.eq(of.id)).exec(tx.connection()).await?;
    history(tx, of.id).await?;
    message::Entity::delete_many().filter(message::Column::TicketId.eq(of.id)).exec(tx.connection()).await?;
    ticket_part::Entity::delete_many().filter(ticket_part::Column::TicketId.eq(of.id)).exec(tx.connection()).await?;
    external_reference::Entity::delete_many().filter(external_reference::Column::TicketId.eq(of.id)).exec(tx.connection()).await?;
    outbound_mail::Entity::delete_many().filter(outbound_mail::Column::TicketId.eq(of.id)).exec(tx.connection()).await?;
    erasures::empty(tx, inbound_mail::Column::TicketId.eq(of.id).into_condition(), now).await?;
    tickets::forget_tags(tx, of.id).await?;
    tickets::forget_followers(tx, of.id).await?;
    message_drafts::forget_ticket(tx, of.id).await?;
    former_texts::remove_all(tx, of.id).await?;
    response_tasks::remove_all(tx, of.id).await?;
    work_logs::replace_texts(tx, of.id, DESTROYED).await?;
    search::remove(tx, of.number).await?;
    files(tx, of.id, now).await
}

/// Takes reasons and names out of a history; what happened when, and to what, stays. That there was a reason stays too: one that was mailed to
/// the client counts as an answer.
async fn history(tx: &Tx, ticket: Uuid) -> Result<(), DbErr> {
    let said = event::Entity::update_many().col_expr(event::Column::Reason, Expr::value(Some(DESTROYED)));
    said.filter(event::Column::SubjectId.eq(ticket)).filter(event::Column::Reason.is_not_null()).exec(tx.connection()).await?;
    let rows = tx.find::<event::Entity>().filter(event::Column::SubjectId.eq(ticket)).all(tx.connection()).await?;
    for row in rows {
        let Value::Object(mut data) = row.data else { continue };
        let before = data.len();
        data.retain(|key, _| !SAID.contains(&key.as_str()));
        if data.len() < before {
            let said = event::Entity::update_many().col_expr(event::Column::Data, Expr::value(Value::Object(data)));
            said.filter(event::Column::Id.eq(row.id)).exec(tx.connection()).await?;
        }
    }
    Ok(())
}

/// Destroys the files of a ticket.
pub async fn files(tx: &Tx, ticket: Uuid, now: Instant) -> Result<Files, DbErr> {
    let rows = tx.find::<attachment::Entity>().filter(attachment::Column::TicketId.eq(ticket)).all(tx.connection()).await?;
    attachment::Entity::delete_many().filter(attachment::Column::TicketId.eq(ticket)).exec(tx.connection()).await?;
    if let Some(first) = rows.first() {
        let room = rows.iter().map(|row| u64::try_from(row.size_bytes).unwrap_or_default()).sum();
        storage::free(tx, &first.organisation, room).await?;
    }
    let done = ticket::Entity::update_many().col_expr(Alias::new(FILES_DESTROYED_AT), Expr::value(Some(now.to_utc())));
    done.filter(ticket::Column::Id.eq(ticket)).exec(tx.connection()).await?;
    let any_public = rows.iter().any(|row| row.visibility == Visibility::Public.as_str());
    Ok(Files { stored: rows.into_iter().map(|row| row.stored_as.unwrap_or(row.id)).collect(), any_public })
}

/// Destroys the copy of a mail. False when it was gone, or belongs to a ticket that is not closed.
pub async fn mail(tx: &Tx, id: Uuid, before: Instant, now: Instant) -> Result<bool, DbErr> {
    let closed = tx.find::<ticket::Entity>().filter(ticket::Column::ClosedAt.lt(before.to_utc()));
    let closed = closed.select_only().column(ticket::Column::Id).into_query();
    let ended = Condition::any().add(inbound_mail::Column::TicketId.is_null()).add(inbound_mail::Column::TicketId.in_subquery(closed));
    Ok(erasures::empty(tx, Condition::all().add(inbound_mail::Column::Id.eq(id)).add(ended), now).await? == 1)
}
