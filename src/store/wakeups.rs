//! How processes on one database learn of each other's commits: notifications on PostgreSQL, a counter on SQLite. Correctness does not depend
//! on it; one that is missed costs a moment.

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Statement};

use super::tx::sealed::Inner as _;
use super::{Backend, Db};

const CHANNEL: &str = "uurwerk";

pub struct Listener {
    inner: PgListener,
    process_id: String,
}

/// Notifies other processes. Outside every transaction: inside one, `NOTIFY` takes a global lock at commit.
pub async fn announce(db: &Db, process_id: &str) -> Result<(), DbErr> {
    if db.backend() == Backend::Postgres {
        let notify =
            Statement::from_sql_and_values(Backend::Postgres.into(), "SELECT pg_notify($1, $2)", [CHANNEL.into(), process_id.into()]);
        db.bare_connection().query_one_raw(notify).await?;
    }
    Ok(())
}

/// Listens for notifications of processes other than `process_id`; `None` on SQLite.
pub async fn listen(db: &Db, process_id: &str) -> Result<Option<Listener>, DbErr> {
    if db.backend() != Backend::Postgres {
        return Ok(None);
    }
    let mut inner = PgListener::connect_with(db.bare_connection().get_postgres_connection_pool()).await.map_err(lost)?;
    inner.listen(CHANNEL).await.map_err(lost)?;
    Ok(Some(Listener { inner, process_id: process_id.to_owned() }))
}

impl Listener {
    /// Waits until another process may have committed something: it said so, or the connection was lost, and perhaps notifications with it.
    pub async fn wait(&mut self) -> Result<(), DbErr> {
        while let Some(notification) = self.inner.try_recv().await.map_err(lost)? {
            if notification.payload() != self.process_id {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn lost(error: sea_orm::sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

/// On SQLite: a number that changes whenever another process commits.
pub async fn data_version(db: &Db) -> Result<i64, DbErr> {
    let pragma = Statement::from_string(Backend::Sqlite.into(), "PRAGMA data_version");
    let row = db.poller().connection().query_one_raw(pragma).await?;
    row.map_or(Ok(0), |row| row.try_get("", "data_version").or_else(|_narrow| row.try_get::<i32>("", "data_version").map(i64::from)))
}
