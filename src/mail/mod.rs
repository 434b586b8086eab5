//! Mail in and out. `imap` fetches it from a server, `lmtp` is brought it by one. `parse` reads an incoming message, `attribution` decides which client it belongs to, and `triage` decides what to do
//! with it; `authentication` and `sender_check` say whether it is of whom it says, and
//! `signature_check` whether what a person signed in it holds. `messages` writes what the desk sends, one file per message, and `send` delivers it.

pub mod attribution;
pub mod authentication;
pub mod imap;
pub mod lmtp;
pub mod messages;
pub mod parse;
pub mod send;
pub mod sender_check;
pub mod signature_check;
mod tokens;
pub mod triage;
