//! Moves to another phase, escalations, and agreed repair times.

use actix_web::web::Data;

use super::{Made, done};
use crate::app::App;
use crate::domain::contract::ClosingText;
use crate::domain::permission::{AgreeRepairs, DecideSteps, ReadTickets, TakePart};
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::escalate::Escalate;
use crate::domain::workflow::Handling;
use crate::http::answer::Json;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::path::Path;
use crate::http::shapes::{EscalationInput, PossibleTransition, PossibleTransitions, RepairAgreementInput, TransitionInput};
use crate::http::version::IfMatch;
use crate::usecases::tickets::read::{self, Moves};
use crate::usecases::tickets::{self, RepairAgreement, Transition, When};

pub async fn possible(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ticket): Path<TicketRef>,
) -> Result<Json<PossibleTransitions>, Failure> {
    let Moves { of, moves, side, expected } = read::moves(&app, &caller, ticket).await?;
    let items = moves.iter().map(|outlook| PossibleTransition::new(&of, outlook, side)).collect();
    let expected_parts = expected.into_iter().map(Into::into).collect();
    Ok(Json(PossibleTransitions { items, expected_parts }))
}

pub async fn transition(
    app: Data<App>,
    caller: May<TakePart>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<TransitionInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let (wish, when) = wish(body.value);
    let ticket = tickets::transition(&app, &stamp, ticket, &wish, &when, expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}

/// A move as it is asked for, and when it was made.
pub fn wish(body: TransitionInput) -> (Transition, When) {
    let when = When { occurred_at: body.occurred_at, reason: body.occurred_at_reason, arrived: None };
    let texts = [(ClosingText::Measures, body.measures), (ClosingText::Results, body.results), (ClosingText::Lessons, body.lessons)];
    let texts = texts.into_iter().filter_map(|(text, words)| Some((text, words?))).collect();
    let handling = body.handling.as_deref().and_then(Handling::named);
    let wish = Transition { to: body.to.unwrap_or_default(), reason: body.reason.unwrap_or_default(), cause: body.cause, texts, handling };
    (wish, when)
}

pub async fn agree_repair(
    app: Data<App>,
    caller: May<AgreeRepairs>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<RepairAgreementInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let body = body.value;
    let when = When { occurred_at: body.occurred_at, reason: body.occurred_at_reason, arrived: None };
    let agreed_by = body.agreed_by.map(|one| (one.name, one.email)).unwrap_or_default();
    let agreement = RepairAgreement { due_at: body.due_at.unwrap_or(stamp.recorded_at), agreed_by };
    let ticket = tickets::agree_repair(&app, &stamp, ticket, &agreement, &when, expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}

pub async fn escalate(
    app: Data<App>,
    caller: May<DecideSteps>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<EscalationInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let body = body.value;
    let wish = Escalate { code: body.code.unwrap_or_default(), reason: body.reason.unwrap_or_default() };
    let ticket = tickets::escalate(&app, &stamp, ticket, wish, expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}
