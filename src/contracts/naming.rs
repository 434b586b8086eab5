//! Names in a file: each given once, and none that refers to nothing.

use std::collections::BTreeSet;

use super::reader::{Field, Section};

/// The names a table of the file gives; `None` when it is left open or is not a table.
pub(super) fn written<'a>(root: &Section<'a>, key: &str) -> Option<BTreeSet<&'a str>> {
    if !root.has(key) {
        return Some(BTreeSet::new());
    }
    Some(root.peek(key)?.quiet_section()?.keys().into_iter().collect())
}

/// Refuses a name that is none of those known; of what is left open nothing can be said.
pub(super) fn refers(field: Option<Field<'_>>, known: Option<&BTreeSet<&str>>, what: &str) {
    if let (Some(field), Some(known)) = (field, known)
        && let Some(name) = field.as_text()
        && !known.contains(name)
    {
        field.refuse(format!("refers to nothing: there is no {what} \"{name}\""));
    }
}

/// Refuses what a list names twice.
pub(super) fn lists_once(fields: &[Field<'_>]) {
    let mut seen = BTreeSet::new();
    for field in fields {
        let value = field.as_text().map(str::to_owned).or_else(|| field.as_whole().map(|number| number.to_string()));
        if value.is_some_and(|value| !seen.insert(value)) {
            field.refuse("is named twice");
        }
    }
}
