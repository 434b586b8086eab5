//! Mail in: from bytes to a decision.

mod arriving;
mod enclosures;
mod parsing;
mod quarantine;
