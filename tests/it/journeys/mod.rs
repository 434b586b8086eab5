//! Conversations in the desk's words: what a service manager may judge.

mod amendments;
mod faults;
mod first_day;
mod kills;
mod ladder;
mod proof;
mod uploads;
