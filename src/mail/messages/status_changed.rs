//! Tells the requester that their ticket moved to another phase (TKT-05).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, DecidedFacts, Grounds, Line, MajorFacts, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct StatusChanged {
    pub ticket: TicketFacts,
    /// The Dutch name of the phase, as `to`.
    pub from: Line,
    pub to: Line,
    /// In the words of the person who moved it; may be empty.
    pub explanation: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Line,
}

impl Message for StatusChanged {
    const KIND: MailKind = MailKind::Status;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Status: {{ to }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
De status van uw {{ ticket.kind }} met nummer {{ ticket.number }} is gewijzigd van \"{{ from }}\" naar \"{{ to }}\".

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
            ticket: TicketFacts::sample(),
            from: "geregistreerd".into(),
            to: "in behandeling".into(),
            explanation: "Een monteur is onderweg.\n".into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let unexplained = Self { explanation: "".into(), ..usual.clone() };
        let written = Grounds { decided: Some(DecidedFacts::sample()), major: None, ended: Vec::new() };
        let decided = Self { from: "opgelost".into(), to: "afgesloten".into(), grounds: written, ..usual.clone() };
        let along = Grounds { decided: None, major: Some(MajorFacts { number: Some("INC-1007".into()) }), ended: Vec::new() };
        let of_a_major = Self { grounds: along, ..usual.clone() };
        vec![("", usual), ("zonder-toelichting", unexplained), ("besloten", decided), ("grote-verstoring", of_a_major)]
    }
}
