//! Tickets, with the clocks and the ladder position that are kept beside them as an index.

use entity::{clock, escalation, external_reference, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use super::lists::{NO_RANK, NOT_DUE};
use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, broken, insert_rows, instant};
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::ticket::{Channel, ClockIndex, ExternalReference, NextDue, Settled, Ticket, TicketRef, clock_id};
use crate::domain::workflow;

/// One ticket; `None` outside the scope, too.
pub async fn find(reads: &impl Reads, ticket: TicketRef) -> Result<Option<Ticket>, DbErr> {
    let found = reads.find::<ticket::Entity>().filter(addressed(ticket)).one(reads.connection()).await?;
    found.map(to_domain).transpose()
}

/// The same, held against other writers until the transaction ends.
pub async fn lock(tx: &Tx, ticket: TicketRef) -> Result<Option<Ticket>, DbErr> {
    Ok(lock_all(tx, &[ticket]).await?.pop())
}

/// Several tickets, held in the same way: every transaction takes them in the order of their ids, so that two never wait for each
/// other. A transaction that needs several asks for them at once, here.
pub async fn lock_all(tx: &Tx, tickets: &[TicketRef]) -> Result<Vec<Ticket>, DbErr> {
    let any = tickets.iter().fold(Condition::any(), |any, one| any.add(addressed(*one)));
    let found = tx.find::<ticket::Entity>().filter(any).order_by_asc(ticket::Column::Id).lock(HELD).all(tx.connection()).await?;
    found.into_iter().map(to_domain).collect()
}

/// A ticket's key never changes, so a row that points at it need not wait for who holds it.
const HELD: LockType = LockType::NoKeyUpdate;

pub(super) fn addressed(ticket: TicketRef) -> Condition {
    match ticket {
        TicketRef::Id(id) => Condition::all().add(ticket::Column::Id.eq(id)),
        TicketRef::Number(kind, number) => {
            Condition::all().add(ticket::Column::Number.eq(number)).add(ticket::Column::RegisteredAs.eq(kind.as_str()))
        }
    }
}

/// Several tickets, in no order.
pub async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Ticket>, DbErr> {
    let rows = reads.find::<ticket::Entity>().filter(ticket::Column::Id.is_in(ids.iter().copied())).all(reads.connection()).await?;
    rows.into_iter().map(to_domain).collect()
}

/// Numbers for new tickets: unique and rising, gaps allowed.
pub async fn next_numbers(tx: &Tx, count: usize) -> Result<Vec<i64>, DbErr> {
    let sql = match tx.backend() {
        Backend::Postgres => format!("SELECT nextval('ticket_number') AS number FROM generate_series(1, {count})"),
        Backend::Sqlite => "SELECT COALESCE(MAX(number), 1000) + 1 AS number FROM ticket".to_owned(),
    };
    let rows = tx.connection().query_all_raw(Statement::from_string(tx.backend().into(), sql)).await?;
    let numbers = rows.iter().map(|row| row.try_get("", "number")).collect::<Result<Vec<i64>, _>>()?;
    match (tx.backend(), numbers.first()) {
        (Backend::Sqlite, Some(first)) => Ok((*first..).take(count).collect()),
        _ => Ok(numbers),
    }
}

/// Writes new tickets with their index.
pub async fn insert(tx: &Tx, tickets: &[(&Ticket, &Settled)]) -> Result<(), DbErr> {
    let rows = tickets.iter().map(|(ticket, settled)| to_row(ticket, settled).into_active_model()).collect();
    insert_rows::<ticket::Entity>(tx, rows, None).await?;
    put_clocks(tx, tickets).await?;
    put_positions(tx, tickets).await
}

/// Writes a ticket over its former row, with its index. Its words stay: a change of texts puts them anew (`search::put`).
pub async fn update(tx: &Tx, ticket: &Ticket, settled: &Settled) -> Result<(), DbErr> {
    let mut row = to_row(ticket, settled).into_active_model().reset_all();
    row.id = sea_orm::ActiveValue::Unchanged(ticket.id);
    ticket::Entity::update(row).exec(tx.connection()).await?;
    if settled.clocks.len() < crate::domain::clock::Kind::ALL.len() {
        let shown = settled.clocks.iter().map(|index| index.clock.kind.as_str());
        let hidden = clock::Column::TicketId.eq(ticket.id).and(clock::Column::Kind.is_not_in(shown));
        clock::Entity::delete_many().filter(hidden).exec(tx.connection()).await?;
    }
    put_clocks(tx, &[(ticket, settled)]).await?;
    put_positions(tx, &[(ticket, settled)]).await
}

