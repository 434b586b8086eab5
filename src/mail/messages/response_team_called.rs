//! Tells the members of a response team that it is called in on a breach of security (INC-14). Who else reads their mail learns nothing of the
//! ticket by it but what the team is asked to do.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment, Passage};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct ResponseTeamCalled {
    pub number: String,
    /// The team's Dutch name.
    pub team: Line,
    /// What the team answers for.
    pub responsibility: Passage,
    /// What it is asked to do; empty where nobody said.
    pub task: Passage,
    pub at: Moment,
    /// The roles that receive this mail, named in it so that each knows who else was told.
    pub roles: Vec<Line>,
    pub desk: Line,
}

impl Message for ResponseTeamCalled {
    const KIND: MailKind = MailKind::ResponseTeam;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Responsteam ingezet: {{ team }}";
    const BODY: &'static str = "\
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
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let asked = Self {
            number: "INC-1001".to_owned(),
            team: "Juridisch".into(),
            responsibility: "Beoordeelt of en aan wie een inbreuk gemeld moet worden.".into(),
            task: "Beoordeel vóór 18:00 uur of dit een datalek is dat gemeld moet worden.".into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            roles: vec!["Privacy officer (opdrachtgever)".into()],
            desk: SAMPLE_DESK.into(),
        };
        let without_a_task = Self { task: "".into(), ..asked.clone() };
        vec![("", asked), ("zonder-opdracht", without_a_task)]
    }
}
