//! By what somebody is and was known. After one person an address can be another's, so what was mailed from or to it is whose it was then.

use super::Instant;
use super::address::is_made_up;
use super::person::Person;

/// What was known of somebody until that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    pub name: String,
    /// None for somebody who had none.
    pub email: Option<String>,
    pub until: Instant,
}

/// That an address was another's, until an instant; `None` while it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Others {
    pub email: String,
    pub until: Option<Instant>,
}

/// An address with the time in which it was somebody's: after the first instant, up to and including the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    pub email: String,
    pub after: Option<Instant>,
    pub until: Option<Instant>,
}

impl Tenure {
    pub fn covers(&self, at: Instant) -> bool {
        self.after.is_none_or(|after| at > after) && self.until.is_none_or(|until| at <= until)
    }
}

/// Somebody with all by which they are and were known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub person: Person,
    /// Oldest first.
    pub formerly: Vec<Former>,
    /// Never empty: one that is made up in place of an address counts too.
    pub addresses: Vec<Tenure>,
}

impl Known {
    pub fn new(person: Person, formerly: Vec<Former>, others: &[Others]) -> Self {
        let former = formerly.iter().filter_map(|one| Some((one.email.clone()?, Some(one.until))));
        let addresses = former.chain([(person.email.clone(), None)]).map(|(email, until)| tenure(email, until, others)).collect();
        Self { person, formerly, addresses }
    }

    /// Their names, the longest first, so that none is taken for a part of another; also as they stand on one line.
    pub fn names(&self) -> Vec<String> {
        let names = self.formerly.iter().map(|one| &one.name).chain([&self.person.name]);
        let lines = names.flat_map(|name| [name.trim().to_owned(), name.split_whitespace().collect::<Vec<_>>().join(" ")]);
        longest_first(lines.collect())
    }

    /// The texts that meant them at an instant: every name, and the addresses that were theirs.
    pub fn texts_at(&self, at: Instant) -> Vec<String> {
        let addresses = self.addresses.iter().filter(|one| one.covers(at) && !is_made_up(&one.email));
        longest_first(self.names().into_iter().chain(addresses.map(|one| one.email.clone())).collect())
    }
}

/// An address that nobody had later is theirs ever since, and one that nobody had before was theirs all along: mail comes late, and early.
fn tenure(email: String, until: Option<Instant>, others: &[Others]) -> Tenure {
    let others = || others.iter().filter(|other| other.email == email);
    let is_before = |other: &Others| other.until.is_some_and(|theirs| until.is_none_or(|until| theirs < until));
    let after = others().filter(|other| is_before(other)).filter_map(|other| other.until).max();
    let until = until.filter(|_| others().any(|other| !is_before(other)));
    Tenure { email, after, until }
}

fn longest_first(mut texts: Vec<String>) -> Vec<String> {
    texts.retain(|text| !text.is_empty());
    texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    texts.dedup();
    texts
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_unix(seconds).expect("an instant")
    }

    fn anna(formerly: &[(&str, &str, i64)], others: &[(&str, Option<i64>)]) -> Known {
        let formerly = formerly.iter().map(|(name, email, until)| Former {
            name: (*name).to_owned(),
            email: Some((*email).to_owned()),
            until: at(*until),
        });
        let others: Vec<_> = others.iter().map(|(email, until)| Others { email: (*email).to_owned(), until: until.map(at) }).collect();
        Known::new(Person::new(Uuid::from_u128(7), "ipo", "Anna  Smit", "new@ipo.example"), formerly.collect(), &others)
    }

    fn tenures(known: &Known) -> Vec<(&str, Option<i64>, Option<i64>)> {
        known.addresses.iter().map(|one| (one.email.as_str(), one.after.map(Instant::unix), one.until.map(Instant::unix))).collect()
    }

    #[test]
    fn an_address_is_theirs_for_as_long_as_it_was_nobody_elses() {
        let (old, new) = ("old@ipo.example", "new@ipo.example");
        let was = [("Anna Bos", old, 100)];
        for (others, expected) in [
            (&[][..], [(old, None, None), (new, None, None)]),
            // Somebody has the former address now, or had it later or before.
            (&[(old, None)], [(old, None, Some(100)), (new, None, None)]),
            (&[(old, Some(200))], [(old, None, Some(100)), (new, None, None)]),
            (&[(old, Some(50))], [(old, Some(50), None), (new, None, None)]),
            // And the present one was somebody's.
            (&[(new, Some(90)), (new, Some(60))], [(old, None, None), (new, Some(90), None)]),
        ] {
            assert_eq!(tenures(&anna(&was, others)), expected, "{others:?}");
        }
        // Whoever goes back to an address has it twice.
        let back = anna(&[("Anna", new, 10), ("Anna", old, 30)], &[(new, Some(20))]);
        assert_eq!(tenures(&back), [(new, None, Some(10)), (old, None, None), (new, Some(20), None)]);
    }

    #[test]
    fn what_meant_them_is_every_name_and_the_addresses_of_that_time() {
        let known = anna(&[("Anna Bos-Smit", "old@ipo.example", 100)], &[("old@ipo.example", None)]);
        assert_eq!(known.names(), ["Anna Bos-Smit", "Anna  Smit", "Anna Smit"]);
        assert!(known.texts_at(at(100)).contains(&"old@ipo.example".to_owned()));
        assert!(!known.texts_at(at(101)).contains(&"old@ipo.example".to_owned()));
    }
}
