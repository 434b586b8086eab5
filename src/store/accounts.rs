//! Those whom identity providers know.

use entity::{account, local_account};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx};
use crate::domain::Instant;
use crate::domain::address::made_up;
use crate::domain::permission::Rows;
use crate::domain::person::Person;
use crate::domain::privacy::ERASED_NAME;

/// Why an account is blocked whose person left: it comes in again when they come back.
pub(super) const LEFT: &str = "left";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: Uuid,
    pub issuer: String,
    pub subject: String,
    pub organisation: Option<String>,
    pub person_id: Option<Uuid>,
    pub name: String,
    /// As the provider gave it at first.
    pub email: Option<String>,
    pub is_blocked: bool,
}

impl Account {
    /// The ids under which somebody can hold a role.
    pub fn holder_ids(&self) -> Vec<Uuid> {
        self.person_id.into_iter().chain([self.id]).collect()
    }

    /// Whom the desk knows by it alone.
    pub fn as_person(&self) -> Person {
        let email = self.email.clone().unwrap_or_else(|| made_up(self.id));
        let organisation = self.organisation.as_deref().unwrap_or_default();
        Person { is_active: !self.is_blocked, ..Person::new(self.id, organisation, &self.name, &email) }
    }
}

/// Found by what the provider calls somebody, also by what stands in its place.
pub async fn find(reads: &impl Reads, issuer: &str, subject: &str) -> Result<Option<Account>, DbErr> {
    let row = reads.find_of_desk::<account::Entity>().filter(account::Column::Issuer.eq(issuer));
    let row = row.filter(account::Column::Subject.is_in([subject, &barred(issuer, subject)])).one(reads.connection()).await?;
    Ok(row.map(to_domain))
}

/// Takes the name and the address of somebody off their accounts, and closes them; those of a person, or the one that stands for somebody by
/// itself. Returns their ids.
pub(super) async fn erase(tx: &Tx, whose: Uuid, now: Instant) -> Result<Vec<Uuid>, DbErr> {
    let by_itself = account::Column::Id.eq(whose).and(account::Column::PersonId.is_null());
    let theirs = tx.find_of_desk::<account::Entity>().filter(account::Column::PersonId.eq(whose).or(by_itself));
    let theirs = theirs.all(tx.connection()).await?;
    let ended = |column: Expr| column.if_null(Expr::value(Some(now.to_utc())));
    for one in &theirs {
        let erased = account::Entity::update_many()
            .col_expr(account::Column::Name, Expr::value(ERASED_NAME))
            .col_expr(account::Column::Subject, Expr::value(erased(one)))
            .col_expr(account::Column::Email, Expr::value(None::<String>))
            .col_expr(account::Column::BlockedBecause, Expr::value(None::<String>))
            .col_expr(account::Column::BlockedAt, ended(Expr::col(account::Column::BlockedAt)));
        erased.filter(account::Column::Id.eq(one.id)).exec(tx.connection()).await?;
        let closed = local_account::Entity::update_many()
            .col_expr(local_account::Column::Name, Expr::value(ERASED_NAME))
            .col_expr(local_account::Column::FoldedName, Expr::value(format!("erased:{}", one.id)))
            .col_expr(local_account::Column::Credentials, Expr::value(""))
            .col_expr(local_account::Column::ClosedAt, ended(Expr::col(local_account::Column::ClosedAt)));
        closed.filter(local_account::Column::Id.eq(one.id)).exec(tx.connection()).await?;
    }
    Ok(theirs.into_iter().map(|one| one.id).collect())
}

/// What stands in place of what the provider calls somebody once they are erased. Whoever had left before is still recognised by it, and stays
/// out; whoever had not is somebody new when they come in again.
fn erased(account: &account::Model) -> String {
    match account.blocked_at {
        Some(_) => barred(&account.issuer, &account.subject),
        None => format!("erased:{}", account.id),
    }
}

