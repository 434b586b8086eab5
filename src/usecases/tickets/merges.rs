//! Merging a ticket into another one, and undoing that. Both are locked at once and written together, so that neither tells of a merge that
//! the other does not.

use super::act::{When, act_in, as_expected, by_itself};
use super::links::both_locked;
use crate::app::App;
use crate::domain::ticket::follow::{Follower, FollowerChanged};
use crate::domain::ticket::link::own_links;
use crate::domain::ticket::merge::{Merge, TakeIn, TakeOut, Target, UndoMerge};
use crate::domain::ticket::{Act, Ticket, TicketRef};
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::{Error, Stamp};

pub async fn merge(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    into: TicketRef,
    reason: &str,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
            }
            let (source, target) = both_locked(tx, ticket, into, "into").await?;
            as_expected(stamp, &source, expected)?;
            let followers = coming_along(tx, &source, &target).await?;
            let away = Act::Merge(Merge { into: Target::from(&target), reason: reason.to_owned() });
            let links = own_links(&store::events::of::<Ticket>(tx, source.id).await?, target.id);
            let taken = Act::TakeIn(TakeIn { ticket: source.id, followers, links, reason: reason.to_owned() });
            written(app, tx, stamp, (source, away), (target, taken)).await
        })
        .await
}

pub async fn undo_merge(app: &App, stamp: &Stamp, ticket: TicketRef, reason: &str, expected: Option<&[i32]>) -> Result<Ticket, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
            }
            let found = store::tickets::find(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
            // Of one that was not merged its own history says so.
            let into = found.merged_into.map_or(ticket, TicketRef::Id);
            let (source, target) = both_locked(tx, ticket, into, "ticket").await?;
            if source.merged_into != found.merged_into {
                return Err(Error::Repeat);
            }
            as_expected(stamp, &source, expected)?;
            let back = Act::UndoMerge(UndoMerge { reason: reason.to_owned() });
            let left = Act::TakeOut(TakeOut { ticket: source.id, reason: reason.to_owned() });
            written(app, tx, stamp, (source, back), (target, left)).await
        })
        .await
}

/// Does what is wished at either end. Returns the first.
async fn written(app: &App, tx: &Tx, stamp: &Stamp, first: (Ticket, Act), second: (Ticket, Act)) -> Result<Ticket, Error> {
    let (done, _) = act_in(app, tx, stamp, first.0, &[first.1], &When::default(), by_itself).await?;
    act_in(app, tx, stamp, second.0, &[second.1], &When::default(), |_, _| None).await?;
    Ok(done)
}

/// Who follows the other ticket from now on: whoever reported this one, where mail reaches them, and whoever follows it. Its requester is told
/// of it anyway.
async fn coming_along(tx: &Tx, source: &Ticket, target: &Ticket) -> Result<Vec<FollowerChanged>, Error> {
    let mut coming = store::tickets::followers_of(tx, &[source.id]).await?.remove(&source.id).unwrap_or_default();
    let reported_by = source.requester_id.filter(|id| coming.iter().all(|one| one.id != *id));
    let reported_by = store::people::find(tx, &reported_by.into_iter().collect::<Vec<_>>()).await?;
    coming.extend(reported_by.iter().filter(|one| one.is_reached()).map(|one| Follower { id: one.id, is_of_client: true }));
    coming.retain(|one| Some(one.id) != target.requester_id);
    Ok(coming.into_iter().map(FollowerChanged::from).collect())
}
