//! `/portal/decisions`: the page behind a link in a mail, by which somebody of a client decides. It has one button.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use minijinja::context;

use super::Page;
use super::form::Form;
use crate::app::App;
use crate::domain::audit::Via;
use crate::domain::language::Language;
use crate::domain::text::is_visible;
use crate::domain::workflow::{Question, Verdict};
use crate::http::audited::Arrival;
use crate::http::error::Failure;
use crate::http::operation::{Argument, Operation, RequestContext, Signature, get, post};
use crate::usecases::Error;
use crate::usecases::decision_links::{self, Link, Opened, Serves};

/// In characters, as the API has it.
const LONGEST_REASON: usize = 2000;

const PATH: &str = "/portal/decisions/{question}/{verdict}/{mail}/{signature}";

pub fn operations() -> Vec<Operation> {
    // Whatever is between the desk and its reader may add to the address.
    vec![get(PATH, show).id("showDecisionPage").with_any_query(), post(PATH, answer).id("decideByLink").up_to(64 * 1024).with_any_query()]
}

/// A link of the desk, and how it came.
struct Followed {
    link: Option<Link>,
    via: Via,
}

impl Argument for Followed {
    fn declare(_signature: &mut Signature) {}

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let app = context.request.app_data::<Data<App>>().ok_or_else(|| Error::Internal("no desk".to_owned()))?;
        let parts = context.request.match_info();
        let [question, verdict, mail, signature] = ["question", "verdict", "mail", "signature"].map(|name| parts.query(name));
        let via = Arrival::of(&context.request).via(context.operation.id);
        Ok(Self { link: Link::read(app, question, verdict, mail, signature), via })
    }
}

async fn show(app: Data<App>, followed: Followed) -> Result<Page, Failure> {
    let Some(link) = followed.link else { return unknown() };
    match decision_links::open(&app, link).await {
        Ok(opened) => Ok(page(StatusCode::OK, &opened, "", None)?),
        Err(Error::NotFound(_)) => unknown(),
        Err(error) => Err(error.into()),
    }
}

