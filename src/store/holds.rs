//! Legal holds. Each counts for everybody, and is shown to those who may see what it stands on.

use entity::{calendar_amendment, inbound_mail, legal_hold, role_assignment, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::approvals;
use super::clearance::seen_of;
use super::partakers::has_part;
use super::tx::sealed::Inner as _;
use super::{Reads, Tx, accounts, broken, desk_people, erasures, former, instant, people, tickets};
use crate::domain::Instant;
use crate::domain::approval::ApprovalSubject;
use crate::domain::former::Known;
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

/// Every hold that stands, whoever may see it, oldest first: they are few.
async fn standing(reads: &impl Reads) -> Result<Vec<LegalHold>, DbErr> {
    let rows = reads.find_of_desk::<legal_hold::Entity>().filter(legal_hold::Column::LiftedAt.is_null());
    let rows = rows.order_by_asc(legal_hold::Column::PlacedAt).all(reads.connection()).await?;
    rows.into_iter().map(to_domain).collect()
}

/// A hold that keeps what somebody said and did: one that stands on them, on a ticket in which they have a part, whoever reported it, on whoever
/// reported that, or on a contract under which they have a part in anything.
pub async fn on_person(reads: &impl Reads, known: &Known) -> Result<Option<LegalHold>, DbErr> {
    let standing = standing(reads).await?;
    let of = |kind| standing.iter().filter(move |hold| hold.kind == kind);
    if let Some(own) = of(HoldSubject::Person).find(|hold| hold.subject == known.person.id.to_string()) {
        return Ok(Some(own.clone()));
    }
    if standing.is_empty() {
        return Ok(None);
    }
    let ids = |kind| of(kind).filter_map(|hold| hold.subject.parse::<Uuid>().ok()).collect::<Vec<_>>();
    let contracts: Vec<&str> = of(HoldSubject::Contract).map(|hold| hold.subject.as_str()).collect();
    let held = Condition::any()
        .add(ticket::Column::Id.is_in(ids(HoldSubject::Ticket)))
        .add(ticket::Column::RequesterId.is_in(ids(HoldSubject::Person)))
        .add(ticket::Column::Contract.is_in(contracts.iter().copied()));
    let theirs = reads.find::<ticket::Entity>().filter(held).filter(has_part(reads, known)).select_only();
    let theirs = theirs.columns([ticket::Column::Id, ticket::Column::RequesterId, ticket::Column::Contract]).limit(1).into_tuple();
    let theirs: Option<(Uuid, Option<Uuid>, String)> = theirs.one(reads.connection()).await?;
    if let Some((id, requester, contract)) = theirs {
        let keeps = |hold: &&LegalHold| match hold.kind {
            HoldSubject::Ticket => hold.subject == id.to_string(),
            HoldSubject::Person => requester.is_some_and(|requester| hold.subject == requester.to_string()),
            HoldSubject::Contract => hold.subject == contract,
        };
        return Ok(standing.iter().find(keeps).cloned());
    }
    let contract = under(reads, known, &contracts).await?;
    Ok(contract.and_then(|contract| of(HoldSubject::Contract).find(|hold| hold.subject == contract).cloned()))
}

/// One of these contracts under which somebody has a part in something else than a ticket: a mail, an amendment of a calendar, or a role, as
/// its holder or as one who signed for it.
async fn under(reads: &impl Reads, known: &Known, contracts: &[&str]) -> Result<Option<String>, DbErr> {
    let mails = reads.find::<inbound_mail::Entity>().filter(inbound_mail::Column::Contract.is_in(contracts.iter().copied()));
    let mails = mails.filter(erasures::from(known)).select_only().column(inbound_mail::Column::Contract).limit(1);
    if let Some(contract) = mails.into_tuple().one(reads.connection()).await? {
        return Ok(Some(contract));
    }
    let amendments =
        reads.find_of_desk::<calendar_amendment::Entity>().filter(calendar_amendment::Column::Contract.is_in(contracts.iter().copied()));
    let theirs = Condition::any()
        .add(calendar_amendment::Column::Actor.eq(known.person.actor().as_text()))
        .add(calendar_amendment::Column::Id.in_subquery(approvals::of_person(reads, known, ApprovalSubject::CalendarAmendment)));
    let amendments = amendments.filter(theirs).select_only().column(calendar_amendment::Column::Contract).limit(1);
    if let Some(contract) = amendments.into_tuple().one(reads.connection()).await? {
        return Ok(Some(contract));
    }
    let who = accounts::ids_of(reads, known.person.id).await?.into_iter().chain([known.person.id]);
    let roles = reads.find::<role_assignment::Entity>().filter(role_assignment::Column::Contract.is_in(contracts.iter().copied()));
    let signed = approvals::of_person(reads, known, ApprovalSubject::RoleAssignment);
    let theirs = Condition::any().add(role_assignment::Column::HolderId.is_in(who)).add(role_assignment::Column::Id.in_subquery(signed));
    let roles = roles.filter(theirs).select_only().column(role_assignment::Column::Contract);
    roles.limit(1).into_tuple().one(reads.connection()).await
}

/// Those who are held, each with all by which they are known.
pub(super) async fn held_people(reads: &impl Reads) -> Result<Vec<(LegalHold, Known)>, DbErr> {
    let mut held = Vec::new();
    for hold in standing(reads).await?.into_iter().filter(|hold| hold.kind == HoldSubject::Person) {
        let Ok(id) = hold.subject.parse() else { continue };
        let person = match people::find(reads, &[id]).await?.pop() {
            None => desk_people::find(reads, id).await?,
            known => known,
        };
        if let Some(person) = person {
            held.push((hold, former::known(reads, person).await?));
        }
    }
    Ok(held)
}

/// A hold on somebody who has a part in a ticket, whoever reported it.
pub async fn on_partaker(reads: &impl Reads, ticket: Uuid) -> Result<Option<LegalHold>, DbErr> {
    for (hold, known) in held_people(reads).await? {
        let theirs = reads.find::<ticket::Entity>().filter(ticket::Column::Id.eq(ticket)).filter(has_part(reads, &known));
        if theirs.select_only().column(ticket::Column::Id).into_tuple::<Uuid>().one(reads.connection()).await?.is_some() {
            return Ok(Some(hold));
        }
    }
    Ok(None)
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
