//! Mails that wait for opening hours, and how many automatic ones were queued lately for somebody.

use crate::table::step;

step!(&UP, undone by statements &DOWN);

const UP: [&str; 3] = [
    "CREATE INDEX i_outbound_mail_waiting ON outbound_mail (next_attempt_at) WHERE state = 'waiting'",
    "DROP INDEX i_outbound_mail_lately",
    "CREATE INDEX i_outbound_mail_lately ON outbound_mail (lower(recipient), queued_at)",
];
const DOWN: [&str; 3] = [
    "DROP INDEX i_outbound_mail_waiting",
    "DROP INDEX i_outbound_mail_lately",
    "CREATE INDEX i_outbound_mail_lately ON outbound_mail (lower(recipient), created_at)",
];
