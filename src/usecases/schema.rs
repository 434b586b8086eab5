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
    Ok(store::schema::migrate(db, role, act, configured_time(settings), || time.id()).await?)
}