/// Tickets with something due by `now`, whatever else is in their rows; each held by this transaction, those held by another
/// left out.
pub async fn claim_due(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let due = tx.find::<ticket::Entity>().select_only().column(ticket::Column::Id).filter(ticket::Column::NextFireAt.lte(now.to_utc()));
    let due = due.order_by_asc(ticket::Column::NextFireAt).limit(limit);
    let due = due.lock_with_behavior(HELD, LockBehavior::SkipLocked);
    due.into_tuple().all(tx.connection()).await
}

/// Lets a ticket's timers wait until then.
pub async fn put_off(tx: &Tx, ticket: Uuid, until: Instant) -> Result<(), DbErr> {
    let waits = ticket::Entity::update_many().col_expr(ticket::Column::NextFireAt, Expr::value(Some(until.to_utc())));
    waits.filter(ticket::Column::Id.eq(ticket)).exec(tx.connection()).await.map(drop)
}

/// The tickets of a contract that were open at some moment of `[from, to)`, as they now stand.
pub async fn ids_open_between(reads: &impl Reads, contract: &str, from: Instant, to: Instant) -> Result<Vec<Uuid>, DbErr> {
    ids_reported_before(reads, contract, to, ticket::Column::ClosedAt.gte(from.to_utc())).await
}

/// The tickets of a contract that may have been open in `[from, to)` as known at any instant since: whatever was closed and left alone
/// before it is none of them.
pub async fn ids_in_reach(reads: &impl Reads, contract: &str, from: Instant, to: Instant) -> Result<Vec<Uuid>, DbErr> {
    ids_reported_before(reads, contract, to, ticket::Column::UpdatedAt.gte(from.to_utc())).await
}

/// Those that are not closed, or else are as asked.
async fn ids_reported_before(reads: &impl Reads, contract: &str, to: Instant, or: Expr) -> Result<Vec<Uuid>, DbErr> {
    let own = reads.find::<ticket::Entity>().filter(ticket::Column::Contract.eq(contract));
    let own = own.filter(ticket::Column::OpenedAt.lt(to.to_utc())).filter(ticket::Column::ClosedAt.is_null().or(or));
    let ids = own.select_only().column(ticket::Column::Id).order_by_asc(ticket::Column::Number);
    ids.into_tuple().all(reads.connection()).await
}

/// How many tickets of a contract were reported in `[from, until)`.
pub async fn opened_between(reads: &impl Reads, contract: &str, from: Instant, until: Instant) -> Result<u64, DbErr> {
    let own = reads.find::<ticket::Entity>().filter(ticket::Column::Contract.eq(contract));
    let own = own.filter(ticket::Column::OpenedAt.gte(from.to_utc())).filter(ticket::Column::OpenedAt.lt(until.to_utc()));
    own.count(reads.connection()).await
}

/// How many tickets of a contract are open under each of its versions, by the version's id.
pub async fn open_by_version(reads: &impl Reads, contract: &str) -> Result<Vec<(Uuid, u64)>, DbErr> {
    let open = reads.find::<ticket::Entity>().filter(ticket::Column::Contract.eq(contract)).filter(ticket::Column::IsOpen.eq(true));
    let counted = open.select_only().column(ticket::Column::ContractVersionId).column_as(ticket::Column::Id.count(), "open");
    let rows: Vec<(Uuid, i64)> = counted.group_by(ticket::Column::ContractVersionId).into_tuple().all(reads.connection()).await?;
    Ok(rows.into_iter().map(|(version, count)| (version, u64::try_from(count).unwrap_or_default())).collect())
}

/// When the next ticket is due.
pub async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    let earliest = reads.find::<ticket::Entity>().select_only().column(ticket::Column::NextFireAt);
    let earliest = earliest.filter(ticket::Column::NextFireAt.is_not_null()).order_by_asc(ticket::Column::NextFireAt);
    let row: Option<chrono::DateTime<chrono::Utc>> = earliest.limit(1).into_tuple().one(reads.connection()).await?;
    Ok(row.map(instant))
}

