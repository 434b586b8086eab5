//! Asks those who decide for the client for a decision: whether a change is needed, an offer is taken, a request or a change may go on
//! (PRB-04, CHG-05).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct DecisionAsked {
    pub ticket: TicketFacts,
    /// What is asked, in Dutch, such as "noodzaak van een wijziging".
    pub question: Line,
    /// In the words of the person by whom it came to this; may be empty.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Line,
}

impl Message for DecisionAsked {
    const KIND: MailKind = MailKind::DecisionAsked;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Uw besluit gevraagd: {{ question }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Bij de {{ ticket.kind }} met nummer {{ ticket.number }} wachten wij op uw besluit: {{ question }}.

{% include 'ticket' %}
Gevraagd:   {{ at }}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}

Uw besluit legt u zelf vast (POST /v1/tickets/{{ ticket.number }}/decisions), of u laat het ons weten: dan leggen wij het met uw naam
vast. Antwoorden op deze e-mail is nog geen besluit.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            question: "goedkeuring".into(),
            explanation: "De wijziging is beoordeeld.\n".into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let unexplained = Self { explanation: "".into(), question: "noodzaak van een wijziging".into(), ..usual.clone() };
        vec![("", usual), ("zonder-toelichting", unexplained)]
    }
}
