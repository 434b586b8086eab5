//! Amendments to calendars with the approvals of both sides, in the order recorded. They are never changed or deleted.

use entity::{calendar_amendment, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, approvals, broken, instant};
use crate::domain::Instant;
use crate::domain::approval::{Approval, ApprovalSubject};
use crate::domain::contract::amendment::{Change, RecordedAmendment};
use crate::domain::workflow::State;

pub async fn all(reads: &impl Reads) -> Result<Vec<RecordedAmendment>, DbErr> {
    let rows = reads
        .find_of_desk::<calendar_amendment::Entity>()
        .order_by_asc(calendar_amendment::Column::Sequence)
        .all(reads.connection())
        .await?;
    let mut recorded = rows.into_iter().map(to_domain).collect::<Result<Vec<_>, _>>()?;
    let mut given = approvals::all(reads, ApprovalSubject::CalendarAmendment).await?;
    let mut clients = approvals::clients(reads, ApprovalSubject::CalendarAmendment).await?;
    for one in &mut recorded {
        for (sequence, approval) in given.remove(&one.id).unwrap_or_default() {
            let client = clients.remove(&approval.id);
            one.approved(sequence, approval, client);
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
        clients: Set(serde_json::json!(recorded.clients)),
    };
    calendar_amendment::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// Adds an approval, for that client or for the supplier.
pub async fn approve(tx: &Tx, amendment: Uuid, sequence: i64, approval: &Approval, client: Option<&str>) -> Result<(), DbErr> {
    approvals::insert_for(tx, (ApprovalSubject::CalendarAmendment, amendment), sequence, approval, client).await
}

/// Makes every ticket and obligation of a contract due at once for which something may still fall due, so that the workers settle them under an
/// amendment that took effect: those that are open, and those that wait for a reminder.
pub async fn take_effect(tx: &Tx, contract: &str, at: Instant) -> Result<(), DbErr> {
    super::obligations::settle_open(tx, contract, at).await?;
    settle_open(tx, contract, at).await
}

async fn settle_open(tx: &Tx, contract: &str, at: Instant) -> Result<(), DbErr> {
    let open = State::ALL.into_iter().filter(|state| state.is_open()).map(State::as_str);
    ticket::Entity::update_many()
        .col_expr(ticket::Column::NextFireAt, Expr::value(at.to_utc()))
        .filter(ticket::Column::Contract.eq(contract))
        .filter(Condition::any().add(ticket::Column::State.is_in(open)).add(ticket::Column::NextFireAt.is_not_null()))
        .exec(tx.connection())
        .await?;
    Ok(())
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
        clients: serde_json::from_value(row.clients).map_err(|_unreadable| broken("an amendment's clients"))?,
        approvals: Vec::new(),
        approval_sequences: Vec::new(),
        approved_for: Vec::new(),
    })
}
