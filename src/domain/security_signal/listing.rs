//! Lists of security signals as somebody asks for them.

use uuid::Uuid;

use crate::domain::Instant;

/// Which signals a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct SignalFilter {
    pub contracts: Vec<String>,
    pub organisations: Vec<String>,
    pub observed_from: Option<Instant>,
    pub observed_before: Option<Instant>,
    /// After this one in the list.
    pub after: Option<(Instant, Uuid)>,
    pub limit: u64,
}
