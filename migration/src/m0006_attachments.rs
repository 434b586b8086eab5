//! Attachments: what is known of each file, and which uploads are under way. The bytes are in the object store.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{big_integer, boolean, string, timestamp_with_time_zone as instant, uuid};

use crate::table::{step, table, table_of};

step!(tables(), &INDEXES, undone by &["upload", "attachment"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table_of(
            "attachment",
            "ticket_id",
            "ticket",
            vec![
                uuid("id"),
                uuid("ticket_id"),
                string("organisation"),
                string("visibility"),
                string("author"),
                string("name"),
                string("media_type"),
                big_integer("size_bytes"),
                string("digest"),
                instant("recorded_at"),
            ],
        ),
        table("upload", vec![uuid("id"), instant("started_at"), boolean("given_up")]),
    ]
}

const INDEXES: [&str; 2] =
    ["CREATE INDEX i_attachment_ticket ON attachment (ticket_id, recorded_at)", "CREATE INDEX i_upload_started_at ON upload (started_at)"];
