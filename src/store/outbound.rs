//! Mail that left, waits, or was given up, as the desk looks at it.

use entity::outbound_mail::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::mail::outbound;
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant};
use crate::domain::Instant;
use crate::domain::mail::{MailState, OutboundFilter, Tracked};

/// A page of mails, the newest first.
pub async fn list(reads: &impl Reads, filter: &OutboundFilter) -> Result<Vec<Tracked>, DbErr> {
    let mut query = reads.find::<Entity>();
    query = match &filter.states[..] {
        [] => query,
        // One state is asked for by itself: there is an index that has it in this order.
        [one] => query.filter(Column::State.eq(one.as_str())),
        several => query.filter(Column::State.is_in(several.iter().map(|state| state.as_str()))),
    };
    if let Some(ticket) = filter.ticket {
        query = query.filter(Column::TicketId.eq(ticket));
    }
    if let Some((at, id)) = filter.after {
        let row = Expr::tuple([Expr::col(Column::CreatedAt), Expr::col(Column::Id)]);
        query = query.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(filter.limit);
    query.all(reads.connection()).await?.into_iter().map(tracked).collect()
}

/// One mail.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Tracked>, DbErr> {
    reads.find::<Entity>().filter(Column::Id.eq(id)).one(reads.connection()).await?.map(tracked).transpose()
}

/// How many mails were given up.
pub async fn count_failed(reads: &impl Reads) -> Result<u64, DbErr> {
    reads.find::<Entity>().filter(Column::State.eq(MailState::Failed.as_str())).count(reads.connection()).await
}

/// Puts a mail that was given up back in the queue, as if it were new; false when it is not given up.
pub async fn requeue(tx: &Tx, id: Uuid, now: Instant) -> Result<bool, DbErr> {
    let again = Entity::update_many()
        .col_expr(Column::State, Expr::value(MailState::Pending.as_str()))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::QueuedAt, Expr::value(Some(now.to_utc())))
        .col_expr(Column::NextAttemptAt, Expr::value(Some(now.to_utc())))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(MailState::Failed.as_str()));
    Ok(again.exec(tx.connection()).await?.rows_affected == 1)
}

/// Makes every mail that was tried in vain and waits for its next try due now.
pub async fn hurry(tx: &Tx, now: Instant) -> Result<(), DbErr> {
    let waiting = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(Some(now.to_utc())))
        .filter(Column::State.eq(MailState::Pending.as_str()))
        .filter(Column::LastError.is_not_null())
        .filter(Column::NextAttemptAt.gt(now.to_utc()));
    waiting.exec(tx.connection()).await.map(drop)
}

fn tracked(row: Model) -> Result<Tracked, DbErr> {
    Ok(Tracked {
        state: MailState::named(&row.state).ok_or_else(|| broken("a state of a mail"))?,
        last_error: row.last_error.clone(),
        next_attempt_at: row.next_attempt_at.map(instant),
        sent_at: row.sent_at.map(instant),
        mail: outbound(row),
    })
}
