//! The API, door by door.

mod lists;
mod refusals;
mod tickets;
