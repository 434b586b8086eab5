//! Obligations, and when each contract's recurring duties are next opened.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{obligation, obligation_opening};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::record::{Record, Rows};
use super::row::{Row, Stored};
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, insert_rows, instant};
use crate::domain::Instant;
use crate::domain::history::IndexRebuilt;
use crate::domain::obligation::{EventData, Obligation, ObligationFilter, ObligationState};

/// `None` outside the scope, too.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Obligation>, DbErr> {
    let found = reads.find::<obligation::Entity>().filter(obligation::Column::Id.eq(id)).one(reads.connection()).await?;
    found.map(to_domain).transpose()
}

/// A page of obligations, first due first.
pub async fn list(reads: &impl Reads, filter: &ObligationFilter) -> Result<Vec<Obligation>, DbErr> {
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str().to_owned()).collect();
    let mut query = reads.find::<obligation::Entity>();
    for (column, values) in [
        (obligation::Column::Contract, &filter.contracts),
        (obligation::Column::Organisation, &filter.organisations),
        (obligation::Column::Duty, &filter.duties),
        (obligation::Column::State, &states),
    ] {
        if !values.is_empty() {
            query = query.filter(column.is_in(values));
        }
    }
    if let Some(from) = filter.due_from {
        query = query.filter(obligation::Column::DueAt.gte(from.to_utc()));
    }
    if let Some(before) = filter.due_before {
        query = query.filter(obligation::Column::DueAt.lt(before.to_utc()));
    }
    if let Some((at, id)) = filter.after {
        let row = Expr::tuple([Expr::col(obligation::Column::DueAt), Expr::col(obligation::Column::Id)]);
        query = query.filter(row.gt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let query = query.order_by_asc(obligation::Column::DueAt).order_by_asc(obligation::Column::Id).limit(filter.limit);
    query.all(reads.connection()).await?.into_iter().map(to_domain).collect()
}

/// When a contract's recurring duties are to be opened next.
pub async fn next_opening(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    let opens = reads.find_of_desk::<obligation_opening::Entity>().select_only().column(obligation_opening::Column::NextOpenAt);
    let opens = opens.filter(obligation_opening::Column::NextOpenAt.is_not_null()).order_by_asc(obligation_opening::Column::NextOpenAt);
    let opens: Option<DateTime<Utc>> = opens.limit(1).into_tuple().one(reads.connection()).await?;
    Ok(opens.map(instant))
}

/// For each duty and organisation of a contract, the last date of the last period that was opened.
pub async fn last_opened(tx: &Tx, contract: &str) -> Result<Vec<(String, String, NaiveDate)>, DbErr> {
    let rows = tx.find::<obligation::Entity>().select_only();
    let rows = rows.column(obligation::Column::Duty).column(obligation::Column::Organisation);
    let rows = rows.column_as(obligation::Column::DayZeroDate.max(), "last");
    let rows = rows.filter(obligation::Column::Contract.eq(contract)).filter(obligation::Column::Period.is_not_null());
    rows.group_by(obligation::Column::Duty).group_by(obligation::Column::Organisation).into_tuple().all(tx.connection()).await
}

/// Makes every open obligation of a contract due at that instant, so that the workers settle it again.
pub(super) async fn settle_open(tx: &Tx, contract: &str, at: Instant) -> Result<(), DbErr> {
    obligation::Entity::update_many()
        .col_expr(obligation::Column::NextFireAt, Expr::value(at.to_utc()))
        .filter(obligation::Column::Contract.eq(contract))
        .filter(obligation::Column::State.eq(ObligationState::Open.as_str()))
        .exec(tx.connection())
        .await
        .map(drop)
}

/// Sets when a contract's recurring duties are next opened; `None` for never.
pub async fn schedule_opening(tx: &Tx, contract: &str, at: Option<Instant>) -> Result<(), DbErr> {
    let row = obligation_opening::ActiveModel { contract: Set(contract.to_owned()), next_open_at: Set(at.map(Instant::to_utc)) };
    let known = OnConflict::column(obligation_opening::Column::Contract).update_column(obligation_opening::Column::NextOpenAt).to_owned();
    obligation_opening::Entity::insert(row).on_conflict(known).exec_without_returning(tx.connection()).await.map(drop)
}

/// A contract whose duties are to be opened by `now`, locked by this transaction. Those locked by another are skipped.
pub async fn claim_opening(tx: &Tx, now: Instant) -> Result<Option<String>, DbErr> {
    let due = tx.find_of_desk::<obligation_opening::Entity>().filter(obligation_opening::Column::NextOpenAt.lte(now.to_utc()));
    let due = due.order_by_asc(obligation_opening::Column::NextOpenAt).limit(1);
    let due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(due.one(tx.connection()).await?.map(|row| row.contract))
}

impl Rows for Obligation {
    const NAME: &'static str = "obligation";

    async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Self>, DbErr> {
        let rows = reads.find::<obligation::Entity>().filter(obligation::Column::Id.is_in(ids.iter().copied()));
        rows.all(reads.connection()).await?.into_iter().map(to_domain).collect()
    }

    async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Self>, DbErr> {
        let found = tx.find::<obligation::Entity>().filter(obligation::Column::Id.eq(id)).lock_exclusive().one(tx.connection()).await?;
        found.map(to_domain).transpose()
    }

    async fn insert(tx: &Tx, new: &[&Record<Self>]) -> Result<(), DbErr> {
        let rows = new.iter().map(|record| to_row(&record.subject).into_active_model()).collect();
        insert_rows::<obligation::Entity>(tx, rows, None).await.map(drop)
    }

    async fn update(tx: &Tx, record: &Record<Self>) -> Result<(), DbErr> {
        let mut row = to_row(&record.subject).into_active_model().reset_all();
        row.id = Unchanged(record.subject.id);
        obligation::Entity::update(row).exec(tx.connection()).await.map(drop)
    }

    async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
        let fires = reads.find::<obligation::Entity>().select_only().column(obligation::Column::NextFireAt);
        let fires = fires.filter(obligation::Column::NextFireAt.is_not_null()).order_by_asc(obligation::Column::NextFireAt);
        let fires: Option<DateTime<Utc>> = fires.limit(1).into_tuple().one(reads.connection()).await?;
        Ok(fires.map(instant))
    }

    async fn claim_due(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Uuid>, DbErr> {
        let due = tx.find::<obligation::Entity>().select_only().column(obligation::Column::Id);
        let due = due.filter(obligation::Column::NextFireAt.lte(now.to_utc())).order_by_asc(obligation::Column::NextFireAt).limit(limit);
        due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).into_tuple().all(tx.connection()).await
    }

    async fn put_off(tx: &Tx, id: Uuid, until: Instant) -> Result<(), DbErr> {
        let waits = obligation::Entity::update_many().col_expr(obligation::Column::NextFireAt, Expr::value(Some(until.to_utc())));
        waits.filter(obligation::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
    }

    async fn stored_after(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Stored<Self>>, DbErr> {
        let mut page = reads.find::<obligation::Entity>().order_by_asc(obligation::Column::Id).limit(limit);
        if let Some(last) = last {
            page = page.filter(obligation::Column::Id.gt(last));
        }
        let stored = |row: obligation::Model| {
            let rows = vec![Row::of("obligation", &row.clone().into_active_model())];
            Ok(Stored { next_fire_at: row.next_fire_at.map(instant), rows, subject: to_domain(row)? })
        };
        page.all(reads.connection()).await?.into_iter().map(stored).collect()
    }

    fn rows(record: &Record<Self>) -> Vec<Row> {
        vec![Row::of("obligation", &to_row(&record.subject).into_active_model())]
    }

    /// The duty with its period, or with the obligation's id where it has none.
    fn label(&self) -> String {
        format!("{} {}", self.duty, self.period.clone().unwrap_or_else(|| self.id.to_string()))
    }

    async fn labels(reads: &impl Reads, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, DbErr> {
        Ok(Self::with_ids(reads, ids).await?.iter().map(|obligation| (obligation.id, obligation.label())).collect())
    }

    fn rebuilt(differences: IndexRebuilt) -> EventData {
        EventData::IndexRebuilt(differences)
    }
}

fn to_row(obligation: &Obligation) -> obligation::Model {
    obligation::Model {
        id: obligation.id,
        organisation: obligation.organisation.clone(),
        contract: obligation.contract.clone(),
        contract_version_id: obligation.contract_version_id,
        duty: obligation.duty.clone(),
        period: obligation.period.clone(),
        day_zero_date: obligation.day_zero,
        fact_at: obligation.fact_at.map(Instant::to_utc),
        opened_at: obligation.opened_at.to_utc(),
        state: obligation.state.as_str().to_owned(),
        due_at: obligation.due_at.to_utc(),
        late_at: obligation.late_at.map(Instant::to_utc),
        met_at: obligation.met_at.map(Instant::to_utc),
        next_fire_at: obligation.next_fire_at.map(Instant::to_utc),
    }
}

fn to_domain(row: obligation::Model) -> Result<Obligation, DbErr> {
    Ok(Obligation {
        id: row.id,
        organisation: row.organisation,
        contract: row.contract,
        contract_version_id: row.contract_version_id,
        duty: row.duty,
        period: row.period,
        day_zero: row.day_zero_date,
        fact_at: row.fact_at.map(instant),
        opened_at: instant(row.opened_at),
        state: ObligationState::named(&row.state).ok_or_else(|| broken("an obligation's state"))?,
        due_at: instant(row.due_at),
        late_at: row.late_at.map(instant),
        met_at: row.met_at.map(instant),
        next_fire_at: row.next_fire_at.map(instant),
    })
}
