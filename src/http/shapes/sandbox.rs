//! A sandbox and its time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Instant;

/// How far a sandbox is to advance: one of the two.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdvanceInput {
    /// To this instant, with an offset; either this or `by`.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub to: Option<Instant>,
    /// By this ISO 8601 duration of days, hours, minutes and seconds, such as PT4H.
    #[schema(
        max_length = 50,
        pattern = "^P(\\d+W|\\d+D(T(\\d+H(\\d+M)?(\\d+S)?|\\d+M(\\d+S)?|\\d+S))?|T(\\d+H(\\d+M)?(\\d+S)?|\\d+M(\\d+S)?|\\d+S))$",
        example = "PT4H"
    )]
    pub by: Option<String>,
}

/// A sandbox's time.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sandbox {
    /// The sandbox's present time.
    #[schema(value_type = String, format = DateTime)]
    pub now_at: Instant,
    /// When the next timer or mail is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_due_at: Option<Instant>,
}
