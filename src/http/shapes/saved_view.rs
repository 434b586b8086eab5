//! Named choices of tickets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Actor;
use crate::domain::Instant;
use crate::domain::saved_view;
use crate::usecases::actors::Actors;
use crate::usecases::saved_views::{NewView, ViewChange};

/// A choice of tickets to be saved.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedViewInput {
    /// What it is called.
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = "\\S", example = "Wacht op ons")]
    pub name: Option<String>,
    /// The filters and the sort of `listTickets`, as its query has them, without a page, a cursor or `updatedSince`.
    #[schema(value_type = String, min_length = 1, max_length = 4000, example = "state=new,active&team=eerste%20lijn&sort=priority,nextDueAt")]
    pub query: Option<String>,
    /// Whether everybody at the desk has it; otherwise it is the caller's alone.
    pub is_shared: Option<bool>,
}

impl From<SavedViewInput> for NewView {
    fn from(input: SavedViewInput) -> Self {
        let SavedViewInput { name, query, is_shared } = input;
        Self { name: name.unwrap_or_default(), query: query.unwrap_or_default(), is_shared: is_shared.unwrap_or_default() }
    }
}

/// Changes to a saved view; what is absent stays.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedViewPatch {
    /// Another name.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    pub name: Option<String>,
    /// Another choice.
    #[schema(min_length = 1, max_length = 4000)]
    pub query: Option<String>,
    /// Whether everybody at the desk has it.
    pub is_shared: Option<bool>,
}

impl From<SavedViewPatch> for ViewChange {
    fn from(SavedViewPatch { name, query, is_shared }: SavedViewPatch) -> Self {
        Self { name, query, is_shared }
    }
}

/// A choice of tickets that somebody saved.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedView {
    /// Its id; `listTickets` takes it as `view`.
    id: uuid::Uuid,
    /// What it is called.
    name: String,
    /// The filters and the sort.
    query: String,
    /// Whether everybody at the desk has it.
    is_shared: bool,
    /// Whose it is.
    owner: Actor,
    /// When it was saved.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Instant,
    /// Counts its changes; it is the view's `ETag`, too.
    version: i32,
}

/// A page of saved views.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedViewPage {
    /// By name.
    pub items: Vec<SavedView>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// That something was removed.
#[derive(ToSchema, Serialize)]
pub struct Removed {
    /// The id that it had.
    pub id: uuid::Uuid,
}

impl SavedView {
    pub fn new(view: saved_view::SavedView, actors: &Actors) -> Self {
        Self {
            id: view.id,
            name: view.name,
            query: view.query,
            is_shared: view.is_shared,
            owner: actors.show(&view.owner).into(),
            created_at: view.created_at,
            updated_at: view.updated_at,
            version: view.version,
        }
    }
}
