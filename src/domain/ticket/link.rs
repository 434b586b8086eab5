//! Linking a ticket to another one, and taking a link away. Both tickets record it, each as seen from its own end, so that the history of
//! either tells its links (TKT-14).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::situation::{Recorded, Situation};
use super::standing::standing;
use super::visibility::Visibility;
use super::{Event, EventData, Ticket, answer};
use crate::domain::contract::TicketType;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::workflow::{Question, Relation, Verdict};

/// The most links of one ticket.
pub const MOST: usize = 1000;

/// The other ticket, as far as a link depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub id: Uuid,
    pub kind: TicketType,
    pub organisation: String,
    /// Whether few see it: then that there is a link is for the desk alone.
    pub is_restricted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTo {
    pub relation: Relation,
    pub other: Other,
    /// Whether it comes with the registration of the other one, which was judged then.
    pub is_registered: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlink {
    pub relation: Relation,
    pub other: Uuid,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("a ticket is not linked to itself")]
    Itself,
    #[error("the other ticket is of another organisation")]
    OfAnother,
    #[error("no {} is \"{}\" a {} under this contract", from.english(), relation.english(), to.english())]
    NotAllowed { relation: Relation, from: TicketType, to: TicketType },
    #[error("the tickets are linked like that already")]
    Linked,
    #[error("the tickets are not linked like that")]
    NotLinked,
    #[error("a ticket is part of one other, and this one has a parent already")]
    HasParent,
    #[error("a ticket that others are part of is part of none itself")]
    NestedParent,
    /// PRB-05.
    #[error("a change for a problem is made when the client has decided that it is needed")]
    ChangeNotWanted,
    #[error("a ticket has at most {MOST} links")]
    TooMany,
}

/// A link as seen from a ticket's own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    pub relation: Relation,
    /// The other ticket; absent for whoever does not see it.
    pub ticket: Option<Uuid>,
    pub visibility: Visibility,
}

