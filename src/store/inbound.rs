//! Mail that came in, and what became of it.

use entity::inbound_mail;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, DerivePartialModel, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;
use crate::domain::mail::{Authentication, Inbound, InboundFilter, MailOutcome, SignatureVerdict};
use crate::domain::scan::Scan;
use crate::domain::ticket::Ticket;
use crate::domain::wrapped_key::WrappedKey;

/// A row without the message.
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
    authentication: String,
    signature: Option<String>,
    outcome: String,
    reason: Option<String>,
    ticket_id: Option<Uuid>,
    received_at: chrono::DateTime<chrono::Utc>,
    size_bytes: i64,
    erased_at: Option<chrono::DateTime<chrono::Utc>>,
    redacted_at: Option<chrono::DateTime<chrono::Utc>>,
    scan: Option<String>,
}

/// How a Message-ID that we made up ends.
pub const MADE_UP: &str = "@no-message-id.invalid";

/// How to recognise a message that was taken in before, in any mailbox of the contract.
#[derive(Debug, Clone, Copy)]
pub struct SameMessage<'a> {
    pub contract: &'a str,
    /// SHA-256 of what its sender wrote; what servers add on the way is left out.
    pub digest: &'a str,
    pub by: SameBy<'a>,
}

/// What makes a message with the same words the same message.
#[derive(Debug, Clone, Copy)]
pub enum SameBy<'a> {
    /// The same Message-ID, however long ago; by the key that is made of it, which stays when the Message-ID is erased.
    Key(&'a str),
    /// For a message without one: that the other came after this instant.
    CameAfter(Instant),
}

/// The same message, taken in before. Those that were duplicates themselves do not count.
pub async fn arrived(tx: &Tx, same: &SameMessage<'_>) -> Result<Option<Inbound>, DbErr> {
    let before = tx
        .find::<inbound_mail::Entity>()
        .filter(inbound_mail::Column::Contract.eq(same.contract))
        .filter(inbound_mail::Column::Digest.eq(same.digest))
        .filter(inbound_mail::Column::Outcome.ne(MailOutcome::Duplicate.as_str()));
    let before = match same.by {
        SameBy::Key(key) => before.filter(inbound_mail::Column::OnceKey.eq(key)),
        SameBy::CameAfter(instant) => before.filter(inbound_mail::Column::ReceivedAt.gt(instant.to_utc())),
    };
    let latest = before.order_by_desc(inbound_mail::Column::ReceivedAt).into_partial_model::<InboundRow>();
    Ok(latest.one(tx.connection()).await?.map(inbound))
}

pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Inbound>, DbErr> {
    let row = reads.find::<inbound_mail::Entity>().filter(inbound_mail::Column::Id.eq(id)).into_partial_model::<InboundRow>();
    Ok(row.one(reads.connection()).await?.map(inbound))
}

/// The same, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Inbound>, DbErr> {
    let row = tx.find::<inbound_mail::Entity>().filter(inbound_mail::Column::Id.eq(id)).lock_exclusive();
    Ok(row.into_partial_model::<InboundRow>().one(tx.connection()).await?.map(inbound))
}

/// The message itself as it is stored, and its key where it is sealed; `None` when it was erased. What few may see of its ticket, few may
/// see of the message, so the ticket is noted as shown.
pub async fn raw(reads: &impl Reads, id: Uuid) -> Result<Option<(Vec<u8>, Option<WrappedKey>)>, DbErr> {
    let row = reads.find::<inbound_mail::Entity>().filter(inbound_mail::Column::Id.eq(id));
    let row = row.filter(inbound_mail::Column::ErasedAt.is_null()).select_only();
    let row = row.columns([inbound_mail::Column::Raw, inbound_mail::Column::KeyId, inbound_mail::Column::Envelope]);
    let flags = "(SELECT flags FROM ticket WHERE ticket.id = inbound_mail.ticket_id)";
    let row = row.column(inbound_mail::Column::TicketId).column_as(Expr::cust(flags), "flags").into_tuple();
    let Some((raw, by, bytes, ticket, flags)): Option<(Vec<u8>, _, _, _, Option<i32>)> = row.one(reads.connection()).await? else {
        return Ok(None);
    };
    if let Some((ticket, flags)) = Option::zip(ticket, flags) {
        reads.note_shown(ticket, flags.into());
    }
    Ok(Some((raw, WrappedKey::stored(by, bytes))))
}

