//! A handler's turn, in one transaction under its place in the stream: first what it set aside and is to try again, then
//! what is new. An event that fails is set aside, and the later ones of its subject behind it; the others go on.

use std::collections::HashMap;

use uuid::Uuid;

use super::handlers::{HANDLERS, Handler};
use crate::app::App;
use crate::domain::Instant;
use crate::store::events::Streamed;
use crate::store::set_aside::{self, Next, SetAside};
use crate::store::stream::{self, Place};
use crate::store::{Scope, Tx};
use crate::usecases::Error;

/// Events taken in one transaction.
const BATCH: u64 = 200;
/// Seconds until an event is tried again, by how often it failed; then it is a dead letter.
const RETRIES: [i64; 6] = [5, 60, 300, 1800, 7200, 28_800];

/// What came of a turn.
#[derive(Default)]
struct Turn {
    /// How many events were taken, or tried in vain.
    taken: usize,
    /// What was given up.
    dead: Vec<(SetAside, String)>,
}

/// Gives every handler that has something to take its turn; how many events were taken or tried.
pub async fn handle(app: &App) -> Result<usize, Error> {
    let all = app.all();
    let mut eager = stream::behind(&all).await?;
    eager.extend(set_aside::due_handlers(&all, app.time.now()).await?);
    let mut taken = 0;
    for handler in HANDLERS.iter().filter(|handler| eager.iter().any(|name| name == handler.name)) {
        let turn = app.write_quietly(&Scope::All, async |tx| turn(app, tx, handler).await).await?;
        for (one, error) in &turn.dead {
            tracing::error!(dead_letter = %one.id, handler = one.handler, event = %one.event_id, subject = %one.subject_id, error, "an event is given up");
        }
        taken += turn.taken;
    }
    Ok(taken)
}

async fn turn(app: &App, tx: &Tx, handler: &Handler) -> Result<Turn, Error> {
    let Some(position) = stream::take_handler(tx, handler.name).await? else { return Ok(Turn::default()) };
    let mut turn = try_again(app, tx, handler).await?;
    let places = stream::after(tx, position, BATCH).await?;
    let Some(last) = places.last() else { return Ok(turn) };
    // A word this program does not know may be another's to take: it is tried, not passed over.
    let mine: Vec<_> = places.iter().filter(|place| place.kind.is_none_or(|kind| handler.takes.contains(&kind))).collect();
    take_new(app, tx, handler, &mine).await?;
    stream::move_handler(tx, handler.name, last.position).await?;
    turn.taken += places.len();
    Ok(turn)
}

/// Tries what was set aside and is due.
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
        let again = usize::try_from(one.attempts).ok().and_then(|tries| RETRIES.get(tries)).and_then(|seconds| now.plus(*seconds));
        set_aside::failed(tx, &one, &error, again.map_or(Next::Dead(now), Next::Again), now).await?;
        if again.is_none() {
            turn.dead.push((one, error));
        }
    }
    Ok(turn)
}

/// Takes new events: together when all go well, else each by itself.
async fn take_new(app: &App, tx: &Tx, handler: &Handler, places: &[&Place]) -> Result<(), Error> {
    if places.is_empty() {
        return Ok(());
    }
    let events = stream::events(tx, &places.iter().map(|place| place.event_id).collect::<Vec<_>>()).await?;
    let subjects: Vec<_> = places.iter().map(|place| place.subject_id).collect();
    let mut waiting = set_aside::waiting(tx, handler.name, &subjects).await?;
    if waiting.is_empty() && together(app, tx, handler, places, &events).await? {
        return Ok(());
    }
    let now = app.time.now();
    for place in places {
        if waiting.contains(&place.subject_id) {
            set_aside::put(tx, handler.name, place, None, now).await?;
        } else if let Err(error) = attempt(app, tx, handler, events.get(&place.event_id)).await? {
            tracing::warn!(handler = handler.name, event = %place.event_id, error, "an event could not be taken, and is tried again");
            let again = now.plus(RETRIES[0]).unwrap_or(Instant::MAX);
            set_aside::put(tx, handler.name, place, Some((&error, again)), now).await?;
            waiting.insert(place.subject_id);
        }
    }
    Ok(())
}

/// Takes all of them, or leaves nothing behind.
async fn together(
    app: &App,
    tx: &Tx,
    handler: &Handler,
    places: &[&Place],
    events: &HashMap<Uuid, Result<Streamed, String>>,
) -> Result<bool, Error> {
    let events: Option<Vec<_>> = places.iter().map(|place| events.get(&place.event_id)?.as_ref().ok()).collect();
    let Some(events) = events else { return Ok(false) };
    Ok(in_part(app, tx, handler, &events).await?.is_ok())
}

/// Lets a handler do its work for some events, and undoes what it did when that fails; why it did, in words.
async fn in_part(app: &App, tx: &Tx, handler: &Handler, events: &[&Streamed]) -> Result<Result<(), String>, Error> {
    let part = tx.savepoint().await?;
    match handler.handle(app, &part, events).await {
        Ok(()) => part.commit().await.map(Ok).map_err(Error::from),
        Err(error @ Error::Unavailable(_)) => Err(error),
        Err(error) => {
            part.rollback().await?;
            Ok(Err(error.to_string()))
        }
    }
}

/// The same for one event, which may be one it does not take.
async fn attempt(app: &App, tx: &Tx, handler: &Handler, event: Option<&Result<Streamed, String>>) -> Result<Result<(), String>, Error> {
    let event = match event {
        Some(Ok(event)) => event,
        Some(Err(why)) => return Ok(Err(why.clone())),
        None => return Ok(Err(UNREADABLE.to_owned())),
    };
    if !handler.takes.contains(&event.event.kind()) {
        return Ok(Ok(()));
    }
    in_part(app, tx, handler, &[event]).await
}

const UNREADABLE: &str = "the event's row cannot be read";
