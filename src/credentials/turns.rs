//! Who is next where passwords are worked on: fair between networks, so that nobody who floods it keeps others waiting for long.
//!
//! Whoever comes from an address that is known for good goes before one that nobody knows, and that before one that was wrong of late. Within
//! each, networks take turns. One address, and one network around it, has few places; and when all are taken, whoever comes from a network
//! with fewer takes that of the network with the most.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

/// Works at once: each takes the memory that `COST` says.
pub(super) const AT_ONCE: usize = 2;
/// Callers that may wait. Each has little more than its body in memory meanwhile.
pub(super) const WAITING: usize = 256;
/// Places of one address (an IPv6 network of /64), and of one network around it.
const OF_ADDRESS: usize = 4;
const OF_NETWORK: usize = 16;
/// After this long a caller is sent away: whoever waits longer has mostly left.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an address is known for; the first goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Somebody came in from there.
    Known,
    Unknown,
    /// A password was wrong of late.
    Wrong,
}

/// From where somebody asks for work, and what that address is known for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    /// `None` for somebody who is let in already: the places are not counted for them.
    pub address: Option<IpAddr>,
    pub standing: Standing,
}

impl Asker {
    /// Somebody who is let in already.
    pub const LET_IN: Self = Self { address: None, standing: Standing::Known };

    fn network(&self) -> Option<IpAddr> {
        self.address.map(|address| match address {
            IpAddr::V4(address) => Ipv4Addr::from(u32::from(address) & !0xff).into(),
            IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !((1 << 80) - 1)).into(),
        })
    }
}

#[derive(Debug, Clone, Default)]
pub struct Turns(Arc<Mutex<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    at_work: usize,
    waiting: Vec<Waiting>,
    arrived: u64,
    /// The round of whoever went last.
    round: u64,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    asker: Asker,
    /// Each network has one caller in a round.
    round: u64,
    turn: oneshot::Sender<Turn>,
}

/// The right to work, until it is dropped.
#[derive(Debug)]
pub struct Turn(Option<Turns>);

/// A place in the queue, given up when whoever has it hangs up.
struct Place<'a> {
    turns: &'a Turns,
    number: u64,
}

impl Turns {
    /// Waits for one's turn; `None` when there is no place, or it takes too long.
    pub async fn take(&self, asker: Asker) -> Option<Turn> {
        let (number, turn) = {
            let mut queue = self.lock();
            if queue.at_work < AT_ONCE {
                queue.at_work += 1;
                return Some(Turn(Some(self.clone())));
            }
            queue.enter(asker)?
        };
        let _place = Place { turns: self, number };
        tokio::time::timeout(PATIENCE, turn).await.ok()?.ok()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a turn that is over to whoever is next.
    fn pass_on(&self) {
        loop {
            let next = {
                let mut queue = self.lock();
                let next = queue.next();
                if next.is_none() {
                    queue.at_work -= 1;
                }
                next
            };
            let Some(next) = next else { return };
            match next.turn.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // They hung up a moment ago: the turn is not over with them.
                Err(mut turn) => turn.0 = None,
            }
        }
    }
}

impl Queue {
    fn enter(&mut self, asker: Asker) -> Option<(u64, oneshot::Receiver<Turn>)> {
        let network = asker.network();
        let of_address = self.waiting.iter().filter(|one| one.asker.address == asker.address).count();
        let of_network = self.waiting.iter().filter(|one| one.asker.network() == network).count();
        if network.is_some() && (of_address >= OF_ADDRESS || of_network >= OF_NETWORK) {
            return None;
        }
        if self.waiting.len() >= WAITING {
            let at = self.displaced_by(asker, of_network)?;
            self.waiting.swap_remove(at);
        }
        let last = self.waiting.iter().filter(|one| one.asker.network() == network).map(|one| one.round).max().unwrap_or_default();
        let (sender, turn) = oneshot::channel();
        let (number, round) = (self.arrived, last.max(self.round) + 1);
        self.waiting.push(Waiting { number, asker, round, turn: sender });
        self.arrived += 1;
        Some((number, turn))
    }

    /// Whose place a newcomer takes: that of somebody worse known, or else of a network with more places; the last who came.
    fn displaced_by(&self, asker: Asker, of_network: usize) -> Option<usize> {
        let worst = self.waiting.iter().map(|one| one.asker.standing).max()?;
        let weight = |one: &Waiting| self.waiting.iter().filter(|other| other.asker.network() == one.asker.network()).count();
        let candidates = self.waiting.iter().enumerate().filter(|(_, one)| one.asker.standing == worst);
        let (at, most) = candidates.map(|(at, one)| (at, (weight(one), one.number))).max_by_key(|(_, key)| *key)?;
        (asker.standing < worst || asker.standing == worst && of_network + 1 < most.0).then_some(at)
    }

