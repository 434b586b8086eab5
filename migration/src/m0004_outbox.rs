//! What a handler could not take yet is set aside, so that the others go on; and indexes as small as the work that waits.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, string, string_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid};

#[derive(DeriveMigrationName)]
pub struct Step;

/// Indexes that hold waiting rows alone: they grow with the work, not with the desk.
const SMALLER: [&str; 10] = [
    "CREATE UNIQUE INDEX u_set_aside_handler_event_id ON set_aside (handler, event_id)",
    "CREATE INDEX i_set_aside_next ON set_aside (next_attempt_at) WHERE next_attempt_at IS NOT NULL",
    "CREATE INDEX i_set_aside_waiting ON set_aside (ticket_id, handler, position) WHERE died_at IS NULL",
    "CREATE INDEX i_set_aside_dead ON set_aside (died_at) WHERE died_at IS NOT NULL",
    "DROP INDEX i_ticket_next_fire_at",
    "CREATE INDEX i_ticket_next_fire_at ON ticket (next_fire_at) WHERE next_fire_at IS NOT NULL",
    "DROP INDEX i_outbound_mail_state_next_attempt_at",
    "CREATE INDEX i_outbound_mail_next ON outbound_mail (next_attempt_at) WHERE state = 'pending'",
    "CREATE INDEX i_event_unnumbered ON event (recorded_at, ticket_id, sequence) WHERE position IS NULL",
    "ALTER TABLE handler DROP COLUMN stuck",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let set_aside = Table::create()
            .table("set_aside")
            .col(uuid("id").primary_key())
            .col(string("handler"))
            .col(uuid("event_id"))
            .col(uuid("ticket_id"))
            .col(string("organisation"))
            .col(big_integer("position"))
            .col(integer("attempts"))
            .col(timestamp_with_time_zone_null("next_attempt_at"))
            .col(string_null("last_error"))
            .col(timestamp_with_time_zone("set_aside_at"))
            .col(timestamp_with_time_zone_null("died_at"))
            .foreign_key(ForeignKey::create().from("set_aside", "event_id").to("event", "id"))
            .foreign_key(ForeignKey::create().from("set_aside", "ticket_id").to("ticket", "id"))
            .to_owned();
        manager.create_table(set_aside).await?;
        for statement in SMALLER {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("set_aside").to_owned()).await?;
        for statement in [
            "DROP INDEX i_ticket_next_fire_at",
            "CREATE INDEX i_ticket_next_fire_at ON ticket (next_fire_at)",
            "DROP INDEX i_outbound_mail_next",
            "CREATE INDEX i_outbound_mail_state_next_attempt_at ON outbound_mail (state, next_attempt_at)",
            "DROP INDEX i_event_unnumbered",
            "ALTER TABLE handler ADD COLUMN stuck BOOLEAN NOT NULL DEFAULT FALSE",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
