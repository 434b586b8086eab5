//! `GET /v1/tickets`: filters, sorting and paging, or the changes since an instant.
//!
//! A cursor has the position where a page ended and the order it was made for; with another order it is refused. It is not signed: a forged
//! one shows its sender nothing they may not see anyway.

use std::collections::BTreeSet;

use actix_web::web::Data;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::permission::ReadTickets;
use crate::domain::search::Words;
use crate::domain::ticket::assign::ME;
use crate::domain::ticket::kinds::phases;
use crate::domain::ticket::listing::{ChangesEnd, PageEnd, Sort, SortField, SortKey, Span, TicketFilter};
use crate::domain::ticket::tag::Tag;
use crate::domain::ticket::{Overview, Reader};
use crate::http::answer::Paged;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::query::{self, FromQuery, Keys, Query, among, refused};
use crate::http::shapes::{Ticket, TicketPage};
use crate::usecases::contracts::{self, Names};
use crate::usecases::tickets::read;
use crate::usecases::{FieldCode, Problem, assignees, one_of, saved_views};

pub struct TicketsQuery {
    filter: TicketFilter,
    since: Option<Instant>,
    sort: Vec<SortKey>,
    size: u64,
    cursor: Option<String>,
    view: Option<Uuid>,
}

impl FromQuery for TicketsQuery {
    fn read(keys: &mut Keys) -> Self {
        let filter = TicketFilter {
            kinds: keys.codes("type", "A comma list of ticket types, such as `incident,problem`"),
            states: keys.codes("state", "A comma list of states: `new`, `active`, `waiting`, `resolved`, `closed`, `cancelled`"),
            phases: keys.short_list("phase", "A comma list of phases, such as `in_progress,on_hold`"),
            priorities: keys.list("priority", "A comma list of priority codes: of the one decided, else of the one proposed"),
            contracts: keys.list("contract", "A comma list of ids of contracts"),
            organisations: keys.list("organisation", "A comma list of ids of organisations"),
            assignees: keys.list("assignee", "A comma list of assignees, by id, name or address; `me` is whoever asks"),
            teams: keys.list("team", "A comma list of teams"),
            requesters: keys.parsed("requester", "A comma list of ids of people", |id| id.parse().ok(), "must be the UUID of a person"),
            channels: keys.codes("channel", "A comma list of channels: `phone`, `email`, `portal`, `form`, `api`, `monitoring`"),
            opened: span(keys, ("openedFrom", "Reported at or after this instant"), ("openedBefore", "Reported before this instant")),
            updated: span(
                keys,
                ("updatedFrom", "Last changed at or after this instant"),
                ("updatedBefore", "Last changed before this instant"),
            ),
            due: span(
                keys,
                ("dueFrom", "With their next goal due at or after this instant, provisionally too"),
                ("dueBefore", "With their next goal due before this instant, provisionally too"),
            ),
            variants: keys.short_list("kind", "A comma list of kinds within their types"),
            services: keys.short_list("service", "A comma list of codes of services"),
            categories: keys.short_list("category", "A comma list of codes of categories"),
            lines: keys.codes("supportLine", "A comma list of lines of the desk: `first`, `second`"),
            unassigned: keys.flag("unassigned", "In nobody's hands, of no person and no team, or in somebody's"),
            needs_attention: keys.flag("needsAttention", "Which somebody of the desk has to look at, or not"),
            out_of_scope: keys.flag("outOfScope", "Which the agreement does not cover, or does"),
            major: keys.flag("major", "Major incidents, or all others"),
            breached: keys.flag("breached", "With a breached goal, or without"),
            at_risk: keys.flag("atRisk", "With a clock that warned that its goal comes near, which is not breached, or without"),
            asked_at: None,
            long_open: keys.flag("longOpen", "Open for long by the contract's measure, or not"),
            called_outside_hours: keys.flag("calledOutsideHours", "Called in while the desk's telephone is not answered, or not"),
            awaited: keys.codes("awaitedDecision", "A comma list of decisions that it waits for: `solution`, `change_needed`, `authorisation`, `offer`, `approval`, `acceptance`"),
            tags: tags(keys),
            followers: keys.parsed(
                "follower",
                "A comma list of ids of people who follow it",
                |id| id.parse().ok(),
                "must be the UUID of a person",
            ),
            words: words(keys),
            unread: Vec::new(),
            within: None,
        };
        let known: BTreeSet<_> = TicketType::ALL.iter().flat_map(|kind| phases(*kind)).map(|phase| phase.step.as_str()).collect();
        keys.among("phase", &filter.phases, known.iter().copied());
        let since = keys.instant(
            "updatedSince",
            "What changed at or after this instant, in the order of change; the answer's `syncedUntil` is the instant to ask from next. A ticket that was destroyed comes once more, with `destroyedAt`, and so does one that named somebody who was erased",
        );
        keys.must_follow(since, ("updatedBefore", filter.updated.before), "updatedSince");
        Self {
            filter,
            since,
            sort: sort(keys, since.is_some()),
            size: keys.page_size("How many tickets a page shows; 20 unless said", 20),
            cursor: keys.cursor("The `nextCursor` of the page before, with the same filters and order"),
            view: view(keys),
        }
    }
}

