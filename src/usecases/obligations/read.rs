//! Obligations as a caller sees them.

use uuid::Uuid;

use super::{Shown, with_histories};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::obligation::{Obligation, ObligationFilter};
use crate::store::{self, View};
use crate::usecases::Error;
use crate::usecases::actors::{Actors, Named};

/// A page of obligations, first due first.
pub async fn list(app: &App, caller: &Caller, filter: &ObligationFilter) -> Result<Named<Vec<Shown>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let found = store::obligations::list(&view, filter).await?;
    named(app, &view, found).await
}

/// One obligation.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Named<Shown>, Error> {
    let view = app.db.view(caller.scope.clone());
    let found = store::obligations::find(&view, id).await?.ok_or(Error::NotFound("obligation"))?;
    let Named { mut shown, actors } = named(app, &view, vec![found]).await?;
    Ok(Named { shown: shown.pop().ok_or(Error::NotFound("obligation"))?, actors })
}

async fn named(app: &App, view: &View, found: Vec<Obligation>) -> Result<Named<Vec<Shown>>, Error> {
    let shown = with_histories(app, view, found).await?;
    let events = shown.iter().flat_map(|one| &one.events);
    Ok(Named { actors: Actors::in_events(view, events).await?, shown })
}
