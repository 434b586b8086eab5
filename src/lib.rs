//! Uurwerk: a service desk whose clocks hold up in a contract meeting.
//!
//! Decide in `domain` with plain values; act in `usecases`, in one transaction; arrive by `http`, `cli` and `jobs`; tell
//! the world from `outbox`. **History is the truth**: deadlines, clocks and reports are replayed from the events of a *subject*
//! (`domain::history`), and a stored deadline is an index of that replay, written together with the history it follows from by one
//! function (`store::record`).
//!
//! Who names whom. A room names those behind its arrow and no others, and nothing goes round in a circle, neither among rooms nor among
//! the modules of one; a test (`tests/it/architecture`) reads this table and every file.
//!
//! ```text
//! words health →
//! domain         → words
//! contracts      → domain words
//! documents      → domain words
//! proof simulate settings time → domain
//! sealing        → domain settings
//! credentials    → settings
//! tls            → domain settings time
//! files          → domain health sealing settings
//! identity       → domain settings
//! reports        → documents domain words
//! store          → contracts domain health
//! mail           → domain settings words
//! error          → domain mail store
//! app            → credentials domain error files health identity mail sealing settings store time
//! auth           → app domain error identity store time
//! usecases       → app auth contracts credentials domain error files mail proof reports sealing settings store time
//! outbox         → app domain mail store usecases
//! jobs           → app domain health mail outbox settings store time usecases
//! http           → app auth domain files jobs proof reports settings tls usecases words
//! cli            → app contracts credentials documents domain http identity jobs mail outbox proof reports sealing settings simulate store tls usecases
//! main           → cli
//! ```
//!
//! - [`words`]: what a closed list of codes is: each code with its Dutch and English names, declared once.
//! - [`domain`]: calendars, contracts, clocks, histories, tickets, obligations, security signals, routing rules, permission. Pure: the instant is an argument. A subject has
//!   a list of what can happen to it, and a file for each capability, in which deciding and replaying stand side by side; a ticket type
//!   has a file of its own in `domain::ticket::kinds`.
//! - [`contracts`]: an agreement as a TOML file, read with every problem at once.
//! - [`simulate`]: clocks as text, without a database.
//! - [`proof`]: a ledger that stands by itself, and how it is counted again without the desk.
//! - [`usecases`]: what one can do, one function each: find, permit, decide, record. What a caller sees is decided there too, in `read`
//!   beside the rest, for whoever shows it.
//! - [`store`]: rows to domain values. Every query is made through a transaction or a view opened for a scope, which checks that its caller may
//!   still come in, and to which PostgreSQL holds it as well (`store::policies`); agreements too are reached only through one
//!   (`store::agreements`), so that what another process applied is known at once.
//! - [`auth`]: who is calling. What they may is said by [`domain::permission`].
//! - [`identity`]: identity providers: whether a signed token holds, and whom it names.
//! - [`sealing`]: encryption at rest: keys of the desk, envelopes, content in pieces.
//! - [`credentials`]: what callers prove themselves with: passwords, one-time codes, signed links, and which tokens were used of late.
//! - [`files`]: where the bytes of attachments are, who scans them for malware, and where long bodies wait.
//! - [`domain::audit`], [`store::audit`], [`usecases::audit`]: the audit trail. Its lines are written in one place, by the transaction that
//!   did something (`App::write`); refused requests, and tickets that few may see and that were shown, are told by the door.
//! - [`health`]: whether the database and the files work, as far as is known.
//! - [`http`]: the REST API. In `v1` each operation is declared once, a function whose types give its route, its part of the
//!   document and who may; around it what every request passes: the gate, limits, queries, bodies, refusals. In `portal` are the pages for
//!   people, which decide nothing.
//! - [`tls`]: the certificate of a desk that has no proxy in front.
//! - [`mail`]: a message fetched, read, judged, written and sent; what the desk writes, in Dutch and in English (`mail::messages`).
//! - [`outbox`]: the event stream, its handlers (which events each takes, and where it begins), and mail on its way out.
//! - [`jobs`]: what happens without anyone asking, and when.
//! - [`reports`]: figures, and their layout as documents; they read, and never write.
//! - [`documents`]: titles, notes and tables with exact cells, rendered as text and as JSON.
//! - [`error`]: every "no", gathered, with the codes it is known by.
//! - [`app`], [`settings`], [`time`], [`cli`]: the program, what it is told, its only clock, and its commands.
//!
//! Where this house differs from its plan: a ticket carries one `next_fire_at` for its clocks and its ladder together,
//! since they are settled together; and a subject's events are its history and its outbox at once, so that there is one
//! truth to write.
//!
//! Absent on purpose: counters of elapsed time, polling of open tickets, a second way to compute a deadline.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod app;
pub mod auth;
pub mod cli;
pub mod contracts;
pub mod credentials;
pub mod documents;
pub mod domain;
pub mod error;
pub mod files;
pub mod health;
pub mod http;
pub mod identity;
pub mod jobs;
pub mod mail;
pub mod outbox;
pub mod proof;
pub mod reports;
pub mod sealing;
pub mod settings;
pub mod simulate;
pub mod store;
pub mod time;
pub mod tls;
pub mod usecases;
pub mod words;
