//! Legal holds and erasures.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Actor;
use crate::domain::{Instant, privacy};
use crate::usecases::actors::Actors;

/// An order to keep something, to be placed.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LegalHoldInput {
    /// `person`, `ticket` or `contract`.
    #[schema(value_type = String, pattern = "^(person|ticket|contract)$", max_length = 20)]
    pub kind: Option<String>,
    /// The id of the person or the contract; the id or number of the ticket.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "INC-1001")]
    pub subject: Option<String>,
    /// Why it must be kept.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// Why something is done.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LegalHoldLiftInput {
    /// Why the hold ends.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// An order to keep something: nothing under it is erased, redacted or destroyed.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegalHold {
    /// Its id.
    id: Uuid,
    /// `person`, `ticket` or `contract`; more may come.
    kind: String,
    /// The id of the person, the ticket or the contract.
    subject: String,
    /// Why it must be kept.
    reason: String,
    /// Who placed it.
    placed_by: Actor,
    /// When it was placed.
    #[schema(value_type = String, format = DateTime)]
    placed_at: Instant,
    /// Who lifted it; `null` while it stands.
    #[serde(rename = "liftedBy")]
    lifted_by: Option<Actor>,
    /// When it was lifted; `null` while it stands.
    #[schema(value_type = Option<String>, format = DateTime)]
    lifted_at: Option<Instant>,
    /// Why it was lifted; `null` while it stands.
    lift_reason: Option<String>,
}

/// A page of legal holds.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegalHoldPage {
    /// Newest first.
    pub items: Vec<LegalHold>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

impl LegalHold {
    pub fn new(hold: privacy::LegalHold, actors: &Actors) -> Self {
        let lifted = hold.lifted.as_ref();
        Self {
            id: hold.id,
            kind: hold.kind.as_str().to_owned(),
            placed_by: actors.show(&hold.placed_by).into(),
            placed_at: hold.placed_at,
            lifted_by: lifted.map(|lifted| actors.show(&lifted.by).into()),
            lifted_at: lifted.map(|lifted| lifted.at),
            lift_reason: lifted.map(|lifted| lifted.reason.clone()),
            subject: hold.subject,
            reason: hold.reason,
        }
    }
}

/// A person to be erased.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureInput {
    /// The person's id; of somebody of the desk, that of their account, by which histories name them.
    #[schema(value_type = String, format = Uuid, max_length = 50)]
    pub person: Option<Uuid>,
    /// Why, without personal data: it is kept.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// The record that a person was erased.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Erasure {
    /// Its id.
    id: Uuid,
    /// The id under which histories know the person.
    person: Uuid,
    /// The organisation they belonged to; `null` for somebody of the desk.
    organisation: Option<String>,
    /// Why.
    reason: String,
    /// Who did it.
    actor: Actor,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    erased_at: Instant,
    /// How many copies of mails from them were erased.
    inbound_mails: u64,
    /// How many mails to them were erased.
    outbound_mails: u64,
}

/// A page of records of erasures.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasurePage {
    /// Newest first.
    pub items: Vec<Erasure>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

impl Erasure {
    pub fn new(erasure: privacy::Erasure, actors: &Actors) -> Self {
        Self {
            id: erasure.id,
            person: erasure.person,
            organisation: Some(erasure.organisation).filter(|organisation| !organisation.is_empty()),
            reason: erasure.reason,
            actor: actors.show(&erasure.actor).into(),
            erased_at: erasure.erased_at,
            inbound_mails: erasure.inbound_mails,
            outbound_mails: erasure.outbound_mails,
        }
    }
}
