//! Redactions, and the only writers that take a text away: everything else in the store is added to or replaced by what somebody wrote.

use entity::{attachment, event, inbound_mail, message, outbound_mail, redaction, ticket_part};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use serde_json::Value;
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Db, Reads, Tx, approvals, broken, instant};
use crate::domain::Instant;
use crate::domain::approval::{Approval, ApprovalSubject};
use crate::domain::redaction::{GONE, Redactable, Redaction};
use crate::domain::ticket::{Reader, Visibility};

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
        finished_at: Set(redaction.finished_at.map(Instant::to_utc)),
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

/// One of a ticket.
pub async fn find(reads: &impl Reads, ticket: Uuid, id: Uuid) -> Result<Option<Redaction>, DbErr> {
    let rows = reads.find::<redaction::Entity>().filter(redaction::Column::Id.eq(id)).filter(redaction::Column::TicketId.eq(ticket));
    Ok(with_approvals(reads, rows.all(reads.connection()).await?).await?.pop())
}

/// Those of a ticket, as a reader sees them, oldest first.
pub async fn of_ticket(reads: &impl Reads, ticket: Uuid, reader: Reader) -> Result<Vec<Redaction>, DbErr> {
    let rows = reads.find::<redaction::Entity>().filter(redaction::Column::TicketId.eq(ticket));
    let rows = if reader.sees(false) { rows } else { rows.filter(redaction::Column::Visibility.eq(Visibility::Public.as_str())) };
    let rows = rows.order_by_asc(redaction::Column::AskedAt).order_by_asc(redaction::Column::Id).all(reads.connection()).await?;
    with_approvals(reads, rows).await
}

/// Those that were approved and of which something may be left.
pub async fn unfinished(reads: &impl Reads) -> Result<Vec<Redaction>, DbErr> {
    let rows = reads.find::<redaction::Entity>().filter(redaction::Column::DoneAt.is_not_null());
    let rows = rows.filter(redaction::Column::FinishedAt.is_null()).all(reads.connection()).await?;
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
            finished_at: row.finished_at.map(instant),
        })
    };
    rows.into_iter().map(read).collect()
}

pub async fn done(tx: &Tx, id: Uuid, at: Instant) -> Result<(), DbErr> {
    let done = redaction::Entity::update_many().col_expr(redaction::Column::DoneAt, Expr::value(Some(at.to_utc())));
    done.filter(redaction::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

pub async fn finished(tx: &Tx, id: Uuid, at: Instant) -> Result<(), DbErr> {
    let finished = redaction::Entity::update_many().col_expr(redaction::Column::FinishedAt, Expr::value(Some(at.to_utc())));
    finished.filter(redaction::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

pub async fn take_message(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let gone = message::Entity::update_many().col_expr(message::Column::Body, Expr::value(GONE));
    gone.filter(message::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Takes away what is known of a file; its bytes are removed once this is committed.
pub async fn take_attachment(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let gone = attachment::Entity::update_many()
        .col_expr(attachment::Column::Name, Expr::value(GONE))
        .col_expr(attachment::Column::Digest, Expr::value(NO_DIGEST))
        .col_expr(attachment::Column::IsRedacted, Expr::value(true));
    gone.filter(attachment::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Replaces what a version of a part says.
pub async fn take_part(tx: &Tx, id: Uuid, left: Value) -> Result<(), DbErr> {
    let gone = ticket_part::Entity::update_many().col_expr(ticket_part::Column::Content, Expr::value(left));
    gone.filter(ticket_part::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Takes away the words of a reason. That there was one stays, because it may have answered the client.
pub async fn take_reason(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let gone = event::Entity::update_many().col_expr(event::Column::Reason, Expr::value(Some(GONE)));
    gone.filter(event::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// The ids of the mails that landed on a ticket.
pub async fn mails_in(tx: &Tx, ticket: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let ids = tx.find::<inbound_mail::Entity>().select_only().column(inbound_mail::Column::Id);
    ids.filter(inbound_mail::Column::TicketId.eq(ticket)).into_tuple().all(tx.connection()).await
}

/// Takes away a mail as it came: what stands in its place says so.
pub async fn take_mail_in(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let raw = format!("Subject: {GONE}\r\n\r\n{GONE}\r\n");
    let gone = inbound_mail::Entity::update_many()
        .col_expr(inbound_mail::Column::Raw, Expr::value(raw.into_bytes()))
        .col_expr(inbound_mail::Column::KeyId, Expr::value(None::<String>))
        .col_expr(inbound_mail::Column::Envelope, Expr::value(None::<Vec<u8>>))
        .col_expr(inbound_mail::Column::Subject, Expr::value(Some(GONE)));
    gone.filter(inbound_mail::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Takes away what a mail of the desk says. One that still waits goes out as it then reads.
pub async fn take_mail_out(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    let gone = outbound_mail::Entity::update_many()
        .col_expr(outbound_mail::Column::Subject, Expr::value(GONE))
        .col_expr(outbound_mail::Column::Body, Expr::value(GONE));
    gone.filter(outbound_mail::Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}

/// Clears what a committed redaction leaves behind in SQLite: the search index keeps the words of replaced rows until its parts are merged,
/// and the log keeps earlier pages until it is emptied. Pages freed in the file itself are overwritten as they are freed
/// (`secure_delete`). False when somebody was reading the log. A PostgreSQL server does the same by itself when it vacuums.
pub async fn clear_remains(db: &Db) -> Result<bool, DbErr> {
    if db.backend() != Backend::Sqlite {
        return Ok(true);
    }
    let connection = db.bare_connection();
    connection.execute_unprepared("INSERT INTO ticket_search (ticket_search) VALUES ('optimize')").await?;
    let emptied = Statement::from_string(Backend::Sqlite.into(), "PRAGMA wal_checkpoint(TRUNCATE)");
    let row = connection.query_one_raw(emptied).await?;
    Ok(row.is_some_and(|row| row.try_get_by_index::<i32>(0).is_ok_and(|busy| busy == 0)))
}
