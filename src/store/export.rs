//! Everything that is held of one person, section by section, page by page, as JSON.

use chrono::{DateTime, Utc};
use entity::{account, attachment, event, inbound_mail, message, outbound_mail, ticket, token};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::{Value, json};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, View, erasures, instant, tickets};
use crate::domain::actor::Actor;
use crate::domain::person::Person;
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
    Actions,
}

impl Section {
    pub const ALL: [Self; 8] =
        [Self::Accounts, Self::Tokens, Self::Tickets, Self::Messages, Self::Attachments, Self::MailsIn, Self::MailsOut, Self::Actions];

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
            Self::Actions => "actions",
        }
    }
}

/// Id, mailbox, subject, Message-ID, when it came, and its ticket.
type MailIn = (Uuid, String, Option<String>, String, DateTime<Utc>, Option<Uuid>);

/// A page of a section, by id, after one of them.
pub async fn page(view: &View, of: &Person, section: Section, after: Uuid, limit: u64) -> Result<Vec<(Uuid, Value)>, DbErr> {
    let at = |utc| instant(utc).to_string();
    let by = Actor::Client(of.id.to_string()).as_text();
    match section {
        Section::Accounts => {
            let rows = view.find_of_desk::<account::Entity>().filter(account::Column::PersonId.eq(of.id));
            let rows = paged(rows, account::Column::Id, after, limit).all(view.connection()).await?;
            Ok(rows.into_iter().map(|row| (row.id, json!({ "issuer": row.issuer, "subject": row.subject, "name": row.name }))).collect())
        }
        Section::Tokens => {
            let rows = view.find_of_desk::<token::Entity>().filter(token::Column::PersonId.eq(of.id));
            let rows = paged(rows, token::Column::Id, after, limit).all(view.connection()).await?;
            Ok(rows.into_iter().map(|row| (row.id, json!({ "name": row.name, "createdAt": at(row.created_at) }))).collect())
        }
        Section::Tickets => {
            let rows = view.find::<ticket::Entity>().filter(ticket::Column::RequesterId.eq(of.id));
            let rows = paged(rows, ticket::Column::Id, after, limit).all(view.connection()).await?;
            let shown = |row: ticket::Model| {
                let number = tickets::to_domain(view, row.clone()).map(|ticket| ticket.reference())?;
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
            tickets::note_shown(view, rows.iter().map(|row| row.ticket_id)).await?;
            let shown = |row: message::Model| (row.id, json!({ "ticketId": row.ticket_id, "body": row.body, "at": at(row.occurred_at) }));
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::Attachments => {
            let rows = view.find::<attachment::Entity>().filter(attachment::Column::Author.eq(by));
            let rows = rows.filter(attachment::Column::Visibility.eq(Visibility::Public.as_str()));
            let rows = paged(rows, attachment::Column::Id, after, limit).all(view.connection()).await?;
            tickets::note_shown(view, rows.iter().map(|row| row.ticket_id)).await?;
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
            let rows = paged(rows, inbound_mail::Column::Id, after, limit).into_tuple();
            let rows: Vec<MailIn> = rows.all(view.connection()).await?;
            tickets::note_shown(view, rows.iter().filter_map(|row| row.5)).await?;
            let shown = |(id, mailbox, subject, message, received, ticket): MailIn| {
                let what = json!({ "id": id, "mailbox": mailbox, "subject": subject, "messageId": message, "receivedAt": at(received),
                    "ticketId": ticket });
                (id, what)
            };
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::MailsOut => {
            let rows = view.find::<outbound_mail::Entity>().filter(outbound_mail::Column::Recipient.eq(&of.email));
            let rows = rows.filter(outbound_mail::Column::Organisation.eq(&of.organisation));
            let rows = paged(rows, outbound_mail::Column::Id, after, limit).all(view.connection()).await?;
            tickets::note_shown(view, rows.iter().filter_map(|row| row.ticket_id)).await?;
            let shown = |row: outbound_mail::Model| {
                let what = json!({ "subject": row.subject, "body": row.body, "ticketId": row.ticket_id, "createdAt": at(row.created_at),
                    "sentAt": row.sent_at.map(at) });
                (row.id, what)
            };
            Ok(rows.into_iter().map(shown).collect())
        }
        Section::Actions => {
            // As the partial index has it.
            let of_client = Expr::cust("actor >= 'client:' AND actor < 'client;'");
            let rows = view.find::<event::Entity>().filter(event::Column::Actor.eq(by)).filter(of_client);
            let rows = paged(rows, event::Column::Id, after, limit).all(view.connection()).await?;
            tickets::note_shown(view, rows.iter().map(|row| row.subject_id)).await?;
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
