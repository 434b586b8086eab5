//! What can happen to a role that somebody holds.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::RoleKind;
use crate::domain::Instant;
use crate::domain::history::{self, IndexRebuilt, Nothing, event_data};
use crate::domain::side::Side;
use crate::words::closed_list;

closed_list! {
    /// Why somebody no longer holds a role or acts in it, where nobody decided that about the role itself.
    pub enum Departure {
        Left = "left": "uit dienst", "left the organisation";
        Erased = "erased": "persoonsgegevens gewist", "personal data erased";
    }
}

event_data! {
    Granted(Granted) = "role.granted": "toegekend", "granted";
    /// A side signed for it.
    Approved(Approved) = "role.approved": "goedgekeurd", "approved";
    TookEffect(Nothing) = "role.took_effect": "ingegaan", "took effect";
    AbsencePlanned(AbsencePlanned) = "role.absence_planned": "afwezigheid vastgelegd", "absence recorded";
    /// It ends earlier than was recorded.
    AbsenceShortened(AbsenceShortened) = "role.absence_shortened": "afwezigheid bekort", "absence shortened";
    /// It had not begun, and will not.
    AbsenceCancelled(AbsenceCancelled) = "role.absence_cancelled": "afwezigheid vervallen", "absence cancelled";
    DeputyNamed(DeputyNamed) = "role.deputy_named": "waarnemer aangewezen", "deputy named";
    /// Whoever was to act meanwhile no longer does.
    DeputyLost(DeputyLost) = "role.deputy_lost": "waarnemer vervallen", "deputy lost";
    /// The holder is away, and nobody acts for them (ROLE-04).
    Uncovered(Uncovered) = "role.uncovered": "afwezig zonder waarnemer", "absent without a deputy";
    /// Its end was set to another instant than was agreed at first.
    EndSet(EndSet) = "role.end_set": "einde bepaald", "end set";
    Ended(Nothing) = "role.ended": "geëindigd", "ended";
    /// Nobody has looked in time at whether the holder still needs it (IAM-06).
    ReviewDue(ReviewDue) = "role.review_due": "beoordeling nodig", "review due";
    Reviewed(Reviewed) = "role.reviewed": "beoordeeld", "reviewed";
    /// Stored values differed from its history, and were rewritten.
    IndexRebuilt(IndexRebuilt) = "role.index_rebuilt": "opgeslagen waarden hersteld", "stored values mended";
}

pub type Event = history::Event<EventData>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Granted {
    pub kind: RoleKind,
    /// Its code.
    pub role: String,
    pub contract: Option<String>,
    pub holder: Uuid,
    pub from_at: Instant,
    pub until_at: Option<Instant>,
    /// Whether both sides must sign first.
    pub needs_approval: bool,
    /// Whether the holder works for neither party.
    pub third_party: bool,
    /// Whose holding it takes the place of.
    pub replaces: Option<Uuid>,
    pub review_due_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    pub side: Side,
    pub approval: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AbsencePlanned {
    pub absence: Uuid,
    pub from_at: Instant,
    pub until_at: Instant,
    pub deputy: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AbsenceShortened {
    pub absence: Uuid,
    pub until_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsenceCancelled {
    pub absence: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeputyNamed {
    pub absence: Uuid,
    pub deputy: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeputyLost {
    pub absence: Uuid,
    pub deputy: Uuid,
    pub because: Departure,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncovered {
    pub absence: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndSet {
    pub until_at: Instant,
    /// Who holds it from then on, where somebody took their place.
    pub successor: Option<Uuid>,
    /// Where it ended with what became of its holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Departure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewDue {
    pub due_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reviewed {
    /// When it falls due again.
    pub review_due_at: Instant,
}
