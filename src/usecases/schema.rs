//! Bringing the database to this program's schema.

use super::Error;
use crate::app::configured_time;
use crate::domain::actor::Actor;
use crate::domain::audit::{Act, Via};
use crate::settings::Settings;
use crate::store::{self, Db};
use crate::time::TimeSource;

/// Returns how many migrations that took; each has a line in the audit trail. `role` is whom the program serves by, where another owns the
/// tables.
pub async fn migrate(db: &Db, settings: &Settings, role: Option<&str>) -> Result<usize, Error> {
    let time = TimeSource::machine();
    let act = Act { via: Via::command("migrateDatabase"), actor: Actor::System, at: time.now() };
    let steps = store::schema::migrate(db, role, act, configured_time(settings), || time.id()).await?;
    // So that a search finds all there is from the start.
    match index_backlog(db, || false).await {
        Ok(0) => {}
        Ok(tickets) => tracing::info!(tickets, "the words of tickets were written into the search index"),
        // A desk whose search does not find everything is better than none, and the workers try again.
        Err(error) => tracing::error!(%error, "some tickets are not in the search index yet"),
    }
    Ok(steps)
}

/// Indexes the tickets that a migration left to be indexed, unless asked to stop. Returns how many.
pub async fn index_backlog(db: &Db, is_stopping: impl Fn() -> bool) -> Result<usize, Error> {
    let mut count = 0;
    while !is_stopping() {
        match store::search_backlog::write_some(db).await? {
            0 => break,
            some => count += some,
        }
    }
    Ok(count)
}
