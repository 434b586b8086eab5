//! Obligations: the term engine, what contract files say of duties, and the API.

mod api;
mod files;
mod replays;
mod terms;
