//! What is stored of a subject beside its history, held against what a replay gives.

use sea_orm::sea_query::sea_value_to_json_value;
use sea_orm::{ActiveModelTrait, EntityTrait, IdenStatic, Iterable};
use serde_json::Value;

use super::record::{Record, Rows};
use crate::domain::Instant;
use crate::domain::history::Difference;

/// A subject as stored, with all its rows.
#[derive(Debug)]
pub struct Stored<S> {
    pub subject: S,
    pub(super) next_fire_at: Option<Instant>,
    pub(super) rows: Vec<Row>,
}

impl<S> Stored<S> {
    /// Whether its timers have something to do, which may be to no more than its index.
    pub fn is_due(&self, now: Instant) -> bool {
        self.next_fire_at.is_some_and(|at| at <= now)
    }
}

/// A row by its columns.
#[derive(Debug)]
pub struct Row {
    /// The table's name, with what tells it from the subject's other rows of that table: `clock.resolution`.
    name: String,
    columns: Vec<(&'static str, Value)>,
    /// Whether it may be there although a replay says nothing of it.
    outlives: bool,
}

impl Row {
    pub(super) fn of<A: ActiveModelTrait>(name: impl Into<String>, row: &A) -> Self {
        let value = |column: &<A::Entity as EntityTrait>::Column| {
            row.get(*column).into_value().map_or(Value::Null, |one| sea_value_to_json_value(&one))
        };
        let columns = <A::Entity as EntityTrait>::Column::iter().map(|column| (column.as_str(), value(&column))).collect();
        Self { name: name.into(), columns, outlives: false }
    }

    pub(super) fn that_outlives(self) -> Self {
        Self { outlives: true, ..self }
    }
}

/// Everything stored that is not what the subject's history gives.
pub fn differences<S: Rows>(stored: Stored<S>, replayed: &Record<S>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut rows = stored.rows;
    for row in S::rows(replayed) {
        let own = rows.iter().position(|one| one.name == row.name).map(|place| rows.swap_remove(place));
        differ(&row.name, own.as_ref(), Some(&row), &mut found);
    }
    for row in rows.iter().filter(|row| !row.outlives) {
        differ(&row.name, Some(row), None, &mut found);
    }
    found
}

/// Compares two rows column by column; a missing one differs as a whole.
fn differ(name: &str, stored: Option<&Row>, replayed: Option<&Row>, found: &mut Vec<Difference>) {
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
