//! map

pub mod app;
pub mod contracts;
pub mod domain;
pub mod jobs;
pub mod mail;
pub mod outbox;
pub mod reports;
pub mod settings;
pub mod simulate;
pub mod store;
pub mod time;
pub mod usecases;
