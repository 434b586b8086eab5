//! Conversations in the desk's words: what a service manager may judge.

mod agreed;
mod agreements;
mod amendments;
mod clients;
mod dead_letters;
mod destructions;
mod faults;
mod first_day;
mod handlers;
pub mod kills;
mod ladder;
mod next_due;
mod obligations;
mod past_months;
mod privacy;
mod processes;
mod proof;
mod rebuild;
mod removal;
mod response;
mod sealing;
mod slow_uploads;
mod strangers;
mod together;
mod undelivered;
mod uploads;
mod what_if;
