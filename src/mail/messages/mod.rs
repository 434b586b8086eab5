//! The mails the desk writes, in Dutch, as plain text: one file per message.
//!
//! A message's file holds everything about it: its context (the typed values its templates use), its templates, and samples.
//! `REGISTRY` lists every message; a test renders every sample, and `uurwerk mail preview` writes them to files for people to read.
//!
//! The subject of a mail about a ticket begins with the ticket's number in brackets (MAIL-11), which is how a reply finds its ticket.
//! `write` adds it, so that no template can forget it. Absent on purpose: addresses, headers and sending.

mod calamity;
mod call_needed;
mod confirmation;
mod decision_asked;
mod decision_written;
mod digest;
mod escalated;
mod escalation_withheld;
mod flag_set;
mod follower_news;
mod goals_changed;
mod holder_news;
mod judgement_reminder;
mod merged;
mod news_withheld;
mod obligation_late;
mod obligation_reminder;
mod offer;
mod parts;
mod progress;
mod proposed;
mod reply;
mod response_team_called;
mod restricted;
mod retyped;
mod role_review;
mod role_uncovered;
mod solved;
mod status_changed;
#[cfg(test)]
mod tests;

pub use calamity::CalamityNotice;
pub use call_needed::CallNeeded;
pub use confirmation::Confirmation;
pub use decision_asked::DecisionAsked;
pub use decision_written::DecisionWritten;
pub use digest::{Digest, DigestLine};
pub use escalated::Escalated;
pub use escalation_withheld::EscalationWithheld;
pub use flag_set::FlagSet;
pub use follower_news::{FollowerNews, News};
pub use goals_changed::GoalsChanged;
pub use holder_news::{HeldBy, HolderNews, HolderWord};
pub use judgement_reminder::JudgementReminder;
pub use merged::MergeNews;
pub use news_withheld::NewsWithheld;
pub use obligation_late::ObligationLate;
pub use obligation_reminder::ObligationReminder;
pub use offer::Offer;
pub use parts::{
    Day, DecidedFacts, EndedBreach, Euros, Grounds, LevelFacts, Line, Links, MajorFacts, Moment, ObligationFacts, OfferFacts, Passage,
    RoleFacts, TicketFacts, Told,
};
pub use progress::Progress;
pub use proposed::Proposed;
pub use reply::Reply;
pub use response_team_called::ResponseTeamCalled;
pub use restricted::Restricted;
pub use retyped::Retyped;
pub use role_review::RoleReview;
pub use role_uncovered::{RoleUncovered, Why};
pub use solved::{DoneWord, Solved};
pub use status_changed::StatusChanged;

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::domain::mail::{GENERATED, MailKind, Outbound};

/// A rendered message, not yet addressed to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub kind: MailKind,
    /// On one line, with the ticket's number in front.
    pub subject: String,
    /// Lines end with `\n`.
    pub body: String,
    pub auto: AutoSubmitted,
}

/// Who speaks in a message. Other mail systems read it to decide whether to answer automatically (RFC 3834).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoSubmitted {
    /// The desk's automatic reply to somebody's message.
    Replied,
    /// A notice that the desk sends by itself.
    Generated,
    /// A person's own words.
    Personal,
}

impl AutoSubmitted {
    /// The value of the `Auto-Submitted` header; none for a person's own words, which are not automatic.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Replied => Some("auto-replied"),
            Self::Generated => Some(GENERATED),
            Self::Personal => None,
        }
    }
}

/// A message is its context: templates refer to its fields by name, and an unknown name is an error instead of an empty text.
pub trait Message: Serialize + Sized {
    const KIND: MailKind;
    const AUTO: AutoSubmitted;
    /// Template, without the ticket's number.
    const SUBJECT: &'static str;
    const BODY: &'static str;

    /// The number of the ticket it is about; none for a mail about something else.
    fn ticket(&self) -> Option<&str>;

