//! ETags of tickets and people, so that nobody overwrites a change they have not seen.
//!
//! A ticket's tag is its version, followed by the due time of its next goal: timers change that without a new version, and a cached answer
//! is stale then. `If-Match` compares the version alone, so that a timer does not make somebody's change fail.

use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::http::header::{self, EntityTag, HeaderName};

use super::error::Failure;
use super::operation::{Argument, Location, Parameter, RequestContext, Signature, text};
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;

/// Characters in a list of tags.
const LONGEST: usize = 500;

pub fn tag(ticket: &Ticket) -> EntityTag {
    EntityTag::new_strong(match ticket.next_due {
        Some(due) => format!("{}-{:x}", ticket.version, due.at.unix()),
        None => ticket.version.to_string(),
    })
}

pub fn tag_of_person(person: &Person) -> EntityTag {
    EntityTag::new_strong(person.version())
}

/// The value of `If-Match` or `If-None-Match`.
#[derive(Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`
    Any,
    These(Vec<EntityTag>),
}

/// The header is no list of tags.
#[derive(Debug, PartialEq, Eq)]
pub struct NoTags;

impl Tags {
    /// `None` without the header. We do not use actix's own parser for the list: it skips what is no tag, and a malformed `If-Match` would
    /// then be compared as if it were shorter.
    pub fn of(request: &HttpRequest, name: &HeaderName) -> Result<Option<Self>, NoTags> {
        let lines = request.headers().get_all(name).map(|line| line.to_str().map_err(|_not_text| NoTags));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        if lines.is_empty() { Ok(None) } else { Self::read(&lines.join(",")).map(Some) }
    }

    fn read(text: &str) -> Result<Self, NoTags> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags = text.split(',').map(|tag| tag.trim().parse().map_err(|_no_tag| NoTags));
        tags.collect::<Result<_, _>>().map(Self::These)
    }

    /// The versions that a change allows; `None` for any. Weak tags never match a change (RFC 9110).
    fn versions<V: FromStr>(self) -> Option<Vec<V>> {
        let Self::These(tags) = self else { return None };
        let strong = tags.iter().filter(|tag| !tag.weak);
        Some(strong.filter_map(|tag| tag.tag().split('-').next()?.parse().ok()).collect())
    }

    fn include(&self, tag: &EntityTag) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|known| known.weak_eq(tag)),
        }
    }
}

/// The versions that the caller allows what they change to have; `None` for any. `gate` has refused malformed headers before.
pub struct IfMatch<V = i32>(pub Option<Vec<V>>);

impl<V: FromStr> Argument for IfMatch<V> {
    fn declare(signature: &mut Signature) {
        signature.parameters.push(parameter("If-Match", "The ETag it was read with; 412 when it changed since"));
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        Ok(Self(Tags::of(&context.request, &header::IF_MATCH).ok().flatten().and_then(Tags::versions)))
    }
}

/// The tags of the answers that the caller has in its cache.
pub struct IfNoneMatch(Option<Tags>);

impl IfNoneMatch {
    pub fn includes(&self, tag: &EntityTag) -> bool {
        self.0.as_ref().is_some_and(|known| known.include(tag))
    }
}

impl Argument for IfNoneMatch {
    fn declare(signature: &mut Signature) {
        signature.parameters.push(parameter("If-None-Match", "The ETag of the ticket as you know it; 304 while it is still so"));
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        Ok(Self(Tags::of(&context.request, &header::IF_NONE_MATCH).ok().flatten()))
    }
}

fn parameter(name: &'static str, description: &str) -> Parameter {
    Parameter {
        name,
        location: Location::Header,
        is_required: false,
        description: description.to_owned(),
        schema: text(None, LONGEST),
        example: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_and_a_weak_one_never_matches_a_change() {
        assert_eq!(Tags::read("*").map(Tags::versions::<i32>), Ok(None));
        assert_eq!(Tags::read("\"3-1f\", W/\"4\" ,\"x\"").map(Tags::versions), Ok(Some(vec![3])));
        assert_eq!(Tags::read("\"9f\", W/\"4\"").map(Tags::versions), Ok(Some(vec!["9f".to_owned()])));
        let is_known = |text: &str| Tags::read("W/\"4-a\"").is_ok_and(|tags| tags.include(&text.parse().expect("a tag")));
        assert!(is_known("\"4-a\"") && !is_known("\"4\""));
        for bad in ["", "3", "\"3", "\"3\" \"4\"", "\"3\",", "w/\"3\"", "\"a b\"", "*, \"3\""] {
            assert_eq!(Tags::read(bad), Err(NoTags), "{bad}");
        }
    }
}
