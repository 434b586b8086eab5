//! Where in a file a key stands.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The line of a dotted key, counted from 1; of a key that is missing, the line of the deepest table that should have it.
/// `None` for the file as a whole, and for a text that cannot be read.
pub(super) fn of(text: &str, key: &str) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut found = None;
    let mut parts = key.split('.');
    let (name, value) = root.get_ref().get_key_value(parts.next()?)?;
    let mut at = value;
    found = found.or(Some(name.span().start));
    for part in parts {
        let Some((start, next)) = within(at, part) else { break };
        (at, found) = (next, Some(start));
    }
    let start = found?;
    Some(text[..start].bytes().filter(|byte| *byte == b'\n').count() + 1)
}

/// A part of a value, by its name or place, and where it starts.
fn within<'a, 'i>(value: &'a Spanned<DeValue<'i>>, part: &str) -> Option<(usize, &'a Spanned<DeValue<'i>>)> {
    match value.get_ref() {
        DeValue::Table(table) => table.get_key_value(part).map(|(name, value)| (name.span().start, value)),
        DeValue::Array(values) => values.get(part.parse::<usize>().ok()?).map(|value| (value.span().start, value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_key_is_on_its_line_and_a_missing_one_on_that_of_its_table() {
        let text = "id = \"c\"\n\n[calendars.support]\nhours = { mon = [\"08:00\"] }\n\n[[clocks]]\nkind = \"x\"\n\n[[clocks]]\ngoals = [\n    { under = \"4h\" },\n]\n";
        let table = [
            ("id", Some(1)),
            ("calendars.support.hours.mon.0", Some(4)),
            ("clocks.0.kind", Some(7)),
            ("clocks.1.goals.0.under", Some(11)),
            ("clocks.1.kind", Some(9)),
            ("title", None),
        ];
        for (key, line) in table {
            assert_eq!(of(text, key), line, "{key}");
        }
        assert_eq!(of("id = ", "id"), None);
    }
}
