//! The services of a contract.

use serde::Serialize;
use utoipa::ToSchema;

use super::label::Label;
use crate::domain::Instant;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::kinds::incident::Calamity;
use crate::domain::ticket::part::PartVersion;
use crate::usecases::fallbacks::OnFallback;

/// A service of a contract.
#[derive(ToSchema, Serialize)]
pub struct ContractService {
    /// Its code, which tickets name.
    #[schema(example = "mail")]
    code: String,
    /// Its display name.
    label: Label,
    /// The fallbacks that it runs on now; none for most.
    fallbacks: Vec<ServiceFallback>,
}

/// A fallback that a service runs on, and the incident through which it does.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceFallback {
    /// The id of the incident.
    ticket_id: uuid::Uuid,
    /// Its number.
    #[schema(example = "INC-1001")]
    number: String,
    /// The client it is of.
    organisation: String,
    /// What the fallback is, and what users notice of it.
    note: Option<String>,
    /// When the calamity last said so.
    #[schema(value_type = String, format = DateTime)]
    written_at: Instant,
}

/// The services of a contract.
#[derive(ToSchema, Serialize)]
pub struct ContractServiceList {
    /// In the contract's order.
    pub items: Vec<ContractService>,
}

impl From<OnFallback> for ContractService {
    fn from(OnFallback { service, fallbacks }: OnFallback) -> Self {
        let fallbacks = fallbacks.into_iter().map(ServiceFallback::from).collect();
        Self { label: (&service.label).into(), code: service.code, fallbacks }
    }
}

impl From<(Ticket, PartVersion<Calamity>)> for ServiceFallback {
    fn from((ticket, calamity): (Ticket, PartVersion<Calamity>)) -> Self {
        Self {
            ticket_id: ticket.id,
            number: ticket.reference(),
            organisation: ticket.organisation,
            note: calamity.content.fallback_note,
            written_at: calamity.written_at,
        }
    }
}
