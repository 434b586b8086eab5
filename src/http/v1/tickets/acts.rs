//! The same done to many tickets: assigned, tagged, linked, moved. Each is a transaction of its own.

use std::collections::BTreeSet;

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::web::Data;

use super::moves;
use crate::app::App;
use crate::domain::permission::TakePart;
use crate::domain::ticket::assign::{Assign, Field};
use crate::domain::ticket::tag::{AddTags, Tag};
use crate::domain::ticket::{Act, TicketRef};
use crate::http::answer::Json;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, post};
use crate::http::shapes::{TicketActResult, TicketActResults, TicketActsInput, linking};
use crate::usecases::tickets::{self, Deed, read};
use crate::usecases::{Error, FieldCode, Problem};

pub fn operations() -> [Operation; 1] {
    [post("/ticket-acts", act).id("createTicketActs").describe(
        "Does the same to many tickets: assigns, tags, links or moves them.",
        "At most 100, each by itself: one that cannot be does not stop the others, and there is a result for each, in the same order. Of one\n\
         ticket all is done or nothing. What a move needs beyond its reason, a ticket must have by itself.",
    )]
}

async fn act(
    app: Data<App>,
    caller: May<TakePart>,
    key: IdempotencyKey,
    body: Body<TicketActsInput>,
) -> Result<Json<TicketActResults>, Failure> {
    let mut stamp = caller.stamp_of(&app, &key, &body);
    let input = body.value;
    let mut problems = Vec::new();
    let named = input.tickets.unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (at, name) in named.iter().enumerate().filter(|(_, name)| !seen.insert(*name)) {
        problems.push(Problem::field(&format!("tickets/{at}"), FieldCode::Repeated, format!("{name} is named twice")));
    }
    let mut wishes = Vec::new();
    if !(input.assignee.is_kept() && input.team.is_kept()) {
        wishes.push(Act::Assign(Assign { assignee: input.assignee, team: input.team, third_party: Field::Kept }));
    }
    if let Some(tags) = input.tags {
        let mut read: Vec<Tag> = Vec::new();
        for (at, text) in tags.iter().enumerate() {
            match text.parse() {
                Ok(tag) => read.push(tag),
                Err(no_tag) => problems.push(Problem::field(&format!("tags/{at}"), FieldCode::BadFormat, format!("{no_tag}"))),
            }
        }
        wishes.push(Act::AddTags(AddTags(read)));
    }
    let link = input.link.and_then(|link| linking("link/", link.kind.as_ref(), link.ticket.as_ref(), &mut problems));
    let (transition, when) = input.transition.map(moves::wish).unzip();
    let deed = Deed { wishes, link, transition, when: when.unwrap_or_default() };
    if deed.is_nothing() && problems.is_empty() && stamp.unreadable.is_empty() {
        problems.push(Problem::field("tickets", FieldCode::NotAllowed, "say what is to be done to them"));
    }
    stamp.unreadable.extend(problems);
    if !stamp.unreadable.is_empty() {
        return Err(Error::Invalid(stamp.unreadable).into());
    }
    let (mut items, mut acted_on) = (Vec::new(), BTreeSet::new());
    for (at, name) in named.into_iter().enumerate() {
        let done = match name.parse::<TicketRef>() {
            Ok(ticket) => Box::pin(tickets::act_on_one(&app, &stamp, ticket, &deed, (at, &acted_on))).await,
            Err(_no_ref) => Err(Error::NotFound("ticket")),
        };
        items.push(match done {
            Ok(ticket) => {
                acted_on.insert(ticket.id);
                let ticket = Some(read::after(&app, &caller, ticket).await?.into());
                TicketActResult { name, status: i32::from(StatusCode::OK.as_u16()), ticket, problem: None }
            }
            Err(error) => {
                let failure = Failure::from(error);
                let status = i32::from(failure.status_code().as_u16());
                TicketActResult { name, status, ticket: None, problem: Some(failure.body()) }
            }
        });
    }
    Ok(Json(TicketActResults { items }))
}
