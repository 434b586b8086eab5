//! What callers prove themselves with, as far as that needs neither the database nor a caller: passwords, one-time codes, signed links, and
//! which tokens were used of late.

mod breached;
pub mod code;
mod kept;
mod signing;
mod turns;
mod used;

use std::sync::Arc;

pub use breached::BreachedPasswords;
pub use kept::{COST, Cost, Fault, Kept};
pub use signing::{Purpose, SigningKey};
pub use turns::{Asker, Standing};
pub use used::UsedTokens;

use crate::settings::Access;
use turns::Turns;

/// Where passwords are worked on: away from the threads that answer requests, and few at once, so that no flood of them takes the memory.
#[derive(Debug)]
pub struct Passwords {
    turns: Turns,
    breached: Option<Arc<BreachedPasswords>>,
}

/// Why no work on passwords was done.
#[derive(Debug, thiserror::Error)]
pub enum NotWorked {
    #[error("too many passwords are worked on already")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the list of breached passwords cannot be searched: {0}")]
    Breached(#[from] std::io::Error),
}

impl Passwords {
    pub fn new(settings: &Access) -> Result<Self, String> {
        let breached = settings.breached_passwords.as_deref().map(BreachedPasswords::open).transpose();
        let breached = breached.map_err(|wrong| format!("access.breached_passwords: {wrong}"))?.map(Arc::new);
        Ok(Self { turns: Turns::default(), breached })
    }

    /// Whether there is a list of passwords that are known from breaches.
    pub fn know_breaches(&self) -> bool {
        self.breached.is_some()
    }

    /// Does slow work with a password, when it is its turn.
    pub async fn work<T: Send + 'static>(
        &self,
        asker: Asker,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, NotWorked> {
        let Some(turn) = self.turns.take(asker).await else { return Err(NotWorked::Busy) };
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, also when whoever asked for it hangs up.
            let _turn = turn;
            work()
        });
        Ok(done.await.map_err(|gone| Fault(gone.to_string()))??)
    }

    /// Whether a password is on the list of those that are known from breaches; none is where the settings name no list.
    pub async fn is_breached(&self, password: &str) -> Result<bool, NotWorked> {
        let Some(list) = self.breached.clone() else { return Ok(false) };
        let password = password.to_owned();
        let found = tokio::task::spawn_blocking(move || list.contains(&password));
        Ok(found.await.map_err(|gone| Fault(gone.to_string()))??)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn a_flood_of_passwords_is_worked_on_a_few_at_once_and_the_rest_is_sent_away() {
        let settings = Access { longest_token_days: 1, local_accounts: true, shortest_password: 14, breached_passwords: None };
        let passwords = Passwords::new(&settings).expect("no list");
        let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let works = (0..2 * turns::WAITING).map(|_| {
            let (at_once, most) = (at_once.clone(), most.clone());
            passwords.work(Asker::LET_IN, move || {
                most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(2));
                at_once.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            })
        });
        let done = join_all(works).await;
        // A place that is free before all have come is taken again.
        let worked = done.iter().filter(|one| one.is_ok()).count();
        assert!((turns::WAITING + turns::AT_ONCE..2 * turns::WAITING).contains(&worked), "{worked}");
        assert!(done.iter().all(|one| matches!(one, Ok(()) | Err(NotWorked::Busy))));
        assert!(most.load(Ordering::SeqCst) <= turns::AT_ONCE);
    }
}
