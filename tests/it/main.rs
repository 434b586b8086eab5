//! What the desk promises, in one binary.

mod access;
mod agent;
mod agreements;
mod architecture;
mod audit;
mod catalogue;
mod clients;
mod commands;
mod contracts;
mod faults;
mod http;
mod identity;
mod journeys;
mod mail;
mod migrations;
mod obligations;
mod openapi;
mod people;
mod restricted;
mod roles;
mod row_security;
mod search;
mod simulate;
mod support;
mod time;
mod types;
