//! Roles that are held: by whom, from when until when, who acts for an absent holder, and whether both sides agreed (ROLE-02, ROLE-04,
//! ROLE-05, IAM-03, IAM-04, IAM-06).
//!
//! One mechanism for two kinds of role. A *right* is a role of the desk, on which permissions hang. A *matrix role* is one of a contract's
//! communication matrix: it says whom the desk tells about what. Each time that somebody holds one is an *assignment*, with a history from
//! which everything else is replayed; that it takes effect, ends, is left without a deputy or is due for review happens at its own instant
//! and once.
//!
//! Absent on purpose: names and addresses. Those of holders and deputies are kept with people and accounts only, so that they can be erased.

mod absence;
mod event;
mod listing;
mod reach;
mod replay;

pub use absence::{Absence, BadEnd};
pub use event::{
    AbsenceCancelled, AbsencePlanned, AbsenceShortened, Approved, Departure, DeputyLost, DeputyNamed, EndSet, Event, EventData, EventKind,
    Granted, ReviewDue, Reviewed, Uncovered,
};
pub use listing::{AssignmentFilter, Gap, GapCause};
pub use reach::Reach;

use uuid::Uuid;

use super::Instant;
use super::agreements::{Agreements, UnknownVersion};
use super::approval::Required;
use super::history::{self, Settling, SubjectKind};
use super::permission::{HeldRight, Over, Role};
use super::side::Side;
use crate::words::closed_list;

closed_list! {
    /// What kind of role is held.
    pub enum RoleKind {
        /// A role of the desk, on which rights hang.
        Right = "right": "recht", "right";
        /// A role of a contract's communication matrix.
        Matrix = "matrix": "rol in de communicatiematrix", "role in the communication matrix";
    }
}

closed_list! {
    /// How an assignment stands.
    pub enum AssignmentState {
        /// It waits for a signature, and gives nothing yet.
        Pending = "pending": "wacht op goedkeuring", "waiting for approval";
        /// Agreed, and not begun.
        Planned = "planned": "gepland", "planned";
        InForce = "in_force": "van kracht", "in force";
        Ended = "ended": "geëindigd", "ended";
    }
}

/// One time that somebody holds a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignment {
    pub id: Uuid,
    /// The client it is for, or whose approval it needs; `None` for a right within the desk that needs none.
    pub organisation: Option<String>,
    /// The contract whose matrix it is in; of a right, the one under which it was agreed, if any.
    pub contract: Option<String>,
    pub kind: RoleKind,
    /// Its code.
    pub role: String,
    /// A person, or an account of the desk.
    pub holder: Uuid,
    /// The firm the holder works for, where that is neither party (IAM-04).
    pub third_party: Option<String>,
    pub from_at: Instant,
    /// `None` while no end is agreed.
    pub until_at: Option<Instant>,
    pub needs_approval: bool,
    /// When the last needed signature was given.
    pub approved_at: Option<Instant>,
    pub replaces: Option<Uuid>,
    pub granted_at: Instant,
    pub review_due_at: Instant,
    /// In the order recorded.
    pub absences: Vec<Absence>,
    /// When something next happens to it by itself.
    pub next_fire_at: Option<Instant>,
}

/// Roles that are given for a named period only, and with the agreement of both sides.
pub const ELEVATED: [Role; 2] = [Role::Administrator, Role::GlobalAdministrator];

/// Roles that watch over others, or open what few may see: two persons agree before somebody holds one.
pub const WATCHING: [Role; 5] =
    [Role::SecurityOfficer, Role::PrivacyOfficer, Role::Auditor, Role::ClientSecurityOfficer, Role::ClientPrivacyOfficer];

/// How many global administrators a client has at most (IAM-02).
pub const MOST_GLOBAL_ADMINISTRATORS: usize = 2;

impl RoleAssignment {
    /// The role of the desk, where it is one.
    pub fn right(&self) -> Option<Role> {
        Role::named(&self.role).filter(|_| self.kind == RoleKind::Right)
    }

    /// Whether its rights are more than somebody has from day to day (IAM-03, IAM-04).
    pub fn is_elevated(&self) -> bool {
        self.third_party.is_some() || self.right().is_some_and(|role| ELEVATED.contains(&role))
    }

    /// Whose signatures it needs. What concerns no client is agreed within the desk.
    pub fn required(&self) -> Required {
        match &self.organisation {
            _ if !self.needs_approval => Required::Nothing,
            Some(_) => Required::EachSide,
            None => Required::TwoOf(Side::Supplier),
        }
    }

    /// Whether the desk may write down what the other side signed on paper: of who is told what, and never of a right.
    pub fn may_be_signed_on_paper(&self) -> bool {
        self.kind == RoleKind::Matrix && !self.is_elevated()
    }

    /// Whether others agreed to this holder, so that nobody takes their place for a while.
    pub fn is_the_holders_alone(&self) -> bool {
        self.is_elevated() || (self.kind == RoleKind::Right && self.needs_approval)
    }

