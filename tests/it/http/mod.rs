//! The API, door by door.

mod attachments;
mod bodies;
mod bulk;
mod deprecation;
mod everything;
mod in_a_line;
pub mod isolation;
mod limits;
mod lists;
mod no_oracle;
mod parts;
mod quota;
mod refusals;
mod retries;
mod revocations;
mod roles;
mod rules;
mod sayings;
mod screens;
mod tickets;
mod transitions;
