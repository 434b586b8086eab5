//! Mail on its way out: the queue that the mail worker empties, and what the desk sees of it.

use chrono::{DateTime, Utc};
use entity::outbound_mail::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LockBehavior, LockType, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant};
use crate::domain::Instant;
use crate::domain::address::{NO_ADDRESS, is_made_up};
use crate::domain::mail::{MailState, Outbound, OutboundFilter, PERSONAL, Tracked};

/// A page of mails, newest first.
pub async fn list(reads: &impl Reads, filter: &OutboundFilter) -> Result<Vec<Tracked>, DbErr> {
    let mut query = reads.find::<Entity>();
    query = match &filter.states[..] {
        [] => query,
        // `=` for one state, not `IN`: only then does the index give this order.
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

pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Tracked>, DbErr> {
    reads.find::<Entity>().filter(Column::Id.eq(id)).one(reads.connection()).await?.map(tracked).transpose()
}

pub async fn count_failed(reads: &impl Reads) -> Result<u64, DbErr> {
    reads.find::<Entity>().filter(Column::State.eq(MailState::Failed.as_str())).count(reads.connection()).await
}

/// How many were tried in vain and wait for their next try.
pub async fn count_tried_in_vain(reads: &impl Reads) -> Result<u64, DbErr> {
    let waiting = reads.find::<Entity>().filter(Column::State.eq(MailState::Pending.as_str())).filter(Column::LastError.is_not_null());
    waiting.count(reads.connection()).await
}

/// Puts a mail that was given up or withheld back in the queue as if it were new. False when it was neither, or its recipient was erased.
pub async fn requeue(tx: &Tx, id: Uuid, now: Instant) -> Result<bool, DbErr> {
    let again = Entity::update_many()
        .col_expr(Column::State, Expr::value(MailState::Pending.as_str()))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::QueuedAt, Expr::value(Some(now.to_utc())))
        .col_expr(Column::NextAttemptAt, Expr::value(Some(now.to_utc())))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in(MailState::KEPT.map(MailState::as_str)))
        .filter(Column::Recipient.not_like(format!("%{NO_ADDRESS}")));
    Ok(again.exec(tx.connection()).await?.rows_affected == 1)
}

/// Makes every mail that failed and waits for its next try due now.
pub async fn retry_now(tx: &Tx, now: Instant) -> Result<(), DbErr> {
    let waiting = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(Some(now.to_utc())))
        .filter(Column::State.eq(MailState::Pending.as_str()))
        .filter(Column::LastError.is_not_null())
        .filter(Column::NextAttemptAt.gt(now.to_utc()));
    waiting.exec(tx.connection()).await.map(drop)
}

/// Queues mails. A second mail of the same kind to the same person about the same event is dropped.
///
/// Nothing is queued for an address that is only kept in place of one, whoever writes to it.
pub async fn queue(tx: &Tx, mails: &[Outbound]) -> Result<(), DbErr> {
    insert(tx, mails, MailState::Pending, |mail| Some(mail.queued_at)).await
}

/// Keeps notices until their contracts let them leave.
pub async fn wait(tx: &Tx, mails: &[Outbound]) -> Result<(), DbErr> {
    insert(tx, mails, MailState::Waiting, |mail| Some(mail.queued_at)).await
}

/// Notices that waited until now, oldest first, a batch at a time.
pub async fn waited(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Outbound>, DbErr> {
    let due = tx.find::<Entity>().filter(Column::State.eq(MailState::Waiting.as_str())).filter(Column::NextAttemptAt.lte(now.to_utc()));
    let due = due.order_by_asc(Column::NextAttemptAt).order_by_asc(Column::CreatedAt).order_by_asc(Column::EventId).limit(limit);
    let due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).all(tx.connection()).await?;
    Ok(due.into_iter().map(outbound).collect())
}

/// Moves some of them on: to another state, to be looked at again at an instant, or never.
pub async fn settle(tx: &Tx, ids: &[Uuid], state: MailState, (queued_at, next): (Instant, Option<Instant>)) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let moved = Entity::update_many()
        .col_expr(Column::State, Expr::value(state.as_str()))
        .col_expr(Column::QueuedAt, Expr::value(Some(queued_at.to_utc())))
        .col_expr(Column::NextAttemptAt, Expr::value(next.map(Instant::to_utc)));
    moved.filter(Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}

/// Keeps mails without sending them. From `from` on a digest may tell of those that are notices.
pub async fn withhold(tx: &Tx, mails: &[Outbound], from: Instant) -> Result<(), DbErr> {
    insert(tx, mails, MailState::Withheld, |mail| mail.is_a_notice().then_some(from)).await
}

