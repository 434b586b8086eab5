//! Mail in: whatever arrives becomes a ticket, a reply, or a clear refusal; the message itself is always kept.

use uuid::Uuid;

use super::enclosures::{self, Enclosed};
use super::tickets::{self, Draft, FromMail, NewMessage, Registered, When};
use super::{Error, Stamp};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::domain::ticket::{Actor, Channel, Ticket};
use crate::domain::workflow::State;
use crate::mail::parse::{self, Parsed};
use crate::mail::triage::{self, Decision, Found, Inbound, OursBounced, Outcome};
use crate::settings::Mailbox;
use crate::store::mail::Inbound as Kept;
use crate::store::tickets::TicketRef;
use crate::store::{self, Scope, Tx};

/// The most bytes of a message that are taken in.
const SIZE_CAP: usize = 25 * 1024 * 1024;

/// A message that came, with what became of it.
#[derive(Debug, Clone)]
pub struct Received {
    /// As it is kept.
    pub mail: Kept,
    /// The ticket it made, or landed on.
    pub ticket: Option<Ticket>,
}

/// Takes a raw message for a mailbox (MAIL-03): what it becomes exists when this returns.
pub async fn receive(app: &App, mailbox_name: &str, raw: &[u8]) -> Result<Received, Error> {
    let mailbox = app.settings.mailboxes.get(mailbox_name).ok_or(Error::NotFound("mailbox"))?;
    let now = app.time.now();
    let version = app.version_at(&mailbox.contract, now);
    let version = version.ok_or_else(|| Error::Internal(format!("mailbox {mailbox_name}: there is no contract {}", mailbox.contract)))?;
    let parsed = parse::parse(raw);
    let message_id = parsed.message_id.clone().unwrap_or_else(|| format!("{}@no-message-id.invalid", parsed.content_digest));
    let intake = Intake { app, mailbox, contract: &version.contract, mail: &parsed, message_id: &message_id, now };
    let enclosed = Box::pin(enclosures::keep(app, &parsed, raw)).await?;
    let taken = Box::pin(app.write(&Scope::All, async |tx| intake.take(tx, mailbox_name, raw, &enclosed).await)).await;
    enclosures::discard_rest(app, &enclosed).await;
    taken
}

/// Takes a message that was kept aside for what it is: the ticket it would have become, reported when it came (AMB-95,
/// MAIL-05). Its organisation is named where nobody can tell whose the sender is.
pub async fn release(app: &App, stamp: &Stamp, id: Uuid, organisation: Option<String>) -> Result<Registered, Error> {
    let view = app.db.view(stamp.scope.clone());
    let mail = store::mail::find(&view, id).await?.ok_or(Error::NotFound("message"))?;
    let raw = store::mail::raw(&view, id).await?.ok_or(Error::NotFound("message"))?;
    let mailbox = app.settings.mailboxes.get(&mail.mailbox).ok_or(Error::NotFound("mailbox"))?;
    let version = app.version_at(&mail.contract, mail.received_at).ok_or(Error::NotFound("contract"))?;
    let parsed = parse::parse(&raw);
    let (contract, message_id) = (&version.contract, mail.message_id.as_str());
    let intake = Intake { app, mailbox, contract, mail: &parsed, message_id, now: stamp.recorded_at };
    let acknowledge = parsed.from.is_some() && parsed.automatic.is_none();
    let draft = Draft {
        organisation: organisation.or_else(|| intake.organisation()),
        occurred_at: Some(mail.received_at),
        occurred_at_reason: Some("received by mail then, and kept aside".to_owned()),
        ..intake.draft(&Outcome::Ticket { suggested_link: None }, acknowledge)
    };
    let enclosed = Box::pin(enclosures::keep(app, &parsed, &raw)).await?;
    let done = app.write(&stamp.scope, async |tx| {
        if let Some(known) = tickets::registered_before(tx, stamp).await? {
            return Ok(known);
        }
        let made = tickets::register_in(app, tx, stamp, &draft).await?;
        if !store::mail::released(tx, id, &made.ticket).await? {
            let detail = format!("the message is not kept aside: it became \"{}\"", mail.outcome);
            return Err(Error::Conflict { code: "not_quarantined", detail });
        }
        let ticket = enclosures::record(app, tx, stamp, made.ticket.clone(), &enclosed).await?;
        Ok(Registered { ticket, ..made })
    });
    let done = Box::pin(done).await;
    enclosures::discard_rest(app, &enclosed).await;
    done
}

/// One message on its way in.
struct Intake<'a> {
    app: &'a App,
    mailbox: &'a Mailbox,
    contract: &'a Contract,
    mail: &'a Parsed,
    message_id: &'a str,
    now: Instant,
}

