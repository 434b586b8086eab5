//! Dead letters: events that a handler failed at until it was given up. They are kept, shown, and tried anew when an
//! operator has mended what was wrong.

use uuid::Uuid;

use super::Error;
use crate::app::App;
use crate::domain::contract::TicketType;
use crate::store::Scope;
use crate::store::set_aside::{self, DeadLetter};

/// At most this many are shown at once.
const SHOWN: u64 = 1000;

impl DeadLetter {
    /// The reference of its ticket, such as INC-1001.
    pub fn reference(&self) -> String {
        let prefix = self.registered_as.parse::<TicketType>().map_or("?", TicketType::prefix);
        format!("{prefix}-{}", self.number)
    }
}

/// The dead letters, oldest first.
pub async fn list(app: &App) -> Result<Vec<DeadLetter>, Error> {
    Ok(set_aside::dead(&app.all(), SHOWN).await?)
}

/// How many there are.
pub async fn count(app: &App) -> Result<u64, Error> {
    Ok(set_aside::count_dead(&app.all()).await?)
}

/// Lets one be tried anew, as often as any event is.
pub async fn retry(app: &App, id: Uuid) -> Result<(), Error> {
    let now = app.time.now();
    let revived = app.write(&Scope::All, async |tx| Ok(set_aside::revive(tx, id, now).await?)).await?;
    if revived { Ok(()) } else { Err(Error::NotFound("dead letter")) }
}
