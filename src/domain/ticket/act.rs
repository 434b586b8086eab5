//! What a wish becomes: the new ticket and what is recorded, or a refusal with its name.

use serde_json::json;

use super::recorded::stand;
use super::{Actor, ClosingText, Event, Ticket, closing};
use crate::domain::Instant;
use crate::domain::clock::Kind;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::ticket::EventKind;
use crate::domain::workflow::{self, Phase, State};

/// What someone wants done to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Move it to another phase.
    Move {
        /// The phase's name.
        to: String,
        /// Why, in words.
        reason: String,
        /// On whom it waits, when it goes on hold.
        cause: Option<String>,
        /// Which texts of an escalation's end are written with it; the words are kept apart (ESC-21).
        texts: Vec<&'static ClosingText>,
    },
    /// Set its priority.
    Prioritise {
        /// The priority's code.
        priority: String,
        /// Why that one.
        motivation: Option<String>,
    },
    /// Make it a ticket of another type, with a priority of that type or none.
    Retype {
        /// The type.
        to: TicketType,
        /// A priority of it; the present one stays where it is for the type.
        priority: Option<String>,
        /// Why that priority.
        motivation: Option<String>,
    },
    /// Put it under another tier of its contract.
    Retier {
        /// The tier.
        tier: String,
    },
    /// Record the moment of repair that was agreed with the client.
    AgreeRepair {
        /// When it is to be repaired.
        due_at: Instant,
        /// Who of the client agreed.
        agreed_by: uuid::Uuid,
    },
    /// Put it in someone's hands, or take it out of them.
    Assign {
        /// Whose.
        assignee: Field,
        /// Which team's.
        team: Field,
    },
    /// Change its texts.
    Edit {
        /// Another title.
        title: Option<String>,
        /// Another description.
        description: Option<String>,
    },
    /// Write on it; the text itself is kept apart.
    Write {
        /// Whether the client may see it.
        public: bool,
        /// Whether it reports a phone contact.
        by_phone: bool,
    },
    /// Add a file to it; its name and bytes are kept apart.
    Attach {
        /// Its id.
        id: uuid::Uuid,
        /// Whether the client may see it.
        public: bool,
        /// Its length.
        bytes: u64,
    },
}

/// What becomes of a field that may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Field {
    /// It stays as it is.
    #[default]
    Kept,
    /// Nothing stands in it any more.
    Emptied,
    /// This stands in it.
    Set(String),
}

impl Field {
    fn over(&self, present: Option<String>) -> Option<String> {
        match self {
            Self::Kept => present,
            Self::Emptied => None,
            Self::Set(text) => Some(text.clone()),
        }
    }
}

