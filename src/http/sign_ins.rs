//! How often somebody may try to sign in to a local account. Measured in the machine's time, in a sandbox too.
//!
//! Tries are counted for each address, and for each account together with an address. After some free ones each has to wait longer than the
//! one before. An account as a whole is never locked: whoever keeps guessing delays themselves, and nobody at another address. A right
//! password ends the count. Each process counts for itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

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

/// An address, with the hash of an account's name or without.
type Key = (IpAddr, Option<[u8; 32]>);

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: Instant,
}

#[derive(Debug, Default)]
pub struct SignIns(Mutex<HashMap<Key, Tries>>);

impl SignIns {
    /// Counts a try, before it is known how it ends: several at once must not all be free. An error says how long to wait.
    pub fn begin(&self, address: IpAddr, name: &str, now: Instant) -> Result<(), Duration> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = keys(address, name);
        let waits = keys.iter().filter_map(|(key, free)| counts.get(key)?.wait(*free, now));
        if let Some(longest) = waits.max() {
            return Err(longest);
        }
        for (key, _) in keys {
            let tries = counts.entry(key).or_insert(Tries { count: 0, last: now });
            let known = if now.duration_since(tries.last) >= FORGOTTEN { 0 } else { tries.count };
            *tries = Tries { count: known.saturating_add(1), last: now };
        }
        if counts.len() > CAP {
            drop_oldest(&mut counts);
        }
        Ok(())
    }

    /// Ends the count of somebody who signed in.
    pub fn succeeded(&self, address: IpAddr, name: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in keys(address, name) {
            counts.remove(&key);
        }
    }

    /// Takes a try back that could not be judged.
    pub fn take_back(&self, address: IpAddr, name: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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

/// The name's hash, so that no name stays in memory.
fn keys(address: IpAddr, name: &str) -> [(Key, u32); 2] {
    let name = Sha256::digest(name.trim().to_lowercase()).into();
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
            assert_eq!(sign_ins.begin(address(1), "Anna", now), Ok(()));
        }
        assert_eq!(tries(&sign_ins, address(1), "anna", 100, now + FORGOTTEN), 5);
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
            assert_eq!(sign_ins.begin(address(3), "anna", now), Ok(()));
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
        assert!(sign_ins.0.lock().expect("counts").len() <= CAP);
    }
}
