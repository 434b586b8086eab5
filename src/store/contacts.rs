//! Who of a client may contact the desk under a contract.

use std::collections::HashMap;

use entity::{contact, contact_change, contact_list};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, insert_rows, instant};
use crate::domain::Instant;
use crate::domain::contact::{Contact, ContactChange, ContactFilter};
use crate::domain::person::Person;

/// The most names told at once.
const NAMES: u64 = 20;

/// Locks the list of a client's contacts until the transaction ends, and makes it when there is none yet.
pub async fn lock(tx: &Tx, contract: &str, organisation: &str) -> Result<(), DbErr> {
    let id = id_of(contract, organisation);
    let row = contact_list::ActiveModel { id: Set(id), contract: Set(contract.to_owned()), organisation: Set(organisation.to_owned()) };
    let known = OnConflict::column(contact_list::Column::Id).do_nothing().to_owned();
    contact_list::Entity::insert(row).on_conflict(known).exec_without_returning(tx.connection()).await?;
    let list = tx.find::<contact_list::Entity>().filter(contact_list::Column::Id.eq(id));
    list.lock_exclusive().one(tx.connection()).await.map(drop)
}

/// An id that both of two processes give the same list.
fn id_of(contract: &str, organisation: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("contacts\n{contract}\n{organisation}").as_bytes())
}

/// Of these clients, those that have named a contact once.
pub async fn lists(reads: &impl Reads, of: &[(&str, &str)]) -> Result<Vec<(String, String)>, DbErr> {
    let ids = of.iter().map(|(contract, organisation)| id_of(contract, organisation));
    let rows = reads.find::<contact_list::Entity>().filter(contact_list::Column::Id.is_in(ids)).all(reads.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.contract, row.organisation)).collect())
}

/// Of these people, under which contract each is an active contact.
pub async fn active(reads: &impl Reads, people: &[Uuid]) -> Result<Vec<(String, Uuid)>, DbErr> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let rows = reads.find::<contact::Entity>().filter(contact::Column::PersonId.is_in(people.iter().copied()));
    let rows = rows.filter(contact::Column::EndedAt.is_null()).all(reads.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.contract, row.person_id)).collect())
}

/// Who are active contacts of a client.
pub async fn active_of(reads: &impl Reads, contract: &str, organisation: &str) -> Result<Vec<Uuid>, DbErr> {
    let rows = reads.find::<contact::Entity>().filter(contact::Column::Contract.eq(contract));
    let rows = rows.filter(contact::Column::Organisation.eq(organisation)).filter(contact::Column::EndedAt.is_null());
    rows.select_only().column(contact::Column::PersonId).into_tuple().all(reads.connection()).await
}

/// A page of a contract's contacts with who they are, by organisation and id.
pub async fn list(reads: &impl Reads, filter: &ContactFilter) -> Result<Vec<(Contact, Person)>, DbErr> {
    let mut query = reads.find::<contact::Entity>().filter(contact::Column::Contract.eq(&filter.contract));
    if !filter.organisations.is_empty() {
        query = query.filter(contact::Column::Organisation.is_in(&filter.organisations));
    }
    if let Some(is_active) = filter.is_active {
        query = query.filter(if is_active { contact::Column::EndedAt.is_null() } else { contact::Column::EndedAt.is_not_null() });
    }
    if let Some((organisation, id)) = &filter.after {
        let row = Expr::tuple([Expr::col(contact::Column::Organisation), Expr::col(contact::Column::Id)]);
        query = query.filter(row.gt(Expr::tuple([Expr::val(organisation), Expr::val(*id)])));
    }
    let query = query.order_by_asc(contact::Column::Organisation).order_by_asc(contact::Column::Id).limit(filter.limit);
    with_people(reads, query.all(reads.connection()).await?).await
}

pub async fn find(reads: &impl Reads, contract: &str, id: Uuid) -> Result<Option<(Contact, Person)>, DbErr> {
    let row = reads.find::<contact::Entity>().filter(contact::Column::Contract.eq(contract)).filter(contact::Column::Id.eq(id));
    let rows = row.all(reads.connection()).await?;
    Ok(with_people(reads, rows).await?.pop())
}

/// Somebody's place on a list, active or not.
pub async fn of_person(reads: &impl Reads, contract: &str, person: Uuid) -> Result<Option<Contact>, DbErr> {
    let row = reads.find::<contact::Entity>().filter(contact::Column::Contract.eq(contract));
    Ok(row.filter(contact::Column::PersonId.eq(person)).one(reads.connection()).await?.map(to_domain))
}

async fn with_people(reads: &impl Reads, rows: Vec<contact::Model>) -> Result<Vec<(Contact, Person)>, DbErr> {
    let ids: Vec<_> = rows.iter().map(|row| row.person_id).collect();
    let people = if ids.is_empty() { Vec::new() } else { super::people::find(reads, &ids).await? };
    let with = |row: contact::Model| {
        let person = people.iter().find(|person| person.id == row.person_id).cloned().ok_or_else(|| broken("a contact"))?;
        Ok((to_domain(row), person))
    };
    rows.into_iter().map(with).collect()
}

