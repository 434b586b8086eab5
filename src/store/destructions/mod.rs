//! Proposals to destroy what was kept long enough. `due` finds what that is, `rows` does away with it, and `shown`
//! leaves out what the reader may not see.

mod due;
mod rows;
mod shown;

pub use due::{Due, due};
pub use rows::{files, mail, ticket};
pub use shown::note_shown;

use std::collections::HashMap;

use entity::{destruction, destruction_item};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, approvals, broken, insert_rows, instant};
use crate::domain::Instant;
use crate::domain::approval::{ApprovalSubject, Ended};
use crate::domain::retention::{Destruction, DestructionItem, ItemOutcome, RetentionClass};

/// A column of a ticket that nothing else reads or writes, so that no other change of its row can lose it.
const FILES_DESTROYED_AT: &str = "files_destroyed_at";

pub async fn insert(tx: &Tx, proposal: &Destruction, id: impl Fn() -> Uuid) -> Result<(), DbErr> {
    let row = destruction::ActiveModel {
        id: Set(proposal.id),
        contract: Set(proposal.contract.clone()),
        class: Set(proposal.class.as_str().to_owned()),
        before_at: Set(proposal.before.to_utc()),
        keep: Set(proposal.keep.clone()),
        proposed_by: Set(proposal.proposed_by.clone()),
        proposed_at: Set(proposal.proposed_at.to_utc()),
        approved_at: Set(None),
        done_at: Set(None),
        ended_by: Set(None),
        ended_at: Set(None),
        end_reason: Set(None),
    };
    destruction::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    let item = |item: &DestructionItem| destruction_item::ActiveModel {
        id: Set(id()),
        destruction_id: Set(proposal.id),
        subject_id: Set(item.subject),
        name: Set(item.name.clone()),
        outcome: Set(None),
    };
    insert_rows::<destruction_item::Entity>(tx, proposal.items.iter().map(item).collect(), None).await.map(drop)
}

/// One with its approvals, and its items as far as the reader may see them.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Destruction>, DbErr> {
    let row = reads.find_of_desk::<destruction::Entity>().filter(destruction::Column::Id.eq(id)).one(reads.connection()).await?;
    note_shown(reads, row.iter().map(|row| row.id)).await?;
    Ok(whole(reads, row.into_iter().collect()).await?.pop())
}

/// The same, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Destruction>, DbErr> {
    let row = tx.find_of_desk::<destruction::Entity>().filter(destruction::Column::Id.eq(id)).lock_exclusive();
    let rows: Vec<_> = row.one(tx.connection()).await?.into_iter().collect();
    Ok(whole(tx, rows).await?.pop())
}

