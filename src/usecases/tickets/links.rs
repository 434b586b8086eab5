//! Links between tickets. Both ends are locked at once and written together, so that neither tells of a link that the other does not.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::act::{When, act_in, as_expected, by_itself};
use super::draft::{Judged, Linking};
use super::locked::locked;
use super::{Draft, emergency};
use crate::app::App;
use crate::domain::permission::Verb;
use crate::domain::ticket::link::{LinkTo, Other, Unlink, links};
use crate::domain::ticket::{Act, Event, Ticket, TicketRef};
use crate::domain::workflow::Relation;
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::{Error, FieldCode, Problem, Stamp};

pub async fn link(app: &App, stamp: &Stamp, ticket: TicketRef, link: Linking, expected: Option<&[i32]>) -> Result<Ticket, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
            }
            both_in(app, tx, stamp, (ticket, link), expected, by_itself).await
        })
        .await
}

/// The same in a transaction that does more, which remembers it by itself.
pub(super) async fn link_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    ticket: TicketRef,
    link: Linking,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    both_in(app, tx, stamp, (ticket, link), expected, |_, _| None).await
}

/// Links at both ends, each seen from there. Returns the first.
async fn both_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    (ticket, Linking { relation, other }): (TicketRef, Linking),
    expected: Option<&[i32]>,
    made: impl FnOnce(&Ticket, &[Event]) -> Option<Uuid>,
) -> Result<Ticket, Error> {
    let (first, second) = both_locked(tx, ticket, other, "ticket").await?;
    as_expected(stamp, &first, expected)?;
    let wish = |other: &Ticket, relation| Act::Link(LinkTo { relation, other: Other::from(other), is_registered: false });
    let (here, there) = (wish(&second, relation), wish(&first, relation.counterpart()));
    let (done, _) = act_in(app, tx, stamp, first, &[here], &When::default(), made).await?;
    act_in(app, tx, stamp, second, &[there], &When::default(), |_, _| None).await?;
    Ok(done)
}

pub async fn unlink(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    link: Linking,
    reason: &str,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
            }
            let (first, second) = both_locked(tx, ticket, link.other, "ticket").await?;
            as_expected(stamp, &first, expected)?;
            Box::pin(unlink_in(app, tx, stamp, (first, second), link.relation, reason)).await
        })
        .await
}

/// Takes a link off at each ticket that tells it. One that came along with a merge is told by three: the merged ticket and the other end, which
/// name each other, and the ticket that goes on.
async fn unlink_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    (first, second): (Ticket, Ticket),
    relation: Relation,
    reason: &str,
) -> Result<Ticket, Error> {
    let (here, there) = (as_one(tx, &first).await?, as_one(tx, &second).await?);
    let mut all = here.clone();
    all.extend(&there);
    let ids: Vec<_> = all.into_iter().collect();
    let tickets = store::tickets::lock_all(tx, &ids.iter().copied().map(TicketRef::Id).collect::<Vec<_>>()).await?;
    let histories = store::events::histories::<Ticket>(tx, &ids).await?;
    let wishes_of = |one: Uuid| {
        let told = histories.get(&one).map(|history| links(history)).unwrap_or_default();
        let at = |ends: &BTreeSet<Uuid>, others: &BTreeSet<Uuid>, relation: Relation| {
            let others: Vec<_> = others.iter().copied().filter(|_| ends.contains(&one)).collect();
            others.into_iter().filter(|other| told.contains(&(relation, *other))).map(|other| (relation, other)).collect::<Vec<_>>()
        };
        let mut wished = at(&here, &there, relation);
        wished.extend(at(&there, &here, relation.counterpart()));
        wished.dedup();
        wished
    };
    let wish = |(relation, other)| Act::Unlink(Unlink { relation, other, reason: reason.to_owned() });
    let mut own: Vec<_> = wishes_of(first.id).into_iter().map(wish).collect();
    if own.is_empty() {
        // Refused as what is not there.
        own.push(wish((relation, second.id)));
    }
    let id = first.id;
    let (done, _) = act_in(app, tx, stamp, first, &own, &When::default(), by_itself).await?;
    for other in tickets.into_iter().filter(|other| other.id != id) {
        let wished: Vec<_> = wishes_of(other.id).into_iter().map(wish).collect();
        if !wished.is_empty() {
            act_in(app, tx, stamp, other, &wished, &When::default(), |_, _| None).await?;
        }
    }
    Ok(done)
}

