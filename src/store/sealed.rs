//! Sealed files and mails by the key of the desk that opens them, for a change of keys.

use entity::{attachment, inbound_mail};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, attachments};
use crate::domain::ticket::Attachment;
use crate::domain::wrapped_key::WrappedKey;

/// The ids of every key that something stored needs. Steps from one to the next by the index, so that it costs by the number of keys and not
/// of files.
pub async fn keys_in_use(reads: &impl Reads) -> Result<Vec<String>, DbErr> {
    let (mut keys, mut last) = (Vec::new(), String::new());
    loop {
        let file = reads.find::<attachment::Entity>().filter(attachment::Column::KeyId.gt(&last)).select_only();
        let file = file.column(attachment::Column::KeyId).order_by_asc(attachment::Column::KeyId).limit(1).into_tuple();
        let mail = reads.find::<inbound_mail::Entity>().filter(inbound_mail::Column::KeyId.gt(&last)).select_only();
        let mail = mail.column(inbound_mail::Column::KeyId).order_by_asc(inbound_mail::Column::KeyId).limit(1).into_tuple();
        let (file, mail): (Option<String>, Option<String>) = (file.one(reads.connection()).await?, mail.one(reads.connection()).await?);
        let Some(next) = file.into_iter().chain(mail).min() else { return Ok(keys) };
        keys.push(next.clone());
        last = next;
    }
}

/// Files whose key is wrapped with a key of the desk, or that are in clear; by id, after one. Locked until the transaction ends.
pub async fn files_under(tx: &Tx, key: Option<&str>, after: Uuid, limit: u64) -> Result<Vec<Attachment>, DbErr> {
    // Of a redacted file there are no bytes.
    let rows = tx.find::<attachment::Entity>().filter(attachment::Column::Id.gt(after)).filter(attachment::Column::IsRedacted.eq(false));
    let rows = match key {
        Some(key) => rows.filter(attachment::Column::KeyId.eq(key)),
        None => rows.filter(attachment::Column::KeyId.is_null()),
    };
    let rows = rows.order_by_asc(attachment::Column::Id).limit(limit).lock_exclusive().all(tx.connection()).await?;
    Ok(rows.into_iter().map(attachments::to_domain).collect())
}

/// Mails under a key of the desk, with their own keys.
pub async fn mails_under(tx: &Tx, key: &str, after: Uuid, limit: u64) -> Result<Vec<(Uuid, WrappedKey)>, DbErr> {
    let rows = tx.find::<inbound_mail::Entity>().filter(inbound_mail::Column::KeyId.eq(key)).filter(inbound_mail::Column::Id.gt(after));
    let rows = rows.order_by_asc(inbound_mail::Column::Id).limit(limit).lock_exclusive().select_only();
    let rows = rows.columns([inbound_mail::Column::Id, inbound_mail::Column::KeyId, inbound_mail::Column::Envelope]).into_tuple();
    let rows: Vec<(Uuid, Option<String>, Option<Vec<u8>>)> = rows.all(tx.connection()).await?;
    Ok(rows.into_iter().filter_map(|(id, by, bytes)| Some((id, WrappedKey::stored(by, bytes)?))).collect())
}

/// The first mail after one that is in clear, whole: such mails are taken one by one, as they may be long.
pub async fn mail_in_clear(tx: &Tx, after: Uuid) -> Result<Option<(Uuid, Vec<u8>)>, DbErr> {
    let rows = tx.find::<inbound_mail::Entity>().filter(inbound_mail::Column::KeyId.is_null()).filter(inbound_mail::Column::Id.gt(after));
    let rows = rows.filter(inbound_mail::Column::ErasedAt.is_null());
    let rows = rows.order_by_asc(inbound_mail::Column::Id).limit(1).lock_exclusive().select_only();
    rows.columns([inbound_mail::Column::Id, inbound_mail::Column::Raw]).into_tuple().one(tx.connection()).await
}

/// Stores the same key of a file, wrapped anew.
pub async fn rewrap_file(tx: &Tx, id: Uuid, key: &WrappedKey) -> Result<(), DbErr> {
    let rewrapped = attachment::Entity::update_many()
        .col_expr(attachment::Column::KeyId, Expr::value(&key.by))
        .col_expr(attachment::Column::Envelope, Expr::value(key.bytes.clone()));
    rewrapped.filter(attachment::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// The same of a mail.
pub async fn rewrap_mail(tx: &Tx, id: Uuid, key: &WrappedKey) -> Result<(), DbErr> {
    let rewrapped = inbound_mail::Entity::update_many()
        .col_expr(inbound_mail::Column::KeyId, Expr::value(&key.by))
        .col_expr(inbound_mail::Column::Envelope, Expr::value(key.bytes.clone()));
    rewrapped.filter(inbound_mail::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Replaces a mail in clear by itself, sealed.
pub async fn seal_mail(tx: &Tx, id: Uuid, raw: Vec<u8>, key: &WrappedKey) -> Result<(), DbErr> {
    rewrap_mail(tx, id, key).await?;
    let sealed = inbound_mail::Entity::update_many().col_expr(inbound_mail::Column::Raw, Expr::value(raw));
    sealed.filter(inbound_mail::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Records that a file in clear was stored anew, sealed. False when it is no longer as `file` says.
pub async fn move_file(tx: &Tx, file: &Attachment, to: Uuid, key: &WrappedKey) -> Result<bool, DbErr> {
    let moved = attachment::Entity::update_many()
        .col_expr(attachment::Column::StoredAs, Expr::value(Some(to)))
        .col_expr(attachment::Column::KeyId, Expr::value(&key.by))
        .col_expr(attachment::Column::Envelope, Expr::value(key.bytes.clone()))
        .filter(attachment::Column::Id.eq(file.id))
        .filter(attachment::Column::IsRedacted.eq(false))
        .filter(attachment::Column::KeyId.is_null());
    let moved = match file.stored_as {
        Some(id) => moved.filter(attachment::Column::StoredAs.eq(id)),
        None => moved.filter(attachment::Column::StoredAs.is_null()),
    };
    Ok(moved.exec(tx.connection()).await?.rows_affected == 1)
}
