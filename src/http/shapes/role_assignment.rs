//! Roles that are held.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, EventOut};
use crate::domain::Instant;
use crate::domain::role_assignment as domain;
use crate::usecases::actors::Actors;
use crate::usecases::role_assignments::read::Shown;

/// A role that somebody is to hold.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleAssignmentInput {
    /// `right` for a role of the desk, or `matrix` for one of a contract's communication matrix.
    #[schema(value_type = String, pattern = "^(right|matrix)$", max_length = 20, example = "matrix")]
    pub kind: Option<String>,
    /// The role's code.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "servicemanager")]
    pub role: Option<String>,
    /// The contract whose matrix it is in; only for a matrix role.
    #[schema(min_length = 1, max_length = 100, example = "dap-example")]
    pub contract: Option<String>,
    /// The client: of a matrix role the one whose affairs it is about, of a client's right whose it is, of an elevated right of the desk
    /// or one of a third party the one that must agree, for whose rows alone it then counts. Needed where the caller sees several.
    #[schema(min_length = 1, max_length = 100, example = "ipo")]
    pub organisation: Option<String>,
    /// Who holds it: the id of a person or an account, or the address by which the desk knows them.
    #[schema(value_type = String, min_length = 1, max_length = 320, example = "anna@ipo.example")]
    pub holder: Option<String>,
    /// The firm the holder works for, where that is neither the client nor the supplier.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub third_party: Option<String>,
    /// From when, if not from now.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub from_at: Option<Instant>,
    /// Until when; needed for an elevated right and for one of a third party.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub until_at: Option<Instant>,
    /// The assignment that ends when this one takes effect.
    pub replaces: Option<Uuid>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// A signature for a role that both sides agree on.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleApprovalInput {
    /// `client` or `supplier`; the caller's own side unless said.
    #[schema(pattern = "^(client|supplier)$", max_length = 20)]
    pub side: Option<String>,
    /// Who signed, where the caller writes down for the other side what somebody signed on paper; only for a change in the matrix. The id of a
    /// person, or the address by which the desk knows them.
    #[schema(min_length = 1, max_length = 320, pattern = "\\S", example = "anna@ipo.example")]
    pub approved_by: Option<String>,
    /// What shows it: minutes, a letter. Needed for what was signed on paper.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub evidence: Option<String>,
}

/// That a role is held no longer.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleEndingInput {
    /// From when, if not from now.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub until_at: Option<Instant>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// That the holder of a role is away.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleAbsenceInput {
    /// From when, if not from now.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub from_at: Option<Instant>,
    /// Until when.
    #[schema(value_type = String, max_length = 50, format = DateTime)]
    pub until_at: Option<Instant>,
    /// Who acts meanwhile: the id or address of a person or an account.
    #[schema(min_length = 1, max_length = 320)]
    pub deputy: Option<String>,
}

/// That an absence ends earlier than was recorded.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleAbsenceEndingInput {
    /// The absence.
    #[schema(value_type = Uuid)]
    pub absence: Option<Uuid>,
    /// From when the holder is back, if not from now.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub until_at: Option<Instant>,
}

/// Who acts for an absent holder.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleDeputyInput {
    /// The absence.
    #[schema(value_type = Uuid)]
    pub absence: Option<Uuid>,
    /// The id or address of a person or an account.
    #[schema(value_type = String, min_length = 1, max_length = 320)]
    pub deputy: Option<String>,
}

/// That somebody looked at whether a role is still needed.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleReviewInput {
    /// What was looked at, and found.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub evidence: Option<String>,
}

/// Somebody who holds a role, or acts in it.
#[derive(ToSchema, Serialize)]
pub struct RoleHolder {
    /// Their id.
    id: Uuid,
    /// Their name; `null` when it was erased.
    name: Option<String>,
}

/// A time that the holder of a role is away.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAbsence {
    /// Its id.
    id: Uuid,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    from_at: Instant,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    until_at: Instant,
    /// Who acts meanwhile; `null` when nobody does.
    #[schema(nullable)]
    deputy: Option<RoleHolder>,
}

/// A side's signature for a role.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleApproval {
    /// Its id.
    id: Uuid,
    /// `client` or `supplier`.
    side: String,
    /// The name of the person who signed.
    approved_by: String,
    /// What shows it.
    evidence: Option<String>,
    /// Who recorded it: the person who signed, or whoever wrote down what they signed on paper.
    actor: Actor,
    /// Whether the person who signed recorded it themselves.
    is_in_person: bool,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    approved_at: Instant,
}

