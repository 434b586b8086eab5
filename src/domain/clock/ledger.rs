//! The ledger: every segment of a clock from its start to its stop, with its cause. The proof.

use serde::Serialize;

use super::replay::Replay;
use crate::domain::Instant;

/// What a clock did during a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It counted.
    Running,
    /// It was held.
    Held,
    /// Its window was closed.
    Closed,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its first second.
    pub from: Instant,
    /// The second after its last.
    pub to: Instant,
    /// What the clock did.
    pub state: Standing,
    /// Why it did not count: a hold's word, `refused`, `reopened`, `hours`, `by_hand` or a holiday's name.
    pub cause: Option<String>,
}

impl Replay<'_> {
    /// The segments from the start to the stop, or to `as_of`: without gaps, equal neighbours joined, closed before held
    /// before running.
    pub fn ledger(&self, as_of: Instant) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let until = self.stopped.unwrap_or(as_of);
        let stretches = self.timeline.iter().flat_map(|timeline| timeline.stretches(until));
        for (from, to, calendar, held) in stretches {
            for segment in calendar.segments(from, to) {
                let (state, cause) = match (segment.closed, held) {
                    (Some(cause), _) => (Standing::Closed, Some(cause)),
                    (None, Some(cause)) => (Standing::Held, Some(cause)),
                    (None, None) => (Standing::Running, None),
                };
                match lines.last_mut() {
                    Some(last) if last.state == state && last.cause.as_deref() == cause => last.to = segment.to,
                    _ => lines.push(Line { from: segment.from, to: segment.to, state, cause: cause.map(str::to_owned) }),
                }
            }
        }
        lines
    }
}
