//! Named choices of tickets that people of the desk save, for themselves or for all of them. What one holds was checked by the reader of the list
//! of tickets.

use uuid::Uuid;

use super::actors::{Actors, Named};
use super::held::{remember, repeated};
use super::{Code, Error, Stamp};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::permission::Verb;
use crate::domain::saved_view::SavedView;
use crate::store::{self, Tx};

#[derive(Debug, Clone)]
pub struct NewView {
    pub name: String,
    pub query: String,
    pub is_shared: bool,
}

/// Changes to a view; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct ViewChange {
    pub name: Option<String>,
    pub query: Option<String>,
    pub is_shared: Option<bool>,
}

/// A page of the caller's own and of those that are shared, by name.
pub async fn list(app: &App, caller: &Caller, after: Option<(&str, Uuid)>, limit: u64) -> Result<Named<Vec<SavedView>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let shown = store::saved_views::list(&view, &caller.who.actor.as_text(), after, limit).await?;
    Ok(Named { actors: Actors::of(&view, shown.iter().map(|one| &one.owner)).await?, shown })
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<SavedView, Error> {
    let found = store::saved_views::find(&app.db.view(caller.scope.clone()), &caller.who.actor.as_text(), id).await?;
    found.ok_or(Error::NotFound("view"))
}

/// The query of a view, for a list of tickets; none where the caller has no such view.
pub async fn query(app: &App, caller: &Caller, id: Uuid) -> Result<Option<String>, Error> {
    if caller.who.may(Verb::KeepViews).is_err() {
        return Ok(None);
    }
    match get(app, caller, id).await {
        Ok(view) => Ok(Some(view.query)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

pub async fn create(app: &App, stamp: &Stamp, new: &NewView) -> Result<SavedView, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::KeepViews)?;
            let owner = stamp.who.actor.as_text();
            if let Some(known) = repeated(tx, stamp).await? {
                return store::saved_views::find(tx, &owner, known).await?.ok_or(Error::NotFound("view"));
            }
            let (at, id) = (stamp.recorded_at, app.time.id());
            let NewView { name, query, is_shared } = new.clone();
            let view = SavedView { id, owner, name: name.trim().to_owned(), query, is_shared, created_at: at, updated_at: at, version: 1 };
            store::saved_views::insert(tx, &view).await?;
            tx.touch("saved_view", view.id);
            remember(app, tx, stamp, view.id).await?;
            Ok(view)
        })
        .await
}

/// Changes a view of the caller's own, or a shared one, if it still has one of the expected versions (`If-Match`; `None` expects none).
pub async fn change(app: &App, stamp: &Stamp, id: Uuid, change: &ViewChange, expected: Option<&[i32]>) -> Result<SavedView, Error> {
    stamp
        .write(app, async |tx| {
            let known = theirs(tx, stamp, id, expected).await?;
            let ViewChange { name, query, is_shared } = change.clone();
            let view = SavedView {
                name: name.map_or_else(|| known.name.clone(), |name| name.trim().to_owned()),
                query: query.unwrap_or_else(|| known.query.clone()),
                is_shared: is_shared.unwrap_or(known.is_shared),
                updated_at: stamp.recorded_at,
                version: known.version + 1,
                ..known
            };
            store::saved_views::update(tx, &view).await?;
            tx.touch("saved_view", id);
            Ok(view)
        })
        .await
}

/// Removes a view, for everybody.
pub async fn remove(app: &App, stamp: &Stamp, id: Uuid, expected: Option<&[i32]>) -> Result<(), Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::KeepViews)?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(());
            }
            theirs(tx, stamp, id, expected).await?;
            store::saved_views::remove(tx, id).await?;
            tx.touch("saved_view", id);
            remember(app, tx, stamp, id).await
        })
        .await
}

/// A view that the caller may change: their own, and a shared one of another where they look after those.
async fn theirs(tx: &Tx, stamp: &Stamp, id: Uuid, expected: Option<&[i32]>) -> Result<SavedView, Error> {
    stamp.who.may(Verb::KeepViews)?;
    let owner = stamp.who.actor.as_text();
    let known = store::saved_views::lock(tx, &owner, id).await?.ok_or(Error::NotFound("view"))?;
    if known.owner != owner {
        stamp.who.may(Verb::ManageViews)?;
    }
    if expected.is_some_and(|versions| !versions.contains(&known.version)) {
        return Err(Error::Conflict { code: Code::VersionChanged, detail: "the view changed since it was read".to_owned() });
    }
    Ok(known)
}
