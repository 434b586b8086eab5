//! A ticket reached another level of its ladder, and the role holders of both sides are told (ESC-04).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{Auto, Level, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Escalated {
    pub ticket: TicketFacts,
    /// The level it left; none when the escalation began.
    pub from: Option<Level>,
    pub to: Level,
    /// What moved it, as a Dutch clause: `de oplostijd is overschreden`.
    pub trigger: Line,
    /// In the words of whoever decided it; empty when nobody did.
    pub reason: Passage,
    pub at: Moment,
    /// The roles that get this notice.
    pub roles: Vec<Line>,
    pub desk: Line,
}

impl Message for Escalated {
    const KIND: MailKind = MailKind::Escalation;
    const AUTO: Auto = Auto::Generated;
    const SUBJECT: &'static str = "Escalatie naar niveau {{ to.level }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
De melding met nummer {{ ticket.number }} is geëscaleerd\
{% if from %} van niveau {{ from.level }} ({{ from.title }}){% endif %} naar niveau {{ to.level }} ({{ to.title }}).

{% include 'ticket' %}
Aanleiding: {{ trigger }}
Tijdstip:   {{ at }}
{% if reason %}

Reden:
{{ reason }}
{% endif %}
{% if roles %}

Dit bericht gaat naar:
{% for role in roles %}
- {{ role }}
{% endfor %}
{% endif %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let by_itself = Self {
            ticket: TicketFacts::sample(),
            from: Some(Level { level: 1, title: "Operationeel".into() }),
            to: Level { level: 2, title: "Tactisch".into() },
            trigger: "de oplostijd is overschreden".into(),
            reason: "".into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            roles: vec!["Servicemanager (opdrachtgever)".into(), "Servicemanager (opdrachtnemer)".into()],
            desk: SAMPLE_DESK.into(),
        };
        let by_a_person = Self {
            from: None,
            to: Level { level: 1, title: "Operationeel".into() },
            trigger: "besluit van een medewerker: prioriteit betwist".into(),
            reason: "De hele afdeling ligt stil.".into(),
            roles: Vec::new(),
            ..by_itself.clone()
        };
        vec![("", by_itself), ("door-een-besluit", by_a_person)]
    }
}
