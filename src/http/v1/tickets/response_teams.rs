//! Response teams that are called in on breaches of security.

use actix_web::web::Data;

use super::{Made, done};
use crate::app::App;
use crate::domain::permission::{CallResponseTeams, ReadTickets};
use crate::domain::ticket::TicketRef;
use crate::http::answer::Json;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::path::Path;
use crate::http::shapes::{ResponseTeamInput, ResponseTeamRemovalInput, TicketResponseTeam, TicketResponseTeamList};
use crate::http::version::IfMatch;
use crate::usecases::actors::Named;
use crate::usecases::tickets::{self, When, read};

pub fn operations() -> [Operation; 3] {
    [
        get("/tickets/{ref}/response-teams", list).id("listTicketResponseTeams").describe(
            "Shows which response teams are called in on a ticket.",
            "Each with what it answers for, what it is asked to do, and who called it in. Those that were taken back stand in the history.",
        ),
        post("/tickets/{ref}/response-teams", call).id("createTicketResponseTeam").describe(
            "Calls in a response team of the contract on a breach of security.",
            "On an open incident that is flagged `security`, any number of teams, each once. Those who act in the team's roles are mailed what it\n\
             answers for and what it is asked to do. They see no more of the ticket by it than they could before.",
        ),
        post("/tickets/{ref}/response-team-removals", take_back).id("createTicketResponseTeamRemoval").describe(
            "Takes a response team back from a ticket, with a reason.",
            "The history keeps that it was called in. It can be called in again, and is then mailed again.",
        ),
    ]
}

async fn list(app: Data<App>, caller: May<ReadTickets>, Path(ticket): Path<TicketRef>) -> Result<Json<TicketResponseTeamList>, Failure> {
    let Named { shown, actors } = read::response_teams(&app, &caller, ticket).await?;
    Ok(Json(TicketResponseTeamList { items: shown.into_iter().map(|called| TicketResponseTeam::new(called, &actors)).collect() }))
}

async fn call(
    app: Data<App>,
    caller: May<CallResponseTeams>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<ResponseTeamInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ResponseTeamInput { team, task } = body.value;
    let team = team.unwrap_or_default();
    let ticket = tickets::call_team(&app, &stamp, ticket, &team, task.as_deref(), expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}

async fn take_back(
    app: Data<App>,
    caller: May<CallResponseTeams>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<ResponseTeamRemovalInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ticket = tickets::act(&app, &stamp, ticket, &[body.value.wish()], &When::default(), expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}
