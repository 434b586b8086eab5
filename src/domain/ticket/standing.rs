//! What of a history stands: a merge that was undone never was, for whatever is replayed.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Event, EventData};
use crate::domain::Instant;

/// A history without the merges that were undone, and without their undoing: what is replayed from it, they never were.
pub fn standing(history: &[Event]) -> Cow<'_, [Event]> {
    let mut left_out = BTreeSet::new();
    for (place, event) in history.iter().enumerate() {
        let begins = |data: &EventData| match (&event.data, data) {
            (EventData::MergeUndone(_), EventData::Merged(_)) => true,
            (EventData::MergedInUndone(undone), EventData::MergedIn(merged)) => undone.ticket == merged.ticket,
            _ => false,
        };
        if matches!(event.data, EventData::MergeUndone(_) | EventData::MergedInUndone(_)) {
            let begun = (0..place).rev().find(|before| begins(&history[*before].data) && !left_out.contains(before));
            left_out.extend(begun.into_iter().chain([place]));
        }
    }
    if left_out.is_empty() {
        return Cow::Borrowed(history);
    }
    Cow::Owned(history.iter().enumerate().filter(|(place, _)| !left_out.contains(place)).map(|(_, event)| event.clone()).collect())
}

/// When a merge that stood at an instant was undone since, as recorded.
pub fn undone_since(history: &[Event], at: Instant) -> Option<Instant> {
    let mut is_merged = false;
    for event in history {
        match event.data {
            EventData::Merged(_) if event.occurred_at <= at => is_merged = true,
            EventData::MergeUndone(_) if event.occurred_at <= at => is_merged = false,
            EventData::MergeUndone(_) => return Some(event.recorded_at).filter(|_| is_merged),
            _ => {}
        }
    }
    None
}
