//! `/saved-views`: named choices of tickets, of somebody's own or of the whole desk.

use actix_web::http::header::EntityTag;
use actix_web::web::Data;
use uuid::Uuid;

use super::tickets::problems_of_a_view;
use crate::app::App;
use crate::domain::permission::KeepViews;
use crate::domain::saved_view::SavedView as Kept;
use crate::http::answer::{Created, CreatedAt, Json, Paged, Tagged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, patch, post};
use crate::http::paging::{self, Page};
use crate::http::path::{Path, SavedViewId};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{Removed, SavedView, SavedViewInput, SavedViewPage, SavedViewPatch};
use crate::http::version::IfMatch;
use crate::usecases::actors::{Actors, Named};
use crate::usecases::{Problem, Stamp, saved_views};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/saved-views", list)
            .id("listSavedViews")
            .describe("Shows a page of saved views, by name.", "The caller's own, and those that everybody at the desk has."),
        post("/saved-views", create).id("createSavedView").describe(
            "Saves a choice of tickets.",
            "The query is read as `listTickets` reads it, and refused for what that would refuse. `listTickets` takes the view's id as `view`, with\n\
             further parameters that narrow it.",
        ),
        get("/saved-views/{view}", show).id("getSavedView").describe("Shows one saved view.", "One's own, or one that everybody has."),
        patch("/saved-views/{view}", change).id("updateSavedView").describe(
            "Changes a saved view.",
            "What is absent stays. Somebody else's shared view is changed by a service manager. With `If-Match` it is refused when another changed it in\n\
             between.",
        ),
        post("/saved-views/{view}/removals", remove)
            .id("createSavedViewRemoval")
            .describe("Removes a saved view, for everybody who has it.", "Somebody else's shared view is removed by a service manager."),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Tickets)).collect()
}

struct ViewsQuery {
    size: u64,
    after: Option<(String, Uuid)>,
}

impl FromQuery for ViewsQuery {
    fn read(keys: &mut Keys) -> Self {
        let size = keys.page_size("How many views a page shows; 20 unless said", 20);
        Self { size, after: paging::after(keys, "The `nextCursor` of the page before", read_position) }
    }
}

fn read_position(text: &str) -> Option<(String, Uuid)> {
    let (id, name) = text.split_once('/')?;
    Some((name.to_owned(), id.parse().ok()?))
}

async fn list(app: Data<App>, caller: May<KeepViews>, query: Query<ViewsQuery>) -> Result<Paged<SavedViewPage>, Failure> {
    let ViewsQuery { size, after } = query.checked()?;
    let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
    let Named { shown, actors } = saved_views::list(&app, &caller, after, size + 1).await?;
    let page = Page::of(shown, size, |view| format!("{}/{}", view.id, view.name));
    let items = page.items.into_iter().map(|view| SavedView::new(view, &actors)).collect();
    Ok(Paged(SavedViewPage { items, next_cursor: page.next_cursor }))
}

async fn create(
    app: Data<App>,
    caller: May<KeepViews>,
    key: IdempotencyKey,
    body: Body<SavedViewInput>,
) -> Result<Tagged<CreatedAt<SavedView>>, Failure> {
    let mut stamp = caller.stamp_of(&app, &key, &body);
    stamp.unreadable.extend(problems(&app, &caller, body.value.query.as_deref()).await?);
    let view = saved_views::create(&app, &stamp, &body.value.into()).await?;
    let location = format!("/v1/saved-views/{}", view.id);
    let Tagged { tag, answer: Json(shown) } = shown(&app, &caller, view).await?;
    Ok(Tagged { tag, answer: CreatedAt { location, shown } })
}

async fn show(
    app: Data<App>,
    caller: May<KeepViews>,
    Path(SavedViewId(id)): Path<SavedViewId>,
) -> Result<Tagged<Json<SavedView>>, Failure> {
    let view = saved_views::get(&app, &caller, id).await?;
    shown(&app, &caller, view).await
}

async fn change(
    app: Data<App>,
    caller: May<KeepViews>,
    Path(SavedViewId(id)): Path<SavedViewId>,
    IfMatch(expected): IfMatch,
    body: Body<SavedViewPatch>,
) -> Result<Tagged<Json<SavedView>>, Failure> {
    let wrong = problems(&app, &caller, body.value.query.as_deref()).await?;
    let stamp = Stamp { unreadable: [body.problems, wrong].concat(), ..caller.stamp(&app) };
    let view = saved_views::change(&app, &stamp, id, &body.value.into(), expected.as_deref()).await?;
    shown(&app, &caller, view).await
}

async fn remove(
    app: Data<App>,
    caller: May<KeepViews>,
    Path(SavedViewId(id)): Path<SavedViewId>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
) -> Result<Created<Removed>, Failure> {
    saved_views::remove(&app, &caller.stamp_once(&app, &key, &[]), id, expected.as_deref()).await?;
    Ok(Created(Removed { id }))
}

async fn shown(app: &App, caller: &Caller, view: Kept) -> Result<Tagged<Json<SavedView>>, Failure> {
    let actors = Actors::seen_by(app, caller, [&view.owner]).await?;
    Ok(Tagged { tag: EntityTag::new_strong(view.version.to_string()), answer: Json(SavedView::new(view, &actors)) })
}

/// What is wrong with a query, each as a problem of that field.
async fn problems(app: &App, caller: &Caller, query: Option<&str>) -> Result<Vec<Problem>, Failure> {
    let Some(query) = query else { return Ok(Vec::new()) };
    let wrong = problems_of_a_view(app, caller, query).await?;
    Ok(wrong.into_iter().map(|one| Problem::field("query", one.code, format!("{}: {}", one.pointer, one.detail))).collect())
}
