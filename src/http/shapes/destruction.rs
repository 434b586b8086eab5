//! Destruction of what was kept long enough.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, Ending};
use crate::domain::{Instant, retention};
use crate::usecases::actors::Actors;

/// What is to be destroyed.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestructionInput {
    /// The contract.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "dap-example")]
    pub contract: Option<String>,
    /// `tickets`, `attachments` or `mails`.
    #[schema(value_type = String, pattern = "^(tickets|attachments|mails)$", max_length = 20)]
    pub class: Option<String>,
}

/// A person's signature under a proposal.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestructionApprovalInput {
    /// What shows that it was looked at.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub evidence: Option<String>,
}

/// A proposal to destroy what was kept long enough, and what became of it.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Destruction {
    /// Its id.
    id: Uuid,
    /// The contract.
    contract: String,
    /// `tickets`, `attachments` or `mails`; more may come.
    class: String,
    /// It is about what ended before this instant.
    #[schema(value_type = String, format = DateTime)]
    before_at: Instant,
    /// How long the contract has it kept.
    #[schema(example = "7y")]
    keep: String,
    /// Who proposed it.
    proposed_by: Actor,
    /// When it was proposed.
    #[schema(value_type = String, format = DateTime)]
    proposed_at: Instant,
    /// `waiting` for a second person, `approved`, `done`, `withdrawn` or `refused`; more may come.
    state: String,
    /// Who signed it.
    #[schema(max_items = 2)]
    approvals: Vec<DestructionApproval>,
    /// When the last of it was destroyed; `null` until then.
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<Instant>,
    /// That it was withdrawn or refused; `null` otherwise.
    ended: Option<Ending>,
    /// What it lists, of what one may see.
    #[schema(max_items = 1000)]
    items: Vec<DestructionItem>,
    /// How many more it lists, of tickets that one may not see.
    #[schema(maximum = 1000)]
    withheld_items: u64,
}

/// A person's signature.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DestructionApproval {
    /// Their name.
    name: String,
    /// What shows it; `null` where nothing was given.
    evidence: Option<String>,
    /// When they signed.
    #[schema(value_type = String, format = DateTime)]
    approved_at: Instant,
}

/// One thing to be destroyed.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DestructionItem {
    /// The number of the ticket, or the id of the mail.
    #[schema(example = "INC-1001")]
    name: String,
    /// `destroyed`, `held` under a legal hold, `not_due`, or `kept` because the proposal was withdrawn or refused; `null` until then; more may come.
    outcome: Option<String>,
}

/// A page of proposals.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DestructionPage {
    /// Newest first.
    pub items: Vec<Destruction>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

impl Destruction {
    pub fn new(one: retention::Destruction, actors: &Actors) -> Self {
        let state = if one.done_at.is_some() { "done" } else { one.standing().as_str() };
        Self {
            id: one.id,
            class: one.class.as_str().to_owned(),
            before_at: one.before,
            proposed_by: actors.show(&one.proposed_by).into(),
            proposed_at: one.proposed_at,
            state: state.to_owned(),
            approvals: one.approvals.into_iter().map(DestructionApproval::from).collect(),
            done_at: one.done_at,
            ended: one.ended.map(|ended| Ending::new(ended, actors)),
            items: one.items.into_iter().map(DestructionItem::from).collect(),
            withheld_items: one.withheld,
            contract: one.contract,
            keep: one.keep,
        }
    }
}

impl From<crate::domain::approval::Approval> for DestructionApproval {
    fn from(approval: crate::domain::approval::Approval) -> Self {
        Self { name: approval.name, evidence: approval.evidence, approved_at: approval.approved_at }
    }
}

impl From<retention::DestructionItem> for DestructionItem {
    fn from(item: retention::DestructionItem) -> Self {
        Self { name: item.name, outcome: item.outcome.map(|outcome| outcome.as_str().to_owned()) }
    }
}
