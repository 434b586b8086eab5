//! What a contract says of clocks.

use std::sync::Arc;

use super::{Contract, Goal, TicketType};
use crate::domain::calendar::Calendar;
use crate::words::closed_list;

closed_list! {
    /// Which of a ticket's two clocks, in the order they are shown.
    pub enum Kind {
        /// Until a person first answers (AMB-07).
        Response = "response": "reactie", "response";
        /// Until the ticket is resolved (AMB-06).
        Resolution = "resolution": "oplossing", "resolution";
    }
}

closed_list! {
    /// Where a clock starts.
    #[derive(Default)]
    pub enum Starts {
        #[default]
        Report = "report": "bij de melding", "at the report";
        /// At the ticket's first phone contact, else at the report (AMB-10).
        PhoneContact = "phone_contact": "bij het telefonisch contact", "at the phone contact";
    }
}

closed_list! {
    /// What becomes of the time between a stop and what undid it.
    pub enum Interlude {
        /// It counts: the stop is as if it had never been.
        Counts = "counts": "telt mee", "counts";
        Held = "held": "telt niet mee", "does not count";
    }
}

/// What a contract says of one clock for some tickets: one `[[clocks]]` of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub kind: Kind,
    pub types: Vec<TicketType>,
    /// Only for this tier.
    pub tier: Option<String>,
    /// Only for this priority.
    pub priority: Option<String>,
    /// Only for this item of the catalogue, in place of the entries that name none.
    pub item: Option<String>,
    /// The calendar's name in the contract.
    pub calendar_id: String,
    /// The support window it counts in.
    pub calendar: Arc<Calendar>,
    pub starts: Starts,
    /// In order; warnings are about the first.
    pub goals: Vec<Goal>,
    /// Percentages of what the first goal allows, at which to warn.
    pub warn_at: Vec<u32>,
    /// Hold causes during which it stands still (CLK-12: none unless the contract names them).
    pub holds: Vec<String>,
    /// Which facts answer it; `response` only.
    pub answered_by: Vec<Answer>,
    /// Whether the time between a solution and its refusal counts; `resolution` only.
    pub after_refusal: Interlude,
    /// Whether the time between a solution and a reopening counts; `resolution` only.
    pub after_reopen: Interlude,
    /// Whether a repair moment agreed with the client replaces the goals; `resolution` only (PRI-05, AMB-20).
    pub can_be_agreed: bool,
}

impl Entry {
    /// Whether it is for tickets of this type and tier, whatever their priority and their item.
    fn is_for(&self, kind: Kind, ticket: TicketType, tier: Option<&str>) -> bool {
        self.kind == kind && self.types.contains(&ticket) && self.tier.as_deref().is_none_or(|wanted| Some(wanted) == tier)
    }
}

impl Contract {
    /// What it says of a clock of such tickets, whatever their priority: the entries for their item, else those that name none.
    pub fn entries(&self, kind: Kind, ticket: TicketType, tier: Option<&str>, item: Option<&str>) -> impl Iterator<Item = &Entry> {
        let fitting = move |entry: &&Entry| entry.is_for(kind, ticket, tier);
        let has_own = item.is_some() && self.clocks.iter().filter(fitting).any(|entry| entry.item.as_deref() == item);
        let item = item.filter(|_| has_own);
        self.clocks.iter().filter(move |entry| fitting(entry) && entry.item.as_deref() == item)
    }
}

closed_list! {
    /// A kind of answer by a person of the desk that may stop a response clock (design § 2.10).
    pub enum Answer {
        /// A text that reaches the one who reported it.
        Reply = "reply": "antwoord", "reply";
        /// A decision on the priority or the type.
        Classification = "classification": "prioriteit bepaald", "priority decided";
        /// It was taken in hand.
        Assignment = "assignment": "in behandeling genomen", "taken in hand";
    }
}
