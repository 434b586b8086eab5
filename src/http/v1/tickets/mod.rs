//! `/v1/tickets` and what belongs to one.

pub mod attachments;
pub mod bulk;
pub mod list;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domain::Instant;
use crate::domain::clock::Kind;
use crate::domain::contract::TicketType;
use crate::domain::ticket::{self, Act, ClosingText, Field, Ticket as DomainTicket, parse_reference};
use crate::http::body::{self, Body, Query};
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::incoming::Incoming;
use crate::http::paging::{self, Page};
use crate::http::shapes::{
    Clock, ClockList, EscalationInput, EventOut, EventPage, Message, MessageInput, MessagePage, PossibleTransition, PossibleTransitions,
    RepairAgreementInput, Ticket, TicketInput, TicketPatch, TransitionInput,
};
use crate::http::version::{self, Versions};
use crate::store;
use crate::store::tickets::{ExternalReference, TicketRef};
use crate::usecases::tickets::{self, Draft, Registered, RepairAgreement, Transition, When};
use crate::usecases::{Error, Problem};

type App_ = web::Data<App>;

/// How much of a ticket's history or conversation is shown unless said: of most tickets the whole of it.
const WHOLE: usize = 100;

/// A ticket's UUID or number; anything else is a ticket that does not exist.
pub(in crate::http) fn addressed(text: &str) -> Result<TicketRef, Failure> {
    let by_number = || parse_reference(text).map(|(kind, number)| TicketRef::Number(kind, number));
    let found = text.parse().ok().map(TicketRef::Id).or_else(by_number);
    found.ok_or_else(|| Error::NotFound("ticket").into())
}

/// Makes a ticket.
///
/// Its clocks start at once. Everything that is wrong is said at once, and then nothing is made.
#[utoipa::path(post, path = "/tickets", tag = "tickets", operation_id = "createTicket", request_body = TicketInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = Ticket)))]
pub async fn create(app: App_, caller: Caller, request: HttpRequest, incoming: Incoming) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(body::JSON).await?;
    let mut body = body::read(&bytes, "TicketInput")?;
    let stamp = caller.stamp_for(&app, &request, &bytes);
    let draft = draft(&mut body);
    let draft = Draft { unreadable: body.problems, ..draft };
    let made = seen(&caller, tickets::register(&app, &stamp, &draft).await?);
    Ok(answer(&made.ticket, &Ticket::from(&made), StatusCode::CREATED))
}

/// A ticket that was made, as the caller sees it.
pub(in crate::http) fn seen(caller: &Caller, made: Registered) -> Registered {
    Registered { ticket: caller.reader().ticket(made.ticket), ..made }
}

pub(in crate::http) fn draft(body: &mut Body) -> Draft {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let requester = &body.fields["requester"];
    let requester = text(&requester["name"]).zip(text(&requester["email"]));
    let references = body.fields["externalReferences"].as_array().cloned().unwrap_or_default();
    let reference =
        |one: &serde_json::Value| Some(ExternalReference { system: text(&one["system"])?, reference: text(&one["reference"])? });
    Draft {
        kind: body.text("type"),
        contract: body.text("contract"),
        organisation: body.text("organisation"),
        title: body.text("title"),
        description: body.text("description"),
        priority: body.text("priority"),
        priority_motivation: body.text("priorityMotivation"),
        channel: body.text("channel"),
        requester,
        occurred_at: body.instant("occurredAt"),
        occurred_at_reason: reason_of_lateness(body),
        external_references: references.iter().filter_map(reference).collect(),
        emergency_for: body.text("emergencyFor"),
        ..Draft::default()
    }
}

