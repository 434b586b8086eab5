//! The rows of tickets that few may see, left out for everybody else: `Clearance::sees`, as a condition. A test holds the two against each
//! other for every combination, on both databases.

use entity::{
    attachment, clock, contact, contact_change, contact_list, destruction_item, erasure, escalation, event, external_reference,
    former_identity, former_text, inbound_mail, legal_hold, message, message_draft, obligation, outbound_mail, person, redaction,
    response_task, role_absence, role_assignment, security_signal, security_signal_note, set_aside, storage_use, ticket, ticket_change,
    ticket_follower, ticket_link, ticket_part, ticket_tag, work_log,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, IntoColumnRef, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select};

use crate::domain::history::SubjectKind;
use crate::domain::permission::{Clearance, Part};

/// A table some of whose rows may belong to a ticket.
pub trait OfTickets: EntityTrait {
    /// What its rows must meet to be seen; `None` where none is hidden.
    fn seen_with(clearance: &Clearance) -> Option<Condition>;
}

impl OfTickets for ticket::Entity {
    fn seen_with(clearance: &Clearance) -> Option<Condition> {
        let (hiding, part) = hiding(clearance)?;
        let own = |column: ticket::Column| Expr::col((ticket::Entity, column));
        let seen = Condition::any()
            .add(own(ticket::Column::Flags).is_not_in(hiding))
            .add(own(ticket::Column::RegisteredBy).eq(part.as_registrar.as_str()))
            .add_option(opened_over(clearance, own))
            .add_option(part.as_assignee.as_deref().map(|id| own(ticket::Column::Assignee).eq(id)))
            .add_option(part.as_requester.map(|id| own(ticket::Column::RequesterId).eq(id)));
        Some(seen)
    }
}

/// The rows that are seen, of rows that belong to a ticket or to none.
pub fn seen_of<E: OfTickets>(rows: Select<E>, clearance: &Clearance) -> Select<E> {
    match E::seen_with(clearance) {
        Some(seen) => rows.filter(seen),
        None => rows,
    }
}

/// That a right over its organisation opens a ticket; `None` for whoever has no such right.
fn opened_over(clearance: &Clearance, its: impl Fn(ticket::Column) -> Expr) -> Option<Condition> {
    let over = clearance.hiding_over();
    let opened = over.iter().map(|(organisation, hiding)| {
        let hiding = hiding.iter().copied().map(i32::from);
        its(ticket::Column::Organisation).eq(*organisation).and(its(ticket::Column::Flags).is_not_in(hiding))
    });
    (!over.is_empty()).then(|| opened.fold(Condition::any(), Condition::add))
}

/// The stored combinations of flags that hide a ticket, and what undoes that.
fn hiding(clearance: &Clearance) -> Option<(Vec<i32>, &Part)> {
    let hiding: Vec<i32> = clearance.hiding().into_iter().map(i32::from).collect();
    match clearance {
        Clearance::Of { part, .. } if !hiding.is_empty() => Some((hiding, part)),
        _ => None,
    }
}

/// That a row's ticket, if it has one, is not hidden. It is looked up by its key, among those with a flag.
fn of_ticket<C: ColumnTrait>(clearance: &Clearance, column: C) -> Option<Condition> {
    let (hiding, part) = hiding(clearance)?;
    let table = Alias::new("flagged_ticket");
    let its = |column: ticket::Column| Expr::col((table.clone(), column));
    // Each of these may be NULL, which is nobody.
    let is_not = |column: ticket::Column, own: Expr| its(column).is_null().or(its(column).ne(own));
    let mut hidden = Query::select()
        .expr(Expr::val(1))
        .from_as(ticket::Entity, table.clone())
        .and_where(its(ticket::Column::Id).eq(Expr::col(column.as_column_ref().into_column_ref())))
        .and_where(Expr::cust("flagged_ticket.flags <> 0"))
        .and_where(its(ticket::Column::Flags).is_in(hiding))
        .and_where(its(ticket::Column::RegisteredBy).ne(part.as_registrar.as_str()))
        .and_where_option(part.as_assignee.as_deref().map(|id| is_not(ticket::Column::Assignee, Expr::val(id))))
        .and_where_option(part.as_requester.map(|id| is_not(ticket::Column::RequesterId, Expr::val(id))))
        .to_owned();
    if let Some(opened) = opened_over(clearance, its) {
        hidden.cond_where(opened.not());
    }
    Some(Condition::all().add(Expr::exists(hidden).not()))
}

/// The signals that somebody recorded, whom signals do not concern.
fn own_signals(own: &str) -> SelectStatement {
    let its = |column: security_signal::Column| Expr::col((security_signal::Entity, column));
    Query::select()
        .expr(its(security_signal::Column::Id))
        .from(security_signal::Entity)
        .and_where(its(security_signal::Column::RecordedBy).eq(own))
        .to_owned()
}

impl OfTickets for security_signal::Entity {
    fn seen_with(clearance: &Clearance) -> Option<Condition> {
        clearance.own_signals().map(|own| Condition::all().add(security_signal::Column::RecordedBy.eq(own)))
    }
}

impl OfTickets for security_signal_note::Entity {
    fn seen_with(clearance: &Clearance) -> Option<Condition> {
        clearance.own_signals().map(|own| Condition::all().add(security_signal_note::Column::SignalId.in_subquery(own_signals(own))))
    }
}

/// Of tickets and of signals.
impl OfTickets for event::Entity {
    fn seen_with(clearance: &Clearance) -> Option<Condition> {
        let of_signals = clearance.own_signals().map(|own| {
            let is_other = event::Column::SubjectKind.ne(SubjectKind::SecuritySignal.as_str());
            Condition::any().add(is_other).add(event::Column::SubjectId.in_subquery(own_signals(own)))
        });
        match (of_ticket(clearance, event::Column::SubjectId), of_signals) {
            (Some(of_ticket), Some(of_signals)) => Some(of_ticket.add(of_signals)),
            (of_ticket, of_signals) => of_ticket.or(of_signals),
        }
    }
}

macro_rules! of_tickets {
    ($($table:ident: $column:ident),* $(,)?) => { $(
        impl OfTickets for $table::Entity {
            fn seen_with(clearance: &Clearance) -> Option<Condition> {
                of_ticket(clearance, $table::Column::$column)
            }
        }
    )* };
}

of_tickets!(
    attachment: TicketId,
    clock: TicketId,
    // Of a ticket or of a file of one; what is a mail, `destructions` looks up.
    destruction_item: SubjectId,
    escalation: TicketId,
    external_reference: TicketId,
    inbound_mail: TicketId,
    legal_hold: TicketId,
    message: TicketId,
    message_draft: TicketId,
    outbound_mail: TicketId,
    redaction: TicketId,
    response_task: TicketId,
    set_aside: SubjectId,
    ticket_change: TicketId,
    former_text: TicketId,
    ticket_link: TicketId,
    ticket_follower: TicketId,
    ticket_part: TicketId,
    ticket_tag: TicketId,
    work_log: TicketId,
);

macro_rules! of_no_ticket {
    ($($table:ident),*) => { $(
        impl OfTickets for $table::Entity {
            fn seen_with(_clearance: &Clearance) -> Option<Condition> {
                None
            }
        }
    )* };
}

of_no_ticket!(
    contact,
    contact_change,
    contact_list,
    erasure,
    former_identity,
    obligation,
    person,
    role_absence,
    role_assignment,
    storage_use
);
