//! ETags: the version of a ticket as HTTP tells it, so that nobody writes over what they have not read.
//!
//! A tag is the ticket's version, and after it when its next goal is due: timers move that without a change by anyone,
//! and an answer kept under the former tag is then stale. A change asks for the version alone.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;

use crate::domain::ticket::Ticket;

/// The tag of a ticket as it stands, with its quotes.
pub fn tag(ticket: &Ticket) -> String {
    match ticket.next_due {
        Some(due) => format!("\"{}-{:x}\"", ticket.version, due.at.unix()),
        None => format!("\"{}\"", ticket.version),
    }
}

/// The tags of an `If-Match` or an `If-None-Match`.
#[derive(Debug, PartialEq, Eq)]
pub enum Versions {
    /// `*`: whatever there is.
    Any,
    /// These tags, with whether each is weak.
    These(Vec<(bool, String)>),
}

/// A header that is no list of tags.
#[derive(Debug, PartialEq, Eq)]
pub struct NoTags;

impl Versions {
    /// The tags of a header; `None` without it.
    pub fn of(request: &HttpRequest, name: &HeaderName) -> Result<Option<Self>, NoTags> {
        let mut lines = Vec::new();
        for line in request.headers().get_all(name) {
            lines.push(line.to_str().map_err(|_not_text| NoTags)?);
        }
        if lines.is_empty() { Ok(None) } else { Self::read(&lines.join(",")).map(Some) }
    }

    fn read(text: &str) -> Result<Self, NoTags> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text.trim();
        loop {
            let (is_weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |rest| (true, rest));
            let (tag, after) = quoted.strip_prefix('"').and_then(|open| open.split_once('"')).ok_or(NoTags)?;
            if tag.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
                return Err(NoTags);
            }
            tags.push((is_weak, tag.to_owned()));
            rest = match after.trim_start().strip_prefix(',') {
                Some(more) => more.trim_start(),
                None if after.trim().is_empty() => return Ok(Self::These(tags)),
                None => return Err(NoTags),
            };
        }
    }

    /// The versions a change may find, by strong comparison; `None` when any will do.
    pub fn expected(self) -> Option<Vec<i32>> {
        let Self::These(tags) = self else { return None };
        let strong = tags.iter().filter(|tag| !tag.0);
        Some(strong.filter_map(|(_, tag)| tag.split('-').next()?.parse().ok()).collect())
    }

    /// Whether one of them is this tag, by weak comparison.
    pub fn include(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|(_, known)| known == tag.trim_matches('"')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_and_a_weak_one_never_matches_a_change() {
        assert_eq!(Versions::read("*").map(Versions::expected), Ok(None));
        assert_eq!(Versions::read("\"3-1f\", W/\"4\" ,\"x\"").map(Versions::expected), Ok(Some(vec![3])));
        assert!(Versions::read("W/\"4-a\"").is_ok_and(|tags| tags.include("\"4-a\"") && !tags.include("\"4\"")));
        for bad in ["", "3", "\"3", "\"3\" \"4\"", "\"3\",", "w/\"3\"", "\"a b\"", "*, \"3\""] {
            assert_eq!(Versions::read(bad), Err(NoTags), "{bad}");
        }
    }
}
