//! What was kept long enough, and stands under no hold and in no other proposal.

use entity::{attachment, destruction, destruction_item, inbound_mail, legal_hold, ticket};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::FILES_DESTROYED_AT;
use crate::domain::Instant;
use crate::domain::former::Known;
use crate::domain::privacy::HoldSubject;
use crate::domain::retention::{DestructionItem, RetentionClass};
use crate::store::partakers::has_part;
use crate::store::tx::sealed::Inner as _;
use crate::store::{Reads as _, Tx, erasures, holds, tickets};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    pub contract: &'a str,
    pub class: RetentionClass,
    pub before: Instant,
    /// Also what stands under a hold.
    pub held_too: bool,
    /// Also what stands in another proposal of the class.
    pub proposed_too: bool,
}

/// At most `limit` of a contract's, those that ended first.
pub async fn due(tx: &Tx, due: Due<'_>, limit: u64) -> Result<Vec<DestructionItem>, DbErr> {
    let holds = if due.held_too { Holds::default() } else { Holds::standing(tx).await? };
    if holds.contracts.iter().any(|held| held == due.contract) {
        return Ok(Vec::new());
    }
    match due.class {
        RetentionClass::Tickets | RetentionClass::Attachments => tickets_due(tx, due, &holds, limit).await,
        RetentionClass::Mails => mails_due(tx, due, &holds, limit).await,
    }
}

/// What stands under a hold, of each kind: they are few.
#[derive(Default)]
struct Holds {
    people: Vec<Known>,
    tickets: Vec<Uuid>,
    contracts: Vec<String>,
}

impl Holds {
    async fn standing(tx: &Tx) -> Result<Self, DbErr> {
        let rows = tx.find_of_desk::<legal_hold::Entity>().filter(legal_hold::Column::LiftedAt.is_null()).all(tx.connection()).await?;
        let of = |kind: HoldSubject| rows.iter().filter(move |row| row.kind == kind.as_str()).map(|row| row.subject.as_str());
        let ids = |kind| of(kind).filter_map(|subject| subject.parse().ok()).collect();
        Ok(Self {
            people: holds::held_people(tx).await?.into_iter().map(|(_, known)| known).collect(),
            tickets: ids(HoldSubject::Ticket),
            contracts: of(HoldSubject::Contract).map(str::to_owned).collect(),
        })
    }

    /// A ticket that none of them keeps: neither one that is held, nor one in which somebody who is held has a part.
    fn spare(&self, tx: &Tx) -> Condition {
        let parts = |known: &Known| tx.find::<ticket::Entity>().filter(has_part(tx, known)).select_only().column(ticket::Column::Id);
        let spare = |all: Condition, known: &Known| all.add(ticket::Column::Id.not_in_subquery(parts(known).into_query()));
        self.people.iter().fold(Condition::all().add(ticket::Column::Id.is_not_in(self.tickets.iter().copied())), spare)
    }

    /// A mail that was sent by nobody who is held.
    fn spare_mail(&self, tx: &Tx) -> Condition {
        let sent =
            |known: &Known| tx.find::<inbound_mail::Entity>().filter(erasures::from(known)).select_only().column(inbound_mail::Column::Id);
        let spare = |all: Condition, known: &Known| all.add(inbound_mail::Column::Id.not_in_subquery(sent(known).into_query()));
        self.people.iter().fold(Condition::all(), spare)
    }
}

async fn tickets_due(tx: &Tx, due: Due<'_>, holds: &Holds, limit: u64) -> Result<Vec<DestructionItem>, DbErr> {
    let rows = tx.find::<ticket::Entity>().filter(ticket::Column::Contract.eq(due.contract));
    let rows = rows.filter(ticket::Column::ClosedAt.is_not_null()).filter(ticket::Column::ClosedAt.lt(due.before.to_utc()));
    let rows = match due.class {
        RetentionClass::Tickets => rows.filter(ticket::Column::DestroyedAt.is_null()),
        _ => rows
            .filter(Expr::col((ticket::Entity, Alias::new(FILES_DESTROYED_AT))).is_null())
            .filter(ticket::Column::Id.in_subquery(with_files())),
    };
    let rows = rows.filter(holds.spare(tx));
    let rows = if due.proposed_too { rows } else { rows.filter(ticket::Column::Id.not_in_subquery(proposed(due.class))) };
    let rows = rows.order_by_asc(ticket::Column::ClosedAt).order_by_asc(ticket::Column::Id).limit(limit).all(tx.connection()).await?;
    let item = |row: ticket::Model| {
        let ticket = tickets::to_domain(tx, row)?;
        Ok(DestructionItem { subject: ticket.id, name: ticket.reference(), outcome: None })
    };
    rows.into_iter().map(item).collect()
}

fn with_files() -> SelectStatement {
    Query::select()
        .column(attachment::Column::TicketId)
        .from(attachment::Entity)
        .and_where(Expr::col((attachment::Entity, attachment::Column::TicketId)).equals((ticket::Entity, ticket::Column::Id)))
        .to_owned()
}

/// What stands in a proposal of the class that is not carried out yet.
fn proposed(class: RetentionClass) -> SelectStatement {
    let of_class = Query::select()
        .column(destruction::Column::Id)
        .from(destruction::Entity)
        .and_where(destruction::Column::Class.eq(class.as_str()))
        .to_owned();
    Query::select()
        .column(destruction_item::Column::SubjectId)
        .from(destruction_item::Entity)
        .and_where(destruction_item::Column::Outcome.is_null())
        .and_where(destruction_item::Column::DestructionId.in_subquery(of_class))
        .to_owned()
}

/// Mails of closed tickets, and those that belong to none, by when they came.
async fn mails_due(tx: &Tx, due: Due<'_>, holds: &Holds, limit: u64) -> Result<Vec<DestructionItem>, DbErr> {
    let done = tx.find::<ticket::Entity>().filter(ticket::Column::ClosedAt.lt(due.before.to_utc())).filter(holds.spare(tx));
    let done = done.select_only().column(ticket::Column::Id).into_query();
    let ended = Condition::any().add(inbound_mail::Column::TicketId.is_null()).add(inbound_mail::Column::TicketId.in_subquery(done));
    let rows = tx.find::<inbound_mail::Entity>().filter(inbound_mail::Column::Contract.eq(due.contract));
    let rows = rows.filter(inbound_mail::Column::ReceivedAt.lt(due.before.to_utc())).filter(inbound_mail::Column::ErasedAt.is_null());
    let rows = rows.filter(ended).filter(holds.spare_mail(tx));
    let rows = if due.proposed_too { rows } else { rows.filter(inbound_mail::Column::Id.not_in_subquery(proposed(due.class))) };
    let rows = rows.select_only();
    let rows = rows.column(inbound_mail::Column::Id).order_by_asc(inbound_mail::Column::ReceivedAt).limit(limit);
    let ids: Vec<Uuid> = rows.into_tuple().all(tx.connection()).await?;
    Ok(ids.into_iter().map(|id| DestructionItem { subject: id, name: id.to_string(), outcome: None }).collect())
}
