//! What is told of a merge, and of its undoing, at the ticket that was merged: to whoever reported it, follows it, or is told of progress.

use super::DESK;
use super::ticket_mail::TicketMail;
use crate::domain::ticket::EventData;
use crate::mail::messages::{self, MergeNews, MergeReader, Outgoing};
use crate::usecases::Error;

impl TicketMail<'_> {
    /// None for what is no merge.
    pub(super) fn merge_news(&self, reader: MergeReader) -> Result<Option<Outgoing>, Error> {
        let (other, undone) = match &self.event.data {
            EventData::Merged(merged) => (merged.into, None),
            EventData::MergeUndone(undone) => (undone.into, Some(undone.phase.dutch().into())),
            _ => return Ok(None),
        };
        let outgoing = messages::write(&MergeNews {
            ticket: self.facts(),
            reader,
            other: other.and_then(|other| self.context.number_of(other)),
            undone,
            explanation: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: DESK.into(),
        })?;
        Ok(Some(outgoing))
    }
}
