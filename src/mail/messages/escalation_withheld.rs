//! Tells the role holders of both sides that a ticket which few may see climbs its ladder, without telling which one (ESC-04).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, LevelFacts, Line, Message, Moment};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct EscalationWithheld {
    /// Whether the step is only proposed.
    pub proposed: bool,
    /// The level it came from, or stands on; none when the escalation starts here.
    pub from: Option<LevelFacts>,
    pub to: LevelFacts,
    pub at: Moment,
    /// The roles that receive this mail.
    pub roles: Vec<Line>,
    pub desk: Line,
}

impl Message for EscalationWithheld {
    const KIND: MailKind = MailKind::EscalationWithheld;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str =
        "{% if proposed %}Voorstel tot escalatie{% else %}Escalatie{% endif %} naar niveau {{ to.level }}: vertrouwelijke melding";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
{% if proposed %}
Voorgesteld wordt om een vertrouwelijke melding te escaleren\
{% else %}
Een vertrouwelijke melding is geëscaleerd\
{% endif %}
{% if from %} van niveau {{ from.level }} ({{ from.title }}){% endif %} naar niveau {{ to.level }} ({{ to.title }}).

Tijdstip:   {{ at }}

Nummer en onderwerp staan met opzet niet in dit bericht. Wie de melding mag zien, vindt haar bij de servicedesk.
{% if roles %}

Dit bericht gaat naar:
{% for role in roles %}
- {{ role }}
{% endfor %}
{% endif %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        None
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let taken = Self {
            proposed: false,
            from: Some(LevelFacts { level: 1, title: "Operationeel".into() }),
            to: LevelFacts { level: 2, title: "Tactisch".into() },
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            roles: vec!["Servicemanager (opdrachtgever)".into()],
            desk: SAMPLE_DESK.into(),
        };
        let proposed = Self { proposed: true, from: None, roles: Vec::new(), ..taken.clone() };
        vec![("", taken), ("voorgesteld", proposed)]
    }
}
