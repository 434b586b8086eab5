//! A contract tried on real history.

use utoipa::ToSchema;

/// A contract to be tried on what happened.
#[derive(ToSchema, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct ContractSimulationInput {
    /// The whole text of the contract file; its id says whose tickets are replayed.
    #[schema(min_length = 1, max_length = 500_000)]
    contract: String,
    /// The period's first instant.
    #[schema(max_length = 50, format = DateTime)]
    from: String,
    /// The instant after its last.
    #[schema(max_length = 50, format = DateTime)]
    to: String,
}
