//! Lists of tickets: narrowed, sorted by several keys, page by page.
//!
//! A page is found by the place where the last one ended, never by counting rows, so it costs the same however deep it is and
//! however many tickets there are. Every key that may be absent has a stored stand-in that sorts last; keys of one direction
//! are compared as one row value, which an index serves. A list may begin with the tickets that go first whatever it is
//! sorted by (CHG-03): those are a section of their own, read before the rest.
//!
//! Absent on purpose: a count of all pages, which would cost what the list holds.

use entity::{ticket, ticket_change};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::search::{self, Words};
use super::tickets::to_domain;
use super::{Reads, instant};
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::ticket::{Channel, Reader, Ticket};
use crate::domain::workflow::State;

/// The rank of a ticket on which no priority holds.
pub(super) const NO_RANK: i32 = i32::MAX;
/// The due instant of a ticket with nothing due.
pub(super) const NOT_DUE: i64 = i64::MAX;

/// A span of instants: from the first, before the second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Its first instant.
    pub from: Option<Instant>,
    /// The first instant after it.
    pub before: Option<Instant>,
}

/// Which tickets a list shows; what is empty does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// For whom: changes they see nothing of are none.
    pub reader: Reader,
    /// Of these types.
    pub kinds: Vec<TicketType>,
    /// In these states.
    pub states: Vec<State>,
    /// In these phases.
    pub phases: Vec<String>,
    /// With these priorities, decided or proposed.
    pub priorities: Vec<String>,
    /// Under these contracts.
    pub contracts: Vec<String>,
    /// Of these organisations.
    pub organisations: Vec<String>,
    /// In these hands.
    pub assignees: Vec<String>,
    /// With these teams.
    pub teams: Vec<String>,
    /// Reported by these people.
    pub requesters: Vec<Uuid>,
    /// Come in by these ways.
    pub channels: Vec<Channel>,
    /// Reported then.
    pub opened: Span,
    /// Last changed then.
    pub updated: Span,
    /// With their next goal due then.
    pub due: Span,
    /// With a breached goal, or without.
    pub breached: Option<bool>,
    /// With these words.
    pub words: Option<Words>,
}

/// What tickets are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// When they were reported.
    OpenedAt,
    /// When they last changed.
    UpdatedAt,
    /// When they last changed as their client sees it.
    ClientUpdatedAt,
    /// When their next goal is due; those without one last.
    NextDueAt,
    /// The rank of the priority that holds, first handled first; those without one last (INC-08).
    Priority,
    /// Their number.
    Number,
}

impl Key {
    /// All of them, as the desk sees them.
    pub const ALL: [Self; 5] = [Self::OpenedAt, Self::UpdatedAt, Self::NextDueAt, Self::Priority, Self::Number];

    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenedAt => "openedAt",
            Self::UpdatedAt | Self::ClientUpdatedAt => "updatedAt",
            Self::NextDueAt => "nextDueAt",
            Self::Priority => "priority",
            Self::Number => "number",
        }
    }

    /// The same key as a reader sees it.
    #[must_use]
    pub const fn seen_by(self, reader: Reader) -> Self {
        match (self, reader) {
            (Self::UpdatedAt, Reader::Client) => Self::ClientUpdatedAt,
            _ => self,
        }
    }

    fn column(self) -> ticket::Column {
        match self {
            Self::OpenedAt => ticket::Column::OpenedAt,
            Self::UpdatedAt => ticket::Column::UpdatedAt,
            Self::ClientUpdatedAt => ticket::Column::ClientUpdatedAt,
            Self::NextDueAt => ticket::Column::DueOrder,
            Self::Priority => ticket::Column::PriorityRank,
            Self::Number => ticket::Column::Number,
        }
    }

    /// The figure a ticket has under this key.
    fn figure(self, row: &ticket::Model) -> i64 {
        match self {
            Self::OpenedAt => row.opened_at.timestamp(),
            Self::UpdatedAt => row.updated_at.timestamp(),
            Self::ClientUpdatedAt => row.client_updated_at.timestamp(),
            Self::NextDueAt => row.due_order,
            Self::Priority => i64::from(row.priority_rank),
            Self::Number => row.number,
        }
    }

    /// The figure as its column holds it.
    fn value(self, figure: i64) -> Expr {
        match self {
            Self::OpenedAt | Self::UpdatedAt | Self::ClientUpdatedAt => {
                Expr::val(Instant::from_unix(figure).unwrap_or(Instant::MIN).to_utc())
            }
            Self::Priority => Expr::val(i32::try_from(figure).unwrap_or(NO_RANK)),
            Self::NextDueAt | Self::Number => Expr::val(figure),
        }
    }
}

