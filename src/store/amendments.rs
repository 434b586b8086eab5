//! Amendments to calendars, in the order recorded; only ever added.

use entity::{calendar_amendment, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, broken, instant};
use crate::domain::Instant;
use crate::domain::amendment::{Amendment, Change};
use crate::domain::workflow::State;

/// An amendment as it was recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Of which contract.
    pub contract: String,
    /// What it changes.
    pub amendment: Amendment,
    /// Why.
    pub reason: String,
    /// Who recorded it.
    pub actor: String,
}

/// All of them.
pub async fn all(reads: &impl Reads) -> Result<Vec<Recorded>, DbErr> {
    let rows = calendar_amendment::Entity::find().order_by_asc(calendar_amendment::Column::Sequence).all(reads.connection()).await?;
    rows.into_iter().map(to_domain).collect()
}

/// Holds off whoever writes tickets or obligations until the transaction ends, so that no registration under way misses what it adds:
/// amendments come a few times a year, and a lock held by every registration would cost more.
pub async fn lock(tx: &Tx) -> Result<(), DbErr> {
    if tx.backend() == Backend::Postgres {
        tx.connection().execute_unprepared("LOCK TABLE ticket, obligation IN EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// Adds one as the `sequence`th, and has every open ticket and obligation of its contract settled again.
pub async fn insert(tx: &Tx, recorded: &Recorded, sequence: usize) -> Result<(), DbErr> {
    let amendment = &recorded.amendment;
    let row = calendar_amendment::ActiveModel {
        id: Set(amendment.id),
        sequence: Set(i64::try_from(sequence).unwrap_or(i64::MAX)),
        contract: Set(recorded.contract.clone()),
        calendar: Set(amendment.calendar.clone()),
        date: Set(amendment.date),
        change: Set(amendment.change.as_str().to_owned()),
        hours: Set(serde_json::json!(amendment.change.hours())),
        reason: Set(recorded.reason.clone()),
        actor: Set(recorded.actor.clone()),
        recorded_at: Set(amendment.recorded_at.to_utc()),
    };
    calendar_amendment::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    super::obligations::look_at_open(tx, &recorded.contract, amendment.recorded_at).await?;
    settle_open(tx, &recorded.contract, amendment.recorded_at).await
}

async fn settle_open(tx: &Tx, contract: &str, at: Instant) -> Result<(), DbErr> {
    let open = State::ALL.into_iter().filter(|state| state.is_open()).map(State::as_str);
    ticket::Entity::update_many()
        .col_expr(ticket::Column::NextFireAt, Expr::value(at.to_utc()))
        .filter(ticket::Column::Contract.eq(contract))
        .filter(ticket::Column::State.is_in(open))
        .exec(tx.connection())
        .await?;
    Ok(())
}

fn to_domain(row: calendar_amendment::Model) -> Result<Recorded, DbErr> {
    let hours: Vec<String> = serde_json::from_value(row.hours).map_err(|_unreadable| broken("an amendment's hours"))?;
    let change = Change::named(&row.change, &hours).ok().flatten().ok_or_else(|| broken("an amendment"))?;
    let recorded_at = instant(row.recorded_at);
    Ok(Recorded {
        contract: row.contract,
        amendment: Amendment { id: row.id, calendar: row.calendar, date: row.date, change, recorded_at },
        reason: row.reason,
        actor: row.actor,
    })
}
