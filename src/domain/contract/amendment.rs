//! Amendments: a closure or an opening decided after a contract took effect (design § 2.16, CLK-16, CAL-12).
//!
//! An amendment changes one date of one calendar, whatever the contract's version. It holds for every clock that ran
//! when it took effect, and for those that start later; a stopped clock never sees it. They are only ever added: what
//! takes one back is another one.
//!
//! One for a later date takes effect when it is recorded. One for today or earlier rewrites what has already been counted: it waits for
//! the approval of the supplier and of each client it concerns, and takes effect with the last one. A contract holds only the amendments in
//! force.

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Contract, Side};
use crate::domain::Instant;
use crate::domain::approval::Approval;
use crate::domain::calendar::{BadCalendar, Calendar};
pub use crate::domain::calendar::{Change, ChangeKind};

/// A change to one date of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    pub id: Uuid,
    /// The calendar's name in the contract.
    pub calendar: String,
    pub date: NaiveDate,
    pub change: Change,
    pub reason: String,
    /// Since when it is in force, and known to clocks: when it was recorded, or approved by the last party.
    pub in_force_at: Instant,
}

/// Whether an amendment of that date waits for approval: every date that is not later than today.
pub fn needs_approval(date: NaiveDate, today: NaiveDate) -> bool {
    date <= today
}

/// An amendment as it was recorded, in force or waiting.
#[derive(Debug, Clone)]
pub struct RecordedAmendment {
    pub id: Uuid,
    /// One numbering for amendments and approvals: the order in which they were recorded.
    pub sequence: i64,
    pub contract: String,
    pub calendar: String,
    pub date: NaiveDate,
    pub change: Change,
    pub reason: String,
    pub actor: String,
    pub recorded_at: Instant,
    /// Whether it waits for the supplier and the clients it concerns.
    pub needs_approval: bool,
    /// The clients whose clocks it moves: each signs for itself, since nobody signs away what another is owed. Empty for one that was
    /// recorded before that was kept: of those one client signed.
    pub clients: Vec<String>,
    /// In the order recorded.
    pub approvals: Vec<Approval>,
    /// The numbers of the approvals, in the same order.
    pub approval_sequences: Vec<i64>,
    /// The client that each approval was given for, in the same order; `None` for the supplier's.
    pub approved_for: Vec<Option<String>>,
}

impl RecordedAmendment {
    /// Everybody who recorded the amendment or an approval of it, as histories name them.
    pub fn actors(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.actor).chain(self.approvals.iter().map(|approval| &approval.actor))
    }

    /// The clients whose approval is missing.
    pub fn missing_clients(&self) -> impl Iterator<Item = &String> {
        self.clients.iter().filter(|client| self.needs_approval && !self.is_approved_for(Side::Client, Some(client.as_str())))
    }

    /// Whether the supplier approved, or that client; without a client, whether any did.
    pub fn is_approved_for(&self, side: Side, client: Option<&str>) -> bool {
        let mut given = self.approvals.iter().zip(&self.approved_for);
        given.any(|(approval, given_for)| approval.side == side && (client.is_none() || given_for.as_deref() == client))
    }

    /// Whether it waits for that side.
    fn misses(&self, side: Side) -> bool {
        match side {
            Side::Client if !self.clients.is_empty() => self.missing_clients().next().is_some(),
            Side::Client | Side::Supplier => self.needs_approval && !self.is_approved_for(side, None),
        }
    }

    pub fn waits_for(&self) -> Vec<Side> {
        Side::ALL.into_iter().filter(|side| self.misses(*side)).collect()
    }

    /// The same for somebody who sees these of the clients that it concerns. Who else has signed does not show: that it waits for another
    /// client, only once it waits for nobody that they see.
    pub fn waits_for_among(&self, seen: &[String]) -> Vec<Side> {
        let misses = |side: &Side| match side {
            Side::Client if !self.clients.is_empty() => self.missing_clients().any(|client| seen.contains(client)),
            Side::Client | Side::Supplier => self.misses(*side),
        };
        let waits: Vec<_> = Side::ALL.into_iter().filter(misses).collect();
        if waits.is_empty() { self.waits_for() } else { waits }
    }

    /// The clients for which it exists: those that sign it, whether or not they are clients still, and those that `agreed` names, the version
    /// of the contract that holds on its date.
    pub fn clients_with<'a>(&'a self, agreed: Option<&'a Contract>) -> impl Iterator<Item = &'a str> {
        let signing = self.clients.iter().filter(|_| self.needs_approval).map(String::as_str);
        signing.chain(agreed.into_iter().flat_map(|contract| &contract.clients).map(|client| client.organisation.as_str()))
    }

    /// Since when it is in force; `None` while it waits.
    pub fn in_force_at(&self) -> Option<Instant> {
        if !self.needs_approval {
            return Some(self.recorded_at);
        }
        self.waits_for().is_empty().then(|| self.last_at())
    }

    /// When something about it was last recorded.
    pub fn last_at(&self) -> Instant {
        self.approvals.iter().map(|approval| approval.approved_at).fold(self.recorded_at, Instant::max)
    }

    /// Adds an approval under its number.
    pub fn approved(&mut self, sequence: i64, approval: Approval, client: Option<String>) {
        self.approvals.push(approval);
        self.approved_for.push(client);
        self.approval_sequences.push(sequence);
    }

    /// The amendment as it would be if in force from an instant.
    pub fn in_force_from(&self, in_force_at: Instant) -> Amendment {
        let Self { id, calendar, date, change, reason, .. } = self.clone();
        Amendment { id, calendar, date, change, reason, in_force_at }
    }

    /// The number of what put it in force: the amendment itself, or its last approval.
    fn order(&self) -> i64 {
        self.approval_sequences.last().filter(|_| self.needs_approval).map_or(self.sequence, |sequence| *sequence)
    }
}

