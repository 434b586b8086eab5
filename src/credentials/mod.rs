//! What callers prove themselves with, as far as that needs neither the database nor a caller: passwords, one-time codes, and which tokens
//! were used of late.

mod breached;
pub mod code;
mod kept;
mod used;

use std::sync::Arc;

use tokio::sync::Semaphore;

pub use breached::BreachedPasswords;
pub use kept::{COST, Cost, Fault, Kept};
pub use used::UsedTokens;

use crate::settings::Access;

/// Passwords that are worked on at once: each takes the memory that `COST` says.
const AT_ONCE: usize = 2;
/// Callers that may wait for it, those at work included.
const WAITING: usize = 32;

/// Where passwords are worked on: away from the threads that answer requests, and few at once, so that no flood of them takes the memory.
#[derive(Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
    slots: Arc<Semaphore>,
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
        Ok(Self { places: Arc::new(Semaphore::new(WAITING)), slots: Arc::new(Semaphore::new(AT_ONCE)), breached })
    }

    /// Does slow work with a password, when it is its turn.
    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, NotWorked> {
        let _place = self.places.clone().try_acquire_owned().map_err(|_full| NotWorked::Busy)?;
        let Ok(slot) = self.slots.clone().acquire_owned().await else { return Err(NotWorked::Busy) };
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, also when whoever asked for it hangs up.
            let _slot = slot;
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
        let works = (0..200).map(|_| {
            let (at_once, most) = (at_once.clone(), most.clone());
            passwords.work(move || {
                most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
                at_once.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            })
        });
        let done = join_all(works).await;
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), WAITING);
        assert!(done.iter().all(|one| matches!(one, Ok(()) | Err(NotWorked::Busy))));
        assert!(most.load(Ordering::SeqCst) <= AT_ONCE);
    }
}
