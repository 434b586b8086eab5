//! The rows of a ticket: its own, and those beside it that index its history.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{clock, escalation, ticket};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{ROW_LOCK, followers, links, tags};
use crate::domain::Instant;
use crate::domain::clock::Kind;
use crate::domain::contract::TicketType;
use crate::domain::history::IndexRebuilt;
use crate::domain::ticket::escalation::Position;
use crate::domain::ticket::part::Planned;
use crate::domain::ticket::specify::About;
use crate::domain::ticket::{Channel, ClockIndex, EventData, NextDue, Settled, Ticket, TicketRef, clock_id, kinds};
use crate::domain::workflow::{FaultLocation, Handling, Question, Step, SupportLine};
use crate::store::record::{Record, Rows};
use crate::store::row::{Row, Stored};
use crate::store::tx::sealed::Inner as _;
use crate::store::{Reads, Tx, broken, insert_rows, instant, search};

/// The stored rank of a ticket without a priority: sorts last.
pub(in crate::store) const NO_RANK: i32 = i32::MAX;
/// The stored due time of a ticket with nothing due: sorts last.
pub(in crate::store) const NOT_DUE: i64 = i64::MAX;

impl Rows for Ticket {
    const NAME: &'static str = "ticket";

    async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Self>, DbErr> {
        super::with_ids(reads, ids).await
    }

    async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Self>, DbErr> {
        super::lock(tx, TicketRef::Id(id)).await
    }

    async fn insert(tx: &Tx, new: &[&Record<Self>]) -> Result<(), DbErr> {
        let rows = new.iter().map(|record| to_row(&record.subject, &record.index).into_active_model()).collect();
        insert_rows::<ticket::Entity>(tx, rows, None).await?;
        put_clocks(tx, new).await?;
        links::put_new(tx, new).await?;
        put_positions(tx, new).await?;
        search::add_reasons(tx, new.iter().map(|record| (&record.subject, record.added.as_slice()))).await
    }

    /// Of the search index only the reasons of its events are written: whoever changes a text calls `index`.
    async fn update(tx: &Tx, record: &Record<Self>) -> Result<(), DbErr> {
        let Record { subject: ticket, index: settled, .. } = record;
        let mut row = to_row(ticket, settled).into_active_model().reset_all();
        row.id = Unchanged(ticket.id);
        ticket::Entity::update(row).exec(tx.connection()).await?;
        if settled.clocks.len() < Kind::ALL.len() {
            let shown = settled.clocks.iter().map(|index| index.clock.kind.as_str());
            let hidden = clock::Column::TicketId.eq(ticket.id).and(clock::Column::Kind.is_not_in(shown));
            clock::Entity::delete_many().filter(hidden).exec(tx.connection()).await?;
        }
        put_clocks(tx, &[record]).await?;
        put_positions(tx, &[record]).await?;
        links::put(tx, record).await?;
        tags::put(tx, record).await?;
        followers::put(tx, record).await?;
        search::add_reasons(tx, [(ticket, record.added.as_slice())].into_iter()).await
    }

