//! Saying what a ticket is about, in the codes of its agreement: the kind within its type, the service that is affected, a category, where
//! the fault is, and by when an answer is wanted.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::assign::Field;
use super::scope::Scoped;
use super::situation::{Recorded, Situation};
use super::{EventData, Ticket, answer};
use crate::domain::contract::{Contract, TicketType};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::text::one_of;
use crate::domain::workflow::{FaultLocation, Question, State, Step, Verdict};

/// What a ticket is about, beside its texts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The kind within its type: one of the agreement's, or of the program's where it names none.
    #[serde(rename = "kind", default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The product or service that is affected (INC-01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// TKT-23.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault_location: Option<FaultLocation>,
    /// By when an answer is wanted (RFI-01); no clock follows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_by_date: Option<NaiveDate>,
}

/// What becomes of each; what is kept stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Specify {
    pub variant: Field,
    pub service: Field,
    pub category: Field,
    pub fault_location: Field<FaultLocation>,
    pub wanted_by_date: Field<NaiveDate>,
    /// Why; asked for where a breach ends by it.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the ticket is cancelled")]
    Cancelled,
    #[error("a code is not one of the agreement's")]
    Unknown(Vec<UnknownName>),
    /// What was offered, carried out or decided was that.
    #[error("only an open ticket becomes one of another kind")]
    NotOpen,
    /// RFS-01.
    #[error("that has to be authorised first, and the ticket is carried out already: make another ticket of it")]
    NotAuthorised,
}

/// A code that the agreement does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not known under this contract for this type; {}", one_of(known.iter().map(String::as_str)))]
pub struct UnknownName {
    /// The field in the API.
    pub field: &'static str,
    pub known: Vec<String>,
}

/// What a ticket is about from now on, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specified {
    #[serde(flatten)]
    pub about: About,
}

impl About {
    /// The item of the catalogue that a ticket of a type asks for.
    pub fn item(&self, kind: TicketType) -> Option<&str> {
        self.variant.as_deref().filter(|_| kind == TicketType::ServiceRequest)
    }

    /// The codes that the agreement does not know for a type.
    pub fn unknown(&self, contract: &Contract, kind: TicketType) -> Vec<UnknownName> {
        let mut unknown = Vec::new();
        let kinds = contract.kind_codes(kind);
        if self.variant.as_ref().is_some_and(|code| !kinds.contains(code)) {
            unknown.push(UnknownName { field: "kind", known: kinds });
        }
        if self.service.as_deref().is_some_and(|code| contract.service(code).is_none()) {
            let known = contract.tickets.services.iter().map(|service| service.code.clone()).collect();
            unknown.push(UnknownName { field: "service", known });
        }
        if self.category.as_deref().is_some_and(|code| contract.category(code, kind).is_none()) {
            let of_type = contract.tickets.categories.iter().filter(|category| category.types.contains(&kind));
            unknown.push(UnknownName { field: "category", known: of_type.map(|category| category.code.clone()).collect() });
        }
        unknown
    }

    /// What is left of it for a ticket that gets another type.
    #[must_use]
    pub fn as_type(&self, contract: &Contract, kind: TicketType) -> Self {
        let unknown = self.unknown(contract, kind);
        let is_unknown = |field: &str| unknown.iter().any(|one| one.field == field);
        let mut about = self.clone();
        if is_unknown("kind") {
            about.variant = None;
        }
        if is_unknown("category") {
            about.category = None;
        }
        about
    }
}

impl Specify {
    pub(super) fn decide(&self, Situation { contract, ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::EditTickets)?;
        if ticket.state() == State::Cancelled {
            return Err(Refused::Cancelled);
        }
        let before = &ticket.about;
        let about = About {
            variant: self.variant.over(before.variant.as_ref()),
            service: self.service.over(before.service.as_ref()),
            category: self.category.over(before.category.as_ref()),
            fault_location: self.fault_location.over(before.fault_location.as_ref()),
            wanted_by_date: self.wanted_by_date.over(before.wanted_by_date.as_ref()),
        };
        let unknown = about.unknown(contract, ticket.kind);
        // What was known when it was given may stay.
        let is_new = |one: &UnknownName| match one.field {
            "kind" => about.variant != before.variant,
            "service" => about.service != before.service,
            _ => about.category != before.category,
        };
        let unknown: Vec<_> = unknown.into_iter().filter(is_new).collect();
        if !unknown.is_empty() {
            return Err(Refused::Unknown(unknown));
        }
        if about == *before {
            return Ok(Vec::new());
        }
        if about.variant != before.variant && !ticket.state().is_open() {
            return Err(Refused::NotOpen);
        }
        let item = contract.item_of(ticket.kind, about.variant.as_deref()).filter(|_| about.variant != before.variant);
        let is_carried_out = matches!(ticket.phase.step, Step::Fulfilling | Step::Fulfilled);
        if is_carried_out
            && item.is_some_and(|item| item.needs_authorisation)
            && answer::verdict(contract, ticket.kind, history, Question::Authorisation) != Some(Verdict::Yes)
        {
            return Err(Refused::NotAuthorised);
        }
        let scoped = about.fault_location.filter(|_| about.fault_location != before.fault_location);
        let scoped = scoped.map(|location| !location.is_in_scope()).filter(|out| *out != ticket.out_of_scope);
        let scoped = scoped.map(|out_of_scope| (EventData::Scoped(Scoped { out_of_scope }), None));
        Ok(std::iter::once((EventData::Specified(Specified { about }), self.reason.clone())).chain(scoped).collect())
    }
}

impl Specified {
    pub(super) fn apply(&self, ticket: &mut Ticket) {
        ticket.about.clone_from(&self.about);
    }
}
