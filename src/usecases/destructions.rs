//! Destroying what was kept long enough. Somebody proposes it, which lists what is due; a second person approves; the workers carry it out, one
//! thing in one transaction, so that a run that was killed goes on where it was. What was destroyed by whom and when stays on record.

use uuid::Uuid;

use super::held::{Held, remember, repeated};
use super::redactions::settled;
use super::{Code, Error, FieldCode, Problem, Stamp, attachments, holds, remains, signatures};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::approval::{ApprovalSubject, Ended, Refused, Standing};
use crate::domain::history::Subject as _;
use crate::domain::permission::Verb;
use crate::domain::privacy::HoldSubject;
use crate::domain::retention::{Destruction, DestructionItem, ItemOutcome, REQUIRED, RetentionClass};
use crate::domain::ticket::remove::{Destroyed, FilesDestroyed};
use crate::domain::ticket::{EventData, TicketRef, Visibility};
use crate::store::destructions::Due;
use crate::store::{self, Tx};

/// The most that one proposal lists: as much as somebody can look at.
const MOST: u64 = 1000;

#[derive(Debug, Clone, Default)]
pub struct NewDestruction {
    pub contract: Option<String>,
    pub class: Option<RetentionClass>,
}

/// Lists what is due, and counts as the proposer's signature. Tickets that few may see are on it as well; whoever may not see them is told how
/// many there are.
pub async fn propose(app: &App, stamp: &Stamp, new: &NewDestruction) -> Result<Destruction, Error> {
    let seen = &stamp.scope;
    let stamp = &Stamp { scope: seen.with_all_tickets(), ..stamp.clone() };
    let proposed = stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::DestroyRecords)?;
            if let Some(known) = repeated(tx, stamp).await? {
                return Ok(known);
            }
            let (Some(contract), Some(class)) = (&new.contract, new.class) else { return Err(Error::Invalid(Vec::new())) };
            let agreements = store::agreements::read(tx).await?;
            let Some(version) = agreements.in_force(contract, stamp.recorded_at) else {
                let detail = "there is no such contract in force".to_owned();
                return Err(Error::Invalid(vec![Problem::field("contract", FieldCode::UnknownContract, detail)]));
            };
            let keep = version.contract.retention.get(&class).copied();
            let before = keep.and_then(|keep| keep.ended_before(&version.contract.zone, stamp.recorded_at));
            let (Some(keep), Some(before)) = (keep, before) else {
                let detail = format!("this contract does not say how long {} are kept, so they are kept for good", class.english());
                return Err(Error::Conflict { code: Code::NothingDue, detail });
            };
            let due = Due { contract, class, before, held_too: false, proposed_too: false };
            let items = store::destructions::due(tx, due, MOST).await?;
            if items.is_empty() {
                return Err(nothing_due(tx, due).await?);
            }
            let mut proposal = Destruction {
                id: app.time.id(),
                contract: contract.clone(),
                class,
                before,
                keep: keep.to_string(),
                proposed_by: stamp.who.actor.as_text(),
                proposed_at: stamp.recorded_at,
                approvals: Vec::new(),
                done_at: None,
                ended: None,
                items,
                withheld: 0,
            };
            store::destructions::insert(tx, &proposal, || app.time.id()).await?;
            tx.touch("destruction", proposal.id);
            sign(app, tx, stamp, &mut proposal, None).await?;
            remember(app, tx, stamp, proposal.id).await?;
            Ok(proposal.id)
        })
        .await?;
    store::destructions::find(&app.db.view(seen.clone()), proposed).await?.ok_or(Error::NotFound("destruction"))
}

/// Why nothing can be proposed.
async fn nothing_due(tx: &Tx, due: Due<'_>) -> Result<Error, Error> {
    let what = due.class.english();
    if !store::destructions::due(tx, Due { proposed_too: true, ..due }, 1).await?.is_empty() {
        let under_way = store::destructions::under_way(tx, due.contract, due.class).await?;
        let ids: Vec<_> = under_way.iter().map(Uuid::to_string).collect();
        let detail =
            format!("the {what} of this contract that are due stand in proposals that are not carried out yet: {}", ids.join(", "));
        return Ok(Error::Conflict { code: Code::DestructionWaiting, detail });
    }
    let is_held = !store::destructions::due(tx, Due { held_too: true, proposed_too: true, ..due }, 1).await?.is_empty();
    let detail = if is_held {
        format!("the {what} of this contract that are due stand under a legal hold")
    } else {
        format!("none of the {what} of this contract has been kept for as long as it says and is still there")
    };
    Ok(Error::Conflict { code: Code::NothingDue, detail })
}

