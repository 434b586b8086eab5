//! Roles that are held, each with the absences of its holder.

mod rows;

use std::collections::HashMap;

use entity::{account, person, role_absence, role_assignment};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx};
use crate::domain::Instant;
use crate::domain::address::is_made_up;
use crate::domain::permission::Role;
use crate::domain::role_assignment::{AssignmentFilter, AssignmentState, RoleAssignment, RoleKind};
use role_assignment::Column;

/// `None` outside the scope, too.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<RoleAssignment>, DbErr> {
    Ok(whole(reads, reads.find::<role_assignment::Entity>().filter(Column::Id.eq(id))).await?.pop())
}

/// A page of assignments, by when they begin.
pub async fn list(reads: &impl Reads, filter: &AssignmentFilter) -> Result<Vec<RoleAssignment>, DbErr> {
    let kinds: Vec<_> = filter.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let mut query = reads.find::<role_assignment::Entity>();
    for (column, values) in [
        (Column::Contract, &filter.contracts),
        (Column::Organisation, &filter.organisations),
        (Column::Kind, &kinds),
        (Column::Role, &filter.roles),
    ] {
        if !values.is_empty() {
            query = query.filter(column.is_in(values));
        }
    }
    if !filter.holders.is_empty() {
        query = query.filter(Column::HolderId.is_in(filter.holders.iter().copied()));
    }
    let now = filter.now.unwrap_or(Instant::MAX);
    let then = filter.as_of.unwrap_or(now);
    let states = match &filter.states[..] {
        [] if filter.as_of.is_some() => &[AssignmentState::InForce],
        states => states,
    };
    if !states.is_empty() {
        let states = states.iter().fold(Condition::any(), |any, state| any.add(in_state(*state, then)));
        query = query.filter(states).filter(Column::GrantedAt.lte(then.to_utc()));
    }
    if let Some(overdue) = filter.review_overdue {
        query = query.filter(if overdue {
            in_state(AssignmentState::InForce, now).add(Column::ReviewDueAt.lte(now.to_utc()))
        } else {
            // Not the negation, which is unknown where an instant is absent.
            let others = [AssignmentState::Pending, AssignmentState::Planned, AssignmentState::Ended];
            let later = Condition::any().add(Column::ReviewDueAt.gt(now.to_utc()));
            others.into_iter().fold(later, |any, state| any.add(in_state(state, now)))
        });
    }
    if let Some((at, id)) = filter.after {
        let row = Expr::tuple([Expr::col(Column::FromAt), Expr::col(Column::Id)]);
        query = query.filter(row.gt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    whole(reads, query.order_by_asc(Column::FromAt).order_by_asc(Column::Id).limit(filter.limit)).await
}

fn in_state(state: AssignmentState, at: Instant) -> Condition {
    let (lasts, at) = (Condition::all().add(lasts(at)), at.to_utc());
    match state {
        AssignmentState::Ended => Condition::all().add(Column::UntilAt.lte(at)),
        AssignmentState::Pending => lasts.add(Condition::any().add(Column::ApprovedAt.is_null()).add(Column::ApprovedAt.gt(at))),
        AssignmentState::Planned => lasts.add(Column::ApprovedAt.lte(at)).add(Column::FromAt.gt(at)),
        AssignmentState::InForce => lasts.add(Column::ApprovedAt.lte(at)).add(Column::FromAt.lte(at)),
    }
}

fn lasts(at: Instant) -> Condition {
    Condition::any().add(Column::UntilAt.is_null()).add(Column::UntilAt.gt(at.to_utc()))
}

/// The rights, agreed by whoever had to, of which one of these is the holder or a deputy, past ones too: what they may at an instant follows
/// from these.
pub async fn rights_of(reads: &impl Reads, who: &[Uuid]) -> Result<Vec<RoleAssignment>, DbErr> {
    let deputises = reads.find::<role_absence::Entity>().select_only().column(role_absence::Column::AssignmentId);
    let deputises = deputises.filter(role_absence::Column::DeputyId.is_in(who.iter().copied())).into_query();
    let own = Condition::any().add(Column::HolderId.is_in(who.iter().copied())).add(Column::Id.in_subquery(deputises));
    let agreed = reads.find::<role_assignment::Entity>().filter(Column::Kind.eq(RoleKind::Right.as_str())).filter(own);
    whole(reads, agreed.filter(Column::ApprovedAt.is_not_null()).order_by_asc(Column::Id)).await
}

/// What these hold, or are to act in during an absence, and has not ended; until the transaction ends changed by nobody else.
pub async fn lock_those_of(tx: &Tx, who: &[Uuid], now: Instant) -> Result<Vec<RoleAssignment>, DbErr> {
    let deputises = tx.find::<role_absence::Entity>().select_only().column(role_absence::Column::AssignmentId);
    let deputises = deputises.filter(role_absence::Column::DeputyId.is_in(who.iter().copied()));
    let deputises = deputises.filter(role_absence::Column::UntilAt.gt(now.to_utc())).into_query();
    let own = Condition::any().add(Column::HolderId.is_in(who.iter().copied())).add(Column::Id.in_subquery(deputises));
    let theirs = tx.find::<role_assignment::Entity>().filter(own).filter(lasts(now)).order_by_asc(Column::Id);
    whole(tx, theirs.lock_exclusive()).await
}

/// A page, by id, of what these hold or held, or acted in during an absence.
pub async fn held_by(reads: &impl Reads, who: &[Uuid], after: Uuid, limit: u64) -> Result<Vec<RoleAssignment>, DbErr> {
    let deputises = reads.find::<role_absence::Entity>().select_only().column(role_absence::Column::AssignmentId);
    let deputises = deputises.filter(role_absence::Column::DeputyId.is_in(who.iter().copied())).into_query();
    let own = Condition::any().add(Column::HolderId.is_in(who.iter().copied())).add(Column::Id.in_subquery(deputises));
    let page = reads.find::<role_assignment::Entity>().filter(own).filter(Column::Id.gt(after)).order_by_asc(Column::Id);
    whole(reads, page.limit(limit)).await
}

/// Those who hold a right at an instant.
pub async fn with_right(reads: &impl Reads, right: Role, at: Instant) -> Result<Vec<RoleAssignment>, DbErr> {
    let own = reads.find::<role_assignment::Entity>().filter(Column::Kind.eq(RoleKind::Right.as_str()));
    whole(reads, own.filter(Column::Role.eq(right.as_str())).filter(in_state(AssignmentState::InForce, at))).await
}

/// Matrix roles in force at an instant under some contracts.
pub async fn in_matrix(reads: &impl Reads, contracts: &[&str], at: Instant) -> Result<Vec<RoleAssignment>, DbErr> {
    if contracts.is_empty() {
        return Ok(Vec::new());
    }
    let own = reads.find::<role_assignment::Entity>().filter(Column::Contract.is_in(contracts.iter().copied()));
    whole(reads, own.filter(Column::Kind.eq(RoleKind::Matrix.as_str())).filter(in_state(AssignmentState::InForce, at))).await
}

/// Matrix roles of a contract that are held, or will be.
pub async fn unended_in_matrix(reads: &impl Reads, contract: &str, now: Instant) -> Result<Vec<RoleAssignment>, DbErr> {
    let own = reads.find::<role_assignment::Entity>().filter(Column::Contract.eq(contract));
    whole(reads, own.filter(Column::Kind.eq(RoleKind::Matrix.as_str())).filter(lasts(now))).await
}

/// What else there is of a role: not ended, agreed or not.
pub async fn beside(tx: &Tx, like: &RoleAssignment, now: Instant) -> Result<Vec<RoleAssignment>, DbErr> {
    whole(tx, of_the_same_role(tx, like).filter(lasts(now))).await
}

/// The others of a role that take the place of the same holding.
pub async fn replacing(tx: &Tx, predecessor: Uuid, like: &RoleAssignment) -> Result<Vec<RoleAssignment>, DbErr> {
    whole(tx, of_the_same_role(tx, like).filter(Column::ReplacesId.eq(predecessor)).filter(Column::Id.ne(like.id))).await
}

fn of_the_same_role(tx: &Tx, like: &RoleAssignment) -> Select<role_assignment::Entity> {
    let own = tx.find::<role_assignment::Entity>().filter(Column::Kind.eq(like.kind.as_str())).filter(Column::Role.eq(&like.role));
    let of = |column: Column, value: &Option<String>| match value {
        Some(value) => column.eq(value),
        None => column.is_null(),
    };
    own.filter(of(Column::Organisation, &like.organisation)).filter(of(Column::Contract, &like.contract))
}

/// Keeps others from granting roles until the transaction ends, so that what is counted stays so. Roles are granted a few times a month.
pub async fn lock(tx: &Tx) -> Result<(), DbErr> {
    if tx.backend() == Backend::Postgres {
        tx.connection().execute_unprepared("LOCK TABLE role_assignment IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// Somebody who can hold a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub id: Uuid,
    /// `None` for somebody of the desk.
    pub organisation: Option<String>,
    /// Whether they still belong to it.
    pub is_active: bool,
}

/// People and accounts within the scope that are known by this id or address. The people do not leave before the transaction ends.
pub async fn holders(reads: &impl Reads, id: Option<Uuid>, address: &str) -> Result<Vec<Holder>, DbErr> {
    let people = reads.find::<person::Entity>().filter(match id {
        Some(id) => person::Column::Id.eq(id),
        None => person::Column::Email.eq(address),
    });
    let people = people.filter(person::Column::IsStranger.eq(false)).lock_exclusive().all(reads.connection()).await?;
    let accounts = reads.find_of_desk::<account::Entity>().filter(account::Column::BlockedAt.is_null());
    let accounts = accounts.filter(match id {
        Some(id) => account::Column::Id.eq(id).or(account::Column::PersonId.eq(id)),
        None => account::Column::Email.eq(address),
    });
    let mut found: Vec<_> = people.into_iter().map(of_person).collect();
    for row in accounts.all(reads.connection()).await? {
        let is_seen = row.organisation.as_ref().is_none_or(|organisation| reads.scope().includes(organisation));
        let id = row.person_id.unwrap_or(row.id);
        if is_seen && found.iter().all(|known| known.id != id) {
            found.push(Holder { id, organisation: row.organisation, is_active: true });
        }
    }
    Ok(found)
}

fn of_person(row: person::Model) -> Holder {
    Holder { id: row.id, organisation: Some(row.organisation), is_active: row.left_at.is_none() }
}

/// Where people and accounts are reached. Whoever had left by an instant is reached nowhere, nor is somebody whose address nobody knows.
pub async fn addresses(reads: &impl Reads, ids: &[Uuid], at: Instant) -> Result<HashMap<Uuid, String>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let later = |column: Expr| Condition::any().add(column.clone().is_null()).add(column.gt(at.to_utc()));
    let people = reads.find::<person::Entity>().filter(person::Column::Id.is_in(ids.iter().copied())).select_only();
    let people = people.filter(later(Expr::col(person::Column::LeftAt)));
    let people = people.column(person::Column::Id).column(person::Column::Email).into_tuple::<(Uuid, String)>();
    let accounts = reads.find_of_desk::<account::Entity>().filter(account::Column::Id.is_in(ids.iter().copied())).select_only();
    let accounts = accounts.filter(later(Expr::col(account::Column::BlockedAt)));
    let accounts = accounts.column(account::Column::Id).column(account::Column::Email).into_tuple::<(Uuid, Option<String>)>();
    let known = accounts.all(reads.connection()).await?.into_iter().filter_map(|(id, email)| Some((id, email?)));
    let known = people.all(reads.connection()).await?.into_iter().chain(known);
    Ok(known.filter(|(_, email)| !is_made_up(email)).collect())
}

/// Assignments with their absences: two statements, whatever their number.
async fn whole(reads: &impl Reads, rows: Select<role_assignment::Entity>) -> Result<Vec<RoleAssignment>, DbErr> {
    let rows = rows.all(reads.connection()).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let absences = reads.find::<role_absence::Entity>().filter(role_absence::Column::AssignmentId.is_in(ids));
    let mut absences_of: HashMap<Uuid, Vec<role_absence::Model>> = HashMap::new();
    for row in absences.order_by_asc(role_absence::Column::Place).all(reads.connection()).await? {
        absences_of.entry(row.assignment_id).or_default().push(row);
    }
    rows.into_iter()
        .map(|row| {
            let absences = absences_of.remove(&row.id).unwrap_or_default();
            rows::to_domain(row, absences)
        })
        .collect()
}
