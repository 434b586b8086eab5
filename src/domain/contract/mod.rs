//! A contract: the client's agreement, valid by construction.
//!
//! `contracts` reads it from a file and refuses what makes no sense, so whoever holds one need not check it again.

pub mod amendment;
mod catalogue;
mod clocks;
mod duty;
mod goal;
mod people;
mod period;
mod tickets;

pub use amendment::Amended;
pub use catalogue::{Form, Instruction, Item};
pub use clocks::{Answer, Entry, Interlude, Kind, Starts};
pub use duty::{Duty, Occasion};
pub use goal::{AGREED, BadDuration, Comparison, Goal, Share, TimeLimit, open_seconds};
pub use people::{AgreedContacts, ContactLevel, FunctionalAdministration, PointOfContact, Reserved, ReservedTo, Restriction, Subject, Who};
pub use period::{Cycle, Period};
pub use tickets::{
    AllowedLink, AskedDecision, AskedPart, Category, LongOpen, NamedKind, NoticeHours, Reminders, ResponseTeam, Service, TicketTerms,
};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::Instant;
use super::calendar::{Calendar, Zone};
use super::phone::Phone;
use super::restriction::Flag;
use super::retention::Retention;
pub use super::side::Side;
use crate::words::closed_list;

closed_list! {
    /// The six ticket types (TKT-01), in the order reports show them.
    pub enum TicketType {
        /// A disturbance of a service (INC).
        Incident = "incident": "incident", "incident";
        /// The deeper cause of incidents (PRB).
        Problem = "problem": "probleem", "problem";
        /// A standard request for service (RFS).
        ServiceRequest = "service_request": "serviceverzoek", "service request";
        InformationRequest = "information_request": "informatieverzoek", "information request";
        /// A request for a proposal or a quotation (RFP, RFQ).
        ProposalRequest = "proposal_request": "voorstel- of offerteverzoek", "proposal or quotation request";
        ChangeRequest = "change_request": "wijzigingsverzoek", "change request";
    }
}

impl TicketType {
    /// What its ticket numbers begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Incident => "INC",
            Self::Problem => "PRB",
            Self::ServiceRequest => "RFS",
            Self::InformationRequest => "RFI",
            Self::ProposalRequest => "RFP",
            Self::ChangeRequest => "RFC",
        }
    }
}

/// A text in Dutch, and in English where someone wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Label {
    pub nl: String,
    /// English; the Dutch text when nobody wrote one.
    pub en: String,
}

/// A client (*opdrachtgever*) of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The organisation's key.
    pub organisation: String,
    pub name: String,
    /// The subscription, where the contract has them (CLK-06).
    pub tier: Option<String>,
    /// Mail domains whose senders belong to it.
    pub mail_domains: Vec<String>,
    /// Addresses of roles for this client, where they differ from the contract's own.
    pub roles: BTreeMap<String, Vec<String>>,
    pub contacts: Option<AgreedContacts>,
    /// Whether it asked for a case portal, where the agreement makes those on request (TKT-18).
    pub case_portal: bool,
}

/// A priority and the types it is for (PRI-01, PRI-10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priority {
    /// Its code in the API.
    pub code: String,
    /// 1 is handled first (INC-08).
    pub rank: u32,
    pub label: Label,
    /// What it means, by which it is chosen; `None` when the agreement does not say (PRI-02…05).
    pub definition: Option<Label>,
    pub motivation: Motivation,
    pub workaround: Workaround,
    /// The types it may be set on.
    pub types: Vec<TicketType>,
}

closed_list! {
    /// Whether a priority needs a motivation.
    #[derive(Default)]
    pub enum Motivation {
        /// One may be given; the definition is motivation enough (PRI-02).
        #[default]
        Optional = "optional": "toelichting mag", "motivation optional";
        /// Nobody sets the priority without one.
        Required = "required": "toelichting verplicht", "motivation required";
    }
}

closed_list! {
    /// Whether a priority presumes a workaround: a form asks for one, and a ticket without it says so, but nothing is refused without it.
    #[derive(Default)]
    pub enum Workaround {
        #[default]
        Optional = "optional": "omweg niet nodig", "workaround not asked for";
        Expected = "expected": "omweg verwacht", "workaround expected";
    }
}

/// A role of the communication matrix (ROLE-02).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub code: String,
    pub side: Side,
    pub label: Label,
    /// Where its notices go. Without an address nobody is told, which `uurwerk check` shows as *geen adres*.
    pub mail: Vec<String>,
    /// At which level the supplier's role speaks for it.
    pub level: Option<ContactLevel>,
    /// Where it comes from, when not from the agreement's own list of roles (AMB-64).
    pub origin: Option<String>,
    /// Whether every client needs somebody who can be reached in it (ROLE-12).
    pub each_client: bool,
}

