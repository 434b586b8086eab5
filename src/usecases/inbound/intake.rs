//! What becomes of a message: a ticket, a reply, or a note of why it is neither.

use uuid::Uuid;

use super::coming::{Coming, Left, waiting};
use super::{Becoming, Received, SIZE_CAP, answer, draft, requester, sender};
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::mail::Authentication;
use crate::domain::permission::{Principal, Role, Roles};
use crate::domain::ticket::{Actor, Ticket, TicketRef};
use crate::mail::attribution::{self, Sender};
use crate::mail::triage::{self, Decision, OurBounce, Outcome, TriageInput};
use crate::store::{self, Scope, Tx};
use crate::usecases::enclosures::{self, Enclosed};
use crate::usecases::entitled::Refused;
use crate::usecases::tickets::{self, Draft, NewMessage, When};
use crate::usecases::{Error, Stamp, people};

/// Seconds for which a ticket is not told again that an address does not work.
const DAY: i64 = 24 * 3600;

pub(super) struct Intake<'a> {
    pub(super) coming: &'a Coming<'a>,
    pub(super) agreements: &'a Agreements,
    pub(super) version: &'a Version,
    pub(super) sender: Sender,
    pub(super) whose: Result<String, attribution::Unattributed>,
}

impl<'a> Intake<'a> {
    pub(super) async fn of(coming: &'a Coming<'a>, tx: &Tx, agreements: &'a Agreements, version: &'a Version) -> Result<Self, Error> {
        let sender = sender::look_up(coming.app, tx, coming.mail, &version.contract).await?;
        let whose = if sender::is_ours(coming.app, coming.mail, &version.contract) {
            Err(attribution::Unattributed::OwnAddress)
        } else {
            let clients = sender::clients(&version.contract);
            let whose = attribution::whose(&sender, &clients, Some(coming.mailbox));
            // What the mailbox does with strangers says nothing of a machine that it names.
            if coming.alert().is_some() && whose.is_err() { attribution::of_mailbox(&clients, coming.mailbox).or(whose) } else { whose }
        };
        Ok(Self { coming, agreements, version, sender, whose })
    }

    pub(super) async fn take(&self, tx: &Tx, enclosed: &Enclosed) -> Result<Received, Error> {
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
            Outcome::Bounce => Box::pin(self.note_bounce(tx, &decision)).await?,
            Outcome::Duplicate => match before.and_then(|before| before.ticket_id) {
                Some(id) => store::tickets::find(tx, TicketRef::Id(id)).await?,
                None => None,
            },
            Outcome::Automatic => decision.about.clone(),
            // A stranger's mail is linked to no ticket: our next mail about the ticket would be a reply to it.
            Outcome::Quarantined | Outcome::Refused => None,
        };
        if let (Outcome::Ticket { .. } | Outcome::FollowUp(_) | Outcome::Reply(_), Some(from)) = (&decision.outcome, &coming.mail.from) {
            store::people::note_bounce(tx, &from.email, None).await?;
        }
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
            is_alert: self.coming.alert().is_some(),
            is_stranger: self.is_of_a_stranger(),
        }))
    }

    /// Why the message may not be of whom it says.
    fn forged(&self) -> Option<String> {
        match &self.coming.authentication {
            (Authentication::Failed, found) => Some(format!("it is not of the sender it names ({})", found.as_deref().unwrap_or_default())),
            (Authentication::Unverified, _) if self.coming.mailbox.require_authenticated => {
                Some("this mailbox takes in what is verified to be of its sender, and this is not".to_owned())
            }
            _ => None,
        }
    }

    /// Whether nothing is known of the sender, and the client follows from the mailbox alone.
    fn is_of_a_stranger(&self) -> bool {
        self.whose.as_ref().is_ok_and(|organisation| !self.sender.belongs_to(organisation))
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
            kind: self.coming.alert().unwrap_or(self.coming.mailbox.default_type),
            contract: followed.map_or(&self.version.contract.id, |ticket| &ticket.contract),
            organisation: followed.map(|ticket| ticket.organisation.clone()).or_else(|| self.whose.clone().ok()),
            acknowledge: decision.acknowledge,
            is_stranger: self.is_of_a_stranger(),
            is_alert: self.coming.alert().is_some(),
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
        let message = NewMessage {
            body: body.to_owned(),
            person_id: person,
            is_automatic: mail.automatic.is_some() || self.coming.alert().is_some(),
            cut_from: (mail.reply_text != mail.text).then_some(self.coming.id),
            ..NewMessage::public()
        };
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

    /// Notes with the address, and once a day on its ticket, that a mail of ours cannot be delivered. A temporary failure is not noted.
    async fn note_bounce(&self, tx: &Tx, decision: &Decision<Ticket>) -> Result<Option<Ticket>, Error> {
        let about = decision.about.as_ref();
        let Some(bounce) = self.coming.mail.bounce.as_ref().filter(|bounce| bounce.permanent) else { return Ok(about.cloned()) };
        if let Some(address) = &bounce.recipient {
            store::people::note_bounce(tx, address, Some(self.coming.now)).await?;
        }
        let (Some(about), Some(reason)) = (about, &decision.reason) else { return Ok(about.cloned()) };
        let a_day_ago = self.coming.now.plus(-DAY).unwrap_or(Instant::MIN);
        if store::inbound::has_bounced(tx, about.id, reason, a_day_ago).await? {
            return Ok(Some(about.clone()));
        }
        let ticket = locked_current(tx, about).await?;
        let body = format!("Een bericht over dit ticket kon niet worden bezorgd ({}).", bounce.status.as_deref().unwrap_or("zonder code"));
        let message = NewMessage { body, ..NewMessage::internal() };
        tickets::write_in(self.coming.app, tx, &Stamp::system(self.coming.now), ticket.clone(), &message, &When::default()).await?;
        Ok(Some(ticket))
    }
}

/// The ticket, locked; the one that goes on for it, if it was merged since it was found.
async fn locked_current(tx: &Tx, ticket: &Ticket) -> Result<Ticket, Error> {
    let locked = tickets::locked(tx, TicketRef::Id(ticket.id)).await?;
    match locked.merged_into {
        Some(into) => tickets::locked(tx, TicketRef::Id(into)).await,
        None => Ok(locked),
    }
}
