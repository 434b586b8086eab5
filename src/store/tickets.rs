//! Tickets, with the clocks and the ladder position that are kept beside them as an index.

use entity::{clock, escalation, external_reference, ticket};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use uuid::Uuid;

use super::lists::{NO_RANK, NOT_DUE};
use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, broken, instant, search};
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::ticket::{Channel, ClockIndex, Settled, Ticket};
use crate::domain::workflow;

/// How a ticket is addressed: by its id or its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketRef {
    /// Its id.
    Id(Uuid),
    /// Its number.
    Number(TicketType, i64),
}

/// What a ticket is called in another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalReference {
    /// The system.
    pub system: String,
    /// The name there.
    pub reference: String,
}

/// One ticket; `None` outside the scope, too.
pub async fn find(reads: &impl Reads, ticket: TicketRef) -> Result<Option<Ticket>, DbErr> {
    let found = reads.find::<ticket::Entity>().filter(addressed(ticket)).one(reads.connection()).await?;
    found.map(to_domain).transpose()
}

/// The same, held against other writers until the transaction ends.
pub async fn lock(tx: &Tx, ticket: TicketRef) -> Result<Option<Ticket>, DbErr> {
    let found = tx.find::<ticket::Entity>().filter(addressed(ticket)).lock_exclusive().one(tx.connection()).await?;
    found.map(to_domain).transpose()
}

fn addressed(ticket: TicketRef) -> Condition {
    match ticket {
        TicketRef::Id(id) => Condition::all().add(ticket::Column::Id.eq(id)),
        TicketRef::Number(kind, number) => {
            Condition::all().add(ticket::Column::Number.eq(number)).add(ticket::Column::RegisteredAs.eq(kind.as_str()))
        }
    }
}

/// A number for a new ticket: unique and rising, gaps allowed.
pub async fn next_number(tx: &Tx) -> Result<i64, DbErr> {
    let sql = match tx.backend() {
        Backend::Postgres => "SELECT nextval('ticket_number') AS number",
        Backend::Sqlite => "SELECT COALESCE(MAX(number), 1000) + 1 AS number FROM ticket",
    };
    let row = tx.connection().query_one_raw(Statement::from_string(tx.backend().into(), sql)).await?;
    row.ok_or_else(|| broken("a number"))?.try_get("", "number")
}

/// Writes a new ticket with its index and its words.
pub async fn insert(tx: &Tx, ticket: &Ticket, settled: &Settled) -> Result<(), DbErr> {
    let row = to_row(ticket, settled).into_active_model();
    ticket::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    search::put_new(tx, ticket).await?;
    put_clocks(tx, ticket, &settled.clocks).await?;
    put_position(tx, ticket, settled).await
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
    put_clocks(tx, ticket, &settled.clocks).await?;
    put_position(tx, ticket, settled).await
}

/// Tickets with something due by `now`, each held by this transaction, those held by another left out.
pub async fn claim_due(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Ticket>, DbErr> {
    let due = tx.find::<ticket::Entity>().filter(ticket::Column::NextFireAt.lte(now.to_utc()));
    let due = due.order_by_asc(ticket::Column::NextFireAt).limit(limit);
    let due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    due.all(tx.connection()).await?.into_iter().map(to_domain).collect()
}

/// The tickets of a contract that were open at some moment of `[from, to)`.
pub async fn open_between(reads: &impl Reads, contract: &str, from: Instant, to: Instant) -> Result<Vec<Ticket>, DbErr> {
    let rows = reads
        .find::<ticket::Entity>()
        .filter(ticket::Column::Contract.eq(contract))
        .filter(ticket::Column::OpenedAt.lt(to.to_utc()))
        .filter(ticket::Column::ClosedAt.is_null().or(ticket::Column::ClosedAt.gte(from.to_utc())))
        .order_by_asc(ticket::Column::Number);
    rows.all(reads.connection()).await?.into_iter().map(to_domain).collect()
}

/// When the next ticket is due.
pub async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    let earliest = reads.find::<ticket::Entity>().select_only().column(ticket::Column::NextFireAt);
    let earliest = earliest.filter(ticket::Column::NextFireAt.is_not_null()).order_by_asc(ticket::Column::NextFireAt);
    let row: Option<chrono::DateTime<chrono::Utc>> = earliest.limit(1).into_tuple().one(reads.connection()).await?;
    Ok(row.map(instant))
}

