//! Following a ticket: whoever does is told of what its requester is told. It shows nobody a ticket that they could not see before.
//!
//! A history knows followers by their ids. Whether somebody may follow, and is told in the end, depends on who they are by then
//! (`usecases::followers`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::situation::{Recorded, Situation};
use super::standing::standing;
use super::visibility::Visibility;
use super::{Event, EventData};
use crate::domain::permission::{Forbidden, Principal, Verb};

/// The most that a ticket has.
pub(super) const MOST: usize = 50;

/// Somebody who follows a ticket: of its organisation, which a client sees, or of the desk, which it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Follower {
    /// A person, or an account of the desk.
    pub id: Uuid,
    pub is_of_client: bool,
}

/// Somebody follows from now on; whoever does already is no change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Follow(pub Follower);

/// Somebody, by their id, follows no longer; whoever does not is no change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfollow(pub Uuid);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("a ticket has at most {MOST} followers")]
    TooMany,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowerChanged {
    pub follower: Uuid,
    pub visibility: Visibility,
}

impl Follow {
    pub(super) fn decide(self, Situation { history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        may_change(who, self.0.id)?;
        let (present, is_this) = (followers(history), |one: &Follower| one.id == self.0.id);
        // Whoever came along with a merged ticket stays when that is undone, once they follow by themselves.
        match own_followers(history).iter().any(is_this) {
            true => Ok(Vec::new()),
            false if present.len() >= MOST && !present.iter().any(is_this) => Err(Refused::TooMany),
            false => Ok(vec![(EventData::Followed(self.0.into()), None)]),
        }
    }
}

impl Unfollow {
    pub(super) fn decide(self, Situation { history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        may_change(who, self.0)?;
        let follower = followers(history).into_iter().find(|one| one.id == self.0);
        Ok(follower.map(|one| (EventData::Unfollowed(one.into()), None)).into_iter().collect())
    }
}

/// Each for themself; the desk for others as well.
fn may_change(who: &Principal, follower: Uuid) -> Result<(), Forbidden> {
    who.may(Verb::FollowTickets)?;
    if who.actor.id() == Some(follower) { Ok(()) } else { who.may(Verb::ManageFollowers) }
}

impl From<Follower> for FollowerChanged {
    fn from(Follower { id, is_of_client }: Follower) -> Self {
        Self { follower: id, visibility: Visibility::of(is_of_client) }
    }
}

impl From<FollowerChanged> for Follower {
    fn from(changed: FollowerChanged) -> Self {
        Self { id: changed.follower, is_of_client: changed.visibility == Visibility::Public }
    }
}

/// Who follows a ticket with this history, with those who came along with tickets that were merged into it.
pub fn followers(history: &[Event]) -> BTreeSet<Follower> {
    following(&standing(history), true)
}

/// The same without those who only came along.
fn own_followers(history: &[Event]) -> BTreeSet<Follower> {
    following(history, false)
}

/// Those of the client who follow it for no other reason than that a ticket which they reported or followed was merged into it, each with that
/// ticket: they need not be people who see this one.
pub fn only_came_along(history: &[Event]) -> BTreeMap<Uuid, Uuid> {
    let own = own_followers(history);
    let mut along = BTreeMap::new();
    for event in standing(history).iter() {
        let EventData::MergedIn(merged) = &event.data else { continue };
        let came =
            merged.followers.iter().filter(|one| one.visibility == Visibility::Public && own.iter().all(|known| known.id != one.follower));
        for one in came {
            along.extend(merged.ticket.map(|ticket| (one.follower, ticket)));
        }
    }
    along
}

fn following(history: &[Event], with_merged: bool) -> BTreeSet<Follower> {
    let mut followers = BTreeSet::<Follower>::new();
    for event in history {
        match &event.data {
            EventData::MergedIn(merged) if with_merged => {
                let came = merged.followers.iter().map(|one| Follower::from(*one));
                let new: Vec<_> = came.filter(|one| followers.iter().all(|known| known.id != one.id)).collect();
                followers.extend(new);
            }
            EventData::Followed(changed) => drop(followers.insert((*changed).into())),
            EventData::Unfollowed(changed) => followers.retain(|one| one.id != changed.follower),
            EventData::PersonErased(erased) => followers.retain(|one| one.id != erased.person),
            EventData::Destroyed(_) => followers.clear(),
            _ => {}
        }
    }
    followers
}

impl EventData {
    /// Whether a ticket may have other followers after it.
    pub const fn changes_followers(&self) -> bool {
        matches!(
            self,
            Self::Followed(_)
                | Self::Unfollowed(_)
                | Self::MergedIn(_)
                | Self::MergedInUndone(_)
                | Self::PersonErased(_)
                | Self::Destroyed(_)
                | Self::IndexRebuilt(_)
        )
    }
}
