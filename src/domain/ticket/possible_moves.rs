//! Which moves are possible, and what each needs: what deciding a move will check, answered beforehand, so that a form can be drawn
//! without trying.

use super::closing::{closing_needs, ends_in};
use super::kinds::Need;
use super::needs::missing;
use super::part::versions;
use super::prioritise::{needs_phone_contact, was_phoned};
use super::situation::Situation;
use super::transition::{may_move, moved_as};
use super::{Event, EventKind, Ticket, answer, kinds};
use crate::domain::Instant;
use crate::domain::contract::{ClosingText, Contract, Priority, Side, Workaround};
use crate::domain::permission::Principal;
use crate::domain::workflow::{HoldCause, Part, Phase, State, Step};

/// Whether a move comes with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    No,
    Optional,
    Required,
}

/// A possible move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PossibleMove {
    pub phase: &'static Phase,
    /// What histories call it.
    pub event: EventKind,
    /// Which sides may make it.
    pub by: Vec<Side>,
    /// Whether whoever asks may, now.
    pub is_allowed: bool,
    /// Whether it must say what the ticket then waits for.
    pub needs_cause: bool,
    /// Whether the desk says with it who had a part in the ticket (KPI-30).
    pub handling: Taken,
    /// What the ticket has to be given first.
    pub before: Vec<Need>,
    /// Texts without which it is refused (ESC-21).
    pub needs_texts: Vec<ClosingText>,
    /// Texts that the closing will ask for, and that may already come with it.
    pub takes_texts: Vec<ClosingText>,
}

impl Ticket {
    /// The moves that may follow under its contract, as somebody sees them at an instant.
    pub fn possible_moves(&self, contract: &Contract, history: &[Event], who: &Principal, at: Instant) -> Vec<PossibleMove> {
        let situation = Situation { contract, ticket: self, history, who, at };
        let outlook = |phase: &'static Phase| {
            let event = moved_as(self.phase, phase);
            let may = |side: &Side| may_move(self, &Principal::any_of(*side), phase).is_ok();
            let needs_texts = closing_needs(contract, self, history, phase);
            PossibleMove {
                phase,
                event,
                by: [Side::Client, Side::Supplier].into_iter().filter(may).collect(),
                is_allowed: may_move(self, who, phase).is_ok() && answer::by_move(situation, phase.step).is_ok(),
                needs_cause: phase.step == Step::OnHold,
                handling: match event {
                    EventKind::Resolved if contract.tickets.records_handling && phase.state == State::Resolved => Taken::Required,
                    // What ends without a solution may say it.
                    EventKind::Resolved => Taken::Optional,
                    _ => Taken::No,
                },
                before: missing(contract, self, history, phase, event),
                takes_texts: if ends_in(phase) && needs_texts.is_empty() { self.closing_texts(contract, history) } else { Vec::new() },
                needs_texts,
            }
        };
        self.moves(contract, history).into_iter().map(outlook).collect()
    }

    /// The parts that the agreement expects of it while it is open, and that it does not have. Nothing is refused without them (PRI-04).
    pub fn expected_parts(&self, contract: &Contract, history: &[Event]) -> Vec<Part> {
        let code = contract.effective_priority(self.priority.as_deref().or(self.proposed_priority.as_deref()), self.kind);
        let priority = code.and_then(|code| contract.priority(code, self.kind));
        let is_expected = self.state().is_open()
            && priority.is_some_and(|priority| priority.workaround == Workaround::Expected)
            && kinds::rules(self.kind).parts.contains(&Part::Workaround)
            && versions(history, Part::Workaround) == 0;
        is_expected.then_some(Part::Workaround).into_iter().collect()
    }

    /// What it can wait for: the causes every contract knows, and those that stop a clock of its type.
    pub fn hold_causes(&self, contract: &Contract) -> Vec<String> {
        let mut causes = HoldCause::ALL.map(|cause| cause.as_str().to_owned()).to_vec();
        for cause in contract.clocks.iter().filter(|entry| entry.types.contains(&self.kind)).flat_map(|entry| &entry.holds) {
            if !causes.contains(cause) {
                causes.push(cause.clone());
            }
        }
        causes
    }

    /// The priorities the desk can give it, each with whether a phone contact has to be recorded first (INC-03).
    pub fn priorities<'a>(&self, contract: &'a Contract, history: &[Event]) -> Vec<(&'a Priority, bool)> {
        let phoned = was_phoned(history);
        let of_type = contract.priorities.iter().filter(|priority| priority.types.contains(&self.kind));
        of_type.map(|priority| (priority, !phoned && needs_phone_contact(contract, self.kind, &priority.code))).collect()
    }
}
