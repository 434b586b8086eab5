//! Links in mails by which people of a client decide without signing in. Each serves for one answer to one question, as it was put in one mail to
//! one person, who decides with what they may at that moment; opening it changes nothing.

use uuid::Uuid;

use super::tickets::{self, Decision, When};
use super::{Error, Stamp, letter};
use crate::app::App;
use crate::auth::Caller;
use crate::credentials::Purpose;
use crate::domain::audit::Via;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::text::{breaks_line, is_visible};
use crate::domain::ticket::answer::{Since, since};
use crate::domain::ticket::evidence::may_decide;
use crate::domain::ticket::{Ticket, TicketRef};
use crate::domain::workflow::{Question, Verdict};
use crate::mail::messages::Links;
use crate::store;

/// Seconds that a link serves: who has not answered after three months is asked anew.
const SERVES: i64 = 90 * 86_400;
/// What is recorded of a yes without a word.
const fn no_reason(language: Language) -> &'static str {
    match language {
        Language::Dutch => "Besloten via de link in de e-mail.",
        Language::English => "Decided by the link in the e-mail.",
    }
}

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The mail it stands in.
    pub mail: Uuid,
    pub question: Question,
    pub verdict: Verdict,
}

impl Link {
    /// As the path of an address; none from a desk that cannot sign.
    pub fn path(&self, app: &App) -> Option<String> {
        let signature = app.signing.as_ref()?.sign(Purpose::Decision, &self.text());
        Some(format!("/portal/decisions/{}/{}/{}/{signature}", self.question, self.verdict, self.mail))
    }

    /// `None` when it is not one of the desk's.
    pub fn read(app: &App, question: &str, verdict: &str, mail: &str, signature: &str) -> Option<Self> {
        let link = Self { mail: mail.parse().ok()?, question: Question::named(question)?, verdict: Verdict::named(verdict)? };
        app.signing.as_ref()?.is_signed(Purpose::Decision, &link.text(), signature).then_some(link)
    }

    fn text(&self) -> String {
        format!("{} {} {}", self.mail, self.question, self.verdict)
    }
}

/// The links for a mail to somebody about this event; none where the settings do not say where people reach the desk.
pub fn links(app: &App, event: Uuid, kind: MailKind, recipient: &str, question: Question) -> Option<Links> {
    let base = app.settings.http.public_url.as_deref()?.trim_end_matches('/');
    let mail = letter::id_of(event, kind, recipient);
    let of = |verdict| Some(format!("{base}{}", Link { mail, question, verdict }.path(app)?));
    Some(Links { yes: of(Verdict::Yes)?, no: of(Verdict::No)? })
}

/// Whether a link still serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    Yes,
    /// It was answered, by whomever.
    Answered(Verdict),
    /// Another mail asks it anew.
    PutAnew,
    Gone,
    Expired,
    /// Whoever it was sent to does not decide this any more.
    NotTheirs,
}

/// A link as its page shows it.
#[derive(Debug)]
pub struct Opened {
    pub link: Link,
    /// The ticket's number and title; none for whoever does not see it any more.
    pub ticket: Option<(String, String)>,
    /// Whose link it is.
    pub person: Option<String>,
    pub serves: Serves,
    /// That of the mail it stands in.
    pub language: Language,
}

/// What a link comes to now.
pub async fn open(app: &App, link: Link) -> Result<Opened, Error> {
    Ok(look(app, link).await?.0)
}

/// Answers by a link, if it still serves; whether it did.
pub async fn answer(app: &App, via: Via, link: Link, reason: &str) -> Result<(Opened, bool), Error> {
    let (opened, deciding) = look(app, link).await?;
    let Some((caller, ticket)) = deciding.filter(|_| opened.serves == Serves::Yes) else { return Ok((opened, false)) };
    let stamp = Stamp { who: caller.who, scope: caller.scope, recorded_at: app.time.now(), idempotency: None, unreadable: Vec::new(), via };
    let is_drawn = |sign: &char| *sign == '\n' || !breaks_line(*sign);
    let reason: String = reason.replace("\r\n", "\n").chars().filter(is_drawn).collect();
    let reason = if is_visible(&reason) { reason.trim() } else { no_reason(opened.language) };
    let decision = Decision { question: link.question, verdict: link.verdict, reason: reason.to_owned(), decided_by: None, evidence: None };
    // As it was looked at: somebody else may decide at this moment.
    tickets::decide(app, &stamp, TicketRef::Id(ticket.id), &decision, &When::default(), Some(&[ticket.version])).await?;
    Ok((Opened { serves: Serves::Answered(link.verdict), ..opened }, true))
}

/// What a link comes to, and who may decide by it about what.
async fn look(app: &App, link: Link) -> Result<(Opened, Option<(Caller, Ticket)>), Error> {
    let all = app.all();
    let mail = store::outbound::find(&all, link.mail).await?.ok_or(Error::NotFound("link"))?.mail;
    let person = store::people::with_address(&all, &mail.organisation, &mail.recipient.to_lowercase()).await?;
    let person = person.filter(|person| person.is_active);
    let held = match &person {
        Some(person) => store::role_assignments::rights_of(&all, &[person.id]).await?,
        None => Vec::new(),
    };
    drop(all);
    let name = person.as_ref().map(|person| person.name.clone());
    let language = app.settings.language_of(mail.mailbox.as_deref());
    let closed = |serves| Opened { link, ticket: None, person: name.clone(), serves, language };
    let (Some(person), Some(id)) = (&person, mail.ticket_id) else { return Ok((closed(Serves::NotTheirs), None)) };
    let now = app.time.now();
    let caller = Caller::by_link(person, &held, now);
    let view = app.db.view(caller.scope.clone());
    let Some(ticket) = store::tickets::find(&view, TicketRef::Id(id)).await? else { return Ok((closed(Serves::NotTheirs), None)) };
    let history = store::events::of::<Ticket>(&view, id).await?;
    let agreements = store::agreements::read(&view).await?;
    let contract = &agreements.version(ticket.contract_version_id)?.contract;
    let serves = match since(contract, &ticket, &history, mail.event_id, link.question) {
        Since::Answered(verdict) => Serves::Answered(verdict),
        Since::PutAnew => Serves::PutAnew,
        Since::Gone => Serves::Gone,
        Since::Open if mail.created_at.plus(SERVES).is_none_or(|end| end <= now) => Serves::Expired,
        Since::Open if !may_decide(&ticket, link.question, person.id, &held, now) => Serves::NotTheirs,
        Since::Open => Serves::Yes,
    };
    // Of what few may see nothing is shown without a line in the audit trail, which a page that only asks does not write.
    let title = if ticket.flags.is_empty() { ticket.title.clone() } else { String::new() };
    let opened = Opened { ticket: Some((ticket.reference(), title)), ..closed(serves) };
    Ok((opened, Some((caller, ticket))))
}
