//! Everything that is held of one person, section by section, page by page, as JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    account, approval, attachment, canned_reply, contact_change, event, inbound_mail, message, message_draft, outbound_mail, response_task,
    saved_view, security_signal, security_signal_note, ticket, ticket_follower, token, work_log,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::{Value, json};
use uuid::Uuid;

use super::partakers::has_part;
use super::tx::sealed::Inner as _;
use super::{Reads, View, desk_people, erasures, instant, tickets};
use crate::domain::former::Known;
use crate::domain::permission::Clearance;
use crate::domain::person::Person;
use crate::domain::restriction::Flags;
use crate::domain::role_assignment::{Absence, RoleAssignment};
use crate::domain::ticket::Visibility;

/// What an export has beside the person's own row, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Accounts,
    Tokens,
    Tickets,
    Followed,
    Messages,
    MessageDrafts,
    SavedViews,
    CannedReplies,
    WorkLogs,
    ResponseTasks,
    SecuritySignals,
    SecuritySignalNotes,
    Attachments,
    MailsIn,
    MailsOut,
    Roles,
    Signatures,
    Contacts,
    Actions,
}

impl Section {
    pub const ALL: [Self; 19] = [
        Self::Accounts,
        Self::Tokens,
        Self::Tickets,
        Self::Followed,
        Self::Messages,
        Self::MessageDrafts,
        Self::SavedViews,
        Self::CannedReplies,
        Self::WorkLogs,
        Self::ResponseTasks,
        Self::SecuritySignals,
        Self::SecuritySignalNotes,
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
            Self::Followed => "followed",
            Self::Messages => "messages",
            Self::MessageDrafts => "messageDrafts",
            Self::SavedViews => "savedViews",
            Self::CannedReplies => "cannedReplies",
            Self::WorkLogs => "workLogs",
            Self::ResponseTasks => "responseTasks",
            Self::SecuritySignals => "securitySignals",
            Self::SecuritySignalNotes => "securitySignalNotes",
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

/// Id, mailbox, subject, Message-ID, when it came, and its ticket.
type MailIn = (Uuid, String, Option<String>, String, DateTime<Utc>, Option<Uuid>);

type Page = Result<Vec<(Uuid, Value)>, DbErr>;

/// A page of a section, by id, after one of them.
pub async fn page(view: &View, known: &Known, section: Section, after: Uuid, limit: u64) -> Page {
    let asked = Asked { view, of: &known.person, known, after, limit };
    match section {
        Section::Accounts => asked.accounts().await,
        Section::Tokens => asked.tokens().await,
        Section::Tickets => asked.tickets().await,
        Section::Followed => asked.followed().await,
        Section::Messages => asked.messages().await,
        Section::MessageDrafts => asked.message_drafts().await,
        Section::SavedViews => asked.saved_views().await,
        Section::CannedReplies => asked.canned_replies().await,
        Section::WorkLogs => asked.work_logs().await,
        Section::ResponseTasks => asked.response_tasks().await,
        Section::SecuritySignals => asked.security_signals().await,
        Section::SecuritySignalNotes => asked.security_signal_notes().await,
        Section::Attachments => asked.attachments().await,
        Section::MailsIn => asked.mails_in().await,
        Section::MailsOut => asked.mails_out().await,
        Section::Roles => asked.roles().await,
        Section::Signatures => asked.signatures().await,
        Section::Contacts => asked.contacts().await,
        Section::Actions => asked.actions().await,
    }
}

/// Of the tickets in which somebody has a part: how many are withheld from whoever exports, by their flags. `all` sees every ticket.
pub async fn withheld(all: &View, known: &Known, clearance: &Clearance) -> Result<BTreeMap<Flags, usize>, DbErr> {
    let flagged = all.find::<ticket::Entity>().filter(ticket::Column::Flags.ne(0)).filter(has_part(all, known));
    let mut withheld = BTreeMap::new();
    for row in flagged.all(all.connection()).await? {
        let ticket = tickets::to_domain(all, row)?;
        if !clearance.sees(ticket.restricted()) {
            *withheld.entry(ticket.flags).or_default() += 1;
        }
    }
    Ok(withheld)
}

/// What is asked of each section.
struct Asked<'a> {
    view: &'a View,
    of: &'a Person,
    known: &'a Known,
    after: Uuid,
    limit: u64,
}

impl Asked<'_> {
    async fn accounts(&self) -> Page {
        let rows = self
            .view
            .find_of_desk::<account::Entity>()
            .filter(account::Column::PersonId.eq(self.of.id).or(account::Column::Id.eq(self.of.id)));
        let rows = self.paged(rows, account::Column::Id).all(self.view.connection()).await?;
        Ok(rows.into_iter().map(|row| (row.id, json!({ "issuer": row.issuer, "subject": row.subject, "name": row.name }))).collect())
    }

