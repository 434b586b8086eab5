//! A ticket as it is read in one go, and what is kept beside it.

use std::str::FromStr;

use uuid::Uuid;

use super::attach::Classification;
use super::{Ticket, parse_reference};
use crate::domain::Instant;
use crate::domain::clock::Kind;
use crate::domain::contract::TicketType;
use crate::domain::permission::{Forbidden, Principal, Verb};
use crate::domain::person::Person;
use crate::domain::scan::Scan;
use crate::domain::wrapped_key::WrappedKey;

/// How a ticket is addressed: by its id or its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TicketRef {
    Id(Uuid),
    Number(TicketType, i64),
}

impl Ticket {
    /// Whether it is addressed like this.
    pub fn is(&self, addressed: TicketRef) -> bool {
        match addressed {
            TicketRef::Id(id) => self.id == id,
            TicketRef::Number(kind, number) => (self.registered_as, self.number) == (kind, number),
        }
    }
}

/// What is neither the id nor the number of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is neither the id nor the number of a ticket")]
pub struct NoTicketRef;

impl FromStr for TicketRef {
    type Err = NoTicketRef;

    fn from_str(text: &str) -> Result<Self, NoTicketRef> {
        let by_number = || parse_reference(text).map(|(kind, number)| Self::Number(kind, number));
        text.parse().ok().map(Self::Id).or_else(by_number).ok_or(NoTicketRef)
    }
}

/// What a ticket is called in another system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalReference {
    pub system: String,
    /// The name there.
    pub reference: String,
}

/// What the desk keeps beside a ticket, for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeskFacts {
    /// In their order.
    pub tags: Vec<String>,
    /// The sum of the work on it.
    pub worked_minutes: i64,
}

/// Another ticket, as far as one names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketName {
    pub id: Uuid,
    /// Such as INC-1001.
    pub number: String,
}

/// A ticket with who reported it and what it is called elsewhere.
#[derive(Debug, Clone)]
pub struct Overview {
    pub ticket: Ticket,
    pub requester: Option<Person>,
    pub references: Vec<ExternalReference>,
    /// `None` in what a client sees.
    pub desk: Option<DeskFacts>,
    /// What whoever has it in hand is called.
    pub assignee_name: Option<String>,
    /// What it was merged into, where its reader sees that.
    pub merged_into: Option<TicketName>,
}

/// What somebody wrote on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The id of its event.
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub organisation: String,
    /// Whether the client may see it.
    pub public: bool,
    /// As histories name people.
    pub author: String,
    /// The person who wrote it, where one is known.
    pub person_id: Option<Uuid>,
    pub body: String,
    /// The mail that it shows a part of, as long as that is kept; none where nothing was cut.
    pub cut_from: Option<Uuid>,
    pub occurred_at: Instant,
    pub recorded_at: Instant,
}

/// A file on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: Uuid,
    /// The id of its bytes in the store, where that is not its own.
    pub stored_as: Option<Uuid>,
    /// The key of its bytes, where they are sealed.
    pub key: Option<WrappedKey>,
    pub ticket_id: Uuid,
    pub organisation: String,
    /// Whether the client may see it.
    pub public: bool,
    /// As histories name people.
    pub author: String,
    /// Never a path.
    pub name: String,
    /// What its sender claims it is.
    pub media_type: String,
    pub size_bytes: u64,
    pub classification: Classification,
    /// Whether its name and bytes were removed for good.
    pub is_redacted: bool,
    /// `None` where the desk had no scanner when it came.
    pub scan: Option<Scan>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    pub recorded_at: Instant,
}

impl Attachment {
    /// Whether somebody who sees that it is there may read it. Of a restricted file those may who have a part in its ticket or added it, and
    /// the roles that read all of them.
    pub fn may_be_read_by(&self, who: &Principal, ticket: &Ticket) -> Result<(), Forbidden> {
        let is_theirs = || self.author == who.actor.as_text() || who.has_part_in(ticket.restricted());
        if self.classification != Classification::Restricted || is_theirs() {
            return Ok(());
        }
        who.may(Verb::ReadRestrictedFiles)
    }
}

/// The id of a ticket's clock: always the same, so that it can be derived instead of looked up.
pub fn clock_id(ticket: Uuid, kind: Kind) -> Uuid {
    Uuid::new_v5(&ticket, kind.as_str().as_bytes())
}
