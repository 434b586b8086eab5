//! Merging a ticket into another one that is about the same, and undoing that within a day.
//!
//! The merged ticket keeps its number and its rows, takes nothing any more, and its clocks end without a verdict. What it had goes on at the
//! other one: its messages and files are shown there, its links are seen from there, and its people follow there. No row is moved, so undoing leaves nothing behind: a merge that was
//! undone is left out of every replay, together with its undoing (`standing`).
//!
//! Absent on purpose: chains. A ticket that others were merged into is merged into none.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::follow::{self, FollowerChanged, followers};
use super::link::{self, Linked, links, taken_over};
use super::situation::{Recorded, Situation};
use super::standing::standing;
use super::{Event, EventData, Ticket, as_recorded, kinds};
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::restriction::Flags;
use crate::domain::workflow::Step;

/// How long after a merge it can be undone.
const UNDONE_WITHIN_SECONDS: i64 = 24 * 60 * 60;

/// The ticket that goes on for both, as far as a merge depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub id: Uuid,
    pub organisation: String,
    pub contract: String,
    pub kind: TicketType,
    pub flags: Flags,
    pub is_open: bool,
    pub is_merged: bool,
}

/// Merges a ticket into another one, at its own end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    pub into: Target,
    pub reason: String,
}

/// Undoes that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoMerge {
    pub reason: String,
}

/// The same as `Merge` at the other end, where somebody comes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeIn {
    pub ticket: Uuid,
    pub followers: Vec<FollowerChanged>,
    /// The links of the other one, as it has them.
    pub links: Vec<Linked>,
    pub reason: String,
}

