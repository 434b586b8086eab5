//! Links between tickets. Both ends are locked at once and written together, so that neither tells of a link that the other does not.

use uuid::Uuid;

use super::act::{When, act_in, as_expected, by_itself};
use super::draft::{Judged, Linking};
use super::locked::locked;
use super::{Draft, emergency};
use crate::app::App;
use crate::domain::permission::Verb;
use crate::domain::ticket::link::{LinkTo, Other, Unlink};
use crate::domain::ticket::{Act, Event, Ticket, TicketRef};
use crate::domain::workflow::Relation;
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::{Error, FieldCode, Problem, Stamp};

pub async fn link(app: &App, stamp: &Stamp, ticket: TicketRef, link: Linking, expected: Option<&[i32]>) -> Result<Ticket, Error> {
    both(app, stamp, ticket, link, expected, wish_to_link).await
}

fn wish_to_link(other: &Ticket, relation: Relation) -> Act {
    Act::Link(LinkTo { relation, other: Other::from(other), is_registered: false })
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
    both_in(app, tx, stamp, (ticket, link), expected, &wish_to_link, |_, _| None).await
}

pub async fn unlink(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    link: Linking,
    reason: &str,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    let wish = |other: &Ticket, relation| Act::Unlink(Unlink { relation, other: other.id, reason: reason.to_owned() });
    both(app, stamp, ticket, link, expected, wish).await
}

/// Does the same at both ends, each seen from there. Returns the first.
async fn both(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    link: Linking,
    expected: Option<&[i32]>,
    wish: impl Fn(&Ticket, Relation) -> Act,
) -> Result<Ticket, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
            }
            both_in(app, tx, stamp, (ticket, link), expected, &wish, by_itself).await
        })
        .await
}

async fn both_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    (ticket, Linking { relation, other }): (TicketRef, Linking),
    expected: Option<&[i32]>,
    wish: &impl Fn(&Ticket, Relation) -> Act,
    made: impl FnOnce(&Ticket, &[Event]) -> Option<Uuid>,
) -> Result<Ticket, Error> {
    let (first, second) = both_locked(tx, ticket, other).await?;
    as_expected(stamp, &first, expected)?;
    let (here, there) = (wish(&second, relation), wish(&first, relation.counterpart()));
    let (done, _) = act_in(app, tx, stamp, first, &[here], &When::default(), made).await?;
    act_in(app, tx, stamp, second, &[there], &When::default(), |_, _| None).await?;
    Ok(done)
}

/// The two tickets, locked in one order. What is wrong with the second stands in a field of the request.
async fn both_locked(tx: &Tx, ticket: TicketRef, other: TicketRef) -> Result<(Ticket, Ticket), Error> {
    let found = store::tickets::lock_all(tx, &[ticket, other]).await?;
    let Some(first) = found.iter().find(|one| one.is(ticket)).cloned() else {
        // Gone, or destroyed: the one that says which.
        return Err(locked(tx, ticket).await.err().unwrap_or(Error::NotFound("ticket")));
    };
    match found.into_iter().find(|one| one.is(other)) {
        Some(second) => Ok((first, second)),
        None => Err(Error::Invalid(vec![unknown("ticket")])),
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