/// Writes what new tickets are called elsewhere.
pub async fn insert_references<'a>(
    tx: &Tx,
    named: impl Iterator<Item = (&'a Ticket, &'a [ExternalReference])>,
    id: impl Fn() -> Uuid,
) -> Result<(), DbErr> {
    let named = named.flat_map(|(ticket, references)| references.iter().map(move |one| (ticket, one)));
    let mut named: Vec<_> = named.map(|(ticket, one)| (&ticket.organisation, &one.system, &one.reference, ticket.id, id())).collect();
    // Who writes the same name waits for the other: in one order, nobody waits for who waits.
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

/// What tickets are called elsewhere, by ticket.
pub async fn references(reads: &impl Reads, tickets: &[Uuid]) -> Result<Vec<(Uuid, ExternalReference)>, DbErr> {
    let rows = reads.find::<external_reference::Entity>().filter(external_reference::Column::TicketId.is_in(tickets.iter().copied()));
    let rows = rows.order_by_asc(external_reference::Column::Id).all(reads.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.ticket_id, ExternalReference { system: row.system, reference: row.reference })).collect())
}

/// The tickets of organisations that other systems call so: the organisation, the name and the ticket.
pub async fn called(
    reads: &impl Reads,
    organisations: &[&str],
    names: &[&ExternalReference],
) -> Result<Vec<(String, ExternalReference, Uuid)>, DbErr> {
    let rows = reads
        .find::<external_reference::Entity>()
        .filter(external_reference::Column::Organisation.is_in(organisations.iter().copied()))
        .filter(external_reference::Column::System.is_in(names.iter().map(|one| one.system.as_str())))
        .filter(external_reference::Column::Reference.is_in(names.iter().map(|one| one.reference.as_str())));
    let rows = rows.all(reads.connection()).await?.into_iter();
    Ok(rows.map(|row| (row.organisation, ExternalReference { system: row.system, reference: row.reference }, row.ticket_id)).collect())
}

async fn put_clocks(tx: &Tx, tickets: &[(&Ticket, &Settled)]) -> Result<(), DbErr> {
    let of_ticket =
        |(ticket, settled): &(&Ticket, &Settled)| settled.clocks.iter().map(|index| clock_row(ticket, index)).collect::<Vec<_>>();
    let rows = tickets.iter().flat_map(of_ticket).collect();
    let written = OnConflict::columns([clock::Column::TicketId, clock::Column::Kind])
        .update_columns([
            clock::Column::State,
            clock::Column::Calendar,
            clock::Column::Priority,
            clock::Column::Tier,
            clock::Column::StartedAt,
            clock::Column::StoppedAt,
            clock::Column::DueAt,
            clock::Column::ElapsedSeconds,
            clock::Column::HeldSeconds,
            clock::Column::Goals,
        ])
        .to_owned();
    insert_rows::<clock::Entity>(tx, rows, Some(written)).await.map(drop)
}

pub(super) fn clock_row(ticket: &Ticket, index: &ClockIndex) -> clock::ActiveModel {
    let clock = &index.clock;
    let stopped = |seconds: i64| clock.state.is_stopped().then_some(seconds);
    clock::ActiveModel {
        id: Set(clock_id(ticket.id, clock.kind)),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        contract: Set(ticket.contract.clone()),
        kind: Set(clock.kind.as_str().to_owned()),
        state: Set(clock.state.as_str().to_owned()),
        calendar: Set(index.calendar.clone()),
        priority: Set(index.priority.clone()),
        tier: Set(index.tier.clone()),
        opened_at: Set(ticket.opened_at.to_utc()),
        started_at: Set(clock.started_at.map(Instant::to_utc)),
        stopped_at: Set(clock.stopped_at.map(Instant::to_utc)),
        due_at: Set(index.due_at.map(Instant::to_utc)),
        elapsed_seconds: Set(stopped(clock.elapsed_seconds)),
        held_seconds: Set(stopped(clock.held_seconds)),
        goals: Set(serde_json::to_value(&clock.goals).unwrap_or_default()),
    }
}

pub(super) fn position_row(ticket: &Ticket, settled: &Settled) -> Option<escalation::ActiveModel> {
    let (ladder, position) = settled.position.as_ref()?;
    Some(escalation::ActiveModel {
        id: Set(Uuid::new_v5(&ticket.id, ladder.as_bytes())),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        ladder: Set(ladder.clone()),
        level: Set(i32::try_from(position.level).unwrap_or(i32::MAX)),
        level_since_at: Set(position.since.to_utc()),
    })
}

