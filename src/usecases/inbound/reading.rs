//! Reads a message.

use std::borrow::Cow;

use crate::mail::parse::{self, Parsed, Signed};
use crate::usecases::Error;
use crate::usecases::aside::aside;

/// What was signed in a message, as it was sent.
pub(super) async fn signed(raw: &[u8]) -> Result<Option<Signed>, Error> {
    let raw = raw.to_vec();
    aside(raw.len(), move || parse::signed(&raw)).await
}

/// What is kept of a message, and what it says.
pub(super) async fn parsed(raw: Vec<u8>) -> Result<(Vec<u8>, Parsed), Error> {
    aside(raw.len(), move || {
        let kept = match parse::without_personal_links(&raw) {
            Cow::Borrowed(_) => None,
            Cow::Owned(kept) => Some(kept),
        };
        let kept = kept.unwrap_or(raw);
        let parsed = parse::parse(&kept).without_personal_links();
        (kept, parsed)
    })
    .await
}
