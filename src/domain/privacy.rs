//! What is kept for somebody's sake and what is taken away: legal holds, and the erasure of a person.

use uuid::Uuid;

use super::Instant;
use crate::words::closed_list;

/// What an erased person is called from then on, on every screen and in every report.
pub const ERASED_NAME: &str = "verwijderde persoon";

/// A text without these names, each where it stands as words of its own.
pub fn without_names(text: &str, names: &[&str]) -> String {
    names.iter().filter(|name| !name.is_empty()).fold(text.to_owned(), |text, name| without_name(&text, name))
}

fn without_name(text: &str, name: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let is_word = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
        let is_part = is_word(before.chars().next_back().or_else(|| kept.chars().next_back())) || is_word(after.chars().next());
        kept.push_str(before);
        kept.push_str(if is_part { name } else { ERASED_NAME });
        rest = after;
    }
    kept.push_str(rest);
    kept
}

closed_list! {
    /// On what a legal hold stands.
    pub enum HoldSubject {
        Person = "person": "persoon", "person";
        Ticket = "ticket": "melding", "ticket";
        /// Everything under a contract.
        Contract = "contract": "contract", "contract";
    }
}

/// An order that something be kept, whatever its time or its owner's wish: nothing under it is erased, redacted or destroyed until it is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    pub id: Uuid,
    pub kind: HoldSubject,
    /// The id of the person, the ticket or the contract.
    pub subject: String,
    pub reason: String,
    /// As histories name people.
    pub placed_by: String,
    pub placed_at: Instant,
    pub lifted: Option<Lifted>,
}

impl LegalHold {
    /// The ticket that it stands on.
    pub fn ticket(&self) -> Option<Uuid> {
        self.subject.parse().ok().filter(|_| self.kind == HoldSubject::Ticket)
    }
}

/// The act that ended a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    pub by: String,
    pub at: Instant,
    pub reason: String,
}

/// The record of an erasure, which stays: by it the erasure is done again on a backup that is put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    pub id: Uuid,
    pub person: Uuid,
    pub organisation: String,
    pub reason: String,
    /// As histories name people.
    pub actor: String,
    pub erased_at: Instant,
    /// Copies of mails of theirs that were erased.
    pub inbound_mails: u64,
    /// Mails to them that were erased.
    pub outbound_mails: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_out_where_it_stands_by_itself_and_not_out_of_other_words() {
        for (text, names, kept) in [
            ("Beste An Smit,\nAn Smit belde.", &["An Smit"][..], "Beste verwijderde persoon,\nverwijderde persoon belde."),
            ("Van An, aan Anna", &["An"], "Van verwijderde persoon, aan Anna"),
            ("Vraag het an@ipo.example.", &["An", "an@ipo.example"], "Vraag het verwijderde persoon."),
            ("Niemand", &["", "Bea"], "Niemand"),
        ] {
            assert_eq!(without_names(text, names), kept);
        }
    }
}
