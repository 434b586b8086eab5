//! Obligations: the term engine, what contract files say of duties, and the API.

mod api;
mod files;
mod migration;
mod replays;
mod terms;
