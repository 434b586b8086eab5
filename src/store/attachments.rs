//! Files on tickets, and which uploads are under way. The bytes are kept elsewhere, under the same id.

use entity::{attachment, upload};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;
use crate::domain::scan::Scan;
use crate::domain::ticket::attach::Classification;
use crate::domain::ticket::{Attachment, Reader, Visibility};
use crate::domain::wrapped_key::WrappedKey;

/// The attachments of these tickets, as a reader sees them, oldest first.
pub async fn of_tickets(reads: &impl Reads, tickets: &[Uuid], reader: Reader) -> Result<Vec<Attachment>, DbErr> {
    let rows = shown(reads, reader).filter(attachment::Column::TicketId.is_in(tickets.iter().copied()));
    let rows = rows.order_by_asc(attachment::Column::RecordedAt).order_by_asc(attachment::Column::Id).all(reads.connection()).await?;
    Ok(rows.into_iter().map(to_domain).collect())
}

/// One attachment of a ticket, if the reader may see it.
pub async fn find(reads: &impl Reads, ticket: Uuid, id: Uuid, reader: Reader) -> Result<Option<Attachment>, DbErr> {
    find_on(reads, &[ticket], id, reader).await
}

/// The same of several tickets.
pub async fn find_on(reads: &impl Reads, tickets: &[Uuid], id: Uuid, reader: Reader) -> Result<Option<Attachment>, DbErr> {
    let row = shown(reads, reader).filter(attachment::Column::TicketId.is_in(tickets.iter().copied()));
    let row = row.filter(attachment::Column::Id.eq(id));
    Ok(row.one(reads.connection()).await?.map(to_domain))
}

fn shown(reads: &impl Reads, reader: Reader) -> sea_orm::Select<attachment::Entity> {
    let rows = reads.find::<attachment::Entity>();
    if reader.sees(false) { rows } else { rows.filter(attachment::Column::Visibility.eq(Visibility::Public.as_str())) }
}

/// The sizes in bytes of a ticket's public attachments, or of those only the desk sees.
pub async fn sizes(reads: &impl Reads, ticket: Uuid, public: bool) -> Result<Vec<u64>, DbErr> {
    let sizes = reads.find::<attachment::Entity>().select_only().column(attachment::Column::SizeBytes);
    let sizes = sizes.filter(attachment::Column::Visibility.eq(Visibility::of(public).as_str()));
    let sizes: Vec<i64> = sizes.filter(attachment::Column::TicketId.eq(ticket)).into_tuple().all(reads.connection()).await?;
    Ok(sizes.into_iter().map(|size| u64::try_from(size).unwrap_or_default()).collect())
}

pub async fn insert(tx: &Tx, attachments: &[Attachment]) -> Result<(), DbErr> {
    if attachments.is_empty() {
        return Ok(());
    }
    let rows = attachments.iter().map(|one| attachment::ActiveModel {
        id: Set(one.id),
        ticket_id: Set(one.ticket_id),
        organisation: Set(one.organisation.clone()),
        visibility: Set(Visibility::of(one.public).to_string()),
        author: Set(one.author.clone()),
        name: Set(one.name.clone()),
        media_type: Set(one.media_type.clone()),
        size_bytes: Set(i64::try_from(one.size_bytes).unwrap_or(i64::MAX)),
        digest: Set(one.digest.clone()),
        recorded_at: Set(one.recorded_at.to_utc()),
        stored_as: Set(one.stored_as),
        key_id: Set(one.key.as_ref().map(|key| key.by.clone())),
        envelope: Set(one.key.as_ref().map(|key| key.bytes.clone())),
        classification: Set(one.classification.to_string()),
        is_redacted: Set(one.is_redacted),
        scan: Set(one.scan.map(|scan| scan.to_string())),
    });
    attachment::Entity::insert_many(rows).exec_without_returning(tx.connection()).await.map(drop)
}

pub async fn classify(tx: &Tx, id: Uuid, to: Classification) -> Result<(), DbErr> {
    let classified = attachment::Entity::update_many().col_expr(attachment::Column::Classification, Expr::value(to.as_str()));
    classified.filter(attachment::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Notes that files are coming, before their first byte is stored: after a crash the sweep finds by it what to remove.
pub async fn expect(tx: &Tx, ids: &[Uuid], now: Instant) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = ids.iter().map(|id| upload::ActiveModel { id: Set(*id), started_at: Set(now.to_utc()), given_up: Set(false) });
    upload::Entity::insert_many(rows).exec_without_returning(tx.connection()).await.map(drop)
}

/// Ends uploads whose attachments this transaction records. Returns how many there were; one that was given up is not counted.
pub async fn arrived(tx: &Tx, ids: &[Uuid]) -> Result<usize, DbErr> {
    let theirs = upload::Column::Id.is_in(ids.iter().copied()).and(upload::Column::GivenUp.eq(false));
    let gone = upload::Entity::delete_many().filter(theirs).exec(tx.connection()).await?;
    Ok(usize::try_from(gone.rows_affected).unwrap_or(usize::MAX))
}

/// Uploads that began before an instant and have not ended, oldest first.
pub async fn begun_before(reads: &impl Reads, before: Instant, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let rows = reads
        .find_of_desk::<upload::Entity>()
        .filter(upload::Column::StartedAt.lt(before.to_utc()))
        .order_by_asc(upload::Column::StartedAt);
    Ok(rows.limit(limit).all(reads.connection()).await?.into_iter().map(|row| row.id).collect())
}

/// Gives up uploads that have not arrived. From then on they never can, so their bytes may be removed. Returns those it gave up.
pub async fn give_up(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    let theirs = upload::Column::Id.is_in(ids.iter().copied());
    let rows = tx
        .find_of_desk::<upload::Entity>()
        .filter(theirs.clone())
        .order_by_asc(upload::Column::Id)
        .lock_exclusive()
        .all(tx.connection())
        .await?;
    let given_up = upload::Entity::update_many().col_expr(upload::Column::GivenUp, Expr::value(true));
    given_up.filter(theirs).exec(tx.connection()).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Deletes the notes on uploads whose bytes are gone.
pub async fn forget(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    upload::Entity::delete_many().filter(upload::Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}

pub(super) fn to_domain(row: attachment::Model) -> Attachment {
    Attachment {
        id: row.id,
        stored_as: row.stored_as,
        key: WrappedKey::stored(row.key_id, row.envelope),
        ticket_id: row.ticket_id,
        organisation: row.organisation,
        public: row.visibility == Visibility::Public.as_str(),
        author: row.author,
        name: row.name,
        media_type: row.media_type,
        size_bytes: u64::try_from(row.size_bytes).unwrap_or_default(),
        digest: row.digest,
        recorded_at: instant(row.recorded_at),
        is_redacted: row.is_redacted,
        scan: row.scan.as_deref().map(Scan::stored),
        // A class that this program does not know is read by as few as there are.
        classification: Classification::named(&row.classification).unwrap_or(Classification::Restricted),
    }
}
