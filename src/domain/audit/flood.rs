//! How many lines refused attempts get. Anybody can be refused as often as they like, and must not fill the trail: in a minute a caller,
//! or an address that nobody is known from, gets so many lines of its own, and strangers together get no more than so many. What comes on
//! top is counted, and told in one line when the minute is over. Strangers take no line from a caller who is known.
//!
//! Each process counts for itself, in memory: one that is killed loses the counts of its last minute.

use std::collections::HashMap;

use super::Origin;
use crate::domain::Instant;

/// Lines of its own that one caller or address gets in a minute.
const EACH: u32 = 20;
/// Lines that all strangers get together.
const STRANGERS: u32 = 100;
/// How many addresses of strangers are told apart; the rest are counted as one.
const TOLD_APART: usize = 100;

/// Whose attempts are counted together: an actor as histories name it, else the address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Whose {
    pub actor: Option<String>,
    pub origin: String,
}

/// Attempts of one caller beyond those that had a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub whose: Whose,
    pub count: i64,
}

#[derive(Debug, Default)]
pub struct Flood {
    minute: i64,
    /// Lines of strangers, and how many addresses of theirs were seen.
    strangers: (u32, usize),
    seen: HashMap<Whose, (u32, i64)>,
}

impl Flood {
    /// Whether an attempt gets a line of its own; else it is counted.
    pub fn admits(&mut self, whose: Whose) -> bool {
        let is_stranger = whose.actor.is_none();
        let is_new = is_stranger && !self.seen.contains_key(&whose);
        let whose = if is_new && self.strangers.1 >= TOLD_APART { Self::others() } else { whose };
        self.strangers.1 += usize::from(is_new);
        let (lines, counted) = self.seen.entry(whose).or_default();
        let admitted = *lines < EACH && (!is_stranger || self.strangers.0 < STRANGERS);
        if admitted {
            *lines += 1;
            self.strangers.0 += u32::from(is_stranger);
        } else {
            *counted += 1;
        }
        admitted
    }

    fn others() -> Whose {
        Whose { actor: None, origin: Origin::Unknown.to_string() }
    }

    /// Begins a new minute if the last is over, and returns what was counted in that one.
    pub fn turn(&mut self, now: Instant) -> Vec<Counted> {
        let minute = now.unix().div_euclid(60);
        if minute == self.minute { Vec::new() } else { self.end(minute) }
    }

    /// What was counted until now, whether or not the minute is over.
    pub fn drain(&mut self) -> Vec<Counted> {
        self.end(self.minute)
    }

    fn end(&mut self, minute: i64) -> Vec<Counted> {
        let seen = std::mem::take(&mut self.seen).into_iter();
        (self.minute, self.strangers) = (minute, (0, 0));
        seen.filter(|(_, (_, counted))| *counted > 0).map(|(whose, (_, count))| Counted { whose, count }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: usize) -> Whose {
        Whose { actor: None, origin: address.to_string() }
    }

    fn at(minute: i64) -> Instant {
        Instant::from_unix(minute * 60).expect("an instant")
    }

    #[test]
    fn an_address_gets_so_many_lines_in_a_minute_and_one_for_the_rest() {
        let mut flood = Flood::default();
        assert_eq!(flood.turn(at(1)), []);
        assert_eq!((0..1000).filter(|_| flood.admits(from(1))).count(), 20);
        assert!(flood.admits(from(2)));
        assert_eq!(flood.turn(at(1)), []);
        assert_eq!(flood.turn(at(2)), [Counted { whose: from(1), count: 980 }]);
        assert!(flood.admits(from(1)));
    }

    #[test]
    fn however_many_addresses_there_are_the_lines_and_the_memory_are_bounded() {
        let mut flood = Flood::default();
        let lines = (0..100_000).filter(|at| flood.admits(from(*at))).count();
        assert!(lines <= STRANGERS as usize, "{lines}");
        let known = Whose { actor: Some("desk:1".to_owned()), origin: String::new() };
        assert!(flood.admits(known), "somebody who is known has lines left");
        let counted = flood.turn(at(2));
        assert!(counted.len() <= TOLD_APART + 1, "{}", counted.len());
        assert_eq!(counted.iter().map(|one| one.count).sum::<i64>() + i64::try_from(lines).unwrap_or_default(), 100_000);
    }
}