/// A role, held by somebody from an instant, perhaps until another.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAssignment {
    /// Its id.
    id: Uuid,
    /// `right` or `matrix`.
    kind: String,
    /// The role's code.
    #[schema(example = "servicemanager")]
    role: String,
    /// The contract whose matrix it is in.
    contract: Option<String>,
    /// The client it is for, or that must agree; `null` for a role within the desk.
    organisation: Option<String>,
    /// Who holds it.
    holder: RoleHolder,
    /// The firm the holder works for, where that is neither party.
    third_party: Option<String>,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    from_at: Instant,
    /// Until when; `null` while no end is agreed.
    #[schema(value_type = Option<String>, format = DateTime)]
    until_at: Option<Instant>,
    /// `pending`, `planned`, `in_force` or `ended`.
    state: String,
    /// When it took effect, or will; `null` while a signature is missing.
    #[schema(value_type = Option<String>, format = DateTime)]
    effective_at: Option<Instant>,
    /// Whether it gives more than rights of every day, so that it has an end and both sides agree with it.
    is_elevated: bool,
    /// The sides whose signature is missing.
    #[schema(max_items = 2)]
    waits_for: Vec<String>,
    /// The signatures there are.
    approvals: Vec<RoleApproval>,
    /// The assignment that ends when this one takes effect.
    replaces: Option<Uuid>,
    /// Who acts in it: its holder, or their deputy while they are away. Now, or at the instant that was asked for.
    acting: Vec<RoleHolder>,
    /// When its holder is away, in the order recorded.
    absences: Vec<RoleAbsence>,
    /// When somebody is to look again at whether it is needed.
    #[schema(value_type = String, format = DateTime)]
    review_due_at: Instant,
    /// Whether that instant has passed without a review.
    is_review_overdue: bool,
    /// When it was granted.
    #[schema(value_type = String, format = DateTime)]
    granted_at: Instant,
    /// What happened, in the order recorded.
    events: Vec<EventOut>,
}

impl RoleAssignment {
    pub fn new(shown: Shown, actors: &Actors) -> Self {
        let Shown { assignment, approvals, events, at } = shown;
        let holder = |id: Uuid| RoleHolder { id, name: actors.name_of(id).map(str::to_owned) };
        let waits_for = assignment.required().waits_for(&approvals);
        let absence = |one: &domain::Absence| RoleAbsence {
            id: one.id,
            from_at: one.from_at,
            until_at: one.until_at,
            deputy: one.deputy.map(holder),
        };
        Self {
            id: assignment.id,
            kind: assignment.kind.as_str().to_owned(),
            role: assignment.role.clone(),
            contract: assignment.contract.clone(),
            organisation: assignment.organisation.clone(),
            holder: holder(assignment.holder),
            third_party: assignment.third_party.clone(),
            from_at: assignment.from_at,
            until_at: assignment.until_at,
            state: assignment.state_at(at).as_str().to_owned(),
            effective_at: assignment.effective_at(),
            is_elevated: assignment.is_elevated(),
            waits_for: waits_for.into_iter().map(|side| side.as_str().to_owned()).collect(),
            approvals: approvals
                .into_iter()
                .map(|one| RoleApproval {
                    id: one.id,
                    side: one.side.as_str().to_owned(),
                    is_in_person: one.is_in_person(),
                    approved_by: one.name,
                    evidence: one.evidence,
                    actor: actors.show(&one.actor).into(),
                    approved_at: one.approved_at,
                })
                .collect(),
            replaces: assignment.replaces,
            acting: assignment.acting_at(at).into_iter().map(holder).collect(),
            absences: assignment.absences.iter().map(absence).collect(),
            review_due_at: assignment.review_due_at,
            is_review_overdue: assignment.is_review_overdue(at),
            granted_at: assignment.granted_at,
            events: events.into_iter().map(|event| EventOut::new(event, actors)).collect(),
        }
    }
}

/// A page of role assignments.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleAssignmentPage {
    /// First begun first.
    #[schema(max_items = 100)]
    pub items: Vec<RoleAssignment>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// A role of a matrix in which nobody who should act can be reached.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleGap {
    /// The contract.
    contract: String,
    /// The client whose affairs it is about.
    organisation: String,
    /// The role's code in the contract.
    role: String,
    /// `nobody_holds_it`, `holder_absent` or `no_address`; more may come.
    cause: String,
    /// Whether the contract gives an address that is used meanwhile.
    falls_back: bool,
}

impl From<domain::Gap> for RoleGap {
    fn from(gap: domain::Gap) -> Self {
        let domain::Gap { contract, organisation, role, cause, falls_back } = gap;
        Self { contract, organisation, role, cause: cause.as_str().to_owned(), falls_back }
    }
}

/// A page of roles in which nobody can be reached.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleGapPage {
    /// By contract, organisation and role.
    #[schema(max_items = 100)]
    pub items: Vec<RoleGap>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
