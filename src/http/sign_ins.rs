//! How often somebody may try to sign in to a local account. Measured in the machine's time, in a sandbox too.
//!
//! Tries are counted for each address, and for each account together with an address. After some free ones each has to wait longer than the
//! one before. An account as a whole is never locked: whoever keeps guessing delays themselves, and nobody at another address. A right
//! password ends the count. Each process counts for itself, and begins anew when it starts.
//!
//! Addresses from which somebody came in with a good token or password are known for good: they go first where passwords are worked on.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::domain::search::folded;
use crate::usecases::accounts::Standing;

/// Tries without a wait: for one account from one address, and for all accounts from one address.
const FREE: u32 = 5;
const FREE_OF_ADDRESS: u32 = 20;
/// The wait after the first try that is not free; it doubles with each one after.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// Tries are forgotten when there was none for so long.
const FORGOTTEN: Duration = Duration::from_hours(24);
/// Counts kept before the oldest are dropped. Bounds the memory that an attack from many addresses takes.
const CAP: usize = 20_000;
/// Addresses that are known for good, before they are learnt anew.
const GOOD_CAP: usize = 10_000;

/// An address, with the hash of an account's name or without.
type Key = (IpAddr, Option<[u8; 32]>);

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: Instant,
}

#[derive(Debug, Default)]
pub struct SignIns {
    tries: Mutex<HashMap<Key, Tries>>,
    good: RwLock<HashSet<IpAddr>>,
}

impl SignIns {
    /// Counts a try, before it is known how it ends: several at once must not all be free. Returns what the address was known for until now;
    /// an error says how long to wait.
    pub fn begin(&self, address: IpAddr, name: &str, now: Instant) -> Result<Standing, Duration> {
        let mut counts = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = keys(address, name);
        let waits = keys.iter().filter_map(|(key, free)| counts.get(key)?.wait(*free, now));
        if let Some(longest) = waits.max() {
            return Err(longest);
        }
        let was_wrong = counts.get(&(address, None)).is_some_and(|tries| tries.count > 0 && now.duration_since(tries.last) < FORGOTTEN);
        for (key, _) in keys {
            let tries = counts.entry(key).or_insert(Tries { count: 0, last: now });
            let known = if now.duration_since(tries.last) >= FORGOTTEN { 0 } else { tries.count };
            *tries = Tries { count: known.saturating_add(1), last: now };
        }
        if counts.len() > CAP {
            drop_oldest(&mut counts);
        }
        drop(counts);
        Ok(if was_wrong {
            Standing::Wrong
        } else if self.is_good(address) {
            Standing::Known
        } else {
            Standing::Unknown
        })
    }

    /// Somebody came in from an address, with a token or a password.
    pub fn came_in(&self, address: IpAddr) {
        // Of the many requests, nearly all come from an address that is known.
        if self.is_good(address) {
            return;
        }
        let mut good = self.good.write().unwrap_or_else(PoisonError::into_inner);
        if good.len() >= GOOD_CAP {
            good.clear();
        }
        good.insert(address);
    }

    fn is_good(&self, address: IpAddr) -> bool {
        self.good.read().unwrap_or_else(PoisonError::into_inner).contains(&address)
    }

    /// Ends the count of somebody who signed in.
    pub fn succeeded(&self, address: IpAddr, name: &str) {
        self.came_in(address);
        let mut counts = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in keys(address, name) {
            counts.remove(&key);
        }
    }

    /// Takes a try back that could not be judged.
    pub fn take_back(&self, address: IpAddr, name: &str) {
        let mut counts = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in keys(address, name) {
            if let Some(tries) = counts.get_mut(&key) {
                tries.count = tries.count.saturating_sub(1);
            }
        }
    }
}

impl Tries {
    /// How long until the next one.
    fn wait(self, free: u32, now: Instant) -> Option<Duration> {
        let over = self.count.checked_sub(free)?;
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(over)).min(LONGEST_WAIT);
        wait.checked_sub(now.duration_since(self.last)).filter(|left| !left.is_zero())
    }
}

/// The hash of the name as accounts are found by it, so that no name stays in memory, and no spelling of it is counted apart.
fn keys(address: IpAddr, name: &str) -> [(Key, u32); 2] {
    let name = Sha256::digest(folded(name.trim())).into();
    [((address, Some(name)), FREE), ((address, None), FREE_OF_ADDRESS)]
}

