//! The API, door by door.

mod attachments;
mod refusals;
mod tickets;
