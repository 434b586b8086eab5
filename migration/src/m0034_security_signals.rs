//! Security signals, and what is written on them, each in a row that can be taken away.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{string, text, timestamp_with_time_zone as instant, uuid, uuid_null};

use crate::table::{step, table_of};

fn security_signal() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        string("organisation"),
        string("contract"),
        uuid("contract_version_id"),
        uuid("observation_id"),
        string("source"),
        text("title"),
        text("description"),
        instant("observed_at"),
        instant("recorded_at"),
        string("recorded_by"),
        uuid_null("incident_id"),
    ];
    table_of("security_signal", "contract_version_id", "contract_version", columns)
}

fn security_signal_note() -> TableCreateStatement {
    let columns = vec![uuid("id"), uuid("signal_id"), string("organisation"), string("author"), text("text")];
    table_of("security_signal_note", "signal_id", "security_signal", columns)
}

step!(
    vec![security_signal(), security_signal_note()],
    &[
        "CREATE UNIQUE INDEX u_security_signal_observation_id_organisation ON security_signal (observation_id, organisation)",
        "CREATE INDEX i_security_signal_observed_at_id ON security_signal (observed_at, id)",
        "CREATE INDEX i_security_signal_organisation_observed_at_id ON security_signal (organisation, observed_at, id)",
        "CREATE INDEX i_security_signal_contract_observed_at_id ON security_signal (contract, observed_at, id)",
        "CREATE INDEX i_security_signal_note_signal_id ON security_signal_note (signal_id)",
    ],
    undone by &["security_signal_note", "security_signal"]
);
