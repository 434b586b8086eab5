//! The ledger: every segment of a clock from its start to its stop, with its cause. The proof.

use serde::Serialize;

use super::replay::Replay;
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::words::closed_list;

closed_list! {
    /// What a clock did during a segment.
    pub enum LineState {
        Running = "running": "loopt", "running";
        Held = "held": "staat stil", "held";
        /// Its window was closed.
        Closed = "closed": "buiten openingstijd", "outside opening hours";
    }
}

closed_list! {
    /// What held a clock when no hold did: the time between a stop and what undid it.
    pub enum Undone {
        Refused = "refused": "oplossing geweigerd", "solution refused";
        Reopened = "reopened": "opgelost tot de heropening", "resolved until it was reopened";
    }
}

/// One segment, `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub from: Instant,
    pub to: Instant,
    pub state: LineState,
    /// Why it did not count: a hold's cause, `refused`, `reopened`, `hours`, `by_hand` or a holiday's name.
    pub cause: Option<String>,
}

impl<'a> Replay<'a> {
    /// The segments from the start to the stop, or to `as_of`, without gaps; equal neighbours are joined. Where a clock is both held and
    /// outside its window, the segment is closed.
    pub fn ledger(&self, as_of: Instant) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for (line, _) in self.segments(as_of) {
            match lines.last_mut() {
                Some(last) if last.state == line.state && last.cause == line.cause => last.to = line.to,
                _ => lines.push(line),
            }
        }
        lines
    }

    /// The same segments, each with its calendar, also cut where the clock changed calendars or a fact began a hold.
    pub fn segments(&self, as_of: Instant) -> Vec<(Line, &'a Calendar)> {
        let until = self.stopped.unwrap_or(as_of);
        let mut lines = Vec::new();
        for (from, to, calendar, held) in self.timeline.iter().flat_map(|timeline| timeline.stretches(until)) {
            for segment in calendar.segments(from, to) {
                let (state, cause) = match (segment.closed, held) {
                    (Some(cause), _) => (LineState::Closed, Some(cause)),
                    (None, Some(cause)) => (LineState::Held, Some(cause)),
                    (None, None) => (LineState::Running, None),
                };
                lines.push((Line { from: segment.from, to: segment.to, state, cause: cause.map(str::to_owned) }, calendar));
            }
        }
        lines
    }
}
