//! Migrating the database, in one transaction under one lock: a second process waits, and a migration that fails leaves nothing behind.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::faults::is_busy;
use super::time::Timekeeping;
use super::tx::sealed::Inner as _;
use super::{Backend, Db, Scope, Tx, audit, audit_keeping, broken, policies};
use crate::domain::audit::Act;

/// The PostgreSQL advisory lock that processes migrating the same database take. The number spells "uurw", and must differ from the
/// other locks of this program.
const LOCK: i64 = 0x7575_7277_0001;

/// Whether two connections lead to one PostgreSQL database.
pub async fn are_one(one: &Db, other: &Db) -> Result<bool, DbErr> {
    if one.backend() == Backend::Sqlite || other.backend() == Backend::Sqlite {
        return Ok(false);
    }
    let name = async |db: &Db| {
        let asked = "SELECT concat(oid, ' ', pg_postmaster_start_time()) AS name FROM pg_database WHERE datname = current_database()";
        let row = db.bare_connection().query_one_raw(Statement::from_string(Backend::Postgres.into(), asked)).await?;
        row.ok_or_else(|| broken("a database"))?.try_get::<String>("", "name")
    };
    Ok(name(one).await? == name(other).await?)
}

/// How many migrations are pending. Asking creates nothing.
pub async fn pending(db: &Db) -> Result<usize, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(db.bare_connection()).await.map_err(explained)?.len();
    // Policies that are not those of this program count as one more.
    let are_policies_due = db.backend() == Backend::Postgres && pending == 0 && !policies::are_installed(db).await?;
    Ok(pending + usize::from(are_policies_due))
}

/// Migrates the database to this program's schema, and lets the role that the program serves by use the tables. Returns how many migrations
/// that took. Each has a line in the audit trail: of `act`, at the instant at which a sandbox stands, and `time` says whether a new database
/// is one.
pub async fn migrate(db: &Db, role: Option<&str>, mut act: Act, time: Timekeeping, id: impl Fn() -> Uuid) -> Result<usize, DbErr> {
    if pending(db).await? == 0 {
        // Nothing that would make a desk at work wait.
        if let Some(role) = role {
            let tx = exclusive(db).await?;
            policies::grant(&tx, role).await?;
            tx.commit().await?;
        }
        return Ok(0);
    }
    let tx = exclusive(db).await?;
    // Another process may have done it meanwhile.
    let steps = Migrator::get_pending_migrations_read_only(tx.bare_connection()).await.map_err(explained)?;
    for step in &steps {
        tx.touch("migration", step.name());
    }
    Migrator::up(tx.bare_connection(), None).await?;
    if db.backend() == Backend::Postgres {
        policies::install(&tx).await?;
        if let Some(role) = role {
            policies::grant(&tx, role).await?;
        }
    }
    if let Timekeeping::Sandbox(now) = super::time::kept(&tx).await?.unwrap_or(time) {
        act.at = now;
    }
    audit::write_done(&tx, &act, id).await?;
    tx.commit().await?;
    Ok(steps.len())
}

/// Lets PostgreSQL keep lines of the audit trail for so many days, as the owner of the tables.
pub async fn keep_audit(db: &Db, days: u32) -> Result<(), DbErr> {
    if db.backend() == Backend::Postgres {
        let tx = exclusive(db).await?;
        audit_keeping::install(&tx, days).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A transaction beside which no other process migrates, however long that takes to get.
async fn exclusive(db: &Db) -> Result<Tx, DbErr> {
    loop {
        match db.begin(Scope::ALL).await {
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

/// The library only says that it lacks a migration which the database has.
fn explained(error: DbErr) -> DbErr {
    match error {
        DbErr::Custom(_) => DbErr::Custom(
            "the database was migrated by another version of uurwerk: a newer one, or a build from before the first release".to_owned(),
        ),
        error => error,
    }
}
