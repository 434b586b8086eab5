//! A ticket as its history says it is.

use super::remove::Destroyed;
use super::{Event, EventData, Ticket};
use crate::domain::Instant;

/// The ticket after everything that was recorded. Texts and people are not part of a history: those stay as they are.
pub fn as_recorded(ticket: &Ticket, history: &[Event]) -> Ticket {
    let mut after = ticket.clone();
    for event in history {
        after.apply(&event.data, event.occurred_at);
    }
    after
}

impl Ticket {
    /// Makes of it what an event at an instant says: the other half of every decision, in the same file as that.
    pub(super) fn apply(&mut self, data: &EventData, at: Instant) {
        self.note_attention(data);
        match data {
            EventData::Registered(registered) => registered.apply(self, at),
            EventData::Prioritised(prioritised) => prioritised.decided(self),
            EventData::PriorityProposed(prioritised) => prioritised.proposed(self),
            EventData::Retyped(retyped) => retyped.apply(self),
            EventData::Retiered(retiered) => retiered.apply(self),
            EventData::Assigned(assigned) | EventData::Unassigned(assigned) => assigned.apply(self),
            EventData::Flagged(flagged) => flagged.apply(self),
            EventData::Unflagged(unflagged) => unflagged.apply(self),
            EventData::Moved(moved)
            | EventData::Held(moved)
            | EventData::Resumed(moved)
            | EventData::Resolved(moved)
            | EventData::SolutionRefused(moved)
            | EventData::Accepted(moved)
            | EventData::Reopened(moved)
            | EventData::Cancelled(moved) => moved.apply(self, at),
            EventData::Specified(specified) => specified.apply(self),
            EventData::Scoped(scoped) => scoped.apply(self),
            EventData::LineChanged(changed) => changed.apply(self),
            EventData::MajorDeclared(declared) => declared.apply(self),
            EventData::Planned(planned) => planned.apply(self),
            EventData::Merged(merged) => merged.apply(self, at),
            EventData::MergeUndone(undone) => undone.apply(self),
            EventData::ResponseTeamCalled(changed) => changed.called(self),
            EventData::ResponseTeamTakenBack(changed) => changed.taken_back(self),
            EventData::Destroyed(_) => Destroyed::apply(self, at),
            // These change its texts, its parts, its conversation, its clocks or what is indexed beside it, none of which is a field of the ticket.
            EventData::TypeConfirmed(_)
            | EventData::RepairAgreed(_)
            | EventData::Redacted(_)
            | EventData::FilesDestroyed(_)
            | EventData::PersonErased(_)
            | EventData::Edited(_)
            | EventData::Replied(_)
            | EventData::MessageReceived(_)
            | EventData::Noted(_)
            | EventData::Attached(_)
            | EventData::Classified(_)
            | EventData::FileInfected(_)
            | EventData::PartWritten(_)
            | EventData::Linked(_)
            | EventData::Unlinked(_)
            | EventData::Decided(_)
            | EventData::AttentionAsked(_)
            | EventData::AttentionSettled(_)
            | EventData::Tagged(_)
            | EventData::Untagged(_)
            | EventData::ReferenceAdded(_)
            | EventData::ReferenceRemoved(_)
            | EventData::Followed(_)
            | EventData::Unfollowed(_)
            | EventData::WorkLogged(_)
            | EventData::MergedIn(_)
            | EventData::MergedInUndone(_)
            | EventData::Phoned(_)
            | EventData::Reminded(_)
            | EventData::Warned(_)
            | EventData::Breached(_)
            | EventData::BreachVoided(_)
            | EventData::CalendarAmended(_)
            | EventData::IndexRebuilt(_)
            | EventData::MailGivenUp(_)
            | EventData::MailSentAgain(_)
            | EventData::Climbed(_)
            | EventData::Proposed(_) => {}
        }
    }
}
