//! Mail in: from bytes to a decision.

mod arriving;
mod authentication;
mod caps;
mod enclosures;
mod hostile;
mod identity;
mod imap;
mod holders;
mod letters;
mod lmtp;
mod parsing;
mod quarantine;
mod threads;
mod whose;
