//! What a ticket is about, who works on it outside the desk, whether the agreement covers it, and what it is linked to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, date_null, string, string_null, timestamp_with_time_zone_null as instant_null, uuid};

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

fn columns() -> Vec<ColumnDef> {
    let no = |name: &'static str| boolean(name).default(false).to_owned();
    vec![
        string_null("third_party"),
        string("line").default("first").to_owned(),
        no("system_fault"),
        string_null("variant"),
        string_null("service"),
        string_null("category"),
        string_null("fault_location"),
        date_null("wanted_by_date"),
        string_null("item"),
        no("out_of_scope"),
        no("is_major"),
        string_null("handling"),
        no("needs_attention"),
        instant_null("planned_from_at"),
        instant_null("planned_until_at"),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    vec![table("ticket_link", vec![uuid("id"), uuid("ticket_id"), string("organisation"), string("relation"), uuid("other_id")])]
}

const INDEXES: [&str; 7] = [
    "CREATE UNIQUE INDEX u_ticket_link_ends ON ticket_link (ticket_id, relation, other_id)",
    "CREATE INDEX i_ticket_link_other ON ticket_link (other_id)",
    "CREATE INDEX i_ticket_service ON ticket (service, opened_at) WHERE service IS NOT NULL",
    "CREATE INDEX i_ticket_category ON ticket (category, opened_at) WHERE category IS NOT NULL",
    "CREATE INDEX i_ticket_variant ON ticket (variant, opened_at) WHERE variant IS NOT NULL",
    "CREATE INDEX i_ticket_needs_attention ON ticket (opened_at) WHERE needs_attention",
    "CREATE INDEX i_ticket_planned ON ticket (planned_from_at) WHERE planned_from_at IS NOT NULL",
];

const OTHERS: [&str; 5] = ["i_ticket_service", "i_ticket_category", "i_ticket_variant", "i_ticket_needs_attention", "i_ticket_planned"];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            manager.alter_table(Table::alter().table(Alias::new("ticket")).add_column(column).to_owned()).await?;
        }
        make(manager, tables(), &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in OTHERS {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {index}")).await?;
        }
        unmake(manager, &["ticket_link"]).await?;
        for column in columns().iter().rev() {
            let name = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new("ticket")).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
