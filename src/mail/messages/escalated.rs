//! Tells the role holders of both sides that a ticket moved to another level of its escalation ladder (ESC-04).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, LevelFacts, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Escalated {
    pub ticket: TicketFacts,
    /// The level it came from; none when the escalation starts here.
    pub from: Option<LevelFacts>,
    pub to: LevelFacts,
    /// What caused the step, as a Dutch clause: `de oplostijd is overschreden`.
    pub trigger: Line,
    /// In the words of the person who decided it; empty when it happened automatically.
    pub reason: Passage,
    pub at: Moment,
    /// The roles that receive this mail, named in it so that each knows who else was told.
    pub roles: Vec<Line>,
    pub desk: Line,
}

impl Message for Escalated {
    const KIND: MailKind = MailKind::Escalation;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
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
            from: Some(LevelFacts { level: 1, title: "Operationeel".into() }),
            to: LevelFacts { level: 2, title: "Tactisch".into() },
            trigger: "de oplostijd is overschreden".into(),
            reason: "".into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            roles: vec!["Servicemanager (opdrachtgever)".into(), "Servicemanager (opdrachtnemer)".into()],
            desk: SAMPLE_DESK.into(),
        };
        let by_a_person = Self {
            from: None,
            to: LevelFacts { level: 1, title: "Operationeel".into() },
            trigger: "besluit van de opdrachtgever: prioriteit betwist".into(),
            reason: "De hele afdeling ligt stil.".into(),
            roles: Vec::new(),
            ..by_itself.clone()
        };
        vec![("", by_itself), ("door-een-besluit", by_a_person)]
    }
}
