//! Tickets: registering one, and everything done to it after.

mod agree;
mod emergency;
mod escalate;
mod proof;
pub mod read;
mod register;
mod transition;
mod write;

pub use agree::{RepairAgreement, agree_repair};
pub use escalate::escalate;
pub(super) use register::client_of;
pub(super) use register::problems;
pub use register::{Draft, FromMail, Registered, register, register_in, register_many, registered_before};
pub use transition::{Transition, transition};
pub use write::{NewMessage, write, write_in};

use serde_json::Value;
use uuid::Uuid;

use super::{Error, Problem, Stamp};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::{Contract, Motivation, TicketType};
use crate::domain::text::is_visible;
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::{self, Act, Event, EventKind, Field, Settled, Ticket};
use crate::store::{self, Tx};

/// When something is said to have happened, with why it is recorded late.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// The instant; the present when absent.
    pub occurred_at: Option<Instant>,
    /// Why it is recorded late.
    pub reason: Option<String>,
}

/// Does something to a ticket that is still in one of the versions expected; whichever it is in when none is named.
pub async fn act(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    wishes: &[Act],
    when: &When,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    once(app, stamp, ticket, expected, async |tx, ticket| Ok(act_in(app, tx, stamp, &ticket, wishes, when).await?.0)).await
}

