//! Advancing a sandbox's time: from one due instant to the next, with the work done at each.

use super::{next_due, work_off};
use crate::app::App;
use crate::domain::Instant;
use crate::store;
use crate::store::time::Timekeeping;
use crate::usecases::sandbox::{self, Advance};
use crate::usecases::{Error, Stamp};

/// Advances, and returns the new time once every timer, handler and mail that became due has run, each at its own instant.
pub async fn advance(app: &App, stamp: &Stamp, advance: Advance) -> Result<Instant, Error> {
    sandbox::refuse_outside(app)?;
    // The workers must not run while time moves: they would do work at an instant that is not its own.
    let _alone = app.work.write().await;
    // Another process may have held the seat for a while and moved time on.
    if let Some(Timekeeping::Sandbox(now)) = store::time::kept(&app.all()).await? {
        app.time.advance(now);
    }
    let to = sandbox::aim(app, stamp, advance).await?;
    loop {
        work_off(app).await?;
        let Some(next) = next_due(app).await?.filter(|next| *next <= to && *next > app.time.now()) else { break };
        sandbox::set(app, next).await?;
    }
    if to > app.time.now() {
        sandbox::set(app, to).await?;
    }
    work_off(app).await?;
    Ok(app.time.now())
}
