//! Histories: one table of events for all kinds of subjects, the stream that numbers them, and how far each handler has read it.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, json_binary, string, string_null, text_null, timestamp_with_time_zone as instant,
    timestamp_with_time_zone_null as instant_null, uuid,
};

use crate::table::{step, table, table_of};

step!(tables(), &STATEMENTS, undone by &["change_horizon", "ticket_change", "set_aside", "handler", "stream", "event"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![
        // No foreign key: a subject is a row of one of several tables.
        table(
            "event",
            vec![
                uuid("id"),
                string("subject_kind"),
                uuid("subject_id"),
                string("organisation"),
                integer("sequence"),
                string("kind"),
                string("actor"),
                text_null("reason"),
                json_binary("data"),
                instant("occurred_at"),
                instant("recorded_at"),
                big_integer_null("position"),
            ],
        ),
        table("stream", vec![integer("id"), big_integer("position")]),
        table("handler", vec![string("name"), big_integer("position")]),
        // An event that a handler failed on is set aside, so that the others go on.
        table_of(
            "set_aside",
            "event_id",
            "event",
            vec![
                uuid("id"),
                string("handler"),
                uuid("event_id"),
                string("subject_kind"),
                uuid("subject_id"),
                string("organisation"),
                big_integer("position"),
                integer("attempts"),
                instant_null("next_attempt_at"),
                string_null("last_error"),
                instant("set_aside_at"),
                instant_null("died_at"),
            ],
        ),
        // No foreign key: its check would make the pass that marks changes wait for whoever holds a ticket.
        table(
            "ticket_change",
            vec![
                uuid("ticket_id"),
                string("organisation"),
                instant("changed_at"),
                big_integer("position"),
                instant_null("client_changed_at"),
                big_integer_null("client_position"),
            ],
        ),
        table("change_horizon", vec![integer("id"), instant("reached_at")]),
    ]
}

const STATEMENTS: [&str; 11] = [
    "CREATE UNIQUE INDEX u_event_subject_id_sequence ON event (subject_id, sequence)",
    "CREATE INDEX i_event_position ON event (position)",
    "CREATE INDEX i_event_unnumbered ON event (recorded_at, subject_id, sequence) WHERE position IS NULL",
    "CREATE UNIQUE INDEX u_set_aside_handler_event_id ON set_aside (handler, event_id)",
    "CREATE INDEX i_set_aside_next ON set_aside (next_attempt_at) WHERE next_attempt_at IS NOT NULL",
    "CREATE INDEX i_set_aside_waiting ON set_aside (subject_id, handler, position) WHERE died_at IS NULL",
    "CREATE INDEX i_set_aside_dead ON set_aside (died_at) WHERE died_at IS NOT NULL",
    "CREATE INDEX i_ticket_change_changed_at_position ON ticket_change (changed_at, position)",
    "CREATE INDEX i_ticket_change_organisation_changed_at_position ON ticket_change (organisation, changed_at, position)",
    "CREATE INDEX i_ticket_change_client ON ticket_change (organisation, client_changed_at, client_position)",
    "INSERT INTO stream (id, position) VALUES (1, 0)",
];
