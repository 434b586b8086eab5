//! The API, door by door.

mod attachments;
mod bulk;
mod deprecation;
mod limits;
mod lists;
mod refusals;
mod retries;
mod rules;
mod screens;
mod tickets;
mod transitions;
