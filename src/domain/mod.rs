//! What the desk decides, with plain values: no IO, no async, no tables, and no way to ask what time it is.
//!
//! The instant is always an argument. Everything that a contract meeting could dispute is decided here.

pub mod actor;
pub mod address;
pub mod agreements;
pub mod approval;
pub mod audit;
pub mod calendar;
pub mod canned_reply;
pub mod clock;
pub mod contact;
pub mod contract;
pub mod former;
pub mod history;
pub mod idempotency;
pub mod instant;
pub mod language;
pub mod mail;
pub mod obligation;
pub mod password;
pub mod pauses;
pub mod permission;
pub mod person;
pub mod phone;
pub mod privacy;
pub mod redaction;
pub mod restriction;
pub mod retention;
pub mod role_assignment;
pub mod routing_rule;
pub mod saved_view;
pub mod scan;
pub mod search;
pub mod security_signal;
pub mod side;
pub mod subjects;
pub mod text;
pub mod ticket;
pub mod token;
pub mod workflow;
pub mod wrapped_key;

pub use instant::Instant;
