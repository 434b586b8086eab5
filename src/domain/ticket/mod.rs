//! A ticket: what it is now, what happened to it, and what may happen next.
//!
//! A capability is a file: what is asked, why it may be refused, what it decides, what is recorded of it, and what that makes of the
//! ticket when its history is replayed: `register`, `transition`, `prioritise`, `retype`, `retier`, `repair`, `remind`, `assign`, `edit`, `write`,
//! `attach`, `classify`, `infect`, `part`, `specify`, `scope`, `line`, `major`, `link`, `decide`, `attention`, `escalate`, `flag`, `redact`, `remove`,
//! `mail`, `tag`, `reference`, `follow`, `work`, `merge`, `along`, `response_team`, `route`. `event` lists what can happen; `act` decides a
//! wish, `replay` applies a history, `facts` says what of it matters to the clocks, and `settle` replays it into clocks and escalations, of
//! what of it is `standing`. `kinds` has the rules of each type; `possible_moves` says beforehand what may be done, `needs` what a ticket
//! lacks for a move, `changes` what each event changed, `answer` what it asks and what was answered, `asking` what an event asks anew,
//! `asked` what priority a mail asks for, `message` and `message_draft` what was written and what somebody has begun to write, `closing` what
//! an escalated case asks for at its end, and `visibility` what of it all a client sees.

mod act;
pub mod along;
pub mod answer;
pub mod asked;
pub mod asking;
pub mod assign;
pub mod attach;
pub mod attention;
mod changes;
pub mod classify;
mod closing;
pub mod decide;
pub mod edit;
pub mod escalate;
pub mod escalation;
mod event;
pub mod evidence;
mod facts;
pub mod flag;
pub mod follow;
pub mod infect;
pub mod kinds;
pub mod line;
pub mod link;
pub mod listing;
mod long_open;
pub mod mail;
pub mod major;
pub mod merge;
mod message;
pub mod message_draft;
mod needs;
mod overview;
pub mod part;
mod possible_moves;
pub mod prioritise;
pub mod redact;
pub mod reference;
pub mod register;
pub mod remind;
pub mod remove;
pub mod repair;
mod replay;
pub mod response_team;
pub mod retier;
pub mod retype;
pub mod route;
pub mod scope;
pub mod searched;
mod settle;
mod situation;
pub mod specify;
pub mod standing;
pub mod tag;
pub mod transition;
mod visibility;
pub mod voided;
pub mod work;
pub mod write;

pub use act::{Act, Refusal, act};
pub use changes::{FieldChange, changes};
pub use event::{Event, EventData, EventKind};
pub use facts::{facts, facts_with_events};
pub use needs::given_by;
pub use overview::{Attachment, DeskFacts, ExternalReference, Message, NoTicketRef, Overview, TicketName, TicketRef, clock_id};
pub use possible_moves::{PossibleMove, Taken};
pub use replay::as_recorded;
pub use settle::{BreachVoided, Breached, CalendarAmended, ClockIndex, ClockInputs, Settled, Warned, clocks, ledgers, settle};
pub use situation::{Recorded, Situation};
pub use visibility::{Reader, Visibility};

use std::sync::Arc;

use uuid::Uuid;

use self::part::Planned;
use self::specify::About;

use super::Instant;
pub use super::actor::Actor;
use super::agreements::{Agreements, UnknownVersion, Version};
use super::contract::{Contract, TicketType};
use super::history::{self, Settling, SubjectKind};
use super::restriction::Flags;
use super::workflow::{Handling, Phase, Question, State, Step, SupportLine, Verdict};
use crate::words::closed_list;

closed_list! {
    /// How a ticket or a message came in (TKT-02).
    pub enum Channel {
        Phone = "phone": "telefoon", "phone";
        Email = "email": "e-mail", "e-mail";
        Portal = "portal": "portaal", "portal";
        /// A form of the desk's that somebody filled in.
        Form = "form": "webformulier", "web form";
        Api = "api": "koppeling", "API";
        Monitoring = "monitoring": "bewaking", "monitoring";
    }
}