/// Signs a proposal; with the second person's signature it is carried out.
pub async fn approve(app: &App, stamp: &Stamp, id: Uuid, evidence: Option<&str>) -> Result<Destruction, Error> {
    let proposal = stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::DestroyRecords)?;
            let mut proposal = store::destructions::lock(tx, id).await?.ok_or(Error::NotFound("destruction"))?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(proposal);
            }
            tx.touch("destruction", id);
            if proposal.ended.is_some() {
                return Err(settled(proposal.standing()));
            }
            sign(app, tx, stamp, &mut proposal, evidence).await?;
            if REQUIRED.missing(&proposal.approvals).is_empty() {
                store::destructions::approved(tx, id, stamp.recorded_at).await?;
            }
            remember(app, tx, stamp, id).await?;
            Ok(proposal)
        })
        .await?;
    shown(app, stamp, proposal).await
}

/// Withdraws a proposal that waits, as its proposer, or refuses it, as another who could sign it.
pub async fn end(app: &App, stamp: &Stamp, id: Uuid, reason: &str) -> Result<Destruction, Error> {
    let proposal = stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::DestroyRecords)?;
            let proposal = store::destructions::lock(tx, id).await?.ok_or(Error::NotFound("destruction"))?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(proposal);
            }
            if proposal.standing() != Standing::Waiting {
                return Err(settled(proposal.standing()));
            }
            let ended = Ended { by: stamp.who.actor.as_text(), at: stamp.recorded_at, reason: reason.to_owned() };
            store::destructions::end(tx, id, &ended).await?;
            tx.touch("destruction", id);
            remember(app, tx, stamp, id).await?;
            store::destructions::find(tx, id).await?.ok_or(Error::NotFound("destruction"))
        })
        .await?;
    shown(app, stamp, proposal).await
}

/// A proposal that was just signed or ended, noted as shown to whoever did that.
async fn shown(app: &App, stamp: &Stamp, proposal: Destruction) -> Result<Destruction, Error> {
    store::destructions::note_shown(&app.db.view(stamp.scope.clone()), [proposal.id]).await?;
    Ok(proposal)
}

async fn sign(app: &App, tx: &Tx, stamp: &Stamp, proposal: &mut Destruction, evidence: Option<&str>) -> Result<(), Error> {
    let approval = signatures::own(app, tx, stamp, evidence, stamp.recorded_at).await?;
    REQUIRED.check(&proposal.approvals, &approval).map_err(|refused| {
        let code = if refused == Refused::SamePerson { Code::SamePerson } else { Code::AlreadyApproved };
        Error::Conflict { code, detail: refused.to_string() }
    })?;
    let sequence = i64::try_from(proposal.approvals.len()).unwrap_or(i64::MAX) + 1;
    store::approvals::insert(tx, (ApprovalSubject::Destruction, proposal.id), sequence, &approval).await?;
    proposal.approvals.push(approval);
    Ok(())
}

/// Carries out what was approved; what that leaves, the workers clear once all of it is done. Returns how much was done.
pub async fn carry_out(app: &App) -> Result<usize, Error> {
    let mut count = 0;
    while let Some(id) = store::destructions::to_do(&app.all()).await? {
        let stamp = Stamp::program("destruction", app.time.now());
        let Some(proposal) = store::destructions::find(&app.all(), id).await? else { return Ok(count) };
        for item in proposal.items.iter().filter(|item| item.outcome.is_none()) {
            if app.is_stopping() {
                return Ok(count);
            }
            let files = stamp.write(app, async |tx| destroy(app, tx, &stamp, &proposal, item).await).await?;
            // Noted in the transaction: if the program is killed before this, the sweep removes them.
            attachments::discard(app, &files).await;
            count += 1;
        }
        let finish = async |tx: &Tx| {
            tx.touch("destruction", id);
            Ok(store::destructions::done(tx, id, stamp.recorded_at).await?)
        };
        stamp.write(app, finish).await?;
        count += 1;
    }
    Ok(count)
}

