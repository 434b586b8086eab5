//! More about people, who of a client may contact the desk, and how many bytes each organisation keeps.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, string, string_null, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null, uuid,
};

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

fn tables() -> Vec<TableCreateStatement> {
    vec![
        // Locked by whoever adds a contact, so that two at once cannot both be the last that fits.
        table("contact_list", vec![uuid("id"), string("contract"), string("organisation")]),
        table(
            "contact",
            vec![
                uuid("id"),
                string("contract"),
                string("organisation"),
                uuid("person_id"),
                string("added_by"),
                instant("added_at"),
                string_null("ended_by"),
                instant_null("ended_at"),
            ],
        ),
        // One row per organisation, and one with an empty name for mail that is nobody's.
        table("storage_use", vec![string("organisation"), big_integer("bytes")]),
    ]
}

/// New columns, each of its table.
fn columns() -> [(&'static str, ColumnDef); 4] {
    [
        ("person", string_null("phone")),
        ("person", boolean("is_shared").default(false).to_owned()),
        ("person", instant_null("left_at")),
        // As it came, however it is kept.
        ("inbound_mail", big_integer("size_bytes").default(0).to_owned()),
    ]
}

const INDEXES: [&str; 4] = [
    "CREATE INDEX i_person_organisation_phone ON person (organisation, phone) WHERE phone IS NOT NULL",
    "CREATE UNIQUE INDEX u_contact_contract_person_id ON contact (contract, person_id)",
    "CREATE INDEX i_contact_contract_organisation_id ON contact (contract, organisation, id)",
    "CREATE INDEX i_contact_person_id ON contact (person_id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(Alias::new(table)).add_column(&mut column).to_owned()).await?;
        }
        make(manager, tables(), &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["storage_use", "contact", "contact_list"]).await?;
        make(manager, Vec::new(), &["DROP INDEX i_person_organisation_phone"]).await?;
        for (table, column) in columns() {
            let column = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
