//! The desk's own people are found by what they are called.

use crate::table::step;

step!(&UP, undone by statements &DOWN);

const UP: [&str; 1] = ["CREATE INDEX i_account_desk_name ON account (lower(name)) WHERE organisation IS NULL AND person_id IS NULL"];
const DOWN: [&str; 1] = ["DROP INDEX i_account_desk_name"];