/// When the automatic mails to some addresses were queued, after an instant, each with its ticket; of those not that are not sent.
pub async fn written_to(reads: &impl Reads, addresses: &[String], after: Instant) -> Result<Vec<(String, Option<Uuid>, Instant)>, DbErr> {
    let recipient = || Expr::expr(Func::lower(Expr::col(Column::Recipient)));
    let not_sent = [MailState::Waiting, MailState::Withheld, MailState::Digested].map(MailState::as_str);
    let rows = reads.find::<Entity>().select_only().expr_as(recipient(), "address").columns([Column::TicketId, Column::QueuedAt]);
    let rows = rows.filter(recipient().is_in(addresses.iter().map(String::as_str))).filter(Column::QueuedAt.gt(after.to_utc()));
    let rows = rows.filter(Column::Auto.ne(PERSONAL)).filter(Column::State.is_not_in(not_sent));
    let rows: Vec<(String, Option<Uuid>, DateTime<Utc>)> = rows.into_tuple().all(reads.connection()).await?;
    Ok(rows.into_iter().map(|(address, ticket, at)| (address, ticket, instant(at))).collect())
}

/// The oldest withheld notice of which a digest may tell now, with all others to its recipient about its organisation's, oldest first.
pub async fn to_digest(tx: &Tx, now: Instant) -> Result<Vec<Outbound>, DbErr> {
    let withheld = || tx.find::<Entity>().filter(Column::State.eq(MailState::Withheld.as_str()));
    let first = withheld().filter(Column::NextAttemptAt.lte(now.to_utc())).order_by_asc(Column::NextAttemptAt).limit(1);
    let first = first.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).one(tx.connection()).await?;
    let Some(first) = first else { return Ok(Vec::new()) };
    let own = withheld().filter(Column::Recipient.eq(first.recipient)).filter(Column::Organisation.eq(first.organisation));
    let own = own.filter(Column::NextAttemptAt.is_not_null()).order_by_asc(Column::CreatedAt).order_by_asc(Column::EventId);
    Ok(own.all(tx.connection()).await?.into_iter().map(outbound).collect())
}

/// Notes that a digest told of these.
pub async fn digested(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    let told = Entity::update_many().col_expr(Column::State, Expr::value(MailState::Digested.as_str()));
    let told = told.col_expr(Column::NextAttemptAt, Expr::value(None::<DateTime<Utc>>));
    told.filter(Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}

/// Puts off the digest of these.
pub async fn put_off(tx: &Tx, ids: &[Uuid], until: Instant) -> Result<(), DbErr> {
    let later = Entity::update_many().col_expr(Column::NextAttemptAt, Expr::value(Some(until.to_utc())));
    later.filter(Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}

async fn insert(tx: &Tx, mails: &[Outbound], state: MailState, next: impl Fn(&Outbound) -> Option<Instant>) -> Result<(), DbErr> {
    let mails: Vec<_> = mails.iter().filter(|mail| !is_made_up(&mail.recipient)).collect();
    if mails.is_empty() {
        return Ok(());
    }
    let rows = mails.into_iter().map(|mail| ActiveModel {
        id: Set(mail.id),
        ticket_id: Set(mail.ticket_id),
        organisation: Set(mail.organisation.clone()),
        event_id: Set(mail.event_id),
        template: Set(mail.template.clone()),
        recipient: Set(mail.recipient.clone()),
        subject: Set(mail.subject.clone()),
        body: Set(mail.body.clone()),
        auto: Set(mail.auto.clone()),
        message_id: Set(mail.message_id.clone()),
        in_reply_to: Set(mail.in_reply_to.clone()),
        state: Set(state.to_string()),
        attempts: Set(0),
        next_attempt_at: Set(next(mail).map(Instant::to_utc)),
        created_at: Set(mail.created_at.to_utc()),
        queued_at: Set(Some(mail.queued_at.to_utc())),
        sent_at: Set(None),
        last_error: Set(None),
        mailbox: Set(mail.mailbox.clone()),
    });
    let known = [Column::EventId, Column::Recipient, Column::Template];
    let once = OnConflict::columns(known).do_nothing().to_owned();
    Entity::insert_many(rows).on_conflict(once).exec_without_returning(tx.connection()).await.map(drop)
}

/// Takes mails that are due, and moves their next try to `again_at`, so that no other process tries them meanwhile.
pub async fn take_due(tx: &Tx, now: Instant, again_at: Instant, limit: u64) -> Result<Vec<Outbound>, DbErr> {
    let due = tx
        .find::<Entity>()
        .filter(Column::State.eq(MailState::Pending.as_str()))
        .filter(Column::NextAttemptAt.lte(now.to_utc()))
        .order_by_asc(Column::NextAttemptAt)
        .order_by_asc(Column::CreatedAt)
        // Ids of events sort by the time they were made; a mail's own id is a hash.
        .order_by_asc(Column::EventId)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.connection())
        .await?;
    let ids: Vec<_> = due.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        let put_off = Expr::value(Some(again_at.to_utc()));
        let taken = Entity::update_many().col_expr(Column::NextAttemptAt, put_off);
        taken.filter(Column::Id.is_in(ids)).exec(tx.connection()).await?;
    }
    Ok(due.into_iter().map(outbound).collect())
}

