//! Tickets as a caller sees them.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::portal;
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::clock::{Kind, Line};
use crate::domain::contract::{ResponseTeam, Side, TicketType};
use crate::domain::ticket::answer::{self, Decided};
use crate::domain::ticket::kinds::problem::Workaround;
use crate::domain::ticket::kinds::{self, Content};
use crate::domain::ticket::link::links as links_of;
use crate::domain::ticket::listing::{ChangesEnd, Page, PageEnd, Sort, TicketFilter};
use crate::domain::ticket::part::PartVersion;
use crate::domain::ticket::response_team::called;
use crate::domain::ticket::work::WorkEntry;
use crate::domain::ticket::{
    self, Attachment, ClockIndex, Event, EventData, FieldChange, Message, Overview, PossibleMove, Reader, Ticket, TicketName, TicketRef,
};
use crate::domain::workflow::{Part, Question, Relation, State, Verdict};
use crate::proof::ClockLedger;
pub use crate::store::former_texts::FormerText;
use crate::store::record::Rows as _;
use crate::store::{self, Reads, View};
use crate::usecases::actors::{Actors, Named};
use crate::usecases::{Code, Error, assignees};

pub async fn get(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Overview, Error> {
    let view = view(app, caller);
    let found = store::overviews::find(&view, ticket).await?.ok_or(Error::NotFound("ticket"))?;
    let mut found = [seen(caller.reader(), found)];
    complete(&view, &mut found).await?;
    let [found] = found;
    Ok(found)
}

/// A ticket as a change left it, without what others did since. Whoever made the change sees it once more, even if it took the ticket out
/// of their sight: they gave it into somebody else's hands.
pub async fn after(app: &App, caller: &Caller, changed: Ticket) -> Result<Overview, Error> {
    let all = app.db.view(caller.scope.with_all_tickets());
    let found = store::overviews::find(&all, TicketRef::Id(changed.id)).await?.ok_or(Error::NotFound("ticket"))?;
    let mut found = [seen(caller.reader(), Overview { ticket: changed, ..found })];
    complete(&view(app, caller), &mut found).await?;
    let [found] = found;
    Ok(found)
}

/// A page of tickets.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &TicketFilter,
    sort: &Sort,
    after: Option<&PageEnd>,
    size: u64,
) -> Result<Page, Error> {
    let reader = caller.reader();
    let view = view(app, caller);
    let readable = portal::readable(app, caller, &view, filter).await?;
    let page = store::lists::page(&view, reader, readable.as_ref().unwrap_or(filter), sort, after, size).await?;
    let mut tickets: Vec<_> = page.tickets.into_iter().map(|one| seen(reader, one)).collect();
    complete(&view, &mut tickets).await?;
    Ok(Page { tickets, ..page })
}

/// Whether any ticket belongs to a team, which the settings may no longer name.
pub async fn is_team_of_some(app: &App, caller: &Caller, team: &str) -> Result<bool, Error> {
    let filter = TicketFilter { teams: vec![team.to_owned()], states: State::ALL.to_vec(), ..TicketFilter::default() };
    let sort = Sort::of(&filter, Vec::new());
    let view = app.db.view(caller.scope.unshown());
    Ok(!store::lists::page(&view, caller.reader(), &filter, &sort, None, 1).await?.tickets.is_empty())
}

/// The tags in use that begin so, in their order, after one of them.
pub async fn tags(app: &App, caller: &Caller, begin: &str, after: Option<&str>, limit: u64) -> Result<Vec<String>, Error> {
    Ok(store::tickets::tags_in_use(&view(app, caller), begin, after, limit).await?)
}

/// A page of what changed.
#[derive(Debug)]
pub struct Changes {
    pub tickets: Vec<Overview>,
    /// Where the page ends; `None` on the last.
    pub end: Option<ChangesEnd>,
    /// The instant to continue from, to miss nothing.
    pub synced_until: Instant,
}

