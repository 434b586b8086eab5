//! Figures in Dutch words: `4 u 05 min`, `88,9 %`, `niet gehaald`, `05-03-2026 14:30`.

use crate::domain::Instant;
use crate::domain::calendar::Zone;
use crate::domain::clock::{AGREED, Comparison, Kind, Share};
use crate::domain::ticket::EventKind;
use crate::reports::service_management::{Outcome, Verdict};

/// Hours and minutes, cut to whole minutes; a dash where there is nothing to show.
pub(super) fn duration(seconds: Option<i64>) -> String {
    seconds.map_or_else(dash, |seconds| format!("{} u {:02} min", seconds / 3600, seconds / 60 % 60))
}

/// A percentage that was written with a point.
pub(super) fn percentage(text: Option<&str>) -> String {
    text.map_or_else(dash, |text| format!("{} %", text.replace('.', ",")))
}

/// What a goal asks: `90 % < 4 u`. Strict is `<`, inclusive `binnen` (C3).
pub(super) fn norm(share: Share, comparison: Comparison, target: &str) -> String {
    format!("{} {}", percentage(Some(&share.to_string())), bound(comparison, target))
}

/// A bound without its share: `< 4 u`, `binnen 4 u`, `uiterlijk 3e werkdag`.
pub(super) fn bound(comparison: Comparison, target: &str) -> String {
    match comparison {
        Comparison::Within if target == AGREED => "het afgesproken moment".to_owned(),
        Comparison::Under => format!("< {}", term(target)),
        Comparison::Within => format!("binnen {}", term(target)),
        Comparison::By => format!("uiterlijk {}e werkdag", target.trim_end_matches(|unit: char| unit.is_alphabetic())),
    }
}

fn term(target: &str) -> String {
    let digits = target.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = target.split_at(digits);
    let unit = match (unit, number) {
        ("h", _) => "u",
        ("m", _) => "min",
        ("wd", "1") => "werkdag",
        ("wd", _) => "werkdagen",
        ("mo", "1") => "maand",
        ("mo", _) => "maanden",
        (unit, _) => unit,
    };
    format!("{number} {unit}")
}

/// The Dutch name of a clock.
pub(super) const fn clock(kind: Kind) -> &'static str {
    match kind {
        Kind::Response => "reactie",
        Kind::Resolution => "oplossing",
    }
}

/// The Dutch word for a verdict.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "gehaald",
        Verdict::Missed => "niet gehaald",
        Verdict::NotApplicable => "n.v.t.",
    }
}

/// What a goal came to for one ticket; nothing where it does not count in the month.
pub(super) const fn outcome(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Met) => "gehaald",
        Some(Outcome::Missed) => "te laat",
        None => "telt niet mee",
    }
}

/// What an event of a ticket says happened.
pub(super) fn happened(event: &str) -> &str {
    match EventKind::named(event) {
        Some(EventKind::Registered) => "gemeld",
        Some(EventKind::Prioritised | EventKind::PriorityProposed) => "andere prioriteit",
        Some(EventKind::Retyped) => "ander type",
        Some(EventKind::Retiered) => "ander abonnement",
        Some(EventKind::RepairAgreed) => "herstelmoment afgesproken",
        Some(EventKind::Assigned) => "in behandeling genomen",
        Some(EventKind::Replied) => "antwoord",
        Some(EventKind::Phoned) => "telefonisch contact",
        Some(EventKind::Held) => "aangehouden",
        Some(EventKind::Resumed) => "hervat",
        Some(EventKind::Resolved) => "opgelost",
        Some(EventKind::SolutionRefused) => "oplossing geweigerd",
        Some(EventKind::Accepted) => "oplossing geaccepteerd",
        Some(EventKind::Reopened) => "heropend",
        Some(EventKind::Cancelled) => "ingetrokken",
        Some(EventKind::CalendarAmended) => "kalender gewijzigd",
        _ => event,
    }
}

/// Date and time on the wall clock, to the second: month borders depend on it.
pub(super) fn moment(instant: Instant, zone: &Zone) -> String {
    zone.wall(instant).format("%d-%m-%Y %H:%M:%S").to_string()
}

/// Where there is nothing to show.
pub(super) fn dash() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_cut_to_minutes() {
        assert_eq!(duration(Some(4 * 3600 + 5 * 60 + 59)), "4 u 05 min");
        assert_eq!((duration(Some(0)), duration(Some(360_000)), duration(None)), ("0 u 00 min".into(), "100 u 00 min".into(), "–".into()));
    }

    #[test]
    fn a_norm_says_whether_the_bound_itself_is_in_time() {
        let text = |share, comparison, target| norm(Share::percent(share).unwrap_or(Share::ALL), comparison, target);
        assert_eq!(text("99.9", Comparison::Under, "6h"), "99,9 % < 6 u");
        assert_eq!(text("100", Comparison::Within, "30m"), "100 % binnen 30 min");
        assert_eq!(text("90", Comparison::By, "3wd"), "90 % uiterlijk 3e werkdag");
        assert_eq!((bound(Comparison::Under, "1wd"), bound(Comparison::Within, "3mo")), ("< 1 werkdag".into(), "binnen 3 maanden".into()));
        assert_eq!(bound(Comparison::Within, "10s"), "binnen 10 s");
    }
}