/// A page of mails, newest first.
pub async fn list(reads: &impl Reads, filter: &InboundFilter) -> Result<Vec<Inbound>, DbErr> {
    let mut query = reads.find::<inbound_mail::Entity>();
    // `=` for one outcome, not `IN`: only then can the partial index on what waits for the desk be used.
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

/// Records that a mail that was kept aside became a ticket. False when it is not any more, or nothing is left of it.
pub async fn released(tx: &Tx, id: Uuid, ticket: &Ticket) -> Result<bool, DbErr> {
    let released = inbound_mail::Entity::update_many()
        .col_expr(inbound_mail::Column::Outcome, Expr::value(MailOutcome::Ticket.as_str()))
        .col_expr(inbound_mail::Column::TicketId, Expr::value(Some(ticket.id)))
        .col_expr(inbound_mail::Column::Organisation, Expr::value(Some(ticket.organisation.clone())))
        .filter(inbound_mail::Column::Id.eq(id))
        .filter(inbound_mail::Column::RedactedAt.is_null())
        .filter(inbound_mail::Column::ErasedAt.is_null())
        .filter(inbound_mail::Column::Outcome.is_in(MailOutcome::KEPT_ASIDE.map(MailOutcome::as_str)));
    Ok(released.exec(tx.connection()).await?.rows_affected == 1)
}

/// Stores a mail with the raw message, sealed where the desk has keys. `once_key` is unique within a contract: when the same message is stored at the same moment, the
/// database asks for a retry, which then finds the duplicate.
pub async fn keep(tx: &Tx, mail: &Inbound, once_key: Option<String>, (raw, key): (Vec<u8>, Option<WrappedKey>)) -> Result<(), DbErr> {
    let row = inbound_mail::ActiveModel {
        id: Set(mail.id),
        organisation: Set(mail.organisation.clone()),
        contract: Set(mail.contract.clone()),
        mailbox: Set(mail.mailbox.clone()),
        message_id: Set(mail.message_id.clone()),
        digest: Set(mail.digest.clone()),
        sender: Set(mail.sender.clone()),
        subject: Set(mail.subject.clone()),
        authentication: Set(mail.authentication.to_string()),
        signature: Set(mail.signature.map(|verdict| verdict.to_string())),
        outcome: Set(mail.outcome.clone()),
        reason: Set(mail.reason.clone()),
        ticket_id: Set(mail.ticket_id),
        received_at: Set(mail.received_at.to_utc()),
        raw: Set(raw),
        once_key: Set(once_key),
        key_id: Set(key.as_ref().map(|key| key.by.clone())),
        envelope: Set(key.map(|key| key.bytes)),
        size_bytes: Set(i64::try_from(mail.size_bytes).unwrap_or(i64::MAX)),
        erased_at: Set(mail.is_erased.then(|| mail.received_at.to_utc())),
        redacted_at: Set(mail.redacted_at.map(Instant::to_utc)),
        scan: Set(mail.scan.map(|scan| scan.to_string())),
    };
    inbound_mail::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// Whether the same was reported of a mail about a ticket after an instant.
pub async fn has_bounced(reads: &impl Reads, ticket: Uuid, reason: &str, after: Instant) -> Result<bool, DbErr> {
    let found = reads.find::<inbound_mail::Entity>().filter(inbound_mail::Column::TicketId.eq(ticket));
    let found =
        found.filter(inbound_mail::Column::Outcome.eq(MailOutcome::Bounce.as_str())).filter(inbound_mail::Column::Reason.eq(reason));
    Ok(found.filter(inbound_mail::Column::ReceivedAt.gt(after.to_utc())).count(reads.connection()).await? > 0)
}

pub async fn count(reads: &impl Reads) -> Result<u64, DbErr> {
    reads.find::<inbound_mail::Entity>().count(reads.connection()).await
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
        // A code of a later program shows nothing that this one knows.
        authentication: Authentication::named(&row.authentication).unwrap_or(Authentication::Unverified),
        signature: row.signature.map(|code| SignatureVerdict::named(&code).unwrap_or(SignatureVerdict::Unchecked)),
        outcome: row.outcome,
        reason: row.reason,
        ticket_id: row.ticket_id,
        received_at: instant(row.received_at),
        redacted_at: row.redacted_at.map(instant),
        is_erased: row.erased_at.is_some(),
        size_bytes: u64::try_from(row.size_bytes).unwrap_or_default(),
        scan: row.scan.as_deref().map(Scan::stored),
    }
}
