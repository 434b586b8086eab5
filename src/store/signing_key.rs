//! The key by which the desk signs, kept in the database so that all its processes know it.

use entity::signing_key::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::tx::sealed::Inner as _;
use super::{Reads, Tx};

/// In hexadecimal; `None` before the first start.
pub async fn kept(reads: &impl Reads) -> Result<Option<String>, DbErr> {
    let row = reads.find_of_desk::<Entity>().filter(Column::Id.eq(1)).one(reads.connection()).await?;
    Ok(row.map(|row| row.secret))
}

/// Keeps a key, unless there is one.
pub async fn keep(tx: &Tx, secret: String) -> Result<(), DbErr> {
    let unchanged = OnConflict::column(Column::Id).do_nothing().to_owned();
    let row = ActiveModel { id: Set(1), secret: Set(secret) };
    Entity::insert(row).on_conflict(unchanged).exec_without_returning(tx.connection()).await.map(drop)
}