/// A page, newest first.
pub async fn list(reads: &impl Reads, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<Destruction>, DbErr> {
    let mut rows = reads.find_of_desk::<destruction::Entity>();
    if let Some((at, id)) = after {
        let row = Expr::tuple([Expr::col(destruction::Column::ProposedAt), Expr::col(destruction::Column::Id)]);
        rows = rows.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let rows = rows.order_by_desc(destruction::Column::ProposedAt).order_by_desc(destruction::Column::Id).limit(limit);
    let rows = rows.all(reads.connection()).await?;
    note_shown(reads, rows.iter().map(|row| row.id)).await?;
    whole(reads, rows).await
}

async fn whole(reads: &impl Reads, rows: Vec<destruction::Model>) -> Result<Vec<Destruction>, DbErr> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut given = approvals::of(reads, ApprovalSubject::Destruction, &ids).await?;
    let mut withheld = shown::withheld(reads, &ids).await?;
    let items = shown::of(reads, &ids);
    let mut of: HashMap<Uuid, Vec<DestructionItem>> = HashMap::new();
    for row in items.order_by_asc(destruction_item::Column::Name).all(reads.connection()).await? {
        let outcome = row.outcome.as_deref().map(|text| ItemOutcome::named(text).ok_or_else(|| broken("an outcome"))).transpose()?;
        of.entry(row.destruction_id).or_default().push(DestructionItem { subject: row.subject_id, name: row.name, outcome });
    }
    let to_domain = |row: destruction::Model| {
        Ok(Destruction {
            approvals: given.remove(&row.id).unwrap_or_default().into_iter().map(|(_, approval)| approval).collect(),
            items: of.remove(&row.id).unwrap_or_default(),
            withheld: withheld.remove(&row.id).unwrap_or_default(),
            id: row.id,
            contract: row.contract,
            class: RetentionClass::named(&row.class).ok_or_else(|| broken("a class of retention"))?,
            before: instant(row.before_at),
            keep: row.keep,
            proposed_by: row.proposed_by,
            proposed_at: instant(row.proposed_at),
            done_at: row.done_at.map(instant),
            ended: approvals::ended(row.ended_by, row.ended_at, row.end_reason),
        })
    };
    rows.into_iter().map(to_domain).collect()
}

/// Records that the last signature was given: from then on the workers carry it out.
pub async fn approved(tx: &Tx, id: Uuid, at: Instant) -> Result<(), DbErr> {
    let approved = destruction::Entity::update_many().col_expr(destruction::Column::ApprovedAt, Expr::value(Some(at.to_utc())));
    approved.filter(destruction::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// One that was approved and not carried out to the end.
pub async fn to_do(reads: &impl Reads) -> Result<Option<Uuid>, DbErr> {
    let rows = reads.find_of_desk::<destruction::Entity>().filter(destruction::Column::DoneAt.is_null());
    let rows = rows.filter(destruction::Column::ApprovedAt.is_not_null()).order_by_asc(destruction::Column::ApprovedAt).limit(1);
    rows.select_only().column(destruction::Column::Id).into_tuple().one(reads.connection()).await
}

/// Records that a proposal was withdrawn or refused. What it lists is kept, and may be proposed again.
pub async fn end(tx: &Tx, id: Uuid, ended: &Ended) -> Result<(), DbErr> {
    let end = destruction::Entity::update_many()
        .col_expr(destruction::Column::EndedBy, Expr::value(Some(ended.by.clone())))
        .col_expr(destruction::Column::EndedAt, Expr::value(Some(ended.at.to_utc())))
        .col_expr(destruction::Column::EndReason, Expr::value(Some(ended.reason.clone())));
    end.filter(destruction::Column::Id.eq(id)).exec(tx.connection()).await?;
    let kept = destruction_item::Entity::update_many()
        .col_expr(destruction_item::Column::Outcome, Expr::value(Some(ItemOutcome::Kept.as_str())))
        .filter(destruction_item::Column::DestructionId.eq(id));
    kept.exec(tx.connection()).await.map(drop)
}

/// The proposals of a class of a contract that wait for a second person, or for the workers; oldest first.
pub async fn under_way(reads: &impl Reads, contract: &str, class: RetentionClass) -> Result<Vec<Uuid>, DbErr> {
    let rows = reads.find_of_desk::<destruction::Entity>().filter(destruction::Column::Contract.eq(contract));
    let rows = rows.filter(destruction::Column::Class.eq(class.as_str())).filter(destruction::Column::DoneAt.is_null());
    let rows = rows.filter(destruction::Column::EndedAt.is_null()).order_by_asc(destruction::Column::ProposedAt);
    rows.select_only().column(destruction::Column::Id).into_tuple().all(reads.connection()).await
}

pub async fn done(tx: &Tx, id: Uuid, at: Instant) -> Result<(), DbErr> {
    let done = destruction::Entity::update_many().col_expr(destruction::Column::DoneAt, Expr::value(Some(at.to_utc())));
    done.filter(destruction::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// Records what became of an item. False when that was recorded before.
pub async fn settled(tx: &Tx, destruction: Uuid, subject: Uuid, outcome: ItemOutcome) -> Result<bool, DbErr> {
    let settled = destruction_item::Entity::update_many()
        .col_expr(destruction_item::Column::Outcome, Expr::value(Some(outcome.as_str())))
        .filter(destruction_item::Column::DestructionId.eq(destruction))
        .filter(destruction_item::Column::SubjectId.eq(subject))
        .filter(destruction_item::Column::Outcome.is_null());
    Ok(settled.exec(tx.connection()).await?.rows_affected == 1)
}
