//! Uurwerk: a service desk whose clocks hold up in a contract meeting.
//!
//! Decide in `domain` with plain values; act in `usecases`, in one transaction; arrive by `http`, `cli` and `jobs`; tell
//! the world from `outbox`. **History is the truth**: deadlines, clocks and reports are replayed from a ticket's events,
//! and a stored deadline is an index of that replay, written by one function (`domain::ticket::settle`).
//!
//! ```text
//! main → cli → http · jobs → auth · usecases · outbox → store → entity
//!                      app · usecases · outbox → mail · reports · files     reports · cli → documents
//!        cli → simulate → contracts   usecases · cli → proof   everything → domain → words → nobody
//! ```
//!
//! A test (`tests/it/architecture.rs`) reads these files and fails on an arrow that points outward.
//!
//! - [`words`]: what a closed list of codes is: each code with its Dutch and English names, declared once.
//! - [`domain`]: calendars, clocks, contracts, tickets, workflows, ladders, obligations. Pure: the instant is an argument.
//! - [`contracts`]: an agreement as a TOML file, read with every problem at once.
//! - [`simulate`]: clocks as text, without a database.
//! - [`proof`]: a ledger that stands by itself, and how it is counted again without the desk.
//! - [`usecases`]: what one can do, one function each: find, permit, decide, record.
//! - [`store`]: rows to domain values. Every query is made through a transaction or a view opened for a scope.
//! - [`auth`]: who is calling. What they may is said by [`domain::permission`].
//! - [`files`]: where the bytes of attachments are.
//! - [`standing`]: whether the database and the files do their part, as far as is known.
//! - [`http`]: the REST API. In `v1` each operation is declared once, a function whose types give its route, its part of the
//!   document and who may; around it what every request passes: the gate, limits, queries, bodies, refusals.
//! - [`mail`]: a message read, judged, written and sent.
//! - [`outbox`]: the event stream, its handlers, and mail on its way out.
//! - [`jobs`]: what happens without anyone asking, and when.
//! - [`reports`]: figures, and their layout as documents; they read, and never write.
//! - [`documents`]: titles, notes and tables with exact cells, rendered as text and as JSON.
//! - [`app`], [`settings`], [`time`], [`cli`]: the program, what it is told, its only clock, and its commands.
//!
//! Where this house differs from its plan: a ticket carries one `next_fire_at` for its clocks and its ladder together,
//! since they are settled together; and a ticket's events are its history and its outbox at once, so that there is one
//! truth to write.
//!
//! Absent on purpose: counters of elapsed time, polling of open tickets, a second way to compute a deadline.

pub mod app;
pub mod auth;
pub mod cli;
pub mod contracts;
pub mod documents;
pub mod domain;
pub mod error;
pub mod files;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod outbox;
pub mod proof;
pub mod reports;
pub mod settings;
pub mod simulate;
pub mod standing;
pub mod store;
pub mod time;
pub mod usecases;
pub mod words;
