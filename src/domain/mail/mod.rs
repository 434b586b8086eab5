//! Incoming mail and what became of it, and outgoing mail and how far it got.

pub mod cap;
mod signature;

pub use signature::SignatureVerdict;

use uuid::Uuid;

use super::Instant;
use super::contract::Contract;
use super::scan::Scan;
use crate::words::closed_list;

closed_list! {
    /// What became of an incoming mail. Whatever it is, the mail itself is kept.
    pub enum MailOutcome {
        Ticket = "ticket": "nieuw ticket", "new ticket";
        Reply = "reply": "bericht op een ticket", "message on a ticket";
        /// The same mail again.
        Duplicate = "duplicate": "al ontvangen", "received before";
        /// A machine's: noted, never answered, and a ticket only when the desk makes it one.
        Automatic = "automatic": "automatisch bericht", "automatic message";
        /// A mail of the desk was not delivered.
        Bounce = "bounce": "niet bezorgd", "bounced";
        /// It waits until the desk has looked at it.
        Quarantined = "quarantined": "apart gehouden", "kept aside";
        /// It cannot be taken in.
        Refused = "refused": "geweigerd", "refused";
    }
}

impl MailOutcome {
    /// What the desk can make a ticket of.
    pub const KEPT_ASIDE: [Self; 3] = [Self::Quarantined, Self::Duplicate, Self::Automatic];
}

closed_list! {
    /// The messages that the desk writes.
    pub enum MailKind {
        Confirmation = "confirmation": "bevestiging", "confirmation";
        Status = "status": "status", "status";
        Solved = "solved": "oplossing", "solution";
        /// That an offer was submitted, to the requester.
        Offer = "offer": "aanbod", "offer";
        /// That a solution waits for an answer.
        JudgementReminder = "judgement-reminder": "herinnering aan oplossing", "reminder of a solution";
        Retyped = "retyped": "ander type", "type changed";
        /// That a breach counts no longer, since other goals hold.
        GoalsChanged = "goals-changed": "andere streeftijden", "goals changed";
        Merged = "merged": "samenvoeging", "merge";
        /// To whoever proposes a priority that has to be phoned, on a ticket that is there already.
        CallNeeded = "call-needed": "verzoek te bellen", "call asked";
        Reply = "reply": "antwoord", "reply";
        /// To the client's roles that are told what happens to its tickets.
        Progress = "progress": "voortgang", "progress";
        /// To those who decide for the client.
        DecisionAsked = "decision-asked": "besluit gevraagd", "decision asked";
        /// To somebody as whose decision the desk wrote it down.
        DecisionWritten = "decision-written": "besluit vastgelegd", "decision written down";
        /// To the management of both sides.
        Calamity = "calamity": "calamiteit", "calamity";
        /// To those who follow a ticket.
        Followed = "followed": "nieuws voor volger", "news for a follower";
        /// To whoever has a ticket in hand.
        Holder = "holder": "nieuws voor behandelaar", "news for its holder";
        Escalation = "escalation": "escalatie", "escalation";
        EscalationProposed = "escalation-proposed": "escalatievoorstel", "proposed escalation";
        /// That a ticket which few may see climbs its ladder, without which one.
        EscalationWithheld = "escalation-withheld": "vertrouwelijke escalatie", "confidential escalation";
        FlagSet = "flag-set": "markering", "flag set";
        /// To the members of a response team.
        ResponseTeam = "response-team": "inzet responsteam", "response team called in";
        /// To the requester of a ticket that few may see, whose address changed since.
        NewsWithheld = "news-withheld": "nieuws zonder inhoud", "news without its content";
        ObligationReminder = "obligation-reminder": "herinnering aan verplichting", "reminder of an obligation";
        ObligationLate = "obligation-late": "verplichting te laat", "obligation late";
        /// To somebody who may not have a ticket registered.
        Restricted = "restricted": "voorbehouden", "reserved for others";
        RoleUncovered = "role-uncovered": "niemand bereikbaar in een rol", "nobody reachable in a role";
        RoleReview = "role-review": "rol te beoordelen", "role due for review";
        /// What else there was to tell, in one mail: the recipient had as many as anybody gets.
        Digest = "digest": "overzicht van berichten", "digest";
    }
}

closed_list! {
    /// Whether a mail is of whom it says, as far as the mail server that took it in could tell.
    pub enum Authentication {
        /// Its sender's domain vouches for it.
        Verified = "verified": "geverifieerd", "verified";
        /// It is not what its sender's domain sends.
        Failed = "failed": "niet van deze afzender", "failed";
        /// Nothing shows either.
        Unverified = "unverified": "niet geverifieerd", "unverified";
    }
}

impl MailKind {
    /// What goes at once, however much its reader gets.
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::FlagSet | Self::ResponseTeam | Self::Calamity)
    }
}

