//! What the desk writes by mail, in Dutch, as plain text: one file a message.
//!
//! Such a file holds all there is to a message: its context (what it is told, typed), its templates, and samples. `LISTED` names
//! every message; a test reads every sample, and `uurwerk mail preview` writes them for people to read.
//!
//! The subject of a message about a ticket begins with the ticket's number between brackets (MAIL-11), by which an answer finds
//! its way back; `write` puts it there, so no template can forget it. Absent on purpose: addresses, headers and sending.

mod confirmation;
mod escalated;
mod obligation_late;
mod obligation_reminder;
mod parts;
mod proposed;
mod reply;
mod solved;
mod status_changed;
#[cfg(test)]
mod tests;

pub use confirmation::Confirmation;
pub use escalated::Escalated;
pub use obligation_late::ObligationLate;
pub use obligation_reminder::ObligationReminder;
pub use parts::{Day, Level, Line, Moment, ObligationFacts, Passage, TicketFacts};
pub use proposed::Proposed;
pub use reply::Reply;
pub use solved::{Done, Solved};
pub use status_changed::StatusChanged;

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::domain::mail::MailKind;

/// A message ready to be addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub kind: MailKind,
    /// On one line.
    pub subject: String,
    /// With `\n` line ends.
    pub body: String,
    pub auto: Auto,
}

/// Whose voice a message is: it tells other machines whether to answer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auto {
    /// An answer of the machine to a message.
    Replied,
    /// A notice of the machine.
    Generated,
    /// A person's own words.
    Personal,
}

impl Auto {
    /// The `Auto-Submitted` value (RFC 3834); a person's message has none.
    pub fn submitted(self) -> Option<&'static str> {
        match self {
            Self::Replied => Some("auto-replied"),
            Self::Generated => Some("auto-generated"),
            Self::Personal => None,
        }
    }
}

/// A message is its context. Templates see its fields by name, and a name that is not there is an error, not an empty text.
pub trait Message: Serialize + Sized {
    const KIND: MailKind;
    const AUTO: Auto;
    /// Without the ticket's number.
    const SUBJECT: &'static str;
    const BODY: &'static str;

    /// The number of the ticket it is about.
    fn ticket(&self) -> Option<&str>;

    /// Messages as the desk would send them, each with what is special about it; the first one is the usual one.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// A message that cannot be written: a fault of its templates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a message cannot be written: {0}")]
pub struct Broken(String);

impl From<minijinja::Error> for Broken {
    fn from(error: minijinja::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

pub fn write<M: Message>(message: &M) -> Result<Outgoing, Broken> {
    let templates = TEMPLATES.as_ref().map_err(Clone::clone)?;
    let render = |template: &str| templates.get_template(template)?.render(Serde(message));
    let subject = parts::one_line(&render(&subject_of(M::KIND))?);
    let subject = message.ticket().map_or_else(|| subject.clone(), |number| format!("[{number}] {subject}"));
    Ok(Outgoing { kind: M::KIND, subject, body: render(M::KIND.as_str())?, auto: M::AUTO })
}

/// A message in the list of all.
pub struct Listed {
    pub kind: MailKind,
    subject: &'static str,
    body: &'static str,
    samples: fn() -> Result<Vec<Sample>, Broken>,
}

/// A message as the desk would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// What people call it, in words that make a file's name.
    pub name: String,
    pub outgoing: Outgoing,
}

pub const LISTED: [Listed; MailKind::ALL.len()] = [
    Listed::of::<Confirmation>(),
    Listed::of::<StatusChanged>(),
    Listed::of::<Solved>(),
    Listed::of::<Reply>(),
    Listed::of::<Escalated>(),
    Listed::of::<Proposed>(),
    Listed::of::<ObligationReminder>(),
    Listed::of::<ObligationLate>(),
];

impl Listed {
    const fn of<M: Message>() -> Self {
        Self { kind: M::KIND, subject: M::SUBJECT, body: M::BODY, samples: samples::<M> }
    }

    pub fn samples(&self) -> Result<Vec<Sample>, Broken> {
        (self.samples)()
    }
}

fn samples<M: Message>() -> Result<Vec<Sample>, Broken> {
    let sample = |(special, message): (&str, M)| {
        let name = [&file_word(M::KIND), special].join("-").trim_end_matches('-').to_owned();
        Ok(Sample { name, outgoing: write(&message)? })
    };
    M::samples().into_iter().map(sample).collect()
}

/// What people call a kind of message, as it stands in the name of a file.
pub fn file_word(kind: MailKind) -> String {
    kind.dutch().replace(' ', "-")
}

static TEMPLATES: LazyLock<Result<Environment<'static>, Broken>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // Lines that hold nothing but a tag leave nothing in the letter.
    let mut syntax = SyntaxConfig::builder();
    templates.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    for (name, template) in parts::TEMPLATES {
        templates.add_template(name, template)?;
    }
    for Listed { kind, subject, body, .. } in LISTED {
        templates.add_template_owned(subject_of(kind), subject)?;
        templates.add_template(kind.as_str(), body)?;
    }
    Ok(templates)
});

fn subject_of(kind: MailKind) -> String {
    format!("{kind}.subject")
}
