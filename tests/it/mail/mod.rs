//! Mail in: from bytes to a decision.

mod alerts;
mod arriving;
mod authentication;
mod bounces;
mod caps;
mod content;
mod enclosures;
mod holders;
mod hostile;
mod identity;
mod imap;
mod letters;
mod lmtp;
mod parsing;
mod quarantine;
mod sender_check;
mod sending;
mod threads;
mod whose;
