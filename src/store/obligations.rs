//! Obligations with their events, and when a contract's recurring duties are next looked at.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{obligation, obligation_event, obligation_opening};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::index::{Difference, differ};
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant};
use crate::domain::Instant;
use crate::domain::obligation::{Event, EventKind, Obligation, State};

/// Rows in one statement: thirteen columns each, far below what a statement may bind.
const ROWS: usize = 500;

/// Which obligations a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Under these contracts.
    pub contracts: Vec<String>,
    /// Of these organisations.
    pub organisations: Vec<String>,
    /// Of these duties.
    pub duties: Vec<String>,
    /// In these states.
    pub states: Vec<State>,
    /// Due at this instant or later.
    pub due_from: Option<Instant>,
    /// Due before this one.
    pub due_before: Option<Instant>,
    /// After this one in the list.
    pub after: Option<(Instant, Uuid)>,
    /// At most this many.
    pub limit: u64,
}

/// One obligation; `None` outside the scope, too.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Obligation>, DbErr> {
    let found = reads.find::<obligation::Entity>().filter(obligation::Column::Id.eq(id)).one(reads.connection()).await?;
    found.map(to_domain).transpose()
}

/// The same, held against other writers until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Obligation>, DbErr> {
    let found = tx.find::<obligation::Entity>().filter(obligation::Column::Id.eq(id)).lock_exclusive().one(tx.connection()).await?;
    found.map(to_domain).transpose()
}

