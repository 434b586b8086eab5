//! Tells whoever reported a ticket, follows it or is told of its progress that other goals hold from now on, and that a breach which had been
//! recorded counts no longer by that (TKT-05, TKT-17).

use serde::Serialize;

use super::parts::{EndedBreach, SAMPLE_DESK};
use super::{AutoSubmitted, Grounds, Line, Message, Moment, Passage, TicketFacts, Told};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct GoalsChanged {
    pub ticket: TicketFacts,
    pub reader: Told,
    /// What the goals go by, and what that is from now on: `Prioriteit`, `P3`; none where it is nothing.
    pub what: Line,
    pub now: Option<Line>,
    /// With the breaches that ended.
    pub grounds: Grounds,
    /// In the words of the person who did it.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Line,
}

impl Message for GoalsChanged {
    const KIND: MailKind = MailKind::GoalsChanged;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Andere streeftijden: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
De servicedesk heeft {% if reader == 'requester' %}uw melding{% else %}melding{% endif %} {{ ticket.number }}\
{% if reader == 'follower' %}, die u volgt,{% endif %} anders ingedeeld.

{% include 'ticket' %}
{{ what }}: {{ now or 'geen' }}
Tijdstip:   {{ at }}
{% include 'grounds' %}
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
            reader: Told::Requester,
            what: "Prioriteit".into(),
            now: Some("P3".into()),
            grounds: Grounds { ended: vec![EndedBreach::sample()], ..Grounds::default() },
            explanation: "Er is een omweg, dus het is minder dringend.".into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let follower = Self { reader: Told::Follower, what: "Gevraagd".into(), now: None, ..usual.clone() };
        let role = Self { reader: Told::Role, ..usual.clone() };
        vec![("", usual), ("aan-volger", follower), ("aan-rol", role)]
    }
}
