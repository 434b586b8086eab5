//! Bearer tokens, by their hash.

use entity::token;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant};
use crate::domain::Instant;

/// Whose acts those of a token are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A person's.
    Person,
    /// A machine's: they never answer a client.
    Integration,
}

impl Holder {
    const ALL: [Self; 2] = [Self::Person, Self::Integration];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Integration => "integration",
        }
    }
}

/// A token, without itself.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// The organisation it is for; `None` for the desk.
    pub organisation: Option<String>,
    /// Whose it is.
    pub holder: Holder,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Option<Instant>,
    /// When it was withdrawn.
    pub revoked_at: Option<Instant>,
}

/// The token of that hash.
pub async fn find(reads: &impl Reads, hash: &str) -> Result<Option<Token>, DbErr> {
    let row = reads.find_ours::<token::Entity>().filter(token::Column::Hash.eq(hash)).one(reads.connection()).await?;
    row.map(read).transpose()
}

/// Every token there ever was, oldest first.
pub async fn all(reads: &impl Reads) -> Result<Vec<Token>, DbErr> {
    let rows = reads.find_ours::<token::Entity>().order_by_asc(token::Column::CreatedAt).order_by_asc(token::Column::Id);
    rows.all(reads.connection()).await?.into_iter().map(read).collect()
}

/// Withdraws a token; one that was withdrawn before stays as it was. `None` when there is none of that id.
pub async fn revoke(tx: &Tx, id: Uuid, now: Instant) -> Result<Option<Token>, DbErr> {
    let standing = token::Entity::update_many().filter(token::Column::Id.eq(id)).filter(token::Column::RevokedAt.is_null());
    standing.col_expr(token::Column::RevokedAt, Expr::value(now.to_utc())).exec(tx.connection()).await?;
    tx.find_ours::<token::Entity>().filter(token::Column::Id.eq(id)).one(tx.connection()).await?.map(read).transpose()
}

/// Whether the desk has or had a token of that name.
pub async fn is_named(reads: &impl Reads, name: &str) -> Result<bool, DbErr> {
    let named = reads.find_ours::<token::Entity>().filter(token::Column::Name.eq(name)).filter(token::Column::Organisation.is_null());
    Ok(named.one(reads.connection()).await?.is_some())
}

/// Adds a token.
pub async fn insert(tx: &Tx, token: &Token, hash: &str) -> Result<(), DbErr> {
    let row = token::ActiveModel {
        id: Set(token.id),
        name: Set(token.name.clone()),
        organisation: Set(token.organisation.clone()),
        kind: Set(token.holder.as_str().to_owned()),
        hash: Set(hash.to_owned()),
        created_at: Set(token.created_at.to_utc()),
        expires_at: Set(token.expires_at.map(Instant::to_utc)),
        revoked_at: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// Deletes the token of that hash.
pub async fn delete(tx: &Tx, hash: &str) -> Result<(), DbErr> {
    token::Entity::delete_many().filter(token::Column::Hash.eq(hash)).exec(tx.connection()).await.map(drop)
}

fn read(row: token::Model) -> Result<Token, DbErr> {
    let holder = Holder::ALL.into_iter().find(|holder| holder.as_str() == row.kind);
    Ok(Token {
        id: row.id,
        name: row.name,
        organisation: row.organisation,
        created_at: instant(row.created_at),
        holder: holder.ok_or_else(|| broken("whose a token is"))?,
        expires_at: row.expires_at.map(instant),
        revoked_at: row.revoked_at.map(instant),
    })
}
