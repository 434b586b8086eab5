//! A ledger that stands by itself: everything a clock's figures are derived from, the figures, and a hash over both.
//!
//! Whoever holds the document and the contract's file can recompute it without the desk (`verify`), so a client can check its supplier.
//! Its canonical form is the document without `digest`, as RFC 8785 writes JSON: keys in order, no white space. `digest` is `sha256:`
//! followed by the SHA-256 of that, in hexadecimal.
//!
//! Absent on purpose: names, addresses and texts of a ticket. The reason of an amendment is in it, since that belongs to the contract.
//! Events are only named by their id, so that people can be erased.

mod fact;
mod verify;

pub use fact::LedgerFact;
pub use verify::verify;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::clock::{self, Fact, Kind, Replay};
use crate::domain::contract::Contract;
use crate::domain::contract::amendment::Amendment;

/// The name of this form of document; another form gets another name.
pub const FORM: &str = "uurwerk-ledger-1";

/// A clock's ledger with all it follows from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockLedger {
    /// The form of the document: `uurwerk-ledger-1`.
    #[schema(max_length = 50)]
    pub form: String,
    /// The ticket.
    pub ticket_id: Uuid,
    /// Its number for people.
    #[schema(max_length = 50)]
    pub number: String,
    /// The contract version it is pinned to.
    pub contract: LedgerContract,
    /// response or resolution.
    #[schema(max_length = 50)]
    pub kind: String,
    /// As of when.
    #[schema(value_type = String, format = DateTime)]
    pub known_at: Instant,
    /// What was said at the registration.
    pub registration: LedgerRegistration,
    /// What happened since that matters to a clock, in order.
    #[schema(max_items = 100_000)]
    pub facts: Vec<LedgerFact>,
    /// What was amended in the contract's calendars, in order.
    #[schema(max_items = 100_000)]
    pub amendments: Vec<LedgerAmendment>,
    /// The clock's figures.
    pub clock: LedgerFigures,
    /// Every segment from the start to the stop, or to `knownAt`.
    #[schema(max_items = 1_000_000)]
    pub segments: Vec<LedgerEntry>,
    /// The hash over all of the above.
    #[schema(max_length = 100)]
    pub digest: String,
}

/// A contract version, as a ledger names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerContract {
    /// The contract's id.
    #[schema(max_length = 100)]
    pub id: String,
    /// Its version.
    #[schema(max_length = 100)]
    pub version: String,
    /// SHA-256 of its file, in hexadecimal.
    #[schema(max_length = 64)]
    pub sha256: String,
}

/// What was said at the registration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerRegistration {
    /// One of the six types.
    #[schema(max_length = 50)]
    pub r#type: String,
    /// The client's tier.
    #[schema(max_length = 100)]
    pub tier: Option<String>,
    /// The item of the catalogue that was asked for.
    #[schema(max_length = 50)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The priority, decided or proposed.
    #[schema(max_length = 50)]
    pub priority: Option<String>,
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    pub reported_at: Instant,
    /// The event that says so.
    pub event: Uuid,
}

/// A change to one date of a calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerAmendment {
    /// Its id.
    pub id: Uuid,
    /// The calendar's name.
    #[schema(max_length = 100)]
    pub calendar: String,
    /// The date.
    #[schema(value_type = String, format = Date)]
    pub date: chrono::NaiveDate,
    /// closed, hours or `as_agreed`.
    #[schema(max_length = 50)]
    pub change: String,
    /// The hours it opens.
    #[schema(max_items = 20)]
    pub hours: Vec<String>,
    /// Why.
    #[schema(max_length = 2000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when it is in force: recorded then, or approved by the last side.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Instant,
}

/// A clock's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerFigures {
    /// running, held, met, breached or cancelled.
    #[schema(max_length = 50)]
    pub state: String,
    /// The first open instant at or after the start.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Instant>,
    /// When it stopped.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub stopped_at: Option<Instant>,
    /// Open seconds counted: the sum of the running segments.
    pub elapsed_seconds: i64,
    /// Open seconds held: the sum of the held segments.
    pub held_seconds: i64,
    /// What it must reach.
    #[schema(max_items = 100)]
    pub goals: Vec<LedgerGoal>,
    /// Breaches that a later fact undid.
    #[schema(max_items = 100_000)]
    pub voided: Vec<LedgerVoid>,
}

/// A goal and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerGoal {
    /// For which share of the tickets, in per cent; `null` when the contract names none.
    #[schema(max_length = 10)]
    pub share: Option<String>,
    /// under, within or by.
    #[schema(max_length = 50)]
    pub comparison: String,
    /// The contract's own text.
    #[schema(max_length = 50)]
    pub target: String,
    /// The earliest instant its bound is reached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Instant>,
    /// When it was met.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub met_at: Option<Instant>,
    /// When it was breached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub breached_at: Option<Instant>,
}

/// A breach that a later fact undid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerVoid {
    /// When it was breached.
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
    /// Its goal.
    #[schema(max_length = 50)]
    pub target: String,
    /// The kind of fact that undid it; `calendar` when an amendment did.
    #[schema(max_length = 50)]
    pub why: String,
    /// That amendment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amendment: Option<Uuid>,
}

