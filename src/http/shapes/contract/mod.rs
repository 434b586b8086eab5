//! A contract as a screen needs it: who is served, what can be chosen, what is promised.

mod clock;
mod duty;
mod ladder;
mod people;
mod priority;
mod types;

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::agreements::Version;
use crate::domain::contract::TicketType;
use crate::usecases::contracts::Served;
use clock::ContractClock;
use duty::ContractDuty;
use ladder::ContractLadder;
use people::{
    ContactLimit, ContractPointOfContact, ContractResponseTeam, ContractRole, ContractSubject, FunctionalAdministration, ReservedTypes,
};
pub use people::{SubjectList, SubjectRecipients};
use priority::ContractPriority;
use types::ContractType;

/// A contract in a list.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractSummary {
    /// Its id, the same in all its versions.
    id: String,
    /// The version in force.
    version: String,
    /// Its display name.
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
    /// Its display name.
    title: String,
    /// The first day of that version.
    #[schema(value_type = String, format = Date)]
    effective_date: chrono::NaiveDate,
    /// The IANA time zone of its hours and dates.
    time_zone: String,
    /// The desk's telephone number, where the agreement has one.
    #[schema(example = "070 123 45 67")]
    phone: Option<String>,
    /// The calendar in whose open hours it is answered; a call at another time is registered, and says so.
    phone_hours: Option<String>,
    /// Where else the desk is reached.
    points_of_contact: Vec<ContractPointOfContact>,
    /// Whether people who sign in with their identity provider must use a second factor.
    second_factor: bool,
    /// Keys whose values were assumed, because the agreement leaves them open.
    assumed: Vec<String>,
    /// The priority of a ticket while nobody set one.
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
    /// What messages can be about, with the roles that are told.
    subjects: Vec<ContractSubject>,
    /// Ticket types that only named people may register.
    reserved: Vec<ReservedTypes>,
    /// How many people may contact the desk, for each client; none where the contract sets no bound.
    contact_limits: Vec<ContactLimit>,
    /// Who sees to the functional administration; `null` where the contract says nothing about it.
    functional_administration: Option<FunctionalAdministration>,
    /// Teams that are called in on breaches of security.
    response_teams: Vec<ContractResponseTeam>,
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
    /// Tickets reported from this date on fall under it.
    #[schema(value_type = String, format = Date)]
    effective_date: chrono::NaiveDate,
}

/// A client of a contract.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractClient {
    /// Its short name, as tickets and filters have it.
    #[schema(example = "ipo")]
    organisation: String,
    /// Its display name.
    name: String,
    /// Its subscription, where the contract has more than one.
    tier: Option<String>,
    /// Whether its people go on reading what was said on its tickets once those are closed.
    case_portal: bool,
}

// For fields that are `int32` in the document. A contract holds no number that large.
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
    /// `served` has the version in force; `all` has every version that was applied.
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
            phone_hours: contract.phone_hours.clone(),
            points_of_contact: contract.points_of_contact.iter().map(ContractPointOfContact::from).collect(),
            second_factor: contract.second_factor,
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
                    case_portal: contract.has_case_portal(&client.organisation),
                })
                .collect(),
            types: TicketType::ALL.into_iter().map(|kind| ContractType::new(contract, kind)).collect(),
            priorities: contract.priorities.iter().map(|priority| ContractPriority::new(contract, priority)).collect(),
            clocks: contract.clocks.iter().map(ContractClock::from).collect(),
            calendars: contract.calendars.keys().cloned().collect(),
            roles: contract.roles.iter().map(ContractRole::from).collect(),
            subjects: contract.subjects.iter().map(ContractSubject::from).collect(),
            reserved: people::reserved(served),
            contact_limits: people::contact_limits(served),
            functional_administration: contract.functional_administration.as_ref().map(people::administration),
            response_teams: contract.tickets.response_teams.iter().map(ContractResponseTeam::from).collect(),
            ladders: contract.ladders.iter().map(ContractLadder::from).collect(),
            obligations: contract.duties.iter().map(ContractDuty::from).collect(),
        }
    }
}
