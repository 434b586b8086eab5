//! Incoming mail, and outgoing mail.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{
    binary, integer, string, string_null, text, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null, uuid,
    uuid_null,
};

use crate::table::{step, table};

step!(tables(), &INDEXES, undone by &["outbound_mail", "inbound_mail"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "inbound_mail",
            vec![
                uuid("id"),
                string_null("organisation"),
                string("contract"),
                string("mailbox"),
                string("message_id"),
                string("digest"),
                string("outcome"),
                string_null("reason"),
                uuid_null("ticket_id"),
                instant("received_at"),
                binary("raw"),
                string_null("sender"),
                string_null("subject"),
                // Hash of what only one mail of a contract can have, so that two copies that arrive at one moment are not both taken
                // in. Null for a duplicate.
                string_null("once_key"),
            ],
        ),
        table(
            "outbound_mail",
            vec![
                uuid("id"),
                uuid_null("ticket_id"),
                string("organisation"),
                uuid("event_id"),
                string("template"),
                string("recipient"),
                string("subject"),
                text("body"),
                string("auto"),
                string("message_id"),
                string_null("in_reply_to"),
                string("state"),
                integer("attempts"),
                instant_null("next_attempt_at"),
                instant("created_at"),
                instant_null("sent_at"),
                string_null("last_error"),
                // The name of the contract's mailbox it leaves from.
                string_null("mailbox"),
                // When it was first queued, or queued again.
                instant_null("queued_at"),
            ],
        ),
    ]
}

const INDEXES: [&str; 12] = [
    "CREATE UNIQUE INDEX u_inbound_mail_once ON inbound_mail (contract, once_key)",
    "CREATE INDEX i_inbound_mail_message_id ON inbound_mail (message_id)",
    "CREATE INDEX i_inbound_mail_digest ON inbound_mail (contract, digest, received_at)",
    "CREATE INDEX i_inbound_mail_newest ON inbound_mail (received_at, id)",
    "CREATE INDEX i_inbound_mail_quarantined ON inbound_mail (received_at, id) WHERE outcome = 'quarantined'",
    "CREATE INDEX i_inbound_mail_ticket_id ON inbound_mail (ticket_id, received_at) WHERE ticket_id IS NOT NULL",
    "CREATE UNIQUE INDEX u_outbound_mail_event_id_recipient_template ON outbound_mail (event_id, recipient, template)",
    "CREATE INDEX i_outbound_mail_next ON outbound_mail (next_attempt_at) WHERE state = 'pending'",
    "CREATE INDEX i_outbound_mail_message_id ON outbound_mail (message_id)",
    "CREATE INDEX i_outbound_mail_ticket_id ON outbound_mail (ticket_id)",
    "CREATE INDEX i_outbound_mail_newest ON outbound_mail (created_at, id)",
    "CREATE INDEX i_outbound_mail_state_newest ON outbound_mail (state, created_at, id)",
];