/// Makes mails that were taken and not tried due again.
pub async fn give_back(tx: &Tx, ids: &[Uuid], now: Instant) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let again = Entity::update_many().col_expr(Column::NextAttemptAt, Expr::value(Some(now.to_utc())));
    let again = again.filter(Column::Id.is_in(ids.iter().copied())).filter(Column::State.eq(MailState::Pending.as_str()));
    again.exec(tx.connection()).await.map(drop)
}

/// Counts a try before it is made, so that one that a killed process broke off is known; the mail as it now reads, where it is still to be sent.
pub async fn begin(tx: &Tx, id: Uuid) -> Result<Option<Outbound>, DbErr> {
    let begun = Entity::update_many().col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1));
    let begun = begun.filter(Column::Id.eq(id)).filter(Column::State.eq(MailState::Pending.as_str()));
    Ok(begun.exec_with_returning(tx.connection()).await?.pop().map(outbound))
}

/// When the next mail is due.
pub async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    next_in(reads, MailState::Pending).await
}

/// When the next notice has waited long enough.
pub async fn next_waiting(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    next_in(reads, MailState::Waiting).await
}

/// When the next digest is due.
pub async fn next_digest(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    next_in(reads, MailState::Withheld).await
}

async fn next_in(reads: &impl Reads, state: MailState) -> Result<Option<Instant>, DbErr> {
    let earliest = reads.find::<Entity>().select_only().column(Column::NextAttemptAt);
    let earliest = earliest.filter(Column::State.eq(state.as_str())).filter(Column::NextAttemptAt.is_not_null());
    let row: Option<DateTime<Utc>> = earliest.order_by_asc(Column::NextAttemptAt).limit(1).into_tuple().one(reads.connection()).await?;
    Ok(row.map(instant))
}

pub async fn sent(tx: &Tx, ids: &[Uuid], at: Instant) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    tried(ids, MailState::Sent, None)
        .col_expr(Column::SentAt, Expr::value(Some(at.to_utc())))
        .col_expr(Column::LastError, Expr::value(None::<String>))
        .exec(tx.connection())
        .await
        .map(drop)
}

/// Records a failed try, and when the next one is; `None` gives the mail up. False when it was not waiting to be sent.
pub async fn not_sent(tx: &Tx, id: Uuid, error: &str, again_at: Option<Instant>) -> Result<bool, DbErr> {
    let state = if again_at.is_some() { MailState::Pending } else { MailState::Failed };
    let failed = tried(&[id], state, again_at.map(Instant::to_utc)).col_expr(Column::LastError, Expr::value(error));
    let failed = failed.filter(Column::State.eq(MailState::Pending.as_str()));
    Ok(failed.exec(tx.connection()).await?.rows_affected == 1)
}

fn tried(ids: &[Uuid], state: MailState, again_at: Option<DateTime<Utc>>) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state.as_str()))
        .col_expr(Column::NextAttemptAt, Expr::value(again_at))
        .filter(Column::Id.is_in(ids.iter().copied()))
}

/// The ids of those about one of these events, or of the mails that they answer.
pub async fn about(reads: &impl Reads, events: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    let rows = reads.find::<Entity>().filter(Column::EventId.is_in(events.iter().copied())).select_only().column(Column::Id);
    rows.into_tuple().all(reads.connection()).await
}

/// Oldest first.
pub async fn of_ticket(reads: &impl Reads, ticket: Uuid) -> Result<Vec<Outbound>, DbErr> {
    let rows = reads.find::<Entity>().filter(Column::TicketId.eq(ticket));
    Ok(rows.order_by_asc(Column::Id).all(reads.connection()).await?.into_iter().map(outbound).collect())
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

fn outbound(row: Model) -> Outbound {
    Outbound {
        id: row.id,
        ticket_id: row.ticket_id,
        organisation: row.organisation,
        event_id: row.event_id,
        template: row.template,
        recipient: row.recipient,
        subject: row.subject,
        body: row.body,
        auto: row.auto,
        message_id: row.message_id,
        in_reply_to: row.in_reply_to,
        attempts: row.attempts,
        created_at: instant(row.created_at),
        queued_at: instant(row.queued_at.unwrap_or(row.created_at)),
        mailbox: row.mailbox,
    }
}
