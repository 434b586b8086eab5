//! Mail in: from bytes to a decision.

mod alerts;
mod arriving;
mod authentication;
mod bounces;
mod caps;
mod content;
mod enclosures;
mod fuzz;
mod holders;
mod hostile;
mod identity;
mod imap;
mod languages;
mod letters;
mod lmtp;
mod loops;
mod parsing;
mod postfix;
mod quarantine;
mod sender_check;
mod sending;
mod signatures;
mod signing;
mod smtp_faults;
mod threads;
mod whose;
