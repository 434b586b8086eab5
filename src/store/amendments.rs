//! Amendments to calendars with the approvals of both sides, in the order recorded. They are never changed or deleted.

use entity::{amendment_approval, calendar_amendment, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant};
use crate::domain::Instant;
use crate::domain::contract::Side;
use crate::domain::contract::amendment::{Approval, Change, RecordedAmendment};
use crate::domain::workflow::State;

pub async fn all(reads: &impl Reads) -> Result<Vec<RecordedAmendment>, DbErr> {
    let rows = reads
        .find_of_desk::<calendar_amendment::Entity>()
        .order_by_asc(calendar_amendment::Column::Sequence)
        .all(reads.connection())
        .await?;
    let mut recorded = rows.into_iter().map(to_domain).collect::<Result<Vec<_>, _>>()?;
    let approvals = reads
        .find_of_desk::<amendment_approval::Entity>()
        .order_by_asc(amendment_approval::Column::Sequence)
        .all(reads.connection())
        .await?;
    for row in approvals {
        if let Some(one) = recorded.iter_mut().find(|one| one.id == row.amendment_id) {
            one.approvals.push((row.sequence, approval(row)?));
        }
    }
    Ok(recorded)
}

/// Stores an amendment without its approvals.
pub async fn insert(tx: &Tx, recorded: &RecordedAmendment) -> Result<(), DbErr> {
    let row = calendar_amendment::ActiveModel {
        id: Set(recorded.id),
        sequence: Set(recorded.sequence),
        contract: Set(recorded.contract.clone()),
        calendar: Set(recorded.calendar.clone()),
        date: Set(recorded.date),
        change: Set(recorded.change.as_str().to_owned()),
        hours: Set(serde_json::json!(recorded.change.hours())),
        reason: Set(recorded.reason.clone()),
        actor: Set(recorded.actor.clone()),
        recorded_at: Set(recorded.recorded_at.to_utc()),
        needs_approval: Set(recorded.needs_approval),
    };
    calendar_amendment::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

pub async fn approve(tx: &Tx, amendment: Uuid, sequence: i64, approval: &Approval) -> Result<(), DbErr> {
    let row = amendment_approval::ActiveModel {
        id: Set(approval.id),
        amendment_id: Set(amendment),
        sequence: Set(sequence),
        side: Set(approval.side.as_str().to_owned()),
        approved_by: Set(approval.approved_by.clone()),
        evidence: Set(approval.evidence.clone()),
        actor: Set(approval.actor.clone()),
        approved_at: Set(approval.approved_at.to_utc()),
    };
    amendment_approval::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// Makes every open ticket and obligation of a contract due at once, so that the workers settle them under an amendment that took
/// effect.
pub async fn take_effect(tx: &Tx, contract: &str, at: Instant) -> Result<(), DbErr> {
    super::obligations::settle_open(tx, contract, at).await?;
    settle_open(tx, contract, at).await
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

fn approval(row: amendment_approval::Model) -> Result<Approval, DbErr> {
    Ok(Approval {
        id: row.id,
        side: Side::named(&row.side).ok_or_else(|| broken("a side"))?,
        approved_by: row.approved_by,
        evidence: row.evidence,
        actor: row.actor,
        approved_at: instant(row.approved_at),
    })
}

fn to_domain(row: calendar_amendment::Model) -> Result<RecordedAmendment, DbErr> {
    let hours: Vec<String> = serde_json::from_value(row.hours).map_err(|_unreadable| broken("an amendment's hours"))?;
    let change = Change::named(&row.change, &hours).ok().flatten().ok_or_else(|| broken("an amendment"))?;
    Ok(RecordedAmendment {
        id: row.id,
        sequence: row.sequence,
        contract: row.contract,
        calendar: row.calendar,
        date: row.date,
        change,
        reason: row.reason,
        actor: row.actor,
        recorded_at: instant(row.recorded_at),
        needs_approval: row.needs_approval,
        approvals: Vec::new(),
    })
}
