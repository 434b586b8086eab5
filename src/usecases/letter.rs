//! A letter of the desk as it goes into the queue.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::app::App;
use crate::credentials::Purpose;
use crate::domain::Instant;
use crate::domain::language::Language;
use crate::domain::mail::{MailKind, MailState, Outbound, PERSONAL, cap};
use crate::domain::redaction::GONE;
use crate::domain::ticket::Ticket;
use crate::mail::messages::{Digest, DigestLine, Named, Outgoing};
use crate::mail::send::{self, Correspondence};
use crate::store::record::Rows as _;
use crate::store::{self, Reads, Tx};
use crate::usecases::Error;

/// Notices judged in one transaction.
const RELEASED: u64 = 200;
/// What the desk is called.
pub const DESK: &str = "Servicedesk";

/// What a mail is about.
pub struct About<'a> {
    pub event_id: Uuid,
    pub ticket_id: Option<Uuid>,
    pub organisation: &'a str,
    /// Decides which mailbox it leaves from.
    pub correspondence: Correspondence<'a>,
    pub in_reply_to: Option<String>,
}

/// How the desk signs.
pub fn signature() -> Named {
    Named::new(DESK, "Service desk")
}

/// The language in which somebody is written to: that of the mailbox that the mail leaves from.
pub fn language(app: &App, correspondence: Correspondence<'_>) -> Language {
    app.settings.language_of(correspondence.mailbox(&app.settings.mailboxes).as_deref())
}

/// The same where a mail about a ticket leaves from.
pub async fn language_of(app: &App, reads: &impl Reads, ticket: &Ticket) -> Result<Language, Error> {
    let thread = store::threads::threads(reads, &[ticket.id]).await?.remove(&ticket.id).unwrap_or_default();
    let Ticket { contract, organisation, .. } = ticket;
    Ok(language(app, Correspondence { contract, organisation, received_in: &thread.received_in }))
}

/// The id of a mail. Derived from the event and the recipient, so that a handler that runs twice makes the same one.
pub fn id_of(event: Uuid, kind: MailKind, recipient: &str) -> Uuid {
    Uuid::new_v5(&event, format!("{kind} {recipient}").as_bytes())
}

pub fn outbound(app: &App, about: &About<'_>, recipient: &str, outgoing: Outgoing) -> Outbound {
    let id = id_of(about.event_id, outgoing.kind, recipient);
    Outbound {
        id,
        ticket_id: about.ticket_id,
        organisation: about.organisation.to_owned(),
        event_id: about.event_id,
        template: outgoing.kind.to_string(),
        recipient: recipient.to_owned(),
        subject: outgoing.subject,
        body: outgoing.body,
        auto: outgoing.auto.header().unwrap_or(PERSONAL).to_owned(),
        message_id: message_id(app, id),
        in_reply_to: about.in_reply_to.clone(),
        attempts: 0,
        created_at: app.time.now(),
        queued_at: app.time.now(),
        mailbox: about.correspondence.mailbox(&app.settings.mailboxes),
    }
}

/// Queues mails. Automatic ones beyond what one recipient gets are withheld; what waits for opening hours counts when it leaves ([`release`]).
pub async fn post(app: &App, tx: &Tx, mails: Vec<Outbound>) -> Result<(), Error> {
    let now = app.time.now();
    let (waiting, mails): (Vec<_>, Vec<_>) = mails.into_iter().partition(|mail| mail.queued_at > now);
    store::outbound::wait(tx, &waiting).await?;
    let mut written = Written::to(tx, &mails, now).await?;
    let (sent, withheld): (Vec<_>, Vec<_>) = mails.into_iter().partition(|mail| written.take(mail, now));
    store::outbound::queue(tx, &sent).await?;
    if withheld.is_empty() {
        return Ok(());
    }
    tracing::warn!(mails = withheld.len(), "automatic mails are withheld: their recipients have had as many as anybody gets");
    Ok(store::outbound::withhold(tx, &withheld, now.plus(cap::SHORTEST).unwrap_or(Instant::MAX)).await?)
}

/// When the automatic mails to some recipients were written that count for the next ones.
struct Written {
    all: HashMap<String, Vec<Instant>>,
    about_a_ticket: HashMap<(String, Uuid), Vec<Instant>>,
}

impl Written {
    async fn to(tx: &Tx, mails: &[Outbound], now: Instant) -> Result<Self, Error> {
        let addresses: BTreeSet<_> = mails.iter().filter(|mail| mail.is_capped()).map(|mail| mail.recipient.to_lowercase()).collect();
        let mut written = Self { all: HashMap::new(), about_a_ticket: HashMap::new() };
        if !addresses.is_empty() {
            let addresses: Vec<_> = addresses.into_iter().collect();
            for (address, ticket, at) in
                store::outbound::written_to(tx, &addresses, now.plus(-cap::LONGEST).unwrap_or(Instant::MIN)).await?
            {
                written.add(address, ticket, at);
            }
        }
        Ok(written)
    }

    fn add(&mut self, address: String, ticket: Option<Uuid>, at: Instant) {
        if let Some(ticket) = ticket {
            self.about_a_ticket.entry((address.clone(), ticket)).or_default().push(at);
        }
        self.all.entry(address).or_default().push(at);
    }

    /// Whether a mail may go; it counts from then on.
    fn take(&mut self, mail: &Outbound, now: Instant) -> bool {
        if !mail.is_capped() {
            return true;
        }
        let address = mail.recipient.to_lowercase();
        let about_it = mail.ticket_id.and_then(|ticket| self.about_a_ticket.get(&(address.clone(), ticket)));
        let all = self.all.get(&address).map_or(&[][..], Vec::as_slice);
        let has_room = cap::has_room(now, all, about_it.map_or(&[][..], Vec::as_slice));
        if has_room {
            self.add(address, mail.ticket_id, now);
        }
        has_room
    }
}

