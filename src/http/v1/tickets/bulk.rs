//! Many tickets in one request, independently of each other.

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::Value;

use crate::app::App;
use crate::domain::permission::RegisterTickets;
use crate::http::answer::Json;
use crate::http::body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::incoming::ReceivedBody;
use crate::http::json::REPEATED_CAP;
use crate::http::operation::{Argument, RequestContext, Signature};
use crate::http::shapes::{Ticket, TicketBatch, TicketBatchInput, TicketBatchItem, TicketInput};
use crate::http::validation::without_invalid_fields;
use crate::usecases::shape::escaped;
use crate::usecases::tickets::{self, Draft, read};
use crate::usecases::{FieldCode, Problem};

const MOST: usize = 500;

/// The body, with every ticket checked on its own.
pub struct Batch {
    drafts: Vec<Draft>,
    sent: ReceivedBody,
}

impl Argument for Batch {
    fn declare(signature: &mut Signature) {
        body::takes::<TicketBatchInput>(signature);
        signature.validated_by = Some(signature.schema_of::<TicketInput>());
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let (value, problems, sent) = body::json_of(context).await?;
        let validator = context.operation.validator()?;
        let (of_items, problems) = by_item(problems);
        let draft = |(at, item): (usize, Value)| {
            let mut problems = validator.problems(&item);
            problems.extend(of_items.iter().filter(|one| one.0 == at).map(|one| one.1.clone()));
            let input: TicketInput = body::read(without_invalid_fields(item, &problems))?;
            Ok(input.draft(problems))
        };
        let items = items(value, problems)?.items;
        Ok(Self { drafts: items.into_iter().enumerate().map(draft).collect::<Result<_, Failure>>()?, sent })
    }
}

/// The problems within one item each, with pointers into it, and those of the batch as a whole.
fn by_item(problems: Vec<Problem>) -> (Vec<(usize, Problem)>, Vec<Problem>) {
    // So many that not all of them are known: then no item can be trusted.
    if problems.len() >= REPEATED_CAP {
        return (Vec::new(), problems);
    }
    let (mut of_items, mut of_batch) = (Vec::new(), Vec::new());
    for problem in problems {
        let within = problem.pointer.strip_prefix("/items/").and_then(|rest| rest.split_once('/'));
        match within.and_then(|(at, rest)| Some((at.parse().ok()?, format!("/{rest}")))) {
            Some((at, pointer)) => of_items.push((at, Problem { pointer, ..problem })),
            None => of_batch.push(problem),
        }
    }
    (of_items, of_batch)
}

pub async fn create(app: Data<App>, caller: May<RegisterTickets>, key: IdempotencyKey, batch: Batch) -> Result<Json<TicketBatch>, Failure> {
    let made = tickets::register_many(&app, &caller.stamp_once(&app, &key, &batch.sent), &batch.drafts).await?;
    let items = made.into_iter().map(|outcome| match outcome {
        Ok(made) => {
            let ticket = Ticket::from(read::made(&caller, made));
            TicketBatchItem { status: i32::from(StatusCode::CREATED.as_u16()), ticket: Some(ticket), problem: None }
        }
        Err(error) => {
            let failure = Failure::from(error);
            TicketBatchItem { status: i32::from(failure.status_code().as_u16()), ticket: None, problem: Some(failure.body()) }
        }
    });
    Ok(Json(TicketBatch { items: items.collect() }))
}

/// Checks the body without its tickets, by hand: with the schema, one malformed ticket would refuse all of them.
fn items(body: Value, mut problems: Vec<Problem>) -> Result<TicketBatchInput, Failure> {
    let problem = |pointer: &str, code, detail: &str| Problem { pointer: pointer.to_owned(), code, detail: detail.to_owned() };
    let Value::Object(fields) = &body else {
        return Err(Failure::invalid(vec![problem("", FieldCode::WrongType, "must be an object")]));
    };
    let others = fields.keys().filter(|name| *name != "items");
    problems.extend(others.map(|name| problem(&format!("/{}", escaped(name)), FieldCode::UnknownField, "is not a field here")));
    match &fields.get("items") {
        None => problems.push(problem("/items", FieldCode::Required, "is required")),
        Some(Value::Array(items)) if items.is_empty() => problems.push(problem("/items", FieldCode::TooShort, "has no ticket")),
        Some(Value::Array(items)) if items.len() > MOST => {
            problems.push(problem("/items", FieldCode::TooLong, &format!("has more than {MOST} tickets")));
        }
        Some(Value::Array(_)) => {}
        Some(_) => problems.push(problem("/items", FieldCode::WrongType, "must be a list")),
    }
    if problems.is_empty() { body::read(body) } else { Err(Failure::invalid(problems)) }
}
