//! A ticket's history, replayed into one clock.
//!
//! The facts are applied in turn. Before each, every bound reached by then is a breach: within one second, a bound comes before a fact.
//! What a later fact undoes stays in `voided`, with the kind of fact that undid it.

use super::timeline::Timeline;
use super::{Answer, Entry, Fact, FactKind, Goal, Interlude, Kind, Starts, Undone, Voided};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::contract::amendment::Amendment;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::standstill::Still;

/// What a ticket's clocks depend on besides its facts.
#[derive(Debug, Clone, Copy)]
pub struct Ticket<'a> {
    pub kind: TicketType,
    pub tier: Option<&'a str>,
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
pub(super) struct Place<'a> {
    pub goal: Option<&'a Goal>,
    pub breached: Option<Instant>,
    /// When the present breach came about. Other goals in this place may have moved `breached` since; none undid it.
    pub missed: Option<Instant>,
    /// The first breach in this place, void or not.
    first: Option<Instant>,
    /// The bound of the present goal as last computed: no breach comes before it.
    not_before: Option<Instant>,
}

impl Place<'_> {
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
    pub(super) places: Vec<Place<'a>>,
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
            clock.places = entry.goals.iter().map(|goal| Place { goal: Some(goal), ..Place::default() }).collect();
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
            if !matches!(self.facts[at].kind, FactKind::Reprioritised(_) | FactKind::Retyped(..) | FactKind::Retiered(_)) {
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
    /// where it is, or is void when its bound is no longer passed.
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

    /// Undoes the breaches whose bound an amendment moved past the instant it took effect.
    fn void_unreached(&mut self, amendment: &Amendment) {
        let Some(timeline) = &self.timeline else { return };
        for (index, place) in self.places.iter_mut().enumerate() {
            let Some(goal) = place.goal.filter(|_| place.breached.is_some()) else { continue };
            if timeline.breach(goal).is_some_and(|bound| bound <= amendment.in_force_at) {
                continue;
            }
            if let Some(at) = place.void() {
                let (target, amendment) = (goal.target.clone(), Some(amendment.id));
                self.voided.push(Voided { at, target, why: "calendar", place: index, amendment });
            }
        }
    }

    /// Drops the computed bounds: they may now come earlier.
    fn forget_bounds(&mut self) {
        for place in &mut self.places {
            place.not_before = None;
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
        let (kind, tier) = (self.ticket.kind, self.ticket.tier);
        let mut fitting = self.contract.clocks.iter().filter(|entry| entry.is_for(self.kind, kind, tier));
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
    pub fn holds(&self) -> impl Iterator<Item = Still> {
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

    fn apply(&mut self, index: usize) {
        let fact = &self.facts[index];
        // Within one second an amendment comes after the facts, unless the history says otherwise (`FactKind::Amended`).
        if let Some(earlier) = fact.at.plus(-1) {
            self.amend_until(earlier);
        }
        // A bound does not depend on what happens after it, so it is only looked for before facts that depend on it. Not before a hold: it
        // may join one that ended in the same second, and the bound at that end would then lie inside both.
        if !matches!(fact.kind, FactKind::Held(_) | FactKind::Resumed | FactKind::Accepted) {
            self.breach_until(fact.at);
        }
        match &fact.kind {
            FactKind::Responded(answer) => self.respond(fact.at, *answer),
            FactKind::Phoned { answers } => self.phone(fact.at, *answers),
            FactKind::Held(cause) => self.hold(fact.at, Some(cause)),
            FactKind::Resumed => self.hold(fact.at, None),
            FactKind::Reprioritised(priority) => {
                self.prioritise(Some(priority));
                self.change(index);
            }
            FactKind::Retyped(kind, priority) => {
                self.ticket.kind = *kind;
                self.prioritise(self.contract.effective_priority(priority.as_deref(), *kind));
                self.change(index);
            }
            FactKind::Retiered(tier) => {
                self.ticket.tier = Some(tier);
                self.change(index);
            }
            FactKind::Agreed(goal) => self.agree(goal, fact),
            FactKind::Resolved => {
                self.cause = None;
                self.stop(fact.at);
            }
            FactKind::SolutionRefused => self.run_again(index, |entry| entry.after_refusal, Undone::Refused),
            FactKind::Reopened => self.run_again(index, |entry| entry.after_reopen, Undone::Reopened),
            FactKind::Cancelled => {
                self.cause = None;
                self.cancelled = self.is_running();
                self.stop(fact.at);
            }
            FactKind::Amended(id) => {
                let place = self.contract.amendments.iter().position(|amended| amended.amendment.id == *id);
                self.amend_to(place.map_or(self.known, |place| place + 1));
            }
            FactKind::Accepted => {}
        }
    }

    /// A repair moment is agreed for one priority, and lapses with another.
    fn prioritise(&mut self, priority: Option<&'a str>) {
        if self.priority != priority {
            self.agreed = None;
        }
        self.priority = priority;
    }

    fn agree(&mut self, goal: &'a Goal, fact: &Fact) {
        self.agreed = Some(goal).filter(|_| self.kind == Kind::Resolution);
        if self.is_running() && matches!(self.under, Under::Entry(entry) if entry.can_be_agreed) {
            self.set_goals(self.goals(), fact.at, fact.kind.as_str());
        }
    }

    /// A stopped clock keeps the entry it stopped under.
    fn change(&mut self, index: usize) {
        if self.is_running() {
            self.come_under(index);
        }
    }

    fn respond(&mut self, at: Instant, answer: Answer) {
        if self.kind == Kind::Response && self.entry().is_some_and(|entry| entry.answered_by.contains(&answer)) {
            self.stop(at);
        }
    }

    /// A contact recorded by a person of the desk answers, except the one the clock starts at (design § 2.10).
    fn phone(&mut self, at: Instant, answers: bool) {
        if !self.starts_at(at) && answers {
            self.respond(at, Answer::Reply);
        }
    }

    /// Whether the clock starts at a contact, which is then the first.
    fn starts_at(&mut self, contact: Instant) -> bool {
        if self.contact.is_some() {
            return false;
        }
        let movable = self.is_running() && self.places.iter().all(|place| place.first.is_none());
        self.contact = Some((contact, movable));
        let starts = movable && self.entry().is_some_and(|entry| entry.starts == Starts::PhoneContact);
        if starts {
            self.start_at_contact();
        }
        starts
    }

    /// Moves the start to the first phone contact, if that was still possible when it happened.
    fn start_at_contact(&mut self) {
        if let (Some((at, true)), Some(timeline)) = (self.contact, &mut self.timeline)
            && timeline.start() < at
        {
            timeline.restart(at);
            // Holds before the new start are forgotten.
            self.forget_bounds();
        }
    }

    fn hold(&mut self, at: Instant, cause: Option<&'a str>) {
        self.cause = cause;
        if self.is_running()
            && let Some(entry) = self.entry()
        {
            let held = self.hold_under(entry);
            self.timeline_mut().hold(at, held);
        }
    }

    /// Stops the clock if it runs; its own hold ends for good.
    fn stop(&mut self, at: Instant) {
        if self.is_running() {
            self.stopped = Some(at);
            if let Some(timeline) = &mut self.timeline {
                self.held_until_stop = timeline.held_since();
                timeline.hold(at, None);
            }
        }
    }

    /// Undoes the stop of a resolution clock; what changed meanwhile applies from now.
    fn run_again(&mut self, index: usize, key: impl Fn(&Entry) -> Interlude, cause: Undone) {
        let at = self.facts[index].at;
        let Some(stop) = self.stopped.take_if(|_| self.kind == Kind::Resolution) else { return };
        if let Some(entry) = self.entry() {
            if key(self.keys.unwrap_or(entry)) == Interlude::Held {
                self.timeline_mut().hold_since(stop, at, cause.as_str());
            }
            self.breach_until(at);
            let calendar = self.calendar(entry);
            self.timeline_mut().turn(at, calendar, None);
            self.forget_bounds();
        }
        self.come_under(index);
    }

    /// Applies what the contract now selects, at the fact of that index.
    fn come_under(&mut self, index: usize) {
        let at = self.facts[index].at;
        let why = self.facts[index].kind.as_str();
        match (self.under, self.selected()) {
            // A history replayed under one entry stays under it.
            _ if self.keys.is_some() => {}
            (Under::Nothing, Under::Nothing) | (_, Under::Hidden(_)) => {}
            (Under::Undecided(_), Under::Nothing) if !self.had_goals => (self.under, self.timeline) = (Under::Nothing, None),
            (Under::Undecided(last) | Under::Entry(last) | Under::Hidden(last), Under::Nothing) => {
                self.under = Under::Hidden(last);
                self.set_goals(&[], at, why);
            }
            (Under::Entry(present), Under::Entry(next)) | (Under::Undecided(present), Under::Undecided(next))
                if std::ptr::eq(present, next) => {}
            (Under::Nothing, next @ (Under::Entry(entry) | Under::Undecided(entry))) => self.start_under(next, entry, entry, index),
            (Under::Undecided(first), next @ Under::Entry(entry)) if !self.had_goals => self.start_under(next, entry, first, index),
            (_, next @ (Under::Entry(entry) | Under::Undecided(entry))) => {
                let (calendar, held) = (self.calendar(entry), self.hold_under(entry));
                self.timeline_mut().turn(at, calendar, held);
                if entry.starts == Starts::PhoneContact {
                    self.start_at_contact();
                }
                self.under = next;
                self.set_goals(self.goals(), at, why);
            }
        }
    }

    /// Applies an entry as if it had applied from the start.
    fn start_under(&mut self, next: Under<'a>, entry: &'a Entry, keys: &'a Entry, index: usize) {
        let replayed = self.replayed_under(entry, keys, index);
        (self.timeline, self.stopped, self.contact) = (replayed.timeline, replayed.stopped, replayed.contact);
        self.held_until_stop = replayed.held_until_stop;
        self.amended = replayed.amended;
        self.under = next;
        self.set_goals(self.goals(), self.facts[index].at, self.facts[index].kind.as_str());
    }

    /// What must be reached now.
    fn goals(&self) -> &'a [Goal] {
        match (self.under, self.agreed) {
            (Under::Entry(entry), Some(agreed)) if entry.can_be_agreed => std::slice::from_ref(agreed),
            (Under::Entry(entry), _) => &entry.goals,
            _ => &[],
        }
    }

    /// Replaces the goals: one already past its bound is breached, and a breach whose new bound is not passed is void.
    fn set_goals(&mut self, goals: &'a [Goal], at: Instant, why: &'static str) {
        self.had_goals |= !goals.is_empty();
        let places = self.places.len().max(goals.len());
        self.places.resize_with(places, Place::default);
        // A stopped clock is judged by its stop, or by the start of the hold during which it stopped.
        let known_until = self.stopped.map_or(at, |stop| self.held_until_stop.unwrap_or(stop));
        let mut voided = Vec::new();
        for (index, place) in self.places.iter_mut().enumerate() {
            let before = place.goal.take();
            place.goal = goals.get(index);
            place.not_before = place.goal.zip(self.timeline.as_ref()).and_then(|(goal, timeline)| timeline.breach(goal));
            match place.not_before.filter(|breach| *breach <= known_until) {
                Some(breach) => {
                    place.breach(place.first.map_or(at, |first| breach.max(first)));
                }
                None => {
                    if let (Some(breach), Some(goal)) = (place.void(), before) {
                        voided.push(Voided { at: breach, target: goal.target.clone(), why, place: index, amendment: None });
                    }
                }
            }
        }
        self.voided.append(&mut voided);
    }

    /// Records every bound a running clock has reached by `at`.
    fn breach_until(&mut self, at: Instant) {
        let Some(timeline) = self.timeline.as_ref().filter(|_| self.stopped.is_none()) else { return };
        for place in &mut self.places {
            let Some(goal) = place.goal.filter(|_| place.breached.is_none()) else { continue };
            if place.not_before.is_some_and(|floor| at < floor) {
                continue;
            }
            // Only a new start or an amendment makes a bound earlier, and both drop it; until then no breach comes before it.
            if let Some(breach) = timeline.breach(goal) {
                place.not_before = Some(breach);
                if breach <= at {
                    place.breach(place.first.map_or(breach, |first| breach.max(first)));
                }
            }
        }
    }

    fn timeline_mut(&mut self) -> &mut Timeline<'a> {
        self.timeline.as_mut().expect("a clock under an entry has a timeline")
    }
}
