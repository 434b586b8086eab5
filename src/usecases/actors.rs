//! Who did something, by name. Histories keep ids alone, so that a person can be erased from them; the names of all who acted in
//! what is shown are looked up when it is.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::Error;
use crate::app::App;
use crate::auth::Caller;
use crate::store::people::ActorName;
use crate::store::{self, Reads};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// `desk`, `integration`, `client` or `system`.
    pub kind: String,
    /// A person's name, else that of the token they came with; `None` when it was erased.
    pub name: Option<String>,
    /// The person's id, where it is one the desk knows.
    pub id: Option<Uuid>,
}

/// Everyone who acted in what is shown.
#[derive(Debug, Default)]
pub struct Actors(HashMap<Uuid, ActorName>);

/// What is shown, with everyone who acted in it.
#[derive(Debug)]
pub struct Named<T> {
    pub shown: T,
    pub actors: Actors,
}

impl Actors {
    /// Those that histories keep under these names, in one statement.
    pub async fn of<'a>(reads: &impl Reads, kept: impl IntoIterator<Item = &'a String>) -> Result<Self, Error> {
        let ids: BTreeSet<_> = kept.into_iter().filter_map(|kept| id_in(kept)).collect();
        Ok(Self(store::people::names(reads, &ids.into_iter().collect::<Vec<_>>()).await?))
    }

    /// The same, as far as a caller may know of them.
    pub async fn seen_by<'a>(app: &App, caller: &Caller, kept: impl IntoIterator<Item = &'a String>) -> Result<Self, Error> {
        Self::of(&app.db.view(caller.scope.clone()), kept).await
    }

    /// Whom a history keeps under this name.
    pub fn show(&self, kept: &str) -> Acted {
        let (kind, who) = kept.split_once(':').unwrap_or((kept, kept));
        let (name, id) = match id_in(kept) {
            None => (Some(who.to_owned()), None),
            Some(id) => match self.0.get(&id) {
                Some(ActorName::Person(name)) => (Some(name.clone()), Some(id)),
                Some(ActorName::Token(name)) => (Some(name.clone()), None),
                None => (None, None),
            },
        };
        Acted { kind: kind.to_owned(), name, id }
    }
}

/// The id in a name such as `desk:0190…`; what is no id is a name itself.
fn id_in(kept: &str) -> Option<Uuid> {
    kept.split_once(':')?.1.parse().ok()
}
