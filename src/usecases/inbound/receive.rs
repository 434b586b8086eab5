//! Taking a message in.

use uuid::Uuid;

use super::{Becoming, SIZE_CAP, answer, copy, draft, requester, sender};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::contract::Side;
use crate::domain::mail::{Authentication, Inbound as StoredMail};
use crate::domain::permission::{Clearance, Principal, Role, Roles};
use crate::domain::redaction::GONE;
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::{Actor, Ticket};
use crate::domain::workflow::State;
use crate::mail::attribution::{self, Sender};
use crate::mail::authentication;
use crate::mail::parse::{self, Parsed};
use crate::mail::triage::{self, Decision, OurBounce, Outcome, RECEIVED_BEFORE, TicketMatch, TriageInput};
use crate::settings::Mailbox;
use crate::store::inbound::{MADE_UP, SameBy, SameMessage};
use crate::store::storage::NOBODY;
use crate::store::{self, Scope, Tx};
use crate::usecases::enclosures::{self, Enclosed};
use crate::usecases::entitled::Refused;
use crate::usecases::reach::reach;
use crate::usecases::tickets::{self, Draft, NewMessage, When};
use crate::usecases::{Code, Error, Stamp, letter, people, quota, tokens};

/// Seconds within which a message is fetched that nothing holds up.
const AT_ONCE: i64 = 120;
/// Without a Message-ID, the same words within this many seconds are the same message: a mail server that got no answer in time delivers
/// again after some minutes. Later, somebody wrote the same words again.
const SAME_WORDS: i64 = 600;

#[derive(Debug, Clone)]
pub struct Received {
    pub mail: StoredMail,
    /// The ticket it became, or was added to.
    pub ticket: Option<Ticket>,
}

/// Takes in a raw message for a mailbox (MAIL-03). What it becomes exists when this returns. If anything goes wrong the message is still
/// kept; it is an error only when nothing can be stored at all, and then whoever delivered the message still has it.
///
/// Its clocks run from when it came into its mailbox, where that is known: a weekend in which nobody fetched it is the desk's.
pub async fn receive(app: &App, stamp: &Stamp, mailbox_name: &str, raw: &[u8], arrived: Option<Instant>) -> Result<Received, Error> {
    let mailbox = app.settings.mailboxes.get(mailbox_name).ok_or(Error::NotFound("mailbox"))?;
    let raw = &*parse::without_personal_links(raw);
    let parsed = parse::parse(raw).without_personal_links();
    let (id, now) = (app.time.id(), stamp.recorded_at);
    let arrived = arrived.map_or(now, |arrived| arrived.min(now));
    let coming = Coming { app, name: mailbox_name, mailbox, mail: &parsed, raw, stamp, id, now, arrived };
    match Box::pin(coming.take_in()).await {
        Err(away @ (Error::Unavailable(_) | Error::Repeat | Error::CallerLost(_))) => Err(away),
        // Kept all the same, as nobody's; an error only when there is no room for that either.
        Err(Error::TooLarge { code: Code::OrganisationFull, .. }) => Box::pin(coming.quarantine_for_lack_of_room()).await,
        Err(fault) => Box::pin(coming.quarantine_after(&fault)).await,
        taken => taken,
    }
}

struct Coming<'a> {
    app: &'a App,
    name: &'a str,
    mailbox: &'a Mailbox,
    mail: &'a Parsed,
    raw: &'a [u8],
    /// Of whoever handed it in.
    stamp: &'a Stamp,
    id: Uuid,
    now: Instant,
    /// When it came into its mailbox.
    arrived: Instant,
}

