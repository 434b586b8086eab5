//! Who follows a ticket.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ticket::follow;
use crate::usecases::actors::{Actors, Named};

/// Who is to follow a ticket, or to follow it no longer.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowerInput {
    /// The id of somebody of the ticket's organisation, or of the desk; the caller when absent. Only the desk names others.
    #[schema(value_type = Option<String>, format = Uuid, max_length = 50)]
    pub person: Option<uuid::Uuid>,
}

/// Somebody who follows a ticket.
#[derive(ToSchema, Serialize)]
pub struct Follower {
    /// Their id.
    person: uuid::Uuid,
    /// Their name; `null` where the caller does not see it.
    name: Option<String>,
    /// `client` or `desk`.
    #[schema(example = "client")]
    kind: String,
}

/// Those who follow a ticket.
#[derive(ToSchema, Serialize)]
pub struct FollowerList {
    /// In no particular order; a client sees those of its own side.
    #[schema(max_items = 50)]
    items: Vec<Follower>,
}

impl Follower {
    fn new(one: follow::Follower, actors: &Actors) -> Self {
        let kind = if one.is_of_client { "client" } else { "desk" };
        Self { person: one.id, name: actors.name_of(one.id).map(str::to_owned), kind: kind.to_owned() }
    }
}

impl From<Named<Vec<follow::Follower>>> for FollowerList {
    fn from(Named { shown, actors }: Named<Vec<follow::Follower>>) -> Self {
        Self { items: shown.into_iter().map(|one| Follower::new(one, &actors)).collect() }
    }
}
