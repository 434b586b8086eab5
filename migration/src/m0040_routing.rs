//! Routing rules of the desk, and whether a ticket is at risk of missing a goal.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, integer, string, string_null, text, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null, uuid,
};

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

fn routing_rule() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        integer("position"),
        string("name"),
        text("conditions"),
        string_null("team"),
        string_null("priority"),
        boolean("is_active"),
        instant_null("tried_at"),
        string("author"),
        instant("created_at"),
        instant("updated_at"),
        integer("version"),
    ];
    table("routing_rule", columns)
}

const INDEXES: [&str; 2] = [
    "CREATE INDEX i_routing_rule_position ON routing_rule (position, id)",
    "CREATE INDEX i_ticket_at_risk ON ticket (opened_at) WHERE at_risk",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let at_risk = boolean("at_risk").default(false).to_owned();
        manager.alter_table(Table::alter().table(Alias::new("ticket")).add_column(at_risk).to_owned()).await?;
        make(manager, vec![routing_rule()], &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX i_ticket_at_risk").await?;
        unmake(manager, &["routing_rule"]).await?;
        manager.alter_table(Table::alter().table(Alias::new("ticket")).drop_column(Alias::new("at_risk")).to_owned()).await
    }
}
