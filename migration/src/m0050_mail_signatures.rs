//! What was made of the signature on a mail.

use crate::table::step;

step!(&UP, undone by statements &DOWN);

const UP: [&str; 1] = ["ALTER TABLE inbound_mail ADD COLUMN signature text"];
const DOWN: [&str; 1] = ["ALTER TABLE inbound_mail DROP COLUMN signature"];
