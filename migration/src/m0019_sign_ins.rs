//! Sign-ins in the order in which they end, so that those that ended long ago are found without reading the others.

use crate::table::step;

step!(&UP, undone by statements &DOWN);

const UP: [&str; 1] = ["CREATE INDEX i_token_sign_in_end ON token (expires_at) WHERE account_id IS NOT NULL"];
const DOWN: [&str; 1] = ["DROP INDEX i_token_sign_in_end"];