/// A ticket, with the one that goes on for it and those that it goes on for.
async fn as_one(tx: &Tx, ticket: &Ticket) -> Result<BTreeSet<Uuid>, Error> {
    let merged = store::tickets::merged_into(tx, ticket.id).await?;
    Ok(merged.iter().map(|one| one.id).chain(ticket.merged_into).chain([ticket.id]).collect())
}

/// The two tickets, locked in one order. What is wrong with the second stands in that field of the request.
pub(super) async fn both_locked(tx: &Tx, ticket: TicketRef, other: TicketRef, field: &str) -> Result<(Ticket, Ticket), Error> {
    let found = store::tickets::lock_all(tx, &[ticket, other]).await?;
    let Some(first) = found.iter().find(|one| one.is(ticket)).cloned() else {
        // Gone, or destroyed: the one that says which.
        return Err(locked(tx, ticket).await.err().unwrap_or(Error::NotFound("ticket")));
    };
    match found.into_iter().find(|one| one.is(other)) {
        Some(second) => Ok((first, second)),
        None => Err(Error::Invalid(vec![unknown(field)])),
    }
}

fn unknown(field: &str) -> Problem {
    Problem::field(field, FieldCode::UnknownTicket, "there is no such ticket that you can see")
}

/// The tickets that drafts name, locked until the new ones are written: those they are linked to, and the incidents of emergency changes.
pub(super) async fn named(tx: &Tx, drafts: impl Iterator<Item = &Draft>) -> Result<Vec<Ticket>, Error> {
    let of_draft = |draft: &Draft| {
        let linked = draft.links.iter().map(|link| link.other);
        linked.chain(draft.emergency_for.as_deref().and_then(emergency::addressed)).collect::<Vec<_>>()
    };
    let mut named: Vec<_> = drafts.flat_map(of_draft).collect();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() { Ok(Vec::new()) } else { Ok(store::tickets::lock_all(tx, &named).await?) }
}

/// Fills in the tickets that a draft is to be linked to, and what is wrong with its links.
pub(super) fn judge(stamp: &Stamp, named: &[Ticket], draft: &Draft, judged: &mut Judged) {
    let (Some(kind), Some(version), Some((organisation, _))) = (judged.kind, judged.version.clone(), judged.client.clone()) else { return };
    for (at, link) in draft.links.iter().enumerate() {
        let field = |name: &str| format!("links/{at}/{name}");
        let found = named.iter().find(|one| one.is(link.other)).filter(|one| one.organisation == organisation);
        let Some(other) = found else {
            judged.problems.push(unknown(&field("ticket")));
            continue;
        };
        // A client says what its request follows from; the rest is for the desk to judge.
        if link.relation != Relation::FollowsFrom
            && let Err(refused) = stamp.who.may(Verb::LinkTickets)
        {
            judged.problems.push(Problem::field(&field("kind"), FieldCode::DeskOnly, refused.to_string()));
        } else if !version.contract.allows_link(link.relation, kind, other.kind) {
            let detail = format!("no {} is \"{}\" a {} under this contract", kind.english(), link.relation.english(), other.kind.english());
            judged.problems.push(Problem::field(&field("kind"), FieldCode::LinkNotAllowed, detail));
        } else if draft.links[..at].iter().any(|earlier| other.is(earlier.other) && earlier.relation == link.relation) {
            judged.problems.push(Problem::field(&field("ticket"), FieldCode::Repeated, "is given twice"));
        } else {
            judged.links.push((link.relation, Other::from(other)));
        }
    }
    let solved = judged.emergency_for.and_then(|id| named.iter().find(|one| one.id == id));
    if let Some(incident) = solved
        && version.contract.allows_link(Relation::Solves, kind, incident.kind)
        && !judged.links.iter().any(|(_, other)| other.id == incident.id)
    {
        judged.links.push((Relation::Solves, Other::from(incident)));
    }
}

/// Records the links of a new ticket at their other ends, which the transaction has locked.
pub(super) async fn record_others(app: &App, tx: &Tx, stamp: &Stamp, ticket: &Ticket, links: &[(Relation, Other)]) -> Result<(), Error> {
    let once = Stamp { idempotency: None, ..stamp.clone() };
    for (relation, other) in links {
        let locked = locked(tx, TicketRef::Id(other.id)).await?;
        let wish = Act::Link(LinkTo { relation: relation.counterpart(), other: Other::from(ticket), is_registered: true });
        act_in(app, tx, &once, locked, &[wish], &When::default(), |_, _| None::<Uuid>).await?;
    }
    Ok(())
}