impl LinkTo {
    pub(super) fn decide(&self, Situation { contract, ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        let Self { relation, other, is_registered } = self;
        if !is_registered {
            who.may(Verb::LinkTickets)?;
        }
        if other.id == ticket.id {
            return Err(Refused::Itself);
        }
        if other.organisation != ticket.organisation {
            return Err(Refused::OfAnother);
        }
        if !contract.allows_link(*relation, ticket.kind, other.kind) {
            return Err(Refused::NotAllowed { relation: *relation, from: ticket.kind, to: other.kind });
        }
        let links = links(history);
        if links.contains(&(*relation, other.id)) || links.contains(&(relation.counterpart(), other.id)) {
            return Err(Refused::Linked);
        }
        let has = |relation: Relation| links.iter().any(|(known, _)| *known == relation);
        let leads_to_change = matches!(relation, Relation::SolvedBy | Relation::FollowedBy) && other.kind == TicketType::ChangeRequest;
        let wanted = || answer::verdict(contract, ticket.kind, history, Question::ChangeNeeded) == Some(Verdict::Yes);
        if ticket.kind == TicketType::Problem && leads_to_change && !wanted() {
            return Err(Refused::ChangeNotWanted);
        }
        match relation {
            Relation::Parent if has(Relation::Parent) => return Err(Refused::HasParent),
            Relation::Parent if has(Relation::Child) => return Err(Refused::NestedParent),
            Relation::Child if has(Relation::Parent) => return Err(Refused::NestedParent),
            _ if links.len() >= MOST => return Err(Refused::TooMany),
            _ => {}
        }
        Ok(vec![(EventData::Linked(self.linked(!ticket.flags.is_empty())), None)])
    }

    /// As it is recorded.
    pub fn linked(&self, is_restricted: bool) -> Linked {
        let visibility = Visibility::of(!is_restricted && !self.other.is_restricted);
        Linked { relation: self.relation, ticket: Some(self.other.id), visibility }
    }
}

impl Unlink {
    pub(super) fn decide(&self, Situation { history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::LinkTickets)?;
        let is_this = |linked: &&Linked| (linked.relation, linked.ticket) == (self.relation, Some(self.other));
        let linked = history.iter().rev().find_map(|event| match &event.data {
            EventData::Linked(linked) => Some(linked).filter(is_this).copied(),
            EventData::MergedIn(merged) => merged.links.iter().find(is_this).copied(),
            _ => None,
        });
        let linked = linked.filter(|_| links(history).contains(&(self.relation, self.other))).ok_or(Refused::NotLinked)?;
        Ok(vec![(EventData::Unlinked(linked), Some(self.reason.clone()))])
    }
}

/// Whether events of two tickets tell one act, with the same reason: both ends of a link or of a merge, recorded together, or one move of a
/// major incident and of what it took along. That somebody gave the same reason for something else makes it no such event.
pub fn is_same_act((of, one): (Uuid, &Event), (of_other, other): (Uuid, &Event)) -> bool {
    if one.reason.is_none() || one.reason != other.reason {
        return false;
    }
    match (&one.data, &other.data) {
        (EventData::Linked(_), EventData::Linked(_))
        | (EventData::Unlinked(_), EventData::Unlinked(_))
        | (EventData::Merged(_), EventData::MergedIn(_))
        | (EventData::MergedIn(_), EventData::Merged(_))
        | (EventData::MergeUndone(_), EventData::MergedInUndone(_))
        | (EventData::MergedInUndone(_), EventData::MergeUndone(_)) => one.recorded_at == other.recorded_at,
        (data, other) => data
            .as_move()
            .zip(other.as_move())
            .is_some_and(|(moved, along)| moved.to == along.to && moved.along_with.unwrap_or(of) == along.along_with.unwrap_or(of_other)),
    }
}

/// Every other ticket that this one is or was linked to, merged into or joined by.
pub fn related(history: &[Event]) -> BTreeSet<Uuid> {
    let other = |event: &Event| match &event.data {
        EventData::Linked(linked) | EventData::Unlinked(linked) => linked.ticket,
        EventData::Merged(merged) => merged.into,
        EventData::MergeUndone(undone) => undone.into,
        EventData::MergedIn(merged) => merged.ticket,
        EventData::MergedInUndone(undone) => undone.ticket,
        _ => None,
    };
    history.iter().filter_map(other).collect()
}

/// The links of a ticket with this history that come along when it is merged into another one: all but those to that.
pub fn own_links(history: &[Event], into: Uuid) -> Vec<Linked> {
    let standing = links(history);
    let linked = |event: &Event| if let EventData::Linked(linked) = &event.data { Some(*linked) } else { None };
    let mut own = Vec::<Linked>::new();
    for linked in history.iter().filter_map(linked) {
        let stands = linked.ticket.is_some_and(|other| other != into && standing.contains(&(linked.relation, other)));
        if stands && own.iter().all(|known| (known.relation, known.ticket) != (linked.relation, linked.ticket)) {
            own.push(linked);
        }
    }
    own
}

/// Those of them that a ticket takes over which has links of its own: none that it has, from either side, and none by which something would be
/// part of two, or of a part.
pub fn taken_over(links: &[(Relation, Uuid)], coming: &[Linked]) -> Vec<Linked> {
    let mut known = links.to_vec();
    let mut taken = Vec::new();
    for linked in coming {
        let Some(other) = linked.ticket else { continue };
        let has = |relation: Relation| known.iter().any(|(one, _)| *one == relation);
        let is_there = known.contains(&(linked.relation, other)) || known.contains(&(linked.relation.counterpart(), other));
        let is_nested = match linked.relation {
            Relation::Parent => has(Relation::Parent) || has(Relation::Child),
            Relation::Child => has(Relation::Parent),
            _ => false,
        };
        if !is_there && !is_nested {
            known.push((linked.relation, other));
            taken.push(*linked);
        }
    }
    taken
}

/// The links that a history leaves, in the order in which they were made. A merge says that the one is a duplicate of the other, and brings the
/// links of the one along.
pub fn links(history: &[Event]) -> Vec<(Relation, Uuid)> {
    let mut links = Vec::new();
    for event in standing(history).iter() {
        let merged = match &event.data {
            EventData::Merged(merged) => merged.into.map(|other| (Relation::Duplicates, other)),
            EventData::MergedIn(merged) => merged.ticket.map(|other| (Relation::DuplicatedBy, other)),
            _ => None,
        };
        links.extend(merged.filter(|link| !links.contains(link)));
        if let EventData::MergedIn(merged) = &event.data {
            let brought = merged.links.iter().filter_map(|linked| Some((linked.relation, linked.ticket?)));
            let new: Vec<_> = brought.filter(|link| !links.contains(link)).collect();
            links.extend(new);
        }
        match &event.data {
            EventData::Linked(Linked { relation, ticket: Some(other), .. }) => links.push((*relation, *other)),
            EventData::Unlinked(Linked { relation, ticket: Some(other), .. }) => links.retain(|link| *link != (*relation, *other)),
            _ => {}
        }
    }
    links
}

impl EventData {
    /// Whether a ticket may have more links after it.
    pub const fn adds_links(&self) -> bool {
        matches!(self, Self::Linked(_) | Self::Merged(_) | Self::MergedIn(_))
    }

    /// Whether it may have fewer.
    pub const fn takes_links(&self) -> bool {
        matches!(self, Self::Unlinked(_) | Self::MergeUndone(_) | Self::MergedInUndone(_) | Self::IndexRebuilt(_))
    }
}

impl From<&Ticket> for Other {
    fn from(ticket: &Ticket) -> Self {
        let is_restricted = !ticket.flags.is_empty();
        Self { id: ticket.id, kind: ticket.kind, organisation: ticket.organisation.clone(), is_restricted }
    }
}
