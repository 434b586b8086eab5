//! The roles of a contract, and what it says about people.

use serde::Serialize;
use utoipa::ToSchema;

use super::{names, small};
use crate::domain::contract::{self, PointOfContact, ResponseTeam, Role, Subject};
use crate::http::shapes::Label;
use crate::usecases::contracts::{Served, ToldAbout};

/// A role of a contract.
#[derive(ToSchema, Serialize)]
pub struct ContractRole {
    /// Its code in the contract.
    code: String,
    /// `client` or `supplier`.
    side: String,
    /// Its display name.
    label: Label,
    /// `operational`, `tactical` or `strategic`: the level at which the supplier's role speaks for it; more values may come.
    level: Option<String>,
    /// Where it comes from, when not from the agreement's own list of roles.
    origin: Option<String>,
}

/// A subject that messages can be about.
#[derive(ToSchema, Serialize)]
pub struct ContractSubject {
    /// Its id in the contract.
    id: String,
    /// Its display name.
    label: Label,
    /// Codes of the roles that are told about it.
    roles: Vec<String>,
}

/// A team that is called in on breaches of security.
#[derive(ToSchema, Serialize)]
pub struct ContractResponseTeam {
    /// Its code in the contract.
    #[schema(example = "juridisch")]
    code: String,
    /// Its display name.
    label: Label,
    /// What it answers for.
    responsibility: Label,
    /// Codes of the roles, of either side, whose holders are its members.
    roles: Vec<String>,
}

impl From<&ResponseTeam> for ContractResponseTeam {
    fn from(team: &ResponseTeam) -> Self {
        Self {
            code: team.code.clone(),
            label: (&team.label).into(),
            responsibility: (&team.responsibility).into(),
            roles: team.roles.clone(),
        }
    }
}

/// A way to reach the desk.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractPointOfContact {
    /// What it is.
    label: Label,
    /// The telephone number or the address, as people write it.
    value: String,
    /// Why it is not certain, until somebody confirms it; `null` for most.
    to_be_confirmed: Option<String>,
}

impl From<&PointOfContact> for ContractPointOfContact {
    fn from(point: &PointOfContact) -> Self {
        Self { label: (&point.label).into(), value: point.reached_at.clone(), to_be_confirmed: point.to_be_confirmed.clone() }
    }
}

/// Ticket types that only named people may register.
#[derive(ToSchema, Serialize)]
pub struct ReservedTypes {
    /// The types.
    types: Vec<String>,
    /// The client it holds for; `null` for every client.
    organisation: Option<String>,
    /// Codes of the roles whose holders may.
    roles: Vec<String>,
    /// Addresses of the people who may.
    people: Vec<String>,
}

/// How many people of a client may contact the desk.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactLimit {
    /// The client.
    organisation: String,
    /// At most so many.
    most: i32,
    /// Where another number than the contract's was agreed; `null` where it is the contract's.
    agreed_in: Option<String>,
}

/// Who sees to the functional administration.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionalAdministration {
    /// `client` or `supplier`.
    by: String,
    /// Where its costs were agreed, when the supplier does it.
    cost_agreement: Option<String>,
}

/// Who is told about a subject.
#[derive(ToSchema, Serialize)]
pub struct SubjectRecipients {
    /// The subject.
    subject: ContractSubject,
    /// The client about whose affairs they are told.
    organisation: String,
    /// The roles that are told.
    recipients: Vec<SubjectRecipient>,
}

/// A role that is told about a subject.
#[derive(ToSchema, Serialize)]
pub struct SubjectRecipient {
    /// The role.
    role: ContractRole,
    /// Where it is reached; without an address nobody is told.
    addresses: Vec<String>,
}

/// Who is told about what.
#[derive(ToSchema, Serialize)]
pub struct SubjectList {
    /// By subject as the contract has them, then by client.
    pub items: Vec<SubjectRecipients>,
}

impl From<&Role> for ContractRole {
    fn from(role: &Role) -> Self {
        Self {
            code: role.code.clone(),
            side: role.side.as_str().to_owned(),
            label: (&role.label).into(),
            level: role.level.map(|level| level.as_str().to_owned()),
            origin: role.origin.clone(),
        }
    }
}

impl From<&Subject> for ContractSubject {
    fn from(subject: &Subject) -> Self {
        Self { id: subject.id.clone(), label: (&subject.label).into(), roles: subject.roles.clone() }
    }
}

impl From<&ToldAbout> for SubjectRecipients {
    fn from(told: &ToldAbout) -> Self {
        let recipient = |(role, addresses): &(Role, Vec<String>)| SubjectRecipient { role: role.into(), addresses: addresses.clone() };
        Self {
            subject: (&told.subject).into(),
            organisation: told.organisation.clone(),
            recipients: told.roles.iter().map(recipient).collect(),
        }
    }
}

/// What is reserved, as far as it is about clients that the caller sees.
pub(super) fn reserved(served: &Served) -> Vec<ReservedTypes> {
    let is_seen = |organisation: &String| served.clients.iter().any(|client| client.organisation == *organisation);
    let shown = served.version.contract.reserved.iter().filter(|one| one.organisation.as_ref().is_none_or(is_seen));
    let shown = shown.map(|one| ReservedTypes {
        types: names(&one.types),
        organisation: one.organisation.clone(),
        roles: one.roles.clone(),
        people: one.people.clone(),
    });
    shown.collect()
}

pub(super) fn contact_limits(served: &Served) -> Vec<ContactLimit> {
    let limits = served.clients.iter().filter_map(|client| {
        let most = served.version.contract.most_contacts(&client.organisation)?;
        let agreed_in = client.contacts.as_ref().map(|agreed| agreed.agreed.clone());
        Some(ContactLimit { organisation: client.organisation.clone(), most: small(most), agreed_in })
    });
    limits.collect()
}

pub(super) fn administration(one: &contract::FunctionalAdministration) -> FunctionalAdministration {
    FunctionalAdministration { by: one.by.as_str().to_owned(), cost_agreement: one.cost_agreement.clone() }
}
