//! How mails belong together: which ticket a message answers, and which messages are about a ticket.

use std::collections::HashMap;

use entity::{inbound_mail, outbound_mail};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::inbound::MADE_UP;
use super::tx::sealed::Inner as _;
use super::{Reads, Tx};

/// The ticket that the first known one of these Message-IDs belongs to, among tickets of these organisations. A mail of ours is believed
/// before one that came in, and one that came in under this contract before one under another.
pub async fn ticket_of(tx: &Tx, contract: &str, organisations: &[&str], message_ids: &[String]) -> Result<Option<Uuid>, DbErr> {
    if organisations.is_empty() || message_ids.is_empty() {
        return Ok(None);
    }
    let of = |column: outbound_mail::Column| column.is_in(organisations.iter().copied());
    let sent = tx.find::<outbound_mail::Entity>().select_only();
    let sent = sent.columns([outbound_mail::Column::MessageId, outbound_mail::Column::TicketId]);
    let sent = sent.filter(outbound_mail::Column::MessageId.is_in(message_ids)).filter(of(outbound_mail::Column::Organisation));
    let sent = sent.filter(outbound_mail::Column::TicketId.is_not_null());
    let sent: Vec<(String, Uuid)> = sent.into_tuple().all(tx.connection()).await?;
    let came: Vec<(String, String, Uuid)> = tx
        .find::<inbound_mail::Entity>()
        .select_only()
        .columns([inbound_mail::Column::MessageId, inbound_mail::Column::Contract, inbound_mail::Column::TicketId])
        .filter(inbound_mail::Column::MessageId.is_in(message_ids))
        .filter(inbound_mail::Column::Organisation.is_in(organisations.iter().copied()))
        .filter(inbound_mail::Column::TicketId.is_not_null())
        .order_by_asc(inbound_mail::Column::ReceivedAt)
        .into_tuple()
        .all(tx.connection())
        .await?;
    let known = |id: &String| {
        let came = || {
            let with_id = came.iter().filter(|mail| mail.0 == *id);
            with_id.min_by_key(|mail| mail.1 != contract).map(|mail| mail.2)
        };
        sent.iter().find(|mail| mail.0 == *id).map(|mail| mail.1).or_else(came)
    };
    Ok(message_ids.iter().find_map(known))
}

/// The mail we sent with that Message-ID: its ticket, if any, and its recipient.
pub async fn sent_as(tx: &Tx, message_id: &str) -> Result<Option<(Option<Uuid>, String)>, DbErr> {
    let row = tx.find::<outbound_mail::Entity>().filter(outbound_mail::Column::MessageId.eq(message_id)).one(tx.connection()).await?;
    Ok(row.map(|row| (row.ticket_id, row.recipient)))
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// The Message-ID that our next mail answers: that of the latest mail that has one of its own.
    pub latest: Option<String>,
    /// The mailboxes that its mails came to, in order of first use.
    pub received_in: Vec<String>,
}

pub async fn threads(reads: &impl Reads, tickets: &[Uuid]) -> Result<HashMap<Uuid, Thread>, DbErr> {
    let columns = [inbound_mail::Column::TicketId, inbound_mail::Column::MessageId, inbound_mail::Column::Mailbox];
    let came = reads.find::<inbound_mail::Entity>().select_only().columns(columns);
    let came = came.filter(inbound_mail::Column::TicketId.is_in(tickets.iter().copied())).order_by_asc(inbound_mail::Column::ReceivedAt);
    let mut threads: HashMap<Uuid, Thread> = HashMap::new();
    for (ticket, message_id, mailbox) in came.into_tuple::<(Uuid, String, String)>().all(reads.connection()).await? {
        let thread = threads.entry(ticket).or_default();
        if !message_id.ends_with(MADE_UP) {
            thread.latest = Some(message_id);
        }
        if !thread.received_in.contains(&mailbox) {
            thread.received_in.push(mailbox);
        }
    }
    Ok(threads)
}