/// A key with its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// The key.
    pub key: Key,
    /// Largest first.
    pub descending: bool,
}

impl SortKey {
    fn order(self) -> Order {
        if self.descending { Order::Desc } else { Order::Asc }
    }

    /// What is compared. Downwards the stand-in of an absent figure comes first, so there it is turned over.
    fn expr(self) -> Expr {
        let column = Expr::col((ticket::Entity, self.key.column()));
        match self.key {
            Key::Priority if self.descending => turned(&column, NO_RANK),
            Key::NextDueAt if self.descending => turned(&column, NOT_DUE),
            _ => column,
        }
    }

    fn value(self, figure: i64) -> Expr {
        let value = self.key.value(figure);
        match self.key {
            Key::Priority if self.descending && figure == i64::from(NO_RANK) => Expr::val(-NO_RANK),
            Key::NextDueAt if self.descending && figure == NOT_DUE => Expr::val(-NOT_DUE),
            _ => value,
        }
    }
}

fn turned<V: Into<sea_orm::Value> + std::ops::Neg<Output = V> + Copy>(column: &Expr, absent: V) -> Expr {
    Expr::case(column.clone().eq(Expr::val(absent)), Expr::val(-absent)).finally(column.clone()).into()
}

/// How a list is sorted; equals by their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The keys, the first decides first.
    pub keys: Vec<SortKey>,
    /// Open emergency changes before everything else, whatever the keys (CHG-03).
    pub emergencies_first: bool,
}

/// A part of a list that is read by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Whole,
    First,
    Rest,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whether that was among those that go first.
    pub first: bool,
    /// The figures of the last ticket, a key each.
    pub figures: Vec<i64>,
    /// Its id.
    pub id: Uuid,
}

/// Tickets of a list, with where they end if more follow.
#[derive(Debug, Clone)]
pub struct Page {
    /// The tickets.
    pub tickets: Vec<Ticket>,
    /// Where the page ends; `None` on the last.
    pub end: Option<Place>,
}

/// A page of at most `size` tickets after a place.
pub async fn page(reads: &impl Reads, filter: &Filter, sort: &Sort, after: Option<&Place>, size: u64) -> Result<Page, DbErr> {
    let sections: &[Section] = match after {
        _ if !sort.emergencies_first => &[Section::Whole],
        Some(place) if !place.first => &[Section::Rest],
        _ => &[Section::First, Section::Rest],
    };
    let most = usize::try_from(size).unwrap_or(usize::MAX);
    let narrowed = conditions(reads, filter).await?;
    let mut rows: Vec<(Section, ticket::Model)> = Vec::new();
    for &section in sections {
        if rows.len() > most {
            break;
        }
        let left = size + 1 - rows.len() as u64;
        let after = after.filter(|place| place.first == (section == Section::First));
        let found = section_rows(reads, &narrowed, sort, section, after, left).await?;
        rows.extend(found.into_iter().map(|row| (section, row)));
    }
    let more = rows.len() > most;
    rows.truncate(most);
    let end = rows.last().filter(|_| more).map(|(section, row)| Place {
        first: *section == Section::First,
        figures: sort.keys.iter().map(|by| by.key.figure(row)).collect(),
        id: row.id,
    });
    Ok(Page { tickets: rows.into_iter().map(|(_, row)| to_domain(row)).collect::<Result<_, _>>()?, end })
}

