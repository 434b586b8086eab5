//! What follows on other tickets from what happened to one: an emergency change is doubted when its incident is no longer of the first priority,
//! the parts of a major incident go where it goes, and what was merged into a ticket is flagged as that is.

use uuid::Uuid;

use super::act::{When, act_in};
use super::emergency::is_of_the_first_rank;
use super::locked::locked_if_kept;
use crate::app::App;
use crate::domain::permission::{Credential, Principal, Roles};
use crate::domain::ticket::along::GoAlong;
use crate::domain::ticket::attention::{AskAttention, Attention};
use crate::domain::ticket::flag::{LiftFlag, SetFlag};
use crate::domain::ticket::link::links;
use crate::domain::ticket::transition::Move;
use crate::domain::ticket::{Act, Actor, Event, EventData, EventKind, Ticket, TicketRef};
use crate::domain::workflow::{Relation, State};
use crate::store::{self, Tx};
use crate::usecases::{Error, Stamp};

/// Draws attention to the open emergency changes of these incidents, of those whose priority is no longer the first, or that
/// were withdrawn, merged or taken out of scope (CHG-02).
pub async fn doubt_emergencies(app: &App, tx: &Tx, incidents: &[Uuid]) -> Result<(), Error> {
    let changes = store::tickets::open_emergencies_for(tx, incidents).await?;
    if changes.is_empty() {
        return Ok(());
    }
    let incidents = store::tickets::with_ids(tx, incidents).await?;
    let agreements = store::agreements::read(tx).await?;
    for (change, incident) in changes {
        let Some(incident) = incidents.iter().find(|one| one.id == incident) else { continue };
        // Solved, it was one all the same.
        let is_gone = incident.out_of_scope || incident.state() == State::Cancelled;
        if is_gone || !is_of_the_first_rank(&agreements.version(incident.contract_version_id)?.contract, incident) {
            attend(app, tx, change, Attention::EmergencyDoubtful).await?;
        }
    }
    Ok(())
}

/// Moves what is part of a major incident where that was moved, in the name of whoever moved that: they answer the others who reported it as
/// well. What cannot follow is left where it is, and needs attention.
pub async fn move_parts(app: &App, tx: &Tx, major: Uuid, event: &Event) -> Result<(), Error> {
    let Some(moved) = event.data.as_move() else { return Ok(()) };
    let of_all =
        matches!(event.kind(), EventKind::Moved | EventKind::Held | EventKind::Resumed | EventKind::Resolved | EventKind::SolutionRefused);
    let Some(major) = store::tickets::find(tx, TicketRef::Id(major)).await?.filter(|ticket| of_all && ticket.is_major) else {
        return Ok(());
    };
    let history = store::events::of::<Ticket>(tx, major.id).await?;
    let parts = links(&history).into_iter().filter(|(relation, _)| *relation == Relation::Child).map(|(_, part)| part);
    let parts: Vec<_> = parts.map(TicketRef::Id).collect();
    if parts.is_empty() {
        return Ok(());
    }
    for part in store::tickets::lock_all(tx, &parts).await? {
        let is_there = part.phase.step == moved.to && part.waiting_cause == moved.cause;
        let is_done = !part.state().is_open() && event.kind() != EventKind::SolutionRefused;
        if is_there || is_done || part.merged_into.is_some() {
            continue;
        }
        // Whoever moved the major incident may not see one that fewer may see.
        if part.flags.iter().any(|flag| !major.flags.has(flag)) {
            attend(app, tx, part.id, Attention::MajorWentOn).await?;
            continue;
        }
        let step = Move {
            to: moved.to.to_string(),
            reason: event.reason.clone().unwrap_or_default(),
            cause: moved.cause.clone(),
            texts: Vec::new(),
            handling: moved.handling,
        };
        let wish = Act::GoAlong(GoAlong { with: major.id, step });
        let stamp = as_who_moved(app, event, part.organisation == major.organisation);
        let id = part.id;
        match act_in(app, tx, &stamp, part, &[wish], &When::default(), |_, _| None).await {
            Ok(_) => {}
            Err(Error::Conflict { .. } | Error::Invalid(_)) => attend(app, tx, id, Attention::MajorWentOn).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The stamp of whoever did something, for what follows from it. What they may is not asked again. Somebody of a client does nothing on the
/// ticket of another one: there it is the program.
fn as_who_moved(app: &App, event: &Event, is_of_the_same: bool) -> Stamp {
    let system = Stamp::system(app.time.now());
    let actor = Actor::named(&event.actor).filter(|actor| is_of_the_same || !matches!(actor, Actor::Client(_)));
    let Some(actor) = actor.filter(|actor| *actor != Actor::System) else { return system };
    let who = Principal::new(actor, Roles::ALL).with(Credential { token: event.token, in_person: None, is_shared: false });
    Stamp { who, ..system }
}

/// Flags what was merged into a ticket as the ticket was flagged, or takes the flag off there too: its messages are shown on the ticket, to
/// whoever sees that. Whoever flagged the ticket need not see what was merged into it, so the program does it.
pub async fn flag_merged(app: &App, tx: &Tx, ticket: Uuid, event: &Event) -> Result<(), Error> {
    let (flag, is_set) = match &event.data {
        EventData::Flagged(flagged) => (flagged.flag, true),
        EventData::Unflagged(unflagged) => (unflagged.flag, false),
        _ => return Ok(()),
    };
    let merged: Vec<_> = store::tickets::merged_into(tx, ticket).await?.iter().map(|one| TicketRef::Id(one.id)).collect();
    if merged.is_empty() {
        return Ok(());
    }
    let wish = match &event.data {
        EventData::Flagged(flagged) => Act::SetFlag(SetFlag { flag, aspects: flagged.aspects.clone() }),
        _ => Act::LiftFlag(LiftFlag { flag, reason: event.reason.clone().unwrap_or_default() }),
    };
    let stamp = Stamp::system(app.time.now());
    for one in store::tickets::lock_all(tx, &merged).await? {
        if one.merged_into == Some(ticket) && one.flags.has(flag) != is_set {
            act_in(app, tx, &stamp, one, std::slice::from_ref(&wish), &When::default(), |_, _| None).await?;
        }
    }
    Ok(())
}

async fn attend(app: &App, tx: &Tx, ticket: Uuid, why: Attention) -> Result<(), Error> {
    let Some(ticket) = locked_if_kept(tx, TicketRef::Id(ticket)).await? else { return Ok(()) };
    let wish = Act::AskAttention(AskAttention(why));
    act_in(app, tx, &Stamp::system(app.time.now()), ticket, &[wish], &When::default(), |_, _| None).await.map(drop)
}