/// Does some work on a ticket that is still in one of the versions expected, held by the transaction; for a key, once.
async fn once(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    expected: Option<&[i32]>,
    work: impl AsyncFn(&Tx, Ticket) -> Result<Ticket, Error>,
) -> Result<Ticket, Error> {
    app.write(&stamp.scope, async |tx| {
        if let Some(known) = repeated(tx, stamp).await? {
            return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
        }
        let ticket = store::tickets::lock(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
        as_expected(stamp, &ticket, expected)?;
        let after = work(tx, ticket).await?;
        remember(app, tx, stamp, after.id).await?;
        Ok(after)
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
    let agreements = store::agreements::read(tx).await?;
    let version = agreements.version(ticket.contract_version_id)?;
    let contract = &version.contract;
    let mut history = store::events::of_ticket(tx, ticket.id).await?;
    let known = history.len();
    let hindrances = hindrances(app, contract, ticket, wishes);
    if !hindrances.is_empty() {
        return Err(Error::Invalid(hindrances));
    }
    let at = occurred(stamp, &history, when)?;
    let overdue = settle(contract, ticket, &history, at, false);
    history.extend(numbered(app, &overdue));
    let mut after = ticket.clone();
    let overdue = history.len();
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
    after.changed(stamp.recorded_at, &history[overdue..]);
    let jumped = history[overdue..].iter().any(|event| jumps(event.kind));
    let settled = settle(contract, &after, &history, stamp.recorded_at, jumped);
    after.next_due = settled.next_due;
    history.extend(numbered(app, &settled));
    store::tickets::update(tx, &after, &settled).await?;
    if (&after.title, &after.description) != (&ticket.title, &ticket.description) {
        store::search::put(tx, &after).await?;
    }
    let added = history.split_off(known);
    store::events::append(tx, &after, known, &added).await?;
    Ok((after, added))
}

/// Writes in a ticket's history what is no act on it and moves none of its clocks.
pub(super) async fn record_in(app: &App, tx: &Tx, stamp: &Stamp, ticket: Uuid, kind: EventKind, data: Value) -> Result<(), Error> {
    let Some(mut ticket) = store::tickets::lock(tx, TicketRef::Id(ticket)).await? else { return Ok(()) };
    let agreements = store::agreements::read(tx).await?;
    let version = agreements.version(ticket.contract_version_id)?;
    let mut history = store::events::of_ticket(tx, ticket.id).await?;
    let known = history.len();
    let at = stamp.recorded_at;
    let (id, actor) = (app.time.id(), stamp.actor.as_text());
    history.push(Event { id, kind, actor, reason: None, data, occurred_at: at, recorded_at: at });
    let settled = settle(&version.contract, &ticket, &history, at, false);
    ticket.next_due = settled.next_due;
    history.extend(numbered(app, &settled));
    store::tickets::update(tx, &ticket, &settled).await?;
    Ok(store::events::append(tx, &ticket, known, &history[known..]).await?)
}

/// Whether what happened can carry a clock past its warnings at once: those are recorded, not sent (design § 2.9).
fn jumps(kind: EventKind) -> bool {
    use EventKind::{Prioritised, PriorityProposed, Reopened, RepairAgreed, Retiered, Retyped, SolutionRefused};
    matches!(kind, Prioritised | PriorityProposed | Retyped | Retiered | RepairAgreed | SolutionRefused | Reopened)
}

/// The instant an act happened: not in the future, and not before the ticket's previous fact.
fn occurred(stamp: &Stamp, history: &[Event], when: &When) -> Result<Instant, Error> {
    let mut problems = Vec::new();
    check_late(stamp, when.occurred_at, when.reason.as_deref(), &mut problems);
    let at = when.occurred_at.unwrap_or(stamp.recorded_at);
    let previous = history.iter().filter(|event| !event.is_derived()).map(|event| event.occurred_at).max();
    // What was in front of it may be a note that a client knows nothing of.
    if when.occurred_at.is_some() && !stamp.actor.is_client() && previous.is_some_and(|previous| at < previous) {
        let detail = format!("is before the ticket's previous fact, {}", previous.unwrap_or(at));
        problems.push(Problem::field("occurredAt", "before_previous", detail));
    }
    if problems.is_empty() { Ok(at.max(previous.unwrap_or(at))) } else { Err(Error::Invalid(problems)) }
}

/// A ticket's clocks and deadlines as of an instant, from its history.
pub fn settled(contract: &Contract, ticket: &Ticket, history: &[Event], now: Instant) -> Settled {
    settle(contract, ticket, history, now, false)
}

/// Settles a ticket as it now stands.
pub(super) fn settle(contract: &Contract, ticket: &Ticket, history: &[Event], now: Instant, jumped: bool) -> Settled {
    ticket::settle(contract, ticket.standing(), history, now, jumped)
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
    match store::idempotency::find(tx, key, stamp.recorded_at).await? {
        None => Ok(None),
        Some((digest, created)) if digest == key.digest => Ok(Some(created)),
        Some(_) => {
            let detail = "this Idempotency-Key was used for another request".to_owned();
            Err(Error::Conflict { code: "idempotency_key_reused", detail })
        }
    }
}

/// Remembers what a request created, so that its repeat creates nothing.
pub(in crate::usecases) async fn remember(app: &App, tx: &Tx, stamp: &Stamp, created: Uuid) -> Result<(), Error> {
    let Some(key) = &stamp.idempotency else { return Ok(()) };
    Ok(store::idempotency::insert(tx, app.time.id(), key, created, stamp.recorded_at).await?)
}

/// Refuses to change a ticket that changed since it was read, as far as whoever acts sees.
fn as_expected(stamp: &Stamp, ticket: &Ticket, expected: Option<&[i32]>) -> Result<(), Error> {
    let version = if stamp.actor.is_client() { ticket.client_version } else { ticket.version };
    if expected.is_none_or(|versions| versions.contains(&version)) {
        return Ok(());
    }
    Err(Error::Conflict { code: "version_changed", detail: "the ticket changed since it was read".to_owned() })
}

/// Why a priority cannot be set without a motivation.
fn missing_motivation(contract: &Contract, kind: TicketType, priority: &str, motivation: Option<&str>) -> Option<Problem> {
    let needs = contract.priority(priority, kind).is_some_and(|priority| priority.motivation == Motivation::Required);
    let is_missing = needs && !motivation.is_some_and(is_visible);
    is_missing.then(|| Problem::field("priorityMotivation", "required", "the contract asks why this priority"))
}

/// What the desk's settings and the contract ask of acts besides what the domain decides.
fn hindrances(app: &App, contract: &Contract, ticket: &Ticket, wishes: &[Act]) -> Vec<Problem> {
    let hindrance = |wish: &Act| match wish {
        Act::Prioritise { priority, motivation } => missing_motivation(contract, ticket.kind, priority, motivation.as_deref()),
        Act::Retype { to, priority: Some(priority), motivation } => missing_motivation(contract, *to, priority, motivation.as_deref()),
        Act::Assign { team: Field::Set(team), .. } if !app.settings.teams.is_empty() && !app.settings.teams.contains_key(team) => {
            let known: Vec<_> = app.settings.teams.keys().map(String::as_str).collect();
            Some(Problem::field("team", "unknown_team", format!("must be one of {}", known.join(", "))))
        }
        _ => None,
    };
    wishes.iter().filter_map(hindrance).collect()
}
