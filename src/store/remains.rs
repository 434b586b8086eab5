//! What is left in the file of SQLite of what was taken out of rows: the search index keeps the words of replaced rows until its parts are
//! merged, and the log keeps earlier pages until it is emptied. Pages freed in the file itself are overwritten as they are freed
//! (`secure_delete`). A PostgreSQL server does the same by itself when it vacuums.

use entity::remains;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Statement};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Db, Reads, Tx};
use crate::domain::Instant;

/// Notes that this transaction leaves something behind.
pub async fn leave(tx: &Tx, id: Uuid, now: Instant) -> Result<(), DbErr> {
    if tx.backend() != Backend::Sqlite {
        return Ok(());
    }
    let row = remains::ActiveModel { id: Set(id), left_at: Set(now.to_utc()) };
    remains::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// What was left and is still to be cleared.
pub async fn left(reads: &impl Reads) -> Result<Vec<Uuid>, DbErr> {
    let ids = reads.find_of_desk::<remains::Entity>().select_only().column(remains::Column::Id);
    ids.into_tuple().all(reads.connection()).await
}

/// Clears what committed transactions left. False when somebody was reading the log.
pub async fn clear(db: &Db) -> Result<bool, DbErr> {
    let connection = db.bare_connection();
    connection.execute_unprepared("INSERT INTO ticket_search (ticket_search) VALUES ('optimize')").await?;
    let emptied = Statement::from_string(Backend::Sqlite.into(), "PRAGMA wal_checkpoint(TRUNCATE)");
    let row = connection.query_one_raw(emptied).await?;
    Ok(row.is_some_and(|row| row.try_get_by_index::<i32>(0).is_ok_and(|busy| busy == 0)))
}

/// Forgets what was cleared.
pub async fn cleared(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    remains::Entity::delete_many().filter(remains::Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}
