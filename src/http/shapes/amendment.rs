//! Amendments to calendars.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Actor;
use crate::domain::Instant;
use crate::domain::actor as domain;
use crate::domain::approval::Approval;
use crate::domain::contract::Side;
use crate::usecases::actors::Actors;
use crate::usecases::amendments::read::Seen;

/// A change to one date of a contract's calendar.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarAmendmentInput {
    /// The calendar's name in the contract.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "support")]
    pub calendar: Option<String>,
    /// The date.
    #[schema(value_type = String, format = Date, max_length = 10)]
    pub date: Option<NaiveDate>,
    /// `closed`, `hours` for a date that opens in the hours given, or `as_agreed` for what the contract says.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "closed")]
    pub change: Option<String>,
    /// The hours it opens, as a contract writes them; only with `hours`.
    #[schema(max_items = 20, value_type = Option<Vec<OpeningHours>>)]
    pub hours: Option<Vec<String>>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
    /// Who approved it already, for a date that is not later than today: such an amendment waits for the supplier and each client, of which the
    /// caller signs for their own.
    #[schema(max_items = 100)]
    pub approvals: Option<Vec<AmendmentApprovalInput>>,
}

/// A side's approval of an amendment.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AmendmentApprovalInput {
    /// `client` or `supplier`.
    #[schema(value_type = String, pattern = "^(client|supplier)$", max_length = 20)]
    pub side: Option<String>,
    /// The client it is for, with side `client`; needed where the contract has several that one sees.
    #[schema(min_length = 1, max_length = 100, example = "ipo")]
    pub organisation: Option<String>,
    /// Who approved for it, where the caller writes down for the other side what somebody signed on paper: the id of a person, or the address
    /// by which the desk knows them. For their own side the caller signs.
    #[schema(min_length = 1, max_length = 320, pattern = "\\S", example = "anna@ipo.example")]
    pub approved_by: Option<String>,
    /// What shows the approval: a letter, minutes, a message on a ticket. Needed for what was signed on paper.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub evidence: Option<String>,
}

/// An opening, as a contract writes it.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 20, example = "09:00-12:00")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct OpeningHours(String);

/// A change to one date of a contract's calendar, as recorded.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarAmendment {
    /// Its id.
    id: uuid::Uuid,
    /// The contract.
    contract: String,
    /// The calendar's name in it.
    calendar: String,
    /// The date.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// `closed`, `hours` or `as_agreed`.
    change: String,
    /// The hours it opens.
    hours: Vec<String>,
    /// Why.
    reason: String,
    /// Who recorded it.
    actor: Actor,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// `in_force`, or `waiting` for the approval of a side.
    state: String,
    /// When it took effect: when it was recorded, or when the last party approved it; `null` while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    in_force_at: Option<Instant>,
    /// The sides it waits for: `client`, `supplier`. A client is told of itself and the supplier, and of `client` without either of them where
    /// another client's approval is all that is missing.
    #[schema(max_items = 2)]
    waits_for: Vec<String>,
    /// The clients it waits for, of those that one sees: each approves for itself.
    #[schema(max_items = 100)]
    waits_for_organisations: Vec<String>,
    /// The approvals there are: to a client, its own and the supplier's.
    #[schema(max_items = 101)]
    approvals: Vec<AmendmentApproval>,
}

/// A side's approval of an amendment, as recorded.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AmendmentApproval {
    /// Its id.
    id: uuid::Uuid,
    /// `client` or `supplier`.
    side: String,
    /// The client it is for; `null` for the supplier's.
    organisation: Option<String>,
    /// The name of the person who approved; `null` for a client that shares the contract with others where it was not for that client.
    approved_by: Option<String>,
    /// What shows the approval; `null` whenever the name is.
    evidence: Option<String>,
    /// Who recorded it: the person who approved, or whoever wrote down what they signed on paper.
    actor: Actor,
    /// Whether the person who approved recorded it themselves.
    is_in_person: bool,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    approved_at: Instant,
}

impl CalendarAmendment {
    pub fn new(seen: Seen, actors: &Actors) -> Self {
        let Seen { recorded, shows_approvers, waits_for, waits_for_clients, approvals } = seen;
        let in_force_at = recorded.in_force_at();
        let approval = |(one, organisation): (Approval, Option<String>)| {
            // Of clients' approvals a caller is given their own alone.
            let is_own = organisation.is_some() || domain::Actor::side_of(&one.actor) == Side::Client && actors.name(&one.actor).is_some();
            let is_shown = shows_approvers || is_own;
            AmendmentApproval {
                id: one.id,
                side: one.side.as_str().to_owned(),
                organisation,
                is_in_person: one.is_in_person(),
                approved_by: Some(one.name).filter(|_| is_shown),
                evidence: one.evidence.filter(|_| is_shown),
                actor: actors.show(&one.actor).into(),
                approved_at: one.approved_at,
            }
        };
        Self {
            id: recorded.id,
            contract: recorded.contract,
            calendar: recorded.calendar,
            date: recorded.date,
            change: recorded.change.as_str().to_owned(),
            hours: recorded.change.hours(),
            reason: recorded.reason,
            actor: actors.show(&recorded.actor).into(),
            recorded_at: recorded.recorded_at,
            state: if in_force_at.is_some() { "in_force" } else { "waiting" }.to_owned(),
            in_force_at,
            waits_for: waits_for.into_iter().map(|side| side.as_str().to_owned()).collect(),
            waits_for_organisations: waits_for_clients,
            approvals: approvals.into_iter().map(approval).collect(),
        }
    }
}

/// What was amended in a contract's calendars.
#[derive(ToSchema, Serialize)]
pub struct CalendarAmendmentList {
    /// In the order recorded.
    pub items: Vec<CalendarAmendment>,
}
