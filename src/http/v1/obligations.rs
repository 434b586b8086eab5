//! `/obligations`: what agreements require by a date.

use actix_web::web::Data;
use uuid::Uuid;

use super::tickets::names;
use crate::app::App;
use crate::domain::obligation::ObligationFilter;
use crate::domain::permission::{ReadObligations, RecordObligations};
use crate::http::answer::{CreatedAt, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::{ObligationId, Path};
use crate::http::query::{FromQuery, Keys, Query, among};
use crate::http::shapes::{FulfilmentInput, Obligation, ObligationInput, ObligationPage};
use crate::usecases::actors::Named;
use crate::usecases::obligations::{self, Fulfilment, NewObligation};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/obligations", list).id("listObligations").describe(
            "Shows a page of obligations, first due first.",
            "Filters take comma lists. The next page is asked for with `nextCursor`, until that is `null`.",
        ),
        post("/obligations", create).id("createObligation").describe(
            "Opens an obligation by a recorded fact.",
            "Its term is counted from the date of the fact; a duty that comes back opens by itself.",
        ),
        get("/obligations/{id}", show)
            .id("getObligation")
            .describe("Shows one obligation.", "With how its due instant was computed, its reminders, and what happened to it."),
        post("/obligations/{id}/fulfilments", fulfil).id("createObligationFulfilment").describe(
            "Records that an obligation was met.",
            "What was done in time but recorded late takes the lateness back. A client records what its own side must see to.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Obligations)).collect()
}

impl FromQuery for ObligationFilter {
    fn read(keys: &mut Keys) -> Self {
        let (due_from, due_before) = keys.span(("dueFrom", "Due at this instant or later"), ("dueBefore", "Due before this instant"));
        Self {
            contracts: keys.list("contract", "A comma list of ids of contracts"),
            organisations: keys.list("organisation", "A comma list of ids of organisations"),
            duties: keys.list("obligation", "A comma list of ids of obligations in their contract"),
            states: keys.codes("state", "A comma list of states: `open`, `late`, `met`"),
            due_from,
            due_before,
            limit: keys.page_size("How many obligations a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same filters", paging::read_position),
        }
    }
}

async fn list(app: Data<App>, caller: May<ReadObligations>, query: Query<ObligationFilter>) -> Result<Paged<ObligationPage>, Failure> {
    let (filter, mut problems) = query.partial();
    let is_asked = [&filter.contracts, &filter.organisations, &filter.duties].iter().any(|listed| !listed.is_empty());
    let names = names(&app, &caller, is_asked).await?;
    problems.extend(among("contract", &filter.contracts, names.contracts.iter().map(String::as_str)));
    problems.extend(among("organisation", &filter.organisations, names.organisations.iter().map(String::as_str)));
    problems.extend(among("obligation", &filter.duties, names.obligations.iter().map(String::as_str)));
    Failure::unless_none(problems)?;
    let size = filter.limit;
    let Named { shown, actors } = obligations::read::list(&app, &caller, &ObligationFilter { limit: size + 1, ..filter }).await?;
    let page = Page::of(shown, size, |last| paging::position(last.obligation.due_at, last.obligation.id));
    let items = page.items.iter().map(|one| Obligation::new(one, &actors)).collect::<Result<_, _>>()?;
    Ok(Paged(ObligationPage { items, next_cursor: page.next_cursor }))
}

async fn show(
    app: Data<App>,
    caller: May<ReadObligations>,
    Path(ObligationId(id)): Path<ObligationId>,
) -> Result<Json<Obligation>, Failure> {
    Ok(Json(shown(&app, &caller, id).await?))
}

async fn create(
    app: Data<App>,
    caller: May<RecordObligations>,
    key: IdempotencyKey,
    body: Body<ObligationInput>,
) -> Result<CreatedAt<Obligation>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let draft = NewObligation {
        contract: body.value.contract,
        duty: body.value.obligation,
        fact: body.value.fact,
        organisation: body.value.organisation,
        fact_at: body.value.fact_at,
        evidence: body.value.evidence.unwrap_or_default(),
    };
    let opened = obligations::open(&app, &stamp, &draft).await?;
    done(&app, &caller, opened.id).await
}

async fn fulfil(
    app: Data<App>,
    caller: May<RecordObligations>,
    Path(ObligationId(id)): Path<ObligationId>,
    key: IdempotencyKey,
    body: Body<FulfilmentInput>,
) -> Result<CreatedAt<Obligation>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let fulfilment = Fulfilment { met_at: body.value.met_at, evidence: body.value.evidence.unwrap_or_default() };
    let met = obligations::fulfil(&app, &stamp, id, &fulfilment).await?;
    done(&app, &caller, met.id).await
}

async fn done(app: &App, caller: &Caller, id: Uuid) -> Result<CreatedAt<Obligation>, Failure> {
    Ok(CreatedAt { location: format!("/v1/obligations/{id}"), shown: shown(app, caller, id).await? })
}

async fn shown(app: &App, caller: &Caller, id: Uuid) -> Result<Obligation, Failure> {
    let Named { shown, actors } = obligations::read::get(app, caller, id).await?;
    Ok(Obligation::new(&shown, &actors)?)
}
