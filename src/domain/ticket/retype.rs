//! Changing the type of a ticket, or confirming it.

use serde::{Deserialize, Serialize};

use super::needs::missing;
use super::prioritise::{self, Prioritise, needs_phone_contact, was_phoned};
use super::situation::{Recorded, Situation};
use super::specify::About;
use super::transition::moved_as;
use super::{Event, EventData, Ticket, kinds};
use crate::domain::clock::FactKind;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::text::one_of;
use crate::domain::workflow::{Phase, State, Step};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retype {
    pub to: TicketType,
    /// A priority of that type. Without one, the present priority stays if the type has it.
    pub priority: Option<String>,
    pub motivation: Option<String>,
    /// Why it is of that type, where somebody says so.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("only an open ticket can do this")]
    NotOpen,
    #[error("no ticket under this contract is of that type; {}", one_of(known.iter().map(|kind| kind.as_str())))]
    UnknownType { known: Vec<TicketType> },
    /// CLK-06.
    #[error("the clocks of this type need the client's tier, and the ticket has none")]
    TierMissing,
    #[error(transparent)]
    Priority(#[from] prioritise::Refused),
}

/// That it is of another type from now on, with what came along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retyped {
    #[serde(rename = "type")]
    pub kind: TicketType,
    pub before: TicketType,
    /// The priority that applies from now on: decided, else proposed.
    pub priority: Option<String>,
    /// Whether the desk decided a priority by this act.
    pub decided: bool,
    pub decided_priority: Option<String>,
    pub proposed_priority: Option<String>,
    /// The phase under the former type, and the one under this type.
    pub from: Step,
    pub to: Step,
    pub state: State,
    /// What it is about under this type.
    #[serde(flatten)]
    pub about: About,
}

/// The desk confirmed the type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeConfirmed {
    #[serde(rename = "type")]
    pub kind: TicketType,
}

impl Retype {
    pub(super) fn decide(&self, situation: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        match &self.priority {
            _ if self.to != situation.ticket.kind => self.retype(situation),
            Some(priority) => {
                let wish = Prioritise { priority: priority.clone(), motivation: self.motivation.clone() };
                Ok(wish.decide(situation)?)
            }
            None => Ok(confirm(situation)),
        }
    }

    /// A priority that the new type does not have is dropped.
    fn retype(&self, Situation { contract, ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::RetypeTickets)?;
        if !ticket.state().is_open() {
            return Err(Refused::NotOpen);
        }
        if !contract.has_type(self.to) {
            return Err(Refused::UnknownType { known: contract.types().collect() });
        }
        if contract.needs_tier(self.to) && ticket.tier.is_none() {
            return Err(Refused::TierMissing);
        }
        let is_for = |code: &&String| contract.priority(code, self.to).is_some();
        if self.priority.as_ref().is_some_and(|code| !is_for(&code)) {
            let known = contract.priorities_of(self.to).map(str::to_owned).collect();
            return Err(prioritise::Refused::UnknownPriority { known }.into());
        }
        let decided = self.priority.as_ref().or(ticket.priority.as_ref().filter(is_for)).cloned();
        let proposed = ticket.proposed_priority.as_ref().filter(is_for).cloned();
        let needs_call = decided.as_deref().is_some_and(|code| needs_phone_contact(contract, self.to, code));
        if needs_call && !was_phoned(history) {
            return Err(prioritise::Refused::PhoneContactMissing.into());
        }
        // What it asks for is not known yet, and comes before anything else.
        let begins_anew = contract.asks_for_item(self.to) && ticket.phase.step != Step::OnHold;
        let phase = if begins_anew { Some(kinds::first(self.to)) } else { kinds::phase_as(self.to, ticket.phase) };
        let about = ticket.about.as_type(contract, self.to);
        let phase = phase.unwrap_or(ticket.phase);
        let phase = if lacks_nothing(contract, ticket, history, (self.to, &about), phase) { phase } else { kinds::first(self.to) };
        let retyped = Retyped {
            kind: self.to,
            before: ticket.kind,
            priority: decided.clone().or_else(|| proposed.clone()),
            decided: self.priority.is_some(),
            decided_priority: decided,
            proposed_priority: proposed,
            from: ticket.phase.step,
            to: phase.step,
            state: phase.state,
            about,
        };
        Ok(vec![(EventData::Retyped(retyped), self.reason.clone().or_else(|| self.motivation.clone()))])
    }

    pub(super) fn keep_texts(&self, ticket: &mut Ticket) {
        if let Some(motivation) = &self.motivation {
            ticket.priority_motivation = Some(motivation.clone());
        }
    }
}

/// Whether a ticket of that type has what the phase is not entered without. What lacks something begins anew.
fn lacks_nothing(contract: &Contract, ticket: &Ticket, history: &[Event], (kind, about): (TicketType, &About), phase: &Phase) -> bool {
    let retyped = Ticket { kind, about: about.clone(), phase: kinds::first(kind), ..ticket.clone() };
    missing(contract, &retyped, history, phase, moved_as(retyped.phase, phase)).is_empty()
}

/// Confirming the type is a classification, which answers; on a ticket that is done it says nothing new.
fn confirm(Situation { ticket, who, .. }: Situation<'_>) -> Vec<Recorded> {
    if who.may(Verb::RetypeTickets).is_err() || !ticket.state().is_open() {
        return Vec::new();
    }
    vec![(EventData::TypeConfirmed(TypeConfirmed { kind: ticket.kind }), None)]
}

impl Retyped {
    pub(super) fn apply(&self, ticket: &mut Ticket) {
        ticket.kind = self.kind;
        ticket.is_major &= self.kind == TicketType::Incident;
        ticket.about.clone_from(&self.about);
        ticket.priority.clone_from(&self.decided_priority);
        ticket.proposed_priority.clone_from(&self.proposed_priority);
        if let Some(phase) = kinds::phase_of(self.kind, self.to) {
            ticket.phase = phase;
        }
        // Only a ticket on hold has a cause, and the new phase may be another one.
        ticket.waiting_cause = ticket.waiting_cause.take().filter(|_| ticket.phase.step == Step::OnHold);
    }

    pub(super) fn fact(&self) -> FactKind {
        FactKind::Retyped(self.kind, self.priority.clone())
    }
}
