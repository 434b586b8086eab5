//! Reads a message.

use std::borrow::Cow;

use bytes::Bytes;

use crate::mail::parse::{self, Parsed, Signed};
use crate::usecases::Error;
use crate::usecases::aside::aside;

/// What was signed in a message, as it was sent.
pub(super) async fn signed(raw: &Bytes) -> Result<Option<Signed>, Error> {
    let raw = raw.clone();
    aside(raw.len(), move || parse::signed(&raw)).await
}

/// What is kept of a message, and what it says.
pub(super) async fn parsed(raw: Bytes) -> Result<(Bytes, Parsed), Error> {
    aside(raw.len(), move || {
        let kept = match parse::without_personal_links(&raw) {
            Cow::Borrowed(_) => None,
            Cow::Owned(kept) => Some(Bytes::from(kept)),
        };
        let kept = kept.unwrap_or(raw);
        let parsed = parse::parse(&kept).without_personal_links();
        (kept, parsed)
    })
    .await
}
