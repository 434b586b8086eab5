//! How many bytes of attachments and mails each organisation keeps: a sum that is kept with them, and never counted to answer a question.
//! Mail that is nobody's stands under [`NOBODY`].

use std::collections::HashMap;

use entity::storage_use::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use super::tx::sealed::Inner as _;
use super::{Reads, Tx};

/// Whose the mail is of which nobody knows whose it is.
pub const NOBODY: &str = "";

/// Adds to what an organisation keeps, unless that would be more than `most`. False when it would; then nothing is added.
pub async fn add(tx: &Tx, organisation: &str, bytes: u64, most: Option<u64>) -> Result<bool, DbErr> {
    let row = ActiveModel { organisation: Set(organisation.to_owned()), bytes: Set(0) };
    let known = OnConflict::column(Column::Organisation).do_nothing().to_owned();
    Entity::insert(row).on_conflict(known).exec_without_returning(tx.connection()).await?;
    let sum = Expr::col(Column::Bytes).add(signed(bytes));
    let mut more = Entity::update_many().col_expr(Column::Bytes, sum.clone()).filter(Column::Organisation.eq(organisation));
    if let Some(most) = most {
        more = more.filter(sum.lte(signed(most)));
    }
    Ok(more.exec(tx.connection()).await?.rows_affected == 1)
}

/// Records that bytes are kept no longer.
pub async fn free(tx: &Tx, organisation: &str, bytes: u64) -> Result<(), DbErr> {
    let less = Entity::update_many().col_expr(Column::Bytes, Expr::col(Column::Bytes).sub(signed(bytes)));
    less.filter(Column::Organisation.eq(organisation)).exec(tx.connection()).await.map(drop)
}

pub async fn used(reads: &impl Reads, organisation: &str) -> Result<u64, DbErr> {
    let bytes = reads.find::<Entity>().select_only().column(Column::Bytes).filter(Column::Organisation.eq(organisation));
    Ok(unsigned(bytes.into_tuple::<i64>().one(reads.connection()).await?.unwrap_or_default()))
}

pub async fn all(reads: &impl Reads) -> Result<HashMap<String, u64>, DbErr> {
    let rows = reads.find::<Entity>().all(reads.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.organisation, unsigned(row.bytes))).collect())
}

/// An organisation whose sum is not what its files and mails add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Astray {
    pub organisation: String,
    pub kept: i64,
    pub counted: i64,
}

/// Adds everything up, in one statement so that nothing comes in between. This reads every row: for repairs only.
pub async fn astray(reads: &impl Reads) -> Result<Vec<Astray>, DbErr> {
    let sql = "SELECT organisation, CAST(SUM(kept) AS BIGINT) AS kept, CAST(SUM(counted) AS BIGINT) AS counted FROM ( \
         SELECT organisation, bytes AS kept, 0 AS counted FROM storage_use \
         UNION ALL SELECT organisation, 0, size_bytes FROM attachment \
         UNION ALL SELECT COALESCE(organisation, ''), 0, size_bytes FROM inbound_mail WHERE erased_at IS NULL \
         ) AS every GROUP BY organisation HAVING SUM(kept) <> SUM(counted) ORDER BY organisation";
    let connection = reads.connection();
    let rows = connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    let astray = |row: sea_orm::QueryResult| {
        Ok(Astray { organisation: row.try_get("", "organisation")?, kept: row.try_get("", "kept")?, counted: row.try_get("", "counted")? })
    };
    rows.into_iter().map(astray).collect()
}

/// Puts right what is astray, while nobody else changes it.
pub async fn repair(tx: &Tx) -> Result<(), DbErr> {
    // Every sum is locked first: whoever writes a file waits for it, and has written it before it can be counted.
    tx.find::<Entity>().order_by_asc(Column::Organisation).lock_exclusive().all(tx.connection()).await?;
    for one in astray(tx).await? {
        add(tx, &one.organisation, 0, None).await?;
        let right = Entity::update_many().col_expr(Column::Bytes, Expr::value(one.counted));
        right.filter(Column::Organisation.eq(one.organisation)).exec(tx.connection()).await?;
    }
    Ok(())
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn unsigned(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or_default()
}
