//! What a screen chooses from: organisations, teams, channels, and the names of everything.

use serde::Serialize;
use utoipa::ToSchema;

use super::label::Label;

/// An organisation that is served.
#[derive(ToSchema, Serialize)]
pub struct Organisation {
    /// Its short name.
    pub id: String,
    /// Its display name.
    pub name: String,
    /// The contracts that serve it.
    pub contracts: Vec<OrganisationContract>,
    /// How much it keeps; `null` for a client.
    pub storage: Option<OrganisationStorage>,
}

/// How many bytes of attachments and mails an organisation keeps.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationStorage {
    /// So many now.
    #[schema(minimum = 0)]
    pub used_bytes: i64,
    /// So many at most; `null` where there is no limit.
    #[schema(minimum = 0)]
    pub max_bytes: Option<i64>,
}

impl From<(u64, Option<u64>)> for OrganisationStorage {
    fn from((used, most): (u64, Option<u64>)) -> Self {
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        Self { used_bytes: signed(used), max_bytes: most.map(signed) }
    }
}

/// A contract that serves an organisation.
#[derive(ToSchema, Serialize)]
pub struct OrganisationContract {
    /// The contract.
    pub contract: String,
    /// The organisation's subscription; `null` where the contract has no tiers.
    pub tier: Option<String>,
}

/// The organisations the caller sees.
#[derive(ToSchema, Serialize)]
pub struct OrganisationList {
    /// By id.
    pub items: Vec<Organisation>,
}

/// A value one can choose, with its name.
#[derive(ToSchema, Serialize)]
pub struct Choice {
    /// The value.
    pub code: String,
    /// Its name.
    pub label: Label,
}

/// What one can choose from.
#[derive(ToSchema, Serialize)]
pub struct ChoiceList {
    /// In the order to show them.
    pub items: Vec<Choice>,
}

/// The names of all values of the API.
#[derive(ToSchema, Serialize)]
pub struct LabelList {
    /// The language of every `label`: nl or en.
    pub language: String,
    /// Every closed list of the API.
    pub items: Vec<LabelledList>,
    /// The priorities of every contract the caller sees, first handled first.
    pub priorities: Vec<ContractLabels>,
    /// What contracts call ticket types for which they have words of their own.
    pub types: Vec<ContractLabels>,
}

/// A closed list with its values.
#[derive(ToSchema, Serialize)]
pub struct LabelledList {
    /// The name of the list.
    #[schema(example = "ticketType")]
    pub name: String,
    /// Its values.
    pub values: Vec<LabelledValue>,
}

/// What a contract calls its values.
#[derive(ToSchema, Serialize)]
pub struct ContractLabels {
    /// The contract.
    pub contract: String,
    /// Its values.
    pub values: Vec<LabelledValue>,
}

/// A value with its names.
#[derive(ToSchema, Serialize)]
pub struct LabelledValue {
    /// The value.
    pub code: String,
    /// Its name in the language asked for.
    pub label: String,
    /// Its name in Dutch.
    pub nl: String,
    /// Its name in English.
    pub en: String,
}
