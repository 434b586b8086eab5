//! Many tickets at once.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ticket::{Ticket, TicketInput};
use crate::http::error::ProblemBody;

/// Tickets to be made, independently of each other.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketBatchInput {
    /// At most 500.
    // Each item is checked on its own, so that a malformed one does not fail the others.
    #[schema(value_type = Vec<TicketInput>, min_items = 1, max_items = 500)]
    pub items: Vec<Value>,
}

/// The result for one of them: a ticket, or a problem with pointers into that one.
#[derive(ToSchema, Serialize)]
pub struct TicketBatchItem {
    /// The HTTP status it would have had in a request of its own.
    #[schema(minimum = 200, maximum = 599)]
    pub status: i32,
    /// The ticket.
    pub ticket: Option<Ticket>,
    /// Why there is none.
    pub problem: Option<ProblemBody>,
}

/// The results for all of them.
#[derive(ToSchema, Serialize)]
pub struct TicketBatch {
    /// In the order in which they were sent.
    #[schema(max_items = 500)]
    pub items: Vec<TicketBatchItem>,
}
