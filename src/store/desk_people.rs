//! Those who sign in and are none of the recorded people of a client: the desk's own, above all. The desk knows them by their account, so that is
//! what they are exported and erased by.

use std::collections::BTreeSet;

use entity::ticket;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, accounts};
use crate::domain::person::Person;
use crate::domain::ticket::EventKind;

/// Somebody by the id of their account; none outside the scope.
pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<Person>, DbErr> {
    Ok(accounts::without_person(reads, id).await?.map(|account| account.as_person()))
}

/// Those of the desk among these ids, whatever the scope: who works there is shown to everybody who sees what they did.
pub async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Person>, DbErr> {
    let found = accounts::of_the_desk(reads, ids).await?;
    Ok(found.iter().map(accounts::Account::as_person).collect())
}

/// Those of the desk who have one of these names, addresses or ids, whatever the scope.
pub async fn called(reads: &impl Reads, texts: &[&str]) -> Result<Vec<Person>, DbErr> {
    let found = accounts::of_the_desk_called(reads, texts).await?;
    Ok(found.iter().map(accounts::Account::as_person).collect())
}

/// Somebody by the id of their account, until the transaction ends changed by nobody else.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Person>, DbErr> {
    Ok(accounts::lock_without_person(tx, id).await?.map(|account| account.as_person()))
}

/// Puts the id of somebody who is known by their account in the place of their name, wherever a ticket is or was given to them by that. Returns
/// all tickets that were given to them.
pub async fn assigned(tx: &Tx, person: &Person) -> Result<BTreeSet<Uuid>, DbErr> {
    if accounts::without_person(tx, person.id).await?.is_none() {
        return Ok(BTreeSet::new());
    }
    let (id, names) = (person.id.to_string(), names_of(person));
    let tickets = ticket::Entity::update_many().col_expr(ticket::Column::Assignee, Expr::value(id.clone()));
    tickets.filter(ticket::Column::Assignee.is_in(&names)).exec(tx.connection()).await?;
    // An erasure is rare, and histories are long: they are gone through once rather than indexed by a name.
    let sql = match tx.backend() {
        Backend::Postgres => {
            "UPDATE event SET data = jsonb_set(data, '{assignee}', to_jsonb($1::text)) \
             WHERE kind IN ($2, $3) AND data->>'assignee' IN ($4, $5, $1::text) RETURNING subject_id"
        }
        Backend::Sqlite => {
            "UPDATE event SET data = json_set(data, '$.assignee', ?1) WHERE kind IN (?2, ?3) AND json_extract(data, '$.assignee') IN (?4, ?5, ?1) \
             RETURNING subject_id"
        }
    };
    let kinds = [EventKind::Assigned.as_str(), EventKind::Unassigned.as_str()];
    let [name, address] = names;
    let values = [id.into(), kinds[0].into(), kinds[1].into(), name.into(), address.into()];
    let rows = tx.connection().query_all_raw(Statement::from_sql_and_values(tx.backend().into(), sql, values)).await?;
    rows.into_iter().map(|row| row.try_get_by_index(0)).collect()
}

/// By what a ticket is given to them, other than by their id.
pub(super) fn names_of(person: &Person) -> [String; 2] {
    [person.name.clone(), person.email.clone()]
}