/// Destroys one thing, unless that is no longer right. Returns its files, whose bytes are to be removed.
async fn destroy(app: &App, tx: &Tx, stamp: &Stamp, proposal: &Destruction, item: &DestructionItem) -> Result<Vec<Uuid>, Error> {
    let (outcome, files) = outcome(app, tx, stamp, proposal, item).await?;
    if !store::destructions::settled(tx, proposal.id, item.subject, outcome).await? {
        return Err(Error::Repeat);
    }
    tx.touch("destruction", proposal.id);
    tx.touch(if proposal.class == RetentionClass::Mails { "inbound_message" } else { "ticket" }, item.subject);
    if outcome == ItemOutcome::Destroyed {
        remains::leave(app, tx, proposal.class == RetentionClass::Tickets, stamp.recorded_at).await?;
    }
    store::attachments::expect(tx, &files, Instant::MIN).await?;
    Ok(files)
}

async fn outcome(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    proposal: &Destruction,
    item: &DestructionItem,
) -> Result<(ItemOutcome, Vec<Uuid>), Error> {
    let now = stamp.recorded_at;
    let mut kept = vec![(HoldSubject::Contract, proposal.contract.clone())];
    if proposal.class == RetentionClass::Mails {
        if let Some(mail) = store::inbound::find(tx, item.subject).await? {
            kept.extend(holds::of_mail(tx, &mail).await?);
            if is_held(tx, &kept, mail.ticket_id).await? {
                return Ok((ItemOutcome::Held, Vec::new()));
            }
        }
        let destroyed = store::destructions::mail(tx, item.subject, proposal.before, now).await?;
        return Ok((if destroyed { ItemOutcome::Destroyed } else { ItemOutcome::NotDue }, Vec::new()));
    }
    let ticket = store::tickets::lock(tx, TicketRef::Id(item.subject)).await?;
    let Some(ticket) = ticket.filter(|ticket| ticket.closed_at.is_some_and(|closed| closed < proposal.before)) else {
        return Ok((ItemOutcome::NotDue, Vec::new()));
    };
    kept.push((HoldSubject::Ticket, ticket.id.to_string()));
    if is_held(tx, &kept, Some(ticket.id)).await? {
        return Ok((ItemOutcome::Held, Vec::new()));
    }
    let destruction = proposal.id;
    let (files, data) = if proposal.class == RetentionClass::Tickets {
        let files = store::destructions::ticket(tx, &ticket, now).await?;
        (files, EventData::Destroyed(Destroyed { destruction }))
    } else {
        let files = store::destructions::files(tx, ticket.id, now).await?;
        let visibility = Visibility::of(files.any_public);
        (files, EventData::FilesDestroyed(FilesDestroyed { destruction, visibility }))
    };
    tell(app, tx, stamp, ticket.id, data).await?;
    Ok((ItemOutcome::Destroyed, files.stored))
}

/// Whether a hold stands on one of these, or on somebody who has a part in the ticket.
async fn is_held(tx: &Tx, kept: &[(HoldSubject, String)], ticket: Option<Uuid>) -> Result<bool, Error> {
    let on_partaker = match ticket {
        Some(ticket) => store::holds::on_partaker(tx, ticket).await?,
        None => None,
    };
    Ok(on_partaker.is_some() || !store::holds::standing_on(tx, kept).await?.is_empty())
}

/// Has the ticket's history tell, and with that everybody who keeps a copy.
async fn tell(app: &App, tx: &Tx, stamp: &Stamp, ticket: Uuid, data: EventData) -> Result<(), Error> {
    // Read again, as it is left.
    let ticket = store::tickets::find(tx, TicketRef::Id(ticket)).await?.ok_or(Error::NotFound("ticket"))?;
    let mut held = Held::open(app, tx, stamp, ticket).await?;
    let before = held.history.len();
    held.happened(data, None, stamp.recorded_at);
    held.subject = held.subject.as_recorded(&held.history[before..]);
    held.subject.changed(stamp.recorded_at, &held.history[before..]);
    held.write(tx, None).await.map(drop)
}

/// Newest first.
pub async fn list(app: &App, caller: &Caller, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<Destruction>, Error> {
    Ok(store::destructions::list(&app.db.view(caller.scope.clone()), after, limit).await?)
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Destruction, Error> {
    store::destructions::find(&app.db.view(caller.scope.clone()), id).await?.ok_or(Error::NotFound("destruction"))
}
