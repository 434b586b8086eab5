//! What an invitation says (iCalendar, RFC 5545): the few properties that somebody who reads it needs. Repetitions and answers are absent; the
//! invitation itself is a file beside the text.

use std::fmt::Write as _;

/// Bytes of a calendar that are read.
const CAP: usize = 1 << 20;

/// The first event or task, in words; none when there is none, or it says nothing.
pub(super) fn text(calendar: &str) -> Option<String> {
    let lines = unfolded(&calendar[..calendar.floor_char_boundary(CAP)]);
    let is_cancelled = lines.iter().any(|line| line.trim().eq_ignore_ascii_case("METHOD:CANCEL"));
    let begins = |line: &&String| ["BEGIN:VEVENT", "BEGIN:VTODO"].iter().any(|begin| line.trim().eq_ignore_ascii_case(begin));
    let lines = lines.iter().skip_while(|line| !begins(line)).skip(1);
    // A reminder within an event has a description of its own.
    let own = lines
        .take_while(|line| !["BEGIN:", "END:"].iter().any(|mark| line.get(..mark.len()).is_some_and(|it| it.eq_ignore_ascii_case(mark))));
    let properties: Vec<Property> = own.filter_map(|line| property(line)).collect();
    let first = |name: &str| properties.iter().find(|property| property.name.eq_ignore_ascii_case(name));
    let plain = |name: &str| first(name).map(|property| unescaped(property.value).trim().to_owned()).filter(|value| !value.is_empty());
    let mut text = String::new();
    let label = if is_cancelled { "Afgezegd" } else { "Uitnodiging" };
    let time = first("DTSTART").or_else(|| first("DUE")).map(|starts| period(starts, first("DTEND")));
    for (label, value) in [(label, plain("SUMMARY")), ("Tijd", time), ("Plaats", plain("LOCATION"))] {
        if let Some(value) = value {
            let _written = writeln!(text, "{label}: {value}");
        }
    }
    if let Some(description) = plain("DESCRIPTION") {
        text = format!("{text}\n{description}");
    }
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

struct Property<'p> {
    name: &'p str,
    parameters: &'p str,
    value: &'p str,
}

impl Property<'_> {
    /// Behind a blank and between brackets; empty when the time is local to whoever reads it.
    fn zone_shown(&self) -> String {
        let mut parameters = self.parameters.split(';').filter_map(|parameter| parameter.split_once('='));
        let named = parameters.find(|(name, _)| name.eq_ignore_ascii_case("TZID")).map(|(_, zone)| zone.trim_matches('"'));
        let utc = self.value.trim().ends_with(['Z', 'z']).then_some("UTC");
        named.or(utc).map(|zone| format!(" ({zone})")).unwrap_or_default()
    }
}

/// Lines that go on behind a line end and a blank are one.
fn unfolded(calendar: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in calendar.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// A name, parameters and a value; a colon between quotation marks is the parameter's.
fn property(line: &str) -> Option<Property<'_>> {
    let mut is_quoted = false;
    let colon = line.char_indices().find(|(_, sign)| {
        is_quoted ^= *sign == '"';
        *sign == ':' && !is_quoted
    });
    let (head, value) = line.split_at(colon?.0);
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    Some(Property { name, parameters, value: &value[1..] })
}

fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(sign) => out.push(sign),
                None => {}
            },
            sign => out.push(sign),
        }
    }
    out
}

/// "5-3-2026 10:00 tot 11:00 (Europe/Amsterdam)".
fn period(starts: &Property<'_>, ends: Option<&Property<'_>>) -> String {
    let (day, time) = moment(starts.value);
    let Some(time) = time else { return day };
    let (zone, last_zone) = (starts.zone_shown(), ends.map(Property::zone_shown).unwrap_or_default());
    let begin = format!("{day} {time}");
    match ends.map(|ends| moment(ends.value)) {
        Some((last_day, Some(last_time))) if last_day == day && last_zone == zone => format!("{begin} tot {last_time}{zone}"),
        Some((last_day, Some(last_time))) if last_zone == zone => format!("{begin} tot {last_day} {last_time}{zone}"),
        Some((last_day, Some(last_time))) => format!("{begin}{zone} tot {last_day} {last_time}{last_zone}"),
        _ => format!("{begin}{zone}"),
    }
}

/// A day and a time as people write them; as it stands when it is neither.
fn moment(value: &str) -> (String, Option<String>) {
    let value = value.trim();
    let number = |range: std::ops::Range<usize>| value.get(range).and_then(|digits| digits.parse::<u16>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(4..6), number(6..8)) else { return (value.to_owned(), None) };
    let time = value.get(8..9).filter(|sign| *sign == "T").and_then(|_| Some(format!("{:02}:{:02}", number(9..11)?, number(11..13)?)));
    (format!("{day}-{month}-{year}"), time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEETING: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\nBEGIN:STANDARD\r\n\
        DTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nORGANIZER;CN=\"Jan: de Wit\":mailto:jan@example.nl\r\n\
        SUMMARY;LANGUAGE=nl:Overleg\\, tweede\r\n  keer\r\nDTSTART;TZID=\"Europe/Amsterdam\":20260305T100000\r\n\
        DTEND;TZID=Europe/Amsterdam:20260305T110000\r\nLOCATION:Kamer 3\\; boven\r\nDESCRIPTION:Eerst dit.\\nDan dat.\r\n\
        BEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    #[test]
    fn an_invitation_reads_as_words() {
        let read = "Uitnodiging: Overleg, tweede keer\nTijd: 5-3-2026 10:00 tot 11:00 (Europe/Amsterdam)\nPlaats: Kamer 3; boven\n\nEerst dit.\nDan dat.";
        assert_eq!(text(MEETING).as_deref(), Some(read));
        let cancelled = text(&MEETING.replace("REQUEST", "CANCEL"));
        assert!(cancelled.is_some_and(|text| text.starts_with("Afgezegd: Overleg")));
    }

    #[test]
    fn times_are_told_with_their_zone() {
        for (properties, told) in [
            ("DTSTART:20260305T100000Z\nDTEND:20260306T090000Z", "Tijd: 5-3-2026 10:00 tot 6-3-2026 09:00 (UTC)"),
            ("DTSTART;VALUE=DATE:20260305\nDTEND;VALUE=DATE:20260306", "Tijd: 5-3-2026"),
            ("DTSTART:20260305T100000", "Tijd: 5-3-2026 10:00"),
            (
                "DTSTART;TZID=Europe/London:20260305T100000\nDTEND;TZID=Europe/Paris:20260305T120000",
                "Tijd: 5-3-2026 10:00 (Europe/London) tot 5-3-2026 12:00 (Europe/Paris)",
            ),
            ("DTSTART:straks", "Tijd: straks"),
            ("SUMMARY:Kort", "Uitnodiging: Kort"),
        ] {
            assert_eq!(text(&format!("BEGIN:VEVENT\n{properties}\nEND:VEVENT")).as_deref(), Some(told));
        }
        for nothing in ["", "BEGIN:VEVENT", "BEGIN:VEVENT\nSUMMARY:\nEND:VEVENT", "zomaar: tekst"] {
            assert_eq!(text(nothing), None);
        }
    }
}
