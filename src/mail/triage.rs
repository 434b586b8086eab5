//! Decides what to do with an incoming message, from what it says and what was looked up about it.
//!
//! The order matters: first a bounce of one of our mails, then a machine's message, then the ticket by reply token, by the messages it
//! replies to, and by the tag in its subject. A stranger never joins a ticket: somebody who quotes its number but takes no part in it gets
//! a new ticket, with a suggested link when both belong to one organisation. [`super::attribution`] decided before which client the message
//! belongs to; where it could not, the message waits for the desk.
//! Deliberately absent: every lookup, and carrying out the decision.

use super::attribution::Unattributed;
use super::parse::{Mark, Parsed};
use crate::domain::mail::MailOutcome;

/// A ticket that a message seems to be about. It belongs to the sender's organisation, or to the one that strangers are given; tickets of
/// others are never looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketMatch<T> {
    /// Under any contract.
    pub ticket: T,
    /// Whether the sender takes part in it or belongs to its organisation.
    pub is_theirs: bool,
    /// A closed ticket takes no more replies; one gives a follow-up ticket.
    pub is_closed: bool,
}

/// A mail of ours that was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurBounce<T> {
    /// None for a mail that was not about a ticket.
    pub ticket: Option<T>,
}

/// Everything the decision depends on.
#[derive(Debug, Clone)]
pub struct TriageInput<'m, T> {
    pub mail: &'m Parsed,
    /// In bytes.
    pub size: u64,
    pub size_cap: u64,
    /// Whether the same message was received before.
    pub is_duplicate: bool,
    /// Set when it is a delivery report about one of our mails.
    pub bounced: Option<OurBounce<T>>,
    /// By its reply token, whose signature is valid. Holding one shows that we wrote to the sender, so `is_theirs` does not matter.
    pub by_token: Option<TicketMatch<T>>,
    /// By the messages it replies to: the first of [`Parsed::ancestors`] that we know.
    pub by_ancestor: Option<TicketMatch<T>>,
    /// By the number in its subject ([`subject_tag`]).
    pub by_tag: Option<TicketMatch<T>>,
    /// Set when the message could not be attributed to a client.
    pub unattributed: Option<Unattributed>,
    /// Set when it may not be of whom it says: why.
    pub forged: Option<String>,
    /// Whether its sender is a machine whose mail the mailbox takes for reports, such as monitoring.
    pub is_alert: bool,
    /// Whether nothing is known of its sender, and the client follows from the mailbox alone.
    pub is_stranger: bool,
}

/// What becomes of a message. The message itself is always kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// A new ticket.
    Ticket {
        /// A ticket that the message refers to but whose conversation the sender is not part of.
        suggested_link: Option<T>,
    },
    /// A message on this ticket. Its phase and its clocks stay as they are.
    Reply(T),
    /// A new ticket, linked to this one, which is closed.
    FollowUp(T),
    /// The same message as before.
    Duplicate,
    /// A machine's message: kept, never answered, never a ticket.
    Automatic,
    /// A report that one of our mails was not delivered.
    Bounce,
    /// Waits for somebody at the desk to look at it.
    Quarantined,
    /// Too large, or not a mail.
    Refused,
}

