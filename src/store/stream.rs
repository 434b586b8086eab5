//! The event stream: places are given after commit, in a short pass under a lock, so that a reader by cursor misses nothing.

use entity::{event, handler, stream};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::events::{Streamed, to_domain};
use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx};

/// Gives committed events their places; how many there were.
pub async fn number(tx: &Tx, limit: u64) -> Result<usize, DbErr> {
    let waiting = tx.find::<event::Entity>().select_only().column(event::Column::Id).filter(event::Column::Position.is_null());
    let waiting =
        waiting.order_by_asc(event::Column::RecordedAt).order_by_asc(event::Column::TicketId).order_by_asc(event::Column::Sequence);
    let Some(head) = stream::Entity::find_by_id(1).lock_exclusive().one(tx.connection()).await? else { return Ok(0) };
    let ids: Vec<uuid::Uuid> = waiting.limit(limit).into_tuple().all(tx.connection()).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let places = ids
        .iter()
        .zip(head.position + 1..)
        .fold(CaseStatement::new(), |places, (id, position)| places.case(Expr::col(event::Column::Id).eq(*id), Expr::value(position)));
    let numbered = event::Entity::update_many().col_expr(event::Column::Position, places.into());
    numbered.filter(event::Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await?;
    let end = head.position + i64::try_from(ids.len()).unwrap_or_default();
    stream::Entity::update(stream::ActiveModel { id: Unchanged(1), position: Set(end) }).exec(tx.connection()).await?;
    Ok(ids.len())
}

/// Takes a handler's place in the stream for this transaction; `None` when another process has it.
pub async fn take_handler(tx: &Tx, name: &str) -> Result<Option<i64>, DbErr> {
    use sea_orm::sea_query::{LockBehavior, LockType};
    let row = handler::Entity::find_by_id(name).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(row.one(tx.connection()).await?.map(|row| row.position))
}

/// Makes sure a handler has a place in the stream: its end for a new one of an old desk, its beginning otherwise.
pub async fn know_handler(tx: &Tx, name: &str) -> Result<(), DbErr> {
    let row = handler::ActiveModel { name: Set(name.to_owned()), position: Set(0), stuck: Set(false) };
    let known = sea_orm::sea_query::OnConflict::column(handler::Column::Name).do_nothing().to_owned();
    handler::Entity::insert(row).on_conflict(known).exec_without_returning(tx.connection()).await.map(drop)
}

/// Moves a handler on, in the transaction that did its work.
pub async fn move_handler(tx: &Tx, name: &str, position: i64) -> Result<(), DbErr> {
    let row = handler::ActiveModel { name: Unchanged(name.to_owned()), position: Set(position), stuck: Set(false) };
    handler::Entity::update(row).exec(tx.connection()).await.map(drop)
}

/// Events after a place in the stream, in order.
pub async fn after(reads: &impl Reads, position: i64, limit: u64) -> Result<Vec<Streamed>, DbErr> {
    let rows = reads.find::<event::Entity>().filter(event::Column::Position.gt(position)).order_by_asc(event::Column::Position);
    rows.limit(limit).all(reads.connection()).await?.into_iter().map(to_domain).collect()
}

/// What tells of another process's commits: on SQLite a figure that changes with each, on PostgreSQL whether an event waits
/// for its place.
pub async fn pulse(reads: &impl Reads, backend: Backend) -> Result<i64, DbErr> {
    use sea_orm::{ConnectionTrait, Statement};
    let sql = match backend {
        Backend::Sqlite => "PRAGMA data_version",
        Backend::Postgres => "SELECT COUNT(*) AS data_version FROM (SELECT 1 FROM event WHERE position IS NULL LIMIT 1) AS waiting",
    };
    let row = reads.connection().query_one_raw(Statement::from_string(backend.into(), sql)).await?;
    row.map_or(Ok(0), |row| row.try_get("", "data_version").or_else(|_narrow| row.try_get::<i32>("", "data_version").map(i64::from)))
}