fn span(keys: &mut Keys, from: (&'static str, &str), before: (&'static str, &str)) -> Span {
    let (from, before) = keys.span(from, before);
    Span { from, before }
}

pub async fn tickets(app: Data<App>, caller: May<ReadTickets>, query: Query<TicketsQuery>) -> Result<Paged<TicketPage>, Failure> {
    let (TicketsQuery { mut filter, since, mut sort, size, cursor, view }, mut problems) = query.partial();
    problems.extend(unknown_names(&app, &caller, &filter).await?);
    if let Some(view) = view {
        let (kept, wrong) = kept(&app, &caller, view).await?;
        problems.extend(wrong);
        filter.within = Some(Box::new(as_asked_by(&app, &caller, kept.filter).await?));
        sort = if sort.is_empty() { kept.sort } else { sort };
    }
    filter = as_asked_by(&app, &caller, filter).await?;
    if let Some(since) = since {
        let after = cursor.map(|text| change_place(&text, since));
        if matches!(after, Some(None)) {
            problems.push(refused("cursor", FieldCode::BadCursor, "is not a cursor of these changes"));
        }
        Failure::unless_none(problems)?;
        let found = read::changes(&app, &caller, &filter, since, after.flatten(), size).await?;
        let cursor = found.end.map(|place| encoded(&change_mark(since, place)));
        return Ok(page(found.tickets, cursor, Some(found.synced_until)));
    }
    let sort = Sort::of(&filter, sort);
    let after = cursor.map(|text| place(&text, &sort));
    if matches!(after, Some(None)) {
        problems.push(refused("cursor", FieldCode::BadCursor, "is not a cursor of a list in this order"));
    }
    Failure::unless_none(problems)?;
    let found = read::list(&app, &caller, &filter, &sort, after.flatten().as_ref(), size).await?;
    let cursor = found.end.map(|end| encoded(&(sorted_by(&sort), end.first, end.figures, end.id)));
    Ok(page(found.tickets, cursor, None))
}

/// A saved view, and what is wrong with it: that the caller has none, or that the list no longer takes what it holds.
async fn kept(app: &App, caller: &Caller, id: Uuid) -> Result<(TicketsQuery, Vec<Problem>), Failure> {
    let found = saved_views::query(app, caller, id).await?;
    let unknown = found.is_none().then(|| refused("view", FieldCode::UnknownValue, "is no view that the caller has"));
    let (kept, wrong) = query::read::<TicketsQuery>(&found.unwrap_or_default());
    let wrong = wrong.into_iter().chain(unknown_names(app, caller, &kept.filter).await?);
    let wrong = wrong.map(|one| refused("view", one.code, format!("{}: {}", one.pointer, one.detail)));
    let wrong = unknown.into_iter().chain(wrong).collect();
    Ok((kept, wrong))
}

