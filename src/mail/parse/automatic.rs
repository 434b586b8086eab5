//! Recognises messages that a machine wrote, and marks by which a message asks for no automatic answer: two machines that answer each other do
//! so forever. RFC 3834 names the headers; the others are what mail systems use in practice.
//!
//! A mark says nothing of who wrote: a person's mail through a group or a distribution list has one as well. It is heard, and not acknowledged.

use std::fmt;

use mail_parser::Message;

use super::bounce;
use super::headers::{self, Address};

/// What shows that a machine wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Automatic {
    /// It has the header that we put on our own mails: one of them came back.
    OwnLoop,
    /// A delivery report or a read receipt (RFC 3464).
    Report,
    /// An empty envelope sender (`Return-Path: <>`), which asks for no replies (RFC 5321).
    NullSender,
    /// The value of `Auto-Submitted`.
    AutoSubmitted(String),
    /// `Precedence: auto_reply`.
    AutoReply,
    /// An address that no person reads, such as `noreply@`.
    SystemSender(String),
}

impl Automatic {
    /// Whether a machine could report something by it: neither a mail of ours that came back, nor what became of one.
    pub const fn may_report(&self) -> bool {
        !matches!(self, Self::OwnLoop | Self::Report)
    }
}

/// A mark by which a message asks for no automatic answer, whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// The value of `Precedence`: sent to many.
    Precedence(String),
    /// `X-Auto-Response-Suppress`, Microsoft's way to ask for no automatic replies.
    ResponsesSuppressed,
    /// It has a `List-Id`.
    MailingList,
    /// It has a `List-Unsubscribe`, as newsletters do.
    Unsubscribe,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Precedence(value) => write!(f, "Precedence: {value}"),
            Self::ResponsesSuppressed => f.write_str("X-Auto-Response-Suppress"),
            Self::MailingList => f.write_str("a mailing list"),
            Self::Unsubscribe => f.write_str("List-Unsubscribe"),
        }
    }
}

/// On every mail we send, so that we recognise it when it comes back.
pub const LOOP_MARKER: &str = "X-Uurwerk-Loop";

impl fmt::Display for Automatic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnLoop => f.write_str("one of our own messages came back"),
            Self::Report => f.write_str("a delivery report or read receipt"),
            Self::NullSender => f.write_str("an empty envelope sender"),
            Self::AutoSubmitted(value) => write!(f, "Auto-Submitted: {value}"),
            Self::AutoReply => f.write_str("Precedence: auto_reply"),
            Self::SystemSender(address) => write!(f, "the sender {address} is not a person"),
        }
    }
}

/// None when a person may have written the message. The most telling reason comes first: the desk reads it.
pub(super) fn of(message: &Message<'_>, sender: Option<&Address>) -> Option<Automatic> {
    own_loop(message)
        .or_else(|| report(message))
        .or_else(|| auto_submitted(message))
        .or_else(|| (precedence(message).as_deref() == Some("auto_reply")).then_some(Automatic::AutoReply))
        .or_else(|| null_sender(message))
        .or_else(|| system_sender(sender?))
}

/// The most telling mark.
pub(super) fn mark(message: &Message<'_>) -> Option<Mark> {
    let sent_to_many = precedence(message).filter(|value| ["bulk", "junk", "list"].contains(&value.as_str()));
    let has = |name: &'static str, mark: Mark| headers::has(message, name).then_some(mark);
    has("List-Id", Mark::MailingList)
        .or_else(|| sent_to_many.map(Mark::Precedence))
        .or_else(|| has("List-Unsubscribe", Mark::Unsubscribe))
        .or_else(|| has("X-Auto-Response-Suppress", Mark::ResponsesSuppressed))
}

fn own_loop(message: &Message<'_>) -> Option<Automatic> {
    headers::has(message, LOOP_MARKER).then_some(Automatic::OwnLoop)
}

fn report(message: &Message<'_>) -> Option<Automatic> {
    bounce::is_report(message).then_some(Automatic::Report)
}

fn auto_submitted(message: &Message<'_>) -> Option<Automatic> {
    let value = word(&headers::lowercase(message, "Auto-Submitted")?);
    (!value.is_empty() && value != "no").then_some(Automatic::AutoSubmitted(value))
}

