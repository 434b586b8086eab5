//! Lists of tickets: narrowed, sorted by several keys, page by page.
//!
//! A page starts where the last one ended, and no rows are counted or skipped, so its cost depends neither on how deep it is nor on how
//! many tickets there are. A key that may be absent has a stored stand-in value that sorts last. Keys of one direction are compared as
//! one row value, for which an index can be used. Some tickets go first whatever a list is sorted by (CHG-03): they are a section of
//! their own, read before the rest.
//!
//! Absent on purpose: the number of pages, for which the whole list would have to be counted.

use super::overviews::{self, Row};
use super::tickets::{NO_RANK, NOT_DUE};
use super::{Reads, instant, search, tickets};
use crate::domain::Instant;
use crate::domain::ticket::listing::{ChangesEnd, Page, PageEnd, Sort, SortField, TicketFilter};
use crate::domain::ticket::{Overview, Reader};
use crate::domain::workflow::{State, Step};
use entity::{ticket, ticket_change};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect};

/// A sort key as one reader sees it, with its direction.
#[derive(Debug, Clone, Copy)]
struct SortKey {
    key: SortField,
    reader: Reader,
    descending: bool,
}

impl SortKey {
    fn all(sort: &Sort, reader: Reader) -> Vec<Self> {
        sort.keys.iter().map(|by| Self { key: by.key, reader, descending: by.descending }).collect()
    }

    fn column(self) -> ticket::Column {
        match (self.key, self.reader) {
            (SortField::OpenedAt, _) => ticket::Column::OpenedAt,
            (SortField::UpdatedAt, Reader::Desk) => ticket::Column::UpdatedAt,
            (SortField::UpdatedAt, Reader::Client) => ticket::Column::ClientUpdatedAt,
            (SortField::NextDueAt, _) => ticket::Column::DueOrder,
            (SortField::Priority, _) => ticket::Column::PriorityRank,
            (SortField::Number, _) => ticket::Column::Number,
        }
    }

    /// The ticket's value under this key, as a cursor holds it.
    fn figure(self, row: &ticket::Model) -> i64 {
        match (self.key, self.reader) {
            (SortField::OpenedAt, _) => row.opened_at.timestamp(),
            (SortField::UpdatedAt, Reader::Desk) => row.updated_at.timestamp(),
            (SortField::UpdatedAt, Reader::Client) => row.client_updated_at.timestamp(),
            (SortField::NextDueAt, _) => row.due_order,
            (SortField::Priority, _) => i64::from(row.priority_rank),
            (SortField::Number, _) => row.number,
        }
    }

    fn order(self) -> Order {
        if self.descending { Order::Desc } else { Order::Asc }
    }

    /// What is compared. In descending order the stand-in for an absent value would sort first, so it is negated to sort last there too.
    fn expr(self) -> Expr {
        let column = Expr::col((ticket::Entity, self.column()));
        match self.key {
            SortField::Priority if self.descending => negated(&column, NO_RANK),
            SortField::NextDueAt if self.descending => negated(&column, NOT_DUE),
            _ => column,
        }
    }

    fn value(self, figure: i64) -> Expr {
        match self.key {
            SortField::Priority if self.descending && figure == i64::from(NO_RANK) => Expr::val(-NO_RANK),
            SortField::NextDueAt if self.descending && figure == NOT_DUE => Expr::val(-NOT_DUE),
            key => value(key, figure),
        }
    }
}

/// A cursor's value in the type of the key's column.
fn value(key: SortField, figure: i64) -> Expr {
    match key {
        SortField::OpenedAt | SortField::UpdatedAt => Expr::val(Instant::from_unix(figure).unwrap_or(Instant::MIN).to_utc()),
        SortField::Priority => Expr::val(i32::try_from(figure).unwrap_or(NO_RANK)),
        SortField::NextDueAt | SortField::Number => Expr::val(figure),
    }
}

fn negated<V: Into<sea_orm::Value> + std::ops::Neg<Output = V> + Copy>(column: &Expr, absent: V) -> Expr {
    Expr::case(column.clone().eq(Expr::val(absent)), Expr::val(-absent)).finally(column.clone()).into()
}

/// A part of a list that is read separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Whole,
    First,
    Rest,
}

