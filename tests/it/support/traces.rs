//! Where a text still stands, wherever that is.

use sea_orm::{ConnectionTrait, Statement};

use super::{Desk, On};

impl Desk {
    /// Where a text still stands in the database: tables of a server, bytes of a file.
    pub async fn traces(&self, text: &str) -> Vec<String> {
        match self.on() {
            On::Sqlite => {
                let path = uurwerk::store::sqlite_path(&self.app.settings.database.url).to_owned();
                let holds = |path: &String| {
                    let bytes = std::fs::read(path).unwrap_or_default();
                    bytes.windows(text.len()).any(|part| part == text.as_bytes())
                };
                [path.clone(), format!("{path}-wal"), format!("{path}-journal")].into_iter().filter(holds).collect()
            }
            On::Postgres => {
                let connection = self.behind().await;
                let all = async |sql: String| {
                    connection.query_all_raw(Statement::from_string(sea_orm::DbBackend::Postgres, sql)).await.expect("rows")
                };
                let tables =
                    all("SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'".to_owned()).await;
                let mut found = Vec::new();
                for table in tables {
                    let name: String = table.try_get("", "name").expect("a name");
                    // A row as text shows bytes in hexadecimal.
                    let hex = hex::encode(text);
                    let rows =
                        all(format!("SELECT 1 AS one FROM \"{name}\" AS t WHERE t::text LIKE '%{text}%' OR t::text LIKE '%{hex}%'")).await;
                    found.extend((!rows.is_empty()).then_some(name));
                }
                found
            }
        }
    }
}