impl<T> Outcome<T> {
    /// The code it is stored under. A follow-up is stored as a ticket.
    pub const fn kind(&self) -> MailOutcome {
        match self {
            Self::Ticket { .. } | Self::FollowUp(_) => MailOutcome::Ticket,
            Self::Reply(_) => MailOutcome::Reply,
            Self::Duplicate => MailOutcome::Duplicate,
            Self::Automatic => MailOutcome::Automatic,
            Self::Bounce => MailOutcome::Bounce,
            Self::Quarantined => MailOutcome::Quarantined,
            Self::Refused => MailOutcome::Refused,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<T> {
    pub outcome: Outcome<T>,
    /// Whether the sender gets a confirmation.
    pub acknowledge: bool,
    /// Set unless it simply became a ticket or a reply.
    pub reason: Option<String>,
    /// The ticket that a machine's message, a bounce or a quarantined message refers to.
    pub about: Option<T>,
}

impl<T> Decision<T> {
    fn taken(outcome: Outcome<T>, acknowledge: bool) -> Self {
        Self { outcome, acknowledge, reason: None, about: None }
    }

    /// Kept, and not made into a ticket or a reply.
    pub fn noted(outcome: Outcome<T>, reason: impl Into<String>, about: Option<T>) -> Self {
        Self { outcome, acknowledge: false, reason: Some(reason.into()), about }
    }
}

pub const RECEIVED_BEFORE: &str = "the same message was taken in before";

pub fn decide<T>(inbound: TriageInput<'_, T>) -> Decision<T> {
    let mail = inbound.mail;
    // Before the size: a duplicate of a mail that was refused for its size is still a duplicate.
    if inbound.is_duplicate {
        return Decision::noted(Outcome::Duplicate, RECEIVED_BEFORE, None);
    }
    if inbound.size > inbound.size_cap {
        return Decision::noted(Outcome::Refused, too_large(inbound.size, inbound.size_cap), None);
    }
    if mail.is_blank() {
        return Decision::noted(Outcome::Refused, "this is not a mail: it has no sender, no subject and nothing to read", None);
    }
    if let Some(ours) = inbound.bounced {
        return Decision::noted(Outcome::Bounce, undelivered(mail), ours.ticket);
    }
    let found = inbound.by_token.map(|token| TicketMatch { is_theirs: true, ..token });
    let found = found.or_else(|| likeliest(inbound.by_ancestor, inbound.by_tag));
    // After the bounces, which are machine's messages too, but ones we act on.
    if let Some(automatic) = mail.automatic.as_ref().filter(|automatic| !(inbound.is_alert && automatic.may_report())) {
        return Decision::noted(
            Outcome::Automatic,
            format!("an automatic message: {automatic}"),
            found.filter(|it| it.is_theirs).map(|it| it.ticket),
        );
    }
    // Of somebody else's name nothing is taken, and nobody is told anything.
    if let Some(reason) = inbound.forged {
        return Decision::noted(Outcome::Quarantined, reason, None);
    }
    if let Some(reason) = unattributable(mail) {
        return Decision::noted(Outcome::Quarantined, reason, found.map(|it| it.ticket));
    }
    let acknowledge = mail.may_be_acknowledged() && !inbound.is_alert;
    let unasked = mail.mark.as_ref().filter(|_| inbound.is_stranger && !inbound.is_alert);
    match found {
        Some(TicketMatch { ticket, is_theirs: true, is_closed: false }) => Decision::taken(Outcome::Reply(ticket), false),
        Some(TicketMatch { ticket, is_theirs: true, is_closed: true }) => Decision::taken(Outcome::FollowUp(ticket), acknowledge),
        other => unrelated(other.map(|it| it.ticket), inbound.unattributed, unasked, acknowledge),
    }
}

/// Prefers the messages it replies to over its subject, since people reuse old subjects, unless only the latter is the sender's.
fn likeliest<T>(by_ancestor: Option<TicketMatch<T>>, by_tag: Option<TicketMatch<T>>) -> Option<TicketMatch<T>> {
    match (by_ancestor, by_tag) {
        (Some(ancestor), Some(tag)) if !ancestor.is_theirs && tag.is_theirs => Some(tag),
        (Some(ancestor), _) => Some(ancestor),
        (None, tag) => tag,
    }
}

/// For a message that belongs to no ticket of its sender's. Even where strangers are accepted, what one of them `unasked` sent to many waits: it
/// is more often a newsletter than a report.
fn unrelated<T>(suggested_link: Option<T>, unattributed: Option<Unattributed>, unasked: Option<&Mark>, acknowledge: bool) -> Decision<T> {
    match (unattributed, unasked) {
        (None, None) => Decision::taken(Outcome::Ticket { suggested_link }, acknowledge),
        (None, Some(mark)) => {
            Decision::noted(Outcome::Quarantined, format!("of somebody unknown, who asks for no answer: {mark}"), suggested_link)
        }
        (Some(reason), _) => Decision::noted(Outcome::Quarantined, reason.to_string(), suggested_link),
    }
}

fn unattributable(mail: &Parsed) -> Option<&'static str> {
    if mail.from.is_none() {
        Some("the message names no sender")
    } else if mail.several_senders {
        Some("the message names more than one sender")
    } else {
        None
    }
}

fn too_large(size: u64, cap: u64) -> String {
    format!("the message is too large: {size} bytes, where {cap} are allowed")
}

fn undelivered(mail: &Parsed) -> String {
    let bounce = mail.bounce.as_ref();
    let recipient = bounce.and_then(|bounce| bounce.recipient.as_deref()).unwrap_or("the recipient");
    let status = bounce.and_then(|bounce| bounce.status.as_deref()).unwrap_or("no status");
    format!("our message did not reach {recipient} ({status})")
}

/// Of ticket numbers.
const PREFIXES: [&str; 6] = ["INC", "PRB", "RFS", "RFI", "RFP", "RFC"];

/// The first ticket number in brackets: `Re: [INC-123] printer` gives `("INC", 123)`.
pub fn subject_tag(subject: &str) -> Option<(&'static str, u64)> {
    subject.split('[').skip(1).find_map(|rest| tag(rest.split_once(']')?.0))
}

fn tag(text: &str) -> Option<(&'static str, u64)> {
    let (prefix, number) = text.trim().split_once('-')?;
    let prefix = PREFIXES.into_iter().find(|known| known.eq_ignore_ascii_case(prefix))?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.parse().ok()).flatten().map(|number| (prefix, number))
}

#[cfg(test)]
mod tests {
    use super::super::parse::{Automatic, Bounce, parse};
    use super::*;

