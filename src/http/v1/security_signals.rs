//! `/security-signals`: what touches security, and is no incident.

use actix_web::http::header::EntityTag;
use actix_web::web::Data;
use uuid::Uuid;

use super::tickets::names;
use crate::app::App;
use crate::domain::permission::{ReadSecuritySignals, RecordSecuritySignals};
use crate::domain::security_signal::{SecuritySignal as Kept, SignalFilter};
use crate::http::answer::{Created, CreatedAt, Json, Paged, Tagged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, patch, post};
use crate::http::paging::{self, Page};
use crate::http::path::{Path, SecuritySignalId};
use crate::http::query::{FromQuery, Keys, Query, among};
use crate::http::shapes::{
    SecuritySignal, SecuritySignalDiscussionInput, SecuritySignalIncidentInput, SecuritySignalInput, SecuritySignalList,
    SecuritySignalPage, SecuritySignalPatch,
};
use crate::http::version::IfMatch;
use crate::reports::service_management::Month;
use crate::usecases::actors::Named;
use crate::usecases::security_signals::{self, Shown};
use crate::usecases::{FieldCode, Stamp};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/security-signals", list).id("listSecuritySignals").describe(
            "Shows a page of security signals, last observed first.",
            "Whoever may not see them sees those that they recorded themselves. A `month` is one of the contract's, so it takes one `contract`.\n\
             The next page is asked for with `nextCursor`, until that is `null`.",
        ),
        post("/security-signals", create).id("createSecuritySignals").describe(
            "Records what was noticed that touches security, without making it an incident.",
            "For one client, or for each client of the contract: each talks it over with its own officers, so each has one of its own. The answer\n\
             is all of them, with the same `observation`.",
        ),
        get("/security-signals/{signal}", show)
            .id("getSecuritySignal")
            .describe("Shows one security signal.", "With what was done about it, the talks about it, and everything that happened to it."),
        patch("/security-signals/{signal}", respond).id("updateSecuritySignal").describe(
            "Adds what was done about a signal.",
            "What was written before stays. With `If-Match` it is refused when something happened to the signal in between.",
        ),
        post("/security-signals/{signal}/discussions", discuss).id("createSecuritySignalDiscussion").describe(
            "Records that a signal was talked over with the client's ISO or CISO.",
            "In which role, who that was, when, and what was said. The answer is the signal.",
        ),
        post("/security-signals/{signal}/incidents", became).id("createSecuritySignalIncident").describe(
            "Records which incident a signal became.",
            "An incident of the same contract and client that is flagged `security`. Another one than before takes its place, and the history keeps\n\
             both. The answer is the signal.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::SecuritySignals)).collect()
}

struct SignalsQuery {
    filter: SignalFilter,
    month: Option<Month>,
}

impl FromQuery for SignalsQuery {
    fn read(keys: &mut Keys) -> Self {
        let (observed_from, observed_before) =
            keys.span(("observedFrom", "Observed at this instant or later"), ("observedBefore", "Observed before this instant"));
        let month = keys.text("month", "Observed in this month of the contract, such as `2026-03`").map(|month| month.parse());
        if matches!(month, Some(Err(_))) {
            keys.refuse("month", FieldCode::BadMonth, "must be a month such as 2026-03");
        }
        let filter = SignalFilter {
            contracts: keys.list("contract", "A comma list of ids of contracts"),
            organisations: keys.list("organisation", "A comma list of ids of organisations"),
            observed_from,
            observed_before,
            limit: keys.page_size("How many signals a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same filters", paging::read_position),
        };
        Self { filter, month: month.and_then(Result::ok) }
    }
}

