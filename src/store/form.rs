//! The database's form: brought to this program's in one transaction under one lock, so that whoever comes second waits,
//! and a step that fails leaves nothing behind.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr};

use super::faults::is_busy;
use super::tx::sealed::Inner as _;
use super::{Backend, Db, Scope, Tx};

/// On PostgreSQL: what those who bring one database to its form wait for one another by.
const LOCK: i64 = 0x7575_7277_0001;

/// How many steps the database lacks; asking makes nothing.
pub async fn lacks(db: &Db) -> Result<usize, DbErr> {
    let lacking = Migrator::get_pending_migrations_read_only(db.migrating()).await.map_err(told)?;
    Ok(lacking.len())
}

/// Brings the database to this program's form; how many steps that took.
pub async fn bring(db: &Db) -> Result<usize, DbErr> {
    if lacks(db).await? == 0 {
        return Ok(0);
    }
    let tx = alone(db).await?;
    // Another process may have done it meanwhile.
    let steps = Migrator::get_pending_migrations_read_only(tx.migrating()).await.map_err(told)?.len();
    Migrator::up(tx.migrating(), None).await?;
    tx.commit().await?;
    Ok(steps)
}

/// A transaction that no other process has beside it, however long that takes.
async fn alone(db: &Db) -> Result<Tx, DbErr> {
    loop {
        match db.begin(Scope::All).await {
            Err(error) if is_busy(&error) => {}
            begun => {
                let tx = begun?;
                if tx.backend() == Backend::Postgres {
                    tx.connection().execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
                }
                return Ok(tx);
            }
        }
    }
}

/// The library says only that it lacks a step which the database has.
fn told(error: DbErr) -> DbErr {
    match error {
        DbErr::Custom(_) => DbErr::Custom(
            "the database was made by another uurwerk than this one: a newer one, or a build from before the first release".to_owned(),
        ),
        error => error,
    }
}
