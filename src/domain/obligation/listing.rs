//! Lists of obligations as somebody asks for them.

use uuid::Uuid;

use super::ObligationState;
use crate::domain::Instant;

/// Which obligations a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct ObligationFilter {
    pub contracts: Vec<String>,
    pub organisations: Vec<String>,
    pub duties: Vec<String>,
    pub states: Vec<ObligationState>,
    pub due_from: Option<Instant>,
    pub due_before: Option<Instant>,
    /// After this one in the list.
    pub after: Option<(Instant, Uuid)>,
    pub limit: u64,
}
