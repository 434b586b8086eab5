//! Tells the role holders of both sides that a ticket which few may see climbs its ladder, without telling which one (ESC-04).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, LevelFacts, Message, Moment, Named, Template};
use crate::domain::language::Language;
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
    pub roles: Vec<Named>,
    pub desk: Named,
}

impl Message for EscalationWithheld {
    const KIND: MailKind = MailKind::EscalationWithheld;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "{% if proposed %}Voorstel tot escalatie{% else %}Escalatie{% endif %} naar niveau {{ to.level }}: vertrouwelijke melding",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "{% if proposed %}Proposal to escalate{% else %}Escalated{% endif %} to level {{ to.level }}: confidential ticket",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if proposed %}
It is proposed to escalate a confidential ticket\
{% else %}
A confidential ticket has been escalated\
{% endif %}
{% if from %} from level {{ from.level }} ({{ from.title }}){% endif %} to level {{ to.level }} ({{ to.title }}).

Time:       {{ at }}

The number and the subject are left out of this message on purpose. Anyone who may see the ticket can find it at the service desk.
{% if roles %}

This message is sent to:
{% for role in roles %}
- {{ role }}
{% endfor %}
{% endif %}
{% endblock %}",
    };

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let taken = Self {
            proposed: false,
            from: Some(LevelFacts { level: 1, title: Named::new("Operationeel", "Operational") }),
            to: LevelFacts { level: 2, title: Named::new("Tactisch", "Tactical") },
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            roles: vec![Named::new("Servicemanager (opdrachtgever)", "Service manager (client)")],
            desk: sample_desk(),
        };
        let proposed = Self { proposed: true, from: None, roles: Vec::new(), ..taken.clone() };
        vec![("", taken), (language.of("voorgesteld", "proposed"), proposed)]
    }
}
