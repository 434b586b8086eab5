//! `/routing-rules`: to which team new tickets come, tried on past ones before it counts.

use actix_web::http::header::EntityTag;
use actix_web::web::Data;
use uuid::Uuid;

use crate::app::App;
use crate::domain::permission::{ReadRoutingRules, WriteRoutingRules};
use crate::domain::routing_rule::RoutingRule as Kept;
use crate::domain::ticket::listing::Span;
use crate::http::answer::{Created, CreatedAt, Json, Paged, Tagged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, patch, post};
use crate::http::paging::{self, Page};
use crate::http::path::{Path, RoutingRuleId};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{Removed, RoutingRule, RoutingRuleInput, RoutingRulePage, RoutingRulePatch, RoutingTrial, RoutingTrialInput};
use crate::http::version::IfMatch;
use crate::usecases::actors::{Actors, Named};
use crate::usecases::{Stamp, routing};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/routing-rules", list).id("listRoutingRules").describe(
            "Shows a page of the rules by which tickets come to a team.",
            "In the order in which they are held against a ticket. Of the active ones the first that fits counts, when a ticket is registered\n\
             and when it is said later what it is about.",
        ),
        post("/routing-rules", create).id("createRoutingRule").refuses(409).describe(
            "Makes a rule, which does not count yet.",
            "It gives a team to tickets in nobody's hands, proposes a priority for those of which nobody set one, or both. It is tried with\n\
             `createRoutingTrial`, and then made active with `updateRoutingRule`.",
        ),
        get("/routing-rules/{rule}", show).id("getRoutingRule").describe("Shows one rule.", "Whether it counts, and when it was tried."),
        patch("/routing-rules/{rule}", change).id("updateRoutingRule").describe(
            "Changes a rule, or has it count.",
            "What is absent stays. A rule whose conditions, team or priority change does not count any more until it is tried again and made active.\n\
             With `If-Match` it is refused when another changed it in between.",
        ),
        post("/routing-rules/{rule}/trials", try_out).id("createRoutingTrial").describe(
            "Tries a rule on past tickets.",
            "Those that were reported in the span and that the caller sees, as they are now: which of them it fits, for which an active rule\n\
             before it counts instead, and with which team they are. Nothing is done to them.",
        ),
        post("/routing-rules/{rule}/removals", remove)
            .id("createRoutingRuleRemoval")
            .describe("Removes a rule.", "What it did to tickets stays, and their histories name it."),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Tickets)).collect()
}

struct RulesQuery {
    size: u64,
    after: Option<(i32, Uuid)>,
}

impl FromQuery for RulesQuery {
    fn read(keys: &mut Keys) -> Self {
        let size = keys.page_size("How many rules a page shows; 20 unless said", 20);
        Self { size, after: paging::after(keys, "The `nextCursor` of the page before", read_position) }
    }
}

fn read_position(text: &str) -> Option<(i32, Uuid)> {
    let (position, id) = text.split_once('/')?;
    Some((position.parse().ok()?, id.parse().ok()?))
}

async fn list(app: Data<App>, caller: May<ReadRoutingRules>, query: Query<RulesQuery>) -> Result<Paged<RoutingRulePage>, Failure> {
    let RulesQuery { size, after } = query.checked()?;
    let Named { shown, actors } = routing::list(&app, &caller, after, size + 1).await?;
    let page = Page::of(shown, size, |rule| format!("{}/{}", rule.position, rule.id));
    let items = page.items.into_iter().map(|rule| RoutingRule::new(rule, &actors)).collect();
    Ok(Paged(RoutingRulePage { items, next_cursor: page.next_cursor }))
}

async fn create(
    app: Data<App>,
    caller: May<WriteRoutingRules>,
    key: IdempotencyKey,
    body: Body<RoutingRuleInput>,
) -> Result<Tagged<CreatedAt<RoutingRule>>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let rule = routing::create(&app, &stamp, &body.value.into()).await?;
    let location = format!("/v1/routing-rules/{}", rule.id);
    let Tagged { tag, answer: Json(shown) } = shown(&app, &caller, rule).await?;
    Ok(Tagged { tag, answer: CreatedAt { location, shown } })
}

async fn show(
    app: Data<App>,
    caller: May<ReadRoutingRules>,
    Path(RoutingRuleId(id)): Path<RoutingRuleId>,
) -> Result<Tagged<Json<RoutingRule>>, Failure> {
    let rule = routing::get(&app, &caller, id).await?;
    shown(&app, &caller, rule).await
}

async fn change(
    app: Data<App>,
    caller: May<WriteRoutingRules>,
    Path(RoutingRuleId(id)): Path<RoutingRuleId>,
    IfMatch(expected): IfMatch,
    body: Body<RoutingRulePatch>,
) -> Result<Tagged<Json<RoutingRule>>, Failure> {
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    let rule = routing::change(&app, &stamp, id, &body.value.into(), expected.as_deref()).await?;
    shown(&app, &caller, rule).await
}

async fn try_out(
    app: Data<App>,
    caller: May<WriteRoutingRules>,
    Path(RoutingRuleId(id)): Path<RoutingRuleId>,
    body: Body<RoutingTrialInput>,
) -> Result<Created<RoutingTrial>, Failure> {
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    let span = Span { from: body.value.opened_from, before: body.value.opened_before };
    Ok(Created(routing::try_out(&app, &stamp, &caller, id, span).await?.into()))
}

async fn remove(
    app: Data<App>,
    caller: May<WriteRoutingRules>,
    Path(RoutingRuleId(id)): Path<RoutingRuleId>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
) -> Result<Created<Removed>, Failure> {
    routing::remove(&app, &caller.stamp_once(&app, &key, &[]), id, expected.as_deref()).await?;
    Ok(Created(Removed { id }))
}

async fn shown(app: &App, caller: &Caller, rule: Kept) -> Result<Tagged<Json<RoutingRule>>, Failure> {
    let actors = Actors::seen_by(app, caller, [&rule.author]).await?;
    Ok(Tagged { tag: EntityTag::new_strong(rule.version.to_string()), answer: Json(RoutingRule::new(rule, &actors)) })
}
