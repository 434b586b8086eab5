//! A contract tried on real history.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::Instant;

/// A contract to be tried on what happened.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractSimulationInput {
    /// The whole text of the contract file; its id says whose tickets are replayed.
    #[schema(value_type = String, min_length = 1, max_length = 500_000)]
    pub contract: Option<String>,
    /// The period's first instant.
    #[schema(value_type = String, max_length = 50, format = DateTime)]
    pub from: Option<Instant>,
    /// The instant after its last.
    #[schema(value_type = String, max_length = 50, format = DateTime)]
    pub to: Option<Instant>,
}
