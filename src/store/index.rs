//! Compares what is stored of a subject beside its history with what a replay gives.

use serde_json::Value;

use super::record::{Record, Rows};
use super::row::{Row, Stored};
use crate::domain::history::Difference;

/// Every stored value that differs from what the subject's history gives.
pub fn differences<S: Rows>(stored: Stored<S>, replayed: &Record<S>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut rows = stored.rows;
    for row in S::rows(replayed) {
        let own = rows.iter().position(|one| one.name == row.name).map(|place| rows.swap_remove(place));
        compare(&row.name, own.as_ref(), Some(&row), &mut found);
    }
    for row in rows.iter().filter(|row| !row.outlives) {
        compare(&row.name, Some(row), None, &mut found);
    }
    found
}

/// Compares two rows column by column; a missing one differs as a whole.
fn compare(name: &str, stored: Option<&Row>, replayed: Option<&Row>, found: &mut Vec<Difference>) {
    let (Some(old), Some(new)) = (stored, replayed) else {
        let there = |row: bool| if row { Value::from("a row") } else { Value::Null };
        found.push(Difference { what: name.to_owned(), stored: there(stored.is_some()), replayed: there(replayed.is_some()) });
        return;
    };
    for ((column, old), (_, new)) in old.columns.iter().zip(&new.columns) {
        if old != new {
            found.push(Difference { what: format!("{name}.{column}"), stored: old.clone(), replayed: new.clone() });
        }
    }
}
