//! Mail as it came and as it goes.

use std::collections::HashMap;

use entity::{inbound_mail, outbound_mail};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;
use crate::domain::mail::MailOutcome;
use crate::domain::mail::{Inbound, InboundFilter, Outbound};
use crate::domain::ticket::Ticket;

/// A row without the message, which may be long.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "inbound_mail::Entity")]
struct InboundRow {
    id: Uuid,
    organisation: Option<String>,
    contract: String,
    mailbox: String,
    message_id: String,
    digest: String,
    sender: Option<String>,
    subject: Option<String>,
    outcome: String,
    reason: Option<String>,
    ticket_id: Option<Uuid>,
    received_at: chrono::DateTime<chrono::Utc>,
}

/// What every Message-ID that is made up ends with.
pub const MADE_UP: &str = "@no-message-id.invalid";

/// What tells that a message came before, into whichever mailbox of the contract.
#[derive(Debug, Clone, Copy)]
pub struct Same<'a> {
    /// The contract.
    pub contract: &'a str,
    /// SHA-256 of what its sender wrote.
    pub digest: &'a str,
    /// What else has to be the same.
    pub by: SameBy<'a>,
}

/// What else than its words makes a message the same as another.
#[derive(Debug, Clone, Copy)]
pub enum SameBy<'a> {
    /// Its Message-ID, however long ago.
    MessageId(&'a str),
    /// Without one: that it came after this instant.
    CameAfter(Instant),
}

/// The same message, arrived before.
pub async fn arrived(tx: &Tx, same: &Same<'_>) -> Result<Option<Inbound>, DbErr> {
    let before = tx
        .find::<inbound_mail::Entity>()
        .filter(inbound_mail::Column::Contract.eq(same.contract))
        .filter(inbound_mail::Column::Digest.eq(same.digest))
        .filter(inbound_mail::Column::Outcome.ne(MailOutcome::Duplicate.as_str()));
    let before = match same.by {
        SameBy::MessageId(message_id) => before.filter(inbound_mail::Column::MessageId.eq(message_id)),
        SameBy::CameAfter(instant) => before.filter(inbound_mail::Column::ReceivedAt.gt(instant.to_utc())),
    };
    let latest = before.order_by_desc(inbound_mail::Column::ReceivedAt).into_partial_model::<InboundRow>();
    Ok(latest.one(tx.connection()).await?.map(inbound))
}

/// A mail that came.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Inbound>, DbErr> {
    let row = reads.find::<inbound_mail::Entity>().filter(inbound_mail::Column::Id.eq(id)).into_partial_model::<InboundRow>();
    Ok(row.one(reads.connection()).await?.map(inbound))
}

/// The message itself.
pub async fn raw(reads: &impl Reads, id: Uuid) -> Result<Option<Vec<u8>>, DbErr> {
    let row = reads.find::<inbound_mail::Entity>().filter(inbound_mail::Column::Id.eq(id)).select_only().column(inbound_mail::Column::Raw);
    row.into_tuple().one(reads.connection()).await
}