    fn next(&mut self) -> Option<Waiting> {
        let first = self.waiting.iter().enumerate().min_by_key(|(_, one)| (one.asker.standing, one.round, one.number));
        let (at, _) = first?;
        let next = self.waiting.swap_remove(at);
        self.round = self.round.max(next.round - 1);
        Some(next)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass_on();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.turns.lock().waiting.retain(|one| one.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(address: &str, standing: Standing) -> Asker {
        Asker { address: Some(address.parse().expect("an address")), standing }
    }

    /// A queue with nobody at work but whoever has all turns, and the receivers of those who wait.
    fn queue(waiting: impl IntoIterator<Item = Asker>) -> (Queue, Vec<Option<oneshot::Receiver<Turn>>>) {
        let mut queue = Queue { at_work: AT_ONCE, ..Queue::default() };
        let entered = waiting.into_iter().map(|one| queue.enter(one).map(|(_, turn)| turn)).collect();
        (queue, entered)
    }

    fn order(queue: &mut Queue) -> Vec<String> {
        std::iter::from_fn(|| queue.next()).map(|one| one.asker.address.map(|address| address.to_string()).unwrap_or_default()).collect()
    }

    #[test]
    fn whoever_is_known_for_good_goes_first_and_whoever_was_wrong_last() {
        let asked = [("192.0.2.1", Standing::Wrong), ("192.0.2.2", Standing::Unknown), ("192.0.2.3", Standing::Known)];
        let (mut queue, _turns) = queue(asked.map(|(address, standing)| asker(address, standing)).into_iter().chain([Asker::LET_IN]));
        // Of those known for good the other network has its turn first: three of the first one came before.
        assert_eq!(order(&mut queue), ["", "192.0.2.3", "192.0.2.2", "192.0.2.1"]);
    }

    #[test]
    fn networks_take_turns_however_many_addresses_one_has() {
        let storm = (0..OF_NETWORK).map(|each| asker(&format!("2001:db8:0:{each:x}::1"), Standing::Unknown));
        let (mut queue, _turns) = queue(storm.chain([asker("2001:db9::1", Standing::Unknown)]));
        assert!(order(&mut queue)[..2].contains(&"2001:db9::1".to_owned()));
    }

    #[test]
    fn an_address_and_its_network_have_a_small_share() {
        let one = (0..10).map(|_| asker("192.0.2.1", Standing::Known));
        let (of_one, entered) = queue(one);
        assert_eq!((of_one.waiting.len(), entered.iter().flatten().count()), (OF_ADDRESS, OF_ADDRESS));
        let storm = (0..1000).map(|each| asker(&format!("2001:db8:0:{each:x}::1"), Standing::Unknown));
        assert_eq!(queue(storm).0.waiting.len(), OF_NETWORK);
    }

    #[test]
    fn whoever_comes_when_all_places_are_taken_takes_one_of_those_who_have_most() {
        let storm = |standing| (0..WAITING).map(move |each| asker(&format!("10.{}.0.{}", each / OF_NETWORK, each % OF_NETWORK), standing));
        for (standing, newcomer, enters) in [
            (Standing::Unknown, Standing::Unknown, true),
            (Standing::Unknown, Standing::Wrong, false),
            (Standing::Known, Standing::Unknown, false),
            (Standing::Wrong, Standing::Known, true),
        ] {
            let (mut queue, turns) = queue(storm(standing));
            assert_eq!((queue.waiting.len(), turns.iter().flatten().count()), (WAITING, WAITING));
            let entered = queue.enter(asker("192.0.2.1", newcomer));
            assert_eq!((entered.is_some(), queue.waiting.len()), (enters, WAITING), "{standing:?} {newcomer:?}");
            // The same network has its share already.
            assert!(queue.enter(asker("10.1.0.200", Standing::Known)).is_none());
        }
        let spread = (0..WAITING).map(|each| asker(&format!("10.{each}.0.1"), Standing::Unknown));
        assert!(queue(spread).0.enter(asker("192.0.2.1", Standing::Unknown)).is_none(), "nobody has more than they would");
    }

    #[tokio::test]
    async fn a_turn_goes_on_to_the_next_who_still_waits() {
        let turns = Turns::default();
        let first = turns.take(Asker::LET_IN).await.expect("a turn");
        let second = turns.take(Asker::LET_IN).await.expect("a turn");
        let waits = |address: &str| {
            let (turns, asker) = (turns.clone(), asker(address, Standing::Unknown));
            tokio::spawn(async move { turns.take(asker).await.is_some() })
        };
        let (gone, stays) = (waits("192.0.2.1"), waits("192.0.2.2"));
        while turns.lock().waiting.len() < 2 {
            tokio::task::yield_now().await;
        }
        gone.abort();
        assert!(gone.await.is_err());
        drop(first);
        assert!(stays.await.expect("done"));
        drop(second);
        let queue = turns.lock();
        assert_eq!((queue.at_work, queue.waiting.len()), (0, 0));
    }
}
