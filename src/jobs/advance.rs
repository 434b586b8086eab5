//! A sandbox's time on its way to where it is told to go.

use super::{next_due, work_off};
use crate::app::App;
use crate::domain::Instant;
use crate::store;
use crate::store::time::Kept;
use crate::usecases::sandbox::{self, Advance};
use crate::usecases::{Error, Stamp};

/// Advances; answers when every timer, handler and mail that became due has had its turn, each at its own instant.
pub async fn advance(app: &App, stamp: &Stamp, advance: Advance) -> Result<Instant, Error> {
    sandbox::refuse_outside(app)?;
    let _alone = app.work.write().await;
    // Where another process, which held the seat for a while, left it.
    if let Some(Kept::Sandbox(now)) = store::time::kept(&app.all()).await? {
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
