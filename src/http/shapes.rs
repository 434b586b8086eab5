//! What goes over the wire: bodies in, resources out.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::domain::clock::Line;
use crate::domain::ticket::{ClockIndex, Event, Ticket as DomainTicket};
use crate::domain::workflow::Phase;
use crate::store::messages::Message as StoredMessage;
use crate::store::people::Person;
use crate::store::tickets::{ExternalReference as StoredReference, clock_id};

/// A ticket to be made.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct NewTicket {
    /// One of the six types.
    #[schema(min_length = 1, max_length = 50, example = "incident")]
    r#type: String,
    /// The contract it falls under.
    #[schema(min_length = 1, max_length = 100, example = "dap-example")]
    contract: String,
    /// The client; needed where the contract serves several of yours.
    #[schema(min_length = 1, max_length = 100)]
    organisation: Option<String>,
    /// A line.
    #[schema(min_length = 1, max_length = 300)]
    title: String,
    /// The whole story.
    #[schema(max_length = 100_000)]
    description: Option<String>,
    /// A priority of the contract; a client's is a proposal.
    #[schema(min_length = 1, max_length = 50)]
    priority: Option<String>,
    /// Why that priority.
    #[schema(max_length = 2000)]
    priority_motivation: Option<String>,
    /// How it came in: phone, email, portal, api or monitoring.
    #[schema(min_length = 1, max_length = 50, example = "phone")]
    channel: String,
    /// Who reports it.
    requester: NewRequester,
    /// When it was reported, if not now: RFC 3339 with an offset.
    #[schema(max_length = 50)]
    occurred_at: Option<String>,
    /// Why it is recorded later than it happened.
    #[schema(min_length = 1, max_length = 2000)]
    occurred_at_reason: Option<String>,
    /// What it is called in other systems.
    #[schema(max_items = 20)]
    external_references: Option<Vec<ExternalReference>>,
}

/// Who reports a ticket.
#[derive(ToSchema, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct NewRequester {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Their address.
    #[schema(min_length = 3, max_length = 320, pattern = "^[^@\\s]+@[^@\\s]+$")]
    email: String,
}

/// What a ticket is called in another system.
#[derive(ToSchema, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalReference {
    /// The system.
    #[schema(min_length = 1, max_length = 100)]
    system: String,
    /// The name there.
    #[schema(min_length = 1, max_length = 200)]
    reference: String,
}

/// Changes to a ticket; what is absent stays.
#[derive(ToSchema, serde::Deserialize)]
#[schema(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct TicketPatch {
    /// Another title.
    #[schema(min_length = 1, max_length = 300)]
    title: Option<String>,
    /// Another description.
    #[schema(max_length = 100_000)]
    description: Option<String>,
    /// Another priority.
    #[schema(min_length = 1, max_length = 50)]
    priority: Option<String>,
    /// Why that priority.
    #[schema(max_length = 2000)]
    priority_motivation: Option<String>,
    /// Who takes it in hand.
    #[schema(min_length = 1, max_length = 200)]
    assignee: Option<String>,
    /// Which team does.
    #[schema(min_length = 1, max_length = 200)]
    team: Option<String>,
}

/// A message to be written on a ticket.
#[derive(ToSchema, serde::Deserialize)]
#[schema(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct NewMessage {
    /// `public`, or `internal` for the desk alone.
    #[schema(pattern = "^(public|internal)$", max_length = 20)]
    visibility: String,
    /// The text.
    #[schema(min_length = 1, max_length = 100_000)]
    body: String,
    /// How the contact was made; `phone` records a phone contact.
    #[schema(pattern = "^(phone|email|portal|api)$", max_length = 20)]
    channel: Option<String>,
    /// When, if not now.
    #[schema(max_length = 50)]
    occurred_at: Option<String>,
    /// Why it is recorded later than it happened.
    #[schema(min_length = 1, max_length = 2000)]
    occurred_at_reason: Option<String>,
}

/// A move of a ticket to another phase.
#[derive(ToSchema, serde::Deserialize)]
#[schema(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct NewTransition {
    /// The phase.
    #[schema(min_length = 1, max_length = 50, example = "in_progress")]
    to: String,
    /// Why, for the one who reported it.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
    /// On whom it waits, when it goes on hold.
    #[schema(min_length = 1, max_length = 50, example = "requester")]
    cause: Option<String>,
    /// When, if not now.
    #[schema(max_length = 50)]
    occurred_at: Option<String>,
    /// Why it is recorded later than it happened.
    #[schema(min_length = 1, max_length = 2000)]
    occurred_at_reason: Option<String>,
}

/// A step up the ladder, decided by a person.
#[derive(ToSchema, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct NewEscalation {
    /// One of the level's reason codes.
    #[schema(min_length = 1, max_length = 100, example = "afspraak-niet-nageleefd")]
    code: String,
    /// Why, in words.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// How far a sandbox is to advance: one of the two.
