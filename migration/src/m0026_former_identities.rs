//! By what people were known before their name or their address changed, so that what they mailed then is found with them; and whether what was
//! taken away stood in the search index, too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, string, string_null, timestamp_with_time_zone as instant, uuid};

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

fn tables() -> Vec<TableCreateStatement> {
    vec![table(
        "former_identity",
        vec![uuid("id"), uuid("person_id"), string("organisation"), string("name"), string_null("email"), instant("until_at")],
    )]
}

const INDEXES: [&str; 2] = [
    "CREATE INDEX i_former_identity_person_id ON former_identity (person_id)",
    "CREATE INDEX i_former_identity_email ON former_identity (email) WHERE email IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What waits may stand in the index.
        let of_search = boolean("of_search").default(true).to_owned();
        manager.alter_table(Table::alter().table(Alias::new("remains")).add_column(of_search).to_owned()).await?;
        make(manager, tables(), &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["former_identity"]).await?;
        manager.alter_table(Table::alter().table(Alias::new("remains")).drop_column(Alias::new("of_search")).to_owned()).await
    }
}
