//! The API, door by door.

mod attachments;
mod bulk;
mod limits;
mod refusals;
mod tickets;