impl Coming<'_> {
    async fn take_in(&self) -> Result<Received, Error> {
        let enclosed = Box::pin(enclosures::keep(self.app, self.mail, self.raw)).await?;
        let taken = Box::pin(self.app.write(&self.stamp.act(), &self.stamp.scope.widened(), async |tx| {
            // What it finds of its sender it writes down beside the mail.
            store::erasures::hold_off(tx).await?;
            let agreements = store::agreements::read(tx).await?;
            match agreements.in_force(&self.mailbox.contract, self.now) {
                // Boxed: it holds a whole mail and all that is done with it.
                Some(version) => Box::pin(Intake::of(self, tx, &agreements, version).await?.take(tx, &enclosed)).await,
                None => self.keep_aside(tx, "the mailbox's contract is not in force").await,
            }
        }))
        .await;
        enclosures::discard_rest(self.app, &enclosed).await;
        taken
    }

    /// Quarantines a message of an organisation that has no room left.
    async fn quarantine_for_lack_of_room(&self) -> Result<Received, Error> {
        tracing::warn!(mailbox = self.name, message = %self.id, "an organisation has no room left for its mails; one is quarantined");
        let reason = "its sender's organisation has no room left for mails and files";
        self.app.write(&self.stamp.act(), &self.stamp.scope.widened(), async |tx| self.keep_aside(tx, reason).await).await
    }

    /// Quarantines a message that the desk failed to take in, for people to look at.
    async fn quarantine_after(&self, fault: &Error) -> Result<Received, Error> {
        tracing::error!(mailbox = self.name, message = %self.id, error = %fault, "could not take in a mail; it is quarantined");
        let reason = "the desk met a fault when it took it in; the log says which";
        self.app.write(&self.stamp.act(), &self.stamp.scope.widened(), async |tx| self.keep_aside(tx, reason).await).await
    }

    /// Quarantines a message, unless it is a duplicate.
    async fn keep_aside(&self, tx: &Tx, reason: &str) -> Result<Received, Error> {
        let before = self.before(tx).await?;
        let left = self.left(tx, before.as_ref()).await?;
        let decision = if before.is_some() { Decision::noted(Outcome::Duplicate, RECEIVED_BEFORE, None) } else { waiting(reason) };
        self.keep(tx, &decision, None, None, left).await
    }

    /// When it happened, if it was fetched late.
    fn when(&self) -> When {
        let is_late = self.arrived.unix() + AT_ONCE < self.now.unix();
        let reason = is_late.then(|| "it came into the mailbox then".to_owned());
        When { arrived: is_late.then_some(self.arrived), reason, occurred_at: None }
    }

    fn authentication(&self) -> (Authentication, Option<String>) {
        authentication::judge(self.mail, self.app.settings.mail.authserv_id.as_deref())
    }

    /// How much of it is kept: of a copy of what was removed for good, no more than was left of that.
    async fn left(&self, tx: &Tx, before: Option<&StoredMail>) -> Result<Left, Error> {
        if before.is_some_and(|before| before.is_erased) {
            return Ok(Left::Nothing);
        }
        let redacted = store::redactions::is_mail_redacted(tx, &self.mail.content_digest, self.mail.message_id.as_deref()).await?;
        Ok(if redacted { Left::ThatItCame } else { Left::Everything })
    }

    /// The same message, taken in before.
    async fn before(&self, tx: &Tx) -> Result<Option<StoredMail>, Error> {
        if self.has_no_identity() {
            return Ok(None);
        }
        let (key, lately) = (self.once_key(), self.now.plus(-SAME_WORDS).unwrap_or(Instant::MIN));
        let by = if self.mail.message_id.is_some() { SameBy::Key(&key) } else { SameBy::CameAfter(lately) };
        // The digest covers the sender, so the same words from somebody else are another message.
        let same = SameMessage { contract: &self.mailbox.contract, digest: &self.mail.content_digest, by };
        Ok(store::inbound::arrived(tx, &same).await?)
    }

    /// With neither a Message-ID nor a sender, two messages cannot be told from one that came twice.
    fn has_no_identity(&self) -> bool {
        self.mail.message_id.is_none() && self.mail.from.is_none()
    }

    /// A key that is unique within the contract, so that the same message arriving twice at one moment is taken in once.
    fn once_key(&self) -> String {
        let identity = match &self.mail.message_id {
            Some(message_id) => format!("{message_id} {}", self.mail.content_digest),
            None if self.has_no_identity() => self.id.to_string(),
            None => format!("{} {}", self.now.unix().div_euclid(SAME_WORDS), self.mail.content_digest),
        };
        tokens::digest(identity.as_bytes())
    }

    async fn keep(
        &self,
        tx: &Tx,
        decision: &Decision<Ticket>,
        ticket: Option<Ticket>,
        organisation: Option<String>,
        left: Left,
    ) -> Result<Received, Error> {
        let stub = store::redactions::stub();
        let raw: &[u8] = match left {
            Left::Everything => self.raw,
            Left::ThatItCame => &stub,
            Left::Nothing => &[],
        };
        let whose = ticket.as_ref().map(|ticket| &ticket.organisation).or(organisation.as_ref());
        quota::take(self.app, tx, whose.map_or(NOBODY, String::as_str), raw.len() as u64).await?;
        let kept = StoredMail {
            id: self.id,
            organisation: ticket.as_ref().map(|ticket| ticket.organisation.clone()).or(organisation),
            contract: self.mailbox.contract.clone(),
            mailbox: self.name.to_owned(),
            // Of somebody who was erased it may hold the address.
            message_id: self.mail.message_id.clone().filter(|_| left != Left::Nothing).unwrap_or_else(|| format!("{}{MADE_UP}", self.id)),
            digest: self.mail.content_digest.clone(),
            sender: self.mail.from.as_ref().filter(|_| left != Left::Nothing).map(|from| from.email.clone()),
            subject: match left {
                Left::Everything => self.mail.subject.clone(),
                Left::ThatItCame => Some(GONE.to_owned()),
                Left::Nothing => None,
            },
            authentication: self.authentication().0,
            outcome: decision.outcome.kind().as_str().to_owned(),
            reason: decision.reason.clone(),
            ticket_id: ticket.as_ref().map(|ticket| ticket.id),
            received_at: self.arrived,
            redacted_at: (left == Left::ThatItCame).then_some(self.now),
            is_erased: left == Left::Nothing,
            size_bytes: raw.len() as u64,
        };
        let once_key = (decision.outcome != Outcome::Duplicate).then(|| self.once_key());
        if tx.touched().objects.is_empty() {
            tx.touch("inbound_message", self.id);
        }
        let stored = if left == Left::Everything { copy::sealed(self.app, self.id, raw)? } else { (raw.to_vec(), None) };
        store::inbound::keep(tx, &kept, once_key, stored).await?;
        Ok(Received { mail: kept, ticket })
    }
}

