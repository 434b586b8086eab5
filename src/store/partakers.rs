//! Who has a part in a ticket: whoever reported or registered it, had it in hand, did something there, wrote, added a file, follows it,
//! mailed or was mailed about it, and whoever signed for something to be taken out of it.

use entity::{attachment, event, inbound_mail, message, outbound_mail, redaction, ticket, ticket_follower};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, QueryFilter, QuerySelect, QueryTrait};

use super::{Reads, approvals, erasures};
use crate::domain::Instant;
use crate::domain::approval::ApprovalSubject;
use crate::domain::former::Known;
use crate::domain::ticket::EventKind;

/// That somebody has a part in a ticket. To be asked for and not to be denied: of a ticket that nobody has in hand it may be NULL.
pub(super) fn has_part(reads: &impl Reads, known: &Known) -> Condition {
    let (id, actor) = (known.person.id, known.person.actor().as_text());
    let acted = reads.find::<event::Entity>().filter(event::Column::Actor.eq(&actor));
    // As the partial index has it.
    let of_client = Expr::cust("actor >= 'client:' AND actor < 'client;'");
    let acted = if known.person.is_of_the_desk() { acted } else { acted.filter(of_client) };
    let wrote = Condition::any().add(message::Column::PersonId.eq(id)).add(message::Column::Author.eq(&actor));
    let wrote = reads.find::<message::Entity>().filter(wrote);
    let added = reads.find::<attachment::Entity>().filter(attachment::Column::Author.eq(&actor));
    let mailed = reads.find::<inbound_mail::Entity>().filter(erasures::from(known)).filter(inbound_mail::Column::TicketId.is_not_null());
    let told = reads.find::<outbound_mail::Entity>().filter(erasures::to(known)).filter(outbound_mail::Column::TicketId.is_not_null());
    let called: Vec<_> = known.texts_at(Instant::MAX).iter().map(|text| text.to_lowercase()).chain([id.to_string()]).collect();
    let given = reads.find::<event::Entity>().filter(was_given(reads, &called));
    let follows = reads.find::<ticket_follower::Entity>().filter(ticket_follower::Column::PersonId.eq(id));
    let signed = reads.find::<redaction::Entity>().filter(redaction::Column::TicketId.is_not_null());
    let signed = signed.filter(redaction::Column::Id.in_subquery(approvals::of_person(reads, known, ApprovalSubject::Redaction)));
    Condition::any()
        .add(ticket::Column::RequesterId.eq(id))
        .add(ticket::Column::RegisteredBy.eq(&actor))
        .add(Expr::expr(Func::lower(Expr::col((ticket::Entity, ticket::Column::Assignee)))).is_in(called))
        .add(ticket::Column::Id.in_subquery(acted.select_only().column(event::Column::SubjectId).into_query()))
        .add(ticket::Column::Id.in_subquery(given.select_only().column(event::Column::SubjectId).into_query()))
        .add(ticket::Column::Id.in_subquery(wrote.select_only().column(message::Column::TicketId).into_query()))
        .add(ticket::Column::Id.in_subquery(added.select_only().column(attachment::Column::TicketId).into_query()))
        .add(ticket::Column::Id.in_subquery(mailed.select_only().column(inbound_mail::Column::TicketId).into_query()))
        .add(ticket::Column::Id.in_subquery(follows.select_only().column(ticket_follower::Column::TicketId).into_query()))
        .add(ticket::Column::Id.in_subquery(signed.select_only().column(redaction::Column::TicketId).into_query()))
        .add(ticket::Column::Id.in_subquery(told.select_only().column(outbound_mail::Column::TicketId).into_query()))
}

/// That a ticket was given to somebody who is called one of these, in small letters.
fn was_given(reads: &impl Reads, called: &[String]) -> Condition {
    let assignee = match reads.connection().get_database_backend() {
        DbBackend::Sqlite => "json_extract(data, '$.assignee')",
        _ => "data->>'assignee'",
    };
    let kinds = [EventKind::Assigned, EventKind::Unassigned].map(EventKind::as_str);
    Condition::all()
        .add(event::Column::Kind.is_in(kinds))
        .add(Expr::expr(Func::lower(Expr::cust(assignee))).is_in(called.iter().map(String::as_str)))
}
