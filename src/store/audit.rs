//! The audit trail. Lines are only ever added; the sealing pass gives them their place in the chain once they are committed, and those
//! whose time is up are removed from its beginning.

use entity::audit_line::{Column, Entity, Model};
use entity::{audit_head, audit_line};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, View, audit_keeping, broken, instant};
use crate::domain::Instant;
use crate::domain::audit::chain::{self, Head};
use crate::domain::audit::{Act, AuditFilter, AuditResult, Line, Object, Sealed};

/// Lines in one statement.
const CHUNK: usize = 1000;

/// Writes what the transaction did so far into the trail: what it noted with [`Tx::touch`].
pub async fn write_done(tx: &Tx, act: &Act, id: impl Fn() -> Uuid) -> Result<(), DbErr> {
    insert(tx, &Line::of_done(act, tx.touched(), id)).await
}

pub async fn insert(tx: &Tx, lines: &[Line]) -> Result<(), DbErr> {
    for lines in lines.chunks(CHUNK) {
        Entity::insert_many(lines.iter().cloned().map(row)).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// A page of the trail, newest first.
pub async fn list(reads: &impl Reads, filter: &AuditFilter) -> Result<Vec<Line>, DbErr> {
    let mut query = reads.find_of_desk::<Entity>();
    let results: Vec<_> = filter.results.iter().map(|result| result.as_str().to_owned()).collect();
    for (column, values) in [
        (Column::Actor, &filter.actors),
        (Column::ObjectId, &filter.objects),
        (Column::Action, &filter.actions),
        (Column::Result, &results),
    ] {
        query = match &values[..] {
            [] => query,
            // `=` for one value, not `IN`: only then does the index give this order.
            [one] => query.filter(column.eq(one)),
            several => query.filter(column.is_in(several)),
        };
    }
    if !results.is_empty() && !filter.results.contains(&AuditResult::Done) {
        // As the partial index has it.
        query = query.filter(Expr::col(Column::Result).ne(Expr::cust("'done'")));
    }
    query = query.filter_if(filter.from, |from| Column::RecordedAt.gte(from.to_utc()));
    query = query.filter_if(filter.before, |before| Column::RecordedAt.lt(before.to_utc()));
    if let Some((at, id)) = filter.after {
        let row = Expr::tuple([Expr::col(Column::RecordedAt), Expr::col(Column::Id)]);
        query = query.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let query = query.order_by_desc(Column::RecordedAt).order_by_desc(Column::Id).limit(filter.limit);
    query.all(reads.connection()).await?.into_iter().map(line).collect()
}

trait FilterIf: QueryFilter {
    fn filter_if<T>(self, value: Option<T>, condition: impl FnOnce(T) -> Expr) -> Self {
        match value {
            Some(value) => self.filter(condition(value)),
            None => self,
        }
    }
}

impl<Q: QueryFilter> FilterIf for Q {}

/// Whether committed lines wait for their place in the chain.
pub async fn has_unsealed(view: &View) -> Result<bool, DbErr> {
    let waiting = view.find_of_desk::<Entity>().select_only().column(Column::Id).filter(Column::Position.is_null());
    Ok(waiting.limit(1).into_tuple::<Uuid>().one(view.connection()).await?.is_some())
}

/// Seals a batch of committed lines. Returns how many.
pub async fn seal(tx: &Tx, limit: u64) -> Result<usize, DbErr> {
    let mut head = lock_head(tx).await?;
    let waiting = tx.find_of_desk::<Entity>().filter(Column::Position.is_null());
    let waiting = waiting.order_by_asc(Column::RecordedAt).order_by_asc(Column::Id).limit(limit).all(tx.connection()).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut ids = Vec::with_capacity(waiting.len());
    let (mut positions, mut hashes) = (CaseStatement::new(), CaseStatement::new());
    for row in waiting {
        let line = line(row)?;
        head.position += 1;
        head.hash = chain::hash(&head.hash, head.position, &line).map_err(|error| DbErr::Custom(error.to_string()))?;
        let is_this = || Expr::col(Column::Id).eq(line.id);
        positions = positions.case(is_this(), Expr::value(head.position));
        hashes = hashes.case(is_this(), Expr::value(head.hash.clone()));
        ids.push(line.id);
    }
    let sealed = Entity::update_many().col_expr(Column::Position, positions.into()).col_expr(Column::Hash, hashes.into());
    sealed.filter(Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await?;
    move_head(tx, &head).await?;
    Ok(ids.len())
}

pub async fn head(reads: &impl Reads) -> Result<Head, DbErr> {
    let row = reads.find_of_desk::<audit_head::Entity>().filter(audit_head::Column::Id.eq(1)).one(reads.connection()).await?;
    row.map(read_head).ok_or_else(|| broken("no head of the audit trail"))
}

async fn lock_head(tx: &Tx) -> Result<Head, DbErr> {
    let row = tx.find_of_desk::<audit_head::Entity>().filter(audit_head::Column::Id.eq(1)).lock_exclusive();
    row.one(tx.connection()).await?.map(read_head).ok_or_else(|| broken("no head of the audit trail"))
}

fn read_head(row: audit_head::Model) -> Head {
    Head { position: row.position, hash: row.hash, removed_through: row.removed_through, removed_hash: row.removed_hash }
}

async fn move_head(tx: &Tx, head: &Head) -> Result<(), DbErr> {
    let moved = audit_head::Entity::update_many()
        .col_expr(audit_head::Column::Position, Expr::value(head.position))
        .col_expr(audit_head::Column::Hash, Expr::value(head.hash.clone()))
        .col_expr(audit_head::Column::RemovedThrough, Expr::value(head.removed_through))
        .col_expr(audit_head::Column::RemovedHash, Expr::value(head.removed_hash.clone()));
    moved.filter(audit_head::Column::Id.eq(1)).exec(tx.connection()).await.map(drop)
}

/// Removes sealed lines of before an instant from the beginning of the chain, up to the first that stays. Returns the new head and how
/// many were removed.
pub async fn remove(tx: &Tx, before: Instant, limit: u64) -> Result<(Head, u64), DbErr> {
    let before = audit_keeping::not_kept(tx, before).await?;
    let mut head = lock_head(tx).await?;
    let first = tx.find_of_desk::<Entity>().filter(Column::Position.gt(head.removed_through)).order_by_asc(Column::Position);
    let first = first.limit(limit).all(tx.connection()).await?;
    let Some(last) = first.into_iter().take_while(|row| instant(row.recorded_at) < before).last() else { return Ok((head, 0)) };
    let (Some(position), Some(hash)) = (last.position, last.hash) else { return Ok((head, 0)) };
    (head.removed_through, head.removed_hash) = (position, hash);
    // First the head: it is what allows lines to be removed.
    move_head(tx, &head).await?;
    let gone = Entity::delete_many().filter(Column::Position.lte(position)).exec(tx.connection()).await?;
    Ok((head, gone.rows_affected))
}

/// Sealed lines after a position, in order.
pub async fn sealed_after(reads: &impl Reads, position: i64, limit: u64) -> Result<Vec<Sealed>, DbErr> {
    let rows = reads.find_of_desk::<Entity>().filter(Column::Position.gt(position)).order_by_asc(Column::Position).limit(limit);
    rows.all(reads.connection()).await?.into_iter().map(sealed).collect()
}

/// Lines that wait to be sealed, after this one.
pub async fn unsealed_after(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Line>, DbErr> {
    let rows = reads.find_of_desk::<Entity>().filter(Column::Position.is_null()).filter_if(last, |last| Column::Id.gt(last));
    rows.order_by_asc(Column::Id).limit(limit).all(reads.connection()).await?.into_iter().map(line).collect()
}

fn sealed(row: Model) -> Result<Sealed, DbErr> {
    let (position, hash) = (row.position.unwrap_or_default(), row.hash.clone().unwrap_or_default());
    Ok(Sealed { line: line(row)?, position, hash })
}

fn line(row: Model) -> Result<Line, DbErr> {
    Ok(Line {
        id: row.id,
        action: row.action,
        object: row.object_kind.zip(row.object_id).map(|(kind, id)| Object { kind, id }),
        result: AuditResult::named(&row.result).ok_or_else(|| broken("a result of the audit trail"))?,
        code: row.code,
        count: row.count,
        origin: row.origin,
        actor: row.actor,
        correlation: row.correlation,
        at: instant(row.recorded_at),
    })
}

fn row(line: Line) -> audit_line::ActiveModel {
    let (object_kind, object_id) = line.object.map(|Object { kind, id }| (kind, id)).unzip();
    audit_line::ActiveModel {
        id: Set(line.id),
        action: Set(line.action),
        object_kind: Set(object_kind),
        object_id: Set(object_id),
        result: Set(line.result.as_str().to_owned()),
        code: Set(line.code),
        count: Set(line.count),
        origin: Set(line.origin),
        actor: Set(line.actor),
        correlation: Set(line.correlation),
        recorded_at: Set(line.at.to_utc()),
        position: Set(None),
        hash: Set(None),
    }
}