/// What moves an escalation from its level to the next (ESC-05…08), or opens it.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A goal of a clock was breached.
    Breached {
        clock: Kind,
        /// Which goal, counted from 0.
        goal: usize,
    },
    /// A clock's count reached a percentage of what its first goal allows (ESC-02: threatens to be missed).
    Elapsed { clock: Kind, percent: u32 },
    /// The level has been open this long.
    LevelOpen {
        /// Open seconds.
        seconds: i64,
        /// The name of the calendar they are counted on.
        calendar: String,
    },
    /// A person decided, with this reason code.
    Decided { code: String },
}

closed_list! {
    /// What a condition looks at.
    pub enum ConditionKind {
        Breached = "breached": "streeftijd overschreden", "goal breached";
        Elapsed = "elapsed": "deel van de streeftijd verstreken", "part of the goal elapsed";
        LevelOpen = "level-open": "tijd op dit niveau verstreken", "time on this level elapsed";
        Decided = "decided": "besluit van een medewerker", "decision of a person";
    }
}

impl Condition {
    pub const fn kind(&self) -> ConditionKind {
        match self {
            Self::Breached { .. } => ConditionKind::Breached,
            Self::Elapsed { .. } => ConditionKind::Elapsed,
            Self::LevelOpen { .. } => ConditionKind::LevelOpen,
            Self::Decided { .. } => ConditionKind::Decided,
        }
    }
}

closed_list! {
    /// Whether a due step is taken or put before a person (ESC-25).
    pub enum Mode {
        /// Taken at once.
        Automatic = "automatic": "vanzelf", "automatic";
        /// Proposed; a person decides.
        Proposed = "proposed": "na een besluit", "after a decision";
    }
}

closed_list! {
    /// A text without which an escalated case is not closed (ESC-21), in the order in which they are written.
    pub enum ClosingText {
        Measures = "measures": "getroffen maatregelen", "measures taken";
        Results = "results": "resultaten", "results";
        Lessons = "lessons": "leerpunten", "lessons";
    }
}

/// One level of a ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Its number; 1 is the lowest.
    pub level: u32,
    pub title: Label,
    /// Roles on the client's side.
    pub client: Vec<String>,
    /// Roles on the supplier's side.
    pub supplier: Vec<String>,
    /// Whose decision brings a case to this level (design § 3).
    pub raised_by: Vec<Side>,
    /// Any of these moves the case on.
    pub climb: Vec<Condition>,
    pub mode: Mode,
    /// Codes of decisions with which a case passes this level over (ESC-11).
    pub skipped_by: Vec<String>,
    /// Texts without which a case that came this high is not closed (ESC-21).
    pub closing_needs: Vec<ClosingText>,
}

/// When a ticket comes to stand on level 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Opens {
    /// From its registration on.
    Registration,
    /// When any of these holds.
    When(Vec<Condition>),
}

/// An escalation ladder (ESC-01).
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    pub id: String,
    pub types: Vec<TicketType>,
    pub opens: Opens,
    /// Its levels, lowest first.
    pub levels: Vec<Level>,
}

/// A version of a client's agreement.
#[derive(Debug, Clone)]
pub struct Contract {
    pub id: String,
    pub version: String,
    pub title: String,
    /// The local date it takes effect.
    pub effective_from: NaiveDate,
    /// The zone of its months and terms.
    pub zone: Zone,
    /// Keys whose values are not in the agreement: every report names them.
    pub assumed: Vec<String>,
    /// The priority of a ticket on which nobody set one.
    pub default_priority: Option<String>,
    /// The desk's telephone number, as people write it (SUP-01).
    pub phone: Option<Phone>,
    /// The calendar in whose open hours it is answered (SUP-02).
    pub phone_hours: Option<String>,
    /// Where else the desk is reached (SUP-18).
    pub points_of_contact: Vec<PointOfContact>,
    /// Whether only clients that asked for it go on reading what was said on their tickets once those are closed (TKT-18).
    pub portals_on_request: bool,
    /// What it calls ticket types for which it has words of its own (TKT-15).
    pub type_labels: BTreeMap<TicketType, Label>,
    pub clients: Vec<Client>,
    /// Support windows by name.
    pub calendars: BTreeMap<String, Arc<Calendar>>,
    /// What was changed in them since, in the order recorded; no file has these.
    pub amendments: Vec<Amended>,
    /// In the order in which they are handled.
    pub priorities: Vec<Priority>,
    /// In the order in which they are written.
    pub clocks: Vec<Entry>,
    /// The communication matrix.
    pub roles: Vec<Role>,
    /// Which subject is whose.
    pub subjects: Vec<Subject>,
    pub reserved: Vec<Reserved>,
    /// How many people of a client may contact the desk; no bound when absent.
    pub contacts: Option<u32>,
    /// The client's role whose holders are its contacts as well, on the same list.
    pub contacts_role: Option<String>,
    pub functional_administration: Option<FunctionalAdministration>,
    /// Levels at which the supplier must have a contact before the agreement can hold.
    pub supplier_levels: Vec<ContactLevel>,
    /// Whether both sides sign for who holds a role of it (ROLE-05).
    pub signs_role_changes: bool,
    /// Whether people who sign in with their identity provider must have used a second factor (IAM-07).
    pub second_factor: bool,
    /// The roles that are always told of a ticket with a flag, whoever set it; of each list the first who can be reached (INC-11, INC-12).
    pub always_told: BTreeMap<Flag, Vec<String>>,
    pub ladders: Vec<Ladder>,
    pub duties: Vec<Duty>,
    /// How long what is done with is kept.
    pub retention: Retention,
    pub tickets: TicketTerms,
}

