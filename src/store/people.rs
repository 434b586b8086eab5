//! People. Names and addresses are kept in these rows only, so that a person can be erased.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{account, person, token};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, OnConflict, UnionType};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, insert_rows, instant};
use crate::domain::Instant;
use crate::domain::permission::Rows;
use crate::domain::person::{Person, PersonFilter};
use crate::domain::search::folded;

/// The person of an organisation with that address.
pub async fn with_address(reads: &impl Reads, organisation: &str, email: &str) -> Result<Option<Person>, DbErr> {
    let found =
        reads.find::<person::Entity>().filter(person::Column::Organisation.eq(organisation)).filter(person::Column::Email.eq(email));
    Ok(found.one(reads.connection()).await?.map(to_domain))
}

/// The organisations of which somebody with that address is known; strangers do not count.
pub async fn organisations_of(reads: &impl Reads, email: &str) -> Result<Vec<String>, DbErr> {
    let found = reads.find::<person::Entity>().select_only().column(person::Column::Organisation);
    found
        .filter(person::Column::Email.eq(email))
        .filter(person::Column::IsStranger.eq(false))
        .order_by_asc(person::Column::Organisation)
        .into_tuple()
        .all(reads.connection())
        .await
}

pub async fn find(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Person>, DbErr> {
    let found = reads.find::<person::Entity>().filter(person::Column::Id.is_in(ids.iter().copied()));
    Ok(found.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// The name of somebody who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorName {
    Person(String),
    Token(String),
}

/// The names of people and tokens, in one statement. A person who was erased is left out, and so are a client's people and tokens outside
/// the scope; the desk's own are seen by everybody.
pub async fn names(reads: &impl Reads, ids: &[Uuid]) -> Result<HashMap<Uuid, ActorName>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let people = reads.find::<person::Entity>().filter(person::Column::Id.is_in(ids.iter().copied())).select_only();
    let people = people.column(person::Column::Id).column(person::Column::Name).expr_as(Expr::val(1), "person");
    let tokens = reads.find_of_desk::<token::Entity>().filter(token::Column::Id.is_in(ids.iter().copied())).select_only();
    let tokens = match &reads.scope().rows {
        Rows::All => tokens,
        Rows::Organisations(seen) => tokens.filter(of_the_desk_or(token::Column::Organisation.is_in(seen))),
        Rows::Person { organisation, .. } => tokens.filter(of_the_desk_or(token::Column::Organisation.eq(organisation))),
    };
    let tokens = tokens.column(token::Column::Id).column(token::Column::Name).expr_as(Expr::val(0), "person");
    let accounts = reads.find_of_desk::<account::Entity>().filter(account::Column::Id.is_in(ids.iter().copied())).select_only();
    let accounts = accounts.column(account::Column::Id).column(account::Column::Name).expr_as(Expr::val(1), "person");
    let both = people.into_query().union(UnionType::All, tokens.into_query()).union(UnionType::All, accounts.into_query()).to_owned();
    let known = reads.connection().query_all(&both).await?.into_iter().map(|row| {
        let (id, name, is_person): (Uuid, String, i32) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        Ok((id, if is_person == 1 { ActorName::Person(name) } else { ActorName::Token(name) }))
    });
    known.collect()
}

fn of_the_desk_or(seen: Expr) -> Condition {
    Condition::any().add(token::Column::Organisation.is_null()).add(seen)
}

/// A page of people, by organisation and address.
pub async fn list(reads: &impl Reads, filter: &PersonFilter) -> Result<Vec<Person>, DbErr> {
    let mut query = reads.find::<person::Entity>().filter(person::Column::ErasedAt.is_null());
    if !filter.organisations.is_empty() {
        query = query.filter(person::Column::Organisation.is_in(&filter.organisations));
    }
    if let Some(is_active) = filter.is_active {
        query = query.filter(if is_active { person::Column::LeftAt.is_null() } else { person::Column::LeftAt.is_not_null() });
    }
    for word in &filter.words {
        let literal = folded(word).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query = query.filter(Expr::col(person::Column::SearchText).like(LikeExpr::new(format!("%{literal}%")).escape('\\')));
    }
    if let Some((organisation, email)) = &filter.after {
        let row = Expr::tuple([Expr::col(person::Column::Organisation), Expr::col(person::Column::Email)]);
        query = query.filter(row.gt(Expr::tuple([Expr::val(organisation), Expr::val(email)])));
    }
    let query = query.order_by_asc(person::Column::Organisation).order_by_asc(person::Column::Email).limit(filter.limit);
    Ok(query.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// The people of these organisations with these addresses, colleagues of whoever sees themselves alone too: a ticket can be for one of them.
pub async fn with_addresses(reads: &impl Reads, organisations: &[&str], emails: &[&str]) -> Result<Vec<Person>, DbErr> {
    let found = reads.find_colleagues().filter(person::Column::Organisation.is_in(organisations.iter().copied()));
    let found = found.filter(person::Column::Email.is_in(emails.iter().copied()));
    Ok(found.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// Adds people. Returns how many were added, which is fewer when another transaction added one at the same moment.
pub async fn insert(tx: &Tx, people: &[Person], created_at: Instant) -> Result<u64, DbErr> {
    let row = |person: &Person| person::ActiveModel {
        id: Set(person.id),
        organisation: Set(person.organisation.clone()),
        name: Set(person.name.clone()),
        email: Set(person.email.clone()),
        search_text: Set(person.search_text()),
        is_stranger: Set(person.is_stranger),
        created_at: Set(created_at.to_utc()),
        phone: Set(person.phone.clone()),
        is_shared: Set(person.is_shared),
        left_at: Set(None),
        erased_at: Set(None),
        bounced_at: Set(None),
    };
    let known = OnConflict::columns([person::Column::Organisation, person::Column::Email]).do_nothing().to_owned();
    insert_rows::<person::Entity>(tx, people.iter().map(row).collect(), Some(known)).await
}

/// Records that these people are no strangers: the desk or their organisation vouches for them.
pub async fn vouch_for(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    let known = person::Entity::update_many().col_expr(person::Column::IsStranger, Expr::value(false));
    known.filter(person::Column::Id.is_in(ids.iter().copied())).exec(tx.connection()).await.map(drop)
}

/// Somebody, until the transaction ends changed by nobody else.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Person>, DbErr> {
    let found = tx.find::<person::Entity>().filter(person::Column::Id.eq(id)).lock_exclusive();
    Ok(found.one(tx.connection()).await?.map(to_domain))
}

/// The people of an organisation with that telephone number.
pub async fn with_phone(reads: &impl Reads, organisation: &str, phone: &str) -> Result<Vec<Person>, DbErr> {
    let found = reads.find::<person::Entity>().filter(person::Column::Organisation.eq(organisation));
    let found = found.filter(person::Column::Phone.eq(phone)).order_by_asc(person::Column::Id);
    Ok(found.all(reads.connection()).await?.into_iter().map(to_domain).collect())
}

/// Stores what is known of somebody; whoever left did so at that instant, unless they had left before.
pub async fn update(tx: &Tx, person: &Person, now: Instant) -> Result<(), DbErr> {
    let left_at = Expr::col(person::Column::LeftAt);
    let left_at = if person.is_active { Expr::value(None::<DateTime<Utc>>) } else { left_at.if_null(Expr::value(Some(now.to_utc()))) };
    let row = person::Entity::update_many()
        .col_expr(person::Column::Name, Expr::value(person.name.clone()))
        .col_expr(person::Column::Email, Expr::value(person.email.clone()))
        .col_expr(person::Column::Phone, Expr::value(person.phone.clone()))
        .col_expr(person::Column::IsShared, Expr::value(person.is_shared))
        .col_expr(person::Column::IsStranger, Expr::value(person.is_stranger))
        .col_expr(person::Column::BouncedAt, Expr::value(person.bounced_at.map(Instant::to_utc)))
        .col_expr(person::Column::SearchText, Expr::value(person.search_text()))
        .col_expr(person::Column::LeftAt, left_at);
    row.filter(person::Column::Id.eq(person.id)).exec(tx.connection()).await.map(drop)
}

/// Notes that mail to an address is not delivered, or that it works again.
pub async fn note_bounce(tx: &Tx, address: &str, since: Option<Instant>) -> Result<(), DbErr> {
    let noted = person::Entity::update_many().col_expr(person::Column::BouncedAt, Expr::value(since.map(Instant::to_utc)));
    let is_news = if since.is_some() { person::Column::BouncedAt.is_null() } else { person::Column::BouncedAt.is_not_null() };
    noted.filter(person::Column::Email.eq(address.to_lowercase())).filter(is_news).exec(tx.connection()).await.map(drop)
}

fn to_domain(row: person::Model) -> Person {
    Person {
        id: row.id,
        organisation: row.organisation,
        name: row.name,
        email: row.email,
        phone: row.phone,
        is_shared: row.is_shared,
        is_active: row.left_at.is_none(),
        is_stranger: row.is_stranger,
        bounced_at: row.bounced_at.map(instant),
    }
}
