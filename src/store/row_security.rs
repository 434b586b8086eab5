//! The scope of a transaction, as PostgreSQL is told of it for its policies (`policies`).

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};

use super::{Backend, Reads, Scope, broken};
use crate::domain::permission::Rows;

/// Sets the scope until the transaction ends.
pub(super) async fn enter(reads: &impl Reads, scope: &Scope) -> Result<(), DbErr> {
    set(reads, scope, "").await.map(drop)
}

/// The same in one statement with the version of access.
pub(super) async fn enter_and_read_version(reads: &impl Reads, scope: &Scope) -> Result<i64, DbErr> {
    set(reads, scope, ", (SELECT version FROM access_state) AS version").await?.try_get("", "version")
}

/// What is raised where access is at another version than the one expected: the code of a division by zero.
pub(super) const OTHER_VERSION: &str = "22012";

/// Begins a transaction and sets its scope, as one text. Where a version of access is expected it has to be that, or the text fails.
pub(super) fn beginning(scope: &Scope, expected: Option<i64>) -> String {
    let set = |name: &str, value: &str| format!("; SET LOCAL uurwerk.{name} TO '{}'", value.replace('\'', "''"));
    let settings = match &scope.rows {
        Rows::All => set("rows", "all"),
        Rows::Organisations(seen) => set("rows", "organisations") + &set("organisations", &seen.join("\n")),
        Rows::Person { organisation, person } => {
            set("rows", "person") + &set("organisations", organisation) + &set("person", &person.to_string())
        }
    };
    let expected = expected.map(|version| format!("; SELECT 1 / (version = {version})::int FROM access_state"));
    format!("BEGIN{settings}{}", expected.unwrap_or_default())
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