/// Those of a contract that are in force, in the order they took effect.
pub fn in_force(recorded: &[RecordedAmendment], contract: &str) -> Vec<Amendment> {
    let mut own: Vec<_> = recorded.iter().filter(|one| one.contract == contract).collect();
    own.sort_by_key(|one| one.order());
    own.into_iter().filter_map(|one| Some(one.in_force_from(one.in_force_at()?))).collect()
}

/// The next free number.
pub fn next_sequence(recorded: &[RecordedAmendment]) -> i64 {
    let approvals = recorded.iter().flat_map(|one| one.approval_sequences.iter().copied());
    recorded.iter().map(|one| one.sequence).chain(approvals).max().unwrap_or_default() + 1
}

/// An amendment with the calendar as it stands after it.
#[derive(Debug, Clone)]
pub struct Amended {
    pub amendment: Amendment,
    /// The whole calendar after it.
    pub calendar: Arc<Calendar>,
}

impl Contract {
    /// The contract as amendments changed it, in the order they took effect; those of a calendar it does not have are skipped. Refused
    /// when a calendar would contradict itself.
    pub fn amended_by(mut self, amendments: impl IntoIterator<Item = Amendment>) -> Result<Self, Vec<BadCalendar>> {
        self.amendments.clear();
        for amendment in amendments {
            let known = self.amendments.len();
            let (Some(agreed), Some(present)) = (self.calendars.get(&amendment.calendar), self.calendar_after(&amendment.calendar, known))
            else {
                continue;
            };
            let calendar = Arc::new(present.amended(agreed, amendment.date, &amendment.change)?);
            self.amendments.push(Amended { amendment, calendar });
        }
        Ok(self)
    }

    /// Whether these are the amendments it has, apart from those of calendars it does not have.
    pub fn is_amended_by(&self, amendments: &[Amendment]) -> bool {
        let own = amendments.iter().filter(|one| self.calendars.contains_key(&one.calendar));
        self.amendments.iter().map(|amended| &amended.amendment).eq(own)
    }

    /// How many amendments were in force by an instant.
    pub fn amendments_by(&self, at: Instant) -> usize {
        self.amendments.partition_point(|amended| amended.amendment.in_force_at <= at)
    }

    /// A calendar as the first `known` amendments leave it.
    pub fn calendar_after(&self, name: &str, known: usize) -> Option<&Arc<Calendar>> {
        let amended = self.amendments[..known].iter().rev().find(|amended| amended.amendment.calendar == name);
        amended.map(|amended| &amended.calendar).or_else(|| self.calendars.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_unix(second).expect("an instant")
    }

    fn waiting(clients: &[&str]) -> RecordedAmendment {
        RecordedAmendment {
            id: Uuid::nil(),
            sequence: 1,
            contract: "c".to_owned(),
            calendar: "support".to_owned(),
            date: NaiveDate::default(),
            change: Change::Closed,
            reason: "x".to_owned(),
            actor: "desk:x".to_owned(),
            recorded_at: at(1),
            needs_approval: true,
            clients: clients.iter().map(|client| (*client).to_owned()).collect(),
            approvals: Vec::new(),
            approval_sequences: Vec::new(),
            approved_for: Vec::new(),
        }
    }

    fn by(side: Side, id: u128, second: i64) -> Approval {
        let (id, name, actor) = (Uuid::from_u128(id), "X".to_owned(), "desk:x".to_owned());
        Approval { id, side, approver: id, name, evidence: None, actor, token: None, approved_at: at(second) }
    }

    #[test]
    fn iam_09_an_amendment_of_the_past_waits_for_the_supplier_and_every_client_it_concerns() {
        let mut amendment = waiting(&["a", "b"]);
        let client = |name: &str| Some(name.to_owned());
        amendment.approved(2, by(Side::Client, 1, 2), client("a"));
        assert!(amendment.is_approved_for(Side::Client, Some("a")) && !amendment.is_approved_for(Side::Client, Some("b")));
        amendment.approved(3, by(Side::Supplier, 2, 3), None);
        assert_eq!((amendment.in_force_at(), amendment.waits_for()), (None, vec![Side::Client]));
        assert_eq!(amendment.missing_clients().collect::<Vec<_>>(), ["b"]);
        amendment.approved(4, by(Side::Client, 3, 4), client("b"));
        assert_eq!((amendment.in_force_at(), amendment.waits_for()), (Some(at(4)), vec![]));
    }

    #[test]
    fn one_that_was_recorded_before_clients_were_kept_stays_in_force() {
        let mut amendment = waiting(&[]);
        amendment.approved(2, by(Side::Client, 1, 2), None);
        assert_eq!(amendment.waits_for(), [Side::Supplier]);
        amendment.approved(3, by(Side::Supplier, 2, 3), None);
        assert_eq!(amendment.in_force_at(), Some(at(3)));
    }
}