/// Why an act is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The phase cannot be reached from here.
    #[error("a ticket in {from} cannot go to {to}; it can go to {}", allowed.join(", "))]
    NoSuchMove {
        /// The present phase.
        from: &'static str,
        /// The one asked for.
        to: String,
        /// Where it can go.
        allowed: Vec<&'static str>,
    },
    /// Waiting always says on whom.
    #[error("a ticket that goes on hold needs a cause: on whom it waits")]
    CauseMissing,
    /// A cause without a hold.
    #[error("only a ticket that goes on hold has a cause")]
    CauseUnexpected,
    /// On whom no ticket of this type and contract waits.
    #[error("\"{cause}\" is nobody this ticket waits for; it waits for one of: {}", known.join(", "))]
    UnknownCause {
        /// The one given.
        cause: String,
        /// Those it can be.
        known: Vec<String>,
    },
    /// An escalated case is not closed without these texts (ESC-21).
    #[error("the escalation asks for this text before the case is closed")]
    TextsMissing(Vec<&'static ClosingText>),
    /// Texts of an end with a move that is none.
    #[error("only a ticket that is resolved or closed comes with this text")]
    TextsUnexpected(Vec<&'static ClosingText>),
    /// Only the client accepts or refuses a solution (INC-05, INC-06).
    #[error("only the client accepts or refuses the solution of an incident")]
    ClientDecides,
    /// Only the desk may do this.
    #[error("only the desk may do this")]
    DeskOnly,
    /// The ticket's clocks need a priority before it is resolved (design § 2.8).
    #[error("the ticket's clocks depend on its priority, and it has none yet")]
    PriorityMissing,
    /// The contract has no such priority for this type (PRI-09, PRI-10).
    #[error("is no priority of this contract for this type; must be one of {}", known.join(", "))]
    UnknownPriority {
        /// Those it can be.
        known: Vec<String>,
    },
    /// A priority whose clocks start at the phone contact needs one (INC-03).
    #[error("this priority needs a recorded phone contact first")]
    PhoneContactMissing,
    /// Nothing can be done to a cancelled ticket but write on it.
    #[error("the ticket is cancelled")]
    Cancelled,
    /// Only an open ticket changes its type, or is given a moment of repair.
    #[error("only an open ticket can do this")]
    NotOpen,
    /// The contract has no such tier.
    #[error("is no tier of this contract; must be one of {}", known.join(", "))]
    UnknownTier {
        /// Those it can be.
        known: Vec<String>,
    },
    /// The clocks of the new type need the client's tier, and there is none (CLK-06).
    #[error("the clocks of this type need the client's tier, and the ticket has none")]
    TierMissing,
    /// The agreement has fixed times for this ticket, and no others can be agreed (PRI-05).
    #[error("the contract leaves no moment of repair to be agreed for this ticket")]
    RepairNotAgreeable,
    /// What is agreed lies ahead.
    #[error("must be after the agreement itself")]
    RepairInPast,
    /// The desk has decided; a proposal comes too late (PRI-06).
    #[error("the desk has decided the priority")]
    PriorityDecided,
}

/// What an act changed: the ticket after it and the events it records, not yet numbered.
pub type Acted = (Ticket, Vec<(EventKind, Option<String>, serde_json::Value)>);

/// Decides an act on a ticket with this history, at an instant.
pub fn act(contract: &Contract, ticket: &Ticket, history: &[Event], actor: &Actor, wish: &Act, at: Instant) -> Result<Acted, Refusal> {
    let mut after = ticket.clone();
    let events = match wish {
        Act::Move { to, reason, cause, texts } => {
            let (kind, data) = move_to(contract, &mut after, history, actor, (to, cause.as_deref(), texts), at)?;
            let mut events = if texts.is_empty() { Vec::new() } else { write(actor, true, false)? };
            events.push((kind, Some(reason.clone()), data));
            events
        }
        Act::Retype { to, priority: None, .. } if *to == ticket.kind => confirm_type(ticket, actor),
        Act::Retype { to, priority: Some(priority), motivation } if *to == ticket.kind => {
            let event = prioritise(contract, &mut after, history, actor, priority, motivation.as_ref())?;
            vec![(event.0, motivation.clone(), event.1)]
        }
        Act::Prioritise { priority, motivation } => {
            let event = prioritise(contract, &mut after, history, actor, priority, motivation.as_ref())?;
            vec![(event.0, motivation.clone(), event.1)]
        }
        Act::Retype { to, priority, motivation } => {
            retype(contract, &mut after, history, actor, (*to, priority.as_deref(), motivation.as_ref()))?
        }
        Act::Retier { tier } => retier(contract, &mut after, actor, tier)?,
        Act::AgreeRepair { due_at, agreed_by } => agree_repair(contract, ticket, actor, (*due_at, *agreed_by), at)?,
        Act::Assign { assignee, team } => assign(&mut after, actor, assignee, team)?,
        Act::Edit { title, description } => edit(&mut after, actor, title.as_ref(), description.as_ref())?,
        Act::Write { public, by_phone } => write(actor, *public, *by_phone)?,
        Act::Attach { id, public, bytes } => attach(actor, *id, *public, *bytes)?,
    };
    Ok((after, events))
}

fn move_to(
    contract: &Contract,
    ticket: &mut Ticket,
    history: &[Event],
    actor: &Actor,
    (to, cause, texts): (&str, Option<&str>, &[&'static ClosingText]),
    at: Instant,
) -> Result<(EventKind, serde_json::Value), Refusal> {
    let from = ticket.phase;
    let allowed = ticket.moves(history);
    let Some(next) = allowed.iter().copied().find(|phase| phase.name == to) else {
        let allowed = allowed.iter().map(|phase| phase.name).collect();
        return Err(Refusal::NoSuchMove { from: from.name, to: to.to_owned(), allowed });
    };
    let holds = next.name == workflow::ON_HOLD;
    match (holds, cause) {
        (true, None) => return Err(Refusal::CauseMissing),
        (false, Some(_)) => return Err(Refusal::CauseUnexpected),
        (true, Some(cause)) => {
            let known = ticket.hold_causes(contract);
            if !known.iter().any(|one| one == cause) {
                return Err(Refusal::UnknownCause { cause: cause.to_owned(), known });
            }
        }
        (false, None) => {}
    }
    let kind = moved_as(from, next);
    may_move(ticket, actor, kind)?;
    let missing = closing_needs(contract, ticket, history, next);
    let missing: Vec<_> = missing.into_iter().filter(|text| !texts.contains(text)).collect();
    if !missing.is_empty() {
        return Err(Refusal::TextsMissing(missing));
    }
    if !texts.is_empty() && !ends_in(next) {
        return Err(Refusal::TextsUnexpected(texts.to_vec()));
    }
    if kind == EventKind::Resolved && lacks_priority(contract, ticket) {
        return Err(Refusal::PriorityMissing);
    }
    stand(ticket, next, cause, at);
    let mut data = json!({ "from": from.name, "to": next.name, "state": next.state.as_str(), "cause": cause });
    if !texts.is_empty() {
        data[closing::WRITTEN] = texts.iter().map(|text| text.code).collect();
    }
    Ok((kind, data))
}

/// Whether the texts of an escalation's end may come with a move to a phase.
pub(super) const fn ends_in(phase: &Phase) -> bool {
    matches!(phase.state, State::Resolved | State::Closed)
}

/// The texts that a move to a phase cannot be made without.
pub(super) fn closing_needs(contract: &Contract, ticket: &Ticket, history: &[Event], to: &Phase) -> Vec<&'static ClosingText> {
    if to.state == State::Closed { ticket.closing_texts(contract, history) } else { Vec::new() }
}

/// What a move means to the clocks.
pub(super) fn moved_as(from: &Phase, to: &Phase) -> EventKind {
    match (from.state, to.state) {
        (_, State::Cancelled) => EventKind::Cancelled,
        (State::Resolved, State::Closed) => EventKind::Accepted,
        (_, State::Resolved | State::Closed) => EventKind::Resolved,
        (State::Resolved, _) => EventKind::SolutionRefused,
        (State::Closed, _) => EventKind::Reopened,
        _ if to.name == workflow::ON_HOLD => EventKind::Held,
        _ if from.name == workflow::ON_HOLD => EventKind::Resumed,
        _ => EventKind::Moved,
    }
}

pub(super) fn may_move(ticket: &Ticket, actor: &Actor, kind: EventKind) -> Result<(), Refusal> {
    let clients = match kind {
        EventKind::Accepted | EventKind::SolutionRefused => {
            if ticket.kind == TicketType::Incident && !actor.is_client() {
                return Err(Refusal::ClientDecides);
            }
            true
        }
        EventKind::Reopened | EventKind::Cancelled => true,
        _ => false,
    };
    if actor.is_client() && !clients { Err(Refusal::DeskOnly) } else { Ok(()) }
}

/// Whether a clock of the ticket depends on a priority it does not have.
pub(super) fn lacks_priority(contract: &Contract, ticket: &Ticket) -> bool {
    let set = ticket.priority.as_deref().or(ticket.proposed_priority.as_deref());
    let depends =
        |entry: &crate::domain::clock::Entry| entry.priority.is_some() && entry.is_for(entry.kind, ticket.kind, ticket.tier.as_deref());
    contract.effective_priority(set, ticket.kind).is_none() && contract.clocks.iter().any(depends)
}

fn prioritise(
    contract: &Contract,
    ticket: &mut Ticket,
    history: &[Event],
    actor: &Actor,
    priority: &str,
    motivation: Option<&String>,
) -> Result<(EventKind, serde_json::Value), Refusal> {
    if ticket.state() == State::Cancelled {
        return Err(Refusal::Cancelled);
    }
    if contract.priority(priority, ticket.kind).is_none() {
        return Err(unknown_priority(contract, ticket.kind));
    }
    let before = ticket.priority.clone().or_else(|| ticket.proposed_priority.clone());
    let data = json!({ "priority": priority, "before": before });
    if let Some(motivation) = motivation {
        ticket.priority_motivation = Some(motivation.clone());
    }
    if actor.is_client() {
        if ticket.priority.is_some() {
            return Err(Refusal::PriorityDecided);
        }
        if !ticket.state().is_open() {
            return Err(Refusal::NotOpen);
        }
        ticket.proposed_priority = Some(priority.to_owned());
        return Ok((EventKind::PriorityProposed, data));
    }
    if needs_phone_contact(contract, ticket.kind, priority) && !was_phoned(history) {
        return Err(Refusal::PhoneContactMissing);
    }
    ticket.priority = Some(priority.to_owned());
    Ok((EventKind::Prioritised, data))
}

fn unknown_priority(contract: &Contract, kind: TicketType) -> Refusal {
    Refusal::UnknownPriority { known: contract.priorities_of(kind).map(str::to_owned).collect() }
}

/// Makes it another type's ticket. A priority that is not for the new type does not come along.
fn retype(
    contract: &Contract,
    ticket: &mut Ticket,
    history: &[Event],
    actor: &Actor,
    (to, priority, motivation): (TicketType, Option<&str>, Option<&String>),
) -> Result<Recorded, Refusal> {
    if actor.is_client() {
        return Err(Refusal::DeskOnly);
    }
    if !ticket.state().is_open() {
        return Err(Refusal::NotOpen);
    }
    if contract.needs_tier(to) && ticket.tier.is_none() {
        return Err(Refusal::TierMissing);
    }
    let is_for = |code: &String| contract.priority(code, to).is_some();
    if priority.is_some_and(|code| contract.priority(code, to).is_none()) {
        return Err(unknown_priority(contract, to));
    }
    ticket.priority = priority.map(str::to_owned).or_else(|| ticket.priority.take().filter(is_for));
    ticket.proposed_priority = ticket.proposed_priority.take().filter(is_for);
    let held = ticket.priority.as_deref().filter(|code| needs_phone_contact(contract, to, code));
    if held.is_some() && !was_phoned(history) {
        return Err(Refusal::PhoneContactMissing);
    }
    if let Some(motivation) = motivation {
        ticket.priority_motivation = Some(motivation.clone());
    }
    let (before, from) = (ticket.kind, ticket.phase);
    ticket.kind = to;
    ticket.phase = workflow::phase_as(to, from).unwrap_or(from);
    ticket.waiting_cause = ticket.waiting_cause.take().filter(|_| ticket.phase.name == workflow::ON_HOLD);
    let set = ticket.priority.as_ref().or(ticket.proposed_priority.as_ref());
    let data = json!({
        "type": to.as_str(), "before": before.as_str(), "priority": set, "decided": priority.is_some(),
        "decidedPriority": ticket.priority, "proposedPriority": ticket.proposed_priority,
        "from": from.name, "to": ticket.phase.name, "state": ticket.state().as_str(),
    });
    Ok(vec![(EventKind::Retyped, motivation.cloned(), data)])
}

/// That the desk says it is of the type it is of is a classification; of a ticket that is done it says nothing new.
fn confirm_type(ticket: &Ticket, actor: &Actor) -> Recorded {
    if actor.is_client() || !ticket.state().is_open() {
        return Vec::new();
    }
    vec![(EventKind::TypeConfirmed, None, json!({ "type": ticket.kind.as_str() }))]
}

fn retier(contract: &Contract, ticket: &mut Ticket, actor: &Actor, tier: &str) -> Result<Recorded, Refusal> {
    if actor.is_client() {
        return Err(Refusal::DeskOnly);
    }
    if ticket.state() == State::Cancelled {
        return Err(Refusal::Cancelled);
    }
    let known = contract.tiers();
    if !known.contains(tier) {
        return Err(Refusal::UnknownTier { known: known.into_iter().map(str::to_owned).collect() });
    }
    let before = ticket.tier.replace(tier.to_owned());
    Ok(vec![(EventKind::Retiered, None, json!({ "tier": tier, "before": before }))])
}

/// Whether a clock of that priority starts at the phone contact.
pub fn needs_phone_contact(contract: &Contract, kind: TicketType, priority: &str) -> bool {
    contract.clocks.iter().any(|entry| {
        entry.types.contains(&kind)
            && entry.priority.as_deref() == Some(priority)
            && entry.starts == crate::domain::clock::Starts::PhoneContact
    })
}

pub(super) fn was_phoned(history: &[Event]) -> bool {
    super::facts(history).iter().any(|fact| matches!(fact.kind, crate::domain::clock::FactKind::Phoned { .. }))
}

/// PRI-05, AMB-20.
fn agree_repair(
    contract: &Contract,
    ticket: &Ticket,
    actor: &Actor,
    (due_at, agreed_by): (Instant, uuid::Uuid),
    at: Instant,
) -> Result<Recorded, Refusal> {
    if actor.is_client() {
        return Err(Refusal::DeskOnly);
    }
    if !ticket.state().is_open() {
        return Err(Refusal::NotOpen);
    }
    let set = ticket.priority.as_deref().or(ticket.proposed_priority.as_deref());
    let Some(priority) = contract.effective_priority(set, ticket.kind) else { return Err(Refusal::PriorityMissing) };
    let mut clocks = contract.clocks.iter().filter(|entry| entry.is_for(Kind::Resolution, ticket.kind, ticket.tier.as_deref()));
    if !clocks.any(|entry| entry.can_be_agreed && entry.priority.as_deref().is_none_or(|wanted| wanted == priority)) {
        return Err(Refusal::RepairNotAgreeable);
    }
    if due_at <= at {
        return Err(Refusal::RepairInPast);
    }
    Ok(vec![(EventKind::RepairAgreed, None, json!({ "dueAt": due_at, "agreedBy": agreed_by }))])
}

type Recorded = Vec<(EventKind, Option<String>, serde_json::Value)>;

fn assign(ticket: &mut Ticket, actor: &Actor, assignee: &Field, team: &Field) -> Result<Recorded, Refusal> {
    if actor.is_client() {
        return Err(Refusal::DeskOnly);
    }
    if ticket.state() == State::Cancelled {
        return Err(Refusal::Cancelled);
    }
    let before = (ticket.assignee.clone(), ticket.team.clone());
    ticket.assignee = assignee.over(ticket.assignee.take());
    ticket.team = team.over(ticket.team.take());
    let kind = match (assignee, team) {
        (Field::Set(_), _) | (_, Field::Set(_)) => EventKind::Assigned,
        _ if before == (ticket.assignee.clone(), ticket.team.clone()) => return Ok(Vec::new()),
        _ => EventKind::Unassigned,
    };
    Ok(vec![(kind, None, json!({ "assignee": ticket.assignee, "team": ticket.team }))])
}

fn edit(ticket: &mut Ticket, actor: &Actor, title: Option<&String>, description: Option<&String>) -> Result<Recorded, Refusal> {
    if actor.is_client() {
        return Err(Refusal::DeskOnly);
    }
    let changed: Vec<_> = [("title", title.is_some()), ("description", description.is_some())].into_iter().filter(|one| one.1).collect();
    let fields: Vec<_> = changed.iter().map(|one| one.0).collect();
    if let Some(title) = title {
        ticket.title.clone_from(title);
    }
    if let Some(description) = description {
        ticket.description.clone_from(description);
    }
    Ok(vec![(EventKind::Edited, None, json!({ "fields": fields }))])
}

fn write(actor: &Actor, public: bool, by_phone: bool) -> Result<Recorded, Refusal> {
    if actor.is_client() && (!public || by_phone) {
        return Err(Refusal::DeskOnly);
    }
    let kind = match (public, actor) {
        (false, _) => EventKind::Noted,
        (true, Actor::Desk(_) | Actor::Integration(_)) => EventKind::Replied,
        (true, Actor::Client(_) | Actor::System) => EventKind::MessageReceived,
    };
    let mut events = Vec::new();
    if by_phone {
        events.push((EventKind::Phoned, None, json!({ "visibility": visibility(public) })));
    }
    // What was said by phone answers as the contact does, which the one a clock starts at does not.
    events.push((kind, None, if by_phone { json!({ "byPhone": true }) } else { json!({}) }));
    Ok(events)
}

fn attach(actor: &Actor, id: uuid::Uuid, public: bool, bytes: u64) -> Result<Recorded, Refusal> {
    may_attach(actor, public)?;
    Ok(vec![(EventKind::Attached, None, json!({ "attachment": id, "visibility": visibility(public), "sizeBytes": bytes }))])
}

const fn visibility(public: bool) -> &'static str {
    if public { "public" } else { "internal" }
}

/// Whether someone may add a file that is seen so.
pub fn may_attach(actor: &Actor, public: bool) -> Result<(), Refusal> {
    if actor.is_client() && !public { Err(Refusal::DeskOnly) } else { Ok(()) }
}
