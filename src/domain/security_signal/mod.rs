//! Security signals: what somebody noticed that touches security, recorded without being an incident (INC-15).
//!
//! A signal is one client's. One that concerns every client of an agreement is recorded for each of them as the same *observation*, since
//! each talks it over with its own officers and may not read what others said.
//!
//! Texts stand in rows beside the history, so that they can be redacted (`domain::redaction`). Absent on purpose: clocks. What asks for a term
//! becomes an incident, to which the signal points.

mod event;
mod listing;

pub use event::{BecameIncident, Discussed, Event, EventData, EventKind, Recorded, Redacted};
pub use listing::SignalFilter;

use std::sync::Arc;

use uuid::Uuid;

use super::Instant;
use super::agreements::{Agreements, UnknownVersion, Version};
use super::contract::{Contract, Role, Side, TicketType};
use super::history::{self, Settling, SubjectKind};
use super::restriction::Flag;
use super::ticket::Ticket;
use crate::words::closed_list;

closed_list! {
    /// Who noticed it.
    pub enum SignalSource {
        Monitoring = "monitoring": "bewaking", "monitoring";
        Supplier = "supplier": "opdrachtnemer", "supplier";
        Client = "client": "opdrachtgever", "client";
        ThirdParty = "third_party": "derde partij", "third party";
        /// Such as the national cyber security centre.
        Authority = "authority": "overheidsinstantie", "authority";
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecuritySignal {
    pub id: Uuid,
    /// Whom it concerns.
    pub organisation: String,
    pub contract: String,
    /// The version that was in force when it was recorded.
    pub contract_version_id: Uuid,
    /// The same in the signals that were recorded of it for several clients at once.
    pub observation: Uuid,
    pub source: SignalSource,
    pub title: String,
    pub description: String,
    pub observed_at: Instant,
    pub recorded_at: Instant,
    /// As histories name people.
    pub recorded_by: String,
    /// The incident that it became.
    pub incident: Option<Uuid>,
}

/// Something that was written on a signal: what was done, or what was said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalNote {
    /// The id of its event.
    pub id: Uuid,
    pub signal: Uuid,
    /// As histories name people.
    pub author: String,
    pub text: String,
}

/// Why an incident is none that a signal became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotItsIncident {
    #[error("a signal becomes an incident, and this is another type")]
    OtherType,
    #[error("a signal becomes a breach of security: flag the incident `security` first")]
    NotFlagged,
    #[error("the incident is of another contract or client than the signal")]
    OfAnother,
    #[error("it became this incident before")]
    Linked,
}

impl SecuritySignal {
    /// Whether a ticket can be the incident that it became; another one than before takes its place.
    pub fn check_incident(&self, ticket: &Ticket) -> Result<(), NotItsIncident> {
        if ticket.kind != TicketType::Incident {
            return Err(NotItsIncident::OtherType);
        }
        if (&ticket.contract, &ticket.organisation) != (&self.contract, &self.organisation) {
            return Err(NotItsIncident::OfAnother);
        }
        if !ticket.flags.has(Flag::Security) {
            return Err(NotItsIncident::NotFlagged);
        }
        if self.incident == Some(ticket.id) { Err(NotItsIncident::Linked) } else { Ok(()) }
    }
}

/// Whether something was written on another signal by the act that wrote it on this one: what is recorded for several clients at once comes
/// with the same first response.
pub fn is_same_note((one, written): (&Event, &SignalNote), (other, beside): (&Event, &SignalNote)) -> bool {
    (one.recorded_at, &one.actor, one.kind()) == (other.recorded_at, &other.actor, other.kind()) && written.text == beside.text
}

impl Contract {
    /// The client's roles that a signal is talked over with: those that are told of breaches of security, or all where it names none.
    pub fn discussing_roles(&self) -> Vec<&Role> {
        let named = self.always_told.get(&Flag::Security).map_or(&[][..], Vec::as_slice);
        let of_client = |role: &&Role| role.side == Side::Client;
        let told: Vec<_> = named.iter().filter_map(|code| self.role(code)).filter(of_client).collect();
        if told.is_empty() { self.roles.iter().filter(of_client).collect() } else { told }
    }
}

impl history::Subject for SecuritySignal {
    const KIND: SubjectKind = SubjectKind::SecuritySignal;
    type Data = EventData;
    type Index = ();
    type Terms = Arc<Version>;

    fn id(&self) -> Uuid {
        self.id
    }

    fn organisation(&self) -> &str {
        &self.organisation
    }

    fn terms(&self, agreements: &Agreements) -> Result<Arc<Version>, UnknownVersion> {
        agreements.version(self.contract_version_id).cloned()
    }

    fn as_recorded(&self, history: &[Event]) -> Self {
        let mut signal = Self { incident: None, ..self.clone() };
        for event in history {
            match &event.data {
                EventData::Recorded(recorded) => {
                    signal.contract.clone_from(&recorded.contract);
                    (signal.contract_version_id, signal.observation) = (recorded.contract_version, recorded.observation);
                    (signal.source, signal.observed_at) = (recorded.source, recorded.observed_at);
                    signal.recorded_at = event.recorded_at;
                    signal.recorded_by.clone_from(&event.actor);
                }
                EventData::BecameIncident(became) => signal.incident = became.ticket,
                EventData::Responded(_) | EventData::Discussed(_) | EventData::Redacted(_) | EventData::IndexRebuilt(_) => {}
            }
        }
        signal
    }

    /// Nothing follows by itself.
    fn settle(&self, _version: &Arc<Version>, _history: &[Event], _now: Instant) -> Option<Settling<Self>> {
        Some(Settling { subject: self.clone(), index: (), follows: Vec::new() })
    }
}
