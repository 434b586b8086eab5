//! The texts without which an escalated case is not closed, and which of them a ticket still lacks (ESC-21).
//!
//! The words themselves are a message on the ticket, since everybody involved is to read them; the history only records that they were
//! written.

use super::{Event, EventData, Ticket};
use crate::domain::contract::{ClosingText, Contract};
use crate::domain::workflow::{Phase, State};

/// Whether the closing texts of an escalation may come with a move to a phase.
pub(super) const fn ends_in(phase: &Phase) -> bool {
    matches!(phase.state, State::Resolved | State::Closed)
}

/// The texts without which a move to a phase is refused.
pub(super) fn closing_needs(contract: &Contract, ticket: &Ticket, history: &[Event], to: &Phase) -> Vec<ClosingText> {
    if to.state == State::Closed { ticket.closing_texts(contract, history) } else { Vec::new() }
}

impl Ticket {
    /// The texts asked for by the levels it reached, and not written since it was last taken up again.
    pub fn closing_texts(&self, contract: &Contract, history: &[Event]) -> Vec<ClosingText> {
        let Some(ladder) = contract.ladder(self.kind) else { return Vec::new() };
        let reached = crate::domain::ticket::escalation::position(ladder, history).map_or(0, |position| position.level);
        let needs: Vec<_> = ladder.levels.iter().filter(|level| level.level <= reached).flat_map(|level| &level.closing_needs).collect();
        let of_present = history.iter().rev().map(|event| &event.data);
        let of_present = of_present.take_while(|data| !matches!(data, EventData::SolutionRefused(_) | EventData::Reopened(_)));
        let written: Vec<_> = of_present.filter_map(EventData::as_move).flat_map(|moved| &moved.closing_texts).collect();
        ClosingText::ALL.into_iter().filter(|text| needs.contains(&text) && !written.contains(&text)).collect()
    }
}
