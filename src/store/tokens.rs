//! Bearer tokens, by their hash.

use entity::token;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;

/// A token, without itself.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// The organisation it is for; `None` for the desk.
    pub organisation: Option<String>,
    /// When it ends.
    pub expires_at: Option<Instant>,
    /// When it was withdrawn.
    pub revoked_at: Option<Instant>,
}

/// The token of that hash.
pub async fn find(reads: &impl Reads, hash: &str) -> Result<Option<Token>, DbErr> {
    let row = token::Entity::find().filter(token::Column::Hash.eq(hash)).one(reads.connection()).await?;
    Ok(row.map(|row| Token {
        id: row.id,
        name: row.name,
        organisation: row.organisation,
        expires_at: row.expires_at.map(instant),
        revoked_at: row.revoked_at.map(instant),
    }))
}

/// Whether there is any token of that name.
pub async fn is_named(reads: &impl Reads, name: &str) -> Result<bool, DbErr> {
    Ok(token::Entity::find().filter(token::Column::Name.eq(name)).one(reads.connection()).await?.is_some())
}

/// Adds a token.
pub async fn insert(tx: &Tx, token: &Token, hash: &str, created_at: Instant) -> Result<(), DbErr> {
    let row = token::ActiveModel {
        id: Set(token.id),
        name: Set(token.name.clone()),
        organisation: Set(token.organisation.clone()),
        hash: Set(hash.to_owned()),
        created_at: Set(created_at.to_utc()),
        expires_at: Set(token.expires_at.map(Instant::to_utc)),
        revoked_at: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}
