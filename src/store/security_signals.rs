//! Security signals, and what is written on them.

use std::collections::HashMap;

use entity::{security_signal, security_signal_note};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::record::{Record, Rows};
use super::row::{Row, Stored};
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, insert_rows, instant};
use crate::domain::Instant;
use crate::domain::history::IndexRebuilt;
use crate::domain::redaction::GONE;
use crate::domain::security_signal::{EventData, SecuritySignal, SignalFilter, SignalNote, SignalSource};

/// `None` for whoever does not see it.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<SecuritySignal>, DbErr> {
    let found = reads.find::<security_signal::Entity>().filter(security_signal::Column::Id.eq(id)).one(reads.connection()).await?;
    found.map(to_domain).transpose()
}

/// Those that were recorded of one observation, by client.
pub async fn of_observation(reads: &impl Reads, observation: Uuid) -> Result<Vec<SecuritySignal>, DbErr> {
    let rows = reads.find::<security_signal::Entity>().filter(security_signal::Column::ObservationId.eq(observation));
    let rows = rows.order_by_asc(security_signal::Column::Organisation).all(reads.connection()).await?;
    rows.into_iter().map(to_domain).collect()
}

/// The same, locked until the transaction ends: as many of them as it sees.
pub async fn lock_observation(tx: &Tx, observation: Uuid) -> Result<Vec<SecuritySignal>, DbErr> {
    let rows = tx.find::<security_signal::Entity>().filter(security_signal::Column::ObservationId.eq(observation));
    let rows = rows.order_by_asc(security_signal::Column::Id).lock_exclusive().all(tx.connection()).await?;
    rows.into_iter().map(to_domain).collect()
}

