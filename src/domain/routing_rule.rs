//! Routing rules: to which team a ticket comes that is in nobody's hands, and which priority is proposed for it while nobody has set one.
//!
//! Of the active rules, in the order of their positions, the first that fits counts, and no other. A rule is made active after it was tried
//! on past tickets, as it then is: whoever changes what it asks or does has to try it again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Instant;
use super::search::{Words, parted};

/// The most rules that a desk has: each is held against every new ticket.
pub const MOST: u64 = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutingRule {
    pub id: Uuid,
    /// Its place among the rules; of those with the same the older one comes first.
    pub position: i32,
    pub name: String,
    pub conditions: Conditions,
    /// To which a ticket comes that has no team and no assignee.
    pub team: Option<String>,
    /// What is proposed where none is decided or proposed, and the contract has it for the ticket's type.
    pub priority: Option<String>,
    pub is_active: bool,
    /// When it was last tried as it is now.
    pub tried_at: Option<Instant>,
    /// Who changed it last, as histories name people.
    pub author: String,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Counts its changes.
    pub version: i32,
}

/// What a ticket must have for a rule to fit: of each list that is not empty one, and all of those lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// Ids of contracts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<String>,
    /// Ids of the clients that report it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organisations: Vec<String>,
    /// Mailboxes, by their names in the settings, that its first mail came to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mailboxes: Vec<String>,
    /// Ticket types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Channels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Kinds within their types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Codes of categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Codes of services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Words that its title or description has, at their beginning as in a search: `print` fits `printerstoring`. Of several words in one
    /// entry all are needed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

/// A ticket as far as rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Routed<'a> {
    pub contract: &'a str,
    pub organisation: &'a str,
    pub mailbox: Option<&'a str>,
    pub kind: &'a str,
    pub channel: &'a str,
    pub variant: Option<&'a str>,
    pub category: Option<&'a str>,
    pub service: Option<&'a str>,
    pub title: &'a str,
    pub description: &'a str,
}

impl Conditions {
    /// Whether a ticket fits.
    pub fn fit(&self, ticket: &Routed<'_>) -> bool {
        let lists: [(&[String], Option<&str>); 8] = [
            (&self.contracts, Some(ticket.contract)),
            (&self.organisations, Some(ticket.organisation)),
            (&self.mailboxes, ticket.mailbox),
            (&self.types, Some(ticket.kind)),
            (&self.channels, Some(ticket.channel)),
            (&self.kinds, ticket.variant),
            (&self.categories, ticket.category),
            (&self.services, ticket.service),
        ];
        let holds = |(wanted, value): &(&[String], Option<&str>)| {
            wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|one| one == value))
        };
        lists.iter().all(holds) && self.is_said(ticket)
    }

    fn is_said(&self, ticket: &Routed<'_>) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let said: Vec<_> = [ticket.title, ticket.description].into_iter().flat_map(parted).collect();
        self.words.iter().filter_map(|words| Words::asked(words)).any(|words| words.are_in(&said))
    }
}

/// The rule that counts for a ticket.
pub fn first<'a>(active: &'a [RoutingRule], ticket: &Routed<'_>) -> Option<&'a RoutingRule> {
    active.iter().find(|rule| rule.conditions.fit(ticket))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: Routed<'static> = Routed {
        contract: "dap",
        organisation: "ipo",
        mailbox: Some("servicedesk"),
        kind: "incident",
        channel: "email",
        variant: None,
        category: Some("printen"),
        service: None,
        title: "Printerstoring op de derde",
        description: "Bij de Coördinatie komt er niets uit.",
    };

    fn asking(change: impl FnOnce(&mut Conditions)) -> bool {
        let mut conditions = Conditions::default();
        change(&mut conditions);
        conditions.fit(&TICKET)
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn of_each_list_one_has_to_be_had_and_an_empty_list_asks_nothing() {
        assert!(asking(|_| {}));
        assert!(asking(|asked| asked.organisations = texts(&["zuid", "ipo"])));
        assert!(!asking(|asked| asked.organisations = texts(&["zuid"])));
        assert!(!asking(|asked| asked.services = texts(&["mail"])), "a ticket without a service fits no list of services");
        assert!(asking(|asked| (asked.types, asked.mailboxes) = (texts(&["incident"]), texts(&["servicedesk"]))));
        assert!(!asking(|asked| (asked.types, asked.channels) = (texts(&["incident"]), texts(&["phone"]))));
    }

    #[test]
    fn words_are_found_by_their_beginnings_without_accents_and_all_of_one_entry_are_needed() {
        let table: [(&[&str], bool); 7] = [
            (&["print"], true),
            (&["storing"], false),
            (&["coordinatie"], true),
            (&["laptop", "NIETS"], true),
            (&["print niets"], true),
            (&["print laptop"], false),
            (&["\"print\""], false),
        ];
        for (words, fits) in table {
            assert_eq!(asking(|asked| asked.words = texts(words)), fits, "{words:?}");
        }
    }
}
