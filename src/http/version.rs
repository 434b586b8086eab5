//! ETags: the version of a ticket as HTTP tells it, so that nobody writes over what they have not read.
//!
//! A tag is the ticket's version, and after it when its next goal is due: timers move that without a change by anyone,
//! and an answer kept under the former tag is then stale. A change asks for the version alone.

use actix_web::HttpRequest;
use actix_web::http::header::{self, EntityTag, HeaderName};

use super::error::Failure;
use super::operation::{Argument, Asked, Parameter, Place, Signature, text};
use crate::domain::ticket::Ticket;

/// The longest list of tags, in characters.
const LONGEST: usize = 500;

/// The tag of a ticket as it stands.
pub fn tag(ticket: &Ticket) -> EntityTag {
    EntityTag::new_strong(match ticket.next_due {
        Some(due) => format!("{}-{:x}", ticket.version, due.at.unix()),
        None => ticket.version.to_string(),
    })
}

/// The tags of an `If-Match` or an `If-None-Match`.
#[derive(Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`: whatever there is.
    Any,
    These(Vec<EntityTag>),
}

/// A header that is no list of tags.
#[derive(Debug, PartialEq, Eq)]
pub struct NoTags;

impl Tags {
    /// The tags of a header; `None` without it. What `actix-web` reads of the whole header leaves out whatever is no tag: a change
    /// would then be refused as one of another version, or made.
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

    /// The versions a change may find, by strong comparison; `None` when any will do.
    fn versions(self) -> Option<Vec<i32>> {
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

/// The versions in which a change may find its ticket; any where none is named. A header that cannot be read never comes
/// here: `gate` refuses it.
pub struct IfMatch(pub Option<Vec<i32>>);

impl Argument for IfMatch {
    fn declare(signature: &mut Signature) {
        signature.parameters.push(parameter("If-Match", "The ETag the ticket was read with; 412 when it changed since"));
    }

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        Ok(Self(Tags::of(&asked.request, &header::IF_MATCH).ok().flatten().and_then(Tags::versions)))
    }
}

/// The tags of what the caller has.
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

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        Ok(Self(Tags::of(&asked.request, &header::IF_NONE_MATCH).ok().flatten()))
    }
}

fn parameter(name: &'static str, words: &str) -> Parameter {
    Parameter { name, place: Place::Header, is_required: false, words: words.to_owned(), schema: text(None, LONGEST), example: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_and_a_weak_one_never_matches_a_change() {
        assert_eq!(Tags::read("*").map(Tags::versions), Ok(None));
        assert_eq!(Tags::read("\"3-1f\", W/\"4\" ,\"x\"").map(Tags::versions), Ok(Some(vec![3])));
        let is_known = |text: &str| Tags::read("W/\"4-a\"").is_ok_and(|tags| tags.include(&text.parse().expect("a tag")));
        assert!(is_known("\"4-a\"") && !is_known("\"4\""));
        for bad in ["", "3", "\"3", "\"3\" \"4\"", "\"3\",", "w/\"3\"", "\"a b\"", "*, \"3\""] {
            assert_eq!(Tags::read(bad), Err(NoTags), "{bad}");
        }
    }
}
