//! Sandbox time: it stands still until it is told to advance, and never goes back (PLT-01).

use super::{Error, Problem};
use crate::app::App;
use crate::domain::Instant;
use crate::jobs;
use crate::store::{self, Scope};

/// Advances to an instant; answers when every timer, handler and mail that became due has had its turn, each at its own
/// instant.
pub async fn advance(app: &App, to: Instant) -> Result<Instant, Error> {
    refuse_outside(app)?;
    let _alone = app.work.write().await;
    if to < app.time.now() {
        let detail = format!("the sandbox is at {}, and never goes back", app.time.now());
        return Err(Error::Invalid(vec![Problem::field("to", "in_past", detail)]));
    }
    loop {
        jobs::work_off(app).await?;
        let Some(next) = jobs::next_due(app).await?.filter(|next| *next <= to && *next > app.time.now()) else { break };
        set(app, next).await?;
    }
    set(app, to).await?;
    jobs::work_off(app).await?;
    Ok(app.time.now())
}

/// Refuses what only a sandbox can do.
pub fn refuse_outside(app: &App) -> Result<(), Error> {
    if app.time.is_sandbox() {
        return Ok(());
    }
    Err(Error::Conflict { code: "not_a_sandbox", detail: "this desk lives in real time; start one with UURWERK_TIME=sandbox".to_owned() })
}

async fn set(app: &App, now: Instant) -> Result<(), Error> {
    app.write(&Scope::All, async |tx| Ok(store::time::keep_sandbox(tx, now).await?)).await?;
    app.time.advance(now);
    Ok(())
}
