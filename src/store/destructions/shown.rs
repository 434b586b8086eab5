//! What of a proposal is shown to whom: what is a ticket that few may see, or a mail of one, is named to those few and counted for the rest.

use std::collections::HashMap;

use entity::{destruction_item, inbound_mail, ticket};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::store::clearance::OfTickets;
use crate::store::{Reads, tickets};

/// The items of these proposals that the reader sees.
pub(super) fn of(reads: &impl Reads, proposals: &[Uuid]) -> Select<destruction_item::Entity> {
    let items = all(reads, proposals);
    match seen(reads) {
        Some(seen) => items.filter(seen),
        None => items,
    }
}

/// How many others each of them lists.
pub(super) async fn withheld(reads: &impl Reads, proposals: &[Uuid]) -> Result<HashMap<Uuid, u64>, DbErr> {
    let Some(seen) = seen(reads) else { return Ok(HashMap::new()) };
    let counted = all(reads, proposals).filter(seen.not()).select_only().column(destruction_item::Column::DestructionId);
    let counted = counted.column_as(destruction_item::Column::Id.count(), "withheld").group_by(destruction_item::Column::DestructionId);
    let counted: Vec<(Uuid, i64)> = counted.into_tuple().all(reads.connection()).await?;
    Ok(counted.into_iter().map(|(proposal, count)| (proposal, u64::try_from(count).unwrap_or_default())).collect())
}

/// Notes which tickets that few may see are named with these proposals.
pub async fn note_shown(reads: &impl Reads, proposals: impl IntoIterator<Item = Uuid>) -> Result<(), DbErr> {
    let proposals: Vec<_> = proposals.into_iter().collect();
    if proposals.is_empty() {
        return Ok(());
    }
    let mails = reads.find::<inbound_mail::Entity>().select_only().column(inbound_mail::Column::TicketId);
    let mails = mails.filter(inbound_mail::Column::TicketId.is_not_null());
    let mails = mails.filter(inbound_mail::Column::Id.in_subquery(subjects(reads, &proposals))).into_query();
    let named = ticket::Column::Id.in_subquery(subjects(reads, &proposals)).or(ticket::Column::Id.in_subquery(mails));
    tickets::note_shown_among(reads, named).await
}

fn subjects(reads: &impl Reads, proposals: &[Uuid]) -> SelectStatement {
    all(reads, proposals).select_only().column(destruction_item::Column::SubjectId).into_query()
}

fn all(reads: &impl Reads, proposals: &[Uuid]) -> Select<destruction_item::Entity> {
    let ids = proposals.iter().copied();
    reads.find_of_desk::<destruction_item::Entity>().filter(destruction_item::Column::DestructionId.is_in(ids))
}

/// That an item is seen; `None` where all are.
fn seen(reads: &impl Reads) -> Option<Condition> {
    let clearance = &reads.scope().clearance;
    let (ticket, of_ticket) = (destruction_item::Entity::seen_with(clearance)?, inbound_mail::Entity::seen_with(clearance)?);
    let own = Expr::col((destruction_item::Entity, destruction_item::Column::SubjectId));
    let hidden = reads.find_hidden_too::<inbound_mail::Entity>().select_only().column(inbound_mail::Column::Id).filter(of_ticket.not());
    let hidden = hidden.filter(Expr::col((inbound_mail::Entity, inbound_mail::Column::Id)).eq(own)).into_query();
    Some(Condition::all().add(ticket).add(Expr::exists(hidden).not()))
}
