//! Phases and moves, as data: one table a ticket type (design: tickets; TKT-20).
//!
//! A phase is the type's own step; its state is what drives the clocks. Two moves hold for every type and so stand in
//! no table: an active phase goes on hold and back, and an open one can be cancelled.

use super::contract::TicketType;
use crate::words::closed_list;

closed_list! {
    /// The generic position of a ticket.
    pub enum State {
        /// Registered, not taken in hand.
        New = "new": "nieuw", "new";
        Active = "active": "actief", "active";
        /// Waiting for someone, who is named.
        Waiting = "waiting": "wachtend", "waiting";
        /// A solution was given.
        Resolved = "resolved": "opgelost", "resolved";
        Closed = "closed": "afgesloten", "closed";
        /// Withdrawn.
        Cancelled = "cancelled": "ingetrokken", "cancelled";
    }
}

impl State {
    /// Whether work is still to be done.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Active | Self::Waiting)
    }
}

closed_list! {
    /// The steps of all types; a step is called the same under every type that has it.
    pub enum Step {
        Registered = "registered": "geregistreerd", "registered";
        InProgress = "in_progress": "in behandeling", "in progress";
        Resolved = "resolved": "opgelost", "resolved";
        Closed = "closed": "afgesloten", "closed";
        OnHold = "on_hold": "in de wacht", "on hold";
        Cancelled = "cancelled": "ingetrokken", "cancelled";
        Investigating = "investigating": "in onderzoek", "investigating";
        KnownError = "known_error": "oorzaak bekend", "known error";
        Authorisation = "authorisation": "ter goedkeuring", "awaiting authorisation";
        Fulfilling = "fulfilling": "in uitvoering", "fulfilling";
        Fulfilled = "fulfilled": "uitgevoerd", "fulfilled";
        Refused = "refused": "geweigerd", "refused";
        Researching = "researching": "in onderzoek", "researching";
        Answered = "answered": "beantwoord", "answered";
        Drafting = "drafting": "in opstelling", "drafting";
        Submitted = "submitted": "ingediend", "submitted";
        Accepted = "accepted": "aanvaard", "accepted";
        Declined = "declined": "afgewezen", "declined";
        Assessing = "assessing": "in beoordeling", "assessing";
        Approval = "approval": "ter goedkeuring", "awaiting approval";
        Scheduled = "scheduled": "ingepland", "scheduled";
        Implementing = "implementing": "in uitvoering", "implementing";
        Implemented = "implemented": "doorgevoerd", "implemented";
        Reviewed = "reviewed": "geëvalueerd", "reviewed";
        Rejected = "rejected": "afgewezen", "rejected";
    }
}

/// A phase of one type.
#[derive(Debug, PartialEq, Eq)]
pub struct Phase {
    /// The code of its step.
    pub name: &'static str,
    pub step: Step,
    pub state: State,
    /// Where the type's own table lets it go.
    next: &'static [Step],
}

const fn phase(step: Step, state: State, next: &'static [Step]) -> Phase {
    Phase { name: step.as_str(), step, state, next }
}

/// The phase in which every active phase can wait.
pub const ON_HOLD: &str = Step::OnHold.as_str();
/// The phase of a withdrawn ticket.
pub const CANCELLED: &str = Step::Cancelled.as_str();
/// The first phase of every type.
pub const REGISTERED: &str = Step::Registered.as_str();

closed_list! {
    /// On whom a ticket can wait under any contract; a contract that stops clocks for other causes names them (CLK-12).
    pub enum HoldCause {
        Requester = "requester": "de melder", "the requester";
        Client = "client": "de opdrachtgever", "the client";
        ThirdParty = "third_party": "een derde partij", "a third party";
        Change = "change": "een wijziging", "a change";
    }
}

static EVERYWHERE: [Phase; 2] = [phase(Step::OnHold, State::Waiting, &[]), phase(Step::Cancelled, State::Cancelled, &[])];