/// How much of a message is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Everything,
    /// A copy of it was redacted.
    ThatItCame,
    /// A copy of it was erased or destroyed.
    Nothing,
}

/// The ticket, locked; the one that goes on for it, if it was merged since it was found.
async fn locked_current(tx: &Tx, ticket: &Ticket) -> Result<Ticket, Error> {
    let locked = tickets::locked(tx, TicketRef::Id(ticket.id)).await?;
    match locked.merged_into {
        Some(into) => tickets::locked(tx, TicketRef::Id(into)).await,
        None => Ok(locked),
    }
}

/// The decision to quarantine.
fn waiting(reason: &str) -> Decision<Ticket> {
    Decision::noted(Outcome::Quarantined, reason, None)
}

struct Intake<'a> {
    coming: &'a Coming<'a>,
    agreements: &'a Agreements,
    version: &'a Version,
    sender: Sender,
    whose: Result<String, attribution::Unattributed>,
}

impl<'a> Intake<'a> {
    async fn of(coming: &'a Coming<'a>, tx: &Tx, agreements: &'a Agreements, version: &'a Version) -> Result<Self, Error> {
        let sender = sender::look_up(coming.app, tx, coming.mail, &version.contract).await?;
        let whose = if sender::is_ours(coming.app, coming.mail, &version.contract) {
            Err(attribution::Unattributed::OwnAddress)
        } else {
            attribution::whose(&sender, &sender::clients(&version.contract), Some(coming.mailbox))
        };
        Ok(Self { coming, agreements, version, sender, whose })
    }

