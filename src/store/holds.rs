//! Legal holds. Each counts for everybody, and is shown to those who may see what it stands on.

use entity::{legal_hold, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::clearance::seen_of;
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, broken, instant, tickets};
use crate::domain::Instant;
use crate::domain::privacy::{HoldSubject, LegalHold, Lifted};

pub async fn insert(tx: &Tx, hold: &LegalHold) -> Result<(), DbErr> {
    let row = legal_hold::ActiveModel {
        id: Set(hold.id),
        kind: Set(hold.kind.as_str().to_owned()),
        subject: Set(hold.subject.clone()),
        reason: Set(hold.reason.clone()),
        placed_by: Set(hold.placed_by.clone()),
        placed_at: Set(hold.placed_at.to_utc()),
        lifted_by: Set(None),
        lifted_at: Set(None),
        lift_reason: Set(None),
        ticket_id: Set(hold.ticket()),
    };
    legal_hold::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}

/// Lifts a hold; false when it stands no longer.
pub async fn lift(tx: &Tx, id: Uuid, lifted: &Lifted) -> Result<bool, DbErr> {
    let done = legal_hold::Entity::update_many()
        .col_expr(legal_hold::Column::LiftedBy, Expr::value(Some(lifted.by.clone())))
        .col_expr(legal_hold::Column::LiftedAt, Expr::value(Some(lifted.at.to_utc())))
        .col_expr(legal_hold::Column::LiftReason, Expr::value(Some(lifted.reason.clone())))
        .filter(legal_hold::Column::Id.eq(id))
        .filter(legal_hold::Column::LiftedAt.is_null());
    Ok(done.exec(tx.connection()).await?.rows_affected == 1)
}

pub async fn find(reads: &impl Reads, id: Uuid) -> Result<Option<LegalHold>, DbErr> {
    let row = seen(reads).filter(legal_hold::Column::Id.eq(id)).one(reads.connection()).await?;
    Ok(shown(reads, row.into_iter().collect()).await?.pop())
}

/// Those that are there for the reader: one on a ticket that few may see, for those few.
fn seen(reads: &impl Reads) -> Select<legal_hold::Entity> {
    seen_of(reads.find_of_desk(), &reads.scope().clearance)
}

async fn shown(reads: &impl Reads, rows: Vec<legal_hold::Model>) -> Result<Vec<LegalHold>, DbErr> {
    tickets::note_shown(reads, rows.iter().filter_map(|row| row.ticket_id)).await?;
    rows.into_iter().map(to_domain).collect()
}

/// Notes that a hold is shown that was read otherwise.
pub async fn note_shown(reads: &impl Reads, hold: &LegalHold) -> Result<(), DbErr> {
    tickets::note_shown(reads, hold.ticket()).await
}

/// A page of holds, newest first.
pub async fn list(reads: &impl Reads, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<LegalHold>, DbErr> {
    let mut rows = seen(reads);
    if let Some((at, id)) = after {
        let row = Expr::tuple([Expr::col(legal_hold::Column::PlacedAt), Expr::col(legal_hold::Column::Id)]);
        rows = rows.filter(row.lt(Expr::tuple([Expr::val(at.to_utc()), Expr::val(id)])));
    }
    let rows = rows.order_by_desc(legal_hold::Column::PlacedAt).order_by_desc(legal_hold::Column::Id).limit(limit);
    let rows = rows.all(reads.connection()).await?;
    shown(reads, rows).await
}

/// The holds that stand on one of these, whoever may see them.
pub async fn standing_on(reads: &impl Reads, subjects: &[(HoldSubject, String)]) -> Result<Vec<LegalHold>, DbErr> {
    let of = |(kind, subject): &(HoldSubject, String)| {
        Condition::all().add(legal_hold::Column::Kind.eq(kind.as_str())).add(legal_hold::Column::Subject.eq(subject))
    };
    let any = subjects.iter().fold(Condition::any(), |any, one| any.add(of(one)));
    let rows = reads.find_of_desk::<legal_hold::Entity>().filter(legal_hold::Column::LiftedAt.is_null()).filter(any);
    rows.all(reads.connection()).await?.into_iter().map(to_domain).collect()
}

/// The first hold, whoever may see it, that stands on a person, on a ticket they reported, or on a contract of such a ticket. Those that stand are few, so they are
/// read whole and the tickets looked up by them.
pub async fn on_person(reads: &impl Reads, person: Uuid) -> Result<Option<LegalHold>, DbErr> {
    let rows = reads.find_of_desk::<legal_hold::Entity>().filter(legal_hold::Column::LiftedAt.is_null());
    let standing: Vec<LegalHold> = rows
        .order_by_asc(legal_hold::Column::PlacedAt)
        .all(reads.connection())
        .await?
        .into_iter()
        .map(to_domain)
        .collect::<Result<_, _>>()?;
    let of = |kind| standing.iter().filter(move |hold| hold.kind == kind);
    if let Some(own) = of(HoldSubject::Person).find(|hold| hold.subject == person.to_string()) {
        return Ok(Some(own.clone()));
    }
    let tickets: Vec<Uuid> = of(HoldSubject::Ticket).filter_map(|hold| hold.subject.parse().ok()).collect();
    let contracts: Vec<&str> = of(HoldSubject::Contract).map(|hold| hold.subject.as_str()).collect();
    if tickets.is_empty() && contracts.is_empty() {
        return Ok(None);
    }
    let theirs = reads.find::<ticket::Entity>().filter(ticket::Column::RequesterId.eq(person)).select_only();
    let held = Condition::any().add(ticket::Column::Id.is_in(tickets)).add(ticket::Column::Contract.is_in(contracts));
    let theirs = theirs.columns([ticket::Column::Id, ticket::Column::Contract]).filter(held).limit(1).into_tuple();
    let theirs: Option<(Uuid, String)> = theirs.one(reads.connection()).await?;
    Ok(theirs.and_then(|(id, contract)| {
        standing
            .iter()
            .find(|hold| hold.subject == id.to_string() || hold.kind == HoldSubject::Contract && hold.subject == contract)
            .cloned()
    }))
}

fn to_domain(row: legal_hold::Model) -> Result<LegalHold, DbErr> {
    let lifted =
        row.lifted_by.zip(row.lifted_at).map(|(by, at)| Lifted { by, at: instant(at), reason: row.lift_reason.unwrap_or_default() });
    Ok(LegalHold {
        id: row.id,
        kind: HoldSubject::named(&row.kind).ok_or_else(|| broken("a kind of hold"))?,
        subject: row.subject,
        reason: row.reason,
        placed_by: row.placed_by,
        placed_at: instant(row.placed_at),
        lifted,
    })
}