    fn mail() -> Parsed {
        parse(b"From: jan@example.nl\nSubject: printer\n\nHij doet het niet.\n")
    }

    fn inbound(mail: &Parsed) -> TriageInput<'_, u8> {
        TriageInput {
            mail,
            size: 100,
            size_cap: 1000,
            is_duplicate: false,
            bounced: None,
            by_token: None,
            by_ancestor: None,
            by_tag: None,
            unattributed: None,
            forged: None,
            is_alert: false,
            is_stranger: false,
        }
    }

    fn found(ticket: u8, is_theirs: bool) -> TicketMatch<u8> {
        TicketMatch { ticket, is_theirs, is_closed: false }
    }

    fn closed(ticket: u8) -> TicketMatch<u8> {
        TicketMatch { ticket, is_theirs: true, is_closed: true }
    }

    const NEW: Outcome<u8> = Outcome::Ticket { suggested_link: None };

    #[test]
    fn a_persons_message_is_a_ticket_or_a_reply() {
        let mail = mail();
        let link = |ticket| Outcome::Ticket { suggested_link: Some(ticket) };
        for (case, inbound, outcome, acknowledge) in [
            ("new", inbound(&mail), NEW, true),
            (
                "token",
                TriageInput { by_token: Some(found(1, false)), by_ancestor: Some(found(2, true)), ..inbound(&mail) },
                Outcome::Reply(1),
                false,
            ),
            (
                "ancestor",
                TriageInput { by_ancestor: Some(found(2, true)), by_tag: Some(found(3, true)), ..inbound(&mail) },
                Outcome::Reply(2),
                false,
            ),
            ("tag", TriageInput { by_tag: Some(found(3, true)), ..inbound(&mail) }, Outcome::Reply(3), false),
            (
                "a stranger's ancestor, their own tag",
                TriageInput { by_ancestor: Some(found(2, false)), by_tag: Some(found(3, true)), ..inbound(&mail) },
                Outcome::Reply(3),
                false,
            ),
            (
                "not theirs",
                TriageInput { by_ancestor: Some(found(2, false)), by_tag: Some(found(3, false)), ..inbound(&mail) },
                link(2),
                true,
            ),
            ("not theirs, by tag", TriageInput { by_tag: Some(found(3, false)), ..inbound(&mail) }, link(3), true),
            ("closed", TriageInput { by_ancestor: Some(closed(4)), ..inbound(&mail) }, Outcome::FollowUp(4), true),
            (
                "unknown with their own ticket",
                TriageInput { unattributed: Some(Unattributed::OtherContract), by_ancestor: Some(found(2, true)), ..inbound(&mail) },
                Outcome::Reply(2),
                false,
            ),
        ] {
            assert_eq!(decide(inbound), Decision::taken(outcome, acknowledge), "{case}");
        }
    }

    #[test]
    fn strangers_wait() {
        let mail = mail();
        for reason in [Unattributed::Stranger, Unattributed::StrangerOfNoClient, Unattributed::Contradiction, Unattributed::SeveralClients]
        {
            let decision = decide(TriageInput { unattributed: Some(reason), by_tag: Some(found(3, false)), ..inbound(&mail) });
            assert_eq!(decision, Decision::noted(Outcome::Quarantined, reason.to_string(), Some(3)));
        }
    }

    #[test]
    fn nobody_in_particular_waits_even_where_everyone_is_accepted() {
        for raw in [&b"Subject: printer\n\nstuk\n"[..], b"From: a@example.nl\nFrom: b@example.nl\nSubject: printer\n\nstuk\n"] {
            let mail = parse(raw);
            let decision = decide(inbound(&mail));
            assert_eq!((decision.outcome, decision.acknowledge), (Outcome::Quarantined, false));
        }
    }

