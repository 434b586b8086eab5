//! Tells the client's roles that are told of progress what happened to a ticket (TKT-06, INC-02).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Progress {
    pub ticket: TicketFacts,
    /// What happened, in Dutch, such as "opgelost".
    pub what: Line,
    /// The Dutch name of the phase it is in now.
    pub phase: Line,
    /// In the words of the person who did it; may be empty.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Line,
}

impl Message for Progress {
    const KIND: MailKind = MailKind::Progress;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Voortgang: {{ what }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Over de voortgang van de {{ ticket.kind }} met nummer {{ ticket.number }}: {{ what }}.

{% include 'ticket' %}
Status:     {{ phase }}
Tijdstip:   {{ at }}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            what: "opgelost".into(),
            phase: "opgelost".into(),
            explanation: "De voeding is vervangen.\n".into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let new = Self { what: "geregistreerd".into(), phase: "geregistreerd".into(), explanation: "".into(), ..usual.clone() };
        vec![("", usual), ("nieuw", new)]
    }
}
