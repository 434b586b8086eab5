//! Everything that is held of one person, section by section, page by page, as JSON.

use entity::{account, approval, attachment, contact_change, event, inbound_mail, message, outbound_mail, ticket, token};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::{Value, json};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, View, desk_people, erasures, instant};
use crate::domain::person::Person;
use crate::domain::role_assignment::{Absence, RoleAssignment};
use crate::domain::ticket::Visibility;

/// What an export has beside the person's own row, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Accounts,
    Tokens,
    Tickets,
    Messages,
    Attachments,
    MailsIn,
    MailsOut,
    Roles,
    Signatures,
    Contacts,
    Actions,
}

impl Section {
    pub const ALL: [Self; 11] = [
        Self::Accounts,
        Self::Tokens,
        Self::Tickets,
        Self::Messages,
        Self::Attachments,
        Self::MailsIn,
        Self::MailsOut,
        Self::Roles,
        Self::Signatures,
        Self::Contacts,
        Self::Actions,
    ];

    /// Its key in the export.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Tokens => "tokens",
            Self::Tickets => "tickets",
            Self::Messages => "messages",
            Self::Attachments => "attachments",
            Self::MailsIn => "mailsIn",
            Self::MailsOut => "mailsOut",
            Self::Roles => "roles",
            Self::Signatures => "signatures",
            Self::Contacts => "contacts",
            Self::Actions => "actions",
        }
    }
}