    async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
        let earliest = reads.find::<ticket::Entity>().select_only().column(ticket::Column::NextFireAt);
        let earliest = earliest.filter(ticket::Column::NextFireAt.is_not_null()).order_by_asc(ticket::Column::NextFireAt);
        let row: Option<DateTime<Utc>> = earliest.limit(1).into_tuple().one(reads.connection()).await?;
        Ok(row.map(instant))
    }

    async fn claim_due(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Uuid>, DbErr> {
        let due = tx.find::<ticket::Entity>().select_only().column(ticket::Column::Id).filter(ticket::Column::NextFireAt.lte(now.to_utc()));
        let due = due.order_by_asc(ticket::Column::NextFireAt).limit(limit);
        due.lock_with_behavior(ROW_LOCK, LockBehavior::SkipLocked).into_tuple().all(tx.connection()).await
    }

    async fn put_off(tx: &Tx, id: Uuid, until: Instant) -> Result<(), DbErr> {
        let waits = ticket::Entity::update_many().col_expr(ticket::Column::NextFireAt, Expr::value(Some(until.to_utc())));
        waits.filter(ticket::Column::Id.eq(id)).exec(tx.connection()).await.map(drop)
    }

    async fn stored_after(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Stored<Self>>, DbErr> {
        let connection = reads.connection();
        let mut page = reads.find::<ticket::Entity>().order_by_asc(ticket::Column::Id).limit(limit);
        if let Some(last) = last {
            page = page.filter(ticket::Column::Id.gt(last));
        }
        let tickets = page.all(connection).await?;
        let ids: Vec<_> = tickets.iter().map(|row| row.id).collect();
        let mut beside: HashMap<Uuid, Vec<Row>> = HashMap::new();
        let clocks = reads.find::<clock::Entity>().filter(clock::Column::TicketId.is_in(ids.iter().copied()));
        for row in clocks.all(connection).await? {
            let (of, name) = (row.ticket_id, format!("clock.{}", row.kind));
            beside.entry(of).or_default().push(Row::of(name, &row.into_active_model()));
        }
        links::stored(reads, &ids, &mut beside).await?;
        tags::stored(reads, &ids, &mut beside).await?;
        followers::stored(reads, &ids, &mut beside).await?;
        let positions = reads.find::<escalation::Entity>().filter(escalation::Column::TicketId.is_in(ids));
        for row in positions.all(connection).await? {
            let (of, name) = (row.ticket_id, format!("escalation.{}", row.ladder));
            // After a change of type, the position on the old type's ladder is kept.
            beside.entry(of).or_default().push(Row::of(name, &row.into_active_model()).that_outlives());
        }
        let stored = |row: ticket::Model| {
            let own = Row::of("ticket", &row.clone().into_active_model());
            let rows = std::iter::once(own).chain(beside.remove(&row.id).unwrap_or_default()).collect();
            Ok(Stored { next_fire_at: row.next_fire_at.map(instant), rows, subject: to_domain(reads, row)? })
        };
        tickets.into_iter().map(stored).collect()
    }

    fn rows(record: &Record<Self>) -> Vec<Row> {
        let Record { subject: ticket, index: settled, .. } = record;
        let own = Row::of("ticket", &to_row(ticket, settled).into_active_model());
        let clocks = settled.clocks.iter().map(|index| Row::of(format!("clock.{}", index.clock.kind.as_str()), &clock_row(ticket, index)));
        let position = settled
            .position
            .iter()
            .map(|(ladder, position)| Row::of(format!("escalation.{ladder}"), &position_row(ticket, ladder, position)).that_outlives());
        std::iter::once(own)
            .chain(clocks)
            .chain(position)
            .chain(links::rows(record))
            .chain(tags::rows(record))
            .chain(followers::rows(record))
            .collect()
    }

    fn label(&self) -> String {
        self.reference()
    }

    async fn labels(reads: &impl Reads, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, DbErr> {
        let rows = reads.find::<ticket::Entity>().filter(ticket::Column::Id.is_in(ids.iter().copied())).select_only();
        let rows = rows.columns([ticket::Column::Id, ticket::Column::Number, ticket::Column::RegisteredAs, ticket::Column::Flags]);
        let rows: Vec<(Uuid, i64, String, i32)> = rows.into_tuple().all(reads.connection()).await?;
        // Whoever is told which one it is learns that it is there.
        for (id, .., flags) in &rows {
            reads.note_shown(*id, (*flags).into());
        }
        let prefix = |kind: &str| kind.parse::<TicketType>().map_or("?", TicketType::prefix);
        Ok(rows.into_iter().map(|(id, number, kind, _)| (id, format!("{}-{number}", prefix(&kind)))).collect())
    }

    fn rebuilt(differences: IndexRebuilt) -> EventData {
        EventData::IndexRebuilt(differences)
    }
}

/// What becomes of rows that are there already. New tickets have none, and whoever reports one for a colleague sees no row to compare with:
/// row-level security would refuse them.
fn unless_new(records: &[&Record<Ticket>], written: OnConflict) -> Option<OnConflict> {
    records.iter().any(|record| record.stored > 0).then_some(written)
}

async fn put_clocks(tx: &Tx, records: &[&Record<Ticket>]) -> Result<(), DbErr> {
    let of_record = |record: &&Record<Ticket>| {
        let clocks = record.index.clocks.iter();
        clocks.map(|index| clock_row(&record.subject, index)).collect::<Vec<_>>()
    };
    let rows = records.iter().flat_map(of_record).collect();
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
    insert_rows::<clock::Entity>(tx, rows, unless_new(records, written)).await.map(drop)
}

fn clock_row(ticket: &Ticket, index: &ClockIndex) -> clock::ActiveModel {
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

fn position_row(ticket: &Ticket, ladder: &str, position: &Position) -> escalation::ActiveModel {
    escalation::ActiveModel {
        id: Set(Uuid::new_v5(&ticket.id, ladder.as_bytes())),
        ticket_id: Set(ticket.id),
        organisation: Set(ticket.organisation.clone()),
        ladder: Set(ladder.to_owned()),
        level: Set(i32::try_from(position.level).unwrap_or(i32::MAX)),
        level_since_at: Set(position.since.to_utc()),
    }
}

async fn put_positions(tx: &Tx, records: &[&Record<Ticket>]) -> Result<(), DbErr> {
    let of_record = |record: &&Record<Ticket>| {
        let (ladder, position) = record.index.position.as_ref()?;
        Some(position_row(&record.subject, ladder, position))
    };
    let moved = OnConflict::columns([escalation::Column::TicketId, escalation::Column::Ladder])
        .update_columns([escalation::Column::Level, escalation::Column::LevelSinceAt])
        .to_owned();
    insert_rows::<escalation::Entity>(tx, records.iter().filter_map(of_record).collect(), unless_new(records, moved)).await.map(drop)
}

fn to_row(ticket: &Ticket, settled: &Settled) -> ticket::Model {
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
        phase: ticket.phase.step.to_string(),
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
        at_risk: settled.at_risk,
        long_open_at: ticket.long_open_at.map(Instant::to_utc),
        awaited: ticket.awaited.iter().map(|question| question.as_str()).collect::<Vec<_>>().join(" "),
        called_outside_hours: ticket.called_outside_hours,
        goes_first: ticket.goes_first(),
        emergency_for_id: ticket.emergency_for,
        client_version: ticket.client_version,
        client_updated_at: ticket.client_updated_at.to_utc(),
        flags: ticket.flags.into(),
        registered_by: ticket.registered_by.clone(),
        destroyed_at: ticket.destroyed_at.map(Instant::to_utc),
        third_party: ticket.third_party.clone(),
        line: ticket.line.to_string(),
        system_fault: ticket.is_system_fault,
        variant: ticket.about.variant.clone(),
        service: ticket.about.service.clone(),
        category: ticket.about.category.clone(),
        fault_location: ticket.about.fault_location.map(|location| location.to_string()),
        wanted_by_date: ticket.about.wanted_by_date,
        item: ticket.item.clone(),
        out_of_scope: ticket.out_of_scope,
        is_major: ticket.is_major,
        handling: ticket.handling.map(|handling| handling.to_string()),
        needs_attention: ticket.needs_attention,
        planned_from_at: ticket.planned.map(|planned| planned.starts_at.to_utc()),
        planned_until_at: ticket.planned.map(|planned| planned.ends_at.to_utc()),
        merged_into_id: ticket.merged_into,
        response_teams: ticket.response_teams.join(" "),
    }
}

fn named<T>(code: Option<String>, read: impl Fn(&str) -> Option<T>, what: &'static str) -> Result<Option<T>, DbErr> {
    code.map(|code| read(&code).ok_or_else(|| broken(what))).transpose()
}

/// The only way from a row to a ticket, so that none that few may see is read unnoted.
pub(in crate::store) fn to_domain(reads: &impl Reads, row: ticket::Model) -> Result<Ticket, DbErr> {
    reads.note_shown(row.id, row.flags.into());
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
        phase: Step::named(&row.phase).and_then(|step| kinds::phase_of(kind, step)).ok_or_else(|| broken("a phase"))?,
        waiting_cause: row.waiting_cause,
        priority: row.priority,
        proposed_priority: row.proposed_priority,
        priority_motivation: row.priority_motivation,
        channel: Channel::named(&row.channel).ok_or_else(|| broken("a channel"))?,
        requester_id: row.requester_id,
        registered_by: row.registered_by,
        flags: row.flags.into(),
        assignee: row.assignee,
        team: row.team,
        opened_at: instant(row.opened_at),
        recorded_at: instant(row.recorded_at),
        updated_at: instant(row.updated_at),
        resolved_at: row.resolved_at.map(instant),
        closed_at: row.closed_at.map(instant),
        next_due: row.next_due_at.map(|at| NextDue { at: instant(at), provisional: row.next_due_provisional }),
        long_open_at: row.long_open_at.map(instant),
        awaited: row.awaited.split_whitespace().filter_map(Question::named).collect(),
        called_outside_hours: row.called_outside_hours,
        emergency_for: row.emergency_for_id,
        destroyed_at: row.destroyed_at.map(instant),
        third_party: row.third_party,
        line: SupportLine::named(&row.line).ok_or_else(|| broken("a line"))?,
        is_system_fault: row.system_fault,
        about: About {
            variant: row.variant,
            service: row.service,
            category: row.category,
            fault_location: named(row.fault_location, FaultLocation::named, "a fault location")?,
            wanted_by_date: row.wanted_by_date,
        },
        item: row.item,
        out_of_scope: row.out_of_scope,
        is_major: row.is_major,
        handling: named(row.handling, Handling::named, "who handled it")?,
        needs_attention: row.needs_attention,
        planned: row
            .planned_from_at
            .zip(row.planned_until_at)
            .map(|(from, until)| Planned { starts_at: instant(from), ends_at: instant(until) }),
        merged_into: row.merged_into_id,
        response_teams: row.response_teams.split_whitespace().map(str::to_owned).collect(),
        version: row.version,
        client_version: row.client_version,
        client_updated_at: instant(row.client_updated_at),
    })
}
