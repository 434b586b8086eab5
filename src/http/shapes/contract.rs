//! A contract as a screen needs it: who is served, what can be chosen, what is promised.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::label::Label;
use crate::domain::agreements::Version;
use crate::domain::clock::{Entry, Goal};
use crate::domain::contract::{Condition, Contract as Agreement, Ladder, Level, Priority, Role, TicketType};
use crate::domain::obligation::{Duty, Occasion};
use crate::domain::workflow;
use crate::usecases::contracts::Served;

/// A contract in a list.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractSummary {
    /// Its id, the same in all its versions.
    id: String,
    /// The version in force.
    version: String,
    /// Its name for people.
    title: String,
    /// The first day of the version in force.
    #[schema(value_type = String, format = Date)]
    effective_date: chrono::NaiveDate,
    /// Whom it serves of those the caller sees.
    organisations: Vec<String>,
}

/// The contracts of those the caller sees.
#[derive(ToSchema, Serialize)]
pub struct ContractList {
    /// By id.
    pub items: Vec<ContractSummary>,
}

/// A contract: the version in force.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// Its id, the same in all its versions.
    id: String,
    /// The version in force.
    version: String,
    /// The id of that version, which tickets are pinned to.
    version_id: uuid::Uuid,
    /// Its name for people.
    title: String,
    /// The first day of that version.
    #[schema(value_type = String, format = Date)]
    effective_date: chrono::NaiveDate,
    /// The IANA zone of its hours and dates.
    time_zone: String,
    /// The desk's telephone number, where the agreement has one.
    #[schema(example = "070 123 45 67")]
    phone: Option<String>,
    /// Keys whose values were chosen and not agreed.
    assumed: Vec<String>,
    /// The priority of a ticket on which nobody set one.
    default_priority: Option<String>,
    /// Every version that was applied, the oldest first.
    versions: Vec<AppliedContractVersion>,
    /// Whom it serves of those the caller sees.
    clients: Vec<ContractClient>,
    /// The six types, each with its phases and its priorities.
    types: Vec<ContractType>,
    /// What can be chosen, first handled first.
    priorities: Vec<ContractPriority>,
    /// Its clocks with what they have to reach.
    clocks: Vec<ContractClock>,
    /// The calendars' names; their days are at `calendars` below this resource.
    calendars: Vec<String>,
    /// The roles of both sides, which ladders and obligations name.
    roles: Vec<ContractRole>,
    /// How tickets escalate.
    ladders: Vec<ContractLadder>,
    /// What is to be done by a date; each time one is due is an obligation.
    obligations: Vec<ContractDuty>,
}

/// A version of a contract.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppliedContractVersion {
    /// Its id, which tickets are pinned to.
    id: uuid::Uuid,
    /// What the contract file calls it.
    version: String,
    /// The first date of the tickets it is for.
    #[schema(value_type = String, format = Date)]
    effective_date: chrono::NaiveDate,
}

/// A dated duty of a contract: every period anew, or when one of its facts is recorded.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractDuty {
    /// Its id in the contract.
    id: String,
    /// What people call it.
    title: Label,
    /// Where the agreement says so.
    #[schema(example = "DAP 4.3")]
    clause: String,
    /// The role that must see to it.
    owner: String,
    /// The calendar of its working days.
    calendar: String,
    /// How often it comes back: week, month, quarter, half-year or year; `null` when a fact starts it.
    every: Option<String>,
    /// The facts, any of which starts it; none when it comes back by itself.
    facts: Vec<String>,
    /// By when, counted from the last day of the period or from the day of the fact, as the contract writes it.
    #[schema(example = "10wd")]
    due: String,
    /// How long before that its owner is reminded, as the contract writes it.
    remind: Vec<String>,
}

