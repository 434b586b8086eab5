//! Merging tickets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ticket::TicketName;

/// A merge of a ticket into another one.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketMergeInput {
    /// The ticket that goes on for both, by its UUID or number.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "INC-1002")]
    pub into: Option<String>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// That a merge is undone.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketMergeRemovalInput {
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// A ticket that another one was merged into.
#[derive(ToSchema, Serialize)]
pub struct MergedInto {
    /// Its id.
    id: uuid::Uuid,
    /// Its number.
    #[schema(example = "INC-1002")]
    number: String,
}

impl From<TicketName> for MergedInto {
    fn from(TicketName { id, number }: TicketName) -> Self {
        Self { id, number }
    }
}