    async fn take(&self, tx: &Tx, enclosed: &Enclosed) -> Result<Received, Error> {
        let (app, coming) = (self.coming.app, self.coming);
        let before = coming.before(tx).await?;
        let left = coming.left(tx, before.as_ref()).await?;
        if before.is_none() && left != Left::Everything {
            let decision = waiting("it is a copy of a mail that was redacted, so nothing of it is kept");
            return coming.keep(tx, &decision, None, self.whose.clone().ok(), left).await;
        }
        let (decision, restricted) = self.or_quarantine(tx, self.decide(tx, before.is_some()).await?).await?;
        let ticket = match &decision.outcome {
            Outcome::Ticket { .. } | Outcome::FollowUp(_) => {
                let ticket = tickets::register_in(app, tx, &self.stamp(None), &self.draft(&decision)).await?.ticket;
                Some(Box::pin(enclosures::record(app, tx, &self.stamp(ticket.requester_id), ticket, enclosed)).await?)
            }
            Outcome::Reply(ticket) => {
                let (ticket, writer) = Box::pin(self.reply(tx, ticket)).await?;
                Some(Box::pin(enclosures::record(app, tx, &self.stamp(writer), ticket, enclosed)).await?)
            }
            Outcome::Bounce => Box::pin(self.note_bounce(tx, decision.about.as_ref())).await?,
            Outcome::Duplicate => match before.and_then(|before| before.ticket_id) {
                Some(id) => store::tickets::find(tx, TicketRef::Id(id)).await?,
                None => None,
            },
            Outcome::Automatic => decision.about.clone(),
            // A stranger's mail is linked to no ticket: our next mail about the ticket would be a reply to it.
            Outcome::Quarantined | Outcome::Refused => None,
        };
        let received = coming.keep(tx, &decision, ticket, self.whose.clone().ok(), left).await?;
        if let Some(refused) = &restricted {
            answer::restricted(app, tx, &received.mail, coming.mail, refused).await?;
        }
        Ok(received)
    }

    async fn decide(&self, tx: &Tx, is_duplicate: bool) -> Result<Decision<Ticket>, Error> {
        let mail = self.coming.mail;
        let bounced = match mail.bounce.as_ref().and_then(|bounce| bounce.original_message_id.as_deref()) {
            Some(id) => store::threads::sent_as(tx, id).await?,
            None => None,
        };
        let bounced = match bounced {
            // Only an address we wrote to can bounce: anyone can name a Message-ID of ours.
            Some((ticket, recipient)) if mail.bounce.as_ref().and_then(|bounce| bounce.recipient.as_ref()) == Some(&recipient) => {
                let ticket = match ticket {
                    Some(id) => store::tickets::find(tx, TicketRef::Id(id)).await?,
                    None => None,
                };
                let ticket = match ticket {
                    Some(ticket) => Some(tickets::current(tx, ticket).await?),
                    None => None,
                };
                Some(OurBounce { ticket })
            }
            _ => None,
        };
        let by_token = self.by_token(tx).await?;
        let ancestors: Vec<_> = mail.ancestors().into_iter().map(str::to_owned).collect();
        let by_ancestor = match store::threads::ticket_of(tx, &self.version.contract.id, &self.within(), &ancestors).await? {
            Some(id) => self.found(tx, TicketRef::Id(id)).await?,
            None => None,
        };
        let tag = mail.subject.as_deref().and_then(triage::subject_tag);
        let tag = tag.and_then(|(prefix, number)| crate::domain::ticket::parse_reference(&format!("{prefix}-{number}")));
        let by_tag = match tag {
            Some((kind, number)) => self.found(tx, TicketRef::Number(kind, number)).await?,
            None => None,
        };
        Ok(triage::decide(TriageInput {
            mail,
            size: self.coming.raw.len() as u64,
            size_cap: SIZE_CAP,
            is_duplicate,
            bounced,
            by_token,
            by_ancestor,
            by_tag,
            unattributed: self.whose.as_ref().err().copied(),
            forged: self.forged(),
            is_stranger: self.is_of_a_stranger(),
        }))
    }