    #[test]
    fn machines_are_noted_and_never_answered() {
        let automatic = Parsed { automatic: Some(Automatic::AutoSubmitted("auto-replied".to_owned())), ..mail() };
        let decision = decide(TriageInput { by_ancestor: Some(closed(2)), ..inbound(&automatic) });
        assert_eq!(decision, Decision::noted(Outcome::Automatic, "an automatic message: Auto-Submitted: auto-replied", Some(2)));
        let decision = decide(TriageInput { by_tag: Some(found(2, false)), ..inbound(&automatic) });
        assert_eq!(decision.about, None);
    }

    #[test]
    fn who_asks_for_no_answer_is_heard_and_not_answered() {
        let marked = |mark: &Mark| Parsed { mark: Some(mark.clone()), ..mail() };
        for mark in [Mark::MailingList, Mark::ResponsesSuppressed, Mark::Unsubscribe, Mark::Precedence("list".to_owned())] {
            let mail = marked(&mark);
            assert_eq!(decide(inbound(&mail)), Decision::taken(NEW, false), "{mark}");
            let answer = TriageInput { by_tag: Some(found(1, true)), ..inbound(&mail) };
            assert_eq!(decide(answer), Decision::taken(Outcome::Reply(1), false), "{mark}");
            let later = TriageInput { by_tag: Some(closed(4)), ..inbound(&mail) };
            assert_eq!(decide(later), Decision::taken(Outcome::FollowUp(4), false), "{mark}");
            let stranger = decide(TriageInput { is_stranger: true, ..inbound(&mail) });
            assert_eq!((stranger.outcome, stranger.acknowledge), (Outcome::Quarantined, false), "{mark}");
        }
    }

    #[test]
    fn a_bounce_of_ours_is_a_bounce_and_of_another_a_machines_message() {
        let bounce = Bounce {
            status: Some("5.1.1".to_owned()),
            original_message_id: None,
            recipient: Some("jan@example.nl".to_owned()),
            permanent: true,
        };
        let report = Parsed { automatic: Some(Automatic::Report), bounce: Some(bounce), ..mail() };
        let decision = decide(TriageInput { bounced: Some(OurBounce { ticket: Some(5) }), ..inbound(&report) });
        assert_eq!(decision, Decision::noted(Outcome::Bounce, "our message did not reach jan@example.nl (5.1.1)", Some(5)));
        assert_eq!(decide(inbound(&report)).outcome, Outcome::Automatic);
    }

    #[test]
    fn what_cannot_be_taken_in_is_refused_with_the_reason() {
        let (mail, nothing) = (mail(), parse(b"\x00\x01\x02"));
        let large = decide(TriageInput { size: 1001, ..inbound(&mail) });
        assert_eq!(large, Decision::noted(Outcome::Refused, "the message is too large: 1001 bytes, where 1000 are allowed", None));
        let blank = decide(inbound(&nothing));
        assert_eq!(blank, Decision::noted(Outcome::Refused, "this is not a mail: it has no sender, no subject and nothing to read", None));
    }

    #[test]
    fn the_same_again_is_a_duplicate() {
        let mail = mail();
        assert_eq!(decide(TriageInput { is_duplicate: true, by_tag: Some(found(1, true)), ..inbound(&mail) }).outcome, Outcome::Duplicate);
        assert_eq!(decide(TriageInput { is_duplicate: true, size: 1001, ..inbound(&mail) }).outcome, Outcome::Duplicate);
    }

    #[test]
    fn a_subject_names_a_ticket_between_brackets() {
        for (subject, tag) in [
            ("[INC-123] printer", Some(("INC", 123))),
            ("Re: FW: [prb-7] x", Some(("PRB", 7))),
            ("[extern] [RFS-12] x [RFC-1]", Some(("RFS", 12))),
            ("[[RFI-3]]", Some(("RFI", 3))),
            ("[RFP-0042]", Some(("RFP", 42))),
            ("INC-123", None),
            ("[INC-]", None),
            ("[INC-12a]", None),
            ("[INC-+1]", None),
            ("[ABC-1]", None),
            ("[INC-99999999999999999999999]", None),
            ("[INC-5", None),
            ("", None),
        ] {
            assert_eq!(subject_tag(subject), tag, "{subject}");
        }
    }
}
