//! What the texts of tickets said before they were changed, each in a row that can be taken away.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string, text, timestamp_with_time_zone as instant, uuid};

use crate::table::{step, table_of};

fn former_text() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        uuid("ticket_id"),
        string("organisation"),
        string("field"),
        uuid("event_id"),
        text("body"),
        instant("replaced_at"),
    ];
    table_of("former_text", "ticket_id", "ticket", columns)
}

step!(
    vec![former_text()],
    &["CREATE UNIQUE INDEX u_former_text_ticket_id_event_id_field ON former_text (ticket_id, event_id, field)"],
    undone by &["former_text"]
);
