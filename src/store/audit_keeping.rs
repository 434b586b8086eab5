//! How long PostgreSQL itself keeps the lines of the audit trail, whoever asks it to remove them.
//!
//! The desk's role removes lines when their time is over, and could claim that it is. So the triggers ask the database's own clock, or the
//! sandbox's, and functions that belong to the owner of the tables. SQLite has no owner who is not the desk.

use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::faults::is_forbidden;
use super::{Backend, Reads, broken, instant};
use crate::domain::Instant;

/// Sets how many days lines are kept, which takes the owner of the functions unless it is so already.
pub(super) async fn install(reads: &impl Reads, days: u32) -> Result<(), DbErr> {
    let connection = reads.connection();
    let asked = Statement::from_string(Backend::Postgres.into(), "SELECT audit_keep_days() AS days");
    let row = connection.query_one_raw(asked).await?.ok_or_else(|| broken("a number of days"))?;
    if u32::try_from(row.try_get::<i32>("", "days")?) == Ok(days) {
        return Ok(());
    }
    let function = format!("CREATE OR REPLACE FUNCTION audit_keep_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT {days}'");
    let detail = format!(
        "that lines of the audit trail are kept for {days} days (audit.keep_days) is set by the owner of the tables: \
         run `uurwerk migrate` with its role in database.owner_url"
    );
    let refused = |error| if is_forbidden(&error) { DbErr::Custom(detail) } else { error };
    connection.execute_unprepared(&function).await.map(drop).map_err(refused)
}

/// The earlier of an instant and that from which the database keeps lines.
pub(super) async fn not_kept(reads: &impl Reads, before: Instant) -> Result<Instant, DbErr> {
    let connection = reads.connection();
    if connection.get_database_backend() == Backend::Sqlite.into() {
        return Ok(before);
    }
    let asked = Statement::from_string(Backend::Postgres.into(), "SELECT audit_kept_since() AS since");
    let row = connection.query_one_raw(asked).await?.ok_or_else(|| broken("a date"))?;
    Ok(before.min(instant(row.try_get("", "since")?)))
}