async fn list(app: Data<App>, caller: May<ReadSecuritySignals>, query: Query<SignalsQuery>) -> Result<Paged<SecuritySignalPage>, Failure> {
    let (SignalsQuery { filter, month }, mut problems) = query.partial();
    let is_asked = [&filter.contracts, &filter.organisations].iter().any(|listed| !listed.is_empty());
    let names = names(&app, &caller, is_asked).await?;
    problems.extend(among("contract", &filter.contracts, names.contracts.iter().map(String::as_str)));
    problems.extend(among("organisation", &filter.organisations, names.organisations.iter().map(String::as_str)));
    Failure::unless_none(problems)?;
    let size = filter.limit;
    let asked = SignalFilter { limit: size + 1, ..filter };
    let Named { shown, actors } = security_signals::read::list(&app, &caller, &asked, month).await?;
    let page = Page::of(shown, size, |last| paging::position(last.signal.observed_at, last.signal.id));
    let items = page.items.iter().map(|one| SecuritySignal::new(one, &actors)).collect();
    Ok(Paged(SecuritySignalPage { items, next_cursor: page.next_cursor }))
}

async fn create(
    app: Data<App>,
    caller: May<RecordSecuritySignals>,
    key: IdempotencyKey,
    body: Body<SecuritySignalInput>,
) -> Result<Created<SecuritySignalList>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let signals = security_signals::record(&app, &stamp, &body.value.into()).await?;
    let Named { shown, actors } = security_signals::read::after(&app, &caller, signals).await?;
    Ok(Created(SecuritySignalList { items: shown.iter().map(|one| SecuritySignal::new(one, &actors)).collect() }))
}

async fn show(
    app: Data<App>,
    caller: May<ReadSecuritySignals>,
    Path(SecuritySignalId(id)): Path<SecuritySignalId>,
) -> Result<Tagged<Json<SecuritySignal>>, Failure> {
    Ok(tagged(security_signals::read::get(&app, &caller, id).await?))
}

async fn respond(
    app: Data<App>,
    caller: May<RecordSecuritySignals>,
    Path(SecuritySignalId(id)): Path<SecuritySignalId>,
    IfMatch(expected): IfMatch,
    body: Body<SecuritySignalPatch>,
) -> Result<Tagged<Json<SecuritySignal>>, Failure> {
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    let text = body.value.response.unwrap_or_default();
    let signal = security_signals::respond(&app, &stamp, id, &text, expected.as_deref()).await?;
    Ok(tagged(one(&app, &caller, signal).await?))
}

async fn discuss(
    app: Data<App>,
    caller: May<RecordSecuritySignals>,
    Path(SecuritySignalId(id)): Path<SecuritySignalId>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<SecuritySignalDiscussionInput>,
) -> Result<Tagged<CreatedAt<SecuritySignal>>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let signal = security_signals::discuss(&app, &stamp, id, &body.value.into(), expected.as_deref()).await?;
    done(&app, &caller, signal).await
}

async fn became(
    app: Data<App>,
    caller: May<RecordSecuritySignals>,
    Path(SecuritySignalId(id)): Path<SecuritySignalId>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<SecuritySignalIncidentInput>,
) -> Result<Tagged<CreatedAt<SecuritySignal>>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let incident = body.value.incident.unwrap_or_default();
    let signal = security_signals::became(&app, &stamp, id, &incident, expected.as_deref()).await?;
    done(&app, &caller, signal).await
}

async fn done(app: &App, caller: &Caller, signal: Kept) -> Result<Tagged<CreatedAt<SecuritySignal>>, Failure> {
    let location = format!("/v1/security-signals/{}", signal.id);
    let Tagged { tag, answer: Json(shown) } = tagged(one(app, caller, signal).await?);
    Ok(Tagged { tag, answer: CreatedAt { location, shown } })
}

async fn one(app: &App, caller: &Caller, signal: Kept) -> Result<Named<Shown>, Failure> {
    let id: Uuid = signal.id;
    let Named { mut shown, actors } = security_signals::read::after(app, caller, vec![signal]).await?;
    let shown = shown.pop().ok_or_else(|| crate::usecases::Error::Internal(format!("security signal {id} is not shown")))?;
    Ok(Named { shown, actors })
}

fn tagged(Named { shown, actors }: Named<Shown>) -> Tagged<Json<SecuritySignal>> {
    Tagged { tag: EntityTag::new_strong(shown.version().to_string()), answer: Json(SecuritySignal::new(&shown, &actors)) }
}
