//! The API, door by door.

mod attachments;
mod limits;
mod refusals;
mod tickets;
