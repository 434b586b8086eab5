//! What the desk keeps beside tickets for its own work: tags, followers, how long it
//! worked on them, messages that were begun, choices of
//! tickets that were saved, and texts to answer with.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, date, integer, string, string_null, text, timestamp_with_time_zone as instant, uuid, uuid_null};

use crate::table::{step, table, table_of};

/// An index of the history: the labels that a ticket has.
fn ticket_tag() -> TableCreateStatement {
    table_of("ticket_tag", "ticket_id", "ticket", vec![uuid("id"), uuid("ticket_id"), string("organisation"), string("tag")])
}

/// An index of the history: who is told of what its requester is told.
fn ticket_follower() -> TableCreateStatement {
    let columns = vec![uuid("id"), uuid("ticket_id"), string("organisation"), uuid("person_id"), string("visibility")];
    table_of("ticket_follower", "ticket_id", "ticket", columns)
}

fn work_log() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        uuid("ticket_id"),
        string("organisation"),
        string("author"),
        integer("minutes"),
        date("work_date"),
        text("text"),
        uuid_null("corrects_id"),
        instant("recorded_at"),
    ];
    table_of("work_log", "ticket_id", "ticket", columns)
}

/// Of each author a ticket has one at most.
fn message_draft() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        uuid("ticket_id"),
        string("organisation"),
        string("author"),
        string("visibility"),
        text("body"),
        integer("version"),
        instant("saved_at"),
    ];
    table_of("message_draft", "ticket_id", "ticket", columns)
}

fn saved_view() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        string("owner"),
        string("name"),
        text("query"),
        boolean("is_shared"),
        instant("created_at"),
        instant("updated_at"),
        integer("version"),
    ];
    table("saved_view", columns)
}

fn canned_reply() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        string("title"),
        text("body"),
        string_null("team"),
        string("author"),
        instant("created_at"),
        instant("updated_at"),
        integer("version"),
    ];
    table("canned_reply", columns)
}

step!(
    vec![ticket_tag(), ticket_follower(), work_log(), message_draft(), saved_view(), canned_reply()],
    &[
        "CREATE UNIQUE INDEX u_ticket_tag_ticket_id_tag ON ticket_tag (ticket_id, tag)",
        "CREATE INDEX i_ticket_tag_tag ON ticket_tag (tag, ticket_id)",
        "CREATE UNIQUE INDEX u_ticket_follower_ticket_id_person_id ON ticket_follower (ticket_id, person_id)",
        "CREATE INDEX i_ticket_follower_person_id ON ticket_follower (person_id)",
        "CREATE INDEX i_work_log_ticket_id_recorded_at ON work_log (ticket_id, recorded_at)",
        // Of two writers of the same correction, the second fails.
        "CREATE UNIQUE INDEX u_work_log_corrects_id ON work_log (corrects_id) WHERE corrects_id IS NOT NULL",
        "CREATE UNIQUE INDEX u_message_draft_ticket_id_author ON message_draft (ticket_id, author)",
        "CREATE INDEX i_message_draft_author ON message_draft (author)",
    ],
    undone by &["canned_reply", "saved_view", "message_draft", "work_log", "ticket_follower", "ticket_tag"]
);
