//! Redactions, and the only writers that take a text away: everything else in the store is added to or replaced by what somebody wrote.

use entity::{attachment, event, external_reference, inbound_mail, message, outbound_mail, redaction, ticket_part};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::storage::NOBODY;
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, approvals, broken, instant, messages, search, security_signals, storage};
use crate::domain::Instant;
use crate::domain::approval::{Approval, ApprovalSubject, Ended};
use crate::domain::mail::MailOutcome;
use crate::domain::redaction::{GONE, Redactable, Redaction};
use crate::domain::ticket::searched::{Searched, reason_of};
use crate::domain::ticket::{Attachment, Message, Reader, Visibility};

/// A digest that no bytes have: of a number alone, a digest is as good as the number.
const NO_DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

pub async fn insert(tx: &Tx, redaction: &Redaction) -> Result<(), DbErr> {
    let row = redaction::ActiveModel {
        id: Set(redaction.id),
        ticket_id: Set(redaction.ticket_id),
        organisation: Set(redaction.organisation.clone()),
        what: Set(redaction.what.to_string()),
        target_id: Set(redaction.target),
        visibility: Set(Visibility::of(redaction.public).to_string()),
        reason: Set(redaction.reason.clone()),
        asked_at: Set(redaction.asked_at.to_utc()),
        done_at: Set(redaction.done_at.map(Instant::to_utc)),
        ended_by: Set(None),
        ended_at: Set(None),
        end_reason: Set(None),
    };
    redaction::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    for approval in &redaction.approvals {
        approve(tx, redaction.id, 1, approval).await?;
    }
    Ok(())
}

/// Adds a signature. Of two writers of the same one, the second fails.
pub async fn approve(tx: &Tx, id: Uuid, sequence: i64, approval: &Approval) -> Result<(), DbErr> {
    approvals::insert(tx, (ApprovalSubject::Redaction, id), sequence, approval).await
}

/// About what a redaction is.
#[derive(Debug, Clone, Copy)]
pub enum About {
    Ticket(Uuid),
    /// A mail, asked for by itself.
    Mail(Uuid),
    /// A security signal, and what is written on it.
    Signal(Uuid),
}

impl About {
    fn condition(self) -> Condition {
        let what = redaction::Column::What;
        match self {
            Self::Ticket(id) => Condition::all().add(redaction::Column::TicketId.eq(id)).add(what.ne(Redactable::Mail.as_str())),
            Self::Mail(id) => Condition::all().add(redaction::Column::TargetId.eq(id)).add(what.eq(Redactable::Mail.as_str())),
            Self::Signal(id) => {
                let target = redaction::Column::TargetId;
                let texts = Condition::all().add(target.eq(id)).add(what.eq(Redactable::SignalTexts.as_str()));
                let of_notes = target.in_subquery(security_signals::notes_on(id));
                Condition::any().add(texts).add(Condition::all().add(of_notes).add(what.eq(Redactable::SignalNote.as_str())))
            }
        }
    }
}

/// One of them.
pub async fn find(reads: &impl Reads, about: About, id: Uuid) -> Result<Option<Redaction>, DbErr> {
    let rows = reads.find::<redaction::Entity>().filter(redaction::Column::Id.eq(id)).filter(about.condition());
    Ok(with_approvals(reads, rows.all(reads.connection()).await?).await?.pop())
}

/// That which waits for a second person.
pub async fn waiting(reads: &impl Reads, what: Redactable, target: Uuid) -> Result<Option<Uuid>, DbErr> {
    let rows = reads.find::<redaction::Entity>().filter(redaction::Column::TargetId.eq(target));
    let rows = rows.filter(redaction::Column::What.eq(what.as_str())).filter(redaction::Column::DoneAt.is_null());
    let rows = rows.filter(redaction::Column::EndedAt.is_null()).select_only().column(redaction::Column::Id);
    rows.into_tuple().one(reads.connection()).await
}

/// Those about one thing, as a reader sees them, oldest first.
pub async fn all_about(reads: &impl Reads, about: About, reader: Reader) -> Result<Vec<Redaction>, DbErr> {
    let rows = reads.find::<redaction::Entity>().filter(about.condition());
    let rows = if reader.sees(false) { rows } else { rows.filter(redaction::Column::Visibility.eq(Visibility::Public.as_str())) };
    let rows = rows.order_by_asc(redaction::Column::AskedAt).order_by_asc(redaction::Column::Id).all(reads.connection()).await?;
    with_approvals(reads, rows).await
}

