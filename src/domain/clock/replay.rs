//! A ticket's history, replayed into one clock.
//!
//! The facts are applied in turn. Before each, every bound reached by then is a breach: within one second, a bound comes before a fact.
//! What a later fact undoes stays in `voided`, with the kind of fact that undid it.
//!
//! Here stand a clock's state, its walk through the facts and amendments, and what can be asked of it; `apply` is what each fact does, and
//! `goals` what must be reached and what was breached.

mod apply;
mod goals;

use super::timeline::Timeline;
use super::{Entry, Fact, Goal, Kind, Voided};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::pauses::Pause;

/// What a ticket's clocks depend on besides its facts.
#[derive(Debug, Clone, Copy)]
pub struct Ticket<'a> {
    pub kind: TicketType,
    pub tier: Option<&'a str>,
    /// The item of the catalogue that it asked for.
    pub item: Option<&'a str>,
    /// The priority it was reported with.
    pub priority: Option<&'a str>,
    pub reported_at: Instant,
}

/// What a clock runs under.
#[derive(Debug, Clone, Copy)]
pub(super) enum Under<'a> {
    /// Nothing yet: the ticket's priorities had no clock of this kind so far.
    Nothing,
    /// No priority is set: an entry that depends on one applies, but without its goals.
    Undecided(&'a Entry),
    Entry(&'a Entry),
    /// The present priority has no such clock. The last entry's calendar keeps counting, but the clock is not shown.
    Hidden(&'a Entry),
}

/// A position in the list of goals: which goal is there now, and whether it was breached.
#[derive(Debug, Clone, Default)]
pub(super) struct GoalPlace<'a> {
    pub goal: Option<&'a Goal>,
    pub breached: Option<Instant>,
    /// When the present breach came about. Other goals in this place may have moved `breached` since; none undid it.
    pub missed: Option<Instant>,
    /// The first breach in this place, void or not.
    first: Option<Instant>,
    /// The bound of the present goal as last computed: no breach comes before it.
    not_before: Option<Instant>,
}

impl GoalPlace<'_> {
    fn breach(&mut self, at: Instant) {
        if self.breached.replace(at).is_none() {
            self.missed = Some(at);
        }
        self.first.get_or_insert(at);
    }

    /// Undoes the breach, if there is one, and says when it was.
    fn void(&mut self) -> Option<Instant> {
        self.missed = None;
        self.breached.take()
    }
}

/// A clock of a ticket after some of its facts.
#[derive(Debug, Clone)]
pub struct Replay<'a> {
    pub(super) kind: Kind,
    contract: &'a Contract,
    ticket: Ticket<'a>,
    facts: &'a [Fact],
    priority: Option<&'a str>,
    /// How many of the contract's amendments are known, and which of them changed this clock.
    known: usize,
    amended: Vec<usize>,
    pub(super) under: Under<'a>,
    pub(super) timeline: Option<Timeline<'a>>,
    /// The cause of the ticket's present hold.
    cause: Option<&'a str>,
    pub(super) stopped: Option<Instant>,
    /// When the hold began that the stop ended. Such a stop is in time for every bound not passed before the hold.
    held_until_stop: Option<Instant>,
    pub(super) cancelled: bool,
    pub(super) places: Vec<GoalPlace<'a>>,
    pub(super) voided: Vec<Voided>,
    /// The first phone contact, and whether the start could move to it when it happened.
    contact: Option<(Instant, bool)>,
    /// Set in a history replayed under another entry: the entry whose `after_*` keys count.
    keys: Option<&'a Entry>,
    /// The repair moment agreed with the client, for the priority it was agreed under.
    agreed: Option<&'a Goal>,
    /// Whether it ever had goals. Once it had, coming under another entry no longer recounts the past.
    had_goals: bool,
}

/// Replays a ticket's facts into its clock of a kind, as known at `as_of`: facts after it have not happened yet.
///
/// The facts must be in order (`check_order`).
pub fn replay<'a>(contract: &'a Contract, kind: Kind, ticket: Ticket<'a>, facts: &'a [Fact], as_of: Instant) -> Replay<'a> {
    let facts = &facts[..facts.partition_point(|fact| fact.at <= as_of)];
    let priority = contract.effective_priority(ticket.priority, ticket.kind);
    let mut clock = Replay::begin(contract, kind, ticket, facts, priority);
    for at in 0..facts.len() {
        clock.apply(at);
    }
    clock.amend_until(as_of);
    clock.breach_until(as_of);
    clock
}