/// The same as `UndoMerge` at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeOut {
    pub ticket: Uuid,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("a ticket is not merged into itself")]
    Itself,
    #[error("the other ticket is of another organisation")]
    OfAnother,
    #[error("the other ticket is under another contract")]
    OtherContract,
    #[error("the other ticket is a {}, and this one is a {}", other.english(), own.english())]
    OtherType { own: TicketType, other: TicketType },
    /// It would show what few may see, or hide what others see.
    #[error("few may see one of the two: only tickets with the same flags are merged")]
    OtherFlags,
    #[error("the ticket is not open")]
    NotOpen,
    #[error("the other ticket is not open")]
    OtherNotOpen,
    #[error("the other ticket was merged into another one itself")]
    OtherMerged,
    #[error(
        "others were merged into this ticket, so it is merged into none itself: merge those it would go to into it, or undo theirs first"
    )]
    HasOthers,
    /// What is part of it would go nowhere any more.
    #[error("it is a major incident, which takes others along: withdraw that first, or merge the other ticket into it")]
    Major,
    #[error(transparent)]
    Follower(follow::Refused),
    #[error(transparent)]
    Link(link::Refused),
    #[error("the ticket was not merged into another one")]
    NotMerged,
    #[error("the ticket was merged more than 24 hours ago")]
    TooLate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// Absent for whoever does not see it.
    pub into: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeUndone {
    pub into: Option<Uuid>,
    /// Where the ticket stood, and stands again.
    pub phase: Step,
    /// What it waits for there.
    pub cause: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedIn {
    /// Absent for whoever does not see it.
    pub ticket: Option<Uuid>,
    /// Who follows from now on, for as long as the merge stands: whoever reported the other one, and whoever followed it.
    pub followers: Vec<FollowerChanged>,
    /// The links that it has from then on, likewise. At their other ends they still name the merged one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Linked>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedInUndone {
    pub ticket: Option<Uuid>,
}

impl Merge {
    pub(super) fn decide(&self, Situation { ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::MergeTickets)?;
        let into = &self.into;
        if into.id == ticket.id {
            return Err(Refused::Itself);
        }
        if into.organisation != ticket.organisation {
            return Err(Refused::OfAnother);
        }
        if into.contract != ticket.contract {
            return Err(Refused::OtherContract);
        }
        if into.kind != ticket.kind {
            return Err(Refused::OtherType { own: ticket.kind, other: into.kind });
        }
        if into.flags != ticket.flags {
            return Err(Refused::OtherFlags);
        }
        match () {
            () if !ticket.state().is_open() => Err(Refused::NotOpen),
            () if into.is_merged => Err(Refused::OtherMerged),
            () if !into.is_open => Err(Refused::OtherNotOpen),
            () if has_others(history) => Err(Refused::HasOthers),
            () if ticket.is_major => Err(Refused::Major),
            () => Ok(vec![(EventData::Merged(Merged { into: Some(into.id) }), Some(self.reason.clone()))]),
        }
    }
}

impl TakeIn {
    pub(super) fn decide(&self, Situation { history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::MergeTickets)?;
        let ids = followers(history).into_iter().map(|one| one.id).chain(self.followers.iter().map(|one| one.follower));
        if ids.collect::<BTreeSet<_>>().len() > follow::MOST {
            return Err(Refused::Follower(follow::Refused::TooMany));
        }
        let own = links(history);
        let taken = taken_over(&own, &self.links);
        // One more says that the other is a duplicate.
        if own.len() + taken.len() >= link::MOST {
            return Err(Refused::Link(link::Refused::TooMany));
        }
        let merged = MergedIn { ticket: Some(self.ticket), followers: self.followers.clone(), links: taken };
        Ok(vec![(EventData::MergedIn(merged), Some(self.reason.clone()))])
    }
}

impl UndoMerge {
    pub(super) fn decide(&self, Situation { ticket, history, who, at, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::MergeTickets)?;
        let place = history.iter().rposition(|event| matches!(event.data, EventData::Merged(_)));
        let place = place.filter(|_| ticket.merged_into.is_some()).ok_or(Refused::NotMerged)?;
        if history[place].recorded_at.plus(UNDONE_WITHIN_SECONDS).is_some_and(|until| at > until) {
            return Err(Refused::TooLate);
        }
        let before = as_recorded(ticket, &history[..place]);
        let undone = MergeUndone { into: ticket.merged_into, phase: before.phase.step, cause: before.waiting_cause };
        Ok(vec![(EventData::MergeUndone(undone), Some(self.reason.clone()))])
    }
}

impl TakeOut {
    pub(super) fn decide(&self, Situation { history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::MergeTickets)?;
        let is_this = |event: &Event| matches!(&event.data, EventData::MergedIn(one) if one.ticket == Some(self.ticket));
        if !standing(history).iter().any(is_this) {
            return Err(Refused::NotMerged);
        }
        Ok(vec![(EventData::MergedInUndone(MergedInUndone { ticket: Some(self.ticket) }), Some(self.reason.clone()))])
    }
}

impl Merged {
    pub(super) fn apply(self, ticket: &mut Ticket, at: Instant) {
        ticket.merged_into = self.into;
        ticket.phase = kinds::merged();
        ticket.waiting_cause = None;
        ticket.closed_at = Some(at);
    }
}

impl MergeUndone {
    pub(super) fn apply(&self, ticket: &mut Ticket) {
        ticket.merged_into = None;
        ticket.phase = kinds::phase_of(ticket.kind, self.phase).unwrap_or(ticket.phase);
        ticket.waiting_cause.clone_from(&self.cause);
        ticket.closed_at = None;
    }
}

impl From<&Ticket> for Target {
    fn from(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id,
            organisation: ticket.organisation.clone(),
            contract: ticket.contract.clone(),
            kind: ticket.kind,
            flags: ticket.flags,
            is_open: ticket.state().is_open(),
            is_merged: ticket.merged_into.is_some(),
        }
    }
}

/// Whether other tickets were merged into one with this history, which stands.
fn has_others(history: &[Event]) -> bool {
    standing(history).iter().any(|event| matches!(event.data, EventData::MergedIn(_)))
}

#[cfg(test)]
mod tests {
    use super::super::follow::{Follower, FollowerChanged};
    use super::super::visibility::Visibility;
    use super::*;
    use crate::domain::workflow::Relation;

    const ONE: Uuid = Uuid::from_u128(1);
    const TWO: Uuid = Uuid::from_u128(2);
    const ANNA: FollowerChanged = FollowerChanged { follower: Uuid::from_u128(11), visibility: Visibility::Public };
    const BEA: FollowerChanged = FollowerChanged { follower: Uuid::from_u128(12), visibility: Visibility::Public };

