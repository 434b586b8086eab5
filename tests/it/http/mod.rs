//! The API, door by door.

mod refusals;
mod tickets;
