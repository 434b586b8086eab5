//! Tickets: registering one, and everything done to it after.

mod emergency;
mod escalate;
mod proof;
mod register;
mod write;

pub use escalate::escalate;
pub use proof::ledger;
pub use register::{Draft, FromMail, problems, register, register_in};
pub use write::{NewMessage, write, write_in};

use uuid::Uuid;

use super::{Error, Problem, Stamp, contracts};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::domain::ticket::{self, Act, Event, EventKind, Settled, Standing, Ticket};
use crate::store::tickets::TicketRef;
use crate::store::{self, Reads, Tx};

/// When something is said to have happened, with why it is recorded late.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// The instant; the present when absent.
    pub occurred_at: Option<Instant>,
    /// Why it is recorded late.
    pub reason: Option<String>,
}

/// Does something to a ticket.
pub async fn act(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    wishes: &[Act],
    when: &When,
    if_version: Option<i32>,
) -> Result<Ticket, Error> {
    app.write(&stamp.scope, async |tx| {
        let ticket = store::tickets::lock(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
        if if_version.is_some_and(|version| version != ticket.version) {
            return Err(Error::Conflict { code: "version_changed", detail: "the ticket changed since it was read".to_owned() });
        }
        act_in(app, tx, stamp, &ticket, wishes, when).await.map(|acted| acted.0)
    })
    .await
}

/// The same on a ticket held by a transaction that does more; with the events it recorded.
pub async fn act_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    ticket: &Ticket,
    wishes: &[Act],
    when: &When,
) -> Result<(Ticket, Vec<Event>), Error> {
    contracts::refresh(app, tx).await?;
    let version = app.version(ticket.contract_version_id)?;
    let contract = &version.contract;
    let mut history = store::events::of_ticket(tx, ticket.id).await?;
    let known = history.len();
    let at = occurred(stamp, &history, when)?;
    let overdue = settle(contract, ticket, &history, at, false);
    history.extend(numbered(app, &overdue));
    let mut after = ticket.clone();
    let reprioritised = wishes.iter().any(|wish| matches!(wish, Act::Prioritise { .. } | Act::Retype { .. } | Act::Retier { .. }));
    for wish in wishes {
        let (changed, events) = ticket::act(contract, &after, &history, &stamp.actor, wish, at)?;
        after = changed;
        history.extend(events.into_iter().map(|(kind, reason, data)| Event {
            id: app.time.id(),
            kind,
            actor: stamp.actor.as_text(),
            reason: reason.or_else(|| when.reason.clone()),
            data,
            occurred_at: at,
            recorded_at: stamp.recorded_at,
        }));
    }
    after.updated_at = stamp.recorded_at;
    after.version += 1;
    let settled = settle(contract, &after, &history, stamp.recorded_at, reprioritised);
    after.next_due_at = settled.next_due_at;
    history.extend(numbered(app, &settled));
    store::tickets::update(tx, &after, &settled).await?;
    if (&after.title, &after.description) != (&ticket.title, &ticket.description) {
        store::search::put(tx, &after).await?;
    }
    let added = history.split_off(known);
    store::events::append(tx, &after, known, &added).await?;
    Ok((after, added))
}

/// The instant an act happened: not in the future, and not before the ticket's previous fact.
fn occurred(stamp: &Stamp, history: &[Event], when: &When) -> Result<Instant, Error> {
    let mut problems = Vec::new();
    check_late(stamp, when.occurred_at, when.reason.as_deref(), &mut problems);
    let at = when.occurred_at.unwrap_or(stamp.recorded_at);
    let previous = history.iter().filter(|event| !is_of_the_system(event)).map(|event| event.occurred_at).max();
    if when.occurred_at.is_some() && previous.is_some_and(|previous| at < previous) {
        let detail = format!("is before the ticket's previous fact, {}", previous.unwrap_or(at));
        problems.push(Problem::field("occurredAt", "before_previous", detail));
    }
    if problems.is_empty() { Ok(at.max(previous.unwrap_or(at))) } else { Err(Error::Invalid(problems)) }
}

fn is_of_the_system(event: &Event) -> bool {
    use EventKind::{BreachVoided, Breached, CalendarAmended, Climbed, IndexRebuilt, Proposed, Warned};
    matches!(event.kind, Warned | Breached | BreachVoided | CalendarAmended | Climbed | IndexRebuilt | Proposed)
}

/// A ticket's clocks and deadlines as of an instant, from its history.
pub fn settled(contract: &Contract, ticket: &Ticket, history: &[Event], now: Instant) -> Settled {
    settle(contract, ticket, history, now, false)
}

/// Settles a ticket as it now stands.
pub(super) fn settle(contract: &Contract, ticket: &Ticket, history: &[Event], now: Instant, jumped: bool) -> Settled {
    let standing = Standing { kind: ticket.kind, tier: ticket.tier.as_deref(), is_open: ticket.state().is_open() };
    ticket::settle(contract, standing, history, now, jumped)
}

/// What settling adds, with ids of their own.
pub(super) fn numbered(app: &App, settled: &Settled) -> Vec<Event> {
    settled.events.iter().cloned().map(|event| Event { id: app.time.id(), ..event }).collect()
}

/// A late registration is of the past, says why, and is the desk's (CLK-15, design § 2.12).
fn check_late(stamp: &Stamp, occurred_at: Option<Instant>, reason: Option<&str>, problems: &mut Vec<Problem>) {
    let Some(occurred_at) = occurred_at else {
        if reason.is_some() {
            problems.push(Problem::field("occurredAtReason", "not_allowed", "there is no occurredAt to give a reason for"));
        }
        return;
    };
    if occurred_at > stamp.recorded_at {
        problems.push(Problem::field("occurredAt", "in_future", format!("is after the present, {}", stamp.recorded_at)));
    }
    if reason.is_none() {
        problems.push(Problem::field("occurredAtReason", "required", "what is recorded later than it happened needs a reason"));
    }
    if stamp.actor.is_client() {
        problems.push(Problem::field("occurredAt", "desk_only", "only the desk records something later than it happened"));
    }
}

/// What a repeated request created before; another request under the same key is a conflict.
pub(in crate::usecases) async fn repeated(tx: &Tx, stamp: &Stamp) -> Result<Option<Uuid>, Error> {
    let Some(key) = &stamp.idempotency else { return Ok(None) };
    match store::idempotency::find(tx, key).await? {
        None => Ok(None),
        Some((digest, created)) if digest == key.digest => Ok(Some(created)),
        Some(_) => {
            let detail = "this Idempotency-Key was used for another request".to_owned();
            Err(Error::Conflict { code: "idempotency_key_reused", detail })
        }
    }
}

/// A ticket with its history, as seen from a scope, and its contract as it now stands known.
pub async fn with_history(app: &App, reads: &impl Reads, ticket: TicketRef) -> Result<(Ticket, Vec<Event>), Error> {
    let ticket = store::tickets::find(reads, ticket).await?.ok_or(Error::NotFound("ticket"))?;
    let history = store::events::of_ticket(reads, ticket.id).await?;
    contracts::refresh(app, reads).await?;
    Ok((ticket, history))
}
