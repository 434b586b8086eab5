//! What people wrote on tickets.

use entity::message;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant, search};
use crate::domain::Instant;
use crate::domain::ticket::searched::Searched;
use crate::domain::ticket::{Message, Reader, Ticket, Visibility};

/// Rows changed by one statement.
const AT_ONCE: usize = 1000;

/// A page of the messages on these tickets, as a reader sees them, oldest first, after one of them.
pub async fn of_tickets(
    reads: &impl Reads,
    tickets: &[Uuid],
    reader: Reader,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Vec<Message>, DbErr> {
    let mut rows = reads.find::<message::Entity>().filter(message::Column::TicketId.is_in(tickets.iter().copied()));
    if !reader.sees(false) {
        rows = rows.filter(message::Column::Visibility.eq(Visibility::Public.as_str()));
    }
    if let Some((at, id)) = after {
        let place = Expr::tuple([Expr::col(message::Column::OccurredAt), Expr::col(message::Column::Id)]);
        rows = rows.filter(place.gt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let rows = rows.order_by_asc(message::Column::OccurredAt).order_by_asc(message::Column::Id).limit(limit);
    let rows = rows.all(reads.connection()).await?;
    Ok(rows.into_iter().map(to_domain).collect())
}

pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Message>, DbErr> {
    let row = reads.find::<message::Entity>().filter(message::Column::Id.eq(id)).one(reads.connection()).await?;
    Ok(row.map(to_domain))
}

pub async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Message>, DbErr> {
    let rows = reads.find::<message::Entity>().filter(message::Column::Id.is_in(ids.iter().copied()));
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// All messages of these tickets, in no particular order.
pub async fn all_of_tickets(reads: &impl Reads, tickets: &[Uuid]) -> Result<Vec<Message>, DbErr> {
    let rows = reads.find::<message::Entity>().filter(message::Column::TicketId.is_in(tickets.iter().copied()));
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// Stores a message on a ticket, which is found by its words from then on.
pub async fn insert(tx: &Tx, ticket: &Ticket, message: &Message) -> Result<(), DbErr> {
    let row = message::ActiveModel {
        id: Set(message.id),
        ticket_id: Set(message.ticket_id),
        organisation: Set(message.organisation.clone()),
        visibility: Set(Visibility::of(message.public).to_string()),
        author: Set(message.author.clone()),
        person_id: Set(message.person_id),
        body: Set(message.body.clone()),
        cut_from: Set(message.cut_from),
        occurred_at: Set(message.occurred_at.to_utc()),
        recorded_at: Set(message.recorded_at.to_utc()),
    };
    message::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    search::add(tx, Searched::of_message(message).map(|text| (ticket.number, text))).await
}

/// Forgets that messages show parts of these mails, of which nothing is left.
pub(super) async fn forget_mails(tx: &Tx, mails: &[Uuid]) -> Result<(), DbErr> {
    for mails in mails.chunks(AT_ONCE) {
        let cut = message::Entity::update_many().col_expr(message::Column::CutFrom, Expr::value(None::<Uuid>));
        cut.filter(message::Column::CutFrom.is_in(mails.iter().copied())).exec(tx.connection()).await?;
    }
    Ok(())
}

fn to_domain(row: message::Model) -> Message {
    Message {
        id: row.id,
        ticket_id: row.ticket_id,
        organisation: row.organisation,
        public: row.visibility == Visibility::Public.as_str(),
        author: row.author,
        person_id: row.person_id,
        body: row.body,
        cut_from: row.cut_from,
        occurred_at: instant(row.occurred_at),
        recorded_at: instant(row.recorded_at),
    }
}
