//! Tells the role holders of both sides that a ticket moved to another level of its escalation ladder (ESC-04).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, LevelFacts, Message, Moment, Named, Passage, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Escalated {
    pub ticket: TicketFacts,
    /// The level it came from; none when the escalation starts here.
    pub from: Option<LevelFacts>,
    pub to: LevelFacts,
    /// What caused the step, as a clause: `de oplostijd is overschreden`.
    pub trigger: Named,
    /// In the words of the person who decided it; empty when it happened automatically.
    pub reason: Passage,
    pub at: Moment,
    /// The roles that receive this mail, named in it so that each knows who else was told.
    pub roles: Vec<Named>,
    pub desk: Named,
}

impl Message for Escalated {
    const KIND: MailKind = MailKind::Escalation;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Escalatie naar niveau {{ to.level }}: {{ ticket.title }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Escalated to level {{ to.level }}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Ticket {{ ticket.number }} has been escalated\
{% if from %} from level {{ from.level }} ({{ from.title }}){% endif %} to level {{ to.level }} ({{ to.title }}).

{% include 'ticket' %}
Cause:      {{ trigger }}
Time:       {{ at }}
{% if reason %}

Reason:
{{ reason }}
{% endif %}
{% if roles %}

This message is sent to:
{% for role in roles %}
- {{ role }}
{% endfor %}
{% endif %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let by_itself = Self {
            ticket: TicketFacts::sample(language),
            from: Some(LevelFacts { level: 1, title: Named::new("Operationeel", "Operational") }),
            to: LevelFacts { level: 2, title: Named::new("Tactisch", "Tactical") },
            trigger: Named::new("de oplostijd is overschreden", "the resolution time has been exceeded"),
            reason: "".into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            roles: vec![
                Named::new("Servicemanager (opdrachtgever)", "Service manager (client)"),
                Named::new("Servicemanager (opdrachtnemer)", "Service manager (supplier)"),
            ],
            desk: sample_desk(),
        };
        let by_a_person = Self {
            from: None,
            to: LevelFacts { level: 1, title: Named::new("Operationeel", "Operational") },
            trigger: Named::new("besluit van de opdrachtgever: prioriteit betwist", "decision of the client: priority disputed"),
            reason: language.of("De hele afdeling ligt stil.", "The whole department is at a standstill.").into(),
            roles: Vec::new(),
            ..by_itself.clone()
        };
        vec![("", by_itself), (language.of("door-een-besluit", "by-decision"), by_a_person)]
    }
}
