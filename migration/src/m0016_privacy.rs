//! Legal holds, records of erasures, and the indexes by which everything of one person is found.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, string, string_null, text, text_null, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null,
    uuid,
};

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "legal_hold",
            vec![
                uuid("id"),
                string("kind"),
                string("subject"),
                text("reason"),
                string("placed_by"),
                instant("placed_at"),
                string_null("lifted_by"),
                instant_null("lifted_at"),
                text_null("lift_reason"),
            ],
        ),
        table(
            "erasure",
            vec![
                uuid("id"),
                uuid("person_id"),
                string("organisation"),
                text("reason"),
                string("actor"),
                instant("erased_at"),
                big_integer("inbound_mails"),
                big_integer("outbound_mails"),
            ],
        ),
    ]
}

const COLUMNS: [(&str, &str); 2] = [("person", "erased_at"), ("inbound_mail", "erased_at")];

const INDEXES: [&str; 12] = [
    "CREATE UNIQUE INDEX u_legal_hold_standing ON legal_hold (kind, subject) WHERE lifted_at IS NULL",
    "CREATE INDEX i_legal_hold_newest ON legal_hold (placed_at, id)",
    "CREATE UNIQUE INDEX u_erasure_person_id ON erasure (person_id)",
    "CREATE INDEX i_erasure_newest ON erasure (erased_at, id)",
    "CREATE INDEX i_inbound_mail_sender ON inbound_mail (lower(sender), id) WHERE sender IS NOT NULL",
    "CREATE INDEX i_outbound_mail_recipient ON outbound_mail (recipient, id)",
    "CREATE INDEX i_message_person_id ON message (person_id, id) WHERE person_id IS NOT NULL",
    "CREATE INDEX i_message_author ON message (author, id)",
    "CREATE INDEX i_attachment_author ON attachment (author, id)",
    "CREATE INDEX i_event_actor_of_client ON event (actor, id) WHERE actor >= 'client:' AND actor < 'client;'",
    "CREATE INDEX i_token_person_id ON token (person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX i_account_person_id ON account (person_id) WHERE person_id IS NOT NULL",
];

/// The indexes on tables of other steps.
const OTHERS: [&str; 8] = [
    "DROP INDEX i_inbound_mail_sender",
    "DROP INDEX i_outbound_mail_recipient",
    "DROP INDEX i_message_person_id",
    "DROP INDEX i_message_author",
    "DROP INDEX i_attachment_author",
    "DROP INDEX i_event_actor_of_client",
    "DROP INDEX i_token_person_id",
    "DROP INDEX i_account_person_id",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            manager.alter_table(Table::alter().table(Alias::new(table)).add_column(instant_null(column)).to_owned()).await?;
        }
        make(manager, tables(), &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, Vec::new(), &OTHERS).await?;
        unmake(manager, &["erasure", "legal_hold"]).await?;
        for (table, column) in COLUMNS {
            manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).to_owned()).await?;
        }
        Ok(())
    }
}