#[derive(ToSchema, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct NewAdvance {
    /// To this instant.
    #[schema(max_length = 50)]
    to: Option<String>,
    /// By this ISO 8601 duration of days, hours, minutes and seconds, such as PT4H.
    #[schema(max_length = 50, pattern = "^P(\\d+W|(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+S)?)?)$", example = "PT4H")]
    by: Option<String>,
}

/// A sandbox's time.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sandbox {
    /// Where it stands.
    #[schema(value_type = String, format = DateTime)]
    pub now_at: Instant,
    /// When the next timer or mail is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_due_at: Option<Instant>,
}

/// Somebody.
#[derive(ToSchema, Serialize)]
pub struct PersonOut {
    /// Their id.
    id: uuid::Uuid,
    /// Their name.
    name: String,
    /// Their address.
    email: String,
}

/// A ticket.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    /// Its id.
    id: uuid::Uuid,
    /// Its number for people.
    #[schema(example = "INC-1001")]
    number: String,
    /// One of the six types.
    r#type: String,
    /// The contract.
    contract: String,
    /// The version it is pinned to.
    contract_version_id: uuid::Uuid,
    /// The client.
    organisation: String,
    /// The client's tier.
    tier: Option<String>,
    /// A line.
    title: String,
    /// The whole story.
    description: String,
    /// Its phase.
    phase: String,
    /// Its state: new, active, waiting, resolved, closed or cancelled.
    state: String,
    /// On whom it waits.
    waiting_cause: Option<String>,
    /// The priority the desk decided.
    priority: Option<String>,
    /// The priority the client proposed.
    proposed_priority: Option<String>,
    /// Why.
    priority_motivation: Option<String>,
    /// How it came in.
    channel: String,
    /// Who reported it.
    requester: Option<PersonOut>,
    /// Who has it in hand.
    assignee: Option<String>,
    /// Which team has.
    team: Option<String>,
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    /// When that was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Instant,
    /// When it was resolved.
    #[schema(value_type = Option<String>, format = DateTime)]
    resolved_at: Option<Instant>,
    /// When it was closed or cancelled.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Instant>,
    /// When its next goal is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_due_at: Option<Instant>,
    /// What it is called elsewhere.
    external_references: Vec<ExternalReference>,
    /// Counts its changes.
    version: i32,
}

impl Ticket {
    /// A ticket with its people and names, from what was loaded for a page of them.
    pub fn new(ticket: &DomainTicket, people: &[Person], references: &[(uuid::Uuid, StoredReference)]) -> Self {
        let requester = ticket.requester_id.and_then(|id| people.iter().find(|person| person.id == id));
        let own = references.iter().filter(|one| one.0 == ticket.id);
        Self {
            id: ticket.id,
            number: ticket.reference(),
            r#type: ticket.kind.as_str().to_owned(),
            contract: ticket.contract.clone(),
            contract_version_id: ticket.contract_version_id,
            organisation: ticket.organisation.clone(),
            tier: ticket.tier.clone(),
            title: ticket.title.clone(),
            description: ticket.description.clone(),
            phase: ticket.phase.name.to_owned(),
            state: ticket.state().as_str().to_owned(),
            waiting_cause: ticket.waiting_cause.clone(),
            priority: ticket.priority.clone(),
            proposed_priority: ticket.proposed_priority.clone(),
            priority_motivation: ticket.priority_motivation.clone(),
            channel: ticket.channel.as_str().to_owned(),
            requester: requester.map(|person| PersonOut { id: person.id, name: person.name.clone(), email: person.email.clone() }),
            assignee: ticket.assignee.clone(),
            team: ticket.team.clone(),
            opened_at: ticket.opened_at,
            recorded_at: ticket.recorded_at,
            updated_at: ticket.updated_at,
            resolved_at: ticket.resolved_at,
            closed_at: ticket.closed_at,
            next_due_at: ticket.next_due_at,
            external_references: own
                .map(|(_, one)| ExternalReference { system: one.system.clone(), reference: one.reference.clone() })
                .collect(),
            version: ticket.version,
        }
    }
}

/// A page of tickets.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketPage {
    /// The tickets.
    pub items: Vec<Ticket>,
    /// Asks for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A message on a ticket.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id.
    id: uuid::Uuid,
    /// `public` or `internal`.
    visibility: String,
    /// Who wrote it, by id.
    author: String,
    /// The text.
    body: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Instant,
    /// When that was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
}

impl From<StoredMessage> for Message {
    fn from(message: StoredMessage) -> Self {
        Self {
            id: message.id,
            visibility: if message.public { "public" } else { "internal" }.to_owned(),
            author: message.author,
            body: message.body,
            occurred_at: message.occurred_at,
            recorded_at: message.recorded_at,
        }
    }
}

