//! What an agreement says about its tickets: which services it covers, which kinds of a type it knows, how it sorts them, and what it
//! allows and asks for less or more than the program does.

use super::{Contract, Item, Label, Share, TicketType};
use crate::domain::Instant;
use crate::domain::side::Side;
use crate::domain::workflow::{Part, Question, Relation, Step, TicketKind};

/// A product or service that the agreement covers (INC-01).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub code: String,
    pub label: Label,
}

/// A kind of a type that the agreement names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKind {
    pub kind: TicketType,
    pub code: String,
    pub label: Label,
    /// The kind of the program whose rules it follows, where its code is the agreement's own.
    pub like: Option<TicketKind>,
}

/// What tickets are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub code: String,
    pub label: Label,
    /// The types it is for.
    pub types: Vec<TicketType>,
}

/// The only pair of types that a link of this kind may join, among those that the agreement names for that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllowedLink {
    pub relation: Relation,
    pub from: TicketType,
    pub to: TicketType,
}

/// A part that the agreement asks for before a ticket of a type enters a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPart {
    pub kind: TicketType,
    pub part: Part,
    pub before: Vec<Step>,
}

/// Who decides a question under the agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedDecision {
    pub question: Question,
    /// The sides that both have to say yes.
    pub by: Vec<Side>,
    /// Phases that are not entered without it.
    pub before: Vec<Step>,
}

/// A team that is called in on breaches of security (INC-14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseTeam {
    pub code: String,
    pub label: Label,
    /// What it answers for.
    pub responsibility: Label,
    /// Roles of either side whose holders are its members.
    pub roles: Vec<String>,
}

/// When whoever has to judge a solution is reminded (AMB-09).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminders {
    /// Working days of this calendar, after the solution and after each reminder.
    pub after_days: u32,
    pub calendar: String,
    /// How often at most.
    pub at_most: u32,
}

/// When notices that the desk sends of its own accord leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeHours {
    /// While this calendar is open.
    pub calendar: String,
    /// Priorities; notices of their tickets leave at once.
    pub at_any_hour: Vec<String>,
}

/// When tickets of these types count as open for long (TKT-11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongOpen {
    pub types: Vec<TicketType>,
    /// After more than so many working days of this calendar, the day of the report left out.
    pub after_days: u32,
    pub calendar: String,
}

/// What the desk keeps of tickets under an agreement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketTerms {
    /// The only types that tickets are of; all of them when empty (TKT-15).
    pub only_types: Vec<TicketType>,
    pub services: Vec<Service>,
    pub kinds: Vec<NamedKind>,
    /// What service requests ask for; they are of no other kinds where there is one.
    pub catalogue: Vec<Item>,
    pub categories: Vec<Category>,
    pub links: Vec<AllowedLink>,
    pub parts: Vec<AskedPart>,
    pub decisions: Vec<AskedDecision>,
    /// Roles of the client that are told of the progress of its tickets beside whoever reported them (TKT-06).
    pub told_of_progress: Vec<String>,
    /// Whether each ticket that is resolved says who had a part in it (KPI-30).
    pub records_handling: bool,
    /// Which share of what is closed the desk handles alone (KPI-30).
    pub handled_alone: Option<Share>,
    /// Types that stand in none are open for long by the program's own measure.
    pub long_open: Vec<LongOpen>,
    pub response_teams: Vec<ResponseTeam>,
    /// Nobody is reminded when absent.
    pub reminders: Option<Reminders>,
    /// Notices leave at any hour when absent.
    pub notices: Option<NoticeHours>,
}

impl Contract {
    /// Whether tickets under it can be of a type.
    pub fn has_type(&self, kind: TicketType) -> bool {
        self.tickets.only_types.is_empty() || self.tickets.only_types.contains(&kind)
    }

    /// The types that tickets under it are of.
    pub fn types(&self) -> impl Iterator<Item = TicketType> {
        TicketType::ALL.into_iter().filter(|kind| self.has_type(*kind))
    }

    /// When a notice leaves that is written at an instant, about a ticket of this priority or about no ticket.
    pub fn notice_leaves(&self, priority: Option<&str>, written_at: Instant) -> Instant {
        let hours = self.tickets.notices.as_ref();
        let hours = hours.filter(|hours| !priority.is_some_and(|code| hours.at_any_hour.iter().any(|exempt| exempt == code)));
        let opening = |hours: &NoticeHours| self.calendar_after(&hours.calendar, self.amendments_by(written_at))?.first_open(written_at);
        hours.and_then(opening).unwrap_or(written_at)
    }