    /// Why the message may not be of whom it says.
    fn forged(&self) -> Option<String> {
        match self.coming.authentication() {
            (Authentication::Failed, found) => Some(format!("it is not of the sender it names ({})", found.unwrap_or_default())),
            (Authentication::Unverified, _) if self.coming.mailbox.require_authenticated => {
                Some("this mailbox takes in what is verified to be of its sender, and this is not".to_owned())
            }
            _ => None,
        }
    }

    /// The ticket of the mail that this one answers, by a Message-ID that the desk signed: whoever has it was written to, whatever address they answer
    /// from, unless that is another client's. A ticket that few may see is not there for it: that takes the address.
    async fn by_token(&self, tx: &Tx) -> Result<Option<TicketMatch<Ticket>>, Error> {
        if self.whose == Err(attribution::Unattributed::OwnAddress) {
            return Ok(None);
        }
        for id in self.coming.mail.ancestors().into_iter().filter(|id| letter::is_signed(self.coming.app, id)) {
            let Some((Some(ticket), recipient)) = store::threads::sent_as(tx, id).await? else { continue };
            let ticket = store::tickets::find(tx, TicketRef::Id(ticket)).await?;
            let is_anothers =
                |ticket: &Ticket| !self.sender.belongs_to(&ticket.organisation) && self.sender.organisations().next().is_some();
            let is_there = |ticket: &Ticket| ticket.destroyed_at.is_none() && ticket.flags.is_empty() && !is_anothers(ticket);
            let Some(ticket) = ticket.filter(is_there) else { continue };
            // What the desk writes to its own side is answered by its own side.
            let (organisation, address) = people::address(&ticket.organisation, &recipient);
            if store::people::with_address(tx, &organisation, &address).await?.is_none() {
                continue;
            }
            let ticket = tickets::current(tx, ticket).await?;
            let is_closed = matches!(ticket.state(), State::Closed | State::Cancelled);
            // A ticket of their own is for whoever the client is known to have.
            if is_closed && !self.sender.belongs_to(&ticket.organisation) {
                continue;
            }
            return Ok(Some(TicketMatch { ticket, is_theirs: true, is_closed }));
        }
        Ok(None)
    }

    /// Whether nothing is known of the sender, and the client follows from the mailbox alone.
    fn is_of_a_stranger(&self) -> bool {
        self.whose.as_ref().is_ok_and(|organisation| !self.sender.belongs_to(organisation))
    }

    /// The organisations whose tickets it may be about: the sender's, and the one that the mailbox gives to strangers. Other tickets do not
    /// exist for it.
    fn within(&self) -> Vec<&str> {
        self.sender.organisations().chain(self.whose.as_deref().ok()).collect()
    }

    /// A ticket that the message refers to, under any contract, and whether the sender takes part in it.
    async fn found(&self, tx: &Tx, ticket: TicketRef) -> Result<Option<TicketMatch<Ticket>>, Error> {
        let ticket = store::tickets::find(tx, ticket).await?.filter(|ticket| self.within().contains(&ticket.organisation.as_str()));
        let Some(ticket) = ticket else { return Ok(None) };
        // A ticket that was destroyed takes nothing any more: what comes about it is new.
        if ticket.destroyed_at.is_some() {
            return Ok(None);
        }
        if !ticket.flags.is_empty() && !self.sees(tx, &ticket).await? {
            return Ok(None);
        }
        // A stranger whose mail was accepted takes part in that ticket, and in no other of the client.
        let is_theirs = self.reported(tx, &ticket).await? || self.speaks_for(tx, &ticket).await?;
        // It goes on as another one, which they take part in as well.
        let ticket = tickets::current(tx, ticket).await?;
        Ok(Some(TicketMatch { is_theirs, is_closed: matches!(ticket.state(), State::Closed | State::Cancelled), ticket }))
    }

