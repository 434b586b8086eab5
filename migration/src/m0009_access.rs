//! Whether what callers may has changed: a count that every process compares with the one it knows.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{big_integer, integer};

use crate::table::{step, table};

step!(tables(), &ROWS, undone by &["access_state"]);

fn tables() -> Vec<TableCreateStatement> {
    vec![table("access_state", vec![integer("id"), big_integer("version")])]
}

const ROWS: [&str; 1] = ["INSERT INTO access_state (id, version) VALUES (1, 0)"];