/// A ticket as it stands.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Ticket {
    pub id: Uuid,
    /// The figure in its number, such as 1001 in INC-1001.
    pub number: i64,
    pub organisation: String,
    pub contract: String,
    /// The version it is pinned to.
    pub contract_version_id: Uuid,
    pub kind: TicketType,
    /// The type it was registered as: its number keeps that prefix for ever.
    pub registered_as: TicketType,
    pub tier: Option<String>,
    pub title: String,
    pub description: String,
    pub phase: &'static Phase,
    /// On whom it waits.
    pub waiting_cause: Option<String>,
    /// The priority the desk decided.
    pub priority: Option<String>,
    /// The priority the client proposed (PRI-06).
    pub proposed_priority: Option<String>,
    pub priority_motivation: Option<String>,
    pub channel: Channel,
    pub requester_id: Option<Uuid>,
    /// As its first event names them.
    pub registered_by: String,
    /// Why few may see it; none for most.
    pub flags: Flags,
    pub assignee: Option<String>,
    pub team: Option<String>,
    /// Who outside the desk works on it (TKT-12).
    pub third_party: Option<String>,
    pub line: SupportLine,
    /// Whether it is with the second line because it is a fault of the system (INC-18).
    pub is_system_fault: bool,
    pub about: About,
    /// The product or configuration item it is about, in words.
    pub item: Option<String>,
    /// Whether the agreement does not cover it: then it has no clocks (TKT-16).
    pub out_of_scope: bool,
    /// Whether others are part of it, and go where it goes.
    pub is_major: bool,
    /// Who had a part in it, since it is resolved (KPI-30).
    pub handling: Option<Handling>,
    /// Whether the client wrote on it after it was done with, or what it is for no longer holds.
    pub needs_attention: bool,
    /// When it is carried out.
    pub planned: Option<Planned>,
    /// When it was reported.
    pub opened_at: Instant,
    /// When that was recorded.
    pub recorded_at: Instant,
    pub updated_at: Instant,
    /// When it was resolved, while it is.
    pub resolved_at: Option<Instant>,
    /// When it was closed or cancelled, while it is.
    pub closed_at: Option<Instant>,
    /// When its next goal is due, as last settled.
    pub next_due: Option<NextDue>,
    /// When it counts as open for long, as last settled; `None` once it is not open.
    pub long_open_at: Option<Instant>,
    /// The questions that it waits for.
    pub awaited: Vec<Question>,
    /// Whether it was called in while the telephone was not answered (SUP-02).
    pub called_outside_hours: bool,
    /// The incident it is an emergency change for (CHG-02).
    pub emergency_for: Option<Uuid>,
    /// The ticket it was merged into: it takes nothing any more, and points there.
    pub merged_into: Option<Uuid>,
    /// The response teams that are called in on it, by their codes, in that order (INC-14).
    pub response_teams: Vec<String>,
    /// When its texts, files and people were destroyed.
    pub destroyed_at: Option<Instant>,
    /// Counts its changes.
    pub version: i32,
    /// Counts the changes that its client sees.
    pub client_version: i32,
    /// When its client last saw a change.
    pub client_updated_at: Instant,
}

/// When the next goal of a ticket is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NextDue {
    pub at: Instant,
    /// Whether it is only what a priority would make it: the ticket has none yet (design § 2.13).
    pub provisional: bool,
}

impl Ticket {
    /// Its number for people, such as INC-1001 (TKT-03).
    pub fn reference(&self) -> String {
        format!("{}-{}", self.registered_as.prefix(), self.number)
    }

    pub fn state(&self) -> State {
        self.phase.state
    }

    /// What its clocks depend on besides its history.
    pub fn clock_inputs(&self) -> ClockInputs<'_> {
        ClockInputs { kind: self.kind, tier: self.tier.as_deref(), is_open: self.state().is_open() }
    }

    /// Whether it goes before every other change: an emergency change, while open (CHG-03).
    pub fn goes_first(&self) -> bool {
        kinds::rules(self.kind).has_emergencies && self.emergency_for.is_some() && self.state().is_open()
    }

    /// Where it can go under its contract: a request that has to be authorised is not carried out before that, and no other is put before
    /// the client.
    pub fn moves(&self, contract: &Contract, history: &[Event]) -> Vec<&'static Phase> {
        let mut moves = kinds::moves(self.kind, self.phase, phase_before_hold(history));
        let asks_for = contract.item_of(self.kind, self.about.variant.as_deref());
        if let Some(item) = asks_for.filter(|_| self.phase.step != Step::Authorisation) {
            let is_authorised = answer::verdict(contract, self.kind, history, Question::Authorisation) == Some(Verdict::Yes);
            let waits = item.needs_authorisation && !is_authorised;
            let (to, instead) = if waits { (Step::Fulfilling, Step::Authorisation) } else { (Step::Authorisation, Step::Fulfilling) };
            if let Some(place) = moves.iter().position(|phase| phase.step == to) {
                moves.remove(place);
                let instead = kinds::phase_of(self.kind, instead).filter(|phase| !moves.contains(phase) && **phase != *self.phase);
                moves.splice(place..place, instead);
            }
        }
        moves
    }
}

/// The phase in which a ticket was last put on hold. Changing the cause of a hold does not count.
fn phase_before_hold(history: &[Event]) -> Option<Step> {
    history.iter().rev().find_map(|event| match &event.data {
        EventData::Held(moved) if moved.from != Step::OnHold => Some(moved.from),
        _ => None,
    })
}

impl history::Subject for Ticket {
    const KIND: SubjectKind = SubjectKind::Ticket;
    type Data = EventData;
    type Index = Settled;
    type Terms = Arc<Version>;

    fn id(&self) -> Uuid {
        self.id
    }

    fn organisation(&self) -> &str {
        &self.organisation
    }

    fn terms(&self, agreements: &Agreements) -> Result<Arc<Version>, UnknownVersion> {
        agreements.version(self.contract_version_id).cloned()
    }

    fn as_recorded(&self, history: &[Event]) -> Self {
        as_recorded(self, history)
    }

    fn settle(&self, version: &Arc<Version>, history: &[Event], now: Instant) -> Option<Settling<Self>> {
        let (index, follows) = settle(&version.contract, self.clock_inputs(), history, now);
        let settled = Self {
            next_due: index.next_due,
            long_open_at: index.long_open_at,
            called_outside_hours: index.called_outside_hours,
            awaited: answer::open_questions(&version.contract, self, history),
            ..self.clone()
        };
        Some(Settling { subject: settled, index, follows })
    }
}

/// The ticket type and figure of a number such as `INC-1001`.
pub fn parse_reference(text: &str) -> Option<(TicketType, i64)> {
    let (prefix, figure) = text.split_once('-')?;
    let kind = TicketType::ALL.into_iter().find(|kind| kind.prefix().eq_ignore_ascii_case(prefix))?;
    let digits = !figure.is_empty() && figure.bytes().all(|byte| byte.is_ascii_digit());
    Some((kind, digits.then(|| figure.parse().ok()).flatten()?))
}
