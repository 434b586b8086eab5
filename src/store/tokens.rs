//! Bearer tokens. Only their hash is stored.

use entity::token::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, access, instant};
use crate::domain::Instant;
use crate::domain::permission::{Role, Roles, Verbs};
use crate::domain::token::{SOON_SECONDS, TokenFilter, TokenState};

/// A token without its text, which is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: Uuid,
    pub name: String,
    /// `None` for a token of the desk.
    pub organisation: Option<String>,
    /// Whose it is, where it belongs to a known person.
    pub person_id: Option<Uuid>,
    /// The local account that signed in.
    pub account_id: Option<Uuid>,
    pub roles: Roles,
    /// The verbs it is limited to.
    pub limit: Verbs,
    /// The organisations it is limited to; not limited when `None`.
    pub organisations: Option<Vec<String>>,
    /// Who issued it, as histories name an actor, or set the password that was signed in with; `None` for the command.
    pub issued_by: Option<String>,
    pub created_at: Instant,
    pub expires_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
    /// To within a minute.
    pub last_used_at: Option<Instant>,
}

impl Token {
    /// The one person who has it, and so acts in person: nobody where whoever made it, or set the password, has it too.
    pub fn owner(&self) -> Option<Uuid> {
        let person = self.account_id.or(self.person_id).filter(|_| !self.roles.has(Role::Integration));
        person.filter(|_| self.issued_by.is_none())
    }

    /// Whose it is, in a word.
    pub fn holder(&self) -> &'static str {
        match self {
            Self { account_id: Some(_), .. } => "account",
            Self { person_id: Some(_), .. } => "person",
            Self { organisation: Some(_), .. } => "client",
            _ if self.roles.has(Role::Integration) => "integration",
            _ => "desk",
        }
    }
}

pub async fn find(reads: &impl Reads, hash: &str) -> Result<Option<Token>, DbErr> {
    Ok(reads.find_of_desk::<Entity>().filter(Column::Hash.eq(hash)).one(reads.connection()).await?.map(read))
}

pub async fn with_id(reads: &impl Reads, id: Uuid) -> Result<Option<Token>, DbErr> {
    Ok(reads.find_of_desk::<Entity>().filter(Column::Id.eq(id)).one(reads.connection()).await?.map(read))
}

/// Every token there ever was, oldest first.
pub async fn all(reads: &impl Reads) -> Result<Vec<Token>, DbErr> {
    let rows = reads.find_of_desk::<Entity>().order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
    Ok(rows.all(reads.connection()).await?.into_iter().map(read).collect())
}

/// A page of them, newest first.
pub async fn list(reads: &impl Reads, filter: &TokenFilter, now: Instant) -> Result<Vec<Token>, DbErr> {
    let mut query = reads.find_of_desk::<Entity>();
    if !filter.states.is_empty() {
        query = query.filter(filter.states.iter().fold(Condition::any(), |any, state| any.add(is(*state, now))));
    }
    if let Some((at, id)) = filter.after {
        let row = Expr::tuple([Expr::col(Column::CreatedAt), Expr::col(Column::Id)]);
        query = query.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(filter.limit);
    Ok(query.all(reads.connection()).await?.into_iter().map(read).collect())
}

/// What `TokenState::of` decides, as a condition.
fn is(state: TokenState, now: Instant) -> Condition {
    let soon = now.plus(SOON_SECONDS).unwrap_or(Instant::MAX).to_utc();
    let kept = || Condition::all().add(Column::RevokedAt.is_null());
    match state {
        TokenState::Revoked => Condition::all().add(Column::RevokedAt.is_not_null()),
        TokenState::Expired => kept().add(Column::ExpiresAt.lte(now.to_utc())),
        TokenState::Expiring => {
            kept().add(Column::ExpiresAt.gt(now.to_utc())).add(Column::ExpiresAt.lte(soon)).add(Column::AccountId.is_null())
        }
        TokenState::Valid => {
            let is_session = Condition::all().add(Column::AccountId.is_not_null()).add(Column::ExpiresAt.gt(now.to_utc()));
            kept().add(Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(soon)).add(is_session))
        }
    }
}

