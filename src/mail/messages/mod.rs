//! The mails the desk writes, in Dutch and in English, as plain text: one file per message.
//!
//! A message's file holds everything about it: its context (the typed values its templates use), its templates in both languages, and samples.
//! `REGISTRY` lists every message; a test renders every sample, and `uurwerk mail preview` writes them to files for people to read. A desk may
//! put templates of its own in place of these (`mail.templates`).
//!
//! The subject of a mail about a ticket begins with the ticket's number in brackets (MAIL-11), which is how a reply finds its ticket.
//! [`Templates::write`] adds it, so that no template can forget it. Absent on purpose: addresses, headers and sending.

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
mod replaced;
mod reply;
mod response_team_called;
mod restricted;
mod retyped;
mod role_review;
mod role_uncovered;
mod solved;
mod status_changed;
mod templates;
#[cfg(test)]
mod tests;
mod written_out;

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
    Both, Day, DecidedFacts, EndedBreach, Euros, Grounds, LevelFacts, Line, Links, MajorFacts, Moment, Named, ObligationFacts, OfferFacts,
    Passage, RoleFacts, TicketFacts, Told, clock_name,
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
pub use templates::{TemplateError, Templates};
pub use written_out::files;

use serde::Serialize;

use self::templates::Letter;
use crate::domain::language::Language;
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

/// The text of a message in one language.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Without the ticket's number.
    pub subject: &'static str,
    pub body: &'static str,
}

/// A message is its context: templates refer to its fields by name, and an unknown name is an error instead of an empty text.
pub trait Message: Serialize + Sized {
    const KIND: MailKind;
    const AUTO: AutoSubmitted;
    const DUTCH: Template;
    const ENGLISH: Template;

    /// What it tells of the ticket it is about; none for a mail about something else, and for one that tells no more than its number.
    fn facts(&self) -> Option<&TicketFacts> {
        None
    }

    /// The number of the ticket it is about.
    fn number(&self) -> Option<&str> {
        self.facts().map(|ticket| ticket.number.as_str())
    }

    /// Examples of what the desk sends, each with what is special about it. The first is the usual case, and its remark is empty. What people
    /// wrote in them is in the language, too.
    fn samples(language: Language) -> Vec<(&'static str, Self)>;
}

/// What stands in a subject that tells the title of a ticket, after everything else.
const TITLE: &str = "{{ ticket.title }}";

/// The title of its ticket that a mail tells, as that was when it was written, as far as its subject shows: none where it tells no title, and not
/// the right one where a desk's own template put it elsewhere.
pub fn title_in(mail: &Outbound) -> Option<&str> {
    let entry = Entry::of_mail(mail)?;
    // The same number in both languages, which a test sees to.
    let words = entry.dutch.subject.split_once(TITLE)?.0.matches(": ").count();
    let (_number, subject) = mail.subject.split_once("] ")?;
    subject.splitn(words + 1, ": ").nth(words)
}

/// Whether a mail may tell the title of its ticket, in whatever words: in its subject, or in its text.
pub fn may_tell_title(mail: &Outbound) -> bool {
    Entry::of_mail(mail).is_none_or(|entry| (entry.tells_title)())
}

/// The samples of a message, each with what is special about it.
type Letters = Vec<(&'static str, Letter)>;

/// A message in [`REGISTRY`].
pub struct Entry {
    pub kind: MailKind,
    dutch: Template,
    english: Template,
    tells_title: fn() -> bool,
    samples: fn(Language) -> Result<Letters, TemplateError>,
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
        Self { kind: M::KIND, dutch: M::DUTCH, english: M::ENGLISH, tells_title: tells_title::<M>, samples: letters::<M> }
    }

    fn of_mail(mail: &Outbound) -> Option<Self> {
        REGISTRY.into_iter().find(|entry| entry.kind.as_str() == mail.template)
    }

    fn template(&self, language: Language) -> Template {
        language.of(self.dutch, self.english)
    }

    /// As a desk writes them.
    pub fn samples(&self, templates: &Templates, language: Language) -> Result<Vec<Sample>, TemplateError> {
        let sample = |(special, letter): (&str, Letter)| {
            let name = [&*file_slug(self.kind, language), special].join("-").trim_end_matches('-').to_owned();
            Ok(Sample { name, outgoing: templates.show(&letter)? })
        };
        (self.samples)(language)?.into_iter().map(sample).collect()
    }
}

fn letters<M: Message>(language: Language) -> Result<Letters, TemplateError> {
    M::samples(language).iter().map(|(special, message)| Ok((*special, Letter::of(language, message)?))).collect()
}

fn tells_title<M: Message>() -> bool {
    M::samples(Language::Dutch).iter().any(|(_, message)| message.facts().is_some())
}

/// The name of a kind of message, in a form fit for a file name.
pub fn file_slug(kind: MailKind, language: Language) -> String {
    language.of(kind.dutch(), kind.english()).replace(' ', "-")
}
