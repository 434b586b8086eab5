//! `/calls`: what somebody on the telephone says first, before the rest is known.

use actix_web::web::Data;

use super::tickets::{Made, made};
use crate::app::App;
use crate::domain::permission::RecordCalls;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, post};
use crate::http::shapes::CallInput;
use crate::usecases::tickets::{self, read};

pub fn operations() -> Vec<Operation> {
    let create = post("/calls", create).id("createCall").describe(
        "Notes who calls and passes it on: makes a ticket of a name, a number and whom it is passed to.",
        "For a telephone desk that only takes down who calls. The ticket's type, title and description can be given or changed later; without them it is\n\
         an incident. Whoever calls is known by name and number; where the contract has a list of contacts they must be on it, and of a reserved type they \
         must be one of those named.",
    );
    vec![create.tag(Tag::Tickets)]
}

async fn create(app: Data<App>, caller: May<RecordCalls>, key: IdempotencyKey, body: Body<CallInput>) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let call = body.value.call(body.problems);
    Ok(made(read::made(&caller, tickets::take_call(&app, &stamp, &call).await?)))
}
