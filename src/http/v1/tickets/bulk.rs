//! `/v1/tickets/_bulk`: many tickets in one request, each by itself.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde_json::Value;

use super::{draft, seen};
use crate::app::App;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::incoming::Incoming;
use crate::http::json::escaped;
use crate::http::shapes::{Ticket, TicketBatch, TicketBatchInput, TicketBatchItem};
use crate::usecases::Problem;
use crate::usecases::tickets::{self, Draft};

/// The most tickets of one request.
const MOST: usize = 500;

/// Makes many tickets, each by itself: one that cannot be does not stop the others.
///
/// At most 500, each by itself: one that cannot be does not stop the others. There is a result for each, in the same order.
#[utoipa::path(post, path = "/tickets/_bulk", tag = "tickets", operation_id = "createTickets", request_body = TicketBatchInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 200, body = TicketBatch), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn create(app: web::Data<App>, caller: Caller, request: HttpRequest, incoming: Incoming) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(body::JSON).await?;
    let drafts: Vec<_> = items(body::json_of(&bytes)?)?.into_iter().map(read).collect();
    let made = tickets::register_many(&app, &caller.stamp_for(&app, &request, &bytes), &drafts).await?;
    let items = made.into_iter().map(|outcome| match outcome {
        Ok(made) => {
            let ticket = Ticket::from(&seen(&caller, made));
            TicketBatchItem { status: i32::from(StatusCode::CREATED.as_u16()), ticket: Some(ticket), problem: None }
        }
        Err(error) => {
            let failure = Failure::from(error);
            TicketBatchItem { status: i32::from(failure.status_code().as_u16()), ticket: None, problem: Some(failure.body()) }
        }
    });
    Ok(HttpResponse::Ok().json(TicketBatch { items: items.collect() }))
}

/// The tickets asked for, not yet looked at.
fn items((body, mut problems): (Value, Vec<Problem>)) -> Result<Vec<Value>, Failure> {
    let problem = |pointer: &str, code, detail: &str| Problem { pointer: pointer.to_owned(), code, detail: detail.to_owned() };
    let Value::Object(mut fields) = body else {
        return Err(Failure::invalid(vec![problem("", "wrong_type", "is not of type \"object\"")]));
    };
    let items = fields.remove("items");
    problems.extend(fields.keys().map(|name| problem(&format!("/{}", escaped(name)), "unknown_field", "is not a field here")));
    match &items {
        None => problems.push(problem("/items", "required", "is required")),
        Some(Value::Array(items)) if items.is_empty() => problems.push(problem("/items", "too_short", "has no ticket")),
        Some(Value::Array(items)) if items.len() > MOST => {
            problems.push(problem("/items", "too_long", &format!("has more than {MOST} tickets")));
        }
        Some(Value::Array(_)) => {}
        Some(_) => problems.push(problem("/items", "wrong_type", "is not of type \"array\"")),
    }
    match items {
        Some(Value::Array(items)) if problems.is_empty() => Ok(items),
        _ => Err(Failure::invalid(problems)),
    }
}

/// One of them as a draft, with everything that could not be read of it.
fn read(item: Value) -> Draft {
    let mut body = body::check(item, "TicketInput");
    let draft = draft(&mut body);
    Draft { unreadable: body.problems, ..draft }
}