/// What is wrong with a query that is to be kept as a view: whatever the list would refuse, and what belongs to a page and not to a choice.
pub async fn problems_of_a_view(app: &App, caller: &Caller, query: &str) -> Result<Vec<Problem>, Failure> {
    let (read, mut problems) = query::read::<TicketsQuery>(query);
    problems.extend(unknown_names(app, caller, &read.filter).await?);
    let of_a_page = ["cursor", "pageSize", "updatedSince", "view"].into_iter().filter(|name| query::has(query, name));
    problems.extend(of_a_page.map(|name| refused(name, FieldCode::NotAllowed, "is no part of a view")));
    Ok(problems)
}

/// Whoever asks, for the assignee `me`, and when they do; assignees by whatever they are kept as.
async fn as_asked_by(app: &App, caller: &Caller, mut filter: TicketFilter) -> Result<TicketFilter, Failure> {
    filter.asked_at = Some(app.time.now());
    if let Some(own) = caller.who.actor.known_as() {
        for assignee in filter.assignees.iter_mut().filter(|assignee| *assignee == ME) {
            own.clone_into(assignee);
        }
    }
    filter.assignees = assignees::under_any_name(&app.db.view(caller.scope.clone()), filter.assignees).await?;
    Ok(filter)
}

/// What a filter names that there is not.
async fn unknown_names(app: &App, caller: &Caller, filter: &TicketFilter) -> Result<Vec<Problem>, Failure> {
    let asked = [("contract", &filter.contracts), ("organisation", &filter.organisations), ("priority", &filter.priorities)];
    let names = names(app, caller, asked.iter().any(|(_, listed)| !listed.is_empty())).await?;
    let mut problems: Vec<_> = among("priority", &filter.priorities, names.priorities.iter().map(String::as_str)).into_iter().collect();
    problems.extend(among("contract", &filter.contracts, names.contracts.iter().map(String::as_str)));
    problems.extend(among("organisation", &filter.organisations, names.organisations.iter().map(String::as_str)));
    problems.extend(unknown_team(app, caller, &filter.teams).await?);
    problems.extend(of_the_desk(caller, filter));
    Ok(problems)
}

fn page(found: Vec<Overview>, next_cursor: Option<String>, synced_until: Option<Instant>) -> Paged<TicketPage> {
    Paged(TicketPage { items: found.into_iter().map(Ticket::from).collect(), next_cursor, synced_until })
}

/// The names that the caller's filters may use. Empty unless `are_asked`, which saves reading the agreements for most lists.
pub async fn names(app: &App, caller: &Caller, are_asked: bool) -> Result<Names, Failure> {
    if !are_asked {
        return Ok(Names::default());
    }
    Ok(contracts::names(app, caller).await?)
}

/// A team must be one of the settings, or one that a ticket still has from before. With no teams in the settings, it is any text.
async fn unknown_team(app: &App, caller: &Caller, asked: &[String]) -> Result<Option<Problem>, Failure> {
    let known = &app.settings.teams;
    for team in asked.iter().filter(|team| !known.is_empty() && !known.contains_key(*team)) {
        if !read::is_team_of_some(app, caller, team).await? {
            return Ok(among("team", asked, known.keys().map(String::as_str)));
        }
    }
    Ok(None)
}

/// A filter by what a client does not see would tell of it.
fn of_the_desk(caller: &Caller, filter: &TicketFilter) -> Option<Problem> {
    let is_theirs = filter.tags.is_empty() || caller.reader() == Reader::Desk;
    (!is_theirs).then(|| refused("tag", FieldCode::DeskOnly, "only the desk sees tags"))
}

