//! A ticket's scope, line, links, decisions and the attention it needs.

use actix_web::web::Data;

use super::{Made, done};
use crate::app::App;
use crate::domain::permission::{
    AnswerQuestions, AssignTickets, DeclareMajor, LinkTickets, MoveTickets, ReadDeskWork, ReadTickets, ScopeTickets,
};
use crate::domain::ticket::TicketRef;
use crate::http::answer::Json;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::path::Path;
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{
    AttentionRemovalInput, CollisionList, DecisionInput, LineChangeInput, MajorDeclarationInput, ProblemSuggestionList, ScopeChangeInput,
    TicketDecision, TicketDecisionList, TicketLink, TicketLinkInput, TicketLinkList, TicketLinkRemovalInput, WorkInstruction, linking,
};
use crate::http::version::IfMatch;
use crate::usecases::actors::Named;
use crate::usecases::tickets::{self, Linking, When, read};
use crate::usecases::{Error, Stamp, catalogue};

pub fn operations() -> [Operation; 12] {
    [
        post("/tickets/{ref}/scope-changes", change_scope).id("createTicketScopeChange").describe(
            "Takes a ticket out of the agreement's scope, or back into it, with a reason.",
            "Out of scope it stays open and visible, has no clocks, and counts in no figure. Back in scope its clocks count as if it had never been out, and\n\
             goals that were missed meanwhile are recorded then.",
        ),
        post("/tickets/{ref}/line-changes", change_line).id("createTicketLineChange").describe(
            "Gives a ticket to another line of the desk, with a reason.",
            "A fault of the system goes to the second line at once (`systemFault`). No clock follows it.",
        ),
        post("/tickets/{ref}/major-declarations", declare_major).id("createTicketMajorDeclaration").describe(
            "Declares that an incident is a major one, or withdraws that.",
            "What is done to a major incident is done to those that are part of it (links of kind `child`): they move where it moves.",
        ),
        post("/tickets/{ref}/attention-removals", settle_attention).id("createTicketAttentionRemoval").describe(
            "Says that a ticket needs no attention any more, with a reason.",
            "It needs some when the client wrote on it after it was done with, or what it was made for no longer holds. Answering or moving it ends that, too.",
        ),
        get("/tickets/{ref}/work-instruction", instruction).id("getTicketWorkInstruction").describe(
            "Shows how what a service request asks for is carried out.",
            "The work instruction of its item in the catalogue, as it stood when the ticket was registered. For the desk alone; 404 where there is none.",
        ),
        get("/tickets/{ref}/links", links).id("listTicketLinks").describe(
            "Shows which tickets a ticket is linked to.",
            "Each as seen from this one: at the other end it has its counterpart. Of a problem with a workaround, the workaround comes with it.",
        ),
        post("/tickets/{ref}/links", link).id("createTicketLink").describe(
            "Links a ticket to another one of the same organisation.",
            "Both histories record it. Which types are linked how is fixed, and the contract may narrow it. A change for a problem is linked when the\n\
             client has decided that it is needed.",
        ),
        post("/tickets/{ref}/link-removals", unlink)
            .id("createTicketLinkRemoval")
            .describe(
                "Takes a link away at both ends, with a reason.",
                "The histories keep that it was there. One that came along with a merge is taken away by either number, at all three.",
            ),
        get("/tickets/{ref}/decisions", decisions).id("listTicketDecisions").describe(
            "Shows what a ticket asks the client, or both sides, and what was answered.",
            "An answer counts until the question is asked anew: when its phase is entered again, or what it is about is written anew.",
        ),
        get("/tickets/{ref}/collisions", collisions).id("listTicketCollisions").describe(
            "Shows which other open changes are planned for the same time, on the same service or item.",
            "Of those under its contract that the caller sees. Nothing is refused for it: whoever plans decides.",
        ),
        get("/problem-suggestions", suggestions).id("listProblemSuggestions").describe(
            "Shows where a problem may be: several incidents on one service, none of which has a cause yet.",
            "Three in the last 30 days unless asked otherwise; of each contract and organisation by itself. `createTicket` takes them as `links` of\n\
             the kind `causes`.",
        ),
        post("/tickets/{ref}/decisions", decide).id("createTicketDecision").describe(
            "Answers a question that a ticket asks: accepts, approves, declines.",
            "By somebody of the client who may; or written down by the desk, with `decidedBy` and the message on the ticket that shows it. The history names\n\
             both. Where the answer is the last that was waited for, the ticket moves on by it.",
        ),
    ]
}

