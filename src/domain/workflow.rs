//! Phases and states (design: tickets; TKT-20). A phase is a step of a ticket type, and stands in the type's own file
//! (`ticket::kinds`); its state is what drives the clocks.

use crate::words::closed_list;

closed_list! {
    /// How far a ticket is, whatever its type.
    pub enum State {
        /// Registered, not taken in hand.
        New = "new": "nieuw", "new";
        Active = "active": "actief", "active";
        /// Waiting for someone, who is named as the cause.
        Waiting = "waiting": "wachtend", "waiting";
        Resolved = "resolved": "opgelost", "resolved";
        Closed = "closed": "afgesloten", "closed";
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
        /// The first one of every type.
        Registered = "registered": "geregistreerd", "registered";
        InProgress = "in_progress": "in behandeling", "in progress";
        Resolved = "resolved": "opgelost", "resolved";
        Closed = "closed": "afgesloten", "closed";
        /// Where every active phase can wait.
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
    pub step: Step,
    pub state: State,
    /// The phases it leads to, besides those that every phase leads to.
    pub(super) next: &'static [Step],
}

pub(super) const fn phase(step: Step, state: State, next: &'static [Step]) -> Phase {
    Phase { step, state, next }
}

closed_list! {
    /// Whom or what a ticket can wait for under any contract. A contract that stops clocks for other causes names those (CLK-12).
    pub enum HoldCause {
        Requester = "requester": "de melder", "the requester";
        Client = "client": "de opdrachtgever", "the client";
        ThirdParty = "third_party": "een derde partij", "a third party";
        Change = "change": "een wijziging", "a change";
    }
}
