//! What the program keeps for itself: requests that must not be repeated, whose time the database runs on, and a table for testing whether
//! the database accepts writes.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{
    blob, integer, string, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null, uuid,
};

use crate::table::{step, table};

step!(tables(), &INDEXES, undone by &["write_trial", "sandbox_advance", "timekeeping", "idempotency"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "idempotency",
            vec![uuid("id"), string("caller"), string("key"), string("digest"), uuid("created_id"), instant("recorded_at")],
        ),
        // A database never changes between sandbox time and real time: `now_at` is null in real time.
        table("timekeeping", vec![integer("id"), instant_null("now_at")]),
        // Where an advance of the sandbox's time ends, so that repeating the request goes no further.
        table("sandbox_advance", vec![uuid("id"), instant("to_at")]),
        table("write_trial", vec![uuid("id"), blob("bytes")]),
    ]
}

const INDEXES: [&str; 2] = [
    "CREATE UNIQUE INDEX u_idempotency_caller_key ON idempotency (caller, key)",
    "CREATE INDEX i_idempotency_recorded_at ON idempotency (recorded_at)",
];