/// Writes what a ticket is called elsewhere, to be found by it.
pub async fn insert_references(tx: &Tx, ticket: &Ticket, references: &[ExternalReference], id: impl Fn() -> Uuid) -> Result<(), DbErr> {
    if references.is_empty() {
        return Ok(());
    }
    let rows = references.iter().map(|one| external_reference::ActiveModel {
        id: Set(id()),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        system: Set(one.system.clone()),
        reference: Set(one.reference.clone()),
    });
    external_reference::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    search::put(tx, ticket).await
}

/// What tickets are called elsewhere, by ticket.
pub async fn references(reads: &impl Reads, tickets: &[Uuid]) -> Result<Vec<(Uuid, ExternalReference)>, DbErr> {
    let rows = reads.find::<external_reference::Entity>().filter(external_reference::Column::TicketId.is_in(tickets.iter().copied()));
    let rows = rows.order_by_asc(external_reference::Column::Id).all(reads.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.ticket_id, ExternalReference { system: row.system, reference: row.reference })).collect())
}

/// The ticket of an organisation that another system calls this.
pub async fn called(reads: &impl Reads, organisation: &str, one: &ExternalReference) -> Result<Option<Uuid>, DbErr> {
    let row = reads
        .find::<external_reference::Entity>()
        .filter(external_reference::Column::Organisation.eq(organisation))
        .filter(external_reference::Column::System.eq(&one.system))
        .filter(external_reference::Column::Reference.eq(&one.reference));
    Ok(row.one(reads.connection()).await?.map(|row| row.ticket_id))
}

/// A clock's id: the same for ever, from its ticket's.
pub fn clock_id(ticket: Uuid, kind: crate::domain::clock::Kind) -> Uuid {
    Uuid::new_v5(&ticket, kind.as_str().as_bytes())
}

async fn put_clocks(tx: &Tx, ticket: &Ticket, clocks: &[ClockIndex]) -> Result<(), DbErr> {
    if clocks.is_empty() {
        return Ok(());
    }
    let rows = clocks.iter().map(|index| clock_row(ticket, index));
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
    clock::Entity::insert_many(rows).on_conflict(written).exec_without_returning(tx.connection()).await?;
    Ok(())
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

async fn put_position(tx: &Tx, ticket: &Ticket, settled: &Settled) -> Result<(), DbErr> {
    let Some(row) = position_row(ticket, settled) else { return Ok(()) };
    let moved = OnConflict::columns([escalation::Column::TicketId, escalation::Column::Ladder])
        .update_columns([escalation::Column::Level, escalation::Column::LevelSinceAt])
        .to_owned();
    escalation::Entity::insert(row).on_conflict(moved).exec_without_returning(tx.connection()).await?;
    Ok(())
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
        next_due_at: settled.next_due_at.map(Instant::to_utc),
        next_fire_at: settled.next_fire_at.map(Instant::to_utc),
        version: ticket.version,
        priority_rank: settled.rank.and_then(|rank| i32::try_from(rank).ok()).unwrap_or(NO_RANK),
        due_order: settled.next_due_at.map_or(NOT_DUE, Instant::unix),
        is_open: ticket.state().is_open(),
        breached: settled.breached,
        goes_first: ticket.goes_first(),
        emergency_for_id: ticket.emergency_for,
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
        next_due_at: row.next_due_at.map(instant),
        emergency_for: row.emergency_for_id,
        version: row.version,
    })
}
