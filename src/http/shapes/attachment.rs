//! Files on a ticket.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Actor;
use crate::domain::Instant;
use crate::domain::ticket::Visibility;
use crate::domain::ticket::attach::Classification;
use crate::usecases::actors::Actors;
use crate::usecases::tickets::read::FileOn;

/// What is known of a file on a ticket.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its id.
    id: uuid::Uuid,
    /// The number of the ticket that it was added to: this one, or one that was merged into it.
    #[schema(example = "INC-1001")]
    ticket: String,
    /// Its name, never a path.
    #[schema(max_length = 200)]
    name: String,
    /// The media type, as given by the person who added it; not checked.
    #[schema(max_length = 127, example = "application/pdf")]
    media_type: String,
    /// Its length in bytes.
    #[schema(minimum = 1)]
    size_bytes: i64,
    /// SHA-256 of its bytes, in hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    digest: String,
    /// Who added it.
    author: Actor,
    /// `public` or `internal`.
    visibility: String,
    /// How sensitive it is: `public`, `internal` or `restricted`.
    classification: String,
    /// `unscanned` while it waits for the virus scanner, and is not sent; then `clean`, `infected`, which is sent to nobody, or `unscannable`, which is
    /// sent to the desk alone. `null` where the desk had no scanner when it was added.
    scan: Option<String>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
}

impl Attachment {
    pub fn new(FileOn { file: stored, number }: FileOn, actors: &Actors) -> Self {
        Self {
            id: stored.id,
            ticket: number,
            name: stored.name,
            media_type: stored.media_type,
            // OpenAPI has no unsigned 64-bit integer.
            size_bytes: i64::try_from(stored.size_bytes).unwrap_or(i64::MAX),
            digest: stored.digest,
            author: actors.show(&stored.author).into(),
            visibility: Visibility::of(stored.public).to_string(),
            classification: stored.classification.to_string(),
            scan: stored.scan.map(|scan| scan.to_string()),
            recorded_at: stored.recorded_at,
        }
    }
}

/// Changes to what is known of a file.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentPatch {
    /// How sensitive it is: `public`, `internal` or `restricted`.
    #[schema(value_type = String, pattern = "^(public|internal|restricted)$", max_length = 20)]
    pub classification: Option<String>,
}

impl AttachmentPatch {
    /// What cannot be read is refused already.
    pub fn classification(&self) -> Classification {
        self.classification.as_deref().and_then(Classification::named).unwrap_or(Classification::Restricted)
    }
}

/// A ticket's files.
#[derive(ToSchema, Serialize)]
pub struct AttachmentList {
    /// Oldest first, those of tickets that were merged into it among them.
    pub items: Vec<Attachment>,
}