fn tags(keys: &mut Keys) -> Vec<String> {
    let says = "A comma list of tags of the desk; capitals and accents do not matter";
    let read = |text: &str| text.parse().ok().map(|tag: Tag| tag.to_string());
    keys.parsed("tag", says, read, "must be tags, of letters, digits and - _ . / :")
}

fn view(keys: &mut Keys) -> Option<Uuid> {
    let says = "The id of a saved view; the other parameters narrow it, and `sort` takes the place of its own";
    let said = keys.text_of("view", says, None, 50)?;
    let id = said.parse().ok();
    if id.is_none() {
        keys.refuse("view", FieldCode::UnknownValue, "is no view that the caller has");
    }
    id
}

fn words(keys: &mut Keys) -> Option<Words> {
    let says = "Words that are all to be found in what the caller sees of the ticket: its number, title, description, item and external references, the name and address of its requester, its messages, the reasons given with what happened to it, such as its solution, and its parts. A word also finds those that begin with it, unless it stands in quotation marks or nothing asked has three characters; accents and capitals do not matter, and `ø`, `ß`, `æ` and the like are found as `o`, `ss`, `ae`";
    let text = keys.text_of("text", says, None, 200)?;
    let words = Words::asked(&text);
    if words.is_none() {
        keys.refuse("text", FieldCode::NoWords, "has no letter and no figure to look for");
    }
    words
}

fn sort(keys: &mut Keys, is_of_changes: bool) -> Vec<SortKey> {
    let read = |text: &str| {
        let name = text.strip_prefix('-').unwrap_or(text);
        let key = SortField::ALL.into_iter().find(|key| key.as_str() == name)?;
        Some(SortKey { key, descending: text.starts_with('-') })
    };
    let says = "A comma list of `openedAt`, `updatedAt`, `nextDueAt`, `priority` and `number`, each downwards with `-` before it; tickets without one come last";
    let said = keys.short_list("sort", says);
    keys.example("priority,nextDueAt");
    let by: Vec<_> = said.iter().filter_map(|text| read(text)).collect();
    if by.len() < said.len() {
        let form = format!("{}, each with - before it for downwards", one_of(SortField::ALL.iter().map(|key| key.as_str())));
        keys.refuse("sort", FieldCode::UnknownValue, form);
    }
    if is_of_changes && !said.is_empty() {
        keys.refuse("sort", FieldCode::NotAllowed, "what changed comes in the order of change");
    }
    if (1..by.len()).any(|at| by[..at].iter().any(|before| before.key == by[at].key)) {
        keys.refuse("sort", FieldCode::Repeated, "names a key twice");
    }
    by
}

fn sorted_by(sort: &Sort) -> String {
    let names = sort.keys.iter().map(|by| format!("{}{}", if by.descending { "-" } else { "" }, by.key.as_str()));
    let emergencies = sort.emergencies_first.then(|| "emergencies".to_owned());
    emergencies.into_iter().chain(names).collect::<Vec<_>>().join(",")
}

fn place(cursor: &str, sort: &Sort) -> Option<PageEnd> {
    let (by, first, figures, id): (String, bool, Vec<i64>, Uuid) = decoded(cursor)?;
    let is_of_this = by == sorted_by(sort) && figures.len() == sort.keys.len() && (sort.emergencies_first || !first);
    is_of_this.then_some(PageEnd { first, figures, id })
}

fn change_mark(since: Instant, (at, position): ChangesEnd) -> (String, i64, i64, i64) {
    ("changes".to_owned(), since.unix(), at.unix(), position)
}

fn change_place(cursor: &str, since: Instant) -> Option<ChangesEnd> {
    let (by, from, at, position): (String, i64, i64, i64) = decoded(cursor)?;
    let at = Instant::from_unix(at)?;
    (by == "changes" && from == since.unix()).then_some((at, position))
}

fn encoded(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

fn decoded<T: DeserializeOwned>(cursor: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}
