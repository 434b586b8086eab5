//! The same done to many tickets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::about::TicketLinkInput;
use super::history::TransitionInput;
use super::ticket::{Ticket, field};
use crate::domain::ticket::assign::Field;
use crate::http::error::ProblemBody;

/// What is done to each of some tickets, independently of the others.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TicketActsInput {
    /// The tickets, by UUID or number; at most 100.
    #[schema(value_type = Vec<TicketName>, min_items = 1, max_items = 100)]
    pub tickets: Option<Vec<String>>,
    /// Who takes them in hand; `null` for nobody any more.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub assignee: Field,
    /// Which team takes them in hand; `null` for none any more.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub team: Field,
    /// Tags to be put on them.
    #[schema(value_type = Option<Vec<TagName>>, min_items = 1, max_items = 20)]
    pub tags: Option<Vec<String>>,
    /// A ticket that they are to be linked to.
    pub link: Option<TicketLinkInput>,
    /// A move to another phase.
    pub transition: Option<TransitionInput>,
}

/// The UUID or number of a ticket.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 50, example = "INC-1001")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct TicketName(String);

/// A tag.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 200, example = "vpn")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct TagName(String);

/// What became of one of them.
#[derive(ToSchema, Serialize)]
pub struct TicketActResult {
    /// The ticket, as it was named.
    pub name: String,
    /// The HTTP status it would have had in a request of its own.
    #[schema(minimum = 200, maximum = 599)]
    pub status: i32,
    /// The ticket as it is now; `null` where nothing was done.
    pub ticket: Option<Ticket>,
    /// Why nothing was done.
    pub problem: Option<ProblemBody>,
}

/// What became of all of them.
#[derive(ToSchema, Serialize)]
pub struct TicketActResults {
    /// In the order in which they were named.
    #[schema(max_items = 100)]
    pub items: Vec<TicketActResult>,
}
