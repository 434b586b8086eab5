//! New versions of contracts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::usecases::agreements::Plan;

/// The text of a contract file.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractInput {
    /// The whole text.
    #[schema(min_length = 1, max_length = 500_000)]
    pub contract: String,
}

/// What a contract text would change, or what was applied of it.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractPlan {
    /// The contract.
    #[schema(max_length = 100)]
    contract_id: String,
    /// The version the text gives itself.
    #[schema(max_length = 100)]
    contract_version: String,
    /// Tickets reported from this date on fall under it.
    #[schema(value_type = String, format = Date)]
    effective_date: NaiveDate,
    /// The date from which a later version holds instead; `null` when there is none.
    #[schema(value_type = Option<String>, format = Date)]
    until_date: Option<NaiveDate>,
    /// The version in force before it takes effect; `null` when there is none, as for a contract that is new.
    #[schema(max_length = 100)]
    follows: Option<String>,
    /// Whether this text is applied.
    is_applied: bool,
    /// Why it cannot be applied; `null` when it can.
    #[schema(max_length = 1000)]
    obstacle: Option<String>,
    /// The keys that differ from what was applied as the same version, or else from the version it follows.
    #[schema(max_items = 10_000)]
    changes: Vec<ContractChange>,
    /// Open tickets, which stay under the version they were registered under.
    #[schema(max_items = 1000)]
    open_tickets: Vec<OpenTickets>,
    /// Roles of the matrix that somebody holds and the text does not have.
    #[schema(max_items = 1000)]
    dropped_roles: Vec<DroppedRole>,
    /// Roles of the text that nobody holds and for which it gives no address.
    #[schema(max_items = 10_000)]
    unreached_roles: Vec<UnreachedRole>,
}

/// A role that somebody holds, and that a contract text does not have.
#[derive(ToSchema, Serialize)]
pub struct DroppedRole {
    /// Its code.
    #[schema(max_length = 100)]
    role: String,
    /// How many hold it.
    #[schema(minimum = 1)]
    holders: u64,
}

/// A role in which nobody would be reached.
#[derive(ToSchema, Serialize)]
pub struct UnreachedRole {
    /// Its code.
    #[schema(max_length = 100)]
    role: String,
    /// The client whose affairs it is about.
    #[schema(max_length = 100)]
    organisation: String,
}

/// A key of a contract file whose value differs.
#[derive(ToSchema, Serialize)]
pub struct ContractChange {
    /// A dotted path; list items are counted from 0.
    #[schema(max_length = 500, example = "clocks.0.goals.1.under")]
    key: String,
    /// Its value before; `null` when it was not there.
    #[schema(max_length = 10_000)]
    before: Option<String>,
    /// Its value after; `null` when it is gone.
    #[schema(max_length = 10_000)]
    after: Option<String>,
}

/// How many tickets are open under a version.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenTickets {
    /// The version.
    #[schema(max_length = 100)]
    contract_version: String,
    /// How many.
    #[schema(minimum = 0)]
    count: u64,
}

impl From<Plan> for ContractPlan {
    fn from(plan: Plan) -> Self {
        let change = |one: crate::usecases::agreements::Change| ContractChange { key: one.key, before: one.before, after: one.after };
        Self {
            contract_id: plan.contract,
            contract_version: plan.version,
            effective_date: plan.effective_from,
            until_date: plan.until.map(|(_, date)| date),
            follows: plan.follows,
            is_applied: plan.is_applied,
            obstacle: plan.obstacle,
            changes: plan.changes.into_iter().map(change).collect(),
            dropped_roles: plan.dropped.into_iter().map(|(role, holders)| DroppedRole { role, holders }).collect(),
            unreached_roles: plan.unreached.into_iter().map(|(role, organisation)| UnreachedRole { role, organisation }).collect(),
            open_tickets: plan.open.into_iter().map(|(contract_version, count)| OpenTickets { contract_version, count }).collect(),
        }
    }
}
