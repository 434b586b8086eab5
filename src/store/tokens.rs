//! Bearer tokens. Only their hash is stored.

use entity::token;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, access, instant};
use crate::domain::Instant;
use crate::domain::permission::Roles;

/// A token without its text, which is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: Uuid,
    pub name: String,
    /// `None` for a token of the desk.
    pub organisation: Option<String>,
    /// Whose it is, where it belongs to a known person.
    pub person_id: Option<Uuid>,
    pub roles: Roles,
    pub created_at: Instant,
    pub expires_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}

pub async fn find(reads: &impl Reads, hash: &str) -> Result<Option<Token>, DbErr> {
    let row = reads.find_of_desk::<token::Entity>().filter(token::Column::Hash.eq(hash)).one(reads.connection()).await?;
    Ok(row.map(read))
}

/// Every token there ever was, oldest first.
pub async fn all(reads: &impl Reads) -> Result<Vec<Token>, DbErr> {
    let rows = reads.find_of_desk::<token::Entity>().order_by_asc(token::Column::CreatedAt).order_by_asc(token::Column::Id);
    Ok(rows.all(reads.connection()).await?.into_iter().map(read).collect())
}

/// Revokes a token; the time of an earlier revocation stays. `None` when there is no token with that id.
pub async fn revoke(tx: &Tx, id: Uuid, now: Instant) -> Result<Option<Token>, DbErr> {
    let unrevoked = token::Entity::update_many().filter(token::Column::Id.eq(id)).filter(token::Column::RevokedAt.is_null());
    unrevoked.col_expr(token::Column::RevokedAt, Expr::value(now.to_utc())).exec(tx.connection()).await?;
    access::changed(tx).await?;
    Ok(tx.find_of_desk::<token::Entity>().filter(token::Column::Id.eq(id)).one(tx.connection()).await?.map(read))
}

/// Whether the desk has or had a token with that name.
pub async fn is_named(reads: &impl Reads, name: &str) -> Result<bool, DbErr> {
    let named = reads.find_of_desk::<token::Entity>().filter(token::Column::Name.eq(name)).filter(token::Column::Organisation.is_null());
    Ok(named.one(reads.connection()).await?.is_some())
}

pub async fn insert(tx: &Tx, token: &Token, hash: &str) -> Result<(), DbErr> {
    let row = token::ActiveModel {
        id: Set(token.id),
        name: Set(token.name.clone()),
        organisation: Set(token.organisation.clone()),
        person_id: Set(token.person_id),
        roles: Set(token.roles.to_string()),
        hash: Set(hash.to_owned()),
        created_at: Set(token.created_at.to_utc()),
        expires_at: Set(token.expires_at.map(Instant::to_utc)),
        revoked_at: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

pub async fn delete(tx: &Tx, hash: &str) -> Result<(), DbErr> {
    token::Entity::delete_many().filter(token::Column::Hash.eq(hash)).exec(tx.connection()).await?;
    access::changed(tx).await
}

fn read(row: token::Model) -> Token {
    Token {
        id: row.id,
        name: row.name,
        organisation: row.organisation,
        person_id: row.person_id,
        roles: Roles::from(&*row.roles),
        created_at: instant(row.created_at),
        expires_at: row.expires_at.map(instant),
        revoked_at: row.revoked_at.map(instant),
    }
}