    pub fn service(&self, code: &str) -> Option<&Service> {
        self.tickets.services.iter().find(|service| service.code == code)
    }

    pub fn response_team(&self, code: &str) -> Option<&ResponseTeam> {
        self.tickets.response_teams.iter().find(|team| team.code == code)
    }

    pub fn category(&self, code: &str, kind: TicketType) -> Option<&Category> {
        self.tickets.categories.iter().find(|category| category.code == code && category.types.contains(&kind))
    }

    /// The kinds of a type that it names; none where it leaves them to the program.
    pub fn kinds_of(&self, kind: TicketType) -> impl Iterator<Item = &NamedKind> {
        self.tickets.kinds.iter().filter(move |named| named.kind == kind)
    }

    /// The types that have a kind of this code.
    pub fn types_of_kind(&self, code: &str) -> Vec<TicketType> {
        let of_catalogue = self.item(code).map(|_| TicketType::ServiceRequest);
        let named = self.tickets.kinds.iter().filter(|named| named.code == code);
        named.map(|named| named.kind).chain(of_catalogue).collect()
    }

    /// The rules that a kind of a type follows.
    pub fn rules_of_kind(&self, kind: TicketType, code: &str) -> Option<TicketKind> {
        let named = self.kinds_of(kind).find(|named| named.code == code).and_then(|named| named.like);
        named.or_else(|| TicketKind::named(code))
    }

    /// The codes of the kinds that a ticket of a type can be of.
    pub fn kind_codes(&self, kind: TicketType) -> Vec<String> {
        if self.asks_for_item(kind) {
            return self.tickets.catalogue.iter().map(|item| item.code.clone()).collect();
        }
        let named: Vec<_> = self.kinds_of(kind).map(|named| named.code.clone()).collect();
        let of_program = TicketKind::ALL.into_iter().filter(|known| known.of_type() == kind).map(|known| known.to_string());
        if named.is_empty() { of_program.collect() } else { named }
    }

    /// Whether it allows a link, of those that the program allows.
    pub fn allows_link(&self, relation: Relation, from: TicketType, to: TicketType) -> bool {
        let (relation, from, to) = relation.as_named(from, to);
        let mut of_relation = self.tickets.links.iter().filter(|link| link.relation == relation).peekable();
        relation.joins(from, to) && (of_relation.peek().is_none() || of_relation.any(|link| (link.from, link.to) == (from, to)))
    }

    pub fn asked_decision(&self, question: Question) -> Option<&AskedDecision> {
        self.tickets.decisions.iter().find(|asked| asked.question == question)
    }
}

impl Relation {
    /// The same link from the end that gives it its name.
    const fn as_named(self, from: TicketType, to: TicketType) -> (Self, TicketType, TicketType) {
        if self.is_counterpart() { (self.counterpart(), to, from) } else { (self, from, to) }
    }

    /// Whether a ticket of one type can ever be this to one of another, whatever the agreement (TKT-14).
    pub fn joins(self, from: TicketType, to: TicketType) -> bool {
        use TicketType::{ChangeRequest, Incident, InformationRequest, Problem, ProposalRequest, ServiceRequest};
        match self {
            Self::CausedBy => matches!((from, to), (Incident, Problem | ChangeRequest) | (Problem, ChangeRequest)),
            Self::Duplicates | Self::Parent => from == to,
            Self::FollowsFrom => {
                let leads_on = matches!(
                    (from, to),
                    (ProposalRequest, InformationRequest)
                        | (ChangeRequest, Problem | ProposalRequest | InformationRequest)
                        | (Problem, Incident)
                );
                from == to || leads_on
            }
            Self::Blocks => true,
            Self::SolvedBy => matches!((from, to), (Incident, Problem | ChangeRequest | ServiceRequest) | (Problem, ChangeRequest)),
            Self::Causes | Self::DuplicatedBy | Self::FollowedBy | Self::BlockedBy | Self::Child | Self::Solves => {
                self.counterpart().joins(to, from)
            }
        }
    }
}

impl TicketKind {
    pub const fn of_type(self) -> TicketType {
        match self {
            Self::Proposal | Self::Quotation => TicketType::ProposalRequest,
            Self::New | Self::Adapt => TicketType::ChangeRequest,
        }
    }
}
