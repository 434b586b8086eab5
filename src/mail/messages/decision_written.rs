//! Tells somebody of the client that the desk wrote down a decision as theirs, so that they can object when it is not.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, DecidedFacts, Grounds, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct DecisionWritten {
    pub ticket: TicketFacts,
    /// What was asked and what was answered, in Dutch.
    pub question: Line,
    pub verdict: Line,
    pub grounds: Grounds,
    /// In the words of whoever wrote it down; may be empty.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Line,
}

impl Message for DecisionWritten {
    const KIND: MailKind = MailKind::DecisionWritten;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Uw besluit vastgelegd: {{ question }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Bij melding {{ ticket.number }} ({{ ticket.kind }}) is als uw besluit vastgelegd: {{ question }}: {{ verdict }}.

{% include 'ticket' %}
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
            ticket: TicketFacts { kind: "wijzigingsverzoek".into(), ..TicketFacts::sample() },
            question: "goedkeuring".into(),
            verdict: "ja".into(),
            grounds: Grounds { decided: Some(DecidedFacts::sample()), major: None, ended: Vec::new() },
            explanation: "Per telefoon.".into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        vec![("", usual)]
    }
}