/// An incoming mail and what became of it, without the raw message.
#[derive(Debug, Clone)]
pub struct Inbound {
    pub id: Uuid,
    /// The sender's, where that is known.
    pub organisation: Option<String>,
    /// The contract of its mailbox.
    pub contract: String,
    pub mailbox: String,
    /// Its Message-ID, or one made up for it.
    pub message_id: String,
    /// SHA-256 of what its sender wrote.
    pub digest: String,
    /// The address it gives as its sender's.
    pub sender: Option<String>,
    pub subject: Option<String>,
    pub authentication: Authentication,
    /// What was made of a person's signature on it; none where it has none.
    pub signature: Option<SignatureVerdict>,
    /// A code of [`MailOutcome`].
    pub outcome: String,
    pub reason: Option<String>,
    /// The ticket it made or landed on.
    pub ticket_id: Option<Uuid>,
    pub received_at: Instant,
    /// When its content was removed for good.
    pub redacted_at: Option<Instant>,
    /// Whether its content was erased with its sender, or destroyed.
    pub is_erased: bool,
    /// Of what is kept of it.
    pub size_bytes: u64,
    /// `None` where the desk had no scanner when it came, or nothing is left to scan.
    pub scan: Option<Scan>,
}

/// Which incoming mails a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct InboundFilter {
    pub outcomes: Vec<String>,
    pub mailboxes: Vec<String>,
    /// After this one in the list.
    pub after: Option<(Instant, Uuid)>,
    pub limit: u64,
}

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    pub id: Uuid,
    /// `None` when it is about an obligation.
    pub ticket_id: Option<Uuid>,
    pub organisation: String,
    /// The event it reports.
    pub event_id: Uuid,
    /// A code of [`MailKind`].
    pub template: String,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    /// The `Auto-Submitted` it carries, or `personal`.
    pub auto: String,
    /// Its Message-ID, without brackets.
    pub message_id: String,
    /// The message it answers.
    pub in_reply_to: Option<String>,
    pub attempts: i32,
    pub created_at: Instant,
    /// From when it is tried: since it was made, since it was sent again after being given up, or from when its contract lets notices leave.
    pub queued_at: Instant,
    /// The mailbox it leaves from; `None` for `mail.from`.
    pub mailbox: Option<String>,
}

impl Outbound {
    /// Whether a person wrote it.
    pub fn is_personal(&self) -> bool {
        self.auto == PERSONAL
    }

    /// Whether it answers no message: the desk sends it of its own accord, or for something that was asked in another way than by mail.
    pub fn is_a_notice(&self) -> bool {
        self.auto == GENERATED || self.in_reply_to.is_none()
    }

    /// Whether it is held to what a recipient gets in a while.
    pub fn is_capped(&self) -> bool {
        !self.is_personal() && !self.is_urgent()
    }

    /// The same, left until its contract lets notices leave, if it is one that can wait. An answer to a message, and what a person wrote, leave at once.
    #[must_use]
    pub fn within_hours(self, contract: &Contract, priority: Option<&str>) -> Self {
        if self.auto != GENERATED || self.is_urgent() {
            return self;
        }
        Self { queued_at: contract.notice_leaves(priority, self.queued_at), ..self }
    }

    fn is_urgent(&self) -> bool {
        MailKind::named(&self.template).is_some_and(MailKind::is_urgent)
    }
}

/// The [`Outbound::auto`] of a person's own words.
pub const PERSONAL: &str = "personal";
/// The `Auto-Submitted` of a notice.
pub const GENERATED: &str = "auto-generated";

closed_list! {
    /// Where an outgoing mail stands.
    pub enum MailState {
        /// It waits for its next try.
        Pending = "pending": "in de wachtrij", "queued";
        /// It waits until its contract lets notices leave, and is judged again then.
        Waiting = "waiting": "wacht op openingstijd", "waiting for opening hours";
        Sent = "sent": "verzonden", "sent";
        /// It was given up, until somebody sends it again.
        Failed = "failed": "niet bezorgd", "not delivered";
        /// It is not sent unless somebody asks for it: its recipient had as many as anybody gets ([`cap`]), or few may see by now what it tells.
        Withheld = "withheld": "ingehouden", "withheld";
        /// It was not sent by itself: a digest told of it.
        Digested = "digested": "gemeld in een overzicht", "told in a digest";
    }
}

impl MailState {
    /// What has not left, and may leave by itself.
    pub const UNSENT: [Self; 3] = [Self::Pending, Self::Waiting, Self::Withheld];
    /// What is sent when somebody asks for it.
    pub const KEPT: [Self; 3] = [Self::Failed, Self::Withheld, Self::Digested];
}

/// An outgoing mail with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracked {
    pub mail: Outbound,
    pub state: MailState,
    /// Why the last try failed.
    pub last_error: Option<String>,
    pub next_attempt_at: Option<Instant>,
    pub sent_at: Option<Instant>,
}

/// Which outgoing mails a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct OutboundFilter {
    pub states: Vec<MailState>,
    pub ticket: Option<Uuid>,
    /// After this one in the list.
    pub after: Option<(Instant, Uuid)>,
    pub limit: u64,
}
