//! Registering a ticket: the draft judged whole, then written whole.

use std::sync::Arc;

use uuid::Uuid;

use super::{check_late, emergency, numbered, repeated, settle};
use crate::app::{App, Version};
use crate::domain::Instant;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::ticket::{self, Channel, Event, EventKind, Ticket};
use crate::domain::workflow;
use crate::store::people::Person;
use crate::store::tickets::{ExternalReference, TicketRef};
use crate::store::{self, Tx};
use crate::usecases::{Error, Problem, Stamp, contracts};

/// A ticket as someone asks for it; whatever could not be read is absent.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Its type's name.
    pub kind: Option<String>,
    /// Its contract.
    pub contract: Option<String>,
    /// Its client; needed where the contract serves several and the caller sees them.
    pub organisation: Option<String>,
    /// A line.
    pub title: Option<String>,
    /// The whole story.
    pub description: Option<String>,
    /// A priority: decided when the desk says it, proposed when a client does.
    pub priority: Option<String>,
    /// Why that priority.
    pub priority_motivation: Option<String>,
    /// How it came in.
    pub channel: Option<String>,
    /// Who reports it: a name and an address.
    pub requester: Option<(String, String)>,
    /// When it was reported, if not now.
    pub occurred_at: Option<Instant>,
    /// Why it is recorded late.
    pub occurred_at_reason: Option<String>,
    /// What it is called elsewhere.
    pub external_references: Vec<ExternalReference>,
    /// The incident it is an emergency change for, by id or number.
    pub emergency_for: Option<String>,
    /// The mail it came in.
    pub mail: Option<FromMail>,
}

/// What a mail says about the ticket it becomes.
#[derive(Debug, Clone, Copy)]
pub struct FromMail {
    /// Whether its sender gets a confirmation; a machine's does not.
    pub acknowledge: bool,
    /// Whether it asks for P1, which must be phoned (MAIL-06).
    pub asks_p1: bool,
    /// The ticket it follows, or only points at.
    pub related: Option<Uuid>,
}

/// A draft that can be registered.
struct Checked {
    kind: TicketType,
    version: Arc<Version>,
    organisation: String,
    tier: Option<String>,
    channel: Channel,
    occurred_at: Instant,
}

/// Everything wrong with a draft, judged on what could be read of it.
pub fn problems(app: &App, stamp: &Stamp, draft: &Draft) -> Vec<Problem> {
    check(app, stamp, draft).err().unwrap_or_default()
}

fn check(app: &App, stamp: &Stamp, draft: &Draft) -> Result<Checked, Vec<Problem>> {
    let mut problems = Vec::new();
    let kind = draft.kind.as_deref().and_then(|name| {
        name.parse::<TicketType>()
            .map_err(|unknown| problems.push(Problem::field("type", "unknown_type", format!("\"{name}\" {unknown}"))))
            .ok()
    });
    let channel = draft.channel.as_deref().and_then(|name| {
        let known = Channel::named(name);
        if known.is_none() {
            problems.push(Problem::field("channel", "unknown_channel", format!("\"{name}\" is no channel")));
        }
        known
    });
    let occurred_at = draft.occurred_at.unwrap_or(stamp.recorded_at);
    check_late(stamp, draft.occurred_at, draft.occurred_at_reason.as_deref(), &mut problems);
    let version = draft.contract.as_deref().and_then(|contract| version_for(app, contract, occurred_at, &mut problems));
    let client = version.as_ref().and_then(|version| client_of(&version.contract, stamp, draft.organisation.as_deref(), &mut problems));
    problems.extend(kind.and_then(|kind| emergency::problem(kind, draft)));
    if let (Some(version), Some(kind)) = (&version, kind) {
        check_priority(&version.contract, stamp, kind, channel, draft.priority.as_deref(), &mut problems);
        let tier = client.as_ref().and_then(|client| client.1.as_ref());
        if client.is_some() && tier.is_none() && version.contract.needs_tier(kind) {
            problems.push(Problem::field(
                "organisation",
                "tier_missing",
                "the clocks of this type need the client's tier, and the contract names none (CLK-06)",
            ));
        }
    }
    match (kind, version, client, channel) {
        (Some(kind), Some(version), Some((organisation, tier)), Some(channel)) if problems.is_empty() => {
            Ok(Checked { kind, version, organisation, tier, channel, occurred_at })
        }
        _ => Err(problems),
    }
}

