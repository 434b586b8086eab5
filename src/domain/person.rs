//! People. Histories only know their ids, so that a person can be erased.

use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Instant;
use super::actor::Actor;
use super::address::is_made_up;
use super::search::folded;

/// Names before the `@` that are a group's and not a person's.
const OF_GROUPS: [&str; 24] = [
    "administratie",
    "algemeen",
    "balie",
    "beheer",
    "contact",
    "desk",
    "facilitair",
    "frontoffice",
    "functioneelbeheer",
    "helpdesk",
    "hr",
    "ict",
    "info",
    "it",
    "kantoor",
    "mail",
    "office",
    "post",
    "receptie",
    "sales",
    "secretariaat",
    "servicedesk",
    "support",
    "team",
];

/// Somebody of an organisation; of none, somebody of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: Uuid,
    pub organisation: String,
    pub name: String,
    /// In lower case, unique within the organisation; made up for somebody without one ([`Person::address`]).
    pub email: String,
    pub phone: Option<String>,
    /// Whether somebody said that several people use the address.
    pub is_shared: bool,
    /// Whether they still belong to the organisation.
    pub is_active: bool,
    /// Known only through a mailbox that accepts strangers: nobody has vouched for their organisation.
    pub is_stranger: bool,
    /// Since when mail to their address is not delivered.
    pub bounced_at: Option<Instant>,
}

/// What is worth a second look about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Several people seem to use the address, so what is done under it is nobody's (SUP-16).
    SharedAddress,
    /// The name is that of a group, or an address.
    NoPersonalName,
    /// Mail to the address is not delivered.
    MailBounces,
}

impl Person {
    /// Somebody whose address is known and nothing else.
    pub fn new(id: Uuid, organisation: &str, name: &str, email: &str) -> Self {
        Self {
            id,
            organisation: organisation.to_owned(),
            name: name.trim().to_owned(),
            email: email.trim().to_lowercase(),
            phone: None,
            is_shared: false,
            is_active: true,
            is_stranger: false,
            bounced_at: None,
        }
    }

    /// What is known of them in a few letters, which differ as soon as anything of it does: by it somebody sees that another changed it
    /// meanwhile.
    pub fn version(&self) -> String {
        let Self { id, organisation, name, email, phone, is_shared, is_active, is_stranger, bounced_at } = self;
        let known = json!([id, organisation, name, email, phone, is_shared, is_active, is_stranger, bounced_at.map(Instant::unix)]);
        hex::encode(&Sha256::digest(known.to_string())[..8])
    }

    /// Where they can be mailed.
    pub fn address(&self) -> Option<&str> {
        Some(self.email.as_str()).filter(|email| !is_made_up(email))
    }

    /// Whether mail reaches them, and nobody else under their name.
    pub fn is_reached(&self) -> bool {
        self.is_active && !self.is_stranger && self.address().is_some()
    }

    /// Somebody of the desk, whom an account stands for.
    pub fn is_of_the_desk(&self) -> bool {
        self.organisation.is_empty()
    }

    /// How histories name what they did.
    pub fn actor(&self) -> Actor {
        if self.is_of_the_desk() { Actor::Desk(self.id.to_string()) } else { Actor::Client(self.id.to_string()) }
    }

    pub fn warnings(&self) -> Vec<Warning> {
        let is_shared = self.is_shared || self.address().is_some_and(is_of_a_group);
        let found = [
            (is_shared, Warning::SharedAddress),
            (!is_personal(&self.name), Warning::NoPersonalName),
            (self.bounced_at.is_some(), Warning::MailBounces),
        ];
        found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, warning)| warning).collect()
    }

    /// Name and address in a form for searching.
    pub fn search_text(&self) -> String {
        folded(&format!("{} {}", self.name, self.address().unwrap_or_default()))
    }
}

impl Warning {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SharedAddress => "shared_address",
            Self::NoPersonalName => "no_personal_name",
            Self::MailBounces => "mail_bounces",
        }
    }

    pub const fn says(self) -> &'static str {
        match self {
            Self::MailBounces => "mail to this address is not delivered; ask for another, or write again once it works",
            Self::SharedAddress => "several people seem to use this address; what is done under it cannot be traced to one of them",
            Self::NoPersonalName => "this is not a person's own name",
        }
    }
}

