//! That something which waited for a second person was withdrawn or refused.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Actor;
use crate::domain::Instant;
use crate::domain::approval::Ended;
use crate::usecases::actors::Actors;

/// Why it is withdrawn or refused.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndingInput {
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl EndingInput {
    pub fn reason(self) -> String {
        self.reason.unwrap_or_default()
    }
}

/// That it was withdrawn or refused.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// By whom.
    by: Actor,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Why.
    reason: String,
}

impl Ending {
    pub fn new(ended: Ended, actors: &Actors) -> Self {
        Self { by: actors.show(&ended.by).into(), at: ended.at, reason: ended.reason }
    }
}
