//! Response teams that are called in on tickets, and what they are asked to do, each in a row that can be taken away.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string, text, uuid};

use crate::table::{make, table_of, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

fn response_task() -> TableCreateStatement {
    let columns = vec![uuid("id"), uuid("ticket_id"), string("organisation"), string("author"), text("text")];
    table_of("response_task", "ticket_id", "ticket", columns)
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let teams = string("response_teams").default("").to_owned();
        manager.alter_table(Table::alter().table(Alias::new("ticket")).add_column(teams).to_owned()).await?;
        make(manager, vec![response_task()], &["CREATE INDEX i_response_task_ticket_id ON response_task (ticket_id)"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["response_task"]).await?;
        manager.alter_table(Table::alter().table(Alias::new("ticket")).drop_column(Alias::new("response_teams")).to_owned()).await
    }
}
