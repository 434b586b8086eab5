//! Tells the members of a response team that it is called in on a breach of security (INC-14). Who else reads their mail learns nothing of the
//! ticket by it but what the team is asked to do.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Both, Message, Moment, Named, Passage, Template};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct ResponseTeamCalled {
    pub number: String,
    /// The team's name.
    pub team: Named,
    /// What the team answers for.
    pub responsibility: Both<Passage>,
    /// What it is asked to do; empty where nobody said.
    pub task: Passage,
    pub at: Moment,
    /// The roles that receive this mail, named in it so that each knows who else was told.
    pub roles: Vec<Named>,
    pub desk: Named,
}

impl Message for ResponseTeamCalled {
    const KIND: MailKind = MailKind::ResponseTeam;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Responsteam ingezet: {{ team }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Het responsteam {{ team }} is ingezet bij een beveiligingsincident: de melding met nummer {{ number }}.

Tijdstip:   {{ at }}

Waar het team voor staat:
{{ responsibility }}
{% if task %}

Wat er gevraagd wordt:
{{ task }}
{% endif %}
{% if roles %}

Dit bericht gaat naar:
{% for role in roles %}
- {{ role }}
{% endfor %}
{% endif %}

Waar de melding over gaat, staat met opzet niet in dit bericht. Wie de melding mag zien, vindt haar bij de servicedesk.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Response team called in: {{ team }}",
        body: "\
{% extends 'letter' %}
{% block text %}
The response team {{ team }} has been called in for a security incident: the ticket with number {{ number }}.

Time:       {{ at }}

What the team is responsible for:
{{ responsibility }}
{% if task %}

What the team is asked to do:
{{ task }}
{% endif %}
{% if roles %}

This message is sent to:
{% for role in roles %}
- {{ role }}
{% endfor %}
{% endif %}

What the ticket is about is left out of this message on purpose. Anyone who may see the ticket can find it at the service desk.
{% endblock %}",
    };

    fn number(&self) -> Option<&str> {
        Some(&self.number)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let asked = Self {
            number: "INC-1001".to_owned(),
            team: Named::new("Juridisch", "Legal"),
            responsibility: Both::new(
                "Beoordeelt of en aan wie een inbreuk gemeld moet worden.",
                "Judges whether a breach must be reported, and to whom.",
            ),
            task: language
                .of(
                    "Beoordeel vóór 18:00 uur of dit een datalek is dat gemeld moet worden.",
                    "Judge before 18:00 whether this data breach must be reported.",
                )
                .into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            roles: vec![Named::new("Privacy officer (opdrachtgever)", "Privacy officer (client)")],
            desk: sample_desk(),
        };
        let without_a_task = Self { task: "".into(), ..asked.clone() };
        vec![("", asked), (language.of("zonder-opdracht", "without-a-task"), without_a_task)]
    }
}