async fn with_approvals(reads: &impl Reads, rows: Vec<redaction::Model>) -> Result<Vec<Redaction>, DbErr> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut signed = approvals::of(reads, ApprovalSubject::Redaction, &ids).await?;
    let read = |row: redaction::Model| {
        Ok(Redaction {
            approvals: signed.remove(&row.id).unwrap_or_default().into_iter().map(|(_, approval)| approval).collect(),
            id: row.id,
            ticket_id: row.ticket_id,
            organisation: row.organisation,
            what: Redactable::named(&row.what).ok_or_else(|| broken("what is redacted"))?,
            target: row.target_id,
            public: row.visibility == Visibility::Public.as_str(),
            reason: row.reason,
            asked_at: instant(row.asked_at),
            done_at: row.done_at.map(instant),
            ended: approvals::ended(row.ended_by, row.ended_at, row.end_reason),
        })
    };
    rows.into_iter().map(read).collect()
}

pub async fn done(tx: &Tx, id: Uuid, at: Instant) -> Result<(), DbErr> {
    let done = redaction::Entity::update_many().col_expr(redaction::Column::DoneAt, Expr::value(Some(at.to_utc())));
    done.filter(redaction::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Records that it was withdrawn or refused.
pub async fn end(tx: &Tx, id: Uuid, ended: &Ended) -> Result<(), DbErr> {
    let end = redaction::Entity::update_many()
        .col_expr(redaction::Column::EndedBy, Expr::value(Some(ended.by.clone())))
        .col_expr(redaction::Column::EndedAt, Expr::value(Some(ended.at.to_utc())))
        .col_expr(redaction::Column::EndReason, Expr::value(Some(ended.reason.clone())));
    end.filter(redaction::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

pub async fn take_message(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let gone = message::Entity::update_many()
        .col_expr(message::Column::Body, Expr::value(GONE))
        .col_expr(message::Column::CutFrom, Expr::value(None::<Uuid>));
    gone.filter(message::Column::Id.eq(id)).exec(tx.connection()).await?;
    search::take(tx, id).await.map(drop)
}

/// Leaves of a message what `body` says.
pub async fn replace_message(tx: &Tx, number: i64, message: &Message) -> Result<(), DbErr> {
    let left = message::Entity::update_many()
        .col_expr(message::Column::Body, Expr::value(&*message.body))
        .col_expr(message::Column::CutFrom, Expr::value(None::<Uuid>));
    left.filter(message::Column::Id.eq(message.id)).exec(tx.connection()).await?;
    search::take(tx, message.id).await?;
    search::add(tx, Searched::of_message(message).map(|text| (number, text))).await
}

/// Takes away what is known of a file, which then takes no room any more; its bytes are removed once this is committed.
pub async fn take_attachment(tx: &Tx, file: &Attachment) -> Result<(), DbErr> {
    storage::free(tx, &file.organisation, file.size_bytes).await?;
    let gone = attachment::Entity::update_many()
        .col_expr(attachment::Column::Name, Expr::value(GONE))
        .col_expr(attachment::Column::Digest, Expr::value(NO_DIGEST))
        .col_expr(attachment::Column::SizeBytes, Expr::value(0_i64))
        .col_expr(attachment::Column::KeyId, Expr::value(None::<String>))
        .col_expr(attachment::Column::Envelope, Expr::value(None::<Vec<u8>>))
        .col_expr(attachment::Column::Scan, Expr::value(None::<String>))
        .col_expr(attachment::Column::IsRedacted, Expr::value(true));
    gone.filter(attachment::Column::Id.eq(file.id)).exec(tx.connection()).await.map(drop)
}

/// Replaces what a version of a part says.
pub async fn take_part(tx: &Tx, id: Uuid, left: Value) -> Result<(), DbErr> {
    let gone = ticket_part::Entity::update_many().col_expr(ticket_part::Column::Content, Expr::value(left));
    gone.filter(ticket_part::Column::Id.eq(id)).exec(tx.connection()).await?;
    search::take(tx, id).await.map(drop)
}

/// Takes away the words of a reason. That there was one stays, because it may have answered the client.
pub async fn take_reason(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let gone = event::Entity::update_many().col_expr(event::Column::Reason, Expr::value(Some(GONE)));
    gone.filter(event::Column::Id.eq(id)).exec(tx.connection()).await?;
    search::take(tx, reason_of(id)).await.map(drop)
}

/// Takes away what a ticket is called in other systems.
pub async fn take_references(tx: &Tx, ticket: Uuid) -> Result<(), DbErr> {
    let theirs = external_reference::Entity::delete_many().filter(external_reference::Column::TicketId.eq(ticket));
    theirs.exec(tx.connection()).await.map(drop)
}

/// The ids of the mails that landed on a ticket and of which something is left, each with whether the ticket was made of it.
pub async fn mails_in(tx: &Tx, ticket: Uuid) -> Result<Vec<(Uuid, bool)>, DbErr> {
    let rows = tx.find::<inbound_mail::Entity>().select_only().columns([inbound_mail::Column::Id, inbound_mail::Column::Outcome]);
    let rows = rows.filter(inbound_mail::Column::TicketId.eq(ticket)).filter(inbound_mail::Column::ErasedAt.is_null());
    let rows: Vec<(Uuid, String)> = rows.into_tuple().all(tx.connection()).await?;
    Ok(rows.into_iter().map(|(id, outcome)| (id, outcome == MailOutcome::Ticket.as_str())).collect())
}

/// What stands in the place of a mail.
pub fn stub() -> Vec<u8> {
    format!("Subject: {GONE}\r\n\r\n{GONE}\r\n").into_bytes()
}

/// Of a mail: its id, what its sender wrote as a digest, whose it is, and its bytes.
type Kept = (Uuid, String, Option<String>, i64);

/// Takes away mails as they came, with other copies of them that belong to no ticket: what stands in their place says so, and takes hardly any
/// room. Returns the ids of all.
pub async fn take_mails_in(tx: &Tx, ids: &[Uuid], now: Instant) -> Result<Vec<Uuid>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let columns =
        [inbound_mail::Column::Id, inbound_mail::Column::Digest, inbound_mail::Column::Organisation, inbound_mail::Column::SizeBytes];
    let kept = || tx.find::<inbound_mail::Entity>().filter(inbound_mail::Column::ErasedAt.is_null()).select_only().columns(columns);
    let own = kept().filter(inbound_mail::Column::Id.is_in(ids.iter().copied()));
    let mut taken: Vec<Kept> = own.into_tuple().all(tx.connection()).await?;
    let digests: Vec<_> = taken.iter().map(|mail| mail.1.clone()).collect();
    let copies = kept().filter(inbound_mail::Column::Digest.is_in(digests)).filter(inbound_mail::Column::TicketId.is_null());
    let copies: Vec<Kept> =
        copies.filter(inbound_mail::Column::Id.is_not_in(ids.iter().copied())).into_tuple().all(tx.connection()).await?;
    taken.extend(copies);
    let stub = stub();
    for (id, _, organisation, bytes) in &taken {
        let freed = u64::try_from(*bytes).unwrap_or_default().saturating_sub(stub.len() as u64);
        storage::free(tx, organisation.as_deref().unwrap_or(NOBODY), freed).await?;
        let left = (*bytes).min(i64::try_from(stub.len()).unwrap_or(i64::MAX));
        let gone = inbound_mail::Entity::update_many()
            .col_expr(inbound_mail::Column::Raw, Expr::value(stub.clone()))
            .col_expr(inbound_mail::Column::Scan, Expr::value(None::<String>))
            .col_expr(inbound_mail::Column::SizeBytes, Expr::value(left))
            .col_expr(inbound_mail::Column::KeyId, Expr::value(None::<String>))
            .col_expr(inbound_mail::Column::Envelope, Expr::value(None::<Vec<u8>>))
            .col_expr(inbound_mail::Column::Subject, Expr::value(Some(GONE)))
            .col_expr(inbound_mail::Column::RedactedAt, Expr::value(Some(now.to_utc())));
        gone.filter(inbound_mail::Column::Id.eq(*id)).exec(tx.connection()).await?;
    }
    let taken: Vec<_> = taken.into_iter().map(|mail| mail.0).collect();
    messages::forget_mails(tx, &taken).await?;
    Ok(taken)
}

/// Whether a copy of this mail was redacted, in whatever mailbox it came. `message_id` is none for a mail without one of its own.
pub async fn is_mail_redacted(tx: &Tx, digest: &str, message_id: Option<&str>) -> Result<bool, DbErr> {
    let rows = tx.find::<inbound_mail::Entity>().filter(inbound_mail::Column::Digest.eq(digest));
    let rows = rows.filter(inbound_mail::Column::RedactedAt.is_not_null());
    let rows = match message_id {
        Some(id) => rows.filter(inbound_mail::Column::MessageId.eq(id)),
        None => rows,
    };
    let row = rows.select_only().column(inbound_mail::Column::Id).limit(1).into_tuple::<Uuid>();
    Ok(row.one(tx.connection()).await?.is_some())
}

/// Takes away what a mail of the desk says. One that still waits goes out as it then reads.
pub async fn take_mail_out(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    let gone = outbound_mail::Entity::update_many()
        .col_expr(outbound_mail::Column::Subject, Expr::value(GONE))
        .col_expr(outbound_mail::Column::Body, Expr::value(GONE));
    gone.filter(outbound_mail::Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}
