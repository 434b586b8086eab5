//! The names that tickets have in other systems.

use entity::external_reference;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::permission::Rows;
use crate::domain::ticket::{ExternalReference, Ticket};
use crate::store::tx::sealed::Inner as _;
use crate::store::{Reads, Tx, insert_rows, search};

/// Writes the external references of new tickets.
pub async fn insert_references<'a>(
    tx: &Tx,
    named: impl Iterator<Item = (&'a Ticket, &'a [ExternalReference])>,
    id: impl Fn() -> Uuid,
) -> Result<(), DbErr> {
    let named = named.flat_map(|(ticket, references)| references.iter().map(move |one| (ticket, one)));
    let mut named: Vec<_> = named.map(|(ticket, one)| (&ticket.organisation, &one.system, &one.reference, ticket.id, id())).collect();
    // Two transactions that write the same reference wait for each other; in one order they cannot deadlock.
    named.sort_unstable();
    let row = |(organisation, system, reference, ticket, id): (&String, &String, &String, Uuid, Uuid)| external_reference::ActiveModel {
        id: Set(id),
        ticket_id: Set(ticket),
        organisation: Set(organisation.clone()),
        system: Set(system.clone()),
        reference: Set(reference.clone()),
    };
    insert_rows::<external_reference::Entity>(tx, named.into_iter().map(row).collect(), None).await.map(drop)
}

/// Takes one of them off a ticket.
pub async fn remove_reference(tx: &Tx, ticket: Uuid, name: &ExternalReference) -> Result<(), DbErr> {
    let own = external_reference::Entity::delete_many().filter(external_reference::Column::TicketId.eq(ticket));
    let own =
        own.filter(external_reference::Column::System.eq(&name.system)).filter(external_reference::Column::Reference.eq(&name.reference));
    own.exec(tx.connection()).await.map(drop)
}

/// Each with the id of its ticket.
pub async fn references(reads: &impl Reads, tickets: &[Uuid]) -> Result<Vec<(Uuid, ExternalReference)>, DbErr> {
    let rows = reads.find::<external_reference::Entity>().filter(external_reference::Column::TicketId.is_in(tickets.iter().copied()));
    let rows = rows.order_by_asc(external_reference::Column::Id).all(reads.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.ticket_id, ExternalReference { system: row.system, reference: row.reference })).collect())
}

/// Indexes a ticket's number, title, description and external references anew. To be called in the transaction that changes one of them.
pub async fn index(tx: &Tx, ticket: &Ticket) -> Result<(), DbErr> {
    let names: Vec<_> = references(tx, &[ticket.id]).await?.into_iter().map(|(_, name)| name).collect();
    search::put(tx, ticket, &names).await
}

/// The tickets of these organisations that have one of these references: organisation, reference, ticket. The query asks for every
/// combination of system and reference, so more may be found than was asked for. What the caller does not see of their own organisation is
/// found as well: the name is in use.
pub async fn called(
    tx: &Tx,
    organisations: &[&str],
    names: &[&ExternalReference],
) -> Result<Vec<(String, ExternalReference, Uuid)>, DbErr> {
    let rows = tx
        .find_hidden_too::<external_reference::Entity>()
        .filter(external_reference::Column::Organisation.is_in(organisations.iter().copied()))
        .filter(external_reference::Column::System.is_in(names.iter().map(|one| one.system.as_str())))
        .filter(external_reference::Column::Reference.is_in(names.iter().map(|one| one.reference.as_str())));
    let found = async || rows.all(tx.connection()).await;
    let rows = if matches!(tx.scope().rows, Rows::Person { .. }) { tx.beyond(found).await? } else { found().await? }.into_iter();
    Ok(rows.map(|row| (row.organisation, ExternalReference { system: row.system, reference: row.reference }, row.ticket_id)).collect())
}