    /// Whether a ticket that few may see is there for the sender: as for anybody who has a part in it, or who was told of its flags. For a
    /// colleague who only knows the number it is not, and their mail is about nothing we know.
    async fn sees(&self, tx: &Tx, ticket: &Ticket) -> Result<bool, Error> {
        let Some(from) = &self.coming.mail.from else { return Ok(false) };
        let version = self.agreements.version(ticket.contract_version_id)?;
        let contract = &version.contract;
        let held = reach(tx, &[contract.id.as_str()], self.coming.now).await?;
        let reached = |role| held.addresses(contract, role, &ticket.organisation);
        let mut told = ticket.flags.iter().flat_map(|flag| contract.told_of(flag, reached));
        if told.any(|address| address.eq_ignore_ascii_case(&from.email)) {
            return Ok(true);
        }
        let address = people::address(&ticket.organisation, &from.email);
        let person = store::people::with_address(tx, &address.0, &address.1).await?;
        let clearance = person.map(|person| Clearance::of(Roles::default(), &Actor::by_mail(Some(person.id))));
        Ok(clearance.is_some_and(|clearance| clearance.sees(ticket.restricted())))
    }

    /// Whether the sender is of the ticket's organisation and, where that has a list of contacts, one of those (SUP-13, SUP-14) or of a role
    /// that the desk writes to.
    async fn speaks_for(&self, tx: &Tx, ticket: &Ticket) -> Result<bool, Error> {
        let Some(from) = self.coming.mail.from.as_ref().filter(|_| self.sender.belongs_to(&ticket.organisation)) else { return Ok(false) };
        if store::contacts::lists(tx, &[(ticket.contract.as_str(), ticket.organisation.as_str())]).await?.is_empty() {
            return Ok(true);
        }
        let contract = &self.agreements.version(ticket.contract_version_id)?.contract;
        let held = reach(tx, &[contract.id.as_str()], self.coming.now).await?;
        let roles = contract.roles.iter().filter(|role| role.side == Side::Client);
        let mut written_to = roles.flat_map(|role| held.addresses(contract, role, &ticket.organisation));
        if written_to.any(|address| address.eq_ignore_ascii_case(&from.email)) {
            return Ok(true);
        }
        let (organisation, email) = people::address(&ticket.organisation, &from.email);
        let Some(person) = store::people::with_address(tx, &organisation, &email).await? else { return Ok(false) };
        Ok(store::contacts::active(tx, &[person.id]).await?.contains(&(ticket.contract.clone(), person.id)))
    }

    /// Whether the sender is the ticket's requester.
    async fn reported(&self, tx: &Tx, ticket: &Ticket) -> Result<bool, Error> {
        let (Some(from), Some(id)) = (&self.coming.mail.from, ticket.requester_id) else { return Ok(false) };
        Ok(store::people::find(tx, &[id]).await?.iter().any(|person| person.email == from.email.to_lowercase()))
    }

    fn stamp(&self, person: Option<Uuid>) -> Stamp {
        let who = Principal::new(Actor::by_mail(person), Roles::from_iter([Role::Requester]));
        let via = self.coming.stamp.via.clone();
        Stamp { who, scope: Scope::ALL.into(), recorded_at: self.coming.now, idempotency: None, unreadable: Vec::new(), via }
    }

    /// The decision, or quarantine if the ticket it calls for cannot be registered: the mail must not be lost.
    /// With it why others only may have such a ticket, when its sender is to hear of that.
    async fn or_quarantine(&self, tx: &Tx, decision: Decision<Ticket>) -> Result<(Decision<Ticket>, Option<Refused>), Error> {
        if !matches!(decision.outcome, Outcome::Ticket { .. } | Outcome::FollowUp(_)) {
            return Ok((decision, None));
        }
        let (stamp, draft) = (self.stamp(None), self.draft(&decision));
        let problems = tickets::problems(self.agreements, &stamp, &draft);
        let details: Vec<_> = problems.iter().map(|problem| problem.detail.as_str()).collect();
        if !details.is_empty() {
            return Ok((waiting(&details.join("; ")), None));
        }
        let Some(refused) = tickets::restriction(tx, self.agreements, &stamp, &draft).await? else { return Ok((decision, None)) };
        let is_told = decision.acknowledge;
        Ok((waiting(refused.restriction.says()), is_told.then_some(refused)))
    }

