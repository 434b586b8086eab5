//! What is stored of tickets beside their histories, held against what a replay gives.

use std::collections::HashMap;

use entity::{clock, escalation, ticket};
use sea_orm::sea_query::sea_value_to_json_value;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IdenStatic, IntoActiveModel, Iterable, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::Value;
use uuid::Uuid;

use super::Reads;
use super::tickets::{clock_row, position_row, to_domain, to_row};
use crate::domain::Instant;
use crate::domain::ticket::{Settled, Ticket};

/// A ticket as stored, with the rows of its index.
#[derive(Debug)]
pub struct Stored {
    /// The ticket.
    pub ticket: Ticket,
    row: ticket::Model,
    clocks: Vec<clock::Model>,
    positions: Vec<escalation::Model>,
}

impl Stored {
    /// Whether its timers have something to do, which may be to no more than its index.
    pub fn is_due(&self, now: Instant) -> bool {
        self.row.next_fire_at.is_some_and(|at| at <= now.to_utc())
    }
}

/// A value that is not what a replay gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Which: `ticket.next_due_at`, `clock.resolution.due_at`, `escalation.dap.level`.
    pub what: String,
    /// As stored; `null` when the row is missing.
    pub stored: Value,
    /// As replayed; `null` when there should be no such row.
    pub replayed: Value,
}

/// The tickets after one, by id, with the rows of their index.
pub async fn after(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Stored>, DbErr> {
    let connection = reads.connection();
    let mut page = reads.find::<ticket::Entity>().order_by_asc(ticket::Column::Id).limit(limit);
    if let Some(last) = last {
        page = page.filter(ticket::Column::Id.gt(last));
    }
    let rows = page.all(connection).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut clocks: HashMap<Uuid, Vec<clock::Model>> = HashMap::new();
    for row in reads.find::<clock::Entity>().filter(clock::Column::TicketId.is_in(ids.iter().copied())).all(connection).await? {
        clocks.entry(row.ticket_id).or_default().push(row);
    }
    let mut positions: HashMap<Uuid, Vec<escalation::Model>> = HashMap::new();
    for row in reads.find::<escalation::Entity>().filter(escalation::Column::TicketId.is_in(ids)).all(connection).await? {
        positions.entry(row.ticket_id).or_default().push(row);
    }
    let stored = |row: ticket::Model| {
        let (clocks, positions) = (clocks.remove(&row.id).unwrap_or_default(), positions.remove(&row.id).unwrap_or_default());
        Ok(Stored { ticket: to_domain(row.clone())?, row, clocks, positions })
    };
    rows.into_iter().map(stored).collect()
}

/// Everything in a stored index that is not what the ticket's history gives.
pub fn differences(stored: Stored, replayed: &Ticket, settled: &Settled) -> Vec<Difference> {
    let mut found = Vec::new();
    let row = to_row(replayed, settled).into_active_model();
    differ("ticket", Some(&stored.row.into_active_model()), Some(&row), &mut found);
    let mut clocks = stored.clocks;
    for index in &settled.clocks {
        let kind = index.clock.kind.as_str();
        let own = clocks.iter().position(|row| row.kind == kind).map(|place| clocks.swap_remove(place).into_active_model());
        differ(&format!("clock.{kind}"), own.as_ref(), Some(&clock_row(replayed, index)), &mut found);
    }
    for row in clocks {
        differ(&format!("clock.{}", row.kind), Some(&row.into_active_model()), None, &mut found);
    }
    if let Some(row) = position_row(replayed, settled) {
        let ladder = settled.position.as_ref().map(|(ladder, _)| ladder.clone()).unwrap_or_default();
        let own = stored.positions.into_iter().find(|position| position.ladder == ladder).map(IntoActiveModel::into_active_model);
        differ(&format!("escalation.{ladder}"), own.as_ref(), Some(&row), &mut found);
    }
    found
}

/// Compares two rows column by column; a missing one differs as a whole.
pub(super) fn differ<A: ActiveModelTrait>(what: &str, stored: Option<&A>, replayed: Option<&A>, found: &mut Vec<Difference>) {
    let (Some(old), Some(new)) = (stored, replayed) else {
        let there = |row: bool| if row { Value::from("a row") } else { Value::Null };
        found.push(Difference { what: what.to_owned(), stored: there(stored.is_some()), replayed: there(replayed.is_some()) });
        return;
    };
    for column in <A::Entity as EntityTrait>::Column::iter() {
        let value = |row: &A| row.get(column).into_value().map_or(Value::Null, |value| sea_value_to_json_value(&value));
        let (old, new) = (value(old), value(new));
        if old != new {
            found.push(Difference { what: format!("{what}.{}", column.as_str()), stored: old, replayed: new });
        }
    }
}
