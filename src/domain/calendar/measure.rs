//! Questions about open time, answered from running totals.

use chrono::NaiveDate;

use super::spans::{self, CHUNKS, Chunk, Span};
use super::zone::DAY;
use super::{Calendar, Days};
use crate::domain::instant::{Instant, date_of_day, day_of_date};

/// A stretch of `[from, to)` that is open, or closed for one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    pub from: Instant,
    pub to: Instant,
    /// `None` when open; else `hours`, `by_hand` or a holiday's name.
    pub closed: Option<&'static str>,
}

impl Calendar {
    /// Whether a second is open.
    pub fn is_open(&self, at: Instant) -> bool {
        self.first_open(at) == Some(at)
    }

    /// Open seconds in `[from, to)`; 0 when `to` is not after `from`.
    pub fn open_between(&self, from: Instant, to: Instant) -> i64 {
        if to <= from {
            return 0;
        }
        let (first, last) = (spans::chunk_of(from.unix()), spans::chunk_of(to.unix()));
        let whole: i64 = (first..last).map(|chunk| self.chunk(chunk).open).sum();
        whole + self.open_before(last, to.unix()) - self.open_before(first, from.unix())
    }

    /// The earliest instant at or after `from` at which `seconds` open seconds have passed; `None` past 2200.
    pub fn reach(&self, from: Instant, seconds: i64) -> Option<Instant> {
        if seconds <= 0 {
            return Some(from);
        }
        let mut chunk = spans::chunk_of(from.unix());
        let mut wanted = self.open_before(chunk, from.unix()).checked_add(seconds)?;
        while wanted > self.chunk(chunk).open {
            wanted -= self.chunk(chunk).open;
            chunk += 1;
            if chunk == CHUNKS {
                return None;
            }
        }
        let spans = &self.chunk(chunk).spans;
        let span = &spans[spans.partition_point(|span| span.before < wanted) - 1];
        Instant::from_unix(span.from + wanted - span.before)
    }

    /// The first open second at or after `from`; `None` past 2200.
    pub fn first_open(&self, from: Instant) -> Option<Instant> {
        self.first_where(from, |_| true)
    }

    /// The first second at or after `from` that counts towards a working day; `None` past 2200.
    pub fn first_working(&self, from: Instant) -> Option<Instant> {
        self.first_where(from, |span| span.class.is_some())
    }

    /// Working days in `[from, to)`, exactly.
    pub fn days_between(&self, from: Instant, to: Instant) -> Days {
        let mut days = Days::default();
        if to <= from {
            return days;
        }
        let (first, last) = (spans::chunk_of(from.unix()), spans::chunk_of(to.unix()));
        for chunk in first..last {
            let chunk = self.chunk(chunk);
            for (length, seconds) in chunk.before(chunk.spans.len()) {
                days.add(length, seconds);
            }
        }
        self.add_days_before(&mut days, last, to.unix(), 1);
        self.add_days_before(&mut days, first, from.unix(), -1);
        days
    }

    /// The earliest instant at or after `from` at which `so_far` has grown to `days` working days; `None` past 2200.
    pub fn reach_days(&self, from: Instant, so_far: &Days, days: i64) -> Option<Instant> {
        if so_far.reaches(days) {
            return Some(from);
        }
        let grown = |to: i64| {
            let mut sum = so_far.clone();
            sum.add_all(&self.days_between(from, Instant::from_unix(to).unwrap_or(Instant::MAX)));
            sum
        };
        let mut chunk = spans::chunk_of(from.unix());
        while !grown(spans::first_day(chunk + 1) * DAY).reaches(days) {
            chunk += 1;
            if chunk == CHUNKS {
                return None;
            }
        }
        let laid = self.chunk(chunk);
        let span = laid.spans.get(laid.spans.partition_point(|span| !grown(span.to).reaches(days)))?;
        let start = span.from.max(from.unix());
        let missing = grown(start).missing(days, laid.lengths[span.class?]);
        Instant::from_unix(start + missing)
    }

    /// The `n`th working day after a date (the date itself is day 0, `n` from 1); `None` past 2200 (C1).
    pub fn working_day_after(&self, date: NaiveDate, n: i64) -> Option<NaiveDate> {
        let day = day_of_date(date);
        let mut chunk = spans::chunk_of(day * DAY);
        let mut wanted = self.working_days_before(chunk, day + 1) + n;
        while wanted > self.working_days_of(chunk) {
            wanted -= self.working_days_of(chunk);
            chunk += 1;
            if chunk == CHUNKS {
                return None;
            }
        }
        self.working_day_at(chunk, wanted)
    }

    /// The `n`th working day before a date (the date itself is day 0, `n` from 1); `None` before 1900 (C1).
    pub fn working_day_before(&self, date: NaiveDate, n: i64) -> Option<NaiveDate> {
        let day = day_of_date(date);
        let mut chunk = spans::chunk_of(day * DAY);
        let mut wanted = self.working_days_before(chunk, day) - n + 1;
        while wanted < 1 {
            chunk = chunk.checked_sub(1)?;
            wanted += self.working_days_of(chunk);
        }
        self.working_day_at(chunk, wanted)
    }