/// A page of mails that came, the newest first.
pub async fn list(reads: &impl Reads, filter: &InboundFilter) -> Result<Vec<Inbound>, DbErr> {
    let mut query = reads.find::<inbound_mail::Entity>();
    // One outcome is asked for by itself: there is an index of what waits for the desk.
    query = match &filter.outcomes[..] {
        [] => query,
        [one] => query.filter(inbound_mail::Column::Outcome.eq(one)),
        several => query.filter(inbound_mail::Column::Outcome.is_in(several)),
    };
    if !filter.mailboxes.is_empty() {
        query = query.filter(inbound_mail::Column::Mailbox.is_in(&filter.mailboxes));
    }
    if let Some((at, id)) = filter.after {
        let row = Expr::tuple([Expr::col(inbound_mail::Column::ReceivedAt), Expr::col(inbound_mail::Column::Id)]);
        query = query.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let query = query.order_by_desc(inbound_mail::Column::ReceivedAt).order_by_desc(inbound_mail::Column::Id).limit(filter.limit);
    let rows = query.into_partial_model::<InboundRow>().all(reads.connection()).await?;
    Ok(rows.into_iter().map(inbound).collect())
}

/// Records that a mail kept aside, or taken for a duplicate, became a ticket; false when it is neither any more.
pub async fn released(tx: &Tx, id: Uuid, ticket: &Ticket) -> Result<bool, DbErr> {
    let released = inbound_mail::Entity::update_many()
        .col_expr(inbound_mail::Column::Outcome, Expr::value(MailOutcome::Ticket.as_str()))
        .col_expr(inbound_mail::Column::TicketId, Expr::value(Some(ticket.id)))
        .col_expr(inbound_mail::Column::Organisation, Expr::value(Some(ticket.organisation.clone())))
        .filter(inbound_mail::Column::Id.eq(id))
        .filter(inbound_mail::Column::Outcome.is_in([MailOutcome::Quarantined.as_str(), MailOutcome::Duplicate.as_str()]));
    Ok(released.exec(tx.connection()).await?.rows_affected == 1)
}

/// The ticket of these organisations that one of these Message-IDs, the first that is known, belongs to: of a mail sent, else of one that
/// came, rather under this contract than under another.
pub async fn ticket_of(tx: &Tx, contract: &str, organisations: &[&str], message_ids: &[String]) -> Result<Option<Uuid>, DbErr> {
    if organisations.is_empty() || message_ids.is_empty() {
        return Ok(None);
    }
    let of = |column: outbound_mail::Column| column.is_in(organisations.iter().copied());
    let sent = tx.find::<outbound_mail::Entity>().select_only();
    let sent = sent.columns([outbound_mail::Column::MessageId, outbound_mail::Column::TicketId]);
    let sent = sent.filter(outbound_mail::Column::MessageId.is_in(message_ids)).filter(of(outbound_mail::Column::Organisation));
    let sent = sent.filter(outbound_mail::Column::TicketId.is_not_null());
    let sent: Vec<(String, Uuid)> = sent.into_tuple().all(tx.connection()).await?;
    let came = tx
        .find::<inbound_mail::Entity>()
        .filter(inbound_mail::Column::MessageId.is_in(message_ids))
        .filter(inbound_mail::Column::Organisation.is_in(organisations.iter().copied()))
        .filter(inbound_mail::Column::TicketId.is_not_null())
        .order_by_asc(inbound_mail::Column::ReceivedAt)
        .into_partial_model::<InboundRow>()
        .all(tx.connection())
        .await?;
    let known = |id: &String| {
        let came = || {
            let of_it = came.iter().filter(|mail| mail.message_id == *id);
            of_it.min_by_key(|mail| mail.contract != contract).and_then(|mail| mail.ticket_id)
        };
        sent.iter().find(|mail| mail.0 == *id).map(|mail| mail.1).or_else(came)
    };
    Ok(message_ids.iter().find_map(known))
}

/// The mail we sent with that Message-ID: its ticket, if it is about one, and its recipient.
pub async fn sent_as(tx: &Tx, message_id: &str) -> Result<Option<(Option<Uuid>, String)>, DbErr> {
    let row = tx.find::<outbound_mail::Entity>().filter(outbound_mail::Column::MessageId.eq(message_id)).one(tx.connection()).await?;
    Ok(row.map(|row| (row.ticket_id, row.recipient)))
}

/// How a ticket is spoken of by mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// The Message-ID of the latest mail about it that has one, for a reply to answer.
    pub latest: Option<String>,
    /// The mailboxes that mails about it came to, the first one first.
    pub received_in: Vec<String>,
}

/// What came by mail about each of these tickets.
pub async fn threads(tx: &Tx, tickets: &[Uuid]) -> Result<HashMap<Uuid, Thread>, DbErr> {
    let columns = [inbound_mail::Column::TicketId, inbound_mail::Column::MessageId, inbound_mail::Column::Mailbox];
    let came = tx.find::<inbound_mail::Entity>().select_only().columns(columns);
    let came = came.filter(inbound_mail::Column::TicketId.is_in(tickets.iter().copied())).order_by_asc(inbound_mail::Column::ReceivedAt);
    let mut threads: HashMap<Uuid, Thread> = HashMap::new();
    for (ticket, message_id, mailbox) in came.into_tuple::<(Uuid, String, String)>().all(tx.connection()).await? {
        let thread = threads.entry(ticket).or_default();
        if !message_id.ends_with(MADE_UP) {
            thread.latest = Some(message_id);
        }
        if !thread.received_in.contains(&mailbox) {
            thread.received_in.push(mailbox);
        }
    }
    Ok(threads)
}

