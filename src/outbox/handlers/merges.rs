//! What is told of a merge, and of its undoing, at the ticket that was merged: to whoever reported it, follows it, or is told of progress.

use super::ticket_mail::TicketMail;
use crate::domain::ticket::EventData;
use crate::mail::messages::{MergeNews, Outgoing, TicketFacts, Told};
use crate::usecases::Error;
use crate::usecases::letter::signature;

impl TicketMail<'_> {
    /// What is told in the same words to everybody: of a merge, or of other goals.
    pub(super) fn news_of_itself(&self, reader: Told, ticket: TicketFacts) -> Result<Option<Outgoing>, Error> {
        let merge = self.merge_news(reader, ticket.clone())?;
        if merge.is_some() { Ok(merge) } else { self.goals_news(reader, ticket) }
    }

    /// None for what is no merge.
    fn merge_news(&self, reader: Told, ticket: TicketFacts) -> Result<Option<Outgoing>, Error> {
        let (other, undone) = match &self.event.data {
            EventData::Merged(merged) => (merged.into, None),
            EventData::MergeUndone(undone) => (undone.into, Some(undone.phase.word().into())),
            _ => return Ok(None),
        };
        let outgoing = self.write(&MergeNews {
            ticket,
            reader,
            other: other.and_then(|other| self.context.number_of(other)),
            undone,
            explanation: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })?;
        Ok(Some(outgoing))
    }
}
