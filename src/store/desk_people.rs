//! Those who sign in and are none of the recorded people of a client: the desk's own, above all. The desk knows them by their account, so that is
//! what they are exported and erased by.

use std::collections::BTreeSet;

use entity::{account, local_account, ticket, token};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, accounts};
use crate::domain::Instant;
use crate::domain::person::Person;
use crate::domain::privacy::ERASED_NAME;
use crate::domain::ticket::EventKind;

/// Somebody by the id of their account; none outside the scope.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Person>, DbErr> {
    Ok(accounts::without_person(reads, id).await?.map(|account| account.as_person()))
}

/// The same, until the transaction ends changed by nobody else.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Person>, DbErr> {
    Ok(accounts::lock_without_person(tx, id).await?.map(|account| account.as_person()))
}

/// Takes the name of somebody who is known by their account off that and off the tickets that were given to them, where their id stands from
/// then on, and ends their ways in. Returns those tickets.
pub async fn erase(tx: &Tx, person: &Person, now: Instant) -> Result<BTreeSet<Uuid>, DbErr> {
    let theirs = tx.find_of_desk::<account::Entity>().filter(account::Column::Id.eq(person.id));
    let theirs = theirs.filter(account::Column::PersonId.is_null()).one(tx.connection()).await?;
    let Some(one) = theirs else { return Ok(BTreeSet::new()) };
    let ended = |column| Expr::col(column).if_null(Expr::value(Some(now.to_utc())));
    let erased = account::Entity::update_many()
        .col_expr(account::Column::Name, Expr::value(ERASED_NAME))
        .col_expr(account::Column::Email, Expr::value(None::<String>))
        .col_expr(account::Column::Subject, Expr::value(accounts::erased(&one)))
        .col_expr(account::Column::BlockedBecause, Expr::value(None::<String>))
        .col_expr(account::Column::BlockedAt, ended(account::Column::BlockedAt));
    erased.filter(account::Column::Id.eq(one.id)).exec(tx.connection()).await?;
    let closed = local_account::Entity::update_many()
        .col_expr(local_account::Column::Name, Expr::value(ERASED_NAME))
        .col_expr(local_account::Column::FoldedName, Expr::value(format!("erased:{}", person.id)))
        .col_expr(local_account::Column::Credentials, Expr::value(""))
        .col_expr(local_account::Column::ClosedAt, Expr::col(local_account::Column::ClosedAt).if_null(Expr::value(Some(now.to_utc()))));
    closed.filter(local_account::Column::Id.eq(person.id)).exec(tx.connection()).await?;
    let tokens = token::Entity::update_many()
        .col_expr(token::Column::Name, Expr::value(ERASED_NAME))
        .col_expr(token::Column::RevokedAt, Expr::col(token::Column::RevokedAt).if_null(Expr::value(Some(now.to_utc()))));
    tokens.filter(token::Column::AccountId.eq(person.id)).exec(tx.connection()).await?;
    assigned(tx, person).await
}

/// Puts their id in the place of their name, wherever a ticket is or was given to them by that.
async fn assigned(tx: &Tx, person: &Person) -> Result<BTreeSet<Uuid>, DbErr> {
    let (id, called) = (person.id.to_string(), called(person));
    let tickets = ticket::Entity::update_many().col_expr(ticket::Column::Assignee, Expr::value(id.clone()));
    tickets.filter(ticket::Column::Assignee.is_in(&called)).exec(tx.connection()).await?;
    // An erasure is rare, and histories are long: they are gone through once rather than indexed by a name.
    let sql = match tx.backend() {
        Backend::Postgres => {
            "UPDATE event SET data = jsonb_set(data, '{assignee}', to_jsonb($1::text)) \
             WHERE kind IN ($2, $3) AND data->>'assignee' IN ($4, $5) RETURNING subject_id"
        }
        Backend::Sqlite => {
            "UPDATE event SET data = json_set(data, '$.assignee', ?) WHERE kind IN (?, ?) AND json_extract(data, '$.assignee') IN (?, ?) \
             RETURNING subject_id"
        }
    };
    let kinds = [EventKind::Assigned.as_str(), EventKind::Unassigned.as_str()];
    let [name, address] = called;
    let values = [id.into(), kinds[0].into(), kinds[1].into(), name.into(), address.into()];
    let rows = tx.connection().query_all_raw(Statement::from_sql_and_values(tx.backend().into(), sql, values)).await?;
    rows.into_iter().map(|row| row.try_get_by_index(0)).collect()
}

/// By what a ticket is given to them, other than by their id.
pub(super) fn called(person: &Person) -> [String; 2] {
    [person.name.clone(), person.email.clone()]
}