impl From<&Duty> for ContractDuty {
    fn from(duty: &Duty) -> Self {
        let (every, facts) = match &duty.occasion {
            Occasion::Every(cycle) => (Some(cycle.as_str().to_owned()), Vec::new()),
            Occasion::Facts(facts) => (None, facts.clone()),
        };
        Self {
            id: duty.id.clone(),
            title: (&duty.title).into(),
            clause: duty.clause.clone(),
            owner: duty.owner.clone(),
            calendar: duty.calendar.clone(),
            every,
            facts,
            due: duty.due.to_string(),
            remind: duty.remind.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A client of a contract.
#[derive(ToSchema, Serialize)]
pub struct ContractClient {
    /// Its short name, as tickets and filters have it.
    #[schema(example = "ipo")]
    organisation: String,
    /// Its name for people.
    name: String,
    /// Its subscription, where the contract has more than one.
    tier: Option<String>,
}

/// A ticket type under a contract.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractType {
    /// The type.
    #[schema(example = "incident")]
    r#type: String,
    /// What people call it under this contract.
    label: Label,
    /// What its ticket numbers begin with.
    #[schema(example = "INC")]
    prefix: String,
    /// In the order of its workflow.
    phases: Vec<ContractPhase>,
    /// The codes of the priorities it can have.
    priorities: Vec<String>,
    /// Whether the client's tier decides its clocks.
    needs_tier: bool,
    /// The id of the ladder its tickets escalate on; `null` where they do not.
    ladder: Option<String>,
}

/// A phase of a ticket type.
#[derive(ToSchema, Serialize)]
pub struct ContractPhase {
    /// Its code, which moves and filters take.
    #[schema(example = "in_progress")]
    phase: String,
    /// The state that comes with it: `new`, `active`, `waiting`, `resolved`, `closed` or `cancelled`.
    state: String,
    /// What people call it.
    label: Label,
}

/// A priority of a contract.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractPriority {
    /// The code to set it with.
    code: String,
    /// 1 is handled first.
    rank: i32,
    /// What people call it.
    label: Label,
    /// What it means; `null` when the agreement does not say.
    definition: Option<Label>,
    /// Whether `priorityMotivation` must come with it: `required` or `optional`.
    motivation: String,
    /// Whether the agreement expects a workaround while it is not solved: `expected` or `optional`.
    workaround: String,
    /// Whether the desk can set it only on a ticket with a recorded phone contact.
    needs_phone_contact: bool,
    /// The types that can have it.
    types: Vec<String>,
}

/// A clock some tickets get.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractClock {
    /// `response` or `resolution`.
    kind: String,
    /// The ticket types it is for.
    types: Vec<String>,
    /// Only for this priority.
    priority: Option<String>,
    /// Only for this tier.
    tier: Option<String>,
    /// The calendar in whose open hours it counts.
    calendar_id: String,
    /// What it starts at: `report`, or `phone_contact` for the first contact by phone.
    starts: String,
    /// What it has to reach, the first one first.
    goals: Vec<ContractGoal>,
    /// Percentages of the first goal at which a warning goes out.
    warn_at: Vec<i32>,
    /// Causes of waiting that stop it.
    holds: Vec<String>,
    /// What answers a response clock: `reply`, `classification`, `assignment`.
    answered_by: Vec<String>,
    /// Whether a refused solution's time counts: `counts` or `held`.
    after_refusal: String,
    /// Whether a reopened ticket's time counts: `counts` or `held`.
    after_reopen: String,
    /// Whether a moment of repair agreed with the client takes the place of its goals, for one ticket.
    can_be_agreed: bool,
}

/// What a clock has to reach.
#[derive(ToSchema, Serialize)]
pub struct ContractGoal {
    /// For which percentage of the tickets; all of them when `null`.
    share: Option<f64>,
    /// `under` a time (strictly), `within` it (the bound included), or `by` the end of a working day.
    comparison: String,
    /// The time, as the contract writes it.
    #[schema(example = "4h")]
    target: String,
}

/// A role of a contract.
#[derive(ToSchema, Serialize)]
pub struct ContractRole {
    /// Its code in the contract.
    code: String,
    /// `client` or `supplier`.
    side: String,
    /// What people call it.
    label: Label,
}

/// An escalation ladder.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractLadder {
    /// Its id in the contract.
    id: String,
    /// The ticket types it is for.
    types: Vec<String>,
    /// Whether tickets stand on the first level from their registration on.
    opens_at_registration: bool,
    /// Its steps, the lowest first.
    levels: Vec<ContractLevel>,
}