fn precedence(message: &Message<'_>) -> Option<String> {
    Some(word(&headers::lowercase(message, "Precedence")?))
}

/// The first word of a header, without its parameters and comments. 40 characters, as it is shown in the reason.
fn word(value: &str) -> String {
    value.split(|c: char| c == ';' || c == '(' || c.is_whitespace()).next().unwrap_or_default().chars().take(40).collect()
}

fn null_sender(message: &Message<'_>) -> Option<Automatic> {
    let path = headers::lowercase(message, "Return-Path")?;
    path.chars().all(|c| c.is_whitespace() || "<>".contains(c)).then_some(Automatic::NullSender)
}

fn system_sender(sender: &Address) -> Option<Automatic> {
    let mailbox = sender.email.rsplit_once('@').map_or("", |(mailbox, _)| mailbox).to_lowercase();
    // `no-reply`, `no_reply` and `no.reply` are all `noreply`.
    let plain: String = mailbox.chars().filter(|c| !"-_.".contains(*c)).collect();
    let names = ["mailerdaemon", "postmaster", "noreply", "donotreply", "nietantwoorden", "geenantwoord"];
    names.iter().any(|name| plain == *name || plain.starts_with(&format!("{name}+"))).then(|| Automatic::SystemSender(sender.email.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn machines_are_known_by_their_headers() {
        let submitted = |value: &str| Some(Automatic::AutoSubmitted(value.to_owned()));
        for (headers, expected) in [
            ("From: jan@example.nl", None),
            ("From: jan@example.nl\nAuto-Submitted: no", None),
            ("From: jan@example.nl\nAuto-Submitted: No (a person)", None),
            ("From: jan@example.nl\nPrecedence: first-class", None),
            ("From: jan@example.nl\nReturn-Path: <jan@example.nl>", None),
            ("From: jan@example.nl\nReturn-Path: <>", Some(Automatic::NullSender)),
            ("From: jan@example.nl\nAuto-Submitted: auto-replied (vacation)", submitted("auto-replied")),
            ("From: jan@example.nl\nauto-submitted: Auto-Generated; owner=x", submitted("auto-generated")),
            ("From: jan@example.nl\nPrecedence: Bulk", None),
            ("From: jan@example.nl\nPrecedence: auto_reply", Some(Automatic::AutoReply)),
            ("From: jan@example.nl\nContent-Type: multipart/report; boundary=x", Some(Automatic::Report)),
            ("From: desk@example.nl\nX-Uurwerk-Loop: 1", Some(Automatic::OwnLoop)),
            ("From: No-Reply@example.nl", Some(Automatic::SystemSender("No-Reply@example.nl".to_owned()))),
            ("From: MAILER-DAEMON@example.nl", Some(Automatic::SystemSender("MAILER-DAEMON@example.nl".to_owned()))),
            ("From: postmaster+bounce@example.nl", Some(Automatic::SystemSender("postmaster+bounce@example.nl".to_owned()))),
            ("From: noreply.jansen@example.nl", None),
        ] {
            assert_eq!(parse(format!("{headers}\nSubject: x\n\nx\n").as_bytes()).automatic, expected, "{headers}");
        }
    }
    #[test]
    fn a_message_that_asks_for_no_answer_need_not_be_a_machines() {
        for (headers, expected) in [
            ("", None),
            ("Precedence: first-class\n", None),
            ("Precedence: Bulk\n", Some(Mark::Precedence("bulk".to_owned()))),
            ("Precedence: junk\nX-Auto-Response-Suppress: All\n", Some(Mark::Precedence("junk".to_owned()))),
            ("List-ID: Nieuws <nieuws.example.nl>\nPrecedence: list\n", Some(Mark::MailingList)),
            ("List-Unsubscribe: <mailto:weg@example.nl>\n", Some(Mark::Unsubscribe)),
            ("X-Auto-Response-Suppress: OOF, AutoReply\n", Some(Mark::ResponsesSuppressed)),
        ] {
            let parsed = parse(format!("From: jan@example.nl\n{headers}Subject: x\n\nx\n").as_bytes());
            assert_eq!((parsed.automatic, parsed.mark), (None, expected), "{headers}");
        }
    }
}