impl Intake<'_> {
    async fn take(&self, tx: &Tx, mailbox_name: &str, raw: &[u8], enclosed: &Enclosed) -> Result<Received, Error> {
        let before = store::mail::arrived(tx, &self.contract.id, self.message_id, &self.mail.content_digest).await?;
        let mut decision = self.decide(tx, before.is_some(), raw.len()).await?;
        if matches!(decision.outcome, Outcome::Ticket { .. } | Outcome::FollowUp(_))
            && let Some(reason) = self.hindrance(&decision)
        {
            decision = Decision { outcome: Outcome::Quarantined, acknowledge: false, reason: Some(reason), about: None };
        }
        let ticket = match &decision.outcome {
            Outcome::Ticket { .. } | Outcome::FollowUp(_) => {
                let ticket = self.register(tx, &decision).await?;
                Some(enclosures::record(self.app, tx, &self.stamp(ticket.requester_id), ticket, enclosed).await?)
            }
            Outcome::Reply(ticket) => {
                let (ticket, writer) = self.reply(tx, ticket).await?;
                Some(enclosures::record(self.app, tx, &self.stamp(writer), ticket, enclosed).await?)
            }
            Outcome::Bounce => self.note_bounce(tx, decision.about.as_ref()).await?,
            Outcome::Duplicate => match before.as_ref().and_then(|kept| kept.ticket_id) {
                Some(id) => store::tickets::find(tx, TicketRef::Id(id)).await?,
                None => None,
            },
            Outcome::Automatic => decision.about.clone(),
            // A stranger's mail is tied to no ticket, or our next mail would answer it.
            Outcome::Quarantined | Outcome::Refused => None,
        };
        let organisation = ticket.as_ref().map(|ticket| ticket.organisation.clone()).or_else(|| self.organisation());
        let kept = Kept {
            id: self.app.time.id(),
            organisation,
            contract: self.contract.id.clone(),
            mailbox: mailbox_name.to_owned(),
            message_id: self.message_id.to_owned(),
            digest: self.mail.content_digest.clone(),
            sender: self.mail.from.as_ref().map(|from| from.email.clone()),
            subject: self.mail.subject.clone(),
            outcome: decision.outcome.word().to_owned(),
            reason: decision.reason.clone(),
            ticket_id: ticket.as_ref().map(|ticket| ticket.id),
            received_at: self.now,
        };
        store::mail::keep(tx, &kept, raw.to_vec()).await?;
        Ok(Received { mail: kept, ticket })
    }

    async fn decide(&self, tx: &Tx, is_duplicate: bool, size: usize) -> Result<Decision<Ticket>, Error> {
        let bounced = match self.mail.bounce.as_ref().and_then(|bounce| bounce.original_message_id.as_deref()) {
            Some(id) => store::mail::sent_as(tx, id).await?,
            None => None,
        };
        let bounced = match bounced {
            // Only whom we wrote to can bounce: a stranger who names our Message-ID proves nothing.
            Some((ticket, recipient)) if self.mail.bounce.as_ref().and_then(|bounce| bounce.recipient.as_ref()) == Some(&recipient) => {
                let ticket = match ticket {
                    Some(id) => store::tickets::find(tx, TicketRef::Id(id)).await?,
                    None => None,
                };
                Some(OursBounced { ticket })
            }
            _ => None,
        };
        let ancestors: Vec<_> = self.mail.ancestors().into_iter().map(str::to_owned).collect();
        let by_ancestor = match store::mail::ticket_of(tx, &self.contract.id, &ancestors).await? {
            Some(id) => self.found(tx, TicketRef::Id(id)).await?,
            None => None,
        };
        let tag = self.mail.subject.as_deref().and_then(triage::subject_tag);
        let tag = tag.and_then(|(prefix, number)| crate::domain::ticket::parse_reference(&format!("{prefix}-{number}")));
        let by_tag = match tag {
            Some((kind, number)) => self.found(tx, TicketRef::Number(kind, number)).await?,
            None => None,
        };
        Ok(triage::decide(Inbound {
            mail: self.mail,
            size,
            size_cap: SIZE_CAP,
            is_duplicate,
            bounced,
            by_token: None,
            by_ancestor,
            by_tag,
            is_known: self.organisation().is_some(),
            unknown_senders: self.mailbox.unknown_senders,
        }))
    }

    /// A ticket of this contract that the message points at, with whether its sender takes part in it.
    async fn found(&self, tx: &Tx, ticket: TicketRef) -> Result<Option<Found<Ticket>>, Error> {
        let Some(ticket) = store::tickets::find(tx, ticket).await?.filter(|ticket| ticket.contract == self.contract.id) else {
            return Ok(None);
        };
        let requester = match ticket.requester_id {
            Some(id) => store::people::find(tx, &[id]).await?.pop(),
            None => None,
        };
        let sender = self.mail.from.as_ref().map(|from| from.email.to_lowercase());
        let is_requester = requester.is_some_and(|person| Some(person.email) == sender);
        let is_theirs = is_requester || self.organisation_by_domain().is_some_and(|organisation| organisation == ticket.organisation);
        let is_closed = matches!(ticket.state(), State::Closed | State::Cancelled);
        Ok(Some(Found { ticket, is_theirs, is_closed }))
    }

    /// Whose the sender is: the mailbox's, or by the domain of the address.
    fn organisation(&self) -> Option<String> {
        self.mailbox.organisation.clone().or_else(|| self.organisation_by_domain())
    }

    fn organisation_by_domain(&self) -> Option<String> {
        let domain = self.mail.from.as_ref()?.email.rsplit_once('@')?.1.to_lowercase();
        let client = self.contract.clients.iter().find(|client| client.mail_domains.contains(&domain))?;
        Some(client.organisation.clone())
    }

    fn stamp(&self, person: Option<Uuid>) -> Stamp {
        let actor = Actor::Client(person.map_or_else(|| "mail".to_owned(), |person| person.to_string()));
        Stamp { actor, scope: Scope::All, recorded_at: self.now, idempotency: None }
    }

    async fn register(&self, tx: &Tx, decision: &Decision<Ticket>) -> Result<Ticket, Error> {
        let draft = self.draft(&decision.outcome, decision.acknowledge);
        Ok(tickets::register_in(self.app, tx, &self.stamp(None), &draft).await?.ticket)
    }

    /// Why the ticket a mail would become cannot be made: it then waits for the desk, and is not lost.
    fn hindrance(&self, decision: &Decision<Ticket>) -> Option<String> {
        let problems = tickets::problems(self.app, &self.stamp(None), &self.draft(&decision.outcome, decision.acknowledge));
        let details: Vec<_> = problems.iter().map(|problem| problem.detail.as_str()).collect();
        (!details.is_empty()).then(|| details.join("; "))
    }

    /// The ticket a mail becomes; a follow-up is of the organisation of the ticket it follows.
    fn draft(&self, outcome: &Outcome<Ticket>, acknowledge: bool) -> Draft {
        let (followed, related) = match outcome {
            Outcome::FollowUp(ticket) => (Some(ticket), Some(ticket)),
            Outcome::Ticket { suggested_link } => (None, suggested_link.as_ref()),
            _ => (None, None),
        };
        let first = || self.contract.clients.first().map(|client| client.organisation.clone());
        let requester = self.mail.from.as_ref().map(|from| (from.name.clone().unwrap_or_else(|| from.email.clone()), from.email.clone()));
        let subject = self.mail.subject.as_deref().unwrap_or("(geen onderwerp)");
        let text = if self.mail.text.is_empty() { "(geen tekst)" } else { &self.mail.text };
        Draft {
            kind: Some(self.mailbox.default_type.as_str().to_owned()),
            contract: Some(self.contract.id.clone()),
            organisation: followed.map(|ticket| ticket.organisation.clone()).or_else(|| self.organisation()).or_else(first),
            title: Some(subject.to_owned()),
            description: Some(text.to_owned()),
            channel: Some(Channel::Email.as_str().to_owned()),
            requester,
            mail: Some(FromMail { acknowledge, asks_p1: asks_p1(subject), related: related.map(|ticket| ticket.id) }),
            ..Draft::default()
        }
    }

    /// The ticket replied on, and who replied where that is known.
    async fn reply(&self, tx: &Tx, ticket: &Ticket) -> Result<(Ticket, Option<Uuid>), Error> {
        let ticket = store::tickets::lock(tx, TicketRef::Id(ticket.id)).await?.ok_or(Error::NotFound("ticket"))?;
        let sender = self.mail.from.as_ref().map(|from| from.email.to_lowercase()).unwrap_or_default();
        let person = store::people::with_address(tx, &ticket.organisation, &sender).await?.map(|person| person.id);
        let body = if self.mail.reply_text.is_empty() { "(geen tekst)" } else { &self.mail.reply_text };
        let message = NewMessage { public: true, by_phone: false, body: body.to_owned(), person_id: person };
        tickets::write_in(self.app, tx, &self.stamp(person), &ticket, &message, &When::default()).await?;
        let ticket = store::tickets::find(tx, TicketRef::Id(ticket.id)).await?.ok_or(Error::NotFound("ticket"))?;
        Ok((ticket, person))
    }

    /// A mail of ours that cannot be delivered is noted on its ticket; a passing trouble is not.
    async fn note_bounce(&self, tx: &Tx, about: Option<&Ticket>) -> Result<Option<Ticket>, Error> {
        let (Some(about), Some(bounce)) = (about, self.mail.bounce.as_ref().filter(|bounce| bounce.permanent)) else {
            return Ok(about.cloned());
        };
        let ticket = store::tickets::lock(tx, TicketRef::Id(about.id)).await?.ok_or(Error::NotFound("ticket"))?;
        let body = format!("Een bericht over dit ticket kon niet worden bezorgd ({}).", bounce.status.as_deref().unwrap_or("zonder code"));
        let message = NewMessage { public: false, by_phone: false, body, person_id: None };
        tickets::write_in(self.app, tx, &Stamp::system(self.now), &ticket, &message, &When::default()).await?;
        Ok(Some(ticket))
    }
}

/// Whether a subject asks for P1, as a word of its own.
fn asks_p1(subject: &str) -> bool {
    subject.split(|sign: char| !sign.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("p1"))
}
