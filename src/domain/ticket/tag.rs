//! Tags: short labels by which the desk finds its tickets again. No client sees them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{Event, EventData};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::redaction::Redactable;
use crate::domain::search::folded;

/// In characters.
const LONGEST: usize = 50;
/// The most that a ticket has.
const MOST: usize = 20;
/// What may stand in a tag beside letters and digits.
const SIGNS: [char; 5] = ['-', '_', '.', '/', ':'];

/// Without capitals and accents, and with hyphens for spaces: `VPN storing` is `vpn-storing`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(String);

/// Why a text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTag {
    #[error("has no letter and no digit")]
    Empty,
    #[error("is longer than {LONGEST} characters")]
    TooLong,
    #[error("holds {0:?}; a tag is made of letters, digits and - _ . / :")]
    Sign(char),
}

impl FromStr for Tag {
    type Err = NoTag;

    fn from_str(text: &str) -> Result<Self, NoTag> {
        let tag = folded(&text.split_whitespace().collect::<Vec<_>>().join("-"));
        if let Some(sign) = tag.chars().find(|sign| !sign.is_alphanumeric() && !SIGNS.contains(sign)) {
            return Err(NoTag::Sign(sign));
        }
        if !tag.chars().any(char::is_alphanumeric) {
            return Err(NoTag::Empty);
        }
        if tag.chars().count() > LONGEST { Err(NoTag::TooLong) } else { Ok(Self(tag)) }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Tags to be given to a ticket; those that it has are no change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddTags(pub Vec<Tag>);

/// Tags to be taken off a ticket; those that it does not have are no change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveTags(pub Vec<Tag>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("a ticket has at most {MOST} tags, and would have {0}")]
    TooMany(usize),
}

/// Which tags were given or taken off. They are somebody's words, so a redaction or a destruction empties the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsChanged {
    #[serde(default)]
    pub tags: Vec<String>,
}

impl AddTags {
    pub(super) fn decide(&self, Situation { history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::TagTickets)?;
        let present = tags(history);
        let added: BTreeSet<_> = self.0.iter().map(|tag| tag.0.clone()).filter(|tag| !present.contains(tag)).collect();
        match present.len() + added.len() {
            count if count > MOST && !added.is_empty() => Err(Refused::TooMany(count)),
            _ => Ok(recorded(EventData::Tagged, added)),
        }
    }
}

impl RemoveTags {
    pub(super) fn decide(&self, Situation { history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::TagTickets)?;
        let present = tags(history);
        let removed = self.0.iter().map(|tag| tag.0.clone()).filter(|tag| present.contains(tag)).collect();
        Ok(recorded(EventData::Untagged, removed))
    }
}

fn recorded(event: fn(TagsChanged) -> EventData, tags: BTreeSet<String>) -> Vec<Recorded> {
    if tags.is_empty() { Vec::new() } else { vec![(event(TagsChanged { tags: tags.into_iter().collect() }), None)] }
}

/// The tags of a ticket with this history.
pub fn tags(history: &[Event]) -> BTreeSet<String> {
    let mut tags = BTreeSet::new();
    for event in history {
        match &event.data {
            EventData::Tagged(added) => tags.extend(added.tags.iter().cloned()),
            EventData::Untagged(removed) => tags.retain(|tag| !removed.tags.contains(tag)),
            data if empties_tags(data) => tags.clear(),
            _ => {}
        }
    }
    tags
}

fn empties_tags(data: &EventData) -> bool {
    match data {
        EventData::Destroyed(_) => true,
        EventData::Redacted(redacted) => redacted.what == Redactable::Tags,
        _ => false,
    }
}

impl EventData {
    /// Whether the tags of a ticket may be others after it.
    pub fn changes_tags(&self) -> bool {
        matches!(self, Self::Tagged(_) | Self::Untagged(_) | Self::IndexRebuilt(_)) || empties_tags(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_folded_and_says_why_it_is_none() {
        for (text, tag) in
            [("VPN", "vpn"), (" Coördinatie  Oost ", "coordinatie-oost"), ("klant:ipo/1.2_b", "klant:ipo/1.2_b"), ("李", "李")]
        {
            assert_eq!(text.parse(), Ok(Tag(tag.to_owned())), "{text}");
        }
        for (text, why) in [
            ("", NoTag::Empty),
            (" - ", NoTag::Empty),
            ("a,b", NoTag::Sign(',')),
            ("a\u{200b}b", NoTag::Sign('\u{200b}')),
            (&"x".repeat(51), NoTag::TooLong),
        ] {
            assert_eq!(text.parse::<Tag>(), Err(why), "{text:?}");
        }
        assert!("x".repeat(50).parse::<Tag>().is_ok());
    }
}