/// The tickets that changed at or after an instant, in the order of change.
pub async fn changes(
    app: &App,
    caller: &Caller,
    filter: &TicketFilter,
    since: Instant,
    after: Option<ChangesEnd>,
    size: u64,
) -> Result<Changes, Error> {
    let (view, reader) = (view(app, caller), caller.reader());
    let readable = portal::readable(app, caller, &view, filter).await?;
    let filter = readable.as_ref().unwrap_or(filter);
    // Read before the page: what is marked between the two reads is then on the page, or not before the horizon.
    let horizon = store::changes::horizon(&view).await?;
    let (found, end) = store::lists::changed_since(&view, reader, filter, since, after, size).await?;
    let synced_until = end.map(|(at, _)| at).or(horizon).unwrap_or(since);
    let mut tickets: Vec<_> = found.into_iter().map(|one| seen(reader, one)).collect();
    complete(&view, &mut tickets).await?;
    Ok(Changes { tickets, end, synced_until })
}

/// A message, with the number of the ticket on which it was written.
#[derive(Debug)]
pub struct OnTicket {
    pub message: Message,
    pub number: String,
}

/// The messages on a ticket after one of them, oldest first, with those on the tickets that were merged into it, as far as the caller sees
/// these.
pub async fn messages(
    app: &App,
    caller: &Caller,
    ticket: TicketRef,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Named<Vec<OnTicket>>, Error> {
    let view = view(app, caller);
    let tickets = as_one(app, caller, &view, ticket).await?;
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let shown = store::messages::of_tickets(&view, &ids, caller.reader(), after, limit).await?;
    let actors = Actors::of(&view, shown.iter().map(|message| &message.author)).await?;
    let number = |id| tickets.iter().find(|ticket| ticket.id == id).map(Ticket::reference).unwrap_or_default();
    let shown = shown.into_iter().map(|message| OnTicket { number: number(message.ticket_id), message }).collect();
    Ok(Named { shown, actors })
}

/// One message on a ticket, or on one that was merged into it.
pub async fn message(app: &App, caller: &Caller, ticket: TicketRef, id: Uuid) -> Result<Message, Error> {
    let view = view(app, caller);
    let tickets = as_one(app, caller, &view, ticket).await?;
    let found = store::messages::find(&view, id).await?.filter(|message| tickets.iter().any(|ticket| ticket.id == message.ticket_id));
    found.filter(|message| caller.reader().sees(message.public)).ok_or(Error::NotFound("message"))
}

/// The work on a ticket, in the order recorded, after one of the entries.
pub async fn work(
    app: &App,
    caller: &Caller,
    ticket: TicketRef,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Named<Vec<WorkEntry>>, Error> {
    let view = view(app, caller);
    let ticket = found(&view, ticket).await?;
    let shown = store::work_logs::of_ticket(&view, ticket.id, after, limit).await?;
    Ok(Named { actors: Actors::of(&view, shown.iter().map(|entry| &entry.author)).await?, shown })
}

/// The versions of a part of a ticket before one of them, newest first.
pub async fn part_versions<C: Content>(
    app: &App,
    caller: &Caller,
    ticket: TicketRef,
    before: Option<u32>,
    limit: u64,
) -> Result<Named<Vec<PartVersion<C>>>, Error> {
    let view = view(app, caller);
    let ticket = said_on(app, caller, &view, ticket).await?;
    let shown = store::parts::versions(&view, ticket.id, before, limit).await?;
    Ok(Named { actors: Actors::of(&view, shown.iter().map(|version| &version.author)).await?, shown })
}

/// The events of a ticket after a place, in the order recorded. Each has its place among the events that the caller sees; a history only
/// grows, so that place never changes.
pub async fn events(app: &App, caller: &Caller, ticket: TicketRef, after: Option<usize>, limit: usize) -> Result<Named<Vec<Told>>, Error> {
    let (view, reader) = (view(app, caller), caller.reader());
    let ticket = said_on(app, caller, &view, ticket).await?;
    let history = store::events::of::<Ticket>(&view, ticket.id).await?;
    let mut changed: HashMap<_, _> = ticket::changes(&ticket, &history, reader).into_iter().collect();
    assignees::name_in(&view, changed.values_mut().flatten()).await?;
    let shown = (1_usize..).zip(history.into_iter().filter_map(|event| reader.event(event)));
    let mut shown: Vec<_> = shown.filter(|(place, _)| after.is_none_or(|after| *place > after)).take(limit).collect();
    hide_related_in(&view, shown.iter_mut().map(|(_, event)| event)).await?;
    let actors = Actors::in_events(&view, shown.iter().map(|(_, event)| event)).await?;
    let told = |(place, event): (usize, Event)| Told { changes: changed.remove(&event.id).unwrap_or_default(), place, event };
    Ok(Named { actors, shown: shown.into_iter().map(told).collect() })
}

/// An event as a reader sees it.
#[derive(Debug)]
pub struct Told {
    /// Its place among the events they see, from 1.
    pub place: usize,
    pub event: Event,
    /// The fields it changed.
    pub changes: Vec<FieldChange>,
}

/// What the texts of a ticket said before, oldest first.
pub async fn former_texts(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Vec<FormerText>, Error> {
    let view = view(app, caller);
    let ticket = found(&view, ticket).await?;
    Ok(store::former_texts::of_ticket(&view, ticket.id).await?)
}

/// A file, with the number of the ticket that it was added to.
#[derive(Debug)]
pub struct FileOn {
    pub file: Attachment,
    pub number: String,
}

/// The files on a ticket, oldest first, with those on the tickets that were merged into it, as far as the caller sees these.
pub async fn attachments(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Named<Vec<FileOn>>, Error> {
    let view = view(app, caller);
    let tickets = as_one(app, caller, &view, ticket).await?;
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let shown = store::attachments::of_tickets(&view, &ids, caller.reader()).await?;
    let actors = Actors::of(&view, shown.iter().map(|one| &one.author)).await?;
    let number = |id| tickets.iter().find(|ticket| ticket.id == id).map(Ticket::reference).unwrap_or_default();
    Ok(Named { actors, shown: shown.into_iter().map(|file| FileOn { number: number(file.ticket_id), file }).collect() })
}

/// A file as somebody left it.
pub async fn file(app: &App, caller: &Caller, file: Attachment) -> Result<Named<FileOn>, Error> {
    let view = view(app, caller);
    let number = labels(&view, &[file.ticket_id]).await?.remove(&file.ticket_id).unwrap_or_default();
    Ok(Named { actors: Actors::of(&view, [&file.author]).await?, shown: FileOn { file, number } })
}

/// One file on a ticket, or on one that was merged into it, to be read.
pub async fn attachment(app: &App, caller: &Caller, ticket: TicketRef, id: Uuid) -> Result<Attachment, Error> {
    let view = view(app, caller);
    let tickets = as_one(app, caller, &view, ticket).await?;
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let found = store::attachments::find_on(&view, &ids, id, caller.reader()).await?;
    let found = found.and_then(|file| Some((tickets.iter().find(|ticket| ticket.id == file.ticket_id)?, file)));
    let (ticket, found) = found.ok_or(Error::NotFound("attachment"))?;
    found.may_be_read_by(&caller.who.at(&ticket.organisation), ticket)?;
    if found.is_redacted {
        return Err(Error::Conflict { code: Code::Redacted, detail: "the file was removed for good".to_owned() });
    }
    found.scan.map_or(Ok(()), |scan| scan.hands_out_to(caller.who.actor.side()))?;
    Ok(found)
}

/// A ticket with its history, and the version it is pinned to.
#[derive(Debug)]
pub struct WithHistory {
    pub ticket: Ticket,
    pub history: Vec<Event>,
    pub version: Arc<Version>,
}

#[derive(Debug)]
pub struct Moves {
    pub of: WithHistory,
    pub moves: Vec<PossibleMove>,
    /// The caller's side.
    pub side: Side,
    /// Parts that the agreement expects and that the ticket does not have.
    pub expected: Vec<Part>,
}

/// The moves that may follow, including those that only the other party can make.
pub async fn moves(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Moves, Error> {
    let view = view(app, caller);
    let of = with_history(&view, ticket).await?;
    let who = caller.who.at(&of.ticket.organisation);
    let moves = of.ticket.possible_moves(&of.version.contract, &of.history, &who, app.time.now());
    let mut expected = of.ticket.expected_parts(&of.version.contract, &of.history);
    if expected.contains(&Part::Workaround) && has_workaround_elsewhere(&view, &of.history).await? {
        expected.retain(|part| *part != Part::Workaround);
    }
    Ok(Moves { moves, side: caller.who.actor.side(), of, expected })
}

/// Whether a ticket is linked to a known error with a workaround, which is shown on it.
async fn has_workaround_elsewhere(view: &View, history: &[Event]) -> Result<bool, Error> {
    let others: Vec<_> = links_of(history).into_iter().map(|(_, other)| other).collect();
    Ok(!others.is_empty() && !store::parts::latest::<Workaround>(view, &others).await?.is_empty())
}

/// A link, with the ticket at its other end.
#[derive(Debug)]
pub struct LinkedTicket {
    pub relation: Relation,
    pub ticket: Ticket,
    /// Where it goes on, if it was merged.
    pub merged_into: Option<TicketName>,
    /// Of a problem that has one.
    pub workaround: Option<String>,
}

/// The links of a ticket whose other end the caller sees, in the order in which they were made.
pub async fn links(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Vec<LinkedTicket>, Error> {
    let view = view(app, caller);
    let ticket = found(&view, ticket).await?;
    let history = store::events::of::<Ticket>(&view, ticket.id).await?;
    let linked = links_of(&history);
    let ids: Vec<_> = linked.iter().map(|(_, other)| *other).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let others = store::tickets::with_ids(&view, &ids).await?;
    let problems: Vec<_> = others.iter().filter(|other| other.kind == TicketType::Problem).map(|other| other.id).collect();
    let workarounds = store::parts::latest::<Workaround>(&view, &problems).await?;
    let going_on: Vec<_> = others.iter().filter_map(|other| other.merged_into).collect();
    let numbers = labels(&view, &going_on).await?;
    let seen = linked.into_iter().filter_map(|(relation, id)| {
        let ticket = others.iter().find(|other| other.id == id)?.clone();
        let merged_into = ticket.merged_into.and_then(|id| Some(TicketName { id, number: numbers.get(&id)?.clone() }));
        let workaround = workarounds.get(&id).map(|written| written.content.instruction.clone());
        Some(LinkedTicket { relation, ticket, merged_into, workaround })
    });
    Ok(seen.collect())
}

/// Incidents on one service that have no problem yet, so many that there may be one (INC-19).
#[derive(Debug)]
pub struct Suggestion {
    pub contract: String,
    pub organisation: String,
    pub service: String,
    /// Newest first.
    pub incidents: Vec<Ticket>,
}

/// Where that many were reported in the last days, most first.
pub async fn problem_suggestions(app: &App, caller: &Caller, least: usize, days: i64) -> Result<Vec<Suggestion>, Error> {
    let since = app.time.now().plus(-days * 24 * 3600).unwrap_or(Instant::MIN);
    let found = store::alike::unexplained(&view(app, caller), since).await?.into_iter();
    let enough = found.filter(|(_, incidents)| incidents.len() >= least);
    let suggested = |((contract, organisation, service), incidents)| Suggestion { contract, organisation, service, incidents };
    let mut suggested: Vec<_> = enough.map(suggested).collect();
    suggested.sort_by_key(|one| std::cmp::Reverse(one.incidents.len()));
    Ok(suggested)
}

/// The other open changes that are planned for the same time, on the same service or item.
pub async fn collisions(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Vec<Ticket>, Error> {
    let view = view(app, caller);
    let ticket = found(&view, ticket).await?;
    Ok(store::alike::collisions(&view, &ticket).await?)
}

/// A question of a ticket's type, and what was answered.
#[derive(Debug)]
pub struct Answered {
    pub question: Question,
    pub is_open: bool,
    /// The sides that have to agree.
    pub by: Vec<Side>,
    pub verdict: Option<Verdict>,
    pub answers: Vec<(Event, Decided)>,
}

pub async fn decisions(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Named<Vec<Answered>>, Error> {
    let view = view(app, caller);
    let WithHistory { ticket, history, version } = with_history(&view, ticket).await?;
    portal::check(app, caller, &view, &ticket).await?;
    let open = answer::open_questions(&version.contract, &ticket, &history);
    let answered = kinds::rules(ticket.kind).questions.iter().map(|asked| {
        let answers = history.iter().filter_map(|event| match &event.data {
            EventData::Decided(decided) if decided.question == asked.question => Some((event.clone(), decided.clone())),
            _ => None,
        });
        Answered {
            question: asked.question,
            is_open: open.contains(&asked.question),
            by: answer::deciders(&version.contract, asked.question),
            verdict: answer::verdict(&version.contract, ticket.kind, &history, asked.question),
            answers: answers.collect(),
        }
    });
    let shown: Vec<_> = answered.collect();
    let told: Vec<_> = shown.iter().flat_map(|one| &one.answers).map(|(event, _)| &event.actor).collect();
    Ok(Named { actors: Actors::of(&view, told).await?, shown })
}

/// A response team that is called in on a ticket.
#[derive(Debug)]
pub struct CalledTeam {
    pub team: ResponseTeam,
    pub task: Option<String>,
    /// What called it in.
    pub event: Event,
}

/// The response teams on a ticket, in the order in which they were called in.
pub async fn response_teams(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Named<Vec<CalledTeam>>, Error> {
    let view = view(app, caller);
    let WithHistory { history, version, .. } = with_history(&view, ticket).await?;
    let standing = called(&history);
    let ids: Vec<_> = standing.iter().map(|(event, _)| event.id).collect();
    let mut tasks: HashMap<_, _> =
        store::response_tasks::with_ids(&view, &ids).await?.into_iter().map(|task| (task.id, task.text)).collect();
    let shown = standing.into_iter().filter_map(|(event, code)| {
        let team = version.contract.response_team(code)?.clone();
        Some(CalledTeam { team, task: tasks.remove(&event.id), event: event.clone() })
    });
    let shown: Vec<_> = shown.collect();
    Ok(Named { actors: Actors::in_events(&view, shown.iter().map(|one| &one.event)).await?, shown })
}

/// A ticket's clocks as known at an instant, each with its ledger.
#[derive(Debug)]
pub struct Clocks {
    pub ticket: Uuid,
    pub version: Arc<Version>,
    pub known_at: Instant,
    pub clocks: Vec<(ClockIndex, Vec<Line>)>,
}

pub async fn clocks(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Clocks, Error> {
    let WithHistory { ticket, history, version } = with_history(&view(app, caller), ticket).await?;
    let known_at = app.time.now();
    let settled = super::settled(&version.contract, &ticket, &history, known_at);
    let ledgers = ticket::ledgers(&version.contract, ticket.clock_inputs(), &history, known_at);
    let clocks = settled.clocks.into_iter().zip(ledgers).map(|(index, (_, ledger))| (index, ledger)).collect();
    Ok(Clocks { ticket: ticket.id, version, known_at, clocks })
}

/// The ledger of a ticket's clock, as proof.
pub async fn ledger(app: &App, caller: &Caller, ticket: TicketRef, kind: Kind) -> Result<ClockLedger, Error> {
    super::proof::ledger(app, &view(app, caller), ticket, kind).await
}

fn view(app: &App, caller: &Caller) -> View {
    app.db.view(caller.scope.clone())
}

async fn found(reads: &impl Reads, ticket: TicketRef) -> Result<Ticket, Error> {
    store::tickets::find(reads, ticket).await?.ok_or(Error::NotFound("ticket"))
}

/// A ticket of which the caller reads what was said.
async fn said_on(app: &App, caller: &Caller, view: &View, ticket: TicketRef) -> Result<Ticket, Error> {
    let ticket = found(view, ticket).await?;
    portal::check(app, caller, view, &ticket).await?;
    Ok(ticket)
}

/// Such a ticket, and those that were merged into it.
async fn as_one(app: &App, caller: &Caller, view: &View, ticket: TicketRef) -> Result<Vec<Ticket>, Error> {
    let ticket = said_on(app, caller, view, ticket).await?;
    let mut tickets = store::tickets::merged_into(view, ticket.id).await?;
    tickets.push(ticket);
    Ok(tickets)
}

/// Says who has tickets in hand and what they were merged into. Leaves out which other ticket one is about, where that does not exist for the
/// caller.
async fn complete(view: &View, shown: &mut [Overview]) -> Result<(), Error> {
    assignees::name(view, shown).await?;
    let named: Vec<_> = shown.iter().flat_map(|one| [one.ticket.emergency_for, one.ticket.merged_into]).flatten().collect();
    let seen = labels(view, &named).await?;
    for one in shown {
        one.ticket.emergency_for = one.ticket.emergency_for.filter(|id| seen.contains_key(id));
        let merged_into = one.ticket.merged_into.and_then(|id| Some(TicketName { id, number: seen.get(&id)?.clone() }));
        one.ticket.merged_into = merged_into.as_ref().map(|name| name.id);
        one.merged_into = merged_into;
    }
    Ok(())
}

/// The same in events.
async fn hide_related_in(view: &View, events: impl Iterator<Item = &mut Event>) -> Result<(), Error> {
    let mut related = Vec::new();
    for event in events {
        match &mut event.data {
            EventData::Registered(registered) => {
                related.push(&mut registered.emergency_for);
                related.extend(registered.intake.as_mut().map(|intake| &mut intake.related));
            }
            EventData::Linked(linked) | EventData::Unlinked(linked) => related.push(&mut linked.ticket),
            EventData::Merged(merged) => related.push(&mut merged.into),
            EventData::MergeUndone(undone) => related.push(&mut undone.into),
            EventData::MergedIn(merged) => {
                related.push(&mut merged.ticket);
                related.extend(merged.links.iter_mut().map(|linked| &mut linked.ticket));
            }
            EventData::MergedInUndone(undone) => related.push(&mut undone.ticket),
            data => related.extend(data.as_move_mut().map(|moved| &mut moved.along_with)),
        }
    }
    hide(view, related).await
}

async fn hide(view: &View, related: Vec<&mut Option<Uuid>>) -> Result<(), Error> {
    let named: Vec<_> = related.iter().filter_map(|one| **one).collect();
    let seen = labels(view, &named).await?;
    for one in related {
        *one = one.filter(|id| seen.contains_key(id));
    }
    Ok(())
}

/// The numbers of those of these tickets that exist for the caller.
async fn labels(view: &View, named: &[Uuid]) -> Result<HashMap<Uuid, String>, Error> {
    if named.is_empty() { Ok(HashMap::new()) } else { Ok(Ticket::labels(view, named).await?) }
}

fn seen(reader: Reader, overview: Overview) -> Overview {
    let desk = overview.desk.filter(|_| reader == Reader::Desk);
    Overview { ticket: reader.ticket(overview.ticket), desk, ..overview }
}

/// A new ticket, as its maker sees it.
pub fn made(caller: &Caller, made: Overview) -> Overview {
    seen(caller.reader(), made)
}

/// The agreements are read last, so that they include the version that the ticket is pinned to.
pub(super) async fn with_history(reads: &impl Reads, ticket: TicketRef) -> Result<WithHistory, Error> {
    let ticket = found(reads, ticket).await?;
    let history = store::events::of::<Ticket>(reads, ticket.id).await?;
    let version = store::agreements::read(reads).await?.version(ticket.contract_version_id)?.clone();
    Ok(WithHistory { ticket, history, version })
}