macro_rules! acts {
    ($($name:ident: $verb:ident, $input:ident;)+) => { $(
        async fn $name(
            app: Data<App>,
            caller: May<$verb>,
            Path(ticket): Path<TicketRef>,
            key: IdempotencyKey,
            IfMatch(expected): IfMatch,
            body: Body<$input>,
        ) -> Result<Made, Failure> {
            let stamp = caller.stamp_of(&app, &key, &body);
            let ticket = tickets::act(&app, &stamp, ticket, &[body.value.wish()], &When::default(), expected.as_deref()).await?;
            done(&app, &caller, ticket).await
        }
    )+ };
}

acts! {
    change_scope: ScopeTickets, ScopeChangeInput;
    change_line: AssignTickets, LineChangeInput;
    declare_major: DeclareMajor, MajorDeclarationInput;
    settle_attention: MoveTickets, AttentionRemovalInput;
}

async fn instruction(app: Data<App>, caller: May<ReadDeskWork>, Path(ticket): Path<TicketRef>) -> Result<Json<WorkInstruction>, Failure> {
    let (item, instruction) = catalogue::instruction(&app, &caller, ticket).await?;
    Ok(Json(WorkInstruction::new(item, instruction)))
}

async fn links(app: Data<App>, caller: May<ReadTickets>, Path(ticket): Path<TicketRef>) -> Result<Json<TicketLinkList>, Failure> {
    let items = read::links(&app, &caller, ticket).await?.into_iter().map(TicketLink::from).collect();
    Ok(Json(TicketLinkList { items }))
}

/// The link, or why it cannot be read.
fn asked(stamp: &mut Stamp, kind: Option<&String>, ticket: Option<&String>) -> Result<Linking, Error> {
    let mut problems = Vec::new();
    let link = linking("", kind, ticket, &mut problems);
    stamp.unreadable.extend(problems);
    link.ok_or_else(|| Error::Invalid(stamp.unreadable.clone()))
}

async fn link(
    app: Data<App>,
    caller: May<LinkTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<TicketLinkInput>,
) -> Result<Made, Failure> {
    let mut stamp = caller.stamp_of(&app, &key, &body);
    let link = asked(&mut stamp, body.value.kind.as_ref(), body.value.ticket.as_ref())?;
    let ticket = tickets::link(&app, &stamp, ticket, link, expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}

async fn unlink(
    app: Data<App>,
    caller: May<LinkTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<TicketLinkRemovalInput>,
) -> Result<Made, Failure> {
    let mut stamp = caller.stamp_of(&app, &key, &body);
    let link = asked(&mut stamp, body.value.kind.as_ref(), body.value.ticket.as_ref())?;
    let reason = body.value.reason.unwrap_or_default();
    let ticket = tickets::unlink(&app, &stamp, ticket, link, &reason, expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}

async fn decisions(app: Data<App>, caller: May<ReadTickets>, Path(ticket): Path<TicketRef>) -> Result<Json<TicketDecisionList>, Failure> {
    let Named { shown, actors } = read::decisions(&app, &caller, ticket).await?;
    Ok(Json(TicketDecisionList { items: shown.into_iter().map(|answered| TicketDecision::new(answered, &actors)).collect() }))
}

async fn collisions(app: Data<App>, caller: May<ReadTickets>, Path(ticket): Path<TicketRef>) -> Result<Json<CollisionList>, Failure> {
    let items = read::collisions(&app, &caller, ticket).await?.into_iter().map(Into::into).collect();
    Ok(Json(CollisionList { items }))
}

struct SuggestionsQuery {
    least: u64,
    days: u64,
}

impl FromQuery for SuggestionsQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            least: keys.whole("least", "How many incidents, 3 unless said", (2, 100), 3),
            days: keys.whole("days", "In how many days, 30 unless said", (1, 366), 30),
        }
    }
}

async fn suggestions(
    app: Data<App>,
    caller: May<LinkTickets>,
    query: Query<SuggestionsQuery>,
) -> Result<Json<ProblemSuggestionList>, Failure> {
    let SuggestionsQuery { least, days } = query.checked()?;
    let (least, days) = (usize::try_from(least).unwrap_or(usize::MAX), i64::try_from(days).unwrap_or(i64::MAX));
    let items = read::problem_suggestions(&app, &caller, least, days).await?.into_iter().map(Into::into).collect();
    Ok(Json(ProblemSuggestionList { items }))
}

async fn decide(
    app: Data<App>,
    caller: May<AnswerQuestions>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<DecisionInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let mut body = body.value;
    let when = When { occurred_at: body.occurred_at.take(), reason: body.occurred_at_reason.take(), arrived: None };
    let ticket = tickets::decide(&app, &stamp, ticket, &body.decision(), &when, expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}
