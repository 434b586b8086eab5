//! Routing rules.

use std::collections::BTreeMap;

use entity::inbound_mail;
use entity::routing_rule::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant};
use crate::domain::Instant;
use crate::domain::routing_rule::RoutingRule;

/// A page of them, in the order in which they are held against a ticket.
pub async fn list(reads: &impl Reads, after: Option<(i32, Uuid)>, limit: u64) -> Result<Vec<RoutingRule>, DbErr> {
    let mut rows = reads.find_of_desk::<Entity>();
    if let Some((position, id)) = after {
        let row = Expr::tuple([Expr::col(Column::Position), Expr::col(Column::Id)]);
        rows = rows.filter(row.gt(Expr::tuple([Expr::val(position), Expr::val(id)])));
    }
    let rows = rows.order_by_asc(Column::Position).order_by_asc(Column::Id).limit(limit);
    rows.all(reads.connection()).await?.into_iter().map(to_domain).collect()
}

/// Those that count, in the same order, whoever is having a ticket registered.
pub async fn active(tx: &Tx) -> Result<Vec<RoutingRule>, DbErr> {
    if tx.pinned().and_then(|pinned| pinned.get()).is_some_and(|pinned| !pinned.has_routing_rules) {
        return Ok(Vec::new());
    }
    let rows = tx.find_of_desk::<Entity>().filter(Column::IsActive.eq(true));
    let rows = rows.order_by_asc(Column::Position).order_by_asc(Column::Id);
    rows.all(tx.connection()).await?.into_iter().map(to_domain).collect()
}

pub async fn count(tx: &Tx) -> Result<u64, DbErr> {
    tx.find_of_desk::<Entity>().count(tx.connection()).await
}

pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<RoutingRule>, DbErr> {
    reads.find_of_desk::<Entity>().filter(Column::Id.eq(id)).one(reads.connection()).await?.map(to_domain).transpose()
}

/// The same, until the transaction ends changed by nobody else.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<RoutingRule>, DbErr> {
    let row = tx.find_of_desk::<Entity>().filter(Column::Id.eq(id)).lock_exclusive();
    row.one(tx.connection()).await?.map(to_domain).transpose()
}

pub async fn insert(tx: &Tx, rule: &RoutingRule) -> Result<(), DbErr> {
    Entity::insert(row(rule)?).exec_without_returning(tx.connection()).await.map(drop)
}

pub async fn update(tx: &Tx, rule: &RoutingRule) -> Result<(), DbErr> {
    Entity::update_many().set(row(rule)?).filter(Column::Id.eq(rule.id)).exec(tx.connection()).await.map(drop)
}

pub async fn remove(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
}

/// The mailbox that the first mail of each of these tickets came to, of those that came by mail.
pub async fn mailboxes(reads: &impl Reads, tickets: &[Uuid]) -> Result<BTreeMap<Uuid, String>, DbErr> {
    let mails = reads.find::<inbound_mail::Entity>().filter(inbound_mail::Column::TicketId.is_in(tickets.iter().copied()));
    let columns = [inbound_mail::Column::TicketId, inbound_mail::Column::Mailbox];
    let mails = mails.select_only().columns(columns).order_by_asc(inbound_mail::Column::ReceivedAt).order_by_asc(inbound_mail::Column::Id);
    let mut first = BTreeMap::new();
    for (ticket, mailbox) in mails.into_tuple::<(Option<Uuid>, String)>().all(reads.connection()).await? {
        if let Some(ticket) = ticket {
            first.entry(ticket).or_insert(mailbox);
        }
    }
    Ok(first)
}

fn row(rule: &RoutingRule) -> Result<ActiveModel, DbErr> {
    Ok(ActiveModel {
        id: Set(rule.id),
        position: Set(rule.position),
        name: Set(rule.name.clone()),
        conditions: Set(serde_json::to_string(&rule.conditions).map_err(|error| DbErr::Type(error.to_string()))?),
        team: Set(rule.team.clone()),
        priority: Set(rule.priority.clone()),
        is_active: Set(rule.is_active),
        tried_at: Set(rule.tried_at.map(Instant::to_utc)),
        author: Set(rule.author.clone()),
        created_at: Set(rule.created_at.to_utc()),
        updated_at: Set(rule.updated_at.to_utc()),
        version: Set(rule.version),
    })
}

fn to_domain(row: Model) -> Result<RoutingRule, DbErr> {
    Ok(RoutingRule {
        id: row.id,
        position: row.position,
        name: row.name,
        conditions: serde_json::from_str(&row.conditions).map_err(|_unreadable| broken("the conditions of a routing rule"))?,
        team: row.team,
        priority: row.priority,
        is_active: row.is_active,
        tried_at: row.tried_at.map(instant),
        author: row.author,
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
        version: row.version,
    })
}
