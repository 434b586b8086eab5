//! The membership rule laid out: four years of open spans of UTC with running totals.

use super::rules::{Holidays, Rules};
use super::zone::DAY;
use crate::domain::instant::{Instant, date_of_day};

/// Four years, with their leap day.
pub(super) const CHUNK_DAYS: i64 = 1461;
const FIRST_DAY: i64 = Instant::MIN.unix() / DAY;
/// Four years each, these reach from 1900 through 2200.
pub(super) const CHUNKS: usize = 76;

/// An open span of UTC `[from, to)`, all of it from intervals that begin on one date.
#[derive(Debug)]
pub(super) struct Span {
    pub from: i64,
    pub to: i64,
    /// Open seconds in the chunk before it.
    pub before: i64,
    /// Index in the chunk's day lengths; `None` when its date is not a working day.
    pub class: Option<usize>,
}

/// Four years, counted.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub spans: Vec<Span>,
    pub open: i64,
    /// The different lengths of working days, in open seconds.
    pub lengths: Vec<i64>,
    /// For each span and at the end, the seconds of each length before it.
    pub lengths_before: Vec<i64>,
    /// For each date of the chunk and at the end, the working days before it.
    pub working_before: Vec<i64>,
}

/// The chunk in which a second falls; those outside 1900–2200 count to the nearest.
pub(super) fn chunk_of(unix: i64) -> usize {
    usize::try_from((unix.div_euclid(DAY) - FIRST_DAY).div_euclid(CHUNK_DAYS)).unwrap_or(0).min(CHUNKS - 1)
}

/// The first day of a chunk, counted from 1970-01-01.
pub(super) fn first_day(chunk: usize) -> i64 {
    FIRST_DAY + i64::try_from(chunk).unwrap_or_default() * CHUNK_DAYS
}

impl Chunk {
    pub(super) fn lay_out(rules: &Rules, chunk: usize) -> Self {
        let (from, to) = (first_day(chunk), first_day(chunk + 1));
        // Hours past midnight and time zones reach into the dates around a chunk.
        let layout = Layout { rules, holidays: rules.holidays(date_of_day(from - 2), date_of_day(to + 2)) };
        let mut laid = Self::default();
        let mut class_totals = Vec::new();
        // The last date asked for, with its class: several spans of one date come in a row.
        let mut known = (i64::MIN, None);
        for (begins, start, end) in layout.open(from * DAY, to * DAY) {
            if known.0 != begins {
                let length = layout.working_length(begins);
                known = (begins, (length > 0).then(|| laid.class(length, &mut class_totals)));
            }
            laid.spans.push(Span { from: start, to: end, before: laid.open, class: known.1 });
            laid.open += end - start;
            if let Some(class) = known.1 {
                class_totals[class] += end - start;
            }
        }
        laid.total_lengths();
        laid.working_before.push(0);
        for day in from..to {
            let so_far = laid.working_before.last().copied().unwrap_or_default();
            laid.working_before.push(so_far + i64::from(layout.working_length(day) > 0));
        }
        laid
    }

    fn class(&mut self, length: i64, totals: &mut Vec<i64>) -> usize {
        self.lengths.iter().position(|known| *known == length).unwrap_or_else(|| {
            self.lengths.push(length);
            totals.push(0);
            self.lengths.len() - 1
        })
    }

    fn total_lengths(&mut self) {
        let mut totals = vec![0; self.lengths.len()];
        for span in &self.spans {
            self.lengths_before.extend_from_slice(&totals);
            if let Some(class) = span.class {
                totals[class] += span.to - span.from;
            }
        }
        self.lengths_before.extend_from_slice(&totals);
    }

    /// Seconds of each day length before span `at` (or in all, one past the last).
    pub(super) fn before(&self, at: usize) -> impl Iterator<Item = (i64, i64)> + '_ {
        let width = self.lengths.len();
        self.lengths.iter().copied().zip(self.lengths_before[at * width..][..width].iter().copied())
    }
}

/// The rules with the holidays of the years in question.
struct Layout<'a> {
    rules: &'a Rules,
    holidays: Holidays,
}

impl Layout<'_> {
    /// Open spans within `[from, to)`, in order: the day each began on, its first second and the second after its last.
    fn open(&self, from: i64, to: i64) -> Vec<(i64, i64, i64)> {
        let mut spans = Vec::new();
        for piece in self.rules.zone.pieces(from, to) {
            let (first, last) = (piece.from + piece.offset, piece.to + piece.offset);
            for day in first.div_euclid(DAY)..=(last - 1).div_euclid(DAY) {
                for (begins, start, end) in self.open_on(day) {
                    let (start, end) = ((day * DAY + start).max(first), (day * DAY + end).min(last));
                    if start < end {
                        spans.push((begins, start - piece.offset, end - piece.offset));
                    }
                }
            }
        }
        spans
    }

    /// What is open on one civil date: tails of the day before, then its own, in seconds of the day.
    fn open_on(&self, day: i64) -> Vec<(i64, i64, i64)> {
        if self.is_closed(day) {
            return Vec::new();
        }
        let tails = self.rules.intervals(date_of_day(day - 1)).iter().filter_map(|interval| interval.tail());
        let own = self.rules.intervals(date_of_day(day)).iter().map(|interval| interval.own());
        let mut open: Vec<_> = tails.map(|(start, end)| (day - 1, start, end)).chain(own.map(|(start, end)| (day, start, end))).collect();
        open.sort_unstable_by_key(|&(_, start, _)| start);
        open
    }

    fn is_closed(&self, day: i64) -> bool {
        self.rules.is_closed(date_of_day(day), &self.holidays)
    }

    /// The open seconds of the intervals that begin on a date; 0 when it is not a working day.
    fn working_length(&self, day: i64) -> i64 {
        if self.is_closed(day) {
            return 0;
        }
        let tail_closed = self.is_closed(day + 1);
        self.rules
            .intervals(date_of_day(day))
            .iter()
            .map(|interval| {
                let own = interval.own();
                let tail = interval.tail().filter(|_| !tail_closed).unwrap_or((0, 0));
                self.seconds(day * DAY + own.0, day * DAY + own.1) + self.seconds((day + 1) * DAY + tail.0, (day + 1) * DAY + tail.1)
            })
            .sum()
    }

    /// How many UTC seconds read a wall time in `[from, to)`.
    fn seconds(&self, from: i64, to: i64) -> i64 {
        if from == to {
            return 0;
        }
        // As far as a wall clock can be from UTC (`zone::REACH`).
        let reach = 26 * 3600;
        self.rules
            .zone
            .pieces(from - reach, to + reach)
            .map(|piece| ((piece.to + piece.offset).min(to) - (piece.from + piece.offset).max(from)).max(0))
            .sum()
    }
}
