//! map

pub mod app;
pub mod cli;
pub mod contracts;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod outbox;
pub mod reports;
pub mod settings;
pub mod simulate;
pub mod store;
pub mod time;
pub mod usecases;