/// Shows one ticket.
///
/// By its UUID or its number, such as `INC-1001`.
#[utoipa::path(get, path = "/tickets/{ref}", tag = "tickets", operation_id = "getTicket",
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the ticket as you know it; 304 while it is still so")),
    responses((status = 200, body = Ticket), (status = 304, description = "It is as it was read"),
        (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn get(app: App_, caller: Caller, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, addressed(&path)?).await.map_err(Error::from)?.ok_or(Error::NotFound("ticket"))?;
    let ticket = caller.reader().ticket(ticket);
    let known = Versions::of(&request, &header::IF_NONE_MATCH).ok().flatten();
    if known.is_some_and(|known| known.include(&version::tag(&ticket))) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, version::tag(&ticket))).finish());
    }
    rendered(&app, &caller, &ticket, StatusCode::OK).await
}

/// Changes a ticket: its texts, type, tier, priority, assignee or team.
///
/// What is absent stays; `null` takes it out of the assignee's or the team's hands. With `If-Match` it is refused when somebody else changed the ticket in between.
#[utoipa::path(patch, path = "/tickets/{ref}", tag = "tickets", operation_id = "updateTicket", request_body = TicketPatch,
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("If-Match" = Option<String>, Header, description = "The ETag the ticket was read with; 412 when it changed since")),
    responses((status = 200, body = Ticket), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn patch(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(body::JSON).await?;
    let mut body = body::read(&bytes, "TicketPatch")?;
    let (title, description) = (body.text("title"), body.text("description"));
    let (priority, motivation) = (body.text("priority"), body.text("priorityMotivation"));
    let (assignee, team) = (field(&body, "assignee"), field(&body, "team"));
    if motivation.is_some() && priority.is_none() {
        body.problems.push(Problem::field("priorityMotivation", "not_allowed", "there is no priority to motivate"));
    }
    let kind = body.text("type").map(|name| name.parse::<TicketType>().map_err(|unknown| (name, unknown)));
    if let Some(Err((name, unknown))) = &kind {
        body.problems.push(Problem::field("type", "unknown_type", format!("\"{name}\" {unknown}")));
    }
    let (kind, tier) = (kind.and_then(Result::ok), body.text("tier"));
    body.checked()?;
    let mut wishes = Vec::new();
    if let Some(tier) = tier {
        wishes.push(Act::Retier { tier });
    }
    if title.is_some() || description.is_some() {
        wishes.push(Act::Edit { title, description });
    }
    match (kind, priority) {
        (Some(to), priority) => wishes.push(Act::Retype { to, priority, motivation }),
        (None, Some(priority)) => wishes.push(Act::Prioritise { priority, motivation }),
        (None, None) => {}
    }
    if assignee != Field::Kept || team != Field::Kept {
        wishes.push(Act::Assign { assignee, team });
    }
    let expected = expected(&request);
    let ticket = tickets::act(&app, &caller.stamp(&app), addressed(&path)?, &wishes, &When::default(), expected.as_deref()).await?;
    rendered(&app, &caller, &ticket, StatusCode::OK).await
}

/// A field that `null` empties.
fn field(body: &Body, name: &str) -> Field {
    match body.text(name) {
        Some(text) => Field::Set(text),
        None if body.fields.get(name).is_some_and(serde_json::Value::is_null) => Field::Emptied,
        None => Field::Kept,
    }
}

/// Shows what was written on a ticket.
///
/// A page of them, oldest first; a client sees the public messages.
#[utoipa::path(get, path = "/tickets/{ref}/messages", tag = "tickets", operation_id = "listTicketMessages",
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("pageSize" = Option<i32>, Query, minimum = 1, maximum = 100, description = "How many, 100 unless said"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended")),
    responses((status = 200, body = MessagePage)))]
pub async fn messages(app: App_, caller: Caller, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    let mut query = Query::read(&request, &["pageSize", "cursor"]);
    let (size, after) = (query.page_size_or(WHOLE), paging::after(&mut query, paging::read_place));
    query.checked()?;
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, addressed(&path)?).await.map_err(Error::from)?.ok_or(Error::NotFound("ticket"))?;
    let found = store::messages::of_ticket(&view, ticket.id, caller.reader(), after, size as u64 + 1);
    let page = Page::of(found.await.map_err(Error::from)?, size, |message| paging::place(message.occurred_at, message.id));
    let actors = caller.actors(&app, page.items.iter().map(|message| &message.author)).await?;
    let items = page.items.into_iter().map(|message| Message::new(message, &actors)).collect();
    let page = MessagePage { items, next_cursor: page.next_cursor };
    Ok(paging::answer(&request, &page, page.next_cursor.as_deref()))
}