    /// The ticket it becomes. A follow-up keeps the organisation and contract of the ticket it follows.
    fn draft(&self, decision: &Decision<Ticket>) -> Draft {
        let (followed, related) = match &decision.outcome {
            Outcome::FollowUp(ticket) => (Some(ticket), Some(ticket)),
            Outcome::Ticket { suggested_link } => (None, suggested_link.as_ref()),
            _ => (None, None),
        };
        let becoming = Becoming {
            mailbox: self.coming.name,
            kind: self.coming.mailbox.default_type,
            contract: followed.map_or(&self.version.contract.id, |ticket| &ticket.contract),
            organisation: followed.map(|ticket| ticket.organisation.clone()).or_else(|| self.whose.clone().ok()),
            acknowledge: decision.acknowledge,
            is_stranger: self.is_of_a_stranger(),
            related,
        };
        let When { arrived, reason, .. } = self.coming.when();
        Draft { occurred_at: arrived, occurred_at_reason: reason, ..draft(self.coming.mail, becoming) }
    }

    /// Adds the message to a ticket. Returns the ticket, and who wrote if that is known.
    async fn reply(&self, tx: &Tx, ticket: &Ticket) -> Result<(Ticket, Option<Uuid>), Error> {
        let mail = self.coming.mail;
        let ticket = locked_current(tx, ticket).await?;
        let person = self.writer(tx, &ticket.organisation).await?;
        let body = if mail.reply_text.is_empty() { "(geen tekst)" } else { &mail.reply_text };
        let message =
            NewMessage { body: body.to_owned(), person_id: person, is_automatic: mail.automatic.is_some(), ..NewMessage::public() };
        tickets::write_in(self.coming.app, tx, &self.stamp(person), ticket.clone(), &message, &self.coming.when()).await?;
        let ticket = store::tickets::find(tx, TicketRef::Id(ticket.id)).await?.ok_or(Error::NotFound("ticket"))?;
        Ok((ticket, person))
    }

    /// The sender as a person of the ticket's organisation. A colleague who writes for the first time is recorded, as one who reports
    /// something is; none of whoever may belong to another client as well.
    async fn writer(&self, tx: &Tx, organisation: &str) -> Result<Option<Uuid>, Error> {
        let Some((name, email)) = self.coming.mail.from.as_ref().map(requester) else { return Ok(None) };
        let address = people::address(organisation, &email);
        if let Some(known) = store::people::with_address(tx, organisation, &address.1).await? {
            return Ok(Some(known.id));
        }
        if !self.sender.is_only_of(organisation) {
            return Ok(None);
        }
        let recorded = people::known_as(self.coming.app, tx, [(address.clone(), name.as_str(), false)].into_iter()).await?;
        Ok(recorded.get(&address).map(|person| person.id))
    }

    /// Notes on its ticket that a mail of ours cannot be delivered. A temporary failure is not noted.
    async fn note_bounce(&self, tx: &Tx, about: Option<&Ticket>) -> Result<Option<Ticket>, Error> {
        let (Some(about), Some(bounce)) = (about, self.coming.mail.bounce.as_ref().filter(|bounce| bounce.permanent)) else {
            return Ok(about.cloned());
        };
        let ticket = locked_current(tx, about).await?;
        let body = format!("Een bericht over dit ticket kon niet worden bezorgd ({}).", bounce.status.as_deref().unwrap_or("zonder code"));
        let message = NewMessage { body, ..NewMessage::internal() };
        tickets::write_in(self.coming.app, tx, &Stamp::system(self.coming.now), ticket.clone(), &message, &When::default()).await?;
        Ok(Some(ticket))
    }
}
