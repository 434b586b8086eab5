//! Asks those who decide for the client for a decision: whether a change is needed, an offer is taken, a request or a change may go on
//! (PRB-04, CHG-05). Where the desk knows of nobody who decides, others are told that a decision is waited for, and asked for nothing.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Links, Message, Moment, OfferFacts, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct DecisionAsked {
    pub ticket: TicketFacts,
    /// What is asked, in Dutch, such as "noodzaak van een wijziging".
    pub question: Line,
    /// Whether its reader is somebody who decides.
    pub is_decider: bool,
    /// Where they decide.
    pub links: Option<Links>,
    /// Whether it was answered before, and that counts no longer.
    pub is_anew: bool,
    /// What is offered, where that is the question.
    pub offer: Option<OfferFacts>,
    /// In the words of the person by whom it came to this; may be empty.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Line,
}

impl Message for DecisionAsked {
    const KIND: MailKind = MailKind::DecisionAsked;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str =
        "{% if is_decider %}Uw besluit gevraagd{% else %}Besluit nodig{% endif %}: {{ question }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Bij melding {{ ticket.number }} ({{ ticket.kind }}) wachten wij op {% if is_decider %}uw besluit{% else %}een besluit van uw organisatie{% endif %}: {{ question }}.
{% if is_anew %}
Het wordt opnieuw gevraagd: wat hierover eerder is besloten, telt niet meer.
{% endif %}

{% include 'ticket' %}
{% include 'offered' %}
Gevraagd:   {{ at }}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}

{% if is_decider and links %}
Bent u akkoord? Laat het hier weten:
{{ links.yes }}

Niet akkoord? Laat hier weten waarom:
{{ links.no }}

{% include 'links' %}
{% elif is_decider %}
U legt uw besluit zelf bij de melding vast, of u laat het ons weten: dan leggen wij het met uw naam vast. Antwoorden op deze e-mail is nog
geen besluit.
{% else %}
Wie hierover voor uw organisatie beslist, legt het besluit zelf bij de melding vast, of laat het ons weten. Bij de servicedesk is niet bekend
wie dat is.
{% endif %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            question: "goedkeuring".into(),
            is_decider: true,
            links: Some(Links::sample("approval")),
            is_anew: false,
            offer: None,
            explanation: "De wijziging is beoordeeld.\n".into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let unexplained = Self { explanation: "".into(), question: "noodzaak van een wijziging".into(), ..usual.clone() };
        let anew = Self { is_anew: true, ..usual.clone() };
        let offer = Self { question: "aanbod".into(), offer: Some(OfferFacts::sample()), ..usual.clone() };
        let unknown = Self { is_decider: false, links: None, ..usual.clone() };
        let unlinked = Self { links: None, ..usual.clone() };
        vec![
            ("", usual),
            ("zonder-links", unlinked),
            ("zonder-toelichting", unexplained),
            ("opnieuw", anew),
            ("aanbod", offer),
            ("beslisser-onbekend", unknown),
        ]
    }
}