/// The names of a client's active contacts.
pub async fn names(reads: &impl Reads, contract: &str, organisation: &str) -> Result<Vec<String>, DbErr> {
    let filter = ContactFilter {
        contract: contract.to_owned(),
        organisations: vec![organisation.to_owned()],
        is_active: Some(true),
        after: None,
        limit: NAMES,
    };
    Ok(list(reads, &filter).await?.into_iter().map(|(_, person)| person.name).collect())
}

/// Adds somebody to a list; `change` is the id under which that stands in the history of the list.
pub async fn insert(tx: &Tx, contact: &Contact, change: Uuid) -> Result<(), DbErr> {
    let row = contact::ActiveModel {
        id: Set(contact.id),
        contract: Set(contact.contract.clone()),
        organisation: Set(contact.organisation.clone()),
        person_id: Set(contact.person_id),
        added_by: Set(contact.added_by.clone()),
        added_at: Set(contact.added_at.to_utc()),
        ended_by: Set(contact.ended.as_ref().map(|(by, _)| by.clone())),
        ended_at: Set(contact.ended.as_ref().map(|(_, at)| at.to_utc())),
    };
    contact::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    keep(tx, std::slice::from_ref(contact), || change).await
}

/// Records that a contact is active again, or no longer.
pub async fn update(tx: &Tx, contact: &Contact, change: Uuid) -> Result<(), DbErr> {
    let row = contact::Entity::update_many()
        .col_expr(contact::Column::AddedBy, Expr::value(contact.added_by.clone()))
        .col_expr(contact::Column::AddedAt, Expr::value(contact.added_at.to_utc()))
        .col_expr(contact::Column::EndedBy, Expr::value(contact.ended.as_ref().map(|(by, _)| by.clone())))
        .col_expr(contact::Column::EndedAt, Expr::value(contact.ended.as_ref().map(|(_, at)| at.to_utc())));
    row.filter(contact::Column::Id.eq(contact.id)).exec(tx.connection()).await?;
    keep(tx, std::slice::from_ref(contact), || change).await
}

/// Ends whatever somebody is a contact of.
pub async fn end_of(tx: &Tx, person: Uuid, by: &str, at: Instant, id: impl Fn() -> Uuid) -> Result<(), DbErr> {
    let active = tx.find::<contact::Entity>().filter(contact::Column::PersonId.eq(person)).filter(contact::Column::EndedAt.is_null());
    let active = active.order_by_asc(contact::Column::Id).lock_exclusive().all(tx.connection()).await?;
    let row = contact::Entity::update_many()
        .col_expr(contact::Column::EndedBy, Expr::value(Some(by.to_owned())))
        .col_expr(contact::Column::EndedAt, Expr::value(Some(at.to_utc())));
    let theirs = row.filter(contact::Column::PersonId.eq(person)).filter(contact::Column::EndedAt.is_null());
    theirs.exec(tx.connection()).await?;
    let ended = active.into_iter().map(|row| Contact { ended: Some((by.to_owned(), at)), ..to_domain(row) });
    keep(tx, &ended.collect::<Vec<_>>(), id).await
}

/// Keeps what was done to these places on a list.
async fn keep(tx: &Tx, contacts: &[Contact], id: impl Fn() -> Uuid) -> Result<(), DbErr> {
    let row = |contact: &Contact| {
        let ContactChange { is_active, actor, at } = contact.latest();
        contact_change::ActiveModel {
            id: Set(id()),
            organisation: Set(contact.organisation.clone()),
            contact_id: Set(contact.id),
            person_id: Set(contact.person_id),
            is_active: Set(is_active),
            actor: Set(actor),
            recorded_at: Set(at.to_utc()),
        }
    };
    insert_rows::<contact_change::Entity>(tx, contacts.iter().map(row).collect(), None).await.map(drop)
}

/// What was done to these places on a list, oldest first.
pub async fn histories(reads: &impl Reads, contacts: &[Uuid]) -> Result<HashMap<Uuid, Vec<ContactChange>>, DbErr> {
    let mut histories: HashMap<_, Vec<_>> = HashMap::new();
    if contacts.is_empty() {
        return Ok(histories);
    }
    let rows = reads.find::<contact_change::Entity>().filter(contact_change::Column::ContactId.is_in(contacts.iter().copied()));
    let rows = rows.order_by_asc(contact_change::Column::RecordedAt).order_by_asc(contact_change::Column::Id);
    for row in rows.all(reads.connection()).await? {
        let change = ContactChange { is_active: row.is_active, actor: row.actor, at: instant(row.recorded_at) };
        histories.entry(row.contact_id).or_default().push(change);
    }
    Ok(histories)
}

fn to_domain(row: contact::Model) -> Contact {
    Contact {
        id: row.id,
        contract: row.contract,
        organisation: row.organisation,
        person_id: row.person_id,
        added_by: row.added_by,
        added_at: instant(row.added_at),
        ended: row.ended_by.zip(row.ended_at.map(instant)),
    }
}
