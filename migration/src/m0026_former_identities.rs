//! By what people were known before their name or their address changed, so that what they mailed then is found with them.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{string, string_null, timestamp_with_time_zone as instant, uuid};

use crate::table::{step, table};

step!(tables(), &INDEXES, undone by &["former_identity"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![table(
        "former_identity",
        vec![uuid("id"), uuid("person_id"), string("organisation"), string("name"), string_null("email"), instant("until_at")],
    )]
}

const INDEXES: [&str; 2] = [
    "CREATE INDEX i_former_identity_person_id ON former_identity (person_id)",
    "CREATE INDEX i_former_identity_email ON former_identity (email) WHERE email IS NOT NULL",
];
