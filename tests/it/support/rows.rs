//! Rows written behind the desk's back, for faults no door can make, and rows counted that no door shows.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::Value;

use super::{Desk, On, postgres};

impl Desk {
    /// A connection that no row is hidden from.
    pub async fn behind(&self) -> DatabaseConnection {
        match self.on() {
            On::Sqlite => self.app.db.bare_connection().clone(),
            On::Postgres => Database::connect(postgres::superuser_of(&self.app.settings.database.url)).await.expect("a connection"),
        }
    }

    /// Sets a column of a ticket's events of one kind, and of no other's.
    pub async fn rewrites(&self, number: &str, kind: &str, column: &str, value: &str) {
        let figure = number.split('-').nth(1).expect("a number");
        let ticket = format!("SELECT id FROM ticket WHERE number = {figure}");
        let sql = format!("UPDATE event SET {column} = '{value}' WHERE kind = '{kind}' AND subject_id = ({ticket})");
        let done = self.behind().await.execute_unprepared(&sql).await.expect("rows");
        assert_eq!(done.rows_affected(), 1, "{sql}");
    }

    /// The same with what an event says.
    pub async fn says(&self, number: &str, kind: &str, data: &Value) {
        self.rewrites(number, kind, "data", &data.to_string()).await;
    }

    /// How many rows a table has.
    pub async fn rows(&self, table: &str) -> i64 {
        let sql = self.behind().await;
        let count = Statement::from_string(sql.get_database_backend(), format!("SELECT COUNT(*) AS n FROM {table}"));
        sql.query_one_raw(count).await.expect("a count").expect("a row").try_get("", "n").expect("a figure")
    }

    /// The tables, with the column, in which a text stands, whatever its letters; mails and files are sealed, and read by their doors.
    pub async fn holding(&self, text: &str) -> Vec<String> {
        let sql = self.behind().await;
        let backend = sql.get_database_backend();
        let columns = match self.on() {
            On::Sqlite => {
                "SELECT m.name AS tab, p.name AS col FROM sqlite_master m JOIN pragma_table_info(m.name) p \
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'ticket_search_%'"
            }
            On::Postgres => {
                "SELECT table_name::text AS tab, column_name::text AS col FROM information_schema.columns WHERE table_schema = 'public'"
            }
        };
        let mut found = Vec::new();
        for row in sql.query_all_raw(Statement::from_string(backend, columns)).await.expect("columns") {
            let (table, column): (String, String) = (row.try_get("", "tab").expect("a table"), row.try_get("", "col").expect("a column"));
            let holds = format!("SELECT COUNT(*) AS n FROM {table} WHERE lower(CAST(\"{column}\" AS TEXT)) LIKE $1");
            let holds = Statement::from_sql_and_values(backend, holds, [format!("%{}%", text.to_lowercase()).into()]);
            let count: i64 = sql.query_one_raw(holds).await.expect("a count").expect("a row").try_get("", "n").expect("a figure");
            if count > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        found
    }
}