/// A level of a ladder.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractLevel {
    /// Its number, 1 first.
    level: i32,
    /// What people call it.
    title: Label,
    /// Codes of the client's roles that are told and act.
    client: Vec<String>,
    /// Codes of the supplier's roles that are told and act.
    supplier: Vec<String>,
    /// Whose decision brings a case here: `client`, `supplier` (the desk), or both; more values may come.
    raised_by: Vec<String>,
    /// `automatic`: the case moves on as soon as a condition holds; `proposed`: a person decides.
    mode: String,
    /// Any of these moves a case on.
    climb: Vec<ContractCondition>,
    /// Reason codes of decisions with which a case passes this level over.
    skipped_by: Vec<String>,
    /// Texts without which a case that came this high is not closed: `measures`, `results`, `lessons`.
    closing_needs: Vec<String>,
}

/// What moves a case to the next level.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractCondition {
    /// What it is: `breached`, `elapsed`, `level-open` or `decided`; the other fields are those it needs, and `null` else.
    when: String,
    /// Which clock is meant: `response` or `resolution`.
    clock: Option<String>,
    /// Which goal of it, the first being 1.
    goal: Option<i32>,
    /// How much of its first goal has to be used up, in per cent.
    percent: Option<i32>,
    /// How long on this level, in open seconds.
    open_seconds: Option<i64>,
    /// In whose open hours that counts.
    calendar_id: Option<String>,
    /// The reason code a person gives with `createTicketEscalation`.
    code: Option<String>,
}

