//! Who did something, by name.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::usecases::actors::{Acted, Actors};

/// Who did something.
#[derive(ToSchema, Serialize)]
pub struct Actor {
    /// `desk`, `integration`, `client` or `system`; more may come.
    #[schema(example = "desk")]
    kind: String,
    /// Their name: a person's, else that of the token they came with; `null` when it was erased.
    #[schema(example = "Piet Servicedesk")]
    name: Option<String>,
    /// The person's id; `null` when it was not a person known to the desk.
    id: Option<Uuid>,
}

/// An access token with which something was done.
#[derive(ToSchema, Serialize)]
pub struct TokenUsed {
    /// Its id.
    id: Uuid,
    /// What it is for.
    name: Option<String>,
}

impl TokenUsed {
    pub fn of(token: Option<Uuid>, actors: &Actors) -> Option<Self> {
        token.map(|id| Self { id, name: actors.name_of(id).map(str::to_owned) })
    }
}

impl From<Acted> for Actor {
    fn from(acted: Acted) -> Self {
        Self { kind: acted.kind, name: acted.name, id: acted.id }
    }
}