/// Keeps a mail that came, with the whole message. Of those with one `once_key`, a contract has one: another that came first makes the database
/// ask to repeat.
pub async fn keep(tx: &Tx, mail: &Inbound, once_key: Option<String>, raw: Vec<u8>) -> Result<(), DbErr> {
    let row = inbound_mail::ActiveModel {
        id: Set(mail.id),
        organisation: Set(mail.organisation.clone()),
        contract: Set(mail.contract.clone()),
        mailbox: Set(mail.mailbox.clone()),
        message_id: Set(mail.message_id.clone()),
        digest: Set(mail.digest.clone()),
        sender: Set(mail.sender.clone()),
        subject: Set(mail.subject.clone()),
        outcome: Set(mail.outcome.clone()),
        reason: Set(mail.reason.clone()),
        ticket_id: Set(mail.ticket_id),
        received_at: Set(mail.received_at.to_utc()),
        raw: Set(raw),
        once_key: Set(once_key),
    };
    inbound_mail::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// How many mails were kept.
pub async fn count(reads: &impl Reads) -> Result<u64, DbErr> {
    use sea_orm::PaginatorTrait;
    reads.find::<inbound_mail::Entity>().count(reads.connection()).await
}

/// Puts mails in the queue; one that tells the same person of the same event stays one.
pub async fn queue(tx: &Tx, mails: &[Outbound]) -> Result<(), DbErr> {
    if mails.is_empty() {
        return Ok(());
    }
    let rows = mails.iter().map(|mail| outbound_mail::ActiveModel {
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
        state: Set("pending".to_owned()),
        attempts: Set(0),
        next_attempt_at: Set(Some(mail.created_at.to_utc())),
        created_at: Set(mail.created_at.to_utc()),
        queued_at: Set(Some(mail.queued_at.to_utc())),
        sent_at: Set(None),
        last_error: Set(None),
        mailbox: Set(mail.mailbox.clone()),
    });
    let known = [outbound_mail::Column::EventId, outbound_mail::Column::Recipient, outbound_mail::Column::Template];
    let once = sea_orm::sea_query::OnConflict::columns(known).do_nothing().to_owned();
    outbound_mail::Entity::insert_many(rows).on_conflict(once).exec_without_returning(tx.connection()).await.map(drop)
}

/// Takes mails that are due to be tried, and puts their next try off to `again_at`, so that nobody else tries them now.
pub async fn take_due(tx: &Tx, now: Instant, again_at: Instant, limit: u64) -> Result<Vec<Outbound>, DbErr> {
    use sea_orm::sea_query::{LockBehavior, LockType};
    let due = tx
        .find::<outbound_mail::Entity>()
        .filter(outbound_mail::Column::State.eq("pending"))
        .filter(outbound_mail::Column::NextAttemptAt.lte(now.to_utc()))
        .order_by_asc(outbound_mail::Column::NextAttemptAt)
        .order_by_asc(outbound_mail::Column::CreatedAt)
        // Ids of events sort as they were made; a mail's own id does not.
        .order_by_asc(outbound_mail::Column::EventId)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.connection())
        .await?;
    let ids: Vec<_> = due.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        let put_off = Expr::value(Some(again_at.to_utc()));
        let taken = outbound_mail::Entity::update_many().col_expr(outbound_mail::Column::NextAttemptAt, put_off);
        taken.filter(outbound_mail::Column::Id.is_in(ids)).exec(tx.connection()).await?;
    }
    Ok(due.into_iter().map(outbound).collect())
}

/// When the next mail is to be tried.
pub async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    let earliest = reads.find::<outbound_mail::Entity>().select_only().column(outbound_mail::Column::NextAttemptAt);
    let earliest = earliest.filter(outbound_mail::Column::State.eq("pending")).filter(outbound_mail::Column::NextAttemptAt.is_not_null());
    let row: Option<chrono::DateTime<chrono::Utc>> =
        earliest.order_by_asc(outbound_mail::Column::NextAttemptAt).limit(1).into_tuple().one(reads.connection()).await?;
    Ok(row.map(instant))
}

/// Records that mails were sent.
pub async fn sent(tx: &Tx, ids: &[Uuid], at: Instant) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let none = None::<chrono::DateTime<chrono::Utc>>;
    tried(ids, "sent", none)
        .col_expr(outbound_mail::Column::SentAt, Expr::value(Some(at.to_utc())))
        .col_expr(outbound_mail::Column::LastError, Expr::value(None::<String>))
        .exec(tx.connection())
        .await
        .map(drop)
}

/// Records that a mail was not sent, and when it is tried again: never, when `None`. False when it was not waiting to be sent.
pub async fn not_sent(tx: &Tx, id: Uuid, error: &str, again_at: Option<Instant>) -> Result<bool, DbErr> {
    let state = if again_at.is_some() { "pending" } else { "failed" };
    let failed = tried(&[id], state, again_at.map(Instant::to_utc)).col_expr(outbound_mail::Column::LastError, Expr::value(error));
    let failed = failed.filter(outbound_mail::Column::State.eq("pending"));
    Ok(failed.exec(tx.connection()).await?.rows_affected == 1)
}

fn tried(ids: &[Uuid], state: &str, again_at: Option<chrono::DateTime<chrono::Utc>>) -> UpdateMany<outbound_mail::Entity> {
    outbound_mail::Entity::update_many()
        .col_expr(outbound_mail::Column::State, Expr::value(state))
        .col_expr(outbound_mail::Column::Attempts, Expr::col(outbound_mail::Column::Attempts).add(1))
        .col_expr(outbound_mail::Column::NextAttemptAt, Expr::value(again_at))
        .filter(outbound_mail::Column::Id.is_in(ids.iter().copied()))
}

/// The mails of a ticket, oldest first.
pub async fn of_ticket(reads: &impl Reads, ticket: Uuid) -> Result<Vec<Outbound>, DbErr> {
    let rows = reads.find::<outbound_mail::Entity>().filter(outbound_mail::Column::TicketId.eq(ticket));
    Ok(rows.order_by_asc(outbound_mail::Column::Id).all(reads.connection()).await?.into_iter().map(outbound).collect())
}

fn inbound(row: InboundRow) -> Inbound {
    Inbound {
        id: row.id,
        organisation: row.organisation,
        contract: row.contract,
        mailbox: row.mailbox,
        message_id: row.message_id,
        digest: row.digest,
        sender: row.sender,
        subject: row.subject,
        outcome: row.outcome,
        reason: row.reason,
        ticket_id: row.ticket_id,
        received_at: instant(row.received_at),
    }
}

pub(super) fn outbound(row: outbound_mail::Model) -> Outbound {
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
