//! The audit trail.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::domain::audit::{Line, Object};

/// Something that was done, or was not allowed.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditLine {
    /// Its id.
    id: uuid::Uuid,
    /// What was asked: the name of the operation, or of what a command or the program did.
    #[schema(example = "createTicketTransition")]
    action: String,
    /// What kind of thing it was done to; `null` where that is not one thing.
    #[schema(example = "ticket")]
    object_kind: Option<String>,
    /// The id of that thing; of a refused attempt, what its path named.
    object_id: Option<String>,
    /// `done`, `read` (a ticket that few may see was shown), `repeated` (the same request again, which changed nothing), `refused` or
    /// `failed`.
    result: &'static str,
    /// The code of the refusal.
    #[schema(example = "role_missing")]
    code: Option<String>,
    /// How many attempts it stands for: more than one where refused attempts came together, or too fast for a line each.
    count: i64,
    /// Where it came from: an address, `command`, `program`, or `unknown`.
    origin: String,
    /// Who: `desk:`, `client:` or `integration:` with an id; `system`, or `unknown`.
    actor: String,
    /// The trace that the request belongs to, else its id, as `X-Request-Id` gave it.
    correlation_id: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
}

impl From<Line> for AuditLine {
    fn from(line: Line) -> Self {
        let (object_kind, object_id) = line.object.map(|Object { kind, id }| (kind, id)).unzip();
        Self {
            id: line.id,
            action: line.action,
            object_kind,
            object_id,
            result: line.result.as_str(),
            code: line.code,
            count: line.count,
            origin: line.origin,
            actor: line.actor,
            correlation_id: line.correlation,
            recorded_at: line.at,
        }
    }
}

/// A page of the audit trail.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditLinePage {
    /// The lines.
    pub items: Vec<AuditLine>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