fn small(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

fn names(types: &[TicketType]) -> Vec<String> {
    types.iter().map(|kind| kind.as_str().to_owned()).collect()
}

impl From<&Served> for ContractSummary {
    fn from(served: &Served) -> Self {
        let contract = &served.version.contract;
        Self {
            id: contract.id.clone(),
            version: contract.version.clone(),
            title: contract.title.clone(),
            effective_date: contract.effective_from,
            organisations: served.clients.iter().map(|client| client.organisation.clone()).collect(),
        }
    }
}

impl Contract {
    /// The version in force, among all versions.
    pub fn new(served: &Served, all: &[Arc<Version>]) -> Self {
        let (version, contract) = (&served.version, &served.version.contract);
        let applied = |one: &Version| AppliedContractVersion {
            id: one.id,
            version: one.contract.version.clone(),
            effective_date: one.contract.effective_from,
        };
        Self {
            id: contract.id.clone(),
            version: contract.version.clone(),
            version_id: version.id,
            title: contract.title.clone(),
            effective_date: contract.effective_from,
            time_zone: contract.zone.name().to_owned(),
            phone: contract.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            assumed: contract.assumed.clone(),
            default_priority: contract.default_priority.clone(),
            versions: all.iter().map(|one| applied(one)).collect(),
            clients: served
                .clients
                .iter()
                .map(|client| ContractClient {
                    organisation: client.organisation.clone(),
                    name: client.name.clone(),
                    tier: client.tier.clone(),
                })
                .collect(),
            types: TicketType::ALL.into_iter().map(|kind| ContractType::new(contract, kind)).collect(),
            priorities: contract.priorities.iter().map(|priority| ContractPriority::new(contract, priority)).collect(),
            clocks: contract.clocks.iter().map(ContractClock::from).collect(),
            calendars: contract.calendars.keys().cloned().collect(),
            roles: contract.roles.iter().map(ContractRole::from).collect(),
            ladders: contract.ladders.iter().map(ContractLadder::from).collect(),
            obligations: contract.duties.iter().map(ContractDuty::from).collect(),
        }
    }
}

impl ContractType {
    fn new(contract: &Agreement, kind: TicketType) -> Self {
        let phase = |phase: &workflow::Phase| ContractPhase {
            phase: phase.step.to_string(),
            state: phase.state.as_str().to_owned(),
            label: phase.step.word().into(),
        };
        let priorities = contract.priorities.iter().filter(|priority| priority.types.contains(&kind));
        Self {
            r#type: kind.as_str().to_owned(),
            label: contract.type_labels.get(&kind).map_or_else(|| kind.word().into(), Label::from),
            prefix: kind.prefix().to_owned(),
            phases: crate::domain::ticket::kinds::phases(kind).map(phase).collect(),
            priorities: priorities.map(|priority| priority.code.clone()).collect(),
            needs_tier: contract.needs_tier(kind),
            ladder: contract.ladder(kind).map(|ladder| ladder.id.clone()),
        }
    }
}

impl ContractPriority {
    /// A priority as it can be chosen under its contract.
    pub fn new(contract: &Agreement, priority: &Priority) -> Self {
        let phoned = |kind: &TicketType| crate::domain::ticket::prioritise::needs_phone_contact(contract, *kind, &priority.code);
        Self {
            code: priority.code.clone(),
            rank: small(priority.rank),
            label: (&priority.label).into(),
            definition: priority.definition.as_ref().map(Label::from),
            motivation: priority.motivation.as_str().to_owned(),
            workaround: priority.workaround.as_str().to_owned(),
            needs_phone_contact: priority.types.iter().any(phoned),
            types: names(&priority.types),
        }
    }
}

impl From<&Entry> for ContractClock {
    fn from(entry: &Entry) -> Self {
        let is_response = entry.kind == crate::domain::clock::Kind::Response;
        let answers = entry.answered_by.iter().filter(|_| is_response);
        Self {
            kind: entry.kind.as_str().to_owned(),
            types: names(&entry.types),
            priority: entry.priority.clone(),
            tier: entry.tier.clone(),
            calendar_id: entry.calendar_id.clone(),
            starts: entry.starts.as_str().to_owned(),
            goals: entry.goals.iter().map(ContractGoal::from).collect(),
            warn_at: entry.warn_at.iter().map(|percent| small(*percent)).collect(),
            holds: entry.holds.clone(),
            answered_by: answers.map(|answer| answer.as_str().to_owned()).collect(),
            after_refusal: entry.after_refusal.as_str().to_owned(),
            after_reopen: entry.after_reopen.as_str().to_owned(),
            can_be_agreed: entry.can_be_agreed,
        }
    }
}

impl From<&Goal> for ContractGoal {
    fn from(goal: &Goal) -> Self {
        Self {
            share: goal.share.and_then(|share| share.to_string().parse().ok()),
            comparison: goal.comparison.as_str().to_owned(),
            target: goal.target.clone(),
        }
    }
}

impl From<&Role> for ContractRole {
    fn from(role: &Role) -> Self {
        Self { code: role.code.clone(), side: role.side.as_str().to_owned(), label: (&role.label).into() }
    }
}

impl From<&Ladder> for ContractLadder {
    fn from(ladder: &Ladder) -> Self {
        Self {
            id: ladder.id.clone(),
            types: names(&ladder.types),
            opens_at_registration: ladder.opens == crate::domain::contract::Opens::Registration,
            levels: ladder.levels.iter().map(ContractLevel::from).collect(),
        }
    }
}

impl From<&Level> for ContractLevel {
    fn from(level: &Level) -> Self {
        Self {
            level: small(level.level),
            title: (&level.title).into(),
            client: level.client.clone(),
            supplier: level.supplier.clone(),
            raised_by: level.raised_by.iter().map(|side| side.as_str().to_owned()).collect(),
            mode: level.mode.as_str().to_owned(),
            climb: level.climb.iter().map(ContractCondition::from).collect(),
            skipped_by: level.skipped_by.clone(),
            closing_needs: level.closing_needs.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&Condition> for ContractCondition {
    fn from(condition: &Condition) -> Self {
        let bare = Self {
            when: condition.kind().as_str().to_owned(),
            clock: None,
            goal: None,
            percent: None,
            open_seconds: None,
            calendar_id: None,
            code: None,
        };
        match condition {
            Condition::Breached { clock, goal } => Self { clock: Some(clock.as_str().to_owned()), goal: Some(small(goal + 1)), ..bare },
            Condition::Elapsed { clock, percent } => {
                Self { clock: Some(clock.as_str().to_owned()), percent: Some(small(*percent)), ..bare }
            }
            Condition::LevelOpen { seconds, calendar } => {
                Self { open_seconds: Some(*seconds), calendar_id: Some(calendar.clone()), ..bare }
            }
            Condition::Decided { code } => Self { code: Some(code.clone()), ..bare },
        }
    }
}