impl<'a> Replay<'a> {
    fn begin(contract: &'a Contract, kind: Kind, ticket: Ticket<'a>, facts: &'a [Fact], priority: Option<&'a str>) -> Self {
        let mut clock = Self {
            kind,
            contract,
            ticket,
            facts,
            priority,
            // An amendment in the second of the report comes after it, as it does with any other fact.
            known: ticket.reported_at.plus(-1).map_or(0, |before| contract.amendments_by(before)),
            amended: Vec::new(),
            under: Under::Nothing,
            timeline: None,
            cause: None,
            stopped: None,
            held_until_stop: None,
            cancelled: false,
            places: Vec::new(),
            voided: Vec::new(),
            contact: None,
            keys: None,
            agreed: None,
            had_goals: false,
        };
        clock.under = clock.selected();
        if let Some(entry) = clock.entry() {
            clock.timeline = Some(Timeline::begin(ticket.reported_at, clock.calendar(entry), None));
        }
        if let Under::Entry(entry) = clock.under {
            clock.had_goals = true;
            clock.places = entry.goals.iter().map(|goal| GoalPlace { goal: Some(goal), ..GoalPlace::default() }).collect();
        }
        clock
    }

    /// This clock as if `entry` had applied from the start, for a ticket whose clock had no goals yet.
    fn replayed_under(&self, entry: &'a Entry, keys: &'a Entry, upto: usize) -> Self {
        let mut clock = Self::begin(self.contract, self.kind, self.ticket, self.facts, None);
        clock.under = Under::Hidden(entry);
        clock.timeline = Some(Timeline::begin(self.ticket.reported_at, clock.calendar(entry), None));
        clock.places.clear();
        clock.keys = Some(keys);
        for at in 0..=upto {
            // The changes that led to `entry` are not applied once more.
            if !self.facts[at].kind.chooses_an_entry() {
                clock.apply(at);
            }
        }
        clock.amend_to(self.known);
        clock
    }

    /// The calendar an entry names, as it stands now.
    fn calendar(&self, entry: &'a Entry) -> &'a Calendar {
        self.contract.calendar_after(&entry.calendar_id, self.known).unwrap_or(&entry.calendar)
    }

    /// The contract's amendments that changed this clock while it ran, by their place in the contract.
    pub fn amended(&self) -> &[usize] {
        &self.amended
    }

    /// Learns every amendment in force by `at`.
    fn amend_until(&mut self, at: Instant) {
        self.amend_to(self.contract.amendments_by(at));
    }

    /// Takes in amendments until `known` of them are known: a running clock is recounted under each. A breach that fired before stays
    /// where it is, or becomes void when its bound is no longer passed.
    fn amend_to(&mut self, known: usize) {
        for next in &self.contract.amendments[self.known.min(known)..known] {
            self.breach_until(next.amendment.in_force_at);
            let before = self.contract.calendar_after(&next.amendment.calendar, self.known);
            let running = self.timeline.as_mut().filter(|_| self.stopped.is_none());
            if running.zip(before).is_some_and(|(timeline, before)| timeline.amend(before, &next.calendar)) {
                self.amended.push(self.known);
                self.forget_bounds();
                self.void_unreached(&next.amendment);
            }
            self.known += 1;
        }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn voided(&self) -> &[Voided] {
        &self.voided
    }

    /// The text of the goal in a place.
    pub fn target(&self, place: usize) -> Option<&'a str> {
        Some(self.places.get(place)?.goal?.target.as_str())
    }

    /// The entry under which the clock is shown.
    pub fn entry_shown(&self) -> Option<&'a Entry> {
        self.entry().filter(|_| self.is_shown())
    }

    /// Whether the clock is shown: the priority has one of its kind, or it was stopped when it had.
    pub(super) fn is_shown(&self) -> bool {
        matches!(self.under, Under::Entry(_) | Under::Undecided(_))
    }

    /// The entry that applies, whether or not its goals do.
    pub(super) fn entry(&self) -> Option<&'a Entry> {
        match self.under {
            Under::Nothing => None,
            Under::Undecided(entry) | Under::Entry(entry) | Under::Hidden(entry) => Some(entry),
        }
    }

    /// What the contract has for the ticket's present priority.
    fn selected(&self) -> Under<'a> {
        let mut fitting = self.contract.entries(self.kind, self.ticket.kind, self.ticket.tier, self.ticket.item);
        match self.priority {
            None => match fitting.next() {
                None => Under::Nothing,
                Some(entry) if entry.priority.is_some() => Under::Undecided(entry),
                Some(entry) => Under::Entry(entry),
            },
            Some(priority) => {
                fitting.find(|entry| entry.priority.as_deref().is_none_or(|wanted| wanted == priority)).map_or(Under::Nothing, Under::Entry)
            }
        }
    }

    /// The stretches in which it was held.
    pub fn holds(&self) -> impl Iterator<Item = Pause> {
        self.timeline.iter().flat_map(Timeline::holds)
    }

    /// Whether it runs without goals for want of a priority (design § 2.8).
    pub fn waits_for_a_priority(&self) -> bool {
        matches!(self.under, Under::Undecided(_)) && self.is_running()
    }

    fn is_running(&self) -> bool {
        self.stopped.is_none()
    }

    /// The ticket's hold, if this entry stops for its cause.
    fn hold_under(&self, entry: &Entry) -> Option<&'a str> {
        self.cause.filter(|cause| entry.holds.iter().any(|named| named == cause))
    }

    fn timeline_mut(&mut self) -> &mut Timeline<'a> {
        self.timeline.as_mut().expect("a clock under an entry has a timeline")
    }
}
