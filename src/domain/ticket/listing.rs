//! Lists of tickets as somebody asks for them: which, in what order, and from where.

use uuid::Uuid;

use super::{Channel, Overview};
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::search::Words;
use crate::domain::workflow::{Question, State, SupportLine};

/// A span of instants: from the first, before the second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    pub from: Option<Instant>,
    pub before: Option<Instant>,
}

/// Which tickets a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    pub kinds: Vec<TicketType>,
    pub states: Vec<State>,
    pub phases: Vec<String>,
    /// Decided, or proposed where none is decided.
    pub priorities: Vec<String>,
    pub contracts: Vec<String>,
    pub organisations: Vec<String>,
    pub assignees: Vec<String>,
    pub teams: Vec<String>,
    pub requesters: Vec<Uuid>,
    pub channels: Vec<Channel>,
    pub opened: Span,
    /// Last changed, as its reader sees it.
    pub updated: Span,
    /// With their next goal due then.
    pub due: Span,
    /// Kinds within their types.
    pub variants: Vec<String>,
    pub services: Vec<String>,
    pub categories: Vec<String>,
    pub lines: Vec<SupportLine>,
    /// In nobody's hands, of no person and no team, or in somebody's.
    pub unassigned: Option<bool>,
    pub needs_attention: Option<bool>,
    pub out_of_scope: Option<bool>,
    pub major: Option<bool>,
    /// With a breached goal, or without.
    pub breached: Option<bool>,
    /// With a clock that warned of a goal which may still be met.
    pub at_risk: Option<bool>,
    /// Open for long when the list is asked, or not (TKT-11).
    pub long_open: Option<bool>,
    /// When that is, as whoever arrives with it says.
    pub asked_at: Option<Instant>,
    /// Called in while the telephone was not answered, or not.
    pub called_outside_hours: Option<bool>,
    /// Waiting for an answer to one of these.
    pub awaited: Vec<Question>,
    /// With one of these tags.
    pub tags: Vec<String>,
    /// Followed by one of these people.
    pub followers: Vec<Uuid>,
    pub words: Option<Words>,
    /// Contracts and clients of which closed tickets are found by no words: what was said on them is no longer shown to who asks (TKT-18).
    pub unread: Vec<(String, String)>,
    /// What must hold beside it: a saved view that it narrows.
    pub within: Option<Box<Self>>,
}

/// What tickets are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortField {
    OpenedAt,
    /// When they last changed, as their reader sees it.
    UpdatedAt,
    /// When their next goal is due; those without one last.
    NextDueAt,
    /// The rank of the priority that holds, first handled first; those without one last (INC-08).
    Priority,
    Number,
}

impl SortField {
    pub const ALL: [Self; 5] = [Self::OpenedAt, Self::UpdatedAt, Self::NextDueAt, Self::Priority, Self::Number];

    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenedAt => "openedAt",
            Self::UpdatedAt => "updatedAt",
            Self::NextDueAt => "nextDueAt",
            Self::Priority => "priority",
            Self::Number => "number",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    pub key: SortField,
    /// Largest first.
    pub descending: bool,
}

/// How a list is sorted; ties by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The first decides first.
    pub keys: Vec<SortKey>,
    /// Open emergency changes before everything else, whatever the keys (CHG-03).
    pub emergencies_first: bool,
}

impl Sort {
    /// By these keys, or newest first without any. A list of change requests alone begins with the emergencies.
    pub fn of(filter: &TicketFilter, mut keys: Vec<SortKey>) -> Self {
        if keys.is_empty() {
            keys.push(SortKey { key: SortField::OpenedAt, descending: true });
        }
        let all = std::iter::successors(Some(filter), |filter| filter.within.as_deref());
        Self { keys, emergencies_first: all.into_iter().any(|filter| filter.kinds == [TicketType::ChangeRequest]) }
    }
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageEnd {
    /// Whether that ticket was among those that go first.
    pub first: bool,
    /// The sort values of the last ticket, one per key.
    pub figures: Vec<i64>,
    pub id: Uuid,
}

/// Tickets of a list, with where they end if more follow.
#[derive(Debug, Clone)]
pub struct Page {
    pub tickets: Vec<Overview>,
    /// `None` on the last.
    pub end: Option<PageEnd>,
}

/// Where a page of changes ended: when its last ticket was marked as changed, and its place in the stream.
pub type ChangesEnd = (Instant, i64);
