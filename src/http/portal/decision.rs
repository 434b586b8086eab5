//! `/portal/decisions`: the page behind a link in a mail, by which somebody of a client decides. It has one button.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use minijinja::context;

use super::Page;
use super::form::Form;
use crate::app::App;
use crate::domain::audit::Via;
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
    if let Some(lacking) = lacking(link, reason) {
        return match decision_links::open(&app, link).await {
            Ok(opened) => Ok(page(StatusCode::BAD_REQUEST, &opened, reason, Some(lacking))?),
            Err(Error::NotFound(_)) => unknown(),
            Err(error) => Err(error.into()),
        };
    }
    match decision_links::answer(&app, followed.via, link, reason).await {
        Ok((opened, true)) => Ok(page(StatusCode::OK, &opened, "", Some("Dank u wel, uw antwoord is vastgelegd."))?),
        Ok((opened, false)) => Ok(page(StatusCode::CONFLICT, &opened, "", Some("Wat u nu antwoordde, is niet vastgelegd."))?),
        Err(Error::NotFound(_)) => unknown(),
        // Whatever stands in the way is told in the words of the page.
        Err(Error::Conflict { .. } | Error::Forbidden { .. }) => {
            let opened = decision_links::open(&app, link).await?;
            Ok(page(StatusCode::CONFLICT, &opened, reason, Some("Uw antwoord is niet vastgelegd: er is intussen iets veranderd."))?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Why an answer is not taken.
fn lacking(link: Link, reason: &str) -> Option<&'static str> {
    if link.verdict == Verdict::No && !is_visible(reason) {
        return Some("Schrijf erbij waarom, dan kunnen wij er iets aan doen.");
    }
    (reason.chars().count() > LONGEST_REASON).then_some("Uw toelichting is te lang: hooguit 2000 tekens.")
}

fn unknown() -> Result<Page, Failure> {
    let values = context! { title => "Deze link klopt niet", said => "Misschien is hij bij het kopiëren afgebroken. Probeer hem uit de e-mail zelf, of beantwoord die." };
    Ok(Page::of(StatusCode::NOT_FOUND, "decision", values)?)
}

fn page(status: StatusCode, opened: &Opened, reason: &str, told: Option<&str>) -> Result<Page, Error> {
    let Opened { link, ticket, person, serves } = opened;
    let ticket = ticket.as_ref().map(|(number, title)| context! { number, title });
    let values = context! {
        title => match serves {
            Serves::Yes => asked(link.question),
            Serves::Answered(_) => "Uw antwoord",
            Serves::PutAnew | Serves::Gone | Serves::Expired | Serves::NotTheirs => "Deze link werkt niet meer",
        },
        said => said(opened),
        told,
        ticket,
        person,
        button => (*serves == Serves::Yes).then(|| button(link.question, link.verdict)),
        is_no => link.verdict == Verdict::No,
        reason,
    };
    Page::of(status, "decision", values)
}

/// What a link that serves no more comes to.
fn said(opened: &Opened) -> Option<String> {
    Some(match opened.serves {
        Serves::Yes => return None,
        Serves::Answered(verdict) => format!("Vastgelegd is: {}.", button(opened.link.question, verdict)),
        Serves::PutAnew => "Er is intussen iets nieuws aan u voorgelegd. Gebruik de link uit de nieuwste e-mail.".to_owned(),
        Serves::Gone => "Dit wordt niet meer gevraagd: er is al over besloten, of het ticket is verdergegaan.".to_owned(),
        Serves::Expired => "Deze link is langer dan drie maanden oud. Beantwoord de e-mail, dan leggen wij uw besluit vast.".to_owned(),
        Serves::NotTheirs => {
            "Wie deze link kreeg, beslist hier niet (meer) over. Is hij aan u doorgestuurd? Vraag dan een eigen link bij de servicedesk."
                .to_owned()
        }
    })
}

fn asked(question: Question) -> &'static str {
    match question {
        Question::Solution => "Is het opgelost?",
        Question::ChangeNeeded => "Is een wijziging nodig?",
        Question::Authorisation => "Geeft u toestemming?",
        Question::Offer => "Gaat u akkoord met het aanbod?",
        Question::Approval => "Keurt u dit goed?",
        Question::Acceptance => "Accepteert u dit?",
    }
}

fn button(question: Question, verdict: Verdict) -> &'static str {
    match (question, verdict) {
        (Question::Solution, Verdict::Yes) => "Ja, het is opgelost",
        (Question::Solution, Verdict::No) => "Nee, het is niet opgelost",
        (Question::ChangeNeeded, Verdict::Yes) => "Ja, de wijziging is nodig",
        (Question::ChangeNeeded, Verdict::No) => "Nee, er is geen wijziging nodig",
        (Question::Authorisation, Verdict::Yes) => "Ja, ik geef toestemming",
        (Question::Authorisation, Verdict::No) => "Nee, ik geef geen toestemming",
        (Question::Offer, Verdict::Yes) => "Ja, ik ga akkoord met het aanbod",
        (Question::Offer, Verdict::No) => "Nee, ik ga niet akkoord met het aanbod",
        (Question::Approval, Verdict::Yes) => "Ja, ik keur dit goed",
        (Question::Approval, Verdict::No) => "Nee, ik keur dit niet goed",
        (Question::Acceptance, Verdict::Yes) => "Ja, ik accepteer dit",
        (Question::Acceptance, Verdict::No) => "Nee, ik accepteer dit niet",
    }
}
