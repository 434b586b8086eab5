//! Versions of agreements, and amendments to their calendars.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{
    big_integer_uniq, boolean, date, json_binary, string, text, text_null, timestamp_with_time_zone as instant, uuid,
};

use crate::table::{step, table, table_of};

step!(tables(), &INDEXES, undone by &["amendment_approval", "calendar_amendment", "contract_version"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "contract_version",
            vec![
                uuid("id"),
                string("contract"),
                string("version"),
                date("effective_date"),
                string("digest"),
                text("source"),
                instant("applied_at"),
            ],
        ),
        table(
            "calendar_amendment",
            vec![
                uuid("id"),
                big_integer_uniq("sequence"),
                string("contract"),
                string("calendar"),
                date("date"),
                string("change"),
                json_binary("hours"),
                string("reason"),
                string("actor"),
                instant("recorded_at"),
                // An amendment of today or an earlier date waits for both sides.
                boolean("needs_approval"),
            ],
        ),
        table_of(
            "amendment_approval",
            "amendment_id",
            "calendar_amendment",
            vec![
                uuid("id"),
                uuid("amendment_id"),
                big_integer_uniq("sequence"),
                string("side"),
                string("approved_by"),
                text_null("evidence"),
                string("actor"),
                instant("approved_at"),
            ],
        ),
    ]
}

const INDEXES: [&str; 2] = [
    "CREATE UNIQUE INDEX u_contract_version_contract_version ON contract_version (contract, version)",
    "CREATE UNIQUE INDEX u_amendment_approval_amendment_id_side ON amendment_approval (amendment_id, side)",
];