/// Whether an address is a group's by its name: `info@`, `service.desk@`, `team-ict@`.
pub fn is_of_a_group(address: &str) -> bool {
    let local = address.split_once('@').map_or(address, |(local, _)| local);
    // What follows a plus sign is a label.
    let local = folded(local.split('+').next().unwrap_or_default());
    let joined: String = local.chars().filter(|sign| sign.is_alphanumeric()).collect();
    let mut words = local.split(|sign: char| !sign.is_alphanumeric());
    // Short ones are initials or part of a surname as well: `it.de.vries@`.
    OF_GROUPS.contains(&joined.as_str()) || words.any(|word| word.len() >= 4 && OF_GROUPS.contains(&word))
}

/// Whether a name can be somebody's own: not an address, and not made of words for groups alone, such as `Team ICT`.
pub fn is_personal(name: &str) -> bool {
    let folded = folded(name.trim());
    let is_of_groups =
        folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).all(|word| OF_GROUPS.contains(&word));
    name.chars().any(char::is_alphabetic) && !name.contains('@') && !is_of_groups
}

/// Which people a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct PersonFilter {
    pub organisations: Vec<String>,
    /// Each somewhere in their name or address.
    pub words: Vec<String>,
    /// Only those who still belong to their organisation, or only those who do not.
    pub is_active: Option<bool>,
    /// After this organisation and address in the list.
    pub after: Option<(String, String)>,
    pub limit: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::made_up;

    #[test]
    fn sup_16_an_address_of_a_group_is_recognised_by_its_name() {
        for (address, is_group) in [
            ("info@ipo.example", true),
            ("Info+x@ipo.example", true),
            ("service.desk@ipo.example", true),
            ("team-ict@ipo.example", true),
            ("secretariaat.bestuur@ipo.example", true),
            ("anna@ipo.example", false),
            ("informatie.jansen@ipo.example", false),
            ("mailand@ipo.example", false),
            ("it@ipo.example", true),
            ("it.de.vries@ipo.example", false),
        ] {
            assert_eq!(is_of_a_group(address), is_group, "{address}");
        }
    }

    #[test]
    fn sup_16_a_name_of_ones_own_is_no_address_and_no_group() {
        for (name, is_own) in [
            ("Anna de Boer", true),
            ("李", true),
            ("info@ipo.example", false),
            ("Helpdesk", false),
            ("Team ICT", false),
            ("Jan Post", true),
            ("123", false),
            ("", false),
        ] {
            assert_eq!(is_personal(name), is_own, "{name:?}");
        }
    }

    #[test]
    fn a_change_of_anything_that_is_known_of_somebody_is_another_version() {
        let anna = Person::new(Uuid::from_u128(7), "ipo", "Anna de Boer", "anna@ipo.example");
        let others = [
            Person { name: "Anna Jansen".to_owned(), ..anna.clone() },
            Person { email: "a.jansen@ipo.example".to_owned(), ..anna.clone() },
            Person { phone: Some(String::new()), ..anna.clone() },
            Person { is_shared: true, ..anna.clone() },
            Person { is_active: false, ..anna.clone() },
            Person { is_stranger: true, ..anna.clone() },
            Person { bounced_at: Some(Instant::MIN), ..anna.clone() },
        ];
        let versions: std::collections::BTreeSet<_> = others.iter().chain([&anna]).map(Person::version).collect();
        assert_eq!((versions.len(), anna.clone().version()), (others.len() + 1, anna.version()));
    }

    #[test]
    fn whoever_has_no_address_is_warned_about_for_nothing_and_cannot_be_mailed() {
        let id = Uuid::from_u128(7);
        let nameless = Person { email: made_up(id), ..Person::new(id, "ipo", "Anna de Boer", "") };
        assert_eq!((nameless.address(), nameless.warnings(), nameless.search_text().as_str()), (None, vec![], "anna de boer "));
    }
}
