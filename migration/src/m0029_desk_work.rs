//! What the desk keeps beside tickets for its own work: tags, and followers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string, uuid};

use crate::table::{step, table_of};

/// An index of the history: the labels that a ticket has.
fn ticket_tag() -> TableCreateStatement {
    table_of("ticket_tag", "ticket_id", "ticket", vec![uuid("id"), uuid("ticket_id"), string("organisation"), string("tag")])
}

/// An index of the history: who is told of what its requester is told.
fn ticket_follower() -> TableCreateStatement {
    let columns = vec![uuid("id"), uuid("ticket_id"), string("organisation"), uuid("person_id"), string("visibility")];
    table_of("ticket_follower", "ticket_id", "ticket", columns)
}

step!(
    vec![ticket_tag(), ticket_follower()],
    &[
        "CREATE UNIQUE INDEX u_ticket_tag_ticket_id_tag ON ticket_tag (ticket_id, tag)",
        "CREATE INDEX i_ticket_tag_tag ON ticket_tag (tag, ticket_id)",
        "CREATE UNIQUE INDEX u_ticket_follower_ticket_id_person_id ON ticket_follower (ticket_id, person_id)",
        "CREATE INDEX i_ticket_follower_person_id ON ticket_follower (person_id)",
    ],
    undone by &["ticket_follower", "ticket_tag"]
);
