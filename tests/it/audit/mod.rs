//! The audit trail (BIO2 8.15): who did what, to what, from where, with what result, and when.

mod chain;
mod lines;
mod reads;
mod requests;
mod types;
mod walk;

use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::support::{Desk, On};

impl Desk {
    /// The lines of the trail that a query asks for, newest first.
    pub async fn trail(&self, query: &str) -> Vec<Value> {
        let page = self.get(&format!("/v1/audit-lines?pageSize=100&{query}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.body["items"].as_array().cloned().expect("lines")
    }

    /// A statement behind the desk's back, as the program with the scope of the desk; an error when the database refuses it.
    async fn says_to_the_database(&self, sql: &str) -> Result<u64, String> {
        let scope = if self.on() == On::Postgres { "SELECT set_config('uurwerk.rows', 'all', true); " } else { "" };
        let done = self.app.db.bare_connection().execute_unprepared(&format!("{scope}{sql}")).await;
        done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
    }

    /// The same as whoever owns the database, which the program does not.
    async fn says_as_its_owner(&self, sql: &str) -> Result<u64, String> {
        let done = self.behind().await.execute_unprepared(sql).await;
        done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
    }
}
