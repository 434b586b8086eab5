//! What the desk keeps beside tickets for its own work: tags.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string, uuid};

use crate::table::{step, table_of};

/// An index of the history: the labels that a ticket has.
fn ticket_tag() -> TableCreateStatement {
    table_of("ticket_tag", "ticket_id", "ticket", vec![uuid("id"), uuid("ticket_id"), string("organisation"), string("tag")])
}

step!(
    vec![ticket_tag()],
    &[
        "CREATE UNIQUE INDEX u_ticket_tag_ticket_id_tag ON ticket_tag (ticket_id, tag)",
        "CREATE INDEX i_ticket_tag_tag ON ticket_tag (tag, ticket_id)",
    ],
    undone by &["ticket_tag"]
);
