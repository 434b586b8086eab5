//! What was removed for good, and what remains of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Ending};
use crate::domain::Instant;
use crate::domain::redaction::{Redactable, Redaction as Kept};
use crate::usecases::actors::Actors;
use crate::usecases::redactions::Wanted;

/// What is to be removed for good.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedactionInput {
    /// A `message`, an `attachment`, a version of a `part`, the `reason` of an event, the `texts` of the ticket itself (its title, description
    /// and motivation), its `references` to other systems, a `response_task`, or, which the desk alone sees, its `tags` and what a `work_log` says.
    #[schema(value_type = String, pattern = "^(message|attachment|part|reason|texts|references|tags|work_log|response_task)$", max_length = 20)]
    pub what: Option<String>,
    /// The id of the message, the file, the version, the event, the record of work or, of a task, the event that called the team in; none for the ticket's own texts, references and tags.
    pub target: Option<uuid::Uuid>,
    /// Why, without repeating what is to be removed: it stays.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl RedactionInput {
    pub fn wanted(self) -> Wanted {
        // What cannot be read is refused already.
        let what = self.what.and_then(|what| Redactable::named(&what)).unwrap_or(Redactable::Texts);
        Wanted { what, target: self.target, reason: self.reason.unwrap_or_default() }
    }
}

/// Why a mail is to be removed for good.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailRedactionInput {
    /// Why, without repeating what is to be removed: it stays.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl MailRedactionInput {
    pub fn wanted(self) -> Wanted {
        Wanted { what: Redactable::Mail, target: None, reason: self.reason.unwrap_or_default() }
    }
}

/// Which words of a security signal are to be removed for good.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalRedactionInput {
    /// The id of the response or the discussion; none for the signal's title and description.
    pub target: Option<uuid::Uuid>,
    /// Why, without repeating what is to be removed: it stays.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl SignalRedactionInput {
    pub fn wanted(self) -> Wanted {
        let what = if self.target.is_some() { Redactable::SignalNote } else { Redactable::SignalTexts };
        Wanted { what, target: self.target, reason: self.reason.unwrap_or_default() }
    }
}

/// Something that was asked to be removed for good.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redaction {
    /// Its id.
    id: uuid::Uuid,
    /// `message`, `attachment`, `part`, `reason`, `texts`, `references`, `tags`, `work_log`, `response_task`, `signal_texts`,
    /// `signal_note` or `mail`; more may come.
    what: String,
    /// The id of what it is about.
    target: uuid::Uuid,
    /// Why.
    reason: String,
    /// Who asked for it, and who approved; two different persons.
    signed_by: Vec<RedactionSignature>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    asked_at: Instant,
    /// When it was approved and removed; `null` until then.
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<Instant>,
    /// `waiting` for a second person, `approved` and so carried out, `withdrawn` or `refused`.
    state: String,
    /// That it was withdrawn or refused; `null` otherwise.
    ended: Option<Ending>,
}

/// A signature under a redaction.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RedactionSignature {
    /// Whose.
    by: Actor,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
}

impl Redaction {
    pub fn new(kept: Kept, actors: &Actors) -> Self {
        let signature = |approval: &crate::domain::approval::Approval| RedactionSignature {
            by: actors.show(&approval.actor).into(),
            at: approval.approved_at,
        };
        let state = kept.standing().to_string();
        Self {
            state,
            ended: kept.ended.map(|ended| Ending::new(ended, actors)),
            id: kept.id,
            what: kept.what.to_string(),
            target: kept.target,
            reason: kept.reason,
            signed_by: kept.approvals.iter().map(signature).collect(),
            asked_at: kept.asked_at,
            done_at: kept.done_at,
        }
    }
}

/// A ticket's redactions.
#[derive(ToSchema, Serialize)]
pub struct RedactionList {
    /// Oldest first.
    pub items: Vec<Redaction>,
}
