//! Which clients an amendment of a calendar concerns, and for which of them each approval was given.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{json, string_null};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::make;

/// Policies of these tables ask others, which could not be dropped below them. Whatever migrates up makes the policies anew.
const WITHOUT_POLICIES: &str = "DO $do$ DECLARE known record; BEGIN
    FOR known IN SELECT policyname, tablename FROM pg_policies
        WHERE schemaname = current_schema() AND tablename IN ('approval', 'legal_hold')
    LOOP EXECUTE format('DROP POLICY %I ON %I', known.policyname, known.tablename); END LOOP;
END $do$";

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let clients = json("clients").default("[]").to_owned();
        manager.alter_table(Table::alter().table(Alias::new("calendar_amendment")).add_column(clients).to_owned()).await?;
        manager.alter_table(Table::alter().table(Alias::new("approval")).add_column(string_null("client")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            make(manager, Vec::new(), &[WITHOUT_POLICIES]).await?;
        }
        for (table, column) in [("approval", "client"), ("calendar_amendment", "clients")] {
            manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).to_owned()).await?;
        }
        Ok(())
    }
}