    /// The `wanted`th working day of a chunk, from 1.
    fn working_day_at(&self, chunk: usize, wanted: i64) -> Option<NaiveDate> {
        let at = self.chunk(chunk).working_before.partition_point(|&count| count < wanted).checked_sub(1)?;
        let found = spans::first_day(chunk) + i64::try_from(at).ok()?;
        (found <= Instant::MAX.unix() / DAY).then(|| date_of_day(found))
    }

    /// How many working days lie after `date` up to and including `until`; 0 when `until` is not later.
    pub fn working_days_after(&self, date: NaiveDate, until: NaiveDate) -> i64 {
        if until <= date {
            return 0;
        }
        let (from, to) = (day_of_date(date) + 1, day_of_date(until) + 1);
        let (first, last) = (spans::chunk_of((from - 1) * DAY), spans::chunk_of((to - 1) * DAY));
        let whole: i64 = (first..last).map(|chunk| self.working_days_of(chunk)).sum();
        whole + self.working_days_before(last, to) - self.working_days_before(first, from)
    }

    /// `[from, to)` as open and closed segments, in order, without gaps, neighbours of one cause joined.
    pub fn segments(&self, from: Instant, to: Instant) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        let mut push = |from: i64, to: i64, closed| {
            let (Some(from), Some(to)) = (Instant::from_unix(from), Instant::from_unix(to)) else { return };
            match segments.last_mut() {
                Some(last) if last.closed == closed => last.to = to,
                _ => segments.push(Segment { from, to, closed }),
            }
        };
        let (end, mut at) = (to.unix(), from.unix());
        while at < end {
            let open = Instant::from_unix(at).and_then(|at| self.span_from(at)).filter(|span| span.from < end);
            let until = open.map_or(end, |span| span.from.max(at));
            self.closed_runs(at, until, &mut push);
            if let Some(span) = open {
                push(until, span.to.min(end), None);
            }
            at = open.map_or(end, |span| span.to);
        }
        segments
    }

    /// A closed stretch cut by civil date, each with its cause.
    fn closed_runs(&self, from: i64, to: i64, push: &mut impl FnMut(i64, i64, Option<&'static str>)) {
        let date = |unix: i64| date_of_day(self.rules.zone.local(unix).div_euclid(DAY));
        let holidays = self.rules.holidays(date(from), date(to));
        for piece in self.rules.zone.pieces(from, to) {
            let mut at = piece.from;
            while at < piece.to {
                let local = at + piece.offset;
                let midnight = (local.div_euclid(DAY) + 1) * DAY - piece.offset;
                let until = midnight.min(piece.to);
                push(at, until, Some(self.rules.cause(date_of_day(local.div_euclid(DAY)), &holidays).code));
                at = until;
            }
        }
    }

    fn chunk(&self, chunk: usize) -> &Chunk {
        self.chunks[chunk].get_or_init(|| Chunk::lay_out(&self.rules, chunk))
    }

    /// Open seconds of a chunk before a second in it.
    fn open_before(&self, chunk: usize, unix: i64) -> i64 {
        let chunk = self.chunk(chunk);
        match chunk.spans.partition_point(|span| span.from < unix).checked_sub(1) {
            Some(at) => chunk.spans[at].before + unix.min(chunk.spans[at].to) - chunk.spans[at].from,
            None => 0,
        }
    }

    fn add_days_before(&self, days: &mut Days, chunk: usize, unix: i64, sign: i64) {
        let chunk = self.chunk(chunk);
        let Some(at) = chunk.spans.partition_point(|span| span.from < unix).checked_sub(1) else { return };
        for (length, seconds) in chunk.before(at) {
            days.add(length, sign * seconds);
        }
        let span = &chunk.spans[at];
        if let Some(class) = span.class {
            days.add(chunk.lengths[class], sign * (unix.min(span.to) - span.from));
        }
    }

    /// Working days of a chunk up to, not including, a day.
    fn working_days_before(&self, chunk: usize, day: i64) -> i64 {
        let before = &self.chunk(chunk).working_before;
        let at = usize::try_from(day - spans::first_day(chunk)).unwrap_or_default();
        before[at.min(before.len() - 1)]
    }

    fn working_days_of(&self, chunk: usize) -> i64 {
        self.chunk(chunk).working_before.last().copied().unwrap_or_default()
    }

    /// The span that is open at an instant, else the next one.
    fn span_from(&self, at: Instant) -> Option<&Span> {
        self.span_where(at, |_| true)
    }

    fn span_where(&self, at: Instant, wanted: impl Fn(&Span) -> bool) -> Option<&Span> {
        (spans::chunk_of(at.unix())..CHUNKS).find_map(|chunk| {
            let spans = &self.chunk(chunk).spans;
            spans[spans.partition_point(|span| span.to <= at.unix())..].iter().find(|span| wanted(span))
        })
    }

    fn first_where(&self, from: Instant, wanted: impl Fn(&Span) -> bool) -> Option<Instant> {
        let span = self.span_where(from, wanted)?;
        Instant::from_unix(span.from.max(from.unix()))
    }
}
