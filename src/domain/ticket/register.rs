//! Registering a ticket: what its first event says, and how the ticket then stands.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::specify::About;
use super::{Channel, Ticket, kinds};
use crate::domain::Instant;
use crate::domain::clock::FactKind;
use crate::domain::contract::TicketType;
use crate::domain::restriction::Flags;
use crate::domain::workflow::{Step, SupportLine};

/// That a ticket was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    #[serde(rename = "type")]
    pub kind: TicketType,
    pub contract: String,
    /// The version it is pinned to.
    pub contract_version: Uuid,
    /// Given at the registration, decided or proposed.
    pub priority: Option<String>,
    /// Whether the desk decided that priority.
    pub decided: bool,
    pub tier: Option<String>,
    pub channel: Channel,
    pub phase: Step,
    /// The incident that an emergency change is to solve (CHG-02).
    pub emergency_for: Option<Uuid>,
    #[serde(flatten)]
    pub about: About,
    /// Seen by the desk alone.
    #[serde(flatten)]
    pub intake: Option<Intake>,
}

/// What intake keeps of how a ticket came in, for whoever answers its reporter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intake {
    /// Whether a confirmation is sent; an automatic message is never confirmed.
    pub acknowledge: bool,
    /// Whether a mail asked for a priority that must be phoned (MAIL-06).
    pub p1_by_mail: bool,
    /// The ticket it follows up or refers to.
    pub related: Option<Uuid>,
}

impl Registered {
    pub(super) fn apply(&self, ticket: &mut Ticket, at: Instant) {
        // Whole, so that the compiler names what a new field is forgotten in.
        let Self { kind, contract, contract_version, priority, decided, tier, channel, phase, emergency_for, about, intake: _ } = self;
        (ticket.kind, ticket.registered_as) = (*kind, *kind);
        ticket.contract.clone_from(contract);
        ticket.contract_version_id = *contract_version;
        ticket.tier.clone_from(tier);
        let priority = priority.clone();
        (ticket.priority, ticket.proposed_priority) = if *decided { (priority, None) } else { (None, priority) };
        // A replay starts from the row as it now stands, so whatever later events set is cleared first.
        (ticket.assignee, ticket.team, ticket.third_party, ticket.waiting_cause) = (None, None, None, None);
        ticket.about.clone_from(about);
        (ticket.out_of_scope, ticket.is_major, ticket.handling, ticket.planned) = (false, false, None, None);
        (ticket.line, ticket.is_system_fault) = (SupportLine::First, false);
        ticket.flags = Flags::NONE;
        ticket.merged_into = None;
        ticket.response_teams.clear();
        (ticket.resolved_at, ticket.closed_at) = (None, None);
        ticket.channel = *channel;
        ticket.emergency_for = *emergency_for;
        ticket.opened_at = at;
        if let Some(phase) = kinds::phase_of(*kind, *phase) {
            ticket.phase = phase;
        }
    }

    /// The item of the catalogue that it asks for.
    pub fn item(&self) -> Option<&str> {
        self.about.item(self.kind)
    }

    pub(super) fn fact(&self) -> Option<FactKind> {
        // A report by phone is a phone contact, which does not answer itself (AMB-10).
        (self.channel == Channel::Phone).then_some(FactKind::Phoned { answers: false })
    }
}