/// A segment of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerEntry {
    /// Its first second.
    #[schema(value_type = String, format = DateTime)]
    pub from: Instant,
    /// The second after its last.
    #[schema(value_type = String, format = DateTime)]
    pub to: Instant,
    /// running, held or closed.
    #[schema(max_length = 50)]
    pub state: String,
    /// Why it did not count: a hold's word, refused, reopened, hours, by_hand or a holiday's name.
    #[schema(max_length = 100)]
    pub cause: Option<String>,
    /// The event that last changed what the clock does; of a refused or reopened segment, the one that undid the stop.
    pub event: Uuid,
    /// The calendar's name in the contract.
    #[schema(max_length = 100)]
    pub calendar: String,
    /// Open seconds in it: what it adds to the clock.
    pub seconds: i64,
}

/// What a ledger is computed from.
#[derive(Debug, Clone)]
pub struct Basis {
    pub ticket_id: Uuid,
    /// Its number for people.
    pub number: String,
    /// SHA-256 of the contract's file, in hexadecimal.
    pub sha256: String,
    pub kind: Kind,
    pub known_at: Instant,
    /// What was said at the registration.
    pub registration: LedgerRegistration,
    /// What happened since, each with its event.
    pub facts: Vec<(Uuid, Fact)>,
}

/// The ledger of a clock; `None` when the ticket has no such clock to show.
pub fn ledger(contract: &Contract, basis: &Basis) -> Option<ClockLedger> {
    let facts: Vec<_> = basis.facts.iter().map(|(_, fact)| fact.clone()).collect();
    let ticket = clock::Ticket {
        kind: basis.registration.r#type.parse().ok()?,
        tier: basis.registration.tier.as_deref(),
        item: basis.registration.item.as_deref(),
        priority: basis.registration.priority.as_deref(),
        reported_at: basis.registration.reported_at,
    };
    let replay = clock::replay(contract, basis.kind, ticket, &facts, basis.known_at);
    let figures = figures(&replay.view(basis.known_at)?);
    let mut ledger = ClockLedger {
        form: FORM.to_owned(),
        ticket_id: basis.ticket_id,
        number: basis.number.clone(),
        contract: LedgerContract { id: contract.id.clone(), version: contract.version.clone(), sha256: basis.sha256.clone() },
        kind: basis.kind.as_str().to_owned(),
        known_at: basis.known_at,
        registration: basis.registration.clone(),
        facts: basis.facts.iter().map(|(event, fact)| LedgerFact::new(*event, fact)).collect(),
        amendments: contract.amendments.iter().map(|amended| amendment(&amended.amendment)).collect(),
        clock: figures,
        segments: segments(contract, basis, &replay),
        digest: String::new(),
    };
    ledger.digest = ledger.hash();
    Some(ledger)
}

impl ClockLedger {
    /// The hash over its canonical form.
    pub fn hash(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.remove("digest");
        }
        let canonical = serde_json_canonicalizer::to_vec(&value).unwrap_or_default();
        format!("sha256:{}", hex::encode(Sha256::digest(canonical)))
    }
}

fn amendment(amendment: &Amendment) -> LedgerAmendment {
    LedgerAmendment {
        id: amendment.id,
        calendar: amendment.calendar.clone(),
        date: amendment.date,
        change: amendment.change.as_str().to_owned(),
        hours: amendment.change.hours(),
        reason: Some(amendment.reason.clone()).filter(|reason| !reason.is_empty()),
        recorded_at: amendment.in_force_at,
    }
}

fn figures(clock: &clock::Clock) -> LedgerFigures {
    let goal = |goal: &clock::GoalView| LedgerGoal {
        share: goal.share.map(|share| share.to_string()),
        comparison: goal.comparison.as_str().to_owned(),
        target: goal.target.clone(),
        due_at: goal.due_at,
        met_at: goal.met_at,
        breached_at: goal.breached_at,
    };
    let void =
        |void: &clock::Voided| LedgerVoid { at: void.at, target: void.target.clone(), why: void.why.to_owned(), amendment: void.amendment };
    LedgerFigures {
        state: clock.state.as_str().to_owned(),
        started_at: clock.started_at,
        stopped_at: clock.stopped_at,
        elapsed_seconds: clock.elapsed_seconds,
        held_seconds: clock.held_seconds,
        goals: clock.goals.iter().map(goal).collect(),
        voided: clock.voided.iter().map(void).collect(),
    }
}

fn segments(contract: &Contract, basis: &Basis, replay: &Replay<'_>) -> Vec<LedgerEntry> {
    let entry = |(line, calendar): (clock::Line, &Calendar)| LedgerEntry {
        seconds: if line.state == clock::LineState::Closed { 0 } else { line.to.unix() - line.from.unix() },
        event: cause_event(basis, &line),
        calendar: contract.calendar_name(calendar).unwrap_or_default().to_owned(),
        from: line.from,
        to: line.to,
        state: line.state.as_str().to_owned(),
        cause: line.cause,
    };
    replay.segments(basis.known_at).into_iter().map(entry).collect()
}

/// The event that last changed what the clock does; for time held because a stop was undone, the event that undid it.
fn cause_event(basis: &Basis, line: &clock::Line) -> Uuid {
    let undone = line.state == clock::LineState::Held && line.cause.as_deref().and_then(clock::Undone::named).is_some();
    let undoing = basis.facts.iter().find(|(_, fact)| undone && fact.at >= line.to && fact.kind.undoes_a_stop());
    let before = basis.facts.iter().rev().find(|(_, fact)| fact.at <= line.from);
    undoing.or(before).map_or(basis.registration.event, |(event, _)| *event)
}