async fn section_rows(
    reads: &impl Reads,
    narrowed: &Condition,
    sort: &Sort,
    section: Section,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<ticket::Model>, DbErr> {
    let goes_first = Expr::col((ticket::Entity, ticket::Column::GoesFirst));
    let mut query = reads.find::<ticket::Entity>().filter(narrowed.clone());
    query = match section {
        Section::Whole => query,
        Section::First => query.filter(goes_first),
        Section::Rest => query.filter(goes_first.not()),
    };
    if let Some(place) = after {
        query = query.filter(beyond(&sort.keys, place));
    }
    for by in &sort.keys {
        query = query.order_by(by.expr(), by.order());
    }
    query = query.order_by(ticket::Column::Id, last_direction(&sort.keys).order());
    query.limit(limit).all(reads.connection()).await
}

/// Ids follow the last key, so that keys of one direction are one row value with them.
fn last_direction(keys: &[SortKey]) -> SortKey {
    keys.last().copied().unwrap_or(SortKey { key: Key::Number, descending: false })
}

/// The condition that a ticket comes after a place.
fn beyond(keys: &[SortKey], place: &Place) -> Condition {
    let id = (Expr::col((ticket::Entity, ticket::Column::Id)), Expr::val(place.id), last_direction(keys).descending);
    let figures = keys.iter().zip(&place.figures);
    let terms: Vec<_> = figures.map(|(by, figure)| (by.expr(), by.value(*figure), by.descending)).chain([id]).collect();
    let past = |own: Expr, mark: Expr, descending: bool| if descending { own.lt(mark) } else { own.gt(mark) };
    if terms.iter().all(|term| term.2 == terms[0].2) {
        let descending = terms[0].2;
        let (own, mark): (Vec<_>, Vec<_>) = terms.into_iter().map(|(own, mark, _)| (own, mark)).unzip();
        return past(Expr::tuple(own), Expr::tuple(mark), descending).into_condition();
    }
    let mut any = Condition::any();
    for (at, (own, mark, descending)) in terms.iter().enumerate() {
        let equal = terms[..at].iter().fold(Condition::all(), |all, (own, mark, _)| all.add(own.clone().eq(mark.clone())));
        any = any.add(equal.add(past(own.clone(), mark.clone(), *descending)));
    }
    any
}

async fn conditions(reads: &impl Reads, filter: &Filter) -> Result<Condition, DbErr> {
    let names = |texts: Vec<&'static str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let kinds = names(filter.kinds.iter().map(|kind| kind.as_str()).collect());
    let channels = names(filter.channels.iter().map(|channel| channel.as_str()).collect());
    let mut all = Condition::all().add(in_states(&filter.states));
    for (column, values) in [
        (ticket::Column::Kind, &kinds),
        (ticket::Column::Phase, &filter.phases),
        (ticket::Column::Contract, &filter.contracts),
        (ticket::Column::Organisation, &filter.organisations),
        (ticket::Column::Assignee, &filter.assignees),
        (ticket::Column::Team, &filter.teams),
        (ticket::Column::Channel, &channels),
    ] {
        if !values.is_empty() {
            all = all.add(column.is_in(values));
        }
    }
    if !filter.requesters.is_empty() {
        all = all.add(ticket::Column::RequesterId.is_in(filter.requesters.iter().copied()));
    }
    if !filter.priorities.is_empty() {
        let proposed = ticket::Column::Priority.is_null().and(ticket::Column::ProposedPriority.is_in(&filter.priorities));
        all = all.add(ticket::Column::Priority.is_in(&filter.priorities).or(proposed));
    }
    for (span, key) in
        [(filter.opened, Key::OpenedAt), (filter.updated, Key::UpdatedAt.seen_by(filter.reader)), (filter.due, Key::NextDueAt)]
    {
        let column = || Expr::col((ticket::Entity, key.column()));
        // What has nothing due is due at no time.
        let before = span.before.map(Instant::unix).or_else(|| span.from.and((key == Key::NextDueAt).then_some(NOT_DUE)));
        all = all.add_option(span.from.map(|from| column().gte(key.value(from.unix()))));
        all = all.add_option(before.map(|before| column().lt(key.value(before))));
    }
    let breached = || Expr::col((ticket::Entity, ticket::Column::Breached));
    all = all.add_option(filter.breached.map(|wanted| if wanted { breached() } else { breached().not() }));
    match &filter.words {
        Some(words) => Ok(all.add(search::condition(reads, words).await?)),
        None => Ok(all),
    }
}

/// In these states. Open work has indexes of its own, which the word `is_open` alone lets a database use.
fn in_states(states: &[State]) -> Condition {
    let all = Condition::all();
    if states.is_empty() {
        return all;
    }
    let open = states.iter().all(|state| state.is_open());
    let all = if open { all.add(Expr::col((ticket::Entity, ticket::Column::IsOpen))) } else { all };
    let every_open = State::ALL.iter().filter(|state| state.is_open()).all(|state| states.contains(state));
    if open && every_open { all } else { all.add(ticket::Column::State.is_in(states.iter().map(|state| state.as_str()))) }
}

/// Where a page of changes ended: when its last ticket was marked as changed, and its place in the stream.
pub type ChangePlace = (Instant, i64);

/// A page of tickets marked as changed at or after an instant, in the order of their marks (`store::changes`).
pub async fn changed_since(
    reads: &impl Reads,
    filter: &Filter,
    since: Instant,
    after: Option<ChangePlace>,
    size: u64,
) -> Result<(Vec<Ticket>, Option<ChangePlace>), DbErr> {
    let of_ticket = ticket_change::Entity::belongs_to(ticket::Entity)
        .from((ticket_change::Column::TicketId, ticket_change::Column::Organisation))
        .to((ticket::Column::Id, ticket::Column::Organisation))
        .into();
    let mut marks = reads.find::<ticket_change::Entity>().join(JoinType::InnerJoin, of_ticket);
    marks = marks.filter(conditions(reads, filter).await?);
    let (changed_at, place) = match filter.reader {
        Reader::Client => (ticket_change::Column::ClientChangedAt, ticket_change::Column::ClientPosition),
        Reader::Desk => (ticket_change::Column::ChangedAt, ticket_change::Column::Position),
    };
    marks = marks.filter(changed_at.gte(since.to_utc()));
    if let Some((at, position)) = after {
        let own = [changed_at, place].map(|column| Expr::col((ticket_change::Entity, column)));
        marks = marks.filter(Expr::tuple(own).gt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(position)])));
    }
    marks = marks.order_by_asc(changed_at).order_by_asc(place);
    let mut marks = marks.limit(size + 1).all(reads.connection()).await?;
    let most = usize::try_from(size).unwrap_or(usize::MAX);
    let more = marks.len() > most;
    marks.truncate(most);
    let rows = reads.find::<ticket::Entity>().filter(ticket::Column::Id.is_in(marks.iter().map(|mark| mark.ticket_id)));
    let mut rows = rows.all(reads.connection()).await?;
    rows.sort_by_key(|row| marks.iter().position(|mark| mark.ticket_id == row.id));
    let place_of = |mark: &ticket_change::Model| match filter.reader {
        Reader::Client => Some((instant(mark.client_changed_at?), mark.client_position?)),
        Reader::Desk => Some((instant(mark.changed_at), mark.position)),
    };
    let end = marks.last().filter(|_| more).and_then(place_of);
    Ok((rows.into_iter().map(to_domain).collect::<Result<_, _>>()?, end))
}
