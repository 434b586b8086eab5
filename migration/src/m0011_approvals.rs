//! Approvals, one table for everything that waits for them.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{big_integer, string, text_null, timestamp_with_time_zone as instant, uuid, uuid_null};

use crate::table::{step, table};

step!(tables(), &STATEMENTS, undone by &["approval"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![table(
        "approval",
        vec![
            uuid("id"),
            // What it belongs to.
            string("subject_kind"),
            uuid("subject_id"),
            big_integer("sequence"),
            string("side"),
            uuid_null("approver_id"),
            string("name"),
            text_null("evidence"),
            string("actor"),
            instant("approved_at"),
        ],
    )]
}

const STATEMENTS: [&str; 3] = [
    "CREATE UNIQUE INDEX u_approval_subject_sequence ON approval (subject_kind, subject_id, sequence)",
    // Those of amendments had a table of their own.
    "INSERT INTO approval (id, subject_kind, subject_id, sequence, side, name, evidence, actor, approved_at) \
     SELECT id, 'calendar_amendment', amendment_id, sequence, side, approved_by, evidence, actor, approved_at FROM amendment_approval",
    "DROP TABLE amendment_approval",
];
