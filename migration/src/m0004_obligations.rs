//! Obligations, and when the recurring duties of a contract are next looked at.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{
    date, string, string_null, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null, uuid,
};

use crate::table::{step, table, table_of};

step!(tables(), &INDEXES, undone by &["obligation_opening", "obligation"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table_of(
            "obligation",
            "contract_version_id",
            "contract_version",
            vec![
                uuid("id"),
                string("organisation"),
                string("contract"),
                uuid("contract_version_id"),
                string("duty"),
                string_null("period"),
                date("day_zero_date"),
                instant_null("fact_at"),
                instant("opened_at"),
                string("state"),
                instant("due_at"),
                instant_null("late_at"),
                instant_null("met_at"),
                instant_null("next_fire_at"),
            ],
        ),
        table("obligation_opening", vec![string("contract"), instant_null("next_open_at")]),
    ]
}

const INDEXES: [&str; 8] = [
    // A duty is opened once per period, however many processes try.
    "CREATE UNIQUE INDEX u_obligation_period ON obligation (contract, organisation, duty, period)",
    "CREATE INDEX i_obligation_contract_duty_organisation_day_zero ON obligation (contract, duty, organisation, day_zero_date)",
    "CREATE INDEX i_obligation_due_at_id ON obligation (due_at, id)",
    "CREATE INDEX i_obligation_organisation_due_at_id ON obligation (organisation, due_at, id)",
    "CREATE INDEX i_obligation_state_due_at_id ON obligation (state, due_at, id)",
    "CREATE INDEX i_obligation_contract_due_at_id ON obligation (contract, due_at, id)",
    "CREATE INDEX i_obligation_next_fire_at ON obligation (next_fire_at) WHERE next_fire_at IS NOT NULL",
    "CREATE INDEX i_obligation_opening_next_open_at ON obligation_opening (next_open_at)",
];