fn version_for(app: &App, contract: &str, at: Instant, problems: &mut Vec<Problem>) -> Option<Arc<Version>> {
    let version = app.version_at(contract, at);
    if version.is_none() {
        problems.push(Problem::field("contract", "unknown_contract", format!("there is no contract \"{contract}\" in force at {at}")));
    }
    version
}

/// The client and its tier; a caller of one organisation need not name it.
fn client_of(contract: &Contract, stamp: &Stamp, named: Option<&str>, problems: &mut Vec<Problem>) -> Option<(String, Option<String>)> {
    let seen: Vec<_> = contract.clients.iter().filter(|client| stamp.scope.includes(&client.organisation)).collect();
    let client = match named {
        Some(named) => seen.iter().find(|client| client.organisation == named),
        None if seen.len() == 1 => seen.first(),
        None => None,
    };
    if client.is_none() {
        let (code, detail) = match named {
            Some(named) => ("unknown_organisation", format!("the contract serves no \"{named}\"")),
            None if seen.is_empty() => ("unknown_organisation", "the contract serves no organisation of yours".to_owned()),
            None => ("required", "the contract serves several organisations: name one".to_owned()),
        };
        problems.push(Problem::field("organisation", code, detail));
    }
    client.map(|client| (client.organisation.clone(), client.tier.clone()))
}

fn check_priority(
    contract: &Contract,
    stamp: &Stamp,
    kind: TicketType,
    channel: Option<Channel>,
    priority: Option<&str>,
    problems: &mut Vec<Problem>,
) {
    let Some(priority) = priority else { return };
    if contract.priority(priority, kind).is_none() {
        let detail = format!("\"{priority}\" is no priority of this contract for {kind}");
        problems.push(Problem::field("priority", "unknown_priority", detail));
    } else if !stamp.actor.is_client() && channel != Some(Channel::Phone) && ticket::needs_phone_contact(contract, kind, priority) {
        let detail = "this priority needs a phone contact: register it by phone, or set it after one (INC-03)";
        problems.push(Problem::field("priority", "phone_contact_required", detail));
    }
}

/// Registers a ticket: the row, its history, its clocks and its events, in one transaction.
pub async fn register(app: &App, stamp: &Stamp, draft: &Draft) -> Result<Ticket, Error> {
    app.write(&stamp.scope, async |tx| register_in(app, tx, stamp, draft).await).await
}

/// The same inside a transaction that does more.
pub async fn register_in(app: &App, tx: &Tx, stamp: &Stamp, draft: &Draft) -> Result<Ticket, Error> {
    if let Some(known) = repeated(tx, stamp).await? {
        return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
    }
    contracts::refresh(app, tx).await?;
    let checked = check(app, stamp, draft).map_err(Error::Invalid)?;
    for reference in &draft.external_references {
        if let Some(known) = store::tickets::called(tx, &checked.organisation, reference).await? {
            let known = store::tickets::find(tx, TicketRef::Id(known)).await?.map(|known| known.reference()).unwrap_or_default();
            let detail = format!("{} {} is already {known}", reference.system, reference.reference);
            return Err(Error::Conflict { code: "external_reference_exists", detail });
        }
    }
    let requester_id = match &draft.requester {
        Some((name, email)) => Some(person(app, tx, &checked.organisation, name, email).await?),
        None => None,
    };
    let emergency_for = emergency::incident(app, tx, draft, &checked.organisation).await?;
    let mut ticket = new_ticket(app, tx, stamp, draft, &checked, requester_id).await?;
    ticket.emergency_for = emergency_for;
    let registered = registration(app, stamp, draft, &ticket);
    let settled = settle(&checked.version.contract, &ticket, std::slice::from_ref(&registered), stamp.recorded_at, false);
    ticket.next_due_at = settled.next_due_at;
    let mut events = vec![registered];
    events.extend(numbered(app, &settled));
    store::tickets::insert(tx, &ticket, &settled).await?;
    store::events::append(tx, &ticket, 0, &events).await?;
    store::tickets::insert_references(tx, &ticket, &draft.external_references, || app.time.id()).await?;
    if let Some(key) = &stamp.idempotency {
        store::idempotency::insert(tx, app.time.id(), key, ticket.id, stamp.recorded_at).await?;
    }
    Ok(ticket)
}