static INCIDENT: [Phase; 4] = [
    phase(Step::Registered, State::New, &[Step::InProgress]),
    phase(Step::InProgress, State::Active, &[Step::Resolved]),
    phase(Step::Resolved, State::Resolved, &[Step::Closed, Step::InProgress]),
    phase(Step::Closed, State::Closed, &[Step::InProgress]),
];
static PROBLEM: [Phase; 5] = [
    phase(Step::Registered, State::New, &[Step::Investigating]),
    phase(Step::Investigating, State::Active, &[Step::KnownError]),
    phase(Step::KnownError, State::Active, &[Step::Resolved]),
    phase(Step::Resolved, State::Resolved, &[Step::Closed, Step::KnownError]),
    phase(Step::Closed, State::Closed, &[Step::Investigating]),
];
static SERVICE_REQUEST: [Phase; 6] = [
    phase(Step::Registered, State::New, &[Step::Authorisation, Step::Fulfilling]),
    phase(Step::Authorisation, State::Waiting, &[Step::Fulfilling, Step::Refused]),
    phase(Step::Fulfilling, State::Active, &[Step::Fulfilled]),
    phase(Step::Fulfilled, State::Resolved, &[Step::Closed, Step::Fulfilling]),
    phase(Step::Closed, State::Closed, &[Step::Fulfilling]),
    phase(Step::Refused, State::Closed, &[Step::Fulfilling]),
];
static INFORMATION_REQUEST: [Phase; 4] = [
    phase(Step::Registered, State::New, &[Step::Researching]),
    phase(Step::Researching, State::Active, &[Step::Answered]),
    phase(Step::Answered, State::Resolved, &[Step::Closed, Step::Researching]),
    phase(Step::Closed, State::Closed, &[Step::Researching]),
];
static PROPOSAL_REQUEST: [Phase; 5] = [
    phase(Step::Registered, State::New, &[Step::Drafting]),
    phase(Step::Drafting, State::Active, &[Step::Submitted]),
    phase(Step::Submitted, State::Resolved, &[Step::Accepted, Step::Declined]),
    phase(Step::Accepted, State::Closed, &[Step::Drafting]),
    phase(Step::Declined, State::Closed, &[Step::Drafting]),
];
static CHANGE_REQUEST: [Phase; 8] = [
    phase(Step::Registered, State::New, &[Step::Assessing]),
    phase(Step::Assessing, State::Active, &[Step::Approval, Step::Rejected]),
    phase(Step::Approval, State::Waiting, &[Step::Scheduled, Step::Rejected]),
    phase(Step::Scheduled, State::Active, &[Step::Implementing]),
    phase(Step::Implementing, State::Active, &[Step::Implemented]),
    phase(Step::Implemented, State::Resolved, &[Step::Reviewed, Step::Implementing]),
    phase(Step::Reviewed, State::Closed, &[Step::Assessing]),
    phase(Step::Rejected, State::Closed, &[Step::Assessing]),
];

fn table(kind: TicketType) -> &'static [Phase] {
    match kind {
        TicketType::Incident => &INCIDENT,
        TicketType::Problem => &PROBLEM,
        TicketType::ServiceRequest => &SERVICE_REQUEST,
        TicketType::InformationRequest => &INFORMATION_REQUEST,
        TicketType::ProposalRequest => &PROPOSAL_REQUEST,
        TicketType::ChangeRequest => &CHANGE_REQUEST,
    }
}

/// The phases a type has, the two of every type last.
pub fn phases(kind: TicketType) -> impl Iterator<Item = &'static Phase> {
    table(kind).iter().chain(&EVERYWHERE)
}

/// The phase of that name.
pub fn phase_named(kind: TicketType, name: &str) -> Option<&'static Phase> {
    phases(kind).find(|phase| phase.name == name)
}

/// The first phase of a type in which it is worked on.
pub fn first_active(kind: TicketType) -> Option<&'static Phase> {
    phases(kind).find(|phase| phase.state == State::Active)
}

/// The phase a ticket comes to stand in when its type changes: the same where every type has it, else the first one in
/// which it is worked on.
pub fn phase_as(kind: TicketType, phase: &Phase) -> Option<&'static Phase> {
    let shared = matches!(phase.name, REGISTERED | ON_HOLD | CANCELLED);
    if shared { phase_named(kind, phase.name) } else { first_active(kind) }
}

/// Where a ticket can go from a phase; `before_hold` is the phase it was put on hold in, perhaps as another type.
pub fn moves(kind: TicketType, from: &Phase, before_hold: Option<&str>) -> Vec<&'static Phase> {
    let mut names: Vec<&str> = from.next.iter().map(|step| step.as_str()).collect();
    if from.name == ON_HOLD {
        let back = before_hold.and_then(|name| phase_named(kind, name)).or_else(|| first_active(kind));
        names.extend(back.map(|phase| phase.name));
    }
    if from.state == State::Active {
        names.push(ON_HOLD);
    }
    if from.state.is_open() {
        names.push(CANCELLED);
    }
    names.into_iter().filter_map(|name| phase_named(kind, name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_of_every_table_leads_somewhere() {
        for kind in TicketType::ALL {
            for phase in phases(kind) {
                for next in phase.next {
                    assert!(phase_named(kind, next.as_str()).is_some(), "{kind}: {} goes to {next}", phase.name);
                }
            }
        }
    }

    #[test]
    fn a_closed_ticket_of_every_type_reopens_into_its_first_active_phase() {
        for kind in TicketType::ALL {
            let first_active = first_active(kind).map(|phase| phase.name);
            for closed in phases(kind).filter(|phase| phase.state == State::Closed) {
                let next: Vec<_> = moves(kind, closed, None).iter().map(|phase| phase.name).collect();
                assert_eq!(next, first_active.into_iter().collect::<Vec<_>>(), "{kind} {}", closed.name);
            }
        }
    }

    #[test]
    fn tkt_20_every_active_phase_goes_on_hold_and_back_and_every_open_one_can_be_cancelled() {
        for kind in TicketType::ALL {
            for phase in phases(kind) {
                let next = moves(kind, phase, Some("in_progress"));
                assert_eq!(next.iter().any(|to| to.name == CANCELLED), phase.state.is_open());
                assert_eq!(next.iter().any(|to| to.name == ON_HOLD), phase.state == State::Active);
            }
        }
    }
}