fn drop_oldest(counts: &mut HashMap<Key, Tries>) {
    let mut ages: Vec<_> = counts.values().map(|tries| tries.last).collect();
    let quarter = ages.len() / 4;
    let (_, oldest, _) = ages.select_nth_unstable(quarter);
    let oldest = *oldest;
    counts.retain(|_, tries| tries.last > oldest);
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    fn tries(sign_ins: &SignIns, address: IpAddr, name: &str, times: usize, now: Instant) -> usize {
        (0..times).filter(|_| sign_ins.begin(address, name, now).is_ok()).count()
    }

    #[test]
    fn whoever_guesses_waits_longer_each_time_and_locks_nobody_out() {
        let (sign_ins, start) = (SignIns::default(), Instant::now());
        assert_eq!(tries(&sign_ins, address(1), "anna", 100, start), 5);
        // The same account from elsewhere, and another account from there.
        assert_eq!(tries(&sign_ins, address(2), "anna", 1, start), 1);
        assert_eq!(tries(&sign_ins, address(1), "bram", 1, start), 1);
        let mut now = start;
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            let left = sign_ins.begin(address(1), " ANNA", now).expect_err("a wait");
            assert_eq!(left.as_secs(), wait);
            now += left;
            assert_eq!(sign_ins.begin(address(1), "Anna", now), Ok(Standing::Wrong));
        }
        assert_eq!(tries(&sign_ins, address(1), "anna", 100, now + FORGOTTEN), 5);
    }

    #[test]
    fn a_name_is_counted_once_however_it_is_spelt() {
        let (sign_ins, now) = (SignIns::default(), Instant::now());
        let spelt = ["glas", "glás", "GLÀS", "gla\u{301}s", " glâs ", "ｇｌａｓ"];
        assert_eq!(spelt.iter().filter(|name| sign_ins.begin(address(1), name, now).is_ok()).count(), FREE as usize);
    }

    #[test]
    fn an_address_is_known_by_who_came_in_from_it_until_a_password_is_wrong() {
        let (sign_ins, now) = (SignIns::default(), Instant::now());
        sign_ins.came_in(address(1));
        assert_eq!(sign_ins.begin(address(1), "anna", now), Ok(Standing::Known));
        assert_eq!(sign_ins.begin(address(1), "bram", now), Ok(Standing::Wrong));
        sign_ins.succeeded(address(2), "anna");
        assert_eq!(sign_ins.begin(address(2), "anna", now), Ok(Standing::Known));
        for each in 0..30_000_u32 {
            sign_ins.came_in(Ipv4Addr::from(each).into());
        }
        assert!(sign_ins.good.read().expect("addresses").len() <= GOOD_CAP);
    }

    #[test]
    fn an_address_that_tries_many_names_waits_too() {
        let (sign_ins, now) = (SignIns::default(), Instant::now());
        let names = (0..100).filter(|each| sign_ins.begin(address(1), &each.to_string(), now).is_ok());
        assert_eq!(names.count(), 20);
        assert_eq!(tries(&sign_ins, address(2), "anna", 1, now), 1);
    }

    #[test]
    fn a_right_password_ends_the_count_and_what_could_not_be_judged_is_not_counted() {
        let (sign_ins, now) = (SignIns::default(), Instant::now());
        for _ in 0..50 {
            assert_eq!(tries(&sign_ins, address(1), "anna", 4, now), 4);
            sign_ins.succeeded(address(1), "anna");
            assert_eq!(sign_ins.begin(address(3), "anna", now), Ok(Standing::Unknown));
            sign_ins.take_back(address(3), "anna");
        }
    }

    #[test]
    fn an_attack_from_many_addresses_takes_no_more_memory_than_is_meant_for_it() {
        let (sign_ins, start) = (SignIns::default(), Instant::now());
        for each in 0..30_000_u32 {
            let now = start + Duration::from_millis(u64::from(each));
            assert!(sign_ins.begin(Ipv4Addr::from(each).into(), "anna", now).is_ok());
        }
        assert!(sign_ins.tries.lock().expect("counts").len() <= CAP);
    }
}
