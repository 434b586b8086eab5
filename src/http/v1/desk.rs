//! What is not one ticket: the sandbox, reports, and whether the desk is well.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::app::App;
use crate::http::caller::Caller;
use crate::http::deprecation::Deprecation;
use crate::http::document;
use crate::http::error::Failure;
use crate::http::fields::{self, Query};
use crate::http::incoming::Incoming;
use crate::http::shapes::{AdvanceInput, ApiDocument, Sandbox};
use crate::jobs;
use crate::reports::service_management::{Month, ServiceManagementReport};
use crate::usecases::sandbox::Advance;
use crate::usecases::{Error, Problem, dead_letters, outbound, reports, sandbox};

type App_ = web::Data<App>;

/// Shows where a sandbox's time stands.
///
/// Also when the next timer or mail is due. A desk that lives in real time answers 409.
#[utoipa::path(get, path = "/sandbox", tag = "sandbox", operation_id = "getSandbox",
    responses((status = 200, body = Sandbox), (status = 409)))]
pub async fn sandbox_time(app: App_, caller: Caller) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    sandbox::refuse_outside(&app)?;
    Ok(HttpResponse::Ok().json(Sandbox { now_at: app.time.now(), next_due_at: jobs::next_due(&app).await? }))
}

/// Advances a sandbox's time; answers when everything that became due has had its turn.
///
/// Give `to` or `by`, at most ten years ahead. Timers, escalations and mail go at their own instants on the way; time never goes back. A
/// repeat under the same key goes no further than the first did.
#[utoipa::path(post, path = "/sandbox/advances", tag = "sandbox", operation_id = "createSandboxAdvance", request_body = AdvanceInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = Sandbox)))]
pub async fn advance(app: App_, caller: Caller, request: HttpRequest, incoming: Incoming) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    sandbox::refuse_outside(&app)?;
    let bytes = incoming.take(fields::JSON).await?;
    let mut body = fields::read(&bytes, "AdvanceInput")?;
    let to = body.instant("to");
    let by = body.text("by").and_then(|by| seconds(&by));
    let (has_to, has_by) = (!body.fields["to"].is_null(), !body.fields["by"].is_null());
    if body.problems.is_empty() && has_to == has_by {
        body.problems.push(Problem::field("to", "one_of", "give either to or by"));
    }
    if body.problems.is_empty() && has_by && by.is_none() {
        body.problems.push(Problem::field("by", "bad_duration", "is no duration such as PT4H"));
    }
    body.checked()?;
    let advance = to.map_or(Advance::By(by.unwrap_or_default()), Advance::To);
    let now_at = sandbox::advance(&app, &caller.stamp_for(&app, &request, &bytes), advance).await?;
    Ok(HttpResponse::Created().json(Sandbox { now_at, next_due_at: jobs::next_due(&app).await? }))
}

/// Seconds of an ISO 8601 duration of weeks, or days, hours, minutes and seconds.
fn seconds(text: &str) -> Option<i64> {
    let (mut total, mut number, mut units) = (0_i64, String::new(), 0);
    for sign in text.strip_prefix('P')?.chars() {
        let unit = match sign {
            '0'..='9' => {
                number.push(sign);
                continue;
            }
            'T' => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
        units += 1;
    }
    (units > 0 && number.is_empty()).then_some(total)
}

/// Shows a contract's service-management report of a month.
///
/// Figures are replayed from history. What is counted is as of the month's end, and later acts do not change it; a verdict on a goal is corrected by
/// what undoes it, and every fact recorded late and every correction is listed. With `asOf` the report is as it was known then. Who
/// was a client in the month sees it, also after leaving.
#[utoipa::path(get, path = "/reports/service-management", tag = "reports", operation_id = "getServiceManagementReport",
    params(("contract" = String, Query, description = "The contract's id"), ("month" = String, Query, description = "The month, such as `2026-03`"),
        ("asOf" = Option<String>, Query, description = "As known at this instant, with an offset; now unless said")),
    responses((status = 200, body = ServiceManagementReport), (status = 404)))]
pub async fn service_management(app: App_, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let mut query = Query::read(&request, &["contract", "month", "asOf"]);
    let (contract, month) = (query.required("contract"), query.required("month").parse::<Month>());
    let as_of = query.instant("asOf");
    if month.is_err() && query.text("month").is_some() {
        query.refuse("month", "bad_month", "must be a month such as 2026-03");
    }
    query.checked()?;
    let Ok(month) = month else { return Err(Failure::invalid(Vec::new())) };
    Ok(HttpResponse::Ok().json(reports::service_management(&app, &caller.scope, &contract, month, as_of).await?))
}

/// Says that the process lives.
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Says whether the desk can work, which takes a database that can be written to, and what was given up: events by its handlers,
/// and mails.
pub async fn readyz(app: App_) -> Result<HttpResponse, Failure> {
    app.db.ready().await.map_err(Error::from)?;
    let (events, mails) = (dead_letters::count(&app).await?, outbound::count_given_up(&app).await?);
    Ok(HttpResponse::Ok().json(json!({ "status": "ok", "deadLetters": events, "undeliveredMails": mails })))
}

/// Shows this document.
///
/// OpenAPI 3.0.3, for everyone, from any origin.
#[utoipa::path(get, path = "/openapi.json", tag = "document", operation_id = "getApiDocument", security(()),
    responses((status = 200, body = ApiDocument, headers(("access-control-allow-origin" = String, description = "Any origin")))))]
pub async fn api_document(deprecated: web::Data<&'static [Deprecation]>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Access-Control-Allow-Origin", "*"))
        .content_type("application/json")
        .body(document::text_of(&deprecated))
}

/// Whatever is not there.
pub async fn nothing(request: HttpRequest) -> Result<HttpResponse, Failure> {
    let bare = request.path().trim_end_matches('/');
    let is_slash_too_many = bare.len() < request.path().len() && request.resource_map().match_pattern(bare).is_some();
    let detail =
        if is_slash_too_many { "there is nothing here: write the path without the slash at its end" } else { "there is nothing here" };
    Err(Failure::new(StatusCode::NOT_FOUND, "not_found", detail))
}