    async fn tokens(&self) -> Page {
        let rows = self
            .view
            .find_of_desk::<token::Entity>()
            .filter(token::Column::PersonId.eq(self.of.id).or(token::Column::AccountId.eq(self.of.id)));
        let rows = self.paged(rows, token::Column::Id).all(self.view.connection()).await?;
        Ok(rows.into_iter().map(|row| (row.id, json!({ "name": row.name, "createdAt": at(row.created_at) }))).collect())
    }

    async fn tickets(&self) -> Page {
        let rows = self.view.find::<ticket::Entity>();
        let rows = if self.of.is_of_the_desk() {
            let called = desk_people::names_of(self.of).into_iter().chain([self.of.id.to_string()]);
            rows.filter(ticket::Column::Assignee.is_in(called))
        } else {
            rows.filter(ticket::Column::RequesterId.eq(self.of.id))
        };
        let rows = self.paged(rows, ticket::Column::Id).all(self.view.connection()).await?;
        let shown = |row: ticket::Model| {
            let number = tickets::to_domain(self.view, row.clone()).map(|ticket| ticket.reference())?;
            let what = json!({ "id": row.id, "number": number, "type": row.kind, "contract": row.contract, "title": row.title,
                "description": row.description, "state": row.state, "channel": row.channel, "openedAt": at(row.opened_at),
                "closedAt": row.closed_at.map(at) });
            Ok((row.id, what))
        };
        rows.into_iter().map(shown).collect()
    }

