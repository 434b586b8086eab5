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
    /// Whether it is something that the desk wrote to whoever reported it.
    pub is_message: bool,
    /// In the words of the person who did it, or what the desk wrote; may be empty.
    pub explanation: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Line,
}

impl Message for Progress {
    const KIND: MailKind = MailKind::Progress;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Voortgang: {% if is_message %}bericht{% else %}{{ to }}{% endif %}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
{% if is_message %}
De servicedesk schreef over melding {{ ticket.number }} ({{ ticket.kind }}) aan de melder.
{% elif from %}
De status van melding {{ ticket.number }} ({{ ticket.kind }}) is gewijzigd van \"{{ from }}\" naar \"{{ to }}\".
{% else %}
Melding {{ ticket.number }} ({{ ticket.kind }}) is geregistreerd.
{% endif %}

{% include 'ticket' %}
Status:     {{ to }}
Tijdstip:   {{ at }}
{% if explanation %}

{% if is_message %}Bericht{% else %}Toelichting{% endif %}:
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
            is_message: false,
            explanation: "De voeding is vervangen.\n".into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let new = Self { from: None, to: "geregistreerd".into(), explanation: "".into(), ..usual.clone() };
        let message = Self { from: None, is_message: true, explanation: "Wij hebben de voeding besteld.".into(), ..usual.clone() };
        vec![("", usual), ("nieuw", new), ("bericht", message)]
    }
}