    fn history(told: impl IntoIterator<Item = EventData>) -> Vec<Event> {
        let event = |data| {
            let (id, actor, at) = (Uuid::nil(), "desk:1".to_owned(), Instant::MIN);
            Event { id, actor, token: None, reason: None, data, occurred_at: at, recorded_at: at }
        };
        told.into_iter().map(event).collect()
    }

    fn taken_in(ticket: Uuid, followers: &[FollowerChanged]) -> EventData {
        EventData::MergedIn(MergedIn { ticket: Some(ticket), followers: followers.to_vec(), links: Vec::new() })
    }

    fn taken_out(ticket: Uuid) -> EventData {
        EventData::MergedInUndone(MergedInUndone { ticket: Some(ticket) })
    }

    fn who(history: &[Event]) -> Vec<Uuid> {
        followers(history).into_iter().map(|one: Follower| one.id).collect()
    }

    #[test]
    fn whoever_came_along_goes_with_the_merge_and_nobody_else() {
        let (anna, bea) = (ANNA.follower, BEA.follower);
        let cases: [(&[EventData], &[Uuid]); 7] = [
            (&[taken_in(ONE, &[ANNA])], &[anna]),
            (&[taken_in(ONE, &[ANNA]), taken_out(ONE)], &[]),
            // By another merge as well.
            (&[taken_in(ONE, &[ANNA, BEA]), taken_in(TWO, &[ANNA]), taken_out(ONE)], &[anna]),
            // By themselves, before or since.
            (&[EventData::Followed(ANNA), taken_in(ONE, &[ANNA, BEA]), taken_out(ONE)], &[anna]),
            (&[taken_in(ONE, &[ANNA, BEA]), EventData::Followed(BEA), taken_out(ONE)], &[bea]),
            // Not any more, whatever brought them.
            (&[EventData::Followed(ANNA), taken_in(ONE, &[ANNA]), EventData::Unfollowed(ANNA)], &[]),
            // Merged once more.
            (&[taken_in(ONE, &[ANNA]), taken_out(ONE), taken_in(ONE, &[BEA])], &[bea]),
        ];
        for (told, expected) in cases {
            assert_eq!(who(&history(told.iter().cloned())), expected, "{told:?}");
        }
    }

    #[test]
    fn a_merge_links_its_ends_unless_they_were_and_its_undoing_leaves_what_was() {
        let link = Linked { relation: Relation::DuplicatedBy, ticket: Some(ONE), visibility: Visibility::Public };
        let own = || EventData::Linked(link);
        for (told, expected) in [
            (vec![taken_in(ONE, &[])], 1),
            (vec![own(), taken_in(ONE, &[])], 1),
            (vec![taken_in(ONE, &[]), taken_out(ONE)], 0),
            (vec![own(), taken_in(ONE, &[]), taken_out(ONE)], 1),
        ] {
            let links = links(&history(told.clone()));
            assert_eq!(links, vec![(Relation::DuplicatedBy, ONE); expected], "{told:?}");
        }
    }

    #[test]
    fn links_come_along_where_they_fit_and_go_with_the_merge() {
        let link = |relation, ticket| Linked { relation, ticket: Some(ticket), visibility: Visibility::Public };
        let (three, four) = (Uuid::from_u128(3), Uuid::from_u128(4));
        let brings = |links: &[Linked]| EventData::MergedIn(MergedIn { ticket: Some(ONE), followers: Vec::new(), links: links.to_vec() });
        let source =
            history([link(Relation::CausedBy, TWO), link(Relation::Child, three), link(Relation::Blocks, four)].map(EventData::Linked));
        assert_eq!(link::own_links(&source, four), [link(Relation::CausedBy, TWO), link(Relation::Child, three)], "not to the other one");
        let has = [(Relation::Parent, four), (Relation::Causes, TWO)];
        assert_eq!(
            taken_over(&has, &link::own_links(&source, four)),
            [],
            "no part of a part, and nothing that is there from the other side"
        );
        let own = link(Relation::Child, three);
        let told = [brings(&[own]), EventData::Unlinked(own)];
        assert_eq!(links(&history(told.clone())), [(Relation::DuplicatedBy, ONE)]);
        let undone = history(told.into_iter().take(1).chain([taken_out(ONE)]));
        assert_eq!(links(&undone), []);
    }
}