fn barred(issuer: &str, subject: &str) -> String {
    format!("barred:{}", hex::encode(Sha256::digest(format!("{issuer}\n{subject}"))))
}

/// Somebody whom the desk knows by their account alone, and not as one of the recorded people of a client; none outside the scope.
pub async fn without_person(reads: &impl Reads, id: Uuid) -> Result<Option<Account>, DbErr> {
    let row = reads.find_of_desk::<account::Entity>().filter(account::Column::Id.eq(id)).filter(account::Column::PersonId.is_null());
    let found = row.one(reads.connection()).await?.map(to_domain);
    Ok(found.filter(|account| match &account.organisation {
        Some(organisation) => reads.scope().includes(organisation),
        None => reads.scope().rows == Rows::All,
    }))
}

/// The accounts of the desk's own people among these ids.
pub(super) async fn of_the_desk(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Account>, DbErr> {
    let rows = reads.find_of_desk::<account::Entity>().filter(account::Column::Id.is_in(ids.iter().copied()));
    let rows = rows.filter(account::Column::Organisation.is_null()).filter(account::Column::PersonId.is_null());
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// The same among these names, addresses and ids.
pub(super) async fn of_the_desk_called(reads: &impl Reads, texts: &[&str]) -> Result<Vec<Account>, DbErr> {
    let ids = texts.iter().filter_map(|text| text.parse::<Uuid>().ok());
    let lower = || texts.iter().map(|text| text.trim().to_lowercase());
    let is_called = account::Column::Id
        .is_in(ids)
        .or(Expr::expr(Func::lower(Expr::col(account::Column::Name))).is_in(lower()))
        .or(account::Column::Email.is_in(lower()));
    let rows = reads.find_of_desk::<account::Entity>().filter(is_called);
    let rows = rows.filter(account::Column::Organisation.is_null()).filter(account::Column::PersonId.is_null());
    Ok(rows.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// An account of somebody whom the desk knows by it alone, until the transaction ends changed by nobody else.
pub async fn lock_without_person(tx: &Tx, id: Uuid) -> Result<Option<Account>, DbErr> {
    let locked = tx.find_of_desk::<account::Entity>().filter(account::Column::Id.eq(id)).select_only().column(account::Column::Id);
    locked.lock_exclusive().into_tuple::<Uuid>().one(tx.connection()).await?;
    without_person(tx, id).await
}

/// The accounts of somebody.
pub async fn ids_of(reads: &impl Reads, person: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let theirs = reads.find_of_desk::<account::Entity>().filter(account::Column::PersonId.eq(person)).select_only();
    theirs.column(account::Column::Id).into_tuple().all(reads.connection()).await
}

/// Adds one, unless another process was first.
pub async fn insert(tx: &Tx, account: &Account, created_at: Instant) -> Result<(), DbErr> {
    let row = account::ActiveModel {
        id: Set(account.id),
        issuer: Set(account.issuer.clone()),
        subject: Set(account.subject.clone()),
        organisation: Set(account.organisation.clone()),
        person_id: Set(account.person_id),
        name: Set(account.name.clone()),
        email: Set(account.email.as_ref().map(|email| email.to_lowercase())),
        created_at: Set(created_at.to_utc()),
        blocked_at: Set(account.is_blocked.then(|| created_at.to_utc())),
        blocked_because: Set(account.is_blocked.then(|| LEFT.to_owned())),
    };
    let first = OnConflict::columns([account::Column::Issuer, account::Column::Subject]).do_nothing().to_owned();
    account::Entity::insert(row).on_conflict(first).exec_without_returning(tx.connection()).await.map(drop)
}

fn to_domain(row: account::Model) -> Account {
    Account {
        id: row.id,
        issuer: row.issuer,
        subject: row.subject,
        organisation: row.organisation,
        person_id: row.person_id,
        name: row.name,
        email: row.email,
        is_blocked: row.blocked_at.is_some(),
    }
}
