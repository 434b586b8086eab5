//! Tells the requester that an offer was submitted, what it comes to and who decides on it (RFP-01, RFP-02).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Grounds, Line, Message, Moment, Named, OfferFacts, Passage, Template, TicketFacts};
use crate::domain::contract::TicketType;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Offer {
    pub ticket: TicketFacts,
    /// None where it cannot be read any more.
    pub offer: Option<OfferFacts>,
    /// The names of those of whom the desk knows that they decide; none where it knows nobody.
    pub deciders: Vec<Line>,
    /// In the words of the person who submitted it; may be empty.
    pub explanation: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Named,
}

impl Message for Offer {
    const KIND: MailKind = MailKind::Offer;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Aanbod ingediend: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Voor uw melding {{ ticket.number }} ({{ ticket.kind }}) is een aanbod ingediend. U leest het bij de melding.

{% include 'ticket' %}
{% include 'offered' %}
Ingediend:  {{ at }}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}
{% include 'grounds' %}

{% if deciders %}Over dit aanbod beslist {{ deciders|join(' of ') }}.\
{% else %}Over dit aanbod beslist wie dat voor uw organisatie mag.\
{% endif %} Hebt u er vragen over? Beantwoord dan dit bericht.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Offer submitted: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
An offer has been submitted for your ticket {{ ticket.number }} ({{ ticket.kind }}). You can read it on the ticket.

{% include 'ticket' %}
{% include 'offered' %}
Submitted:  {{ at }}
{% if explanation %}

Explanation:
{{ explanation }}
{% endif %}
{% include 'grounds' %}

{% if deciders %}This offer is decided on by {{ deciders|join(' or ') }}.\
{% else %}This offer is decided on by whoever may do so for your organisation.\
{% endif %} Do you have questions about it? Just reply to this message.
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts { kind: TicketType::ProposalRequest.word().into(), ..TicketFacts::sample(language) },
            offer: Some(OfferFacts::sample()),
            deciders: vec!["Karin Mulder".into()],
            explanation: language.of("Zoals besproken.", "As discussed.").into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T13:05:00+01:00"),
            desk: sample_desk(),
        };
        let unknown = Self { deciders: Vec::new(), explanation: "".into(), ..usual.clone() };
        vec![("", usual), (language.of("beslisser-onbekend", "decider-unknown"), unknown)]
    }
}
