//! Texts that the desk keeps to answer with.

use entity::canned_reply::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::canned_reply::CannedReply;

/// A page of them, by title. With teams, those of these teams and of the whole desk.
pub async fn list(reads: &impl Reads, teams: &[String], after: Option<(&str, Uuid)>, limit: u64) -> Result<Vec<CannedReply>, DbErr> {
    let mut rows = reads.find_of_desk::<Entity>();
    if !teams.is_empty() {
        rows = rows.filter(Condition::any().add(Column::Team.is_null()).add(Column::Team.is_in(teams)));
    }
    if let Some((title, id)) = after {
        let row = Expr::tuple([Expr::col(Column::Title), Expr::col(Column::Id)]);
        rows = rows.filter(row.gt(Expr::tuple([Expr::val(title), Expr::val(id)])));
    }
    let rows = rows.order_by_asc(Column::Title).order_by_asc(Column::Id).limit(limit);
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<CannedReply>, DbErr> {
    Ok(reads.find_of_desk::<Entity>().filter(Column::Id.eq(id)).one(reads.connection()).await?.map(to_domain))
}

/// The same, until the transaction ends changed by nobody else.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<CannedReply>, DbErr> {
    let row = tx.find_of_desk::<Entity>().filter(Column::Id.eq(id)).lock_exclusive();
    Ok(row.one(tx.connection()).await?.map(to_domain))
}

pub async fn insert(tx: &Tx, reply: &CannedReply) -> Result<(), DbErr> {
    Entity::insert(row(reply)).exec_without_returning(tx.connection()).await.map(drop)
}

pub async fn update(tx: &Tx, reply: &CannedReply) -> Result<(), DbErr> {
    Entity::update_many().set(row(reply)).filter(Column::Id.eq(reply.id)).exec(tx.connection()).await.map(drop)
}

pub async fn remove(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

fn row(reply: &CannedReply) -> ActiveModel {
    ActiveModel {
        id: Set(reply.id),
        title: Set(reply.title.clone()),
        body: Set(reply.body.clone()),
        team: Set(reply.team.clone()),
        author: Set(reply.author.clone()),
        created_at: Set(reply.created_at.to_utc()),
        updated_at: Set(reply.updated_at.to_utc()),
        version: Set(reply.version),
    }
}

fn to_domain(row: Model) -> CannedReply {
    CannedReply {
        id: row.id,
        title: row.title,
        body: row.body,
        team: row.team,
        author: row.author,
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
        version: row.version,
    }
}