/// A page of signals, last observed first.
pub async fn list(reads: &impl Reads, filter: &SignalFilter) -> Result<Vec<SecuritySignal>, DbErr> {
    let mut query = reads.find::<security_signal::Entity>();
    for (column, values) in
        [(security_signal::Column::Contract, &filter.contracts), (security_signal::Column::Organisation, &filter.organisations)]
    {
        if !values.is_empty() {
            query = query.filter(column.is_in(values));
        }
    }
    if let Some(from) = filter.observed_from {
        query = query.filter(security_signal::Column::ObservedAt.gte(from.to_utc()));
    }
    if let Some(before) = filter.observed_before {
        query = query.filter(security_signal::Column::ObservedAt.lt(before.to_utc()));
    }
    if let Some((at, id)) = filter.after {
        let row = Expr::tuple([Expr::col(security_signal::Column::ObservedAt), Expr::col(security_signal::Column::Id)]);
        query = query.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let query = query.order_by_desc(security_signal::Column::ObservedAt).order_by_desc(security_signal::Column::Id).limit(filter.limit);
    query.all(reads.connection()).await?.into_iter().map(to_domain).collect()
}

/// Everything written on these signals, in no particular order.
pub async fn notes(reads: &impl Reads, signals: &[Uuid]) -> Result<Vec<SignalNote>, DbErr> {
    if signals.is_empty() {
        return Ok(Vec::new());
    }
    let rows = reads.find::<security_signal_note::Entity>();
    let rows = rows.filter(security_signal_note::Column::SignalId.is_in(signals.iter().copied())).all(reads.connection()).await?;
    let note = |row: security_signal_note::Model| SignalNote { id: row.id, signal: row.signal_id, author: row.author, text: row.text };
    Ok(rows.into_iter().map(note).collect())
}

/// Stores what was written, each with the client whose signal it is on.
pub async fn insert_notes(tx: &Tx, notes: &[(String, SignalNote)]) -> Result<(), DbErr> {
    let row = |(organisation, note): &(String, SignalNote)| security_signal_note::ActiveModel {
        id: Set(note.id),
        signal_id: Set(note.signal),
        organisation: Set(organisation.clone()),
        author: Set(note.author.clone()),
        text: Set(note.text.clone()),
    };
    insert_rows::<security_signal_note::Entity>(tx, notes.iter().map(row).collect(), None).await.map(drop)
}

/// Takes away what was written.
pub async fn take_notes(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    let gone = security_signal_note::Entity::update_many().col_expr(security_signal_note::Column::Text, Expr::value(GONE));
    gone.filter(security_signal_note::Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}

/// The ids of what was written on a signal.
pub fn notes_on(signal: Uuid) -> SelectStatement {
    Query::select()
        .column(security_signal_note::Column::Id)
        .from(security_signal_note::Entity)
        .and_where(security_signal_note::Column::SignalId.eq(signal))
        .to_owned()
}

impl Rows for SecuritySignal {
    const NAME: &'static str = "security signal";

    async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Self>, DbErr> {
        let rows = reads.find::<security_signal::Entity>().filter(security_signal::Column::Id.is_in(ids.iter().copied()));
        rows.all(reads.connection()).await?.into_iter().map(to_domain).collect()
    }

    async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Self>, DbErr> {
        let found = tx.find::<security_signal::Entity>().filter(security_signal::Column::Id.eq(id)).lock_exclusive();
        found.one(tx.connection()).await?.map(to_domain).transpose()
    }

    async fn insert(tx: &Tx, new: &[&Record<Self>]) -> Result<(), DbErr> {
        let rows = new.iter().map(|record| to_row(&record.subject).into_active_model()).collect();
        insert_rows::<security_signal::Entity>(tx, rows, None).await.map(drop)
    }

    async fn update(tx: &Tx, record: &Record<Self>) -> Result<(), DbErr> {
        let mut row = to_row(&record.subject).into_active_model().reset_all();
        row.id = Unchanged(record.subject.id);
        security_signal::Entity::update(row).exec(tx.connection()).await.map(drop)
    }

    /// Nothing of it is ever due.
    async fn next_due(_reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
        Ok(None)
    }

    async fn claim_due(_tx: &Tx, _now: Instant, _limit: u64) -> Result<Vec<Uuid>, DbErr> {
        Ok(Vec::new())
    }

    async fn put_off(_tx: &Tx, _id: Uuid, _until: Instant) -> Result<(), DbErr> {
        Ok(())
    }

    async fn stored_after(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Stored<Self>>, DbErr> {
        let mut page = reads.find::<security_signal::Entity>().order_by_asc(security_signal::Column::Id).limit(limit);
        if let Some(last) = last {
            page = page.filter(security_signal::Column::Id.gt(last));
        }
        let stored = |row: security_signal::Model| {
            let rows = vec![Row::of("security_signal", &row.clone().into_active_model())];
            Ok(Stored { next_fire_at: None, rows, subject: to_domain(row)? })
        };
        page.all(reads.connection()).await?.into_iter().map(stored).collect()
    }

    fn rows(record: &Record<Self>) -> Vec<Row> {
        vec![Row::of("security_signal", &to_row(&record.subject).into_active_model())]
    }

    fn label(&self) -> String {
        format!("security signal {}", self.id)
    }

    async fn labels(reads: &impl Reads, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, DbErr> {
        Ok(Self::with_ids(reads, ids).await?.iter().map(|signal| (signal.id, signal.label())).collect())
    }

    fn rebuilt(differences: IndexRebuilt) -> EventData {
        EventData::IndexRebuilt(differences)
    }
}

fn to_row(signal: &SecuritySignal) -> security_signal::Model {
    security_signal::Model {
        id: signal.id,
        organisation: signal.organisation.clone(),
        contract: signal.contract.clone(),
        contract_version_id: signal.contract_version_id,
        observation_id: signal.observation,
        source: signal.source.to_string(),
        title: signal.title.clone(),
        description: signal.description.clone(),
        observed_at: signal.observed_at.to_utc(),
        recorded_at: signal.recorded_at.to_utc(),
        recorded_by: signal.recorded_by.clone(),
        incident_id: signal.incident,
    }
}

fn to_domain(row: security_signal::Model) -> Result<SecuritySignal, DbErr> {
    Ok(SecuritySignal {
        id: row.id,
        organisation: row.organisation,
        contract: row.contract,
        contract_version_id: row.contract_version_id,
        observation: row.observation_id,
        source: SignalSource::named(&row.source).ok_or_else(|| broken("who noticed a signal"))?,
        title: row.title,
        description: row.description,
        observed_at: instant(row.observed_at),
        recorded_at: instant(row.recorded_at),
        recorded_by: row.recorded_by,
        incident: row.incident_id,
    })
}
