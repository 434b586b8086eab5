//! Tags of tickets, which the desk alone sees.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ticket::tag::{NoTag, Tag};
use crate::usecases::{FieldCode, Problem};

/// Tags to be put on a ticket or taken off it.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketTagsInput {
    /// Letters, digits and `- _ . / :`. Capitals and accents are left out, and spaces become hyphens: `VPN storing` is `vpn-storing`.
    #[schema(value_type = Vec<TagText>, min_items = 1, max_items = 20)]
    pub tags: Option<Vec<String>>,
}

/// A tag as somebody writes it.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 100, example = "vpn-storing")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct TagText(String);

impl TicketTagsInput {
    /// The tags that could be read, and what is wrong with the others.
    pub fn tags(self) -> (Vec<Tag>, Vec<Problem>) {
        let (mut tags, mut problems) = (Vec::new(), Vec::new());
        for (at, text) in self.tags.unwrap_or_default().iter().enumerate() {
            match text.parse() {
                Ok(tag) => tags.push(tag),
                Err(none) => problems.push(Problem::field(&format!("tags/{at}"), FieldCode::BadFormat, NoTag::to_string(&none))),
            }
        }
        (tags, problems)
    }
}

/// A tag that is in use.
#[derive(ToSchema, Serialize)]
pub struct TagInUse {
    /// The tag.
    #[schema(example = "vpn-storing")]
    tag: String,
}

/// A page of tags.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagPage {
    /// In their order.
    pub items: Vec<TagInUse>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

impl From<String> for TagInUse {
    fn from(tag: String) -> Self {
        Self { tag }
    }
}
