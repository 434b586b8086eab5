//! A handler's turn, in one transaction that also moves its position in the stream: first the events it set aside that are due for a
//! retry, then the new ones. An event that fails is set aside, and later events of its subject wait behind it, so that a person hears
//! of them in order; other subjects go on.

use std::collections::HashMap;

use uuid::Uuid;

use super::handlers::{HANDLERS, Handler};
use crate::app::App;
use crate::domain::Instant;
use crate::store::events::Streamed;
use crate::store::set_aside::{self, AfterFailure, SetAside};
use crate::store::stream::{self, StreamEntry};
use crate::store::{self, Scope, Tx};
use crate::usecases::Error;

/// Events taken in one transaction.
const BATCH: u64 = 200;
/// Seconds until the next try, by how often an event failed; after the last it is a dead letter.
const RETRY_SECONDS: [i64; 6] = [5, 60, 300, 1800, 7200, 28_800];

#[derive(Default)]
struct Turn {
    /// How many events were handled or tried.
    taken: usize,
    /// Events that failed for the last time, each with its error.
    dead: Vec<(SetAside, String)>,
}

/// Gives a turn to every handler that has something to do. Returns how many events were handled or tried.
pub async fn handle(app: &App) -> Result<usize, Error> {
    let all = app.all();
    let mut with_work = stream::behind(&all).await?;
    with_work.extend(set_aside::due_handlers(&all, app.time.now()).await?);
    drop(all);
    let mut taken = 0;
    for handler in HANDLERS.iter().filter(|handler| with_work.iter().any(|name| name == handler.name)) {
        let turn = app.keep_books(&Scope::ALL, async |tx| turn(app, tx, handler).await).await?;
        for (one, error) in &turn.dead {
            tracing::error!(dead_letter = %one.id, handler = one.handler, event = %one.event_id, subject = %one.subject_id, error, "giving up an event");
        }
        taken += turn.taken;
    }
    Ok(taken)
}

async fn turn(app: &App, tx: &Tx, handler: &Handler) -> Result<Turn, Error> {
    // `None`: another process is giving this handler its turn.
    let Some(position) = stream::take_handler(tx, handler.name).await? else { return Ok(Turn::default()) };
    // What it reads of people it writes into mails.
    store::erasures::hold_off(tx).await?;
    let mut turn = try_again(app, tx, handler).await?;
    let entries = stream::after(tx, position, BATCH).await?;
    let Some(last) = entries.last() else { return Ok(turn) };
    // A kind of event that this program does not know may concern this handler, so it is not passed over: it fails, and is set aside.
    let mine: Vec<_> = entries.iter().filter(|entry| entry.kind.is_none_or(|kind| handler.takes(kind))).collect();
    take_new(app, tx, handler, &mine).await?;
    stream::move_handler(tx, handler.name, last.position).await?;
    turn.taken += entries.len();
    Ok(turn)
}

/// Retries events that were set aside and are due.
async fn try_again(app: &App, tx: &Tx, handler: &Handler) -> Result<Turn, Error> {
    let now = app.time.now();
    let due = set_aside::due(tx, handler.name, now, BATCH).await?;
    let mut turn = Turn { taken: due.len(), dead: Vec::new() };
    if due.is_empty() {
        return Ok(turn);
    }
    let events = stream::events(tx, &due.iter().map(|one| one.event_id).collect::<Vec<_>>()).await?;
    for one in due {
        let Err(error) = attempt(app, tx, handler, events.get(&one.event_id)).await? else {
            set_aside::done(tx, &one, now).await?;
            continue;
        };
        let again = usize::try_from(one.attempts).ok().and_then(|tries| RETRY_SECONDS.get(tries)).and_then(|seconds| now.plus(*seconds));
        set_aside::failed(tx, &one, &error, again.map_or(AfterFailure::GiveUp(now), AfterFailure::RetryAt), now).await?;
        if again.is_none() {
            turn.dead.push((one, error));
        }
    }
    Ok(turn)
}

/// Handles new events: all at once, or one by one when that fails or some must wait.
async fn take_new(app: &App, tx: &Tx, handler: &Handler, entries: &[&StreamEntry]) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let events = stream::events(tx, &entries.iter().map(|entry| entry.event_id).collect::<Vec<_>>()).await?;
    let subjects: Vec<_> = entries.iter().map(|entry| entry.subject_id).collect();
    let mut waiting = set_aside::waiting(tx, handler.name, &subjects).await?;
    if waiting.is_empty() && together(app, tx, handler, entries, &events).await? {
        return Ok(());
    }
    let now = app.time.now();
    for entry in entries {
        if waiting.contains(&entry.subject_id) {
            set_aside::put(tx, handler.name, entry, None, now).await?;
        } else if let Err(error) = attempt(app, tx, handler, events.get(&entry.event_id)).await? {
            tracing::warn!(handler = handler.name, event = %entry.event_id, error, "an event could not be handled; it will be retried");
            let again = now.plus(RETRY_SECONDS[0]).unwrap_or(Instant::MAX);
            set_aside::put(tx, handler.name, entry, Some((&error, again)), now).await?;
            waiting.insert(entry.subject_id);
        }
    }
    Ok(())
}

/// Handles all of them, or none; whether it did.
async fn together(
    app: &App,
    tx: &Tx,
    handler: &Handler,
    entries: &[&StreamEntry],
    events: &HashMap<Uuid, Result<Streamed, String>>,
) -> Result<bool, Error> {
    let events: Option<Vec<_>> = entries.iter().map(|entry| events.get(&entry.event_id)?.as_ref().ok()).collect();
    let Some(events) = events else { return Ok(false) };
    Ok(in_savepoint(app, tx, handler, &events).await?.is_ok())
}

/// Lets a handler work on some events within a savepoint, which is undone when it fails. The inner error says why it did; the outer
/// one ends the turn.
async fn in_savepoint(app: &App, tx: &Tx, handler: &Handler, events: &[&Streamed]) -> Result<Result<(), String>, Error> {
    let savepoint = tx.savepoint().await?;
    match handler.handle(app, &savepoint, events).await {
        Ok(()) => savepoint.commit().await.map(Ok).map_err(Error::from),
        // The event is not to blame: without a database nothing can be set aside either.
        Err(error @ Error::Unavailable(_)) => Err(error),
        Err(error) => {
            savepoint.rollback().await?;
            Ok(Err(error.to_string()))
        }
    }
}

/// The same for one event, which may turn out not to concern the handler.
async fn attempt(app: &App, tx: &Tx, handler: &Handler, event: Option<&Result<Streamed, String>>) -> Result<Result<(), String>, Error> {
    let event = match event {
        Some(Ok(event)) => event,
        Some(Err(why)) => return Ok(Err(why.clone())),
        None => return Ok(Err(UNREADABLE.to_owned())),
    };
    if !handler.takes(event.event.kind()) {
        return Ok(Ok(()));
    }
    in_savepoint(app, tx, handler, &[event]).await
}

const UNREADABLE: &str = "the event's row cannot be read";