/// Writes on a ticket.
///
/// `public` for the one who reported it, `internal` for the desk alone.
#[utoipa::path(post, path = "/tickets/{ref}/messages", tag = "tickets", operation_id = "createTicketMessage", request_body = MessageInput,
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice"),
        ("If-Match" = Option<String>, Header, description = "The ETag the ticket was read with; 412 when it changed since")),
    responses((status = 201, body = Message), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn write(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(body::JSON).await?;
    let mut body = body::read(&bytes, "MessageInput")?;
    let when = when(&mut body);
    let message = tickets::NewMessage {
        public: body.text("visibility").as_deref() == Some("public"),
        by_phone: body.text("channel").as_deref() == Some("phone"),
        body: body.text("body").unwrap_or_default(),
        person_id: None,
    };
    body.checked()?;
    let stamp = caller.stamp_for(&app, &request, &bytes);
    let written = tickets::write(&app, &stamp, addressed(&path)?, &message, &when, expected(&request).as_deref()).await?;
    let actors = caller.actors(&app, [&written.author]).await?;
    Ok(HttpResponse::Created().json(Message::new(written, &actors)))
}

/// The versions an `If-Match` expects; one that cannot be read never comes here.
fn expected(request: &HttpRequest) -> Option<Vec<i32>> {
    Versions::of(request, &header::IF_MATCH).ok().flatten().and_then(Versions::expected)
}

/// Why it is recorded late; of an instant that cannot be read nothing more is said.
fn reason_of_lateness(body: &Body) -> Option<String> {
    body.text("occurredAtReason").filter(|_| !body.is_wrong("occurredAt"))
}

fn when(body: &mut Body) -> When {
    let occurred_at = body.instant("occurredAt");
    When { occurred_at, reason: reason_of_lateness(body) }
}

/// Records a moment of repair that was agreed with the client.
///
/// Where the contract leaves it to be agreed, it takes the place of the resolution goals of this ticket, and is reported apart.
#[utoipa::path(post, path = "/tickets/{ref}/repair-agreements", tag = "tickets", operation_id = "createTicketRepairAgreement",
    request_body = RepairAgreementInput,
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request safe"),
        ("If-Match" = Option<String>, Header, description = "The ETag the ticket was read with; 412 when it changed since")),
    responses((status = 201, body = Ticket), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn agree_repair(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(body::JSON).await?;
    let mut body = body::read(&bytes, "RepairAgreementInput")?;
    let (when, due_at) = (when(&mut body), body.instant("dueAt"));
    let fields = body.checked()?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let agreed_by = (text(&fields["agreedBy"]["name"]), text(&fields["agreedBy"]["email"]));
    let agreement = RepairAgreement { due_at: due_at.unwrap_or(Instant::MIN), agreed_by };
    let stamp = caller.stamp_for(&app, &request, &bytes);
    let ticket = tickets::agree_repair(&app, &stamp, addressed(&path)?, &agreement, &when, expected(&request).as_deref()).await?;
    rendered(&app, &caller, &ticket, StatusCode::CREATED).await
}

/// Shows which moves may follow, and what each needs.
///
/// Ask before offering a choice: it depends on the ticket's type, phase and history.
#[utoipa::path(get, path = "/tickets/{ref}/transitions", tag = "tickets", operation_id = "listTicketTransitions",
    params(("ref" = String, Path, description = "The ticket's UUID or number")),
    responses((status = 200, body = PossibleTransitions)))]
