//! The key by which the desk knows its own links and Message-IDs again.

use sea_orm_migration::prelude::TableCreateStatement;
use sea_orm_migration::schema::{integer, string};

use crate::table::{step, table};

step!(vec![signing_key()], &[], undone by &["signing_key"]);

fn signing_key() -> TableCreateStatement {
    table("signing_key", vec![integer("id"), string("secret")])
}
