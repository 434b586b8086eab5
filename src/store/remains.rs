//! What is left in the file of SQLite of what was taken out of rows: the search index keeps the words of removed rows until its parts are
//! merged, and the log keeps earlier pages until it is emptied. Pages freed in the file itself are overwritten as they are freed
//! (`secure_delete`). A PostgreSQL server does the same by itself when it vacuums.

use entity::remains;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Db, Reads, Scope, Tx, broken};
use crate::domain::Instant;

/// Pages of the search index written in one step, in which nobody else writes: a few dozen milliseconds.
const MERGED_AT_ONCE: i32 = 500;

/// Something that was taken out of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub id: Uuid,
    /// Whether words were taken out of the search index. To have those gone it is written anew, whole: of 200 000 tickets with a million
    /// messages that is 90 MB in two seconds. What lies outside of it is gone in milliseconds.
    pub of_search: bool,
}

/// Notes that this transaction leaves something behind.
pub async fn leave(tx: &Tx, left: Left, now: Instant) -> Result<(), DbErr> {
    if tx.backend() != Backend::Sqlite {
        return Ok(());
    }
    let row = remains::ActiveModel { id: Set(left.id), left_at: Set(now.to_utc()), of_search: Set(left.of_search) };
    remains::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// What was left and is still to be cleared.
pub async fn left(reads: &impl Reads) -> Result<Vec<Left>, DbErr> {
    let rows = reads.find_of_desk::<remains::Entity>().all(reads.connection()).await?;
    Ok(rows.into_iter().map(|row| Left { id: row.id, of_search: row.of_search }).collect())
}

/// Clears what committed transactions left, all at once. False when somebody was reading the log.
pub async fn clear(db: &Db, left: &[Left]) -> Result<bool, DbErr> {
    let connection = db.bare_connection();
    if left.iter().any(|one| one.of_search) {
        merge(db).await?;
    }
    let emptied = Statement::from_string(Backend::Sqlite.into(), "PRAGMA wal_checkpoint(TRUNCATE)");
    let row = connection.query_one_raw(emptied).await?;
    Ok(row.is_some_and(|row| row.try_get_by_index::<i32>(0).is_ok_and(|busy| busy == 0)))
}

/// Merges all parts of the search index into one, as far as they were there at the start, which leaves nothing of removed rows. Others write
/// between its steps.
async fn merge(db: &Db) -> Result<(), DbErr> {
    // Below zero, it makes a start with all parts there are; after that it goes on with those.
    let mut pages = -MERGED_AT_ONCE;
    loop {
        let tx = db.begin(Scope::ALL).await?;
        let before = changes(&tx).await?;
        let step = format!("INSERT INTO ticket_search_index (ticket_search_index, rank) VALUES ('merge', {pages})");
        tx.connection().execute_unprepared(&step).await?;
        // So SQLite tells that there was nothing to do.
        let is_done = changes(&tx).await? - before < 2;
        tx.commit().await?;
        if is_done {
            return Ok(());
        }
        pages = MERGED_AT_ONCE;
    }
}

/// How many rows the connection has changed so far.
async fn changes(tx: &Tx) -> Result<i64, DbErr> {
    let asked = Statement::from_string(Backend::Sqlite.into(), "SELECT total_changes()");
    tx.connection().query_one_raw(asked).await?.ok_or_else(|| broken("a count"))?.try_get_by_index(0)
}

/// Forgets what was cleared.
pub async fn cleared(tx: &Tx, left: &[Left]) -> Result<(), DbErr> {
    let these = remains::Entity::delete_many().filter(remains::Column::Id.is_in(left.iter().map(|one| one.id)));
    these.exec(tx.connection()).await.map(drop)
}