/// Judges notices again that waited until now, and lets those leave that still may. Returns how many it judged.
///
/// A calendar may have been changed since, so that the desk is closed after all. What few may see since it was written, or what was redacted, would
/// tell others, or nothing: it does not leave.
pub async fn release(app: &App, tx: &Tx) -> Result<usize, Error> {
    let now = app.time.now();
    let due = store::outbound::waited(tx, now, RELEASED).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let agreements = store::agreements::read(tx).await?;
    let tickets: BTreeSet<_> = due.iter().filter_map(|mail| mail.ticket_id).collect();
    let tickets: Vec<_> = tickets.into_iter().collect();
    let flagged = store::events::last_flagged(tx, &tickets).await?;
    let tickets: HashMap<_, _> = Ticket::with_ids(tx, &tickets).await?.into_iter().map(|ticket| (ticket.id, ticket)).collect();
    let mut written = Written::to(tx, &due, now).await?;
    let (mut leaving, mut silent, mut withheld) = (Vec::new(), Vec::new(), Vec::new());
    let mut waiting: BTreeMap<Instant, Vec<Uuid>> = BTreeMap::new();
    for mail in &due {
        let ticket = mail.ticket_id.and_then(|id| tickets.get(&id));
        let opening = match ticket {
            Some(ticket) => {
                let contract = &agreements.version(ticket.contract_version_id)?.contract;
                contract.notice_leaves(contract.effective_priority(ticket.priority.as_deref(), ticket.kind), now)
            }
            None => now,
        };
        // Ids of events sort by when they were made.
        let is_for_few = mail.ticket_id.and_then(|id| flagged.get(&id)).is_some_and(|since| *since > mail.event_id);
        if is_for_few || mail.body == GONE {
            silent.push(mail.id);
        } else if opening > now {
            waiting.entry(opening).or_default().push(mail.id);
        } else if written.take(mail, now) {
            leaving.push(mail.id);
        } else {
            withheld.push(mail.id);
        }
    }
    store::outbound::settle(tx, &leaving, MailState::Pending, (now, Some(now))).await?;
    store::outbound::settle(tx, &silent, MailState::Withheld, (now, None)).await?;
    store::outbound::settle(tx, &withheld, MailState::Withheld, (now, now.plus(cap::SHORTEST))).await?;
    for (opening, ids) in &waiting {
        store::outbound::settle(tx, ids, MailState::Waiting, (*opening, Some(*opening))).await?;
    }
    Ok(due.len())
}

/// Tells a recipient in one mail of the notices that were withheld, when there is room for that. Returns how many mails that settled.
///
/// What would have answered a message is left out: two desks that answer each other's mails would go on for ever.
pub async fn digest(app: &App, tx: &Tx) -> Result<usize, Error> {
    let now = app.time.now();
    let withheld = store::outbound::to_digest(tx, now).await?;
    let Some(last) = withheld.last() else { return Ok(0) };
    let ids: Vec<_> = withheld.iter().map(|mail| mail.id).collect();
    let tickets: BTreeSet<_> = withheld.iter().filter_map(|mail| mail.ticket_id).collect();
    let tickets = Ticket::with_ids(tx, &tickets.into_iter().collect::<Vec<_>>()).await?;
    let number = |mail: &Outbound| tickets.iter().find(|ticket| Some(ticket.id) == mail.ticket_id).map(Ticket::reference);
    let lines = DigestLine::counted(withheld.iter().map(|mail| (number(mail), mail.template.as_str())));
    let language = app.settings.language_of(last.mailbox.as_deref());
    let outgoing = app.templates.write(language, &Digest { lines, desk: signature() })?;
    let told = Outbound {
        id: Uuid::new_v5(&last.id, b"digest"),
        ticket_id: None,
        template: outgoing.kind.to_string(),
        subject: outgoing.subject,
        body: outgoing.body,
        message_id: String::new(),
        in_reply_to: None,
        created_at: now,
        queued_at: now,
        ..last.clone()
    };
    let told = Outbound { message_id: message_id(app, told.id), ..told };
    if !Written::to(tx, std::slice::from_ref(&told), now).await?.take(&told, now) {
        store::outbound::put_off(tx, &ids, now.plus(cap::SHORTEST).unwrap_or(Instant::MAX)).await?;
        return Ok(0);
    }
    store::outbound::queue(tx, &[told]).await?;
    store::outbound::digested(tx, &ids).await?;
    Ok(ids.len())
}

/// A Message-ID that shows whoever answers the mail to have been written to.
fn message_id(app: &App, id: Uuid) -> String {
    let domain = send::domain_of(&app.settings.mail.from);
    match &app.signing {
        Some(key) => {
            // Short, so that the header fits in a line.
            let id = BASE64_URL_SAFE_NO_PAD.encode(id);
            format!("{id}.{}@{domain}", key.sign(Purpose::Reply, &id))
        }
        None => format!("{id}@{domain}"),
    }
}

/// Whether the desk signed a Message-ID.
pub fn is_signed(app: &App, message_id: &str) -> bool {
    let signed = message_id.split_once('@').and_then(|(local, _)| local.split_once('.'));
    signed.is_some_and(|(id, signature)| app.signing.as_ref().is_some_and(|key| key.is_signed(Purpose::Reply, id, signature)))
}
