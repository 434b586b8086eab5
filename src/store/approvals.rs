//! Approvals of every kind of thing that waits for them, in one table. They are only ever added.
//!
//! What an approval belongs to is found, and locked, within the scope first; the approvals themselves belong to no organisation.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::approval;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant};
use crate::domain::approval::{Approval, ApprovalSubject, Ended};
use crate::domain::contract::Side;
use crate::domain::former::Known;

/// Approvals by the id of what they belong to, each with its number, in that order.
pub type BySubject = HashMap<Uuid, Vec<(i64, Approval)>>;

/// All of one kind, for a kind of which there are few.
pub async fn all(reads: &impl Reads, kind: ApprovalSubject) -> Result<BySubject, DbErr> {
    by_subject(reads, reads.find_of_desk::<approval::Entity>().filter(approval::Column::SubjectKind.eq(kind.as_str()))).await
}

/// Those of some things of one kind, in one statement.
pub async fn of(reads: &impl Reads, kind: ApprovalSubject, subjects: &[Uuid]) -> Result<BySubject, DbErr> {
    if subjects.is_empty() {
        return Ok(BySubject::new());
    }
    let own = reads.find_of_desk::<approval::Entity>().filter(approval::Column::SubjectKind.eq(kind.as_str()));
    by_subject(reads, own.filter(approval::Column::SubjectId.is_in(subjects.iter().copied()))).await
}

/// For which client each approval of a kind was given, where each client signs for itself.
pub async fn clients(reads: &impl Reads, kind: ApprovalSubject) -> Result<HashMap<Uuid, String>, DbErr> {
    let own = reads.find_of_desk::<approval::Entity>().filter(approval::Column::SubjectKind.eq(kind.as_str()));
    let own =
        own.filter(approval::Column::Client.is_not_null()).select_only().column(approval::Column::Id).column(approval::Column::Client);
    Ok(own.into_tuple::<(Uuid, String)>().all(reads.connection()).await?.into_iter().collect())
}

/// The ids of what somebody signed for of one kind, or put down as signed.
pub(super) fn of_person(reads: &impl Reads, known: &Known, kind: ApprovalSubject) -> SelectStatement {
    let theirs = Condition::any()
        .add(approval::Column::ApproverId.eq(known.person.id))
        .add(approval::Column::Actor.eq(known.person.actor().as_text()));
    let own = reads.find_of_desk::<approval::Entity>().filter(approval::Column::SubjectKind.eq(kind.as_str())).filter(theirs);
    own.select_only().column(approval::Column::SubjectId).into_query()
}

/// Adds an approval. Its number is unique among those of its subject, so that of two writers one fails.
pub async fn insert(tx: &Tx, of: (ApprovalSubject, Uuid), sequence: i64, approval: &Approval) -> Result<(), DbErr> {
    insert_for(tx, of, sequence, approval, None).await
}

/// The same where each client signs for itself.
pub async fn insert_for(
    tx: &Tx,
    (kind, subject): (ApprovalSubject, Uuid),
    sequence: i64,
    approval: &Approval,
    client: Option<&str>,
) -> Result<(), DbErr> {
    let row = approval::ActiveModel {
        id: Set(approval.id),
        subject_kind: Set(kind.as_str().to_owned()),
        subject_id: Set(subject),
        sequence: Set(sequence),
        side: Set(approval.side.as_str().to_owned()),
        approver_id: Set(Some(approval.approver)),
        name: Set(approval.name.clone()),
        evidence: Set(approval.evidence.clone()),
        actor: Set(approval.actor.clone()),
        token_id: Set(approval.token),
        approved_at: Set(approval.approved_at.to_utc()),
        client: Set(client.map(str::to_owned)),
    };
    approval::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// As the columns have it that say how something ended which waited for approvals.
pub(super) fn ended(by: Option<String>, at: Option<DateTime<Utc>>, reason: Option<String>) -> Option<Ended> {
    by.zip(at).map(|(by, at)| Ended { by, at: instant(at), reason: reason.unwrap_or_default() })
}

async fn by_subject(reads: &impl Reads, rows: Select<approval::Entity>) -> Result<BySubject, DbErr> {
    let mut found = BySubject::new();
    for row in rows.order_by_asc(approval::Column::Sequence).all(reads.connection()).await? {
        found.entry(row.subject_id).or_default().push((row.sequence, to_domain(row)?));
    }
    Ok(found)
}

fn to_domain(row: approval::Model) -> Result<Approval, DbErr> {
    Ok(Approval {
        id: row.id,
        side: Side::named(&row.side).ok_or_else(|| broken("a side"))?,
        approver: row.approver_id.ok_or_else(|| broken("who signed"))?,
        name: row.name,
        evidence: row.evidence,
        actor: row.actor,
        token: row.token_id,
        approved_at: instant(row.approved_at),
    })
}
