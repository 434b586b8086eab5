//! Conversations in the desk's words: what a service manager may judge.

mod first_day;
mod ladder;
