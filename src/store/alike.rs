//! Tickets that are alike: incidents on one service that may have one cause, and changes that are carried out at one time.

use std::collections::BTreeMap;

use entity::{ticket, ticket_link};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::tickets::to_domain;
use super::{Reads, broken};
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::ticket::Ticket;
use crate::domain::workflow::Relation;

/// The most incidents that are looked at.
const MOST: u64 = 2000;

/// The incidents reported since an instant that name a service and no problem that causes them, by contract, organisation and service.
pub async fn unexplained(reads: &impl Reads, since: Instant) -> Result<BTreeMap<(String, String, String), Vec<Ticket>>, DbErr> {
    let explained = reads.find::<ticket_link::Entity>().filter(ticket_link::Column::Relation.eq(Relation::CausedBy.as_str()));
    let explained = explained.select_only().column(ticket_link::Column::TicketId).into_query();
    let alike = reads.find::<ticket::Entity>().filter(ticket::Column::Service.is_not_null());
    let alike = alike.filter(ticket::Column::Kind.eq(TicketType::Incident.as_str())).filter(ticket::Column::OpenedAt.gte(since.to_utc()));
    let alike = alike.filter(ticket::Column::Id.not_in_subquery(explained)).order_by_desc(ticket::Column::OpenedAt).limit(MOST);
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in alike.all(reads.connection()).await? {
        let ticket = to_domain(reads, row)?;
        let service = ticket.about.service.clone().ok_or_else(|| broken("a service"))?;
        found.entry((ticket.contract.clone(), ticket.organisation.clone(), service)).or_default().push(ticket);
    }
    Ok(found)
}

/// The other open changes under its contract that are planned for a time at which this one is, and are about the same service or item.
pub async fn collisions(reads: &impl Reads, change: &Ticket) -> Result<Vec<Ticket>, DbErr> {
    let Some(planned) = change.planned else { return Ok(Vec::new()) };
    let mut same = Condition::any();
    same = same.add_option(change.about.service.as_ref().map(|service| ticket::Column::Service.eq(service)));
    let lower = || Expr::expr(Func::lower(Expr::col((ticket::Entity, ticket::Column::Item))));
    same = same.add_option(change.item.as_ref().map(|item| lower().eq(item.to_lowercase())));
    if same.is_empty() {
        return Ok(Vec::new());
    }
    let others = reads.find::<ticket::Entity>().filter(ticket::Column::PlannedFromAt.lt(planned.ends_at.to_utc()));
    let others = others.filter(ticket::Column::PlannedUntilAt.gt(planned.starts_at.to_utc())).filter(ticket::Column::IsOpen.eq(true));
    let others = others.filter(ticket::Column::Contract.eq(&change.contract)).filter(ticket::Column::Id.ne(change.id)).filter(same);
    let rows = others.order_by_asc(ticket::Column::PlannedFromAt).limit(MOST).all(reads.connection()).await?;
    rows.into_iter().map(|row| to_domain(reads, row)).collect()
}