async fn answer(app: Data<App>, followed: Followed, form: Form) -> Result<Page, Failure> {
    let Some(link) = followed.link else { return unknown() };
    let reason = form.field("reason").trim();
    if is_lacking(link, reason) {
        return match decision_links::open(&app, link).await {
            Ok(opened) => Ok(page(StatusCode::BAD_REQUEST, &opened, reason, Some(lacking(&opened, reason)))?),
            Err(Error::NotFound(_)) => unknown(),
            Err(error) => Err(error.into()),
        };
    }
    match decision_links::answer(&app, followed.via, link, reason).await {
        Ok((opened, true)) => {
            let told = opened.language.of("Dank u wel, uw antwoord is vastgelegd.", "Thank you, your answer has been recorded.");
            Ok(page(StatusCode::OK, &opened, "", Some(told))?)
        }
        Ok((opened, false)) => {
            let told = opened.language.of("Wat u nu antwoordde, is niet vastgelegd.", "What you answered just now has not been recorded.");
            Ok(page(StatusCode::CONFLICT, &opened, "", Some(told))?)
        }
        Err(Error::NotFound(_)) => unknown(),
        // Whatever stands in the way is told in the words of the page.
        Err(Error::Conflict { .. } | Error::Forbidden { .. }) => {
            let opened = decision_links::open(&app, link).await?;
            let told = opened.language.of(
                "Uw antwoord is niet vastgelegd: er is intussen iets veranderd.",
                "Your answer has not been recorded: something has changed in the meantime.",
            );
            Ok(page(StatusCode::CONFLICT, &opened, reason, Some(told))?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether an answer is not taken: a no without a reason, or a reason that is too long.
fn is_lacking(link: Link, reason: &str) -> bool {
    link.verdict == Verdict::No && !is_visible(reason) || reason.chars().count() > LONGEST_REASON
}

/// Why it is not.
fn lacking(opened: &Opened, reason: &str) -> &'static str {
    if opened.link.verdict == Verdict::No && !is_visible(reason) {
        return opened
            .language
            .of("Schrijf erbij waarom, dan kunnen wij er iets aan doen.", "Please tell us why, so that we can do something about it.");
    }
    opened.language.of("Uw toelichting is te lang: hooguit 2000 tekens.", "Your explanation is too long: 2000 characters at most.")
}

fn unknown() -> Result<Page, Failure> {
    // Of whom it is cannot be told, and so neither in which language.
    let values = context! { language => "nl", title => "Deze link klopt niet", said => "Misschien is hij bij het kopiëren afgebroken. Probeer hem uit de e-mail zelf, of beantwoord die." };
    Ok(Page::of(StatusCode::NOT_FOUND, "decision", values)?)
}

fn page(status: StatusCode, opened: &Opened, reason: &str, told: Option<&str>) -> Result<Page, Error> {
    let Opened { link, ticket, person, serves, language } = opened;
    let ticket = ticket.as_ref().map(|(number, title)| context! { number, title });
    let values = context! {
        title => match serves {
            Serves::Yes => asked(*language, link.question),
            Serves::Answered(_) => language.of("Uw antwoord", "Your answer"),
            Serves::PutAnew | Serves::Gone | Serves::Expired | Serves::NotTheirs => language.of("Deze link werkt niet meer", "This link no longer works"),
        },
        said => said(opened),
        told,
        ticket,
        person,
        button => (*serves == Serves::Yes).then(|| button(*language, link.question, link.verdict)),
        is_no => link.verdict == Verdict::No,
        language => language.tag(),
        reason,
    };
    Page::of(status, "decision", values)
}

/// What a link that serves no more comes to.
fn said(opened: &Opened) -> Option<String> {
    let language = opened.language;
    let said = match opened.serves {
        Serves::Yes => return None,
        Serves::Answered(verdict) => {
            let answer = button(language, opened.link.question, verdict);
            return Some(format!("{}: {answer}.", language.of("Vastgelegd is", "Recorded")));
        }
        Serves::PutAnew => language.of(
            "Er is intussen iets nieuws aan u voorgelegd. Gebruik de link uit de nieuwste e-mail.",
            "You have been asked something new since. Please use the link in the latest e-mail.",
        ),
        Serves::Gone => language.of(
            "Dit wordt niet meer gevraagd: er is al over besloten, of het ticket is verdergegaan.",
            "This is no longer asked: it has been decided already, or the ticket has moved on.",
        ),
        Serves::Expired => language.of(
            "Deze link is langer dan drie maanden oud. Beantwoord de e-mail, dan leggen wij uw besluit vast.",
            "This link is more than three months old. Reply to the e-mail, and we will record your decision.",
        ),
        Serves::NotTheirs => language.of(
            "Wie deze link kreeg, beslist hier niet (meer) over. Is hij aan u doorgestuurd? Vraag dan een eigen link bij de servicedesk.",
            "Whoever was sent this link does not decide on this (any more). Was it forwarded to you? Then ask the service desk for a link of your own.",
        ),
    };
    Some(said.to_owned())
}

fn asked(language: Language, question: Question) -> &'static str {
    match question {
        Question::Solution => language.of("Is het opgelost?", "Is it resolved?"),
        Question::ChangeNeeded => language.of("Is een wijziging nodig?", "Is a change needed?"),
        Question::Authorisation => language.of("Geeft u toestemming?", "Do you authorise this?"),
        Question::Offer => language.of("Gaat u akkoord met het aanbod?", "Do you accept the offer?"),
        Question::Approval => language.of("Keurt u dit goed?", "Do you approve this?"),
        Question::Acceptance => language.of("Accepteert u dit?", "Do you accept this?"),
    }
}

fn button(language: Language, question: Question, verdict: Verdict) -> &'static str {
    match (question, verdict) {
        (Question::Solution, Verdict::Yes) => language.of("Ja, het is opgelost", "Yes, it is resolved"),
        (Question::Solution, Verdict::No) => language.of("Nee, het is niet opgelost", "No, it is not resolved"),
        (Question::ChangeNeeded, Verdict::Yes) => language.of("Ja, de wijziging is nodig", "Yes, the change is needed"),
        (Question::ChangeNeeded, Verdict::No) => language.of("Nee, er is geen wijziging nodig", "No, no change is needed"),
        (Question::Authorisation, Verdict::Yes) => language.of("Ja, ik geef toestemming", "Yes, I authorise this"),
        (Question::Authorisation, Verdict::No) => language.of("Nee, ik geef geen toestemming", "No, I do not authorise this"),
        (Question::Offer, Verdict::Yes) => language.of("Ja, ik ga akkoord met het aanbod", "Yes, I accept the offer"),
        (Question::Offer, Verdict::No) => language.of("Nee, ik ga niet akkoord met het aanbod", "No, I do not accept the offer"),
        (Question::Approval, Verdict::Yes) => language.of("Ja, ik keur dit goed", "Yes, I approve this"),
        (Question::Approval, Verdict::No) => language.of("Nee, ik keur dit niet goed", "No, I do not approve this"),
        (Question::Acceptance, Verdict::Yes) => language.of("Ja, ik accepteer dit", "Yes, I accept this"),
        (Question::Acceptance, Verdict::No) => language.of("Nee, ik accepteer dit niet", "No, I do not accept this"),
    }
}
