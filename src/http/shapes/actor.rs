//! Who did something, by name.
//!
//! Histories keep ids alone, so that a person can be erased from them; the names of all who acted in an answer are looked up
//! when it is shown.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store::people::Known;

/// Who did something.
#[derive(ToSchema, Serialize)]
pub struct Actor {
    /// `desk`, `integration`, `client` or `system`; more may come.
    #[schema(example = "desk")]
    kind: String,
    /// Their name: a person's, else that of the token they came with; `null` when it was erased.
    #[schema(example = "Piet Servicedesk")]
    name: Option<String>,
    /// The person's id, where it is one the desk knows.
    id: Option<Uuid>,
}

/// Everyone who acted in an answer.
pub struct Actors(HashMap<Uuid, Known>);

impl Actors {
    /// Those known by their ids.
    pub fn new(known: HashMap<Uuid, Known>) -> Self {
        Self(known)
    }

    /// The id in an actor as histories keep it, such as `desk:0190…`; what is no id is a name.
    pub fn id_of(kept: &str) -> Option<Uuid> {
        kept.split_once(':')?.1.parse().ok()
    }

    /// An actor as histories keep it, by name.
    pub fn show(&self, kept: &str) -> Actor {
        let (kind, who) = kept.split_once(':').unwrap_or((kept, kept));
        let (name, id) = match Self::id_of(kept) {
            None => (Some(who.to_owned()), None),
            Some(id) => match self.0.get(&id) {
                Some(Known::Person(name)) => (Some(name.clone()), Some(id)),
                Some(Known::Token(name)) => (Some(name.clone()), None),
                None => (None, None),
            },
        };
        Actor { kind: kind.to_owned(), name, id }
    }
}
