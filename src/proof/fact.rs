//! A fact as a ledger writes it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::Instant;
use crate::domain::clock::{Answer, Fact, FactKind, Goal};

/// Something that happened to the ticket and matters to a clock; what its kind needs beside it, no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerFact {
    /// The event that says so.
    pub event: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
    /// responded, phoned, held, resumed, reprioritised, retyped, retiered, `item_changed`, agreed, amended, resolved, `solution_refused`, accepted,
    /// reopened or cancelled.
    #[schema(max_length = 50)]
    pub kind: String,
    /// How it was answered: reply, classification or assignment. A phone contact has `reply` when a person of the desk recorded it; it
    /// answers unless the clock starts at it.
    #[schema(max_length = 50)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// On whom it waits.
    #[schema(max_length = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The priority from then on.
    #[schema(max_length = 50)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// The type from then on.
    #[schema(max_length = 50)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// The tier from then on.
    #[schema(max_length = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The item of the catalogue from then on; none when it asks for none.
    #[schema(max_length = 50)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The moment of repair agreed with the client.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Instant>,
    /// The amendment known from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amendment: Option<Uuid>,
}

impl LedgerFact {
    /// A fact with the event that says so.
    pub fn new(event: Uuid, fact: &Fact) -> Self {
        let bare = Self::bare(event, fact.at, fact.kind.as_str());
        match &fact.kind {
            FactKind::Responded(answer) => Self { by: Some(answer.as_str().to_owned()), ..bare },
            FactKind::Held(cause) => Self { cause: Some(cause.clone()), ..bare },
            FactKind::Reprioritised(priority) => Self { priority: Some(priority.clone()), ..bare },
            FactKind::Retyped(kind, priority) => Self { r#type: Some(kind.as_str().to_owned()), priority: priority.clone(), ..bare },
            FactKind::Retiered(tier) => Self { tier: Some(tier.clone()), ..bare },
            FactKind::ItemChanged(item) => Self { item: item.clone(), ..bare },
            FactKind::Agreed(goal) => Self { due_at: goal.moment(), ..bare },
            FactKind::Amended(id) => Self { amendment: Some(*id), ..bare },
            FactKind::Phoned { answers: true } => Self { by: Some(Answer::Reply.as_str().to_owned()), ..bare },
            FactKind::Phoned { answers: false }
            | FactKind::Resumed
            | FactKind::Resolved
            | FactKind::SolutionRefused
            | FactKind::Accepted
            | FactKind::Reopened
            | FactKind::Cancelled => bare,
        }
    }

    fn bare(event: Uuid, at: Instant, kind: &str) -> Self {
        let (by, cause, priority, tier, item, amendment) = (None, None, None, None, None, None);
        Self { event, at, kind: kind.to_owned(), by, cause, priority, r#type: None, tier, item, due_at: None, amendment }
    }

    /// The fact it writes; `None` when it lacks what its kind needs, or has more.
    pub fn read(&self) -> Option<Fact> {
        let kind = match self.kind.as_str() {
            "responded" => FactKind::Responded(Answer::named(self.by.as_deref()?)?),
            "phoned" => FactKind::Phoned { answers: self.by.is_some() },
            "held" => FactKind::Held(self.cause.clone()?),
            "resumed" => FactKind::Resumed,
            "reprioritised" => FactKind::Reprioritised(self.priority.clone()?),
            "retyped" => FactKind::Retyped(self.r#type.as_deref()?.parse().ok()?, self.priority.clone()),
            "retiered" => FactKind::Retiered(self.tier.clone()?),
            "item_changed" => FactKind::ItemChanged(self.item.clone()),
            "agreed" => FactKind::Agreed(Goal::agreed(self.due_at?)),
            "amended" => FactKind::Amended(self.amendment?),
            "resolved" => FactKind::Resolved,
            "solution_refused" => FactKind::SolutionRefused,
            "accepted" => FactKind::Accepted,
            "reopened" => FactKind::Reopened,
            "cancelled" => FactKind::Cancelled,
            _ => return None,
        };
        let fact = Fact { at: self.at, kind };
        (Self::new(self.event, &fact) == *self).then_some(fact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_with_more_or_less_than_its_kind_needs_is_no_fact() {
        let bare = LedgerFact::bare(Uuid::nil(), Instant::MIN, "resumed");
        assert!(bare.read().is_some());
        assert!(LedgerFact { cause: Some("requester".to_owned()), ..bare }.read().is_none());
        assert!(LedgerFact::bare(Uuid::nil(), Instant::MIN, "held").read().is_none());
    }
}
