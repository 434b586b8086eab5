//! Whether what callers may has changed since a process last identified them.

use chrono::{DateTime, Utc};
use entity::{access_state, account, token};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, accounts, broken};
use crate::domain::Instant;

/// Raises the version. To be called in every transaction that takes something away from a caller, or changes what they may: when it
/// commits, every process forgets the callers it knows. A token or an account that is new takes nothing away, and needs no call.
pub async fn changed(tx: &Tx) -> Result<(), DbErr> {
    let raised = Expr::col(access_state::Column::Version).add(1);
    let done = access_state::Entity::update_many().col_expr(access_state::Column::Version, raised).exec(tx.connection()).await?;
    if done.rows_affected != 1 {
        return Err(broken("a version of access"));
    }
    tx.note_access(version(tx).await?);
    Ok(())
}

/// The version as it is committed, and as this transaction raised it.
pub async fn version(reads: &impl Reads) -> Result<i64, DbErr> {
    let versions = reads.find_of_desk::<access_state::Entity>().select_only().column(access_state::Column::Version);
    versions.into_tuple().one(reads.connection()).await?.ok_or_else(|| broken("a version of access"))
}

/// Revokes every token and blocks every account of somebody who left: a person, or whom the desk knows by their account alone.
pub async fn taken_from(tx: &Tx, person: Uuid, now: Instant) -> Result<(), DbErr> {
    let revoked = token::Entity::update_many().col_expr(token::Column::RevokedAt, Expr::value(Some(now.to_utc())));
    let theirs = revoked.filter(token::Column::PersonId.eq(person)).filter(token::Column::RevokedAt.is_null());
    theirs.exec(tx.connection()).await?;
    let blocked = account::Entity::update_many()
        .col_expr(account::Column::BlockedAt, Expr::value(Some(now.to_utc())))
        .col_expr(account::Column::BlockedBecause, Expr::value(Some(accounts::LEFT)));
    let theirs = blocked.filter(of(person)).filter(account::Column::BlockedAt.is_null());
    theirs.exec(tx.connection()).await?;
    changed(tx).await
}

/// Lets the accounts of somebody who came back in again, as far as it was their leaving that blocked them. Tokens stay revoked.
pub async fn given_back(tx: &Tx, person: Uuid) -> Result<(), DbErr> {
    let unblocked = account::Entity::update_many()
        .col_expr(account::Column::BlockedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(account::Column::BlockedBecause, Expr::value(None::<String>));
    let theirs = unblocked.filter(of(person)).filter(account::Column::BlockedBecause.eq(accounts::LEFT));
    theirs.exec(tx.connection()).await?;
    changed(tx).await
}

/// Their accounts, whether it is a person's id or that of an account.
fn of(person: Uuid) -> Condition {
    Condition::any().add(account::Column::PersonId.eq(person)).add(account::Column::Id.eq(person))
}
