//! Tells the client's roles that are told of progress what happened to a ticket (TKT-06, INC-02).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Grounds, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Progress {
    pub ticket: TicketFacts,
    /// The Dutch name of the phase it was in; none of a ticket that is new.
    pub from: Option<Line>,
    /// The Dutch name of the phase it came to.
    pub to: Line,
    /// In the words of the person who did it; may be empty.
    pub explanation: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Line,
}

impl Message for Progress {
    const KIND: MailKind = MailKind::Progress;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Voortgang: {{ to }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
{% if from %}
De status van melding {{ ticket.number }} ({{ ticket.kind }}) is gewijzigd van \"{{ from }}\" naar \"{{ to }}\".
{% else %}
Melding {{ ticket.number }} ({{ ticket.kind }}) is geregistreerd.
{% endif %}

{% include 'ticket' %}
Status:     {{ to }}
Tijdstip:   {{ at }}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}
{% include 'grounds' %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            from: Some("in behandeling".into()),
            to: "opgelost".into(),
            explanation: "De voeding is vervangen.\n".into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let new = Self { from: None, to: "geregistreerd".into(), explanation: "".into(), ..usual.clone() };
        vec![("", usual), ("nieuw", new)]
    }
}
