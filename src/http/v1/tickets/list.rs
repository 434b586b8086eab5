//! `GET /v1/tickets`: which tickets, in what order, from where, or what changed since.
//!
//! A cursor says where a page ended and for which order it was made; one of another order is refused. It is no secret and no
//! promise: whoever shows it sees what they may see anyway.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::shown;
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::ticket::{Reader, Ticket};
use crate::domain::workflow::phases;
use crate::http::body::Query;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::paging;
use crate::http::shapes::TicketPage;
use crate::store;
use crate::store::View;
use crate::store::lists::{ChangePlace, Filter, Key, Place, Sort, SortKey, Span};
use crate::store::search::Words;
use crate::usecases::contracts::{self, Names};
use crate::usecases::{Error, one_of};

const KEYS: [&str; 22] = [
    "type",
    "state",
    "phase",
    "priority",
    "contract",
    "organisation",
    "assignee",
    "team",
    "requester",
    "channel",
    "openedFrom",
    "openedBefore",
    "updatedFrom",
    "updatedBefore",
    "dueFrom",
    "dueBefore",
    "breached",
    "text",
    "updatedSince",
    "sort",
    "pageSize",
    "cursor",
];

/// Shows a page of tickets, newest first unless asked otherwise.
///
/// Change requests by themselves begin with the open emergency changes, however they are sorted. The next page is asked for
/// with `nextCursor`, until that is `null`.
#[utoipa::path(get, path = "/tickets", tag = "tickets", operation_id = "listTickets",
    params(
        ("type" = Option<String>, Query, description = "A comma list of ticket types, such as `incident,problem`"),
        ("state" = Option<String>, Query, description = "A comma list of states: `new`, `active`, `waiting`, `resolved`, `closed`, `cancelled`"),
        ("phase" = Option<String>, Query, description = "A comma list of phases, such as `in_progress,on_hold`"),
        ("priority" = Option<String>, Query, description = "A comma list of priority codes: of the one decided, else of the one proposed"),
        ("contract" = Option<String>, Query, description = "A comma list of ids of contracts"),
        ("organisation" = Option<String>, Query, description = "A comma list of ids of organisations"),
        ("assignee" = Option<String>, Query, description = "A comma list of assignees"),
        ("team" = Option<String>, Query, description = "A comma list of teams"),
        ("requester" = Option<String>, Query, description = "A comma list of ids of people"),
        ("channel" = Option<String>, Query, description = "A comma list of channels: `phone`, `email`, `portal`, `api`, `monitoring`"),
        ("openedFrom" = Option<String>, Query, description = "Reported at or after this instant"),
        ("openedBefore" = Option<String>, Query, description = "Reported before this instant"),
        ("updatedFrom" = Option<String>, Query, description = "Last changed at or after this instant"),
        ("updatedBefore" = Option<String>, Query, description = "Last changed before this instant"),
        ("dueFrom" = Option<String>, Query, description = "With their next goal due at or after this instant, provisionally too"),
        ("dueBefore" = Option<String>, Query, description = "With their next goal due before this instant, provisionally too"),
        ("breached" = Option<bool>, Query, description = "With a breached goal, or without"),
        ("text" = Option<String>, Query, max_length = 500,
            description = "Words of the number, title, description or external references, each to be found, the last by its beginning; accents and capitals do not matter"),
        ("updatedSince" = Option<String>, Query,
            description = "What changed at or after this instant, in the order of change; the answer's `syncedUntil` is the instant to ask from next"),
        ("sort" = Option<String>, Query, example = "priority,nextDueAt",
            description = "A comma list of `openedAt`, `updatedAt`, `nextDueAt`, `priority` and `number`, each downwards with `-` before it; tickets without one come last"),
        ("pageSize" = Option<i32>, Query, minimum = 1, maximum = 100, description = "How many tickets a page shows; 20 unless said"),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before, with the same filters and order")),
    responses((status = 200, body = TicketPage), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn tickets(app: web::Data<App>, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let mut query = Query::read(&request, &KEYS);
    let size = query.page_size() as u64;
    let view = app.db.view(caller.scope.clone());
    let names = names(&app, &caller, &query).await?;
    let mut filter = filter(&mut query, caller.reader(), &names);
    filter.teams = teams(&app, &view, &mut query).await?;
    if let Some(since) = query.instant("updatedSince") {
        let after = change_cursor(&mut query, since);
        if query.text("sort").is_some() {
            query.refuse("sort", "not_allowed", "what changed comes in the order of change");
        }
        query.checked()?;
        // Before the page: what is marked between the two is in the page, or after the horizon.
        let horizon = store::changes::horizon(&view).await.map_err(Error::from)?;
        let (found, end) = store::lists::changed_since(&view, &filter, since, after, size).await.map_err(Error::from)?;
        let cursor = end.map(|place| encoded(&change_mark(since, place)));
        let until = end.map(|(at, _)| at).or(horizon).unwrap_or(since);
        return answer(&app, &caller, &request, &found, cursor, Some(until)).await;
    }
    let sort = sort(&mut query, &filter);
    let after = cursor(&mut query, &sort);
    query.checked()?;
    let page = store::lists::page(&view, &filter, &sort, after.as_ref(), size).await.map_err(Error::from)?;
    let cursor = page.end.map(|end| encoded(&(sorted_by(&sort), end.first, end.figures, end.id)));
    answer(&app, &caller, &request, &page.tickets, cursor, None).await
}

async fn answer(
    app: &App,
    caller: &Caller,
    request: &HttpRequest,
    found: &[Ticket],
    next_cursor: Option<String>,
    synced_until: Option<Instant>,
) -> Result<HttpResponse, Failure> {
    let page = TicketPage { items: shown(app, caller, found).await?, next_cursor, synced_until };
    Ok(paging::answer(request, &page, page.next_cursor.as_deref()))
}

/// What the caller's lists can be asked for by name, where one is.
pub(in crate::http) async fn names(app: &App, caller: &Caller, query: &Query) -> Result<Names, Failure> {
    if ["contract", "organisation", "priority", "obligation"].iter().all(|key| query.text(key).is_none()) {
        return Ok(Names::default());
    }
    Ok(contracts::names(app, &caller.scope).await?)
}

/// The teams asked for: those of the settings, or of a ticket that has one from before. Without any in the settings a team is any text.
async fn teams(app: &App, view: &View, query: &mut Query) -> Result<Vec<String>, Failure> {
    let (asked, known) = (query.list("team"), &app.settings.teams);
    for team in asked.iter().filter(|team| !known.is_empty() && !known.contains_key(*team)) {
        let of_old = Filter { teams: vec![team.clone()], ..Filter::default() };
        let newest = Sort { keys: vec![SortKey { key: Key::OpenedAt, descending: true }], emergencies_first: false };
        if store::lists::page(view, &of_old, &newest, None, 1).await.map_err(Error::from)?.tickets.is_empty() {
            return Ok(query.among("team", known.keys().map(String::as_str)));
        }
    }
    Ok(asked)
}

fn filter(query: &mut Query, reader: Reader, names: &Names) -> Filter {
    let phases: BTreeSet<_> = TicketType::ALL.iter().flat_map(|kind| phases(*kind)).map(|phase| phase.name).collect();
    Filter {
        reader,
        kinds: query.codes("type"),
        states: query.codes("state"),
        phases: query.among("phase", phases.iter().copied()),
        priorities: query.among("priority", names.priorities.iter().map(String::as_str)),
        contracts: query.among("contract", names.contracts.iter().map(String::as_str)),
        organisations: query.among("organisation", names.organisations.iter().map(String::as_str)),
        assignees: query.list("assignee"),
        teams: Vec::new(),
        requesters: query.known("requester", |id| id.parse().ok(), || "must be the UUID of a person".to_owned()),
        channels: query.codes("channel"),
        opened: span(query, "openedFrom", "openedBefore"),
        updated: span(query, "updatedFrom", "updatedBefore"),
        due: span(query, "dueFrom", "dueBefore"),
        breached: breached(query),
        words: words(query),
    }
}

fn breached(query: &mut Query) -> Option<bool> {
    let text = query.text("breached")?;
    let known = text.parse().ok();
    if known.is_none() {
        query.refuse("breached", "unknown_value", "must be true or false");
    }
    known
}

fn words(query: &mut Query) -> Option<Words> {
    let text = query.text("text")?;
    let words = Words::asked(text);
    if words.is_none() {
        query.refuse("text", "no_words", "has no letter and no figure to look for");
    }
    words
}

fn span(query: &mut Query, from: &str, before: &str) -> Span {
    Span { from: query.instant(from), before: query.instant(before) }
}

fn sort(query: &mut Query, filter: &Filter) -> Sort {
    let read = |text: &str| {
        let name = text.strip_prefix('-').unwrap_or(text);
        let key = Key::ALL.into_iter().find(|key| key.as_str() == name)?;
        Some(SortKey { key: key.seen_by(filter.reader), descending: text.starts_with('-') })
    };
    let form = || format!("{}, each with - before it for downwards", one_of(Key::ALL.iter().map(|key| key.as_str())));
    let mut keys = query.known("sort", read, form);
    if (1..keys.len()).any(|at| keys[..at].iter().any(|before| before.key == keys[at].key)) {
        query.refuse("sort", "repeated", "names a key twice");
    }
    if keys.is_empty() {
        keys.push(SortKey { key: Key::OpenedAt, descending: true });
    }
    Sort { keys, emergencies_first: filter.kinds == [TicketType::ChangeRequest] }
}

/// An order as a cursor names it.
fn sorted_by(sort: &Sort) -> String {
    let names = sort.keys.iter().map(|by| format!("{}{}", if by.descending { "-" } else { "" }, by.key.as_str()));
    let emergencies = sort.emergencies_first.then(|| "emergencies".to_owned());
    emergencies.into_iter().chain(names).collect::<Vec<_>>().join(",")
}

fn cursor(query: &mut Query, sort: &Sort) -> Option<Place> {
    let text = query.text("cursor")?;
    let read: Option<(String, bool, Vec<i64>, Uuid)> = decoded(text);
    let place = read
        .filter(|(by, first, figures, _)| *by == sorted_by(sort) && figures.len() == sort.keys.len() && (sort.emergencies_first || !first));
    if place.is_none() {
        query.refuse("cursor", "bad_cursor", "is no cursor of a list in this order");
    }
    place.map(|(_, first, figures, id)| Place { first, figures, id })
}

fn change_mark(since: Instant, (at, position): ChangePlace) -> (String, i64, i64, i64) {
    ("changes".to_owned(), since.unix(), at.unix(), position)
}

fn change_cursor(query: &mut Query, since: Instant) -> Option<ChangePlace> {
    let text = query.text("cursor")?;
    let read: Option<(String, i64, i64, i64)> = decoded(text);
    let read = read.and_then(|(by, from, at, position)| Some((by, from, (Instant::from_unix(at)?, position))));
    let place = read.filter(|(by, from, _)| by == "changes" && *from == since.unix()).map(|(.., place)| place);
    if place.is_none() {
        query.refuse("cursor", "bad_cursor", "is no cursor of these changes");
    }
    place
}

fn encoded(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

fn decoded<T: DeserializeOwned>(cursor: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}
