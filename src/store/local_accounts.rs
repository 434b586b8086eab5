//! Accounts that sign in with a password and a one-time code.

use entity::local_account::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, access, accounts, instant};
use crate::domain::Instant;
use crate::domain::permission::Roles;
use crate::domain::search::folded;

/// What stands in `account` for where they are known: no provider has this name.
pub const ISSUER: &str = "urn:uurwerk:local";

#[derive(Debug, Clone)]
pub struct LocalAccount {
    pub id: Uuid,
    pub name: String,
    pub roles: Roles,
    /// As `credentials::Kept` writes it.
    pub credentials: String,
    /// As histories name an actor.
    pub created_by: String,
    /// Who set its password over the API, and so may know it; `None` for the command.
    pub password_by: Option<String>,
    pub created_at: Instant,
    pub last_sign_in_at: Option<Instant>,
    pub closed_at: Option<Instant>,
}

/// The open account of a name.
pub async fn named(reads: &impl Reads, name: &str) -> Result<Option<LocalAccount>, DbErr> {
    let found = reads.find_of_desk::<Entity>().filter(Column::FoldedName.eq(folded(name))).filter(Column::ClosedAt.is_null());
    Ok(found.one(reads.connection()).await?.map(read))
}

pub async fn with_id(reads: &impl Reads, id: Uuid) -> Result<Option<LocalAccount>, DbErr> {
    Ok(reads.find_of_desk::<Entity>().filter(Column::Id.eq(id)).one(reads.connection()).await?.map(read))
}

/// A page of accounts, newest first.
pub async fn list(reads: &impl Reads, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<LocalAccount>, DbErr> {
    let mut query = reads.find_of_desk::<Entity>();
    if let Some((at, id)) = after {
        let row = Expr::tuple([Expr::col(Column::CreatedAt), Expr::col(Column::Id)]);
        query = query.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(limit);
    Ok(query.all(reads.connection()).await?.into_iter().map(read).collect())
}

/// Adds an account, under whose id histories name its holder. False when an open account has the name.
pub async fn insert(tx: &Tx, account: &LocalAccount) -> Result<bool, DbErr> {
    let row = ActiveModel {
        id: Set(account.id),
        name: Set(account.name.clone()),
        folded_name: Set(folded(&account.name)),
        roles: Set(account.roles.to_string()),
        credentials: Set(account.credentials.clone()),
        used_step: Set(None),
        created_by: Set(account.created_by.clone()),
        password_by: Set(account.password_by.clone()),
        created_at: Set(account.created_at.to_utc()),
        last_sign_in_at: Set(None),
        closed_at: Set(None),
    };
    let added = Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned()).exec_without_returning(tx.connection()).await?;
    if added == 0 {
        return Ok(false);
    }
    let known = accounts::Account {
        id: account.id,
        issuer: ISSUER.to_owned(),
        subject: account.id.to_string(),
        organisation: None,
        person_id: None,
        name: account.name.clone(),
        email: None,
        is_blocked: false,
    };
    accounts::insert(tx, &known, account.created_at).await?;
    Ok(true)
}

/// Records a sign-in with the code of a step. False when that code, or a later one, was used before, or the account was closed or got
/// another password since it was read.
pub async fn use_step(tx: &Tx, account: &LocalAccount, step: i64, now: Instant) -> Result<bool, DbErr> {
    let unused = Condition::any().add(Column::UsedStep.is_null()).add(Column::UsedStep.lt(step));
    let used = Entity::update_many()
        .col_expr(Column::UsedStep, Expr::value(step))
        .col_expr(Column::LastSignInAt, Expr::value(now.to_utc()))
        .filter(Column::Id.eq(account.id))
        .filter(Column::Credentials.eq(&account.credentials))
        .filter(Column::ClosedAt.is_null())
        .filter(unused);
    Ok(used.exec(tx.connection()).await?.rows_affected == 1)
}

/// Seals an account anew under the same password. Nothing happens when its password changed meanwhile.
pub async fn reseal(tx: &Tx, id: Uuid, from: &str, to: &str) -> Result<(), DbErr> {
    let sealed = Entity::update_many().col_expr(Column::Credentials, Expr::value(to));
    sealed.filter(Column::Id.eq(id)).filter(Column::Credentials.eq(from)).exec(tx.connection()).await.map(drop)
}

/// Gives an open account another password and other codes, and revokes what it signed in with. False when it is not open.
pub async fn recover(tx: &Tx, id: Uuid, credentials: &str, by: Option<String>, now: Instant) -> Result<bool, DbErr> {
    let recovered = Entity::update_many()
        .col_expr(Column::Credentials, Expr::value(credentials))
        .col_expr(Column::UsedStep, Expr::value(None::<i64>))
        .col_expr(Column::PasswordBy, Expr::value(by))
        .filter(Column::Id.eq(id))
        .filter(Column::ClosedAt.is_null());
    if recovered.exec(tx.connection()).await?.rows_affected == 0 {
        return Ok(false);
    }
    revoke_tokens(tx, id, now).await?;
    Ok(true)
}

/// Closes an account for good; the time of an earlier closure stays.
pub async fn close(tx: &Tx, id: Uuid, now: Instant) -> Result<(), DbErr> {
    let open = Entity::update_many().filter(Column::Id.eq(id)).filter(Column::ClosedAt.is_null());
    open.col_expr(Column::ClosedAt, Expr::value(now.to_utc())).exec(tx.connection()).await?;
    super::tokens::revoke_of(tx, id, now).await?;
    access::taken_from(tx, id, now).await
}

async fn revoke_tokens(tx: &Tx, account: Uuid, now: Instant) -> Result<(), DbErr> {
    super::tokens::revoke_of(tx, account, now).await?;
    access::changed(tx).await
}

fn read(row: Model) -> LocalAccount {
    LocalAccount {
        id: row.id,
        name: row.name,
        roles: Roles::from(&*row.roles),
        credentials: row.credentials,
        created_by: row.created_by,
        password_by: row.password_by,
        created_at: instant(row.created_at),
        last_sign_in_at: row.last_sign_in_at.map(instant),
        closed_at: row.closed_at.map(instant),
    }
}