    /// When it takes effect; `None` while a signature is missing.
    pub fn effective_at(&self) -> Option<Instant> {
        self.approved_at.map(|approved| approved.max(self.from_at))
    }

    /// Whether it took effect, or will.
    pub fn ever_takes_effect(&self) -> bool {
        self.effective_at().is_some_and(|effective| self.until_at.is_none_or(|until| until > effective))
    }

    pub fn state_at(&self, at: Instant) -> AssignmentState {
        if self.until_at.is_some_and(|until| until <= at) {
            return AssignmentState::Ended;
        }
        match self.effective_at() {
            None => AssignmentState::Pending,
            Some(effective) if effective > at => AssignmentState::Planned,
            Some(_) => AssignmentState::InForce,
        }
    }

    /// As it stood at an instant, by what was recorded by then: what was recorded later about an earlier time is not in it, since nobody
    /// acted on it then.
    #[must_use]
    pub fn as_of(&self, history: &[Event], at: Instant) -> Self {
        let known: Vec<_> = history.iter().filter(|event| event.recorded_at <= at).cloned().collect();
        replay::settle(&replay::as_recorded(self, &known), &known, at).subject
    }

    pub fn is_in_force_at(&self, at: Instant) -> bool {
        self.state_at(at) == AssignmentState::InForce
    }

    /// Who acts in it: the holder, or whoever replaces them while they are away; nobody when it is not in force or left uncovered. A right
    /// that is the holder's alone they have while they are away, too.
    pub fn acting_at(&self, at: Instant) -> Vec<Uuid> {
        if !self.is_in_force_at(at) {
            return Vec::new();
        }
        let mut away = self.absences.iter().filter(|absence| absence.holds_at(at)).peekable();
        if self.is_the_holders_alone() || away.peek().is_none() {
            vec![self.holder]
        } else {
            away.filter_map(|absence| absence.deputy).collect()
        }
    }

    /// Whether somebody has this role by this assignment: its holder, absent or not, and a deputy for as long as they act.
    pub fn is_held_by(&self, who: Uuid, at: Instant) -> bool {
        self.is_in_force_at(at) && (self.holder == who || self.acting_at(at).contains(&who))
    }

    /// Whether somebody is or was its holder, or a deputy of its holder.
    pub fn is_of(&self, who: Uuid) -> bool {
        self.holder == who || self.absences.iter().any(|absence| absence.deputy == Some(who))
    }

    /// When what it gives to whom changes next, if nothing is recorded before.
    pub fn changes_after(&self, at: Instant) -> Option<Instant> {
        let absences = self.absences.iter().flat_map(|absence| [absence.from_at, absence.until_at]);
        absences.chain(self.effective_at()).chain(self.until_at).filter(|change| *change > at).min()
    }

    /// Whether somebody should have looked at it by now (IAM-06).
    pub fn is_review_overdue(&self, at: Instant) -> bool {
        self.is_in_force_at(at) && self.review_due_at <= at
    }
}

/// The rights that one person has by these assignments, under any of their ids: those of their own organisation, or of the desk. A right of
/// the desk that a client agreed to counts for that client's rows alone.
pub fn rights(held: &[RoleAssignment], who: &[Uuid], organisation: Option<&str>, at: Instant) -> (Vec<HeldRight>, Over) {
    let is_theirs = |one: &&RoleAssignment| {
        let is_own_side = one.right().is_some_and(|role| match role.side() {
            Side::Client => organisation.is_some() && one.organisation.as_deref() == organisation,
            Side::Supplier => organisation.is_none(),
        });
        is_own_side && who.iter().any(|id| one.is_held_by(*id, at))
    };
    let theirs: Vec<_> = held.iter().filter(is_theirs).collect();
    let right = |one: &&RoleAssignment| Some(HeldRight { role: one.right()?, assignment: one.id, until_at: one.until_at });
    let everywhere = theirs.iter().copied().filter(|one| organisation.is_some() || one.organisation.is_none());
    let over = theirs.iter().filter(|_| organisation.is_none()).filter_map(|one| Some((one.organisation.clone()?, one.right()?)));
    (everywhere.filter_map(|one| right(&one)).collect(), over.collect())
}

impl history::Subject for RoleAssignment {
    const KIND: SubjectKind = SubjectKind::RoleAssignment;
    type Data = EventData;
    type Index = ();
    type Terms = ();

    fn id(&self) -> Uuid {
        self.id
    }

    /// Empty for a right within the desk: no client sees it.
    fn organisation(&self) -> &str {
        self.organisation.as_deref().unwrap_or_default()
    }

    fn terms(&self, _agreements: &Agreements) -> Result<(), UnknownVersion> {
        Ok(())
    }

    fn as_recorded(&self, history: &[Event]) -> Self {
        replay::as_recorded(self, history)
    }

    fn settle(&self, _terms: &(), history: &[Event], now: Instant) -> Option<Settling<Self>> {
        Some(replay::settle(self, history, now))
    }
}
