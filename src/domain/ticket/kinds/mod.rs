//! The rules of each ticket type, a file a type: its phases, where each leads, what each cannot be entered without, and its parts.
//!
//! Two moves hold for every type and so stand in no file: an active phase goes on hold and back, and an open one can be cancelled
//! (TKT-20).

mod change_request;
mod incident;
mod information_request;
pub mod problem;
mod proposal_request;
mod service_request;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::contract::TicketType;
use crate::domain::workflow::{Phase, State, Step, phase};
use crate::words::closed_list;

closed_list! {
    /// The structured parts that tickets of some types have, each in versions (design § 4).
    pub enum Part {
        /// Why incidents keep happening, and what would end it (PRB-02).
        RootCause = "root_cause": "oorzaakanalyse", "root cause analysis";
    }
}

/// What a part says, as its type's file declares it.
pub trait Content: Serialize + DeserializeOwned {
    const PART: Part;
}

impl Part {
    /// The fields of it that are texts, as they are stored: what a redaction takes out.
    pub const fn texts(self) -> &'static [&'static str] {
        match self {
            Self::RootCause => problem::TEXTS,
        }
    }
}

/// What a ticket itself must have before it enters a phase. What a move brings along, such as a cause, is not among these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A priority, where its clocks depend on one (design § 2.8).
    Priority,
    /// A version of this part.
    Part(Part),
}

/// What is specific to a type.
#[derive(Debug)]
pub struct Rules {
    /// Its phases, without the two of every type; the first is where a ticket is registered.
    phases: &'static [Phase],
    /// Whether nobody but the client accepts or refuses a solution.
    pub client_judges: bool,
    /// Whether one can be an emergency, which goes before all others while it is open.
    pub has_emergencies: bool,
    pub parts: &'static [Part],
    /// What a phase cannot be entered without, besides what holds for every type.
    pub needs: &'static [(Step, Need)],
}

impl Rules {
    const fn of(phases: &'static [Phase]) -> Self {
        Self { phases, client_judges: false, has_emergencies: false, parts: &[], needs: &[] }
    }
}

pub fn rules(kind: TicketType) -> &'static Rules {
    match kind {
        TicketType::Incident => &incident::RULES,
        TicketType::Problem => &problem::RULES,
        TicketType::ServiceRequest => &service_request::RULES,
        TicketType::InformationRequest => &information_request::RULES,
        TicketType::ProposalRequest => &proposal_request::RULES,
        TicketType::ChangeRequest => &change_request::RULES,
    }
}

static EVERYWHERE: [Phase; 2] = [phase(Step::OnHold, State::Waiting, &[]), phase(Step::Cancelled, State::Cancelled, &[])];

/// The phases a type has, the two of every type last.
pub fn phases(kind: TicketType) -> impl Iterator<Item = &'static Phase> {
    rules(kind).phases.iter().chain(&EVERYWHERE)
}

/// The phase of a type that is this step, if the type has it.
pub fn phase_of(kind: TicketType, step: Step) -> Option<&'static Phase> {
    phases(kind).find(|phase| phase.step == step)
}

/// The phase in which a ticket of a type is registered.
pub fn first(kind: TicketType) -> &'static Phase {
    &rules(kind).phases[0]
}

/// The first phase of a type in which it is worked on.
pub fn first_active(kind: TicketType) -> Option<&'static Phase> {
    phases(kind).find(|phase| phase.state == State::Active)
}

/// The phase of a ticket whose type changes: the same one where every type has it, else the new type's first active phase.
pub fn phase_as(kind: TicketType, phase: &Phase) -> Option<&'static Phase> {
    let shared = matches!(phase.step, Step::Registered | Step::OnHold | Step::Cancelled);
    if shared { phase_of(kind, phase.step) } else { first_active(kind) }
}

/// Where a ticket can go from a phase; `before_hold` is the phase it was put on hold in, perhaps as another type.
pub fn moves(kind: TicketType, from: &Phase, before_hold: Option<Step>) -> Vec<&'static Phase> {
    let mut steps = from.next.to_vec();
    if from.step == Step::OnHold {
        let back = before_hold.and_then(|step| phase_of(kind, step)).or_else(|| first_active(kind));
        steps.extend(back.map(|phase| phase.step));
    }
    if from.state == State::Active {
        steps.push(Step::OnHold);
    }
    if from.state.is_open() {
        steps.push(Step::Cancelled);
    }
    steps.into_iter().filter_map(|step| phase_of(kind, step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_registered_in_the_phase_of_that_name() {
        for kind in TicketType::ALL {
            assert_eq!((first(kind).step, first(kind).state), (Step::Registered, State::New), "{kind}");
        }
    }

    #[test]
    fn a_type_needs_parts_of_its_own_for_phases_of_its_own() {
        for kind in TicketType::ALL {
            let rules = rules(kind);
            for (step, need) in rules.needs {
                assert!(phase_of(kind, *step).is_some(), "{kind} has no {step}");
                assert!(!matches!(need, Need::Part(part) if !rules.parts.contains(part)), "{kind} needs {need:?}");
            }
        }
    }

    #[test]
    fn every_move_of_every_table_leads_somewhere() {
        for kind in TicketType::ALL {
            for phase in phases(kind) {
                for next in phase.next {
                    assert!(phase_of(kind, *next).is_some(), "{kind}: {} goes to {next}", phase.step);
                }
            }
        }
    }

    #[test]
    fn a_closed_ticket_of_every_type_reopens_into_its_first_active_phase() {
        for kind in TicketType::ALL {
            let first_active = first_active(kind).map(|phase| phase.step);
            for closed in phases(kind).filter(|phase| phase.state == State::Closed) {
                let next: Vec<_> = moves(kind, closed, None).iter().map(|phase| phase.step).collect();
                assert_eq!(next, first_active.into_iter().collect::<Vec<_>>(), "{kind} {}", closed.step);
            }
        }
    }

    #[test]
    fn tkt_20_every_active_phase_goes_on_hold_and_back_and_every_open_one_can_be_cancelled() {
        for kind in TicketType::ALL {
            for phase in phases(kind) {
                let next = moves(kind, phase, Some(Step::InProgress));
                assert_eq!(next.iter().any(|to| to.step == Step::Cancelled), phase.state.is_open());
                assert_eq!(next.iter().any(|to| to.step == Step::OnHold), phase.state == State::Active);
            }
        }
    }
}
