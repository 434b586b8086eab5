//! Sandbox time, which stands still until it is advanced, and never goes back (PLT-01).

use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::Verb;
use crate::settings::TimeMode;
use crate::store::{self, Scope};

/// The farthest of one advance, in seconds: ten years. Everything that becomes due on the way is done before the answer.
const FARTHEST: i64 = 3653 * 86_400;

#[derive(Debug, Clone, Copy)]
pub enum Advance {
    To(Instant),
    /// In seconds.
    By(i64),
}

/// Where an advance leads. A repeat leads where the first one did, which is how an interrupted advance is finished.
pub async fn aim(app: &App, stamp: &Stamp, advance: Advance) -> Result<Instant, Error> {
    stamp.who.may(Verb::RunSandbox)?;
    Stamp { scope: stamp.scope.widened(), ..stamp.clone() }
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::time::advance(tx, known).await?.ok_or(Error::NotFound("advance"));
            }
            let to = target(app.time.now(), advance)?;
            tx.touch("sandbox", to);
            if stamp.idempotency.is_some() {
                let id = app.time.id();
                store::time::keep_advance(tx, id, to).await?;
                // Stamped with the target time: a key is remembered for a day, which would be over at once after a longer advance.
                remember(app, tx, &Stamp { recorded_at: to, ..stamp.clone() }, id).await?;
            }
            Ok(to)
        })
        .await
}

fn target(now: Instant, advance: Advance) -> Result<Instant, Error> {
    let (field, to) = match advance {
        Advance::To(to) => ("to", to),
        Advance::By(seconds) => ("by", now.plus(seconds).unwrap_or(Instant::MAX)),
    };
    let problem = if to < now {
        Problem::field(field, FieldCode::InPast, format!("the sandbox is at {now}, and never goes back"))
    } else if to.unix() - now.unix() > FARTHEST {
        Problem::field(field, FieldCode::OutOfRange, "a sandbox advances at most ten years at a time")
    } else {
        return Ok(to);
    };
    Err(Error::Invalid(vec![problem]))
}

pub fn refuse_outside(app: &App) -> Result<(), Error> {
    if app.time.is_sandbox() {
        return Ok(());
    }
    Err(Error::Conflict { code: Code::NotASandbox, detail: "this desk lives in real time; start one with UURWERK_TIME=sandbox".to_owned() })
}

/// Refuses to serve a sandbox in real time, where everything due by now would fire at once; and the other way round, where time would stand
/// still for real clients.
pub fn refuse_other_time(app: &App) -> Result<(), String> {
    match (app.settings.time, app.time.is_sandbox()) {
        (TimeMode::Machine, true) => {
            Err(format!("this database keeps sandbox time, which stands at {}: serve it with UURWERK_TIME=sandbox", app.time.now()))
        }
        (TimeMode::Sandbox, false) => {
            Err("this database keeps real time: a sandbox needs a database of its own, named in UURWERK_DATABASE_URL".to_owned())
        }
        _ => Ok(()),
    }
}

pub async fn set(app: &App, now: Instant) -> Result<(), Error> {
    app.keep_books(&Scope::ALL, async |tx| Ok(store::time::move_sandbox(tx, now).await?)).await?;
    app.time.advance(now);
    app.wake.notify_waiters();
    Ok(())
}