pub async fn transitions(app: App_, caller: Caller, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    let view = app.db.view(caller.scope.clone());
    let (ticket, history, version) = tickets::with_history(&view, addressed(&path)?).await?;
    let shown = |outlook| PossibleTransition::new(&version.contract, &ticket, &history, &outlook, &caller.actor);
    let items = ticket.outlook(&version.contract, &history).into_iter().map(shown).collect();
    Ok(HttpResponse::Ok().json(PossibleTransitions { items }))
}

/// Moves a ticket to another phase.
///
/// `GET` tells beforehand which moves there are and what each needs. One that the workflow does not allow is 409, and its detail names those
/// that it does.
#[utoipa::path(post, path = "/tickets/{ref}/transitions", tag = "tickets", operation_id = "createTicketTransition", request_body = TransitionInput,
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice"),
        ("If-Match" = Option<String>, Header, description = "The ETag the ticket was read with; 412 when it changed since")),
    responses((status = 201, body = Ticket), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn transition(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(body::JSON).await?;
    let mut body = body::read(&bytes, "TransitionInput")?;
    let when = when(&mut body);
    let texts = ClosingText::ALL.iter().filter_map(|text| Some((ClosingText::named(text.code)?, body.text(text.code)?)));
    let wish = Transition {
        to: body.text("to").unwrap_or_default(),
        reason: body.text("reason").unwrap_or_default(),
        cause: body.text("cause"),
        texts: texts.collect(),
    };
    body.checked()?;
    let (stamp, expected) = (caller.stamp_for(&app, &request, &bytes), expected(&request));
    let ticket = tickets::transition(&app, &stamp, addressed(&path)?, &wish, &when, expected.as_deref()).await?;
    rendered(&app, &caller, &ticket, StatusCode::CREATED).await
}

/// Opens a ticket's escalation or moves it to the next level, by a person's decision.
///
/// The contract's ladder names the reason codes of each level, and those that open a case. A step that was proposed is decided
/// with the trigger of the proposal, too, such as `breached:resolution`. The ladder says
/// whose decision brings a case to a level.
#[utoipa::path(post, path = "/tickets/{ref}/escalations", tag = "tickets", operation_id = "createTicketEscalation", request_body = EscalationInput,
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice"),
        ("If-Match" = Option<String>, Header, description = "The ETag the ticket was read with; 412 when it changed since")),
    responses((status = 201, body = Ticket), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn escalate(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(body::JSON).await?;
    let body = body::read(&bytes, "EscalationInput")?;
    let (code, reason) = (body.text("code").unwrap_or_default(), body.text("reason").unwrap_or_default());
    body.checked()?;
    let (stamp, expected) = (caller.stamp_for(&app, &request, &bytes), expected(&request));
    let ticket = tickets::escalate(&app, &stamp, addressed(&path)?, (&code, &reason), expected.as_deref()).await?;
    rendered(&app, &caller, &ticket, StatusCode::CREATED).await
}

/// Shows a ticket's clocks, each with its ledger.
///
/// Every second is accounted for: counted, held or outside the support window, and why.
#[utoipa::path(get, path = "/tickets/{ref}/clocks", tag = "tickets", operation_id = "listTicketClocks",
    params(("ref" = String, Path, description = "The ticket's UUID or number")),
    responses((status = 200, body = ClockList)))]
pub async fn clocks(app: App_, caller: Caller, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    let view = app.db.view(caller.scope.clone());
    let (ticket, history, version) = tickets::with_history(&view, addressed(&path)?).await?;
    let known_at = app.time.now();
    let settled = tickets::settled(&version.contract, &ticket, &history, known_at);
    let ledgers = ticket::ledgers(&version.contract, ticket.standing(), &history, known_at);
    let items =
        settled.clocks.iter().zip(&ledgers).map(|(index, (_, ledger))| Clock::new(&version.contract, ticket.id, index, ledger)).collect();
    Ok(HttpResponse::Ok().json(ClockList { known_at, items }))
}

