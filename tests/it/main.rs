//! What the desk promises, in one binary.

mod architecture;
mod clients;
mod contracts;
mod http;
mod journeys;
mod mail;
mod obligations;
mod openapi;
mod simulate;
mod support;
mod time;
