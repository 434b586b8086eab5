//! Asks those who decide for the client for a decision: whether a change is needed, an offer is taken, a request or a change may go on
//! (PRB-04, CHG-05). Where the desk knows of nobody who decides, others are told that a decision is waited for, and asked for nothing.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Links, Message, Moment, Named, OfferFacts, Passage, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::workflow::Question;

#[derive(Debug, Clone, Serialize)]
pub struct DecisionAsked {
    pub ticket: TicketFacts,
    /// What is asked, such as "noodzaak van een wijziging".
    pub question: Named,
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
    pub desk: Named,
}

impl Message for DecisionAsked {
    const KIND: MailKind = MailKind::DecisionAsked;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "{% if is_decider %}Uw besluit gevraagd{% else %}Besluit nodig{% endif %}: {{ question }}: {{ ticket.title }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "{% if is_decider %}Your decision needed{% else %}Decision needed{% endif %}: {{ question }}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
On ticket {{ ticket.number }} ({{ ticket.kind }}) we are waiting for {% if is_decider %}your decision{% else %}a decision by your organisation{% endif %}: {{ question }}.
{% if is_anew %}
This is being asked again: what was decided about it before no longer counts.
{% endif %}

{% include 'ticket' %}
{% include 'offered' %}
Asked:      {{ at }}
{% if explanation %}

Explanation:
{{ explanation }}
{% endif %}

{% if is_decider and links %}
Do you agree? Let us know here:
{{ links.yes }}

Do you not agree? Tell us here why:
{{ links.no }}

{% include 'links' %}
{% elif is_decider %}
You can record your decision on the ticket yourself, or let us know: then we will record it in your name. A reply to this e-mail is not a
decision yet.
{% else %}
Whoever decides this for your organisation can record the decision on the ticket, or let us know. The service desk does not know who
that is.
{% endif %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(language),
            question: Question::Approval.word().into(),
            is_decider: true,
            links: Some(Links::sample("approval")),
            is_anew: false,
            offer: None,
            explanation: language.of("De wijziging is beoordeeld.\n", "The change has been assessed.\n").into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let unexplained = Self { explanation: "".into(), question: Question::ChangeNeeded.word().into(), ..usual.clone() };
        let anew = Self { is_anew: true, ..usual.clone() };
        let offer = Self { question: Question::Offer.word().into(), offer: Some(OfferFacts::sample()), ..usual.clone() };
        let unknown = Self { is_decider: false, links: None, ..usual.clone() };
        let unlinked = Self { links: None, ..usual.clone() };
        vec![
            ("", usual),
            (language.of("zonder-links", "without-links"), unlinked),
            (language.of("zonder-toelichting", "unexplained"), unexplained),
            (language.of("opnieuw", "again"), anew),
            (language.of("aanbod", "offer"), offer),
            (language.of("beslisser-onbekend", "decider-unknown"), unknown),
        ]
    }
}