    /// Examples of what the desk sends, each with what is special about it. The first is the usual case, and its remark is empty.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// A template that cannot be rendered. This is a mistake in our code, never in what a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a message cannot be written: {0}")]
pub struct TemplateError(String);

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

pub fn write<M: Message>(message: &M) -> Result<Outgoing, TemplateError> {
    let templates = TEMPLATES.as_ref().map_err(Clone::clone)?;
    let render = |template: &str| templates.get_template(template)?.render(Serde(message));
    let subject = parts::one_line(&render(&subject_of(M::KIND))?);
    let subject = message.ticket().map_or_else(|| subject.clone(), |number| format!("[{number}] {subject}"));
    Ok(Outgoing { kind: M::KIND, subject, body: render(M::KIND.as_str())?, auto: M::AUTO })
}

/// What a subject ends with that tells the title of a ticket.
const TITLES: [&str; 2] = ["{{ ticket.title }}", "{{ title }}"];

/// The title of its ticket that a mail tells, as that was when it was written; none where it tells no title.
pub fn title_in(mail: &Outbound) -> Option<&str> {
    let entry = REGISTRY.iter().find(|entry| entry.kind.as_str() == mail.template)?;
    let words = TITLES.iter().find_map(|title| entry.subject.strip_suffix(title))?.matches(": ").count();
    let (_number, subject) = mail.subject.split_once("] ")?;
    subject.splitn(words + 1, ": ").nth(words)
}

/// A message in [`REGISTRY`].
pub struct Entry {
    pub kind: MailKind,
    subject: &'static str,
    body: &'static str,
    samples: fn() -> Result<Vec<Sample>, TemplateError>,
}

/// A message rendered from one of its samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Fit for a file name, such as `bevestiging-prioriteit-1`.
    pub name: String,
    pub outgoing: Outgoing,
}

// The length makes the compiler complain when a new kind of mail has no message; a test checks that none is listed twice.
pub const REGISTRY: [Entry; MailKind::ALL.len()] = [
    Entry::of::<Confirmation>(),
    Entry::of::<StatusChanged>(),
    Entry::of::<Solved>(),
    Entry::of::<Offer>(),
    Entry::of::<Retyped>(),
    Entry::of::<GoalsChanged>(),
    Entry::of::<MergeNews>(),
    Entry::of::<CallNeeded>(),
    Entry::of::<Reply>(),
    Entry::of::<Progress>(),
    Entry::of::<DecisionAsked>(),
    Entry::of::<DecisionWritten>(),
    Entry::of::<FollowerNews>(),
    Entry::of::<HolderNews>(),
    Entry::of::<Escalated>(),
    Entry::of::<Proposed>(),
    Entry::of::<EscalationWithheld>(),
    Entry::of::<CalamityNotice>(),
    Entry::of::<FlagSet>(),
    Entry::of::<ResponseTeamCalled>(),
    Entry::of::<NewsWithheld>(),
    Entry::of::<JudgementReminder>(),
    Entry::of::<ObligationReminder>(),
    Entry::of::<ObligationLate>(),
    Entry::of::<Restricted>(),
    Entry::of::<RoleUncovered>(),
    Entry::of::<RoleReview>(),
    Entry::of::<Digest>(),
];

impl Entry {
    const fn of<M: Message>() -> Self {
        Self { kind: M::KIND, subject: M::SUBJECT, body: M::BODY, samples: samples::<M> }
    }

    pub fn samples(&self) -> Result<Vec<Sample>, TemplateError> {
        (self.samples)()
    }
}

fn samples<M: Message>() -> Result<Vec<Sample>, TemplateError> {
    let sample = |(special, message): (&str, M)| {
        let name = [&file_slug(M::KIND), special].join("-").trim_end_matches('-').to_owned();
        Ok(Sample { name, outgoing: write(&message)? })
    };
    M::samples().into_iter().map(sample).collect()
}

/// The Dutch name of a kind of message, in a form fit for a file name.
pub fn file_slug(kind: MailKind) -> String {
    kind.dutch().replace(' ', "-")
}

static TEMPLATES: LazyLock<Result<Environment<'static>, TemplateError>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // A line that holds only a tag leaves no empty line in the letter.
    let mut syntax = SyntaxConfig::builder();
    templates.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    for (name, template) in parts::TEMPLATES {
        templates.add_template(name, template)?;
    }
    for Entry { kind, subject, body, .. } in REGISTRY {
        templates.add_template_owned(subject_of(kind), subject)?;
        templates.add_template(kind.as_str(), body)?;
    }
    Ok(templates)
});

fn subject_of(kind: MailKind) -> String {
    format!("{kind}.subject")
}