/// A page of at most `size` tickets after that place.
pub async fn page(
    reads: &impl Reads,
    reader: Reader,
    filter: &TicketFilter,
    sort: &Sort,
    after: Option<&PageEnd>,
    size: u64,
) -> Result<Page, DbErr> {
    let sections: &[Section] = match after {
        _ if !sort.emergencies_first => &[Section::Whole],
        Some(place) if !place.first => &[Section::Rest],
        _ => &[Section::First, Section::Rest],
    };
    let limit = usize::try_from(size).unwrap_or(usize::MAX);
    let (mut narrowed, keys) = (conditions(reads, reader, filter).await?, SortKey::all(sort, reader));
    if !asks_for_merged(filter) {
        narrowed = narrowed.add(ticket::Column::MergedIntoId.is_null());
    }
    let mut rows: Vec<(Section, Row)> = Vec::new();
    for &section in sections {
        if rows.len() > limit {
            break;
        }
        // One more than asked for tells whether there is a next page.
        let left = size + 1 - rows.len() as u64;
        let after = after.filter(|place| place.first == (section == Section::First));
        let found = section_rows(reads, &narrowed, &keys, section, after, left).await?;
        rows.extend(found.into_iter().map(|row| (section, row)));
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let end = rows.last().filter(|_| more).map(|(section, row)| PageEnd {
        first: *section == Section::First,
        figures: keys.iter().map(|by| by.figure(&row.ticket)).collect(),
        id: row.ticket.id,
    });
    Ok(Page { tickets: rows.into_iter().map(|(_, row)| row.into_overview(reads)).collect::<Result<_, _>>()?, end })
}

async fn section_rows(
    reads: &impl Reads,
    narrowed: &Condition,
    keys: &[SortKey],
    section: Section,
    after: Option<&PageEnd>,
    limit: u64,
) -> Result<Vec<Row>, DbErr> {
    let goes_first = Expr::col((ticket::Entity, ticket::Column::GoesFirst));
    let mut query = reads.find::<ticket::Entity>().filter(narrowed.clone());
    query = match section {
        Section::Whole => query,
        Section::First => query.filter(goes_first),
        Section::Rest => query.filter(goes_first.not()),
    };
    if let Some(place) = after {
        query = query.filter(beyond(keys, place));
    }
    for by in keys {
        query = query.order_by(by.expr(), by.order());
    }
    query = query.order_by(ticket::Column::Id, if is_descending(keys) { Order::Desc } else { Order::Asc });
    overviews::rows(reads, query, Some(limit)).await
}

/// Ids break ties, in the direction of the last key, so that keys of one direction and the id form one row value.
fn is_descending(keys: &[SortKey]) -> bool {
    keys.last().is_some_and(|last| last.descending)
}

/// The condition that a ticket comes after a place.
fn beyond(keys: &[SortKey], place: &PageEnd) -> Condition {
    let id = (Expr::col((ticket::Entity, ticket::Column::Id)), Expr::val(place.id), is_descending(keys));
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

/// Whether tickets that were merged into others are asked for: by their phase, or by the state that comes with it.
fn asks_for_merged(filter: &TicketFilter) -> bool {
    let names =
        |one: &TicketFilter| one.states.contains(&State::Cancelled) || one.phases.iter().any(|phase| phase == Step::Merged.as_str());
    // What is looked for by its words is shown where they stand.
    let asks = |one: &TicketFilter| names(one) || one.words.is_some();
    asks(filter) || filter.within.as_deref().is_some_and(asks_for_merged)
}

/// What a filter asks, and what it stands within.
async fn conditions(reads: &impl Reads, reader: Reader, filter: &TicketFilter) -> Result<Condition, DbErr> {
    let (mut all, mut next) = (Condition::all(), Some(filter));
    while let Some(filter) = next {
        all = all.add(own_conditions(reads, reader, filter).await?);
        next = filter.within.as_deref();
    }
    Ok(all)
}

async fn own_conditions(reads: &impl Reads, reader: Reader, filter: &TicketFilter) -> Result<Condition, DbErr> {
    let names = |texts: Vec<&'static str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let kinds = names(filter.kinds.iter().map(|kind| kind.as_str()).collect());
    let channels = names(filter.channels.iter().map(|channel| channel.as_str()).collect());
    let lines = names(filter.lines.iter().map(|line| line.as_str()).collect());
    let mut all = Condition::all().add(in_states(&filter.states));
    for (column, values) in [
        (ticket::Column::Kind, &kinds),
        (ticket::Column::Phase, &filter.phases),
        (ticket::Column::Contract, &filter.contracts),
        (ticket::Column::Organisation, &filter.organisations),
        (ticket::Column::Assignee, &filter.assignees),
        (ticket::Column::Team, &filter.teams),
        (ticket::Column::Channel, &channels),
        (ticket::Column::Variant, &filter.variants),
        (ticket::Column::Service, &filter.services),
        (ticket::Column::Category, &filter.categories),
        (ticket::Column::Line, &lines),
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
    for (span, key) in [(filter.opened, SortField::OpenedAt), (filter.updated, SortField::UpdatedAt), (filter.due, SortField::NextDueAt)] {
        let by = SortKey { key, reader, descending: false };
        let column = || Expr::col((ticket::Entity, by.column()));
        // A ticket with nothing due holds the stand-in, which must not match an open-ended range.
        let before = span.before.map(Instant::unix).or_else(|| span.from.and((key == SortField::NextDueAt).then_some(NOT_DUE)));
        all = all.add_option(span.from.map(|from| column().gte(value(key, from.unix()))));
        all = all.add_option(before.map(|before| column().lt(value(key, before))));
    }
    let assigned = || ticket::Column::Assignee.is_not_null().or(ticket::Column::Team.is_not_null());
    all = all.add_option(filter.unassigned.map(|wanted| if wanted { assigned().not() } else { assigned() }));
    for (column, wanted) in [
        (ticket::Column::Breached, filter.breached),
        (ticket::Column::AtRisk, filter.at_risk),
        (ticket::Column::CalledOutsideHours, filter.called_outside_hours),
        (ticket::Column::NeedsAttention, filter.needs_attention),
        (ticket::Column::OutOfScope, filter.out_of_scope),
        (ticket::Column::IsMajor, filter.major),
    ] {
        let own = || Expr::col((ticket::Entity, column));
        // How the desk works is not for clients to see: of theirs, none needs any attention.
        let is_hidden = matches!((column, reader), (ticket::Column::NeedsAttention, Reader::Client));
        let own = || if is_hidden { Expr::val(false) } else { own() };
        all = all.add_option(wanted.map(|wanted| if wanted { own() } else { own().not() }));
    }
    if let Some((wanted, at)) = filter.long_open.zip(filter.asked_at) {
        let is_it =
            || Condition::all().add(Expr::col((ticket::Entity, ticket::Column::IsOpen))).add(ticket::Column::LongOpenAt.lte(at.to_utc()));
        // What has no such instant is not open for long either, which a negation alone would leave out.
        let is_not = || Condition::any().add(ticket::Column::LongOpenAt.is_null()).add(is_it().not());
        all = all.add(if wanted { is_it() } else { is_not() });
    }
    if !filter.awaited.is_empty() {
        // No question's code is part of another one's.
        let any =
            filter.awaited.iter().fold(Condition::any(), |any, question| any.add(ticket::Column::Awaited.contains(question.as_str())));
        all = all.add(ticket::Column::Awaited.ne("")).add(any);
    }
    if !filter.tags.is_empty() {
        all = all.add(ticket::Column::Id.in_subquery(tickets::tags_having(reads, &filter.tags)));
    }
    if !filter.followers.is_empty() {
        all = all.add(ticket::Column::Id.in_subquery(tickets::followed_by(reads, reader, &filter.followers)));
    }
    match &filter.words {
        Some(words) => {
            for (contract, organisation) in &filter.unread {
                let theirs = ticket::Column::Contract.eq(contract).and(ticket::Column::Organisation.eq(organisation));
                all = all.add(theirs.and(ticket::Column::ClosedAt.is_not_null()).not());
            }
            Ok(all.add(search::condition(reads, reader, words).await?))
        }
        None => Ok(all),
    }
}

/// In these states. Open tickets have partial indexes, which a database uses only if the condition says `is_open` literally.
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

/// A page of tickets marked as changed at or after an instant, in the order of their marks (`store::changes`).
pub async fn changed_since(
    reads: &impl Reads,
    reader: Reader,
    filter: &TicketFilter,
    since: Instant,
    after: Option<ChangesEnd>,
    size: u64,
) -> Result<(Vec<Overview>, Option<ChangesEnd>), DbErr> {
    let of_ticket = ticket_change::Entity::belongs_to(ticket::Entity)
        .from((ticket_change::Column::TicketId, ticket_change::Column::Organisation))
        .to((ticket::Column::Id, ticket::Column::Organisation))
        .into();
    let mut marks = reads.find::<ticket_change::Entity>().join(JoinType::InnerJoin, of_ticket);
    marks = marks.filter(conditions(reads, reader, filter).await?);
    let (changed_at, place) = match reader {
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
    let mut rows = overviews::rows(reads, rows, None).await?;
    rows.sort_by_key(|row| marks.iter().position(|mark| mark.ticket_id == row.ticket.id));
    let place_of = |mark: &ticket_change::Model| match reader {
        Reader::Client => Some((instant(mark.client_changed_at?), mark.client_position?)),
        Reader::Desk => Some((instant(mark.changed_at), mark.position)),
    };
    let end = marks.last().filter(|_| more).and_then(place_of);
    Ok((rows.into_iter().map(|row| row.into_overview(reads)).collect::<Result<_, _>>()?, end))
}
