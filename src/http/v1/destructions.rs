//! `/destructions`: what was kept long enough, seen by two persons, and destroyed.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{DestroyRecords, ReadPrivacy};
use crate::domain::retention::{self, RetentionClass};
use crate::http::answer::{CreatedAt, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::paging::{self, Newest, Page};
use crate::http::path::{DestructionId, Path};
use crate::http::query::Query;
use crate::http::shapes::{Destruction, DestructionApprovalInput, DestructionInput, DestructionPage, EndingInput};
use crate::usecases::actors::Actors;
use crate::usecases::destructions::{self, NewDestruction};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/destructions", list)
            .id("listDestructions")
            .describe("Shows a page of what was proposed to be destroyed, newest first.", "And what became of it. The record of it stays."),
        post("/destructions", propose).id("createDestruction").refuses(409).describe(
            "Proposes to destroy what was kept for as long as the contract says.",
            "Lists at most 1000 things that are due, those that ended first; what stands under a legal hold is not among them. It counts as\n\
             the proposer's signature, in person, and waits for that of another person. `nothing_due` when there is none, and `destruction_waiting` when\n\
             all of it stands in a proposal of this class that waits.",
        ),
        get("/destructions/{destruction}", show)
            .id("getDestruction")
            .describe("Shows a proposal, what it lists, and what became of it.", "By numbers; nothing else of it is left. Tickets that one may not see are counted in `withheldItems`."),
        post("/destructions/{destruction}/approvals", approve).id("createDestructionApproval").refuses(409).describe(
            "Signs a proposal.",
            "With the signature of a second person it is carried out at once: texts, files, mails and people are destroyed for good. Histories\n\
             stay without them, so that every figure can still be counted.",
        ),
        post("/destructions/{destruction}/endings", end).id("createDestructionEnding").refuses(409).describe(
            "Withdraws a proposal that waits, or refuses it.",
            "Whoever proposed it withdraws it; whoever could sign it refuses it. What it lists may be proposed again.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Privacy)).collect()
}

async fn propose(
    app: Data<App>,
    caller: May<DestroyRecords>,
    key: IdempotencyKey,
    body: Body<DestructionInput>,
) -> Result<CreatedAt<Destruction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let class = body.value.class.as_deref().and_then(RetentionClass::named);
    let proposed = destructions::propose(&app, &stamp, &NewDestruction { contract: body.value.contract, class }).await?;
    done(&app, &caller, proposed).await
}

async fn approve(
    app: Data<App>,
    caller: May<DestroyRecords>,
    Path(DestructionId(id)): Path<DestructionId>,
    key: IdempotencyKey,
    body: Body<DestructionApprovalInput>,
) -> Result<CreatedAt<Destruction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let approved = destructions::approve(&app, &stamp, id, body.value.evidence.as_deref()).await?;
    done(&app, &caller, approved).await
}

async fn end(
    app: Data<App>,
    caller: May<DestroyRecords>,
    Path(DestructionId(id)): Path<DestructionId>,
    key: IdempotencyKey,
    body: Body<EndingInput>,
) -> Result<CreatedAt<Destruction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ended = destructions::end(&app, &stamp, id, &body.value.reason()).await?;
    done(&app, &caller, ended).await
}

async fn done(app: &App, caller: &Caller, one: retention::Destruction) -> Result<CreatedAt<Destruction>, Failure> {
    let location = format!("/v1/destructions/{}", one.id);
    Ok(CreatedAt { location, shown: shown(app, caller, one).await? })
}

async fn shown(app: &App, caller: &Caller, one: retention::Destruction) -> Result<Destruction, Failure> {
    let actors = Actors::seen_by(app, caller, named(&one)).await?;
    Ok(Destruction::new(one, &actors))
}

/// Whose names are shown with it.
fn named(one: &retention::Destruction) -> impl Iterator<Item = &String> {
    std::iter::once(&one.proposed_by).chain(one.ended.iter().map(|ended| &ended.by))
}

async fn show(
    app: Data<App>,
    caller: May<ReadPrivacy>,
    Path(DestructionId(id)): Path<DestructionId>,
) -> Result<Json<Destruction>, Failure> {
    let found = destructions::get(&app, &caller, id).await?;
    Ok(Json(shown(&app, &caller, found).await?))
}

async fn list(app: Data<App>, caller: May<ReadPrivacy>, query: Query<Newest>) -> Result<Paged<DestructionPage>, Failure> {
    let Newest { size, after } = query.checked()?;
    let found = destructions::list(&app, &caller, after, size + 1).await?;
    let actors = Actors::seen_by(&app, &caller, found.iter().flat_map(named)).await?;
    let page = Page::of(found, size, |one| paging::position(one.proposed_at, one.id));
    let items = page.items.into_iter().map(|one| Destruction::new(one, &actors)).collect();
    Ok(Paged(DestructionPage { items, next_cursor: page.next_cursor }))
}
