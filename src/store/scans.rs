//! What waits for the virus scanner, and what it made of it. Each result is stored once, and only while it is waited for.

use entity::{attachment, inbound_mail};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, attachments};
use crate::domain::scan::Scan;
use crate::domain::ticket::Attachment;

/// Written out, since SQLite finds a partial index by no value that is bound.
const FILE_WAITS: &str = "attachment.scan = 'unscanned'";
const MAIL_WAITS: &str = "inbound_mail.scan = 'unscanned'";

/// Files that wait, oldest first.
pub async fn files(reads: &impl Reads, limit: u64) -> Result<Vec<Attachment>, DbErr> {
    let rows = reads.find::<attachment::Entity>().filter(Expr::cust(FILE_WAITS));
    let rows = rows.order_by_asc(attachment::Column::RecordedAt).order_by_asc(attachment::Column::Id).limit(limit);
    Ok(rows.all(reads.connection()).await?.into_iter().map(attachments::to_domain).collect())
}

/// Mails that wait, oldest first.
pub async fn mails(reads: &impl Reads, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let rows = reads.find::<inbound_mail::Entity>().filter(Expr::cust(MAIL_WAITS)).select_only().column(inbound_mail::Column::Id);
    let rows = rows.order_by_asc(inbound_mail::Column::ReceivedAt).order_by_asc(inbound_mail::Column::Id).limit(limit);
    rows.into_tuple().all(reads.connection()).await
}

/// Notes what the scanner made of a file. False when it does not wait any more.
pub async fn scanned_file(tx: &Tx, id: Uuid, scan: Scan) -> Result<bool, DbErr> {
    let scanned = attachment::Entity::update_many().col_expr(attachment::Column::Scan, Expr::value(scan.as_str()));
    let scanned = scanned.filter(attachment::Column::Id.eq(id)).filter(Expr::cust(FILE_WAITS));
    Ok(scanned.exec(tx.connection()).await?.rows_affected == 1)
}

/// The same of a mail.
pub async fn scanned_mail(tx: &Tx, id: Uuid, scan: Scan) -> Result<bool, DbErr> {
    let scanned = inbound_mail::Entity::update_many().col_expr(inbound_mail::Column::Scan, Expr::value(scan.as_str()));
    let scanned = scanned.filter(inbound_mail::Column::Id.eq(id)).filter(Expr::cust(MAIL_WAITS));
    Ok(scanned.exec(tx.connection()).await?.rows_affected == 1)
}
