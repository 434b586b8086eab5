//! What tokens are limited to and when they were last used, and accounts that sign in with a password.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, string, string_null, text, text_null, timestamp_with_time_zone as instant,
    timestamp_with_time_zone_null as instant_null, uuid, uuid_null,
};

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

const TOKEN: &str = "token";

fn columns() -> [ColumnDef; 5] {
    [
        // The verbs it is limited to: codes, with a space between them.
        text_null("verbs"),
        // The organisations it is limited to, as a JSON list.
        text_null("organisations"),
        // The local account that signed in.
        uuid_null("account_id"),
        string_null("issued_by"),
        instant_null("last_used_at"),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    vec![table(
        "local_account",
        vec![
            uuid("id"),
            string("name"),
            // In lower case, by which it is found.
            string("folded_name"),
            string("roles"),
            // What its password opens.
            text("credentials"),
            // The step of the last one-time code that was used: none is taken twice.
            big_integer_null("used_step"),
            string("created_by"),
            instant("created_at"),
            instant_null("last_sign_in_at"),
            instant_null("closed_at"),
        ],
    )]
}

const INDEXES: [&str; 4] = [
    "CREATE INDEX i_token_created ON token (created_at, id)",
    "CREATE INDEX i_token_account ON token (account_id) WHERE account_id IS NOT NULL",
    // The name of a closed account can be given again.
    "CREATE UNIQUE INDEX u_local_account_name ON local_account (folded_name) WHERE closed_at IS NULL",
    "CREATE INDEX i_local_account_created ON local_account (created_at, id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite takes no more.
        for mut column in columns() {
            manager.alter_table(Table::alter().table(TOKEN).add_column(&mut column).to_owned()).await?;
        }
        make(manager, tables(), &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["local_account"]).await?;
        for index in ["i_token_created", "i_token_account"] {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {index}")).await?;
        }
        for column in columns() {
            manager.alter_table(Table::alter().table(TOKEN).drop_column(column.get_column_name()).to_owned()).await?;
        }
        Ok(())
    }
}