    async fn followed(&self) -> Page {
        let rows = self.view.find::<ticket_follower::Entity>().filter(ticket_follower::Column::PersonId.eq(self.of.id));
        let rows = self.paged(rows, ticket_follower::Column::Id).all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().map(|row| row.ticket_id)).await?;
        Ok(rows.into_iter().map(|row| (row.id, json!({ "ticketId": row.ticket_id }))).collect())
    }

    async fn messages(&self) -> Page {
        let theirs =
            Condition::any().add(message::Column::PersonId.eq(self.of.id)).add(message::Column::Author.eq(self.of.actor().as_text()));
        let rows = self.paged(self.view.find::<message::Entity>().filter(theirs), message::Column::Id).all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().map(|row| row.ticket_id)).await?;
        let shown = |row: message::Model| (row.id, json!({ "ticketId": row.ticket_id, "body": row.body, "at": at(row.occurred_at) }));
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn message_drafts(&self) -> Page {
        let rows = self.view.find::<message_draft::Entity>().filter(message_draft::Column::Author.eq(self.of.actor().as_text()));
        let rows = self.paged(rows, message_draft::Column::Id).all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().map(|row| row.ticket_id)).await?;
        let shown = |row: message_draft::Model| (row.id, json!({ "ticketId": row.ticket_id, "body": row.body, "at": at(row.saved_at) }));
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn saved_views(&self) -> Page {
        let rows = self.view.find_of_desk::<saved_view::Entity>().filter(saved_view::Column::Owner.eq(self.of.actor().as_text()));
        let rows = self.paged(rows, saved_view::Column::Id).all(self.view.connection()).await?;
        let shown = |row: saved_view::Model| (row.id, json!({ "name": row.name, "query": row.query, "isShared": row.is_shared }));
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn canned_replies(&self) -> Page {
        let rows = self.view.find_of_desk::<canned_reply::Entity>().filter(canned_reply::Column::Author.eq(self.of.actor().as_text()));
        let rows = self.paged(rows, canned_reply::Column::Id).all(self.view.connection()).await?;
        Ok(rows.into_iter().map(|row| (row.id, json!({ "title": row.title, "body": row.body, "at": at(row.updated_at) }))).collect())
    }

    async fn work_logs(&self) -> Page {
        let rows = self.view.find::<work_log::Entity>().filter(work_log::Column::Author.eq(self.of.actor().as_text()));
        let rows = self.paged(rows, work_log::Column::Id).all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().map(|row| row.ticket_id)).await?;
        let shown = |row: work_log::Model| {
            (row.id, json!({ "ticketId": row.ticket_id, "minutes": row.minutes, "workDate": row.work_date, "text": row.text }))
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn response_tasks(&self) -> Page {
        let rows = self.view.find::<response_task::Entity>().filter(response_task::Column::Author.eq(self.of.actor().as_text()));
        let rows = self.paged(rows, response_task::Column::Id).all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().map(|row| row.ticket_id)).await?;
        Ok(rows.into_iter().map(|row| (row.id, json!({ "ticketId": row.ticket_id, "text": row.text }))).collect())
    }

    async fn security_signals(&self) -> Page {
        let theirs = security_signal::Column::RecordedBy.eq(self.of.actor().as_text());
        let rows = self.view.find::<security_signal::Entity>().filter(theirs);
        let rows = self.paged(rows, security_signal::Column::Id).all(self.view.connection()).await?;
        let shown = |row: security_signal::Model| {
            (row.id, json!({ "title": row.title, "description": row.description, "at": at(row.recorded_at) }))
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn security_signal_notes(&self) -> Page {
        let theirs = security_signal_note::Column::Author.eq(self.of.actor().as_text());
        let rows = self.view.find::<security_signal_note::Entity>().filter(theirs);
        let rows = self.paged(rows, security_signal_note::Column::Id).all(self.view.connection()).await?;
        Ok(rows.into_iter().map(|row| (row.id, json!({ "signalId": row.signal_id, "text": row.text }))).collect())
    }

    async fn attachments(&self) -> Page {
        let rows = self.view.find::<attachment::Entity>().filter(attachment::Column::Author.eq(self.of.actor().as_text()));
        // A client does not hear of files that only the desk sees.
        let is_own = if self.of.is_of_the_desk() {
            Condition::all()
        } else {
            attachment::Column::Visibility.eq(Visibility::Public.as_str()).into_condition()
        };
        let rows = rows.filter(is_own);
        let rows = self.paged(rows, attachment::Column::Id).all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().map(|row| row.ticket_id)).await?;
        let shown = |row: attachment::Model| {
            let what = json!({ "id": row.id, "ticketId": row.ticket_id, "name": row.name, "mediaType": row.media_type,
                "sizeBytes": row.size_bytes, "at": at(row.recorded_at) });
            (row.id, what)
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn mails_in(&self) -> Page {
        let rows = self.view.find::<inbound_mail::Entity>().filter(erasures::from(self.known)).select_only();
        let rows = rows.columns([
            inbound_mail::Column::Id,
            inbound_mail::Column::Mailbox,
            inbound_mail::Column::Subject,
            inbound_mail::Column::MessageId,
            inbound_mail::Column::ReceivedAt,
            inbound_mail::Column::TicketId,
        ]);
        let rows: Vec<MailIn> = self.paged(rows, inbound_mail::Column::Id).into_tuple().all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().filter_map(|row| row.5)).await?;
        let shown = |(id, mailbox, subject, message, received, ticket): MailIn| {
            let what = json!({ "id": id, "mailbox": mailbox, "subject": subject, "messageId": message, "receivedAt": at(received),
                "ticketId": ticket });
            (id, what)
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn mails_out(&self) -> Page {
        let rows = self.view.find::<outbound_mail::Entity>().filter(erasures::to(self.known));
        let rows = self.paged(rows, outbound_mail::Column::Id).all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().filter_map(|row| row.ticket_id)).await?;
        let shown = |row: outbound_mail::Model| {
            let what = json!({ "subject": row.subject, "body": row.body, "ticketId": row.ticket_id, "createdAt": at(row.created_at),
                "sentAt": row.sent_at.map(at) });
            (row.id, what)
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn roles(&self) -> Page {
        let who: Vec<_> = super::accounts::ids_of(self.view, self.of.id).await?.into_iter().chain([self.of.id]).collect();
        let held = super::role_assignments::held_by(self.view, &who, self.after, self.limit).await?;
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

    async fn signatures(&self) -> Page {
        let rows = self.view.find_of_desk::<approval::Entity>().filter(approval::Column::ApproverId.eq(self.of.id));
        let rows = self.paged(rows, approval::Column::Id).all(self.view.connection()).await?;
        let shown = |row: approval::Model| {
            let what = json!({ "id": row.id, "of": row.subject_kind, "ofId": row.subject_id, "side": row.side, "name": row.name,
                "evidence": row.evidence, "at": at(row.approved_at) });
            (row.id, what)
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn contacts(&self) -> Page {
        let rows = self.view.find::<contact_change::Entity>().filter(contact_change::Column::PersonId.eq(self.of.id));
        let rows = self.paged(rows, contact_change::Column::Id).all(self.view.connection()).await?;
        let shown = |row: contact_change::Model| {
            (row.id, json!({ "contact": row.contact_id, "isActive": row.is_active, "at": at(row.recorded_at) }))
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    async fn actions(&self) -> Page {
        let rows = self.view.find::<event::Entity>().filter(event::Column::Actor.eq(self.of.actor().as_text()));
        // As the partial index has it. What the desk did is most of all there is: it is gone through once.
        let of_client = Expr::cust("actor >= 'client:' AND actor < 'client;'");
        let rows = if self.of.is_of_the_desk() { rows } else { rows.filter(of_client) };
        let rows = self.paged(rows, event::Column::Id).all(self.view.connection()).await?;
        tickets::note_shown(self.view, rows.iter().map(|row| row.subject_id)).await?;
        let shown = |row: event::Model| {
            (row.id, json!({ "subjectId": row.subject_id, "type": row.kind, "reason": row.reason, "at": at(row.occurred_at) }))
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    fn paged<E: EntityTrait>(&self, rows: Select<E>, id: E::Column) -> Select<E> {
        rows.filter(id.gt(self.after)).order_by_asc(id).limit(self.limit)
    }
}

/// A stored moment, as the export writes it.
fn at(utc: DateTime<Utc>) -> String {
    instant(utc).to_string()
}
