//! Dead letters: what was given up after many tries, events by a handler and mails by who sends them. They are kept, shown,
//! and tried anew when an operator has mended what was wrong.

use uuid::Uuid;

use super::{Error, Stamp, outbound};
use crate::app::App;
use crate::store::Scope;
use crate::store::set_aside::{self, DeadLetter};

/// At most this many are shown at once.
pub const SHOWN: u64 = 1000;

/// The dead letters, oldest first.
pub async fn list(app: &App) -> Result<Vec<DeadLetter>, Error> {
    Ok(set_aside::dead(&app.all(), SHOWN).await?)
}

/// How many there are.
pub async fn count(app: &App) -> Result<u64, Error> {
    Ok(set_aside::count_dead(&app.all()).await?)
}

/// Lets one be tried anew, an event or a mail, as often as a new one is.
pub async fn retry(app: &App, id: Uuid) -> Result<(), Error> {
    let now = app.time.now();
    let revived = app.write(&Scope::All, async |tx| Ok(set_aside::revive(tx, id, now).await?)).await?;
    if revived {
        return Ok(());
    }
    match outbound::send_again(app, &Stamp::system(now), id).await {
        Ok(_) => Ok(()),
        Err(Error::NotFound(_)) => Err(Error::NotFound("dead letter")),
        Err(error) => Err(error),
    }
}

/// Lets everything that was given up be tried anew; how much it was.
pub async fn retry_all(app: &App) -> Result<usize, Error> {
    let mut done = 0;
    loop {
        let events = list(app).await?.into_iter().map(|letter| letter.set_aside.id);
        let mails = outbound::given_up(app, SHOWN).await?.into_iter().map(|one| one.tracked.mail.id);
        let some: Vec<_> = events.chain(mails).collect();
        if some.is_empty() {
            return Ok(done);
        }
        for id in &some {
            retry(app, *id).await?;
        }
        done += some.len();
    }
}
