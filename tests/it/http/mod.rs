//! The API, door by door.

mod deprecation;
mod refusals;
mod retries;
mod rules;
mod screens;
mod tickets;
mod transitions;