impl Contract {
    /// When its first day begins.
    pub fn begins_at(&self) -> Instant {
        let first = self.zone.first_reading(self.effective_from.and_time(NaiveTime::MIN));
        // Outside the years that can be counted in: always, or never.
        let is_past = self.effective_from <= self.zone.date(Instant::MIN);
        first.unwrap_or(if is_past { Instant::MIN } else { Instant::MAX })
    }

    /// Where a role is reached about the affairs of an organisation: its own address of it, else the one for all.
    pub fn addresses<'a>(&'a self, role: &'a Role, organisation: &str) -> &'a [String] {
        self.client(organisation).and_then(|client| client.roles.get(&role.code)).unwrap_or(&role.mail)
    }

    /// Where whoever must be told of a flag is reached: the first of the roles named for it in which anybody is.
    pub fn told_of<'a>(&'a self, flag: Flag, reached: impl Fn(&'a Role) -> &'a [String]) -> &'a [String] {
        let named = self.always_told.get(&flag).map_or(&[][..], Vec::as_slice);
        let places = named.iter().filter_map(|code| self.role(code)).map(reached);
        places.into_iter().find(|addresses| !addresses.is_empty()).unwrap_or_default()
    }

    /// The name under which it has a calendar, as agreed or as amended.
    pub fn calendar_name(&self, calendar: &Calendar) -> Option<&str> {
        let amended = self.amendments.iter().map(|amended| (&amended.amendment.calendar, &amended.calendar));
        self.calendars.iter().chain(amended).find(|(_, own)| std::ptr::eq(own.as_ref(), calendar)).map(|(name, _)| name.as_str())
    }

    /// The priority of that code, if it may be set on that type (PRI-09, PRI-10).
    pub fn priority(&self, code: &str, kind: TicketType) -> Option<&Priority> {
        self.priorities.iter().find(|priority| priority.code == code && priority.types.contains(&kind))
    }

    /// The codes of the priorities of a type, first handled first.
    pub fn priorities_of(&self, kind: TicketType) -> impl Iterator<Item = &str> {
        self.priorities.iter().filter(move |priority| priority.types.contains(&kind)).map(|priority| priority.code.as_str())
    }

    /// The priority that holds on a ticket: the one set, else the contract's default where it is for the type.
    pub fn effective_priority<'a>(&'a self, set: Option<&'a str>, kind: TicketType) -> Option<&'a str> {
        set.or_else(|| self.default_priority.as_deref().filter(|code| self.priority(code, kind).is_some()))
    }

    /// Whether a ticket of this type needs its client's tier to have clocks (CLK-06).
    pub fn needs_tier(&self, kind: TicketType) -> bool {
        self.clocks.iter().any(|entry| entry.types.contains(&kind) && entry.tier.is_some())
    }

    /// The tiers that the contract knows.
    pub fn tiers(&self) -> BTreeSet<&str> {
        let of_clients = self.clients.iter().filter_map(|client| client.tier.as_deref());
        self.clocks.iter().filter_map(|entry| entry.tier.as_deref()).chain(of_clients).collect()
    }

    pub fn client(&self, organisation: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.organisation == organisation)
    }

    /// What a ticket type is called in Dutch: the agreement's own word for it, else the usual one.
    pub fn dutch(&self, kind: TicketType) -> &str {
        self.type_labels.get(&kind).map_or(kind.dutch(), |label| &label.nl)
    }

    /// The same in both languages.
    pub fn type_label(&self, kind: TicketType) -> Label {
        let usual = || Label { nl: kind.dutch().to_owned(), en: kind.english().to_owned() };
        self.type_labels.get(&kind).cloned().unwrap_or_else(usual)
    }

    pub fn role(&self, code: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.code == code)
    }

    pub fn ladder(&self, kind: TicketType) -> Option<&Ladder> {
        self.ladders.iter().find(|ladder| ladder.types.contains(&kind))
    }
}

impl Ladder {
    /// Whose decision brings a case to a level.
    pub fn raised_by(&self, level: u32) -> &[Side] {
        self.levels.iter().find(|one| one.level == level).map_or(&[], |one| one.raised_by.as_slice())
    }
}
