//! Mail in and out. `parse` reads a message, `attribution` decides whose it is and `triage` what it is, `messages` writes what goes
//! out, one file a message, and `send` sends it.

pub mod attribution;
pub mod messages;
pub mod parse;
pub mod send;
pub mod triage;
