//! People, and the tokens of callers.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{
    boolean, string, string_null, string_uniq, text, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null,
    uuid, uuid_null,
};

use crate::table::{step, table};

step!(tables(), &INDEXES, undone by &["account", "person", "token"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "token",
            vec![
                uuid("id"),
                string("name"),
                string_null("organisation"),
                string_uniq("hash"),
                instant("created_at"),
                instant_null("expires_at"),
                instant_null("revoked_at"),
                // Whose it is, where it belongs to a known person.
                uuid_null("person_id"),
                // Codes, with a space between them.
                string("roles"),
            ],
        ),
        table(
            "account",
            vec![
                uuid("id"),
                string("issuer"),
                string("subject"),
                string_null("organisation"),
                uuid_null("person_id"),
                string("name"),
                instant("created_at"),
                instant_null("blocked_at"),
            ],
        ),
        table(
            "person",
            vec![
                uuid("id"),
                string("organisation"),
                string("name"),
                string("email"),
                instant("created_at"),
                // Name and address in lower case without accents, for screens that search for a part of them.
                text("search_text"),
                // Known only through a mailbox that accepts strangers: they take part in what they reported, and in nothing else.
                boolean("is_stranger"),
            ],
        ),
    ]
}

const INDEXES: [&str; 3] = [
    "CREATE UNIQUE INDEX u_person_organisation_email ON person (organisation, email)",
    "CREATE INDEX i_person_email ON person (email)",
    "CREATE UNIQUE INDEX u_account_issuer_subject ON account (issuer, subject)",
];
