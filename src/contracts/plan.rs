//! What a new text of a contract changes: key by key, as a reader of both would list it.

use serde::Serialize;
use toml::Value;

/// A key whose value differs: `before` is `None` for a key that is new, `after` for one that is gone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// A dotted path, such as `clocks.0.goals.1.under`; rows of a table by their place.
    pub key: String,
    /// What it belongs to, as people call it: `P2, oplossing`; filled in by the caller, who has read both texts as contracts.
    pub belongs_to: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Every key that differs between two texts, in the order of the new one, what is gone last. A text that cannot be read
/// has no keys.
pub fn changes(before: &str, after: &str) -> Vec<Change> {
    let (before, after) = (leaves(before), leaves(after));
    let value = |leaves: &[(String, String)], key: &str| leaves.iter().find(|leaf| leaf.0 == key).map(|leaf| leaf.1.clone());
    let changed = after.iter().filter_map(|(key, now)| {
        let was = value(&before, key);
        (was.as_ref() != Some(now)).then(|| Change { key: key.clone(), belongs_to: None, before: was, after: Some(now.clone()) })
    });
    let gone = before.iter().filter(|(key, _)| value(&after, key).is_none());
    let gone = gone.map(|(key, was)| Change { key: key.clone(), belongs_to: None, before: Some(was.clone()), after: None });
    changed.chain(gone).collect()
}

/// The keys of a text with their values, tables and rows opened up.
fn leaves(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Ok(table) = text.parse::<toml::Table>() {
        open("", &Value::Table(table), &mut found);
    }
    found
}

fn open(at: &str, value: &Value, found: &mut Vec<(String, String)>) {
    let under = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match value {
        Value::Table(table) => table.iter().for_each(|(key, value)| open(&under(key), value, found)),
        Value::Array(rows) if rows.iter().any(Value::is_table) => {
            rows.iter().enumerate().for_each(|(place, row)| open(&under(&place.to_string()), row, found));
        }
        value => found.push((at.to_owned(), value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_was_added_and_is_gone_is_listed_by_its_key() {
        let before = "id = \"c\"\nwarn = [50]\n[[clocks]]\ngoals = [{ under = \"4h\" }]\n[[clocks]]\nkind = \"response\"";
        let after = "id = \"c\"\nwarn = [50, 75]\n[[clocks]]\ngoals = [{ under = \"2h\" }]\nholds = [\"client\"]";
        let told: Vec<_> = changes(before, after).into_iter().map(|one| (one.key, one.before, one.after)).collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                ("warn".to_owned(), some("[50]"), some("[50, 75]")),
                ("clocks.0.goals.0.under".to_owned(), some("\"4h\""), some("\"2h\"")),
                ("clocks.0.holds".to_owned(), None, some("[\"client\"]")),
                ("clocks.1.kind".to_owned(), some("\"response\""), None),
            ]
        );
        assert_eq!(changes(after, after), []);
    }
}