async fn person(app: &App, tx: &Tx, organisation: &str, name: &str, email: &str) -> Result<Uuid, Error> {
    let email = email.trim().to_lowercase();
    if let Some(known) = store::people::with_address(tx, organisation, &email).await? {
        return Ok(known.id);
    }
    let person = Person { id: app.time.id(), organisation: organisation.to_owned(), name: name.trim().to_owned(), email };
    if store::people::insert(tx, &person, app.time.now()).await? {
        return Ok(person.id);
    }
    // Another ticket of theirs came first, a moment ago.
    let known = store::people::with_address(tx, organisation, &person.email).await?;
    known.map(|known| known.id).ok_or(Error::Repeat)
}

async fn new_ticket(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    draft: &Draft,
    checked: &Checked,
    requester_id: Option<Uuid>,
) -> Result<Ticket, Error> {
    let by_client = stamp.actor.is_client();
    let phase = workflow::phase_named(checked.kind, workflow::REGISTERED);
    Ok(Ticket {
        id: app.time.id(),
        number: store::tickets::next_number(tx).await?,
        organisation: checked.organisation.clone(),
        contract: checked.version.contract.id.clone(),
        contract_version_id: checked.version.id,
        kind: checked.kind,
        registered_as: checked.kind,
        tier: checked.tier.clone(),
        title: draft.title.clone().unwrap_or_default(),
        description: draft.description.clone().unwrap_or_default(),
        phase: phase.ok_or_else(|| Error::Internal("a type without a first phase".to_owned()))?,
        waiting_cause: None,
        priority: draft.priority.clone().filter(|_| !by_client),
        proposed_priority: draft.priority.clone().filter(|_| by_client),
        priority_motivation: draft.priority_motivation.clone(),
        channel: checked.channel,
        requester_id,
        assignee: None,
        team: None,
        opened_at: checked.occurred_at,
        recorded_at: stamp.recorded_at,
        updated_at: stamp.recorded_at,
        resolved_at: None,
        closed_at: None,
        next_due_at: None,
        emergency_for: None,
        version: 1,
    })
}

fn registration(app: &App, stamp: &Stamp, draft: &Draft, ticket: &Ticket) -> Event {
    Event {
        id: app.time.id(),
        kind: EventKind::Registered,
        actor: stamp.actor.as_text(),
        reason: draft.occurred_at_reason.clone(),
        data: serde_json::json!({
            "type": ticket.kind.as_str(), "contract": ticket.contract, "contractVersion": ticket.contract_version_id,
            "priority": draft.priority, "decided": ticket.priority.is_some(), "tier": ticket.tier, "channel": ticket.channel.as_str(),
            "phase": ticket.phase.name, "acknowledge": draft.mail.is_none_or(|mail| mail.acknowledge),
            "p1ByMail": draft.mail.is_some_and(|mail| mail.asks_p1), "related": draft.mail.and_then(|mail| mail.related),
            "emergencyFor": ticket.emergency_for,
        }),
        occurred_at: ticket.opened_at,
        recorded_at: stamp.recorded_at,
    }
}
