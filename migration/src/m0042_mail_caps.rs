//! How many mails an address got lately, and which wait for a digest.

use crate::table::step;

step!(&UP, undone by statements &DOWN);

const UP: [&str; 2] = [
    "CREATE INDEX i_outbound_mail_lately ON outbound_mail (lower(recipient), created_at)",
    "CREATE INDEX i_outbound_mail_withheld ON outbound_mail (next_attempt_at) WHERE state = 'withheld'",
];
const DOWN: [&str; 2] = ["DROP INDEX i_outbound_mail_lately", "DROP INDEX i_outbound_mail_withheld"];