/// Shows a clock's ledger as proof: all it follows from, every segment, and a hash that `uurwerk verify` recomputes.
///
/// It stands by itself: whoever has it can count again without this desk.
#[utoipa::path(get, path = "/tickets/{ref}/clocks/{kind}/ledger", tag = "tickets", operation_id = "getTicketClockLedger",
    params(("ref" = String, Path, description = "The ticket's UUID or number"), ("kind" = String, Path, description = "response or resolution")),
    responses((status = 200, body = crate::proof::ClockLedger)))]
pub async fn ledger(app: App_, caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (ticket, kind) = path.into_inner();
    let kind = Kind::named(&kind).ok_or(Error::NotFound("clock"))?;
    let view = app.db.view(caller.scope.clone());
    Ok(HttpResponse::Ok().json(tickets::ledger(&app, &view, addressed(&ticket)?, kind).await?))
}

/// Shows a ticket's history.
///
/// A page of it, in the order recorded; every clock and report follows from it. A client sees nothing of what the desk notes inside.
#[utoipa::path(get, path = "/tickets/{ref}/events", tag = "tickets", operation_id = "listTicketEvents",
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("pageSize" = Option<i32>, Query, minimum = 1, maximum = 100, description = "How many, 100 unless said"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended")),
    responses((status = 200, body = EventPage)))]
pub async fn events(app: App_, caller: Caller, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    let mut query = Query::read(&request, &["pageSize", "cursor"]);
    let (size, after) = (query.page_size_or(WHOLE), paging::after(&mut query, |place| place.parse::<usize>().ok()));
    query.checked()?;
    let view = app.db.view(caller.scope.clone());
    let (_, history, _) = tickets::with_history(&view, addressed(&path)?).await?;
    // A history only grows: an event's place among those that are seen stays.
    let reader = caller.reader();
    let shown = (1_usize..).zip(history.into_iter().filter_map(|event| reader.event(event)));
    let shown = shown.filter(|(place, _)| after.is_none_or(|after| *place > after)).take(size + 1);
    let page = Page::of(shown.collect(), size, |(place, _)| place.to_string());
    let actors = caller.actors(&app, page.items.iter().map(|(_, event)| &event.actor)).await?;
    let items = page.items.into_iter().map(|(_, event)| EventOut::new(event, &actors)).collect();
    let page = EventPage { items, next_cursor: page.next_cursor };
    Ok(paging::answer(&request, &page, page.next_cursor.as_deref()))
}

async fn rendered(app: &App, caller: &Caller, ticket: &DomainTicket, status: StatusCode) -> Result<HttpResponse, Failure> {
    let shown = shown(app, caller, std::slice::from_ref(ticket)).await?.pop();
    Ok(answer(&caller.reader().ticket(ticket.clone()), &shown, status))
}

/// A ticket shown, with what tells its version and, when it is new, its place.
pub(in crate::http) fn answer(ticket: &DomainTicket, shown: &impl serde::Serialize, status: StatusCode) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::ETAG, version::tag(ticket)));
    if status == StatusCode::CREATED {
        response.insert_header((header::LOCATION, format!("/v1/tickets/{}", ticket.id)));
    }
    response.json(shown)
}

/// Tickets as the caller sees them, with their people and names, in two questions whatever their number.
pub(in crate::http) async fn shown(app: &App, caller: &Caller, tickets: &[DomainTicket]) -> Result<Vec<Ticket>, Failure> {
    let view = app.db.view(caller.scope.clone());
    let people: Vec<_> = tickets.iter().filter_map(|ticket| ticket.requester_id).collect();
    let people = store::people::find(&view, &people).await.map_err(Error::from)?;
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let references = store::tickets::references(&view, &ids).await.map_err(Error::from)?;
    let shown = |ticket: &DomainTicket| {
        let requester = people.iter().find(|person| Some(person.id) == ticket.requester_id);
        let own = references.iter().filter(|(of, _)| *of == ticket.id);
        Ticket::new(&caller.reader().ticket(ticket.clone()), requester, own.map(|(_, name)| name))
    };
    Ok(tickets.iter().map(shown).collect())
}
