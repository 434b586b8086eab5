//! By what people were known before their name or their address changed.

use std::collections::HashMap;

use entity::{former_identity, person};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;
use crate::domain::former::{Former, Known, Others};
use crate::domain::person::Person;

/// Keeps what was known of somebody until now.
pub async fn keep(tx: &Tx, id: Uuid, known: &Person, until: Instant) -> Result<(), DbErr> {
    let row = former_identity::ActiveModel {
        id: Set(id),
        person_id: Set(known.id),
        organisation: Set(known.organisation.clone()),
        name: Set(known.name.clone()),
        email: Set(known.address().map(str::to_owned)),
        until_at: Set(until.to_utc()),
    };
    former_identity::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// When the address of each of these people became what it is, of those who had another before.
pub async fn readdressed(reads: &impl Reads, people: &[&Person]) -> Result<HashMap<Uuid, Instant>, DbErr> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let addresses: HashMap<_, _> = people.iter().map(|person| (person.id, person.address())).collect();
    let rows = reads.find::<former_identity::Entity>().filter(former_identity::Column::PersonId.is_in(addresses.keys().copied()));
    let rows = rows.order_by_asc(former_identity::Column::UntilAt).all(reads.connection()).await?;
    let others = rows.into_iter().filter(|row| addresses.get(&row.person_id).is_some_and(|now| *now != row.email.as_deref()));
    Ok(others.map(|row| (row.person_id, instant(row.until_at))).collect())
}

/// Forgets by what somebody was known.
pub async fn forget(tx: &Tx, person: Uuid) -> Result<(), DbErr> {
    let theirs = former_identity::Entity::delete_many().filter(former_identity::Column::PersonId.eq(person));
    theirs.exec(tx.connection()).await.map(drop)
}

/// Somebody with all by which they are and were known.
pub async fn known(reads: &impl Reads, person: Person) -> Result<Known, DbErr> {
    let own = reads.find::<former_identity::Entity>().filter(former_identity::Column::PersonId.eq(person.id));
    let own = own.order_by_asc(former_identity::Column::UntilAt).order_by_asc(former_identity::Column::Id).all(reads.connection()).await?;
    let formerly: Vec<_> = own.into_iter().map(|row| Former { name: row.name, email: row.email, until: instant(row.until_at) }).collect();
    let others = others(reads, &person, formerly.iter().filter_map(|one| one.email.as_deref()).chain([&*person.email])).await?;
    Ok(Known::new(person, formerly, &others))
}

/// Who else of their organisation has or had one of these addresses.
async fn others<'a>(reads: &impl Reads, of: &Person, emails: impl Iterator<Item = &'a str>) -> Result<Vec<Others>, DbErr> {
    let emails: Vec<_> = emails.collect();
    let rows = reads.find::<former_identity::Entity>().filter(former_identity::Column::Organisation.eq(&of.organisation));
    let rows = rows.filter(former_identity::Column::Email.is_in(emails.iter().copied()));
    let rows = rows.filter(former_identity::Column::PersonId.ne(of.id)).all(reads.connection()).await?;
    let before = rows.into_iter().filter_map(|row| Some(Others { email: row.email?, until: Some(instant(row.until_at)) }));
    let now = reads.find::<person::Entity>().filter(person::Column::Organisation.eq(&of.organisation));
    let now = now.filter(person::Column::Email.is_in(emails.iter().copied())).filter(person::Column::Id.ne(of.id)).select_only();
    let now: Vec<String> = now.column(person::Column::Email).into_tuple().all(reads.connection()).await?;
    Ok(before.chain(now.into_iter().map(|email| Others { email, until: None })).collect())
}

/// The ids of those who have or had that address: of an organisation, or of all.
pub async fn ids_with_address(reads: &impl Reads, organisation: Option<&str>, email: &str) -> Result<Vec<Uuid>, DbErr> {
    let now = reads.find::<person::Entity>().filter(person::Column::Email.eq(email));
    let before = reads.find::<former_identity::Entity>().filter(former_identity::Column::Email.eq(email));
    let (now, before) = match organisation {
        Some(organisation) => (
            now.filter(person::Column::Organisation.eq(organisation)),
            before.filter(former_identity::Column::Organisation.eq(organisation)),
        ),
        None => (now, before),
    };
    let mut ids: Vec<Uuid> = now.select_only().column(person::Column::Id).into_tuple().all(reads.connection()).await?;
    let before = before.select_only().column(former_identity::Column::PersonId);
    ids.extend(before.into_tuple::<Uuid>().all(reads.connection()).await?);
    Ok(ids)
}