/// Revokes a token; the time of an earlier revocation stays. `None` when there is no token with that id.
pub async fn revoke(tx: &Tx, id: Uuid, now: Instant) -> Result<Option<Token>, DbErr> {
    let unrevoked = Entity::update_many().filter(Column::Id.eq(id)).filter(Column::RevokedAt.is_null());
    unrevoked.col_expr(Column::RevokedAt, Expr::value(now.to_utc())).exec(tx.connection()).await?;
    access::changed(tx).await?;
    with_id(tx, id).await
}

/// Revokes what a local account is signed in with.
pub(super) async fn revoke_of(tx: &Tx, account: Uuid, now: Instant) -> Result<(), DbErr> {
    let unrevoked = Entity::update_many().filter(Column::AccountId.eq(account)).filter(Column::RevokedAt.is_null());
    unrevoked.col_expr(Column::RevokedAt, Expr::value(now.to_utc())).exec(tx.connection()).await.map(drop)
}

/// Whether the desk has or had a token with that name.
pub async fn is_named(reads: &impl Reads, name: &str) -> Result<bool, DbErr> {
    let named = reads.find_of_desk::<Entity>().filter(Column::Name.eq(name)).filter(Column::Organisation.is_null());
    Ok(named.one(reads.connection()).await?.is_some())
}

pub async fn insert(tx: &Tx, token: &Token, hash: &str) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(token.id),
        name: Set(token.name.clone()),
        organisation: Set(token.organisation.clone()),
        person_id: Set(token.person_id),
        account_id: Set(token.account_id),
        roles: Set(token.roles.to_string()),
        verbs: Set(token.limit.listed().map(|_| token.limit.to_string())),
        organisations: Set(token.organisations.as_ref().map(|limit| serde_json::json!(limit).to_string())),
        hash: Set(hash.to_owned()),
        issued_by: Set(token.issued_by.clone()),
        created_at: Set(token.created_at.to_utc()),
        expires_at: Set(token.expires_at.map(Instant::to_utc)),
        revoked_at: Set(None),
        last_used_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// Records that tokens were used. What a token may is not changed by it.
pub async fn used(tx: &Tx, ids: &[Uuid], now: Instant) -> Result<(), DbErr> {
    let later = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(now.to_utc()));
    let used = Entity::update_many().col_expr(Column::LastUsedAt, Expr::value(now.to_utc()));
    used.filter(Column::Id.is_in(ids.iter().copied())).filter(later).exec(tx.connection()).await.map(drop)
}

/// Deletes tokens with which local accounts were signed in, at most so many, whose time ended before an instant. They open nothing any more,
/// so that nobody has to be identified again.
pub async fn remove_sign_ins(tx: &Tx, ended_before: Instant, most: u64) -> Result<u64, DbErr> {
    let ended = tx.find_of_desk::<Entity>().select_only().column(Column::Id).filter(Column::AccountId.is_not_null());
    let ended = ended.filter(Column::ExpiresAt.lt(ended_before.to_utc())).order_by_asc(Column::ExpiresAt).limit(most);
    let removed = Entity::delete_many().filter(Column::Id.in_subquery(ended.into_query()));
    Ok(removed.exec(tx.connection()).await?.rows_affected)
}

pub async fn delete(tx: &Tx, hash: &str) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::Hash.eq(hash)).exec(tx.connection()).await?;
    access::changed(tx).await
}

fn read(row: Model) -> Token {
    Token {
        id: row.id,
        name: row.name,
        organisation: row.organisation,
        person_id: row.person_id,
        account_id: row.account_id,
        roles: Roles::from(&*row.roles),
        limit: row.verbs.as_deref().map_or(Verbs::ALL, Verbs::from),
        // What cannot be read shows no organisation at all.
        organisations: row.organisations.map(|limit| serde_json::from_str(&limit).unwrap_or_default()),
        issued_by: row.issued_by,
        created_at: instant(row.created_at),
        expires_at: row.expires_at.map(instant),
        revoked_at: row.revoked_at.map(instant),
        last_used_at: row.last_used_at.map(instant),
    }
}
