//! Assignments as rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{role_absence, role_assignment};
use sea_orm::ActiveValue::Unchanged;
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::whole;
use crate::domain::Instant;
use crate::domain::history::IndexRebuilt;
use crate::domain::role_assignment::{Absence, EventData, RoleAssignment, RoleKind};
use crate::store::record::{Record, Rows};
use crate::store::row::{Row, Stored};
use crate::store::tx::sealed::Inner as _;
use crate::store::{Reads, Tx, broken, insert_rows, instant};
use role_assignment::Column;

impl Rows for RoleAssignment {
    const NAME: &'static str = "role assignment";

    async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Self>, DbErr> {
        whole(reads, reads.find::<role_assignment::Entity>().filter(Column::Id.is_in(ids.iter().copied()))).await
    }

    async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Self>, DbErr> {
        Ok(whole(tx, tx.find::<role_assignment::Entity>().filter(Column::Id.eq(id)).lock_exclusive()).await?.pop())
    }

    async fn insert(tx: &Tx, new: &[&Record<Self>]) -> Result<(), DbErr> {
        let rows = new.iter().map(|record| to_row(&record.subject).into_active_model()).collect();
        insert_rows::<role_assignment::Entity>(tx, rows, None).await?;
        for record in new {
            write_absences(tx, &record.subject).await?;
        }
        Ok(())
    }

    async fn update(tx: &Tx, record: &Record<Self>) -> Result<(), DbErr> {
        let mut row = to_row(&record.subject).into_active_model().reset_all();
        row.id = Unchanged(record.subject.id);
        role_assignment::Entity::update(row).exec(tx.connection()).await?;
        write_absences(tx, &record.subject).await
    }

    async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
        let fires = reads.find::<role_assignment::Entity>().select_only().column(Column::NextFireAt);
        let fires = fires.filter(Column::NextFireAt.is_not_null()).order_by_asc(Column::NextFireAt);
        let fires: Option<DateTime<Utc>> = fires.limit(1).into_tuple().one(reads.connection()).await?;
        Ok(fires.map(instant))
    }

    async fn claim_due(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Uuid>, DbErr> {
        let due = tx.find::<role_assignment::Entity>().select_only().column(Column::Id);
        let due = due.filter(Column::NextFireAt.lte(now.to_utc())).order_by_asc(Column::NextFireAt).limit(limit);
        due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).into_tuple().all(tx.connection()).await
    }

    async fn put_off(tx: &Tx, id: Uuid, until: Instant) -> Result<(), DbErr> {
        let waits = role_assignment::Entity::update_many().col_expr(Column::NextFireAt, Expr::value(Some(until.to_utc())));
        waits.filter(Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
    }

    async fn stored_after(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Stored<Self>>, DbErr> {
        let mut page = reads.find::<role_assignment::Entity>().order_by_asc(Column::Id).limit(limit);
        if let Some(last) = last {
            page = page.filter(Column::Id.gt(last));
        }
        let stored = |subject: Self| Stored { next_fire_at: subject.next_fire_at, rows: rows(&subject), subject };
        Ok(whole(reads, page).await?.into_iter().map(stored).collect())
    }

    fn rows(record: &Record<Self>) -> Vec<Row> {
        rows(&record.subject)
    }

    fn label(&self) -> String {
        format!("{} {}", self.role, self.id)
    }

    async fn labels(reads: &impl Reads, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, DbErr> {
        Ok(Self::with_ids(reads, ids).await?.iter().map(|assignment| (assignment.id, assignment.label())).collect())
    }

    fn rebuilt(differences: IndexRebuilt) -> EventData {
        EventData::IndexRebuilt(differences)
    }
}

fn rows(assignment: &RoleAssignment) -> Vec<Row> {
    let absences = absence_rows(assignment).map(|row| Row::of(format!("role_absence.{}", row.id), &row.into_active_model()));
    [Row::of("role_assignment", &to_row(assignment).into_active_model())].into_iter().chain(absences).collect()
}

/// Absences are added, get another deputy or another end, and are cancelled, upon which others move up.
async fn write_absences(tx: &Tx, assignment: &RoleAssignment) -> Result<(), DbErr> {
    use role_absence::Column as Of;
    let stays = assignment.absences.iter().map(|absence| absence.id);
    let others = role_absence::Entity::delete_many().filter(Of::AssignmentId.eq(assignment.id)).filter(Of::Id.is_not_in(stays));
    others.exec(tx.connection()).await?;
    let rows: Vec<_> = absence_rows(assignment).map(IntoActiveModel::into_active_model).collect();
    let known = OnConflict::column(Of::Id).update_columns([Of::Place, Of::UntilAt, Of::DeputyId]).to_owned();
    insert_rows::<role_absence::Entity>(tx, rows, Some(known)).await.map(drop)
}

fn absence_rows(assignment: &RoleAssignment) -> impl Iterator<Item = role_absence::Model> {
    assignment.absences.iter().zip(0..).map(|(absence, place)| role_absence::Model {
        id: absence.id,
        assignment_id: assignment.id,
        organisation: assignment.organisation.clone(),
        place,
        from_at: absence.from_at.to_utc(),
        until_at: absence.until_at.to_utc(),
        deputy_id: absence.deputy,
    })
}

fn to_row(assignment: &RoleAssignment) -> role_assignment::Model {
    role_assignment::Model {
        id: assignment.id,
        organisation: assignment.organisation.clone(),
        contract: assignment.contract.clone(),
        kind: assignment.kind.as_str().to_owned(),
        role: assignment.role.clone(),
        holder_id: assignment.holder,
        third_party: assignment.third_party.clone(),
        from_at: assignment.from_at.to_utc(),
        until_at: assignment.until_at.map(Instant::to_utc),
        needs_approval: assignment.needs_approval,
        approved_at: assignment.approved_at.map(Instant::to_utc),
        replaces_id: assignment.replaces,
        granted_at: assignment.granted_at.to_utc(),
        review_due_at: assignment.review_due_at.to_utc(),
        next_fire_at: assignment.next_fire_at.map(Instant::to_utc),
    }
}

pub(super) fn to_domain(row: role_assignment::Model, absences: Vec<role_absence::Model>) -> Result<RoleAssignment, DbErr> {
    let absence = |row: role_absence::Model| Absence {
        id: row.id,
        from_at: instant(row.from_at),
        until_at: instant(row.until_at),
        deputy: row.deputy_id,
    };
    Ok(RoleAssignment {
        id: row.id,
        organisation: row.organisation,
        contract: row.contract,
        kind: RoleKind::named(&row.kind).ok_or_else(|| broken("a kind of role"))?,
        role: row.role,
        holder: row.holder_id,
        third_party: row.third_party,
        from_at: instant(row.from_at),
        until_at: row.until_at.map(instant),
        needs_approval: row.needs_approval,
        approved_at: row.approved_at.map(instant),
        replaces: row.replaces_id,
        granted_at: instant(row.granted_at),
        review_due_at: instant(row.review_due_at),
        absences: absences.into_iter().map(absence).collect(),
        next_fire_at: row.next_fire_at.map(instant),
    })
}
