//! Dead letters: events that a handler gave up after many tries, and mails that could not be sent. They are kept and shown, and retried
//! once an operator has repaired the cause.

use uuid::Uuid;

use super::{Error, Stamp, outbound};
use crate::app::App;
use crate::domain::audit::Act;
use crate::store::Scope;
use crate::store::set_aside::{self, DeadLetter};

/// The most that are listed at once.
pub const SHOWN: u64 = 1000;

/// Oldest first.
pub async fn list(app: &App) -> Result<Vec<DeadLetter>, Error> {
    Ok(set_aside::dead(&app.all(), SHOWN).await?)
}

pub async fn count(app: &App) -> Result<u64, Error> {
    Ok(set_aside::count_dead(&app.all()).await?)
}

/// Retries one, an event or a mail, as often as if it were new.
pub async fn retry(app: &App, id: Uuid) -> Result<(), Error> {
    let now = app.time.now();
    let stamp = Stamp::command("retryDeadLetter", app.time.now());
    // What is no event may be a mail, which is noted there.
    let act = Act::of_program(stamp.via.action, stamp.recorded_at);
    let revived = app.write(&act, &Scope::ALL, async |tx| {
        let revived = set_aside::revive(tx, id, now).await?;
        if revived {
            tx.touch("set_aside", id);
        }
        Ok(revived)
    });
    if revived.await? {
        return Ok(());
    }
    match outbound::send_again(app, &stamp, id).await {
        Ok(_) => Ok(()),
        Err(Error::NotFound(_)) => Err(Error::NotFound("dead letter")),
        Err(error) => Err(error),
    }
}

/// Retries everything that was given up. Returns how many.
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