async fn put_positions(tx: &Tx, tickets: &[(&Ticket, &Settled)]) -> Result<(), DbErr> {
    let row = |(ticket, settled): &(&Ticket, &Settled)| position_row(ticket, settled);
    let moved = OnConflict::columns([escalation::Column::TicketId, escalation::Column::Ladder])
        .update_columns([escalation::Column::Level, escalation::Column::LevelSinceAt])
        .to_owned();
    insert_rows::<escalation::Entity>(tx, tickets.iter().filter_map(row).collect(), Some(moved)).await.map(drop)
}

pub(super) fn to_row(ticket: &Ticket, settled: &Settled) -> ticket::Model {
    ticket::Model {
        id: ticket.id,
        number: ticket.number,
        organisation: ticket.organisation.clone(),
        contract: ticket.contract.clone(),
        contract_version_id: ticket.contract_version_id,
        kind: ticket.kind.as_str().to_owned(),
        registered_as: ticket.registered_as.as_str().to_owned(),
        tier: ticket.tier.clone(),
        title: ticket.title.clone(),
        description: ticket.description.clone(),
        phase: ticket.phase.name.to_owned(),
        state: ticket.state().as_str().to_owned(),
        waiting_cause: ticket.waiting_cause.clone(),
        priority: ticket.priority.clone(),
        proposed_priority: ticket.proposed_priority.clone(),
        priority_motivation: ticket.priority_motivation.clone(),
        channel: ticket.channel.as_str().to_owned(),
        requester_id: ticket.requester_id,
        assignee: ticket.assignee.clone(),
        team: ticket.team.clone(),
        opened_at: ticket.opened_at.to_utc(),
        recorded_at: ticket.recorded_at.to_utc(),
        updated_at: ticket.updated_at.to_utc(),
        resolved_at: ticket.resolved_at.map(Instant::to_utc),
        closed_at: ticket.closed_at.map(Instant::to_utc),
        next_due_at: settled.next_due.map(|due| due.at.to_utc()),
        next_due_provisional: settled.next_due.is_some_and(|due| due.provisional),
        next_fire_at: settled.next_fire_at.map(Instant::to_utc),
        version: ticket.version,
        priority_rank: settled.rank.and_then(|rank| i32::try_from(rank).ok()).unwrap_or(NO_RANK),
        due_order: settled.next_due.map_or(NOT_DUE, |due| due.at.unix()),
        is_open: ticket.state().is_open(),
        breached: settled.breached,
        goes_first: ticket.goes_first(),
        emergency_for_id: ticket.emergency_for,
        client_version: ticket.client_version,
        client_updated_at: ticket.client_updated_at.to_utc(),
    }
}

pub(super) fn to_domain(row: ticket::Model) -> Result<Ticket, DbErr> {
    let kind: TicketType = row.kind.parse().map_err(|_unknown| broken("a ticket type"))?;
    let registered_as = row.registered_as.parse().map_err(|_unknown| broken("a ticket type"))?;
    Ok(Ticket {
        id: row.id,
        number: row.number,
        organisation: row.organisation,
        contract: row.contract,
        contract_version_id: row.contract_version_id,
        kind,
        registered_as,
        tier: row.tier,
        title: row.title,
        description: row.description,
        phase: workflow::phase_named(kind, &row.phase).ok_or_else(|| broken("a phase"))?,
        waiting_cause: row.waiting_cause,
        priority: row.priority,
        proposed_priority: row.proposed_priority,
        priority_motivation: row.priority_motivation,
        channel: Channel::named(&row.channel).ok_or_else(|| broken("a channel"))?,
        requester_id: row.requester_id,
        assignee: row.assignee,
        team: row.team,
        opened_at: instant(row.opened_at),
        recorded_at: instant(row.recorded_at),
        updated_at: instant(row.updated_at),
        resolved_at: row.resolved_at.map(instant),
        closed_at: row.closed_at.map(instant),
        next_due: row.next_due_at.map(|at| NextDue { at: instant(at), provisional: row.next_due_provisional }),
        emergency_for: row.emergency_for_id,
        version: row.version,
        client_version: row.client_version,
        client_updated_at: instant(row.client_updated_at),
    })
}