/// A page of a section, by id, after one of them.
pub async fn page(view: &View, of: &Person, section: Section, after: Uuid, limit: u64) -> Result<Vec<(Uuid, Value)>, DbErr> {
    let at = |utc| instant(utc).to_string();
    let by = of.actor().as_text();
    match section {
        Section::Accounts => {
            let rows = view.find_of_desk::<account::Entity>().filter(account::Column::PersonId.eq(of.id).or(account::Column::Id.eq(of.id)));
            let rows = paged(rows, account::Column::Id, after, limit).all(view.connection()).await?;
            Ok(rows.into_iter().map(|row| (row.id, json!({ "issuer": row.issuer, "subject": row.subject, "name": row.name }))).collect())
        }
        Section::Tokens => {
            let rows =
                view.find_of_desk::<token::Entity>().filter(token::Column::PersonId.eq(of.id).or(token::Column::AccountId.eq(of.id)));
            let rows = paged(rows, token::Column::Id, after, limit).all(view.connection()).await?;
            Ok(rows.into_iter().map(|row| (row.id, json!({ "name": row.name, "createdAt": at(row.created_at) }))).collect())
        }
        Section::Tickets => {
            let rows = view.find::<ticket::Entity>();
            let rows = if of.is_of_the_desk() {
                let called = desk_people::called(of).into_iter().chain([of.id.to_string()]);
                rows.filter(ticket::Column::Assignee.is_in(called))
            } else {
                rows.filter(ticket::Column::RequesterId.eq(of.id))
            };
            let rows = paged(rows, ticket::Column::Id, after, limit).all(view.connection()).await?;
            let shown = |row: ticket::Model| {
                let number = super::tickets::to_domain(row.clone()).map(|ticket| ticket.reference())?;
                let what = json!({ "id": row.id, "number": number, "type": row.kind, "contract": row.contract, "title": row.title,
                    "description": row.description, "state": row.state, "channel": row.channel, "openedAt": at(row.opened_at),
                    "closedAt": row.closed_at.map(at) });
                Ok((row.id, what))
            };
            rows.into_iter().map(shown).collect()
        }
        Section::Messages => {
            let theirs = Condition::any().add(message::Column::PersonId.eq(of.id)).add(message::Column::Author.eq(by));
            let rows =
                paged(view.find::<message::Entity>().filter(theirs), message::Column::Id, after, limit).all(view.connection()).await?;
            let shown = |row: message::Model| (row.id, json!({ "ticketId": row.ticket_id, "body": row.body, "at": at(row.occurred_at) }));
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::Attachments => {
            let rows = view.find::<attachment::Entity>().filter(attachment::Column::Author.eq(by));
            // A client does not hear of files that only the desk sees.
            let is_own = if of.is_of_the_desk() {
                Condition::all()
            } else {
                attachment::Column::Visibility.eq(Visibility::Public.as_str()).into_condition()
            };
            let rows = rows.filter(is_own);
            let rows = paged(rows, attachment::Column::Id, after, limit).all(view.connection()).await?;
            let shown = |row: attachment::Model| {
                let what = json!({ "id": row.id, "ticketId": row.ticket_id, "name": row.name, "mediaType": row.media_type,
                    "sizeBytes": row.size_bytes, "at": at(row.recorded_at) });
                (row.id, what)
            };
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::MailsIn => {
            let rows = view.find::<inbound_mail::Entity>().filter(erasures::from(&of.organisation, &of.email)).select_only();
            let rows = rows.columns([
                inbound_mail::Column::Id,
                inbound_mail::Column::Mailbox,
                inbound_mail::Column::Subject,
                inbound_mail::Column::MessageId,
                inbound_mail::Column::ReceivedAt,
                inbound_mail::Column::TicketId,
            ]);
            let rows = paged(rows, inbound_mail::Column::Id, after, limit).into_tuple().all(view.connection()).await?;
            let shown = |(id, mailbox, subject, message, received, ticket): (Uuid, String, Option<String>, String, _, Option<Uuid>)| {
                let what = json!({ "id": id, "mailbox": mailbox, "subject": subject, "messageId": message, "receivedAt": at(received),
                    "ticketId": ticket });
                (id, what)
            };
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::MailsOut => {
            let rows = view.find::<outbound_mail::Entity>().filter(erasures::to(of));
            let rows = paged(rows, outbound_mail::Column::Id, after, limit).all(view.connection()).await?;
            let shown = |row: outbound_mail::Model| {
                let what = json!({ "subject": row.subject, "body": row.body, "ticketId": row.ticket_id, "createdAt": at(row.created_at),
                    "sentAt": row.sent_at.map(at) });
                (row.id, what)
            };
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::Roles => {
            let who: Vec<_> = super::accounts::ids_of(view, of.id).await?.into_iter().chain([of.id]).collect();
            let held = super::role_assignments::held_by(view, &who, after, limit).await?;
            let shown = |one: RoleAssignment| {
                let deputises = one.absences.iter().filter(|absence| absence.deputy.is_some_and(|deputy| who.contains(&deputy)));
                let absence = |absence: &Absence| json!({ "fromAt": absence.from_at, "untilAt": absence.until_at });
                let what = json!({ "id": one.id, "kind": one.kind.as_str(), "role": one.role, "contract": one.contract,
                    "isHolder": who.contains(&one.holder), "fromAt": one.from_at, "untilAt": one.until_at,
                    "deputyDuring": deputises.map(absence).collect::<Vec<_>>() });
                (one.id, what)
            };
            Ok(held.into_iter().map(shown).collect())
        }
        Section::Signatures => {
            let rows = view.find_of_desk::<approval::Entity>().filter(approval::Column::ApproverId.eq(of.id));
            let rows = paged(rows, approval::Column::Id, after, limit).all(view.connection()).await?;
            let shown = |row: approval::Model| {
                let what = json!({ "id": row.id, "of": row.subject_kind, "ofId": row.subject_id, "side": row.side, "name": row.name,
                    "evidence": row.evidence, "at": at(row.approved_at) });
                (row.id, what)
            };
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::Contacts => {
            let rows = view.find::<contact_change::Entity>().filter(contact_change::Column::PersonId.eq(of.id));
            let rows = paged(rows, contact_change::Column::Id, after, limit).all(view.connection()).await?;
            let shown = |row: contact_change::Model| {
                (row.id, json!({ "contact": row.contact_id, "isActive": row.is_active, "at": at(row.recorded_at) }))
            };
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::Actions => {
            let rows = view.find::<event::Entity>().filter(event::Column::Actor.eq(by));
            // As the partial index has it. What the desk did is most of all there is: it is gone through once.
            let of_client = Expr::cust("actor >= 'client:' AND actor < 'client;'");
            let rows = if of.is_of_the_desk() { rows } else { rows.filter(of_client) };
            let rows = paged(rows, event::Column::Id, after, limit).all(view.connection()).await?;
            let shown = |row: event::Model| {
                (row.id, json!({ "subjectId": row.subject_id, "type": row.kind, "reason": row.reason, "at": at(row.occurred_at) }))
            };
            Ok(rows.into_iter().map(shown).collect())
        }
    }
}

fn paged<E: EntityTrait>(rows: Select<E>, id: E::Column, after: Uuid, limit: u64) -> Select<E> {
    rows.filter(id.gt(after)).order_by_asc(id).limit(limit)
}
