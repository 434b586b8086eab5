//! The scope of a transaction, as PostgreSQL is told of it for its policies (`policies`).

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};

use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Scope, Tx, broken};
use crate::domain::permission::Rows;

/// Sets the scope until the transaction ends.
pub(super) async fn enter(reads: &impl Reads, scope: &Scope) -> Result<(), DbErr> {
    set(reads, scope, "").await.map(drop)
}

/// The same in one statement with the version of access.
pub(super) async fn enter_and_read_version(reads: &impl Reads, scope: &Scope) -> Result<i64, DbErr> {
    set(reads, scope, ", (SELECT version FROM access_state) AS version").await?.try_get("", "version")
}

async fn set(reads: &impl Reads, scope: &Scope, more: &str) -> Result<QueryResult, DbErr> {
    let (rows, organisations, person) = match &scope.rows {
        Rows::All => ("all", String::new(), String::new()),
        Rows::Organisations(seen) => ("organisations", seen.join("\n"), String::new()),
        Rows::Person { organisation, person } => ("person", organisation.clone(), person.to_string()),
    };
    let sql = format!(
        "SELECT set_config('uurwerk.rows', $1, true), set_config('uurwerk.organisations', $2, true), \
         set_config('uurwerk.person', $3, true){more}"
    );
    let values = [rows.into(), organisations.into(), person.into()];
    let row = reads.connection().query_one_raw(Statement::from_sql_and_values(Backend::Postgres.into(), sql, values)).await?;
    row.ok_or_else(|| broken("a scope"))
}

/// Does a read for somebody who sees what they reported as for their whole organisation: to know that a name is in use, never to show
/// anything.
pub(super) async fn beyond_the_person<T>(tx: &Tx, read: impl AsyncFnOnce() -> Result<T, DbErr>) -> Result<T, DbErr> {
    let Rows::Person { organisation, .. } = &tx.scope().rows else { return read().await };
    if tx.backend() == Backend::Sqlite {
        return read().await;
    }
    enter(tx, &tx.scope().within(vec![organisation.clone()])).await?;
    let found = read().await?;
    enter(tx, tx.scope()).await?;
    Ok(found)
}
