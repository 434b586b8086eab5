//! Rows in the form in which they are compared with a replay.

use sea_orm::sea_query::sea_value_to_json_value;
use sea_orm::{ActiveModelTrait, EntityTrait, IdenStatic, Iterable};
use serde_json::Value;

use crate::domain::Instant;

/// A subject as stored, with all its rows.
#[derive(Debug)]
pub struct Stored<S> {
    pub subject: S,
    pub(super) next_fire_at: Option<Instant>,
    pub(super) rows: Vec<Row>,
}

impl<S> Stored<S> {
    /// Whether the workers have yet to settle it.
    pub fn is_due(&self, now: Instant) -> bool {
        self.next_fire_at.is_some_and(|at| at <= now)
    }
}

#[derive(Debug)]
pub struct Row {
    /// The table, and which of the subject's rows in it: `clock.resolution`.
    pub(super) name: String,
    pub(super) columns: Vec<(&'static str, Value)>,
    /// Whether it may be stored although the replay has no such row.
    pub(super) outlives: bool,
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
