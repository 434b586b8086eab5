//! The names of those who did something. Histories hold ids only, so that a person can be erased; names are looked up when a history is
//! shown.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::Error;
use crate::app::App;
use crate::auth::Caller;
use crate::domain::history::Event;
use crate::store::people::ActorName;
use crate::store::{self, Reads};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// `desk`, `integration`, `client` or `system`.
    pub kind: String,
    /// The person's name, or else that of their token; `None` when the person was erased.
    pub name: Option<String>,
    /// Only for a person the desk knows.
    pub id: Option<Uuid>,
}

#[derive(Debug, Default)]
pub struct Actors(HashMap<Uuid, ActorName>);

/// What is shown, with everyone who acted in it.
#[derive(Debug)]
pub struct Named<T> {
    pub shown: T,
    pub actors: Actors,
}

impl Actors {
    /// Looks up everyone in these texts of histories, such as `desk:0190…`, in one statement.
    pub async fn of<'a>(reads: &impl Reads, kept: impl IntoIterator<Item = &'a String>) -> Result<Self, Error> {
        let ids: BTreeSet<_> = kept.into_iter().filter_map(|kept| id_in(kept)).collect();
        Self::under(reads, &ids.into_iter().collect::<Vec<_>>()).await
    }

    /// Looks up everyone with these ids.
    pub async fn under(reads: &impl Reads, ids: &[Uuid]) -> Result<Self, Error> {
        Ok(Self(store::people::names(reads, ids).await?))
    }

    /// Looks up everyone who acted in these events, and the tokens with which they did.
    pub async fn in_events<'a, D: 'a>(reads: &impl Reads, events: impl IntoIterator<Item = &'a Event<D>>) -> Result<Self, Error> {
        let ids: BTreeSet<_> = events.into_iter().flat_map(|event| id_in(&event.actor).into_iter().chain(event.token)).collect();
        Self::under(reads, &ids.into_iter().collect::<Vec<_>>()).await
    }

    /// The same, limited to the people a caller may see.
    pub async fn seen_by<'a>(app: &App, caller: &Caller, kept: impl IntoIterator<Item = &'a String>) -> Result<Self, Error> {
        Self::of(&app.db.view(caller.scope.clone()), kept).await
    }

    /// The name that was found of somebody; none of the program, of what is itself a name, or of whom the reader does not see.
    pub fn name(&self, kept: &str) -> Option<&str> {
        let (ActorName::Person(name) | ActorName::Token(name)) = self.0.get(&id_in(kept)?)?;
        Some(name)
    }

    /// The name that was found under an id.
    pub fn name_of(&self, id: Uuid) -> Option<&str> {
        let (ActorName::Person(name) | ActorName::Token(name)) = self.0.get(&id)?;
        Some(name)
    }

    /// Adds names that were looked up otherwise.
    pub fn also(&mut self, names: HashMap<Uuid, ActorName>) {
        self.0.extend(names);
    }

    /// The actor behind such a text.
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

/// The id in a text such as `desk:0190…`. What is not an id there is itself a name.
fn id_in(kept: &str) -> Option<Uuid> {
    kept.split_once(':')?.1.parse().ok()
}
