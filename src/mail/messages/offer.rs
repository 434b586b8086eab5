//! Tells the requester that an offer was submitted, what it comes to and who decides on it (RFP-01, RFP-02).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Grounds, Line, Message, Moment, OfferFacts, Passage, TicketFacts};
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
    pub desk: Line,
}

impl Message for Offer {
    const KIND: MailKind = MailKind::Offer;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Aanbod ingediend: {{ ticket.title }}";
    const BODY: &'static str = "\
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
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts { kind: "voorstel- of offerteverzoek".into(), ..TicketFacts::sample() },
            offer: Some(OfferFacts::sample()),
            deciders: vec!["Karin Mulder".into()],
            explanation: "Zoals besproken.".into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T13:05:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let unknown = Self { deciders: Vec::new(), explanation: "".into(), ..usual.clone() };
        vec![("", usual), ("beslisser-onbekend", unknown)]
    }
}