/// A ticket's messages.
#[derive(ToSchema, Serialize)]
pub struct MessageList {
    /// Oldest first.
    pub items: Vec<Message>,
}

/// A move that may follow, and what it needs.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PossibleTransition {
    /// The phase.
    to: String,
    /// The state it brings.
    state: String,
    /// What must be given.
    needs: Vec<String>,
}

impl From<&Phase> for PossibleTransition {
    fn from(phase: &Phase) -> Self {
        let cause = (phase.name == crate::domain::workflow::ON_HOLD).then(|| "cause".to_owned());
        let needs = std::iter::once("reason".to_owned()).chain(cause).collect();
        Self { to: phase.name.to_owned(), state: phase.state.as_str().to_owned(), needs }
    }
}

/// The moves that may follow.
#[derive(ToSchema, Serialize)]
pub struct PossibleTransitions {
    /// All of them.
    pub items: Vec<PossibleTransition>,
}

/// A clock.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Clock {
    /// Its id.
    id: uuid::Uuid,
    /// response or resolution.
    kind: String,
    /// running, held, met, breached or cancelled.
    state: String,
    /// The calendar it counts in.
    calendar_id: String,
    /// The first open instant at or after its start.
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Instant>,
    /// When it stopped.
    #[schema(value_type = Option<String>, format = DateTime)]
    stopped_at: Option<Instant>,
    /// Open seconds counted.
    elapsed_seconds: i64,
    /// Open seconds held.
    held_seconds: i64,
    /// Open seconds left until the next goal is due; negative when it is past.
    remaining_seconds: Option<i64>,
    /// What it must reach.
    #[schema(value_type = Vec<ClockGoal>)]
    goals: Value,
    /// Breaches that a later fact undid.
    #[schema(value_type = Vec<VoidedBreach>)]
    voided: Value,
    /// Every segment from the start to the stop or to now.
    #[schema(value_type = Vec<LedgerSegment>)]
    ledger: Value,
}

/// What a clock must reach, and how that stands.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockGoal {
    share: Option<f64>,
    comparison: String,
    target: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Instant>,
    #[schema(value_type = Option<String>, format = DateTime)]
    met_at: Option<Instant>,
    #[schema(value_type = Option<String>, format = DateTime)]
    breached_at: Option<Instant>,
}

/// A breach that a later fact undid.
#[derive(ToSchema, Serialize)]
pub struct VoidedBreach {
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    target: String,
    why: String,
}

/// A segment of a ledger.
#[derive(ToSchema, Serialize)]
pub struct LedgerSegment {
    #[schema(value_type = String, format = DateTime)]
    from: Instant,
    #[schema(value_type = String, format = DateTime)]
    to: Instant,
    state: String,
    cause: Option<String>,
}

impl Clock {
    /// A clock of a ticket with its ledger.
    pub fn new(ticket: uuid::Uuid, index: &ClockIndex, ledger: &[Line]) -> Self {
        let clock = &index.clock;
        let json = |value: serde_json::Result<Value>| value.unwrap_or_default();
        Self {
            id: clock_id(ticket, clock.kind),
            kind: clock.kind.as_str().to_owned(),
            state: clock.state.as_str().to_owned(),
            calendar_id: index.calendar.clone(),
            started_at: clock.started_at,
            stopped_at: clock.stopped_at,
            elapsed_seconds: clock.elapsed_seconds,
            held_seconds: clock.held_seconds,
            remaining_seconds: index.remaining_seconds,
            goals: json(serde_json::to_value(&clock.goals)),
            voided: json(serde_json::to_value(&clock.voided)),
            ledger: json(serde_json::to_value(ledger)),
        }
    }
}

/// A ticket's clocks.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockList {
    /// As of when.
    #[schema(value_type = String, format = DateTime)]
    pub known_at: Instant,
    /// Response before resolution.
    pub items: Vec<Clock>,
}

/// Something that happened to a ticket.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventOut {
    /// Its id.
    id: uuid::Uuid,
    /// What.
    #[schema(example = "ticket.registered")]
    r#type: String,
    /// Who, by id.
    actor: String,
    /// Why.
    reason: Option<String>,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Instant,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// What changed.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<Event> for EventOut {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            r#type: event.kind.as_str().to_owned(),
            actor: event.actor,
            reason: event.reason,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            data: event.data,
        }
    }
}

/// A ticket's history.
#[derive(ToSchema, Serialize)]
pub struct EventList {
    /// In the order recorded.
    pub items: Vec<EventOut>,
}

/// What became of a mail.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundMessage {
    /// ticket, reply, duplicate, automatic, bounce, quarantined or refused.
    pub outcome: String,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// Its Message-ID.
    pub message_id: String,
    /// Why, in words.
    pub reason: Option<String>,
}
