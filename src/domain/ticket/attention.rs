//! A ticket that needs somebody's attention though nothing of it is due: the client wrote on it after it was done with, or what it was made
//! for no longer holds, or malware was found in a file. Whoever answers or moves it, or says that nothing is to be done, ends that.

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{EventData, Ticket};
use crate::domain::permission::{Forbidden, Verb};
use crate::words::closed_list;

closed_list! {
    /// Why a ticket needs attention, besides what the client wrote on it.
    pub enum Attention {
        /// The incident that an emergency change is for no longer has the first priority (CHG-02).
        EmergencyDoubtful = "emergency_doubtful": "noodwijziging voor een incident dat geen P1 meer is", "emergency change for an incident that is no P1 any more";
        /// The client wrote before it was asked what the ticket waits for: that may be an answer, and may not.
        WroteBefore = "wrote_before": "bericht van voordat de vraag werd gesteld", "message from before the question";
        /// The major incident that it is part of went on, and it could not follow.
        MajorWentOn = "major_went_on": "grote verstoring ging verder zonder deze melding", "major incident went on without it";
    }
}

/// That somebody has to look at it, which the program says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskAttention(pub Attention);

/// That nothing is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleAttention {
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the ticket needs no attention")]
    NotNeeded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionAsked {
    pub why: Attention,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionSettled {}

impl AskAttention {
    /// Once is enough for as long as nobody did.
    pub(super) fn decide(self, Situation { ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::MoveTickets)?;
        let asked = EventData::AttentionAsked(AttentionAsked { why: self.0 });
        let last = history.iter().rev().map(|event| &event.data).find(|data| !matches!(data, EventData::MessageReceived(_)));
        let is_asked = ticket.needs_attention && last == Some(&asked);
        Ok(if is_asked { Vec::new() } else { vec![(asked, None)] })
    }
}

impl SettleAttention {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::MoveTickets)?;
        if !ticket.needs_attention {
            return Err(Refused::NotNeeded);
        }
        Ok(vec![(EventData::AttentionSettled(AttentionSettled {}), Some(self.reason.clone()))])
    }
}

impl Ticket {
    /// What an event makes of the attention it needs.
    pub(super) fn note_attention(&mut self, data: &EventData) {
        match data {
            // While it is open, whoever has it in hand is told of an answer anyway.
            EventData::MessageReceived(_) if !self.state().is_open() => self.needs_attention = true,
            EventData::AttentionAsked(_) | EventData::FileInfected(_) => self.needs_attention = true,
            EventData::Registered(_) | EventData::Replied(_) | EventData::AttentionSettled(_) => self.needs_attention = false,
            data if data.as_move().is_some() => self.needs_attention = false,
            _ => {}
        }
    }
}
