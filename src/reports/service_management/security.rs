//! What happened in a month that touches security (INC-15, RPT-06): breaches, and signals that were no incident.
//!
//! A breach counts in the month in which it was flagged, if the flag stood when the month ended; a signal in the month in which it was noticed,
//! also when it was recorded later.

use serde::Serialize;

use super::replayed::{Reading, counted};
use super::{ServiceManagementReport, priority_label};
use crate::domain::Instant;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::restriction::Flag;
use crate::domain::ticket::{Event, EventData, Ticket, as_recorded};
use crate::domain::workflow::State;

/// What of a month touches security.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityMatters {
    /// Breaches of security, by when they were flagged.
    pub incidents: Vec<SecurityIncident>,
    /// Signals that were no incident by themselves, by when they were noticed.
    pub signals: Vec<ReportedSignal>,
}

/// A breach of security.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityIncident {
    /// The ticket.
    pub number: String,
    /// What it was about when the month ended; `null` for whoever may not see it.
    pub title: Option<String>,
    /// Its priority.
    pub priority: Option<String>,
    /// The priority's Dutch name.
    pub priority_label: Option<String>,
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Instant,
    /// When it was flagged as a breach.
    #[schema(value_type = String, format = DateTime)]
    pub flagged_at: Instant,
}

/// A signal; one that was recorded for several clients at once stands here once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedSignal {
    /// Its `observation`; `null` for whoever may not see it.
    pub observation: Option<uuid::Uuid>,
    /// What it is about; `null` for whoever may not see it.
    pub title: Option<String>,
    /// Who noticed it.
    #[schema(example = "monitoring")]
    pub source: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub observed_at: Instant,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Instant,
}

/// What a report tells of a ticket that was flagged as a breach of security in the period; its title is not in its history.
pub fn breach(contract: &Contract, ticket: &Ticket, history: &[Event], reading: Reading) -> Option<SecurityIncident> {
    let counted = counted(history, reading);
    let is_flag = |event: &&Event| matches!(&event.data, EventData::Flagged(flagged) if flagged.flag == Flag::Security);
    let flagged_at = counted.iter().rev().find(is_flag)?.occurred_at;
    let then = as_recorded(ticket, &counted);
    let stands = then.kind == TicketType::Incident && then.flags.has(Flag::Security) && then.state() != State::Cancelled;
    (stands && reading.contains(flagged_at)).then(|| SecurityIncident {
        number: then.reference(),
        title: None,
        priority_label: then.priority.as_deref().map(|code| priority_label(contract, code)),
        priority: then.priority.clone(),
        opened_at: then.opened_at,
        flagged_at,
    })
}

impl ServiceManagementReport {
    /// With what of its month touches security. A signal that was recorded after the month makes it another version.
    #[must_use]
    pub fn with_security(self, security: SecurityMatters) -> Self {
        let late = security.signals.iter().map(|signal| signal.recorded_at).filter(|at| *at >= self.to_at).max();
        Self { version_at: late.map_or(self.version_at, |late| late.max(self.version_at)), security, ..self }
    }
}