/// A page of obligations, first due first.
pub async fn list(reads: &impl Reads, filter: &Filter) -> Result<Vec<Obligation>, DbErr> {
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

/// The obligations after one, by id.
pub async fn after_id(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Obligation>, DbErr> {
    let mut page = reads.find::<obligation::Entity>().order_by_asc(obligation::Column::Id).limit(limit);
    if let Some(last) = last {
        page = page.filter(obligation::Column::Id.gt(last));
    }
    page.all(reads.connection()).await?.into_iter().map(to_domain).collect()
}

/// Everything in a stored row that is not what the obligation's history gives.
pub fn differences(stored: &Obligation, replayed: &Obligation) -> Vec<Difference> {
    let mut found = Vec::new();
    differ("obligation", Some(&to_row(stored).into_active_model()), Some(&to_row(replayed).into_active_model()), &mut found);
    found
}

/// Obligations with something due by `now`, each held by this transaction, those held by another left out.
pub async fn claim_due(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Obligation>, DbErr> {
    let due = tx.find::<obligation::Entity>().filter(obligation::Column::NextFireAt.lte(now.to_utc()));
    let due = due.order_by_asc(obligation::Column::NextFireAt).limit(limit);
    let due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    due.all(tx.connection()).await?.into_iter().map(to_domain).collect()
}

/// When the next obligation has something due, or the next duty is looked at.
pub async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    let fires = reads.find::<obligation::Entity>().select_only().column(obligation::Column::NextFireAt);
    let fires = fires.filter(obligation::Column::NextFireAt.is_not_null()).order_by_asc(obligation::Column::NextFireAt);
    let opens = reads.find_ours::<obligation_opening::Entity>().select_only().column(obligation_opening::Column::NextOpenAt);
    let opens = opens.filter(obligation_opening::Column::NextOpenAt.is_not_null()).order_by_asc(obligation_opening::Column::NextOpenAt);
    let fires: Option<DateTime<Utc>> = fires.limit(1).into_tuple().one(reads.connection()).await?;
    let opens: Option<DateTime<Utc>> = opens.limit(1).into_tuple().one(reads.connection()).await?;
    Ok(fires.into_iter().chain(opens).min().map(instant))
}

/// Writes new obligations.
pub async fn insert(tx: &Tx, obligations: &[Obligation]) -> Result<(), DbErr> {
    for rows in obligations.chunks(ROWS) {
        let rows = rows.iter().map(|obligation| to_row(obligation).into_active_model());
        obligation::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Writes an obligation over its former row.
pub async fn update(tx: &Tx, obligation: &Obligation) -> Result<(), DbErr> {
    let mut row = to_row(obligation).into_active_model().reset_all();
    row.id = Unchanged(obligation.id);
    obligation::Entity::update(row).exec(tx.connection()).await.map(drop)
}

/// Adds events to the histories of obligations, each after the `known` ones there are.
pub async fn append<'a>(tx: &Tx, added: impl IntoIterator<Item = (&'a Obligation, usize, &'a [Event])>) -> Result<(), DbErr> {
    let mut rows = Vec::new();
    for (obligation, known, events) in added {
        let first = i32::try_from(known).unwrap_or(i32::MAX).saturating_add(1);
        rows.extend(events.iter().zip(first..).map(|(event, sequence)| obligation_event::ActiveModel {
            id: Set(event.id),
            obligation_id: Set(obligation.id),
            organisation: Set(obligation.organisation.clone()),
            sequence: Set(sequence),
            kind: Set(event.kind.as_str().to_owned()),
            actor: Set(event.actor.clone()),
            evidence: Set(event.evidence.clone()),
            data: Set(event.data.clone()),
            occurred_at: Set(event.occurred_at.to_utc()),
            recorded_at: Set(event.recorded_at.to_utc()),
        }));
    }
    for rows in rows.chunks(ROWS) {
        obligation_event::Entity::insert_many(rows.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// The histories of obligations, each in the order recorded.
pub async fn events(reads: &impl Reads, obligations: &[Uuid]) -> Result<Vec<(Uuid, Event)>, DbErr> {
    let rows = reads.find::<obligation_event::Entity>();
    let rows = rows.filter(obligation_event::Column::ObligationId.is_in(obligations.iter().copied()));
    let rows = rows.order_by_asc(obligation_event::Column::ObligationId).order_by_asc(obligation_event::Column::Sequence);
    rows.all(reads.connection()).await?.into_iter().map(to_event).collect()
}

/// The last period of each duty and organisation of a contract that was opened: its last date.
pub async fn last_opened(tx: &Tx, contract: &str) -> Result<Vec<(String, String, NaiveDate)>, DbErr> {
    let rows = tx.find::<obligation::Entity>().select_only();
    let rows = rows.column(obligation::Column::Duty).column(obligation::Column::Organisation);
    let rows = rows.column_as(obligation::Column::DayZeroDate.max(), "last");
    let rows = rows.filter(obligation::Column::Contract.eq(contract)).filter(obligation::Column::Period.is_not_null());
    rows.group_by(obligation::Column::Duty).group_by(obligation::Column::Organisation).into_tuple().all(tx.connection()).await
}

/// Has every open obligation of a contract looked at again at an instant: its calendar was amended.
pub(super) async fn look_at_open(tx: &Tx, contract: &str, at: Instant) -> Result<(), DbErr> {
    obligation::Entity::update_many()
        .col_expr(obligation::Column::NextFireAt, Expr::value(at.to_utc()))
        .filter(obligation::Column::Contract.eq(contract))
        .filter(obligation::Column::State.eq(State::Open.as_str()))
        .exec(tx.connection())
        .await
        .map(drop)
}

/// Has a contract's recurring duties looked at from an instant on.
pub async fn look_at_duties(tx: &Tx, contract: &str, at: Option<Instant>) -> Result<(), DbErr> {
    let row = obligation_opening::ActiveModel { contract: Set(contract.to_owned()), next_open_at: Set(at.map(Instant::to_utc)) };
    let known = OnConflict::column(obligation_opening::Column::Contract).update_column(obligation_opening::Column::NextOpenAt).to_owned();
    obligation_opening::Entity::insert(row).on_conflict(known).exec_without_returning(tx.connection()).await.map(drop)
}

/// A contract whose duties are to be looked at by `now`, held by this transaction; those held by another are left out.
pub async fn claim_opening(tx: &Tx, now: Instant) -> Result<Option<String>, DbErr> {
    let due = tx.find_ours::<obligation_opening::Entity>().filter(obligation_opening::Column::NextOpenAt.lte(now.to_utc()));
    let due = due.order_by_asc(obligation_opening::Column::NextOpenAt).limit(1);
    let due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(due.one(tx.connection()).await?.map(|row| row.contract))
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
        state: State::named(&row.state).ok_or_else(|| broken("an obligation's state"))?,
        due_at: instant(row.due_at),
        late_at: row.late_at.map(instant),
        met_at: row.met_at.map(instant),
        next_fire_at: row.next_fire_at.map(instant),
    })
}

fn to_event(row: obligation_event::Model) -> Result<(Uuid, Event), DbErr> {
    let event = Event {
        id: row.id,
        kind: EventKind::named(&row.kind).ok_or_else(|| broken("an obligation's event"))?,
        actor: row.actor,
        evidence: row.evidence,
        data: row.data,
        occurred_at: instant(row.occurred_at),
        recorded_at: instant(row.recorded_at),
    };
    Ok((row.obligation_id, event))
}
