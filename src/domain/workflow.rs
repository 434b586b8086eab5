//! Phases and moves, as data: one table a ticket type (design: tickets; TKT-20).
//!
//! A phase is the type's own step; its state is what drives the clocks. Two moves hold for every type and so stand in
//! no table: an active phase goes on hold and back, and an open one can be cancelled.

use serde::{Deserialize, Serialize};

use super::contract::TicketType;

/// The generic position of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Registered, not taken in hand.
    New,
    /// Worked on.
    Active,
    /// Waiting for someone, who is named.
    Waiting,
    /// A solution was given.
    Resolved,
    /// Done.
    Closed,
    /// Withdrawn.
    Cancelled,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::New, Self::Active, Self::Waiting, Self::Resolved, Self::Closed, Self::Cancelled];

    /// The name in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether work is still to be done.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Active | Self::Waiting)
    }
}

/// A phase of one type.
#[derive(Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its name in the API.
    pub name: &'static str,
    /// Its state.
    pub state: State,
    /// Its Dutch name, for people.
    pub dutch: &'static str,
    /// Its English name, for people.
    pub english: &'static str,
    /// Where the type's own table lets it go.
    next: &'static [&'static str],
}

const fn phase(name: &'static str, state: State, dutch: &'static str, english: &'static str, next: &'static [&'static str]) -> Phase {
    Phase { name, state, dutch, english, next }
}

/// The phase in which every active phase can wait.
pub const ON_HOLD: &str = "on_hold";
/// The phase of a withdrawn ticket.
pub const CANCELLED: &str = "cancelled";
/// On whom a ticket can wait under any contract; a contract that stops clocks for other causes names them (CLK-12).
pub const HOLD_CAUSES: [&str; 4] = ["requester", "client", "third_party", "change"];
/// The first phase of every type.
pub const REGISTERED: &str = "registered";

static EVERYWHERE: [Phase; 2] =
    [phase(ON_HOLD, State::Waiting, "in de wacht", "on hold", &[]), phase(CANCELLED, State::Cancelled, "ingetrokken", "cancelled", &[])];

static INCIDENT: [Phase; 4] = [
    phase(REGISTERED, State::New, "geregistreerd", "registered", &["in_progress"]),
    phase("in_progress", State::Active, "in behandeling", "in progress", &["resolved"]),
    phase("resolved", State::Resolved, "opgelost", "resolved", &["closed", "in_progress"]),
    phase("closed", State::Closed, "afgesloten", "closed", &["in_progress"]),
];
static PROBLEM: [Phase; 5] = [
    phase(REGISTERED, State::New, "geregistreerd", "registered", &["investigating"]),
    phase("investigating", State::Active, "in onderzoek", "investigating", &["known_error"]),
    phase("known_error", State::Active, "oorzaak bekend", "known error", &["resolved"]),
    phase("resolved", State::Resolved, "opgelost", "resolved", &["closed", "known_error"]),
    phase("closed", State::Closed, "afgesloten", "closed", &["investigating"]),
];
static SERVICE_REQUEST: [Phase; 6] = [
    phase(REGISTERED, State::New, "geregistreerd", "registered", &["authorisation", "fulfilling"]),
    phase("authorisation", State::Waiting, "ter goedkeuring", "awaiting authorisation", &["fulfilling", "refused"]),
    phase("fulfilling", State::Active, "in uitvoering", "fulfilling", &["fulfilled"]),
    phase("fulfilled", State::Resolved, "uitgevoerd", "fulfilled", &["closed", "fulfilling"]),
    phase("closed", State::Closed, "afgesloten", "closed", &["fulfilling"]),
    phase("refused", State::Closed, "geweigerd", "refused", &["fulfilling"]),
];
static INFORMATION_REQUEST: [Phase; 4] = [
    phase(REGISTERED, State::New, "geregistreerd", "registered", &["researching"]),
    phase("researching", State::Active, "in onderzoek", "researching", &["answered"]),
    phase("answered", State::Resolved, "beantwoord", "answered", &["closed", "researching"]),
    phase("closed", State::Closed, "afgesloten", "closed", &["researching"]),
];
static PROPOSAL_REQUEST: [Phase; 5] = [
    phase(REGISTERED, State::New, "geregistreerd", "registered", &["drafting"]),
    phase("drafting", State::Active, "in opstelling", "drafting", &["submitted"]),
    phase("submitted", State::Resolved, "ingediend", "submitted", &["accepted", "declined"]),
    phase("accepted", State::Closed, "aanvaard", "accepted", &["drafting"]),
    phase("declined", State::Closed, "afgewezen", "declined", &["drafting"]),
];
static CHANGE_REQUEST: [Phase; 8] = [
    phase(REGISTERED, State::New, "geregistreerd", "registered", &["assessing"]),
    phase("assessing", State::Active, "in beoordeling", "assessing", &["approval", "rejected"]),
    phase("approval", State::Waiting, "ter goedkeuring", "awaiting approval", &["scheduled", "rejected"]),
    phase("scheduled", State::Active, "ingepland", "scheduled", &["implementing"]),
    phase("implementing", State::Active, "in uitvoering", "implementing", &["implemented"]),
    phase("implemented", State::Resolved, "doorgevoerd", "implemented", &["reviewed", "implementing"]),
    phase("reviewed", State::Closed, "geëvalueerd", "reviewed", &["assessing"]),
    phase("rejected", State::Closed, "afgewezen", "rejected", &["assessing"]),
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
    let mut names: Vec<&str> = from.next.to_vec();
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
                    assert!(phase_named(kind, next).is_some(), "{kind}: {} goes to {next}", phase.name);
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
