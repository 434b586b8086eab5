//! A step up the ladder is put before those who decide it (ESC-25).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{Auto, Level, Line, Message, Moment, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Proposed {
    pub ticket: TicketFacts,
    /// The level it stands on; none when the proposal is to open a case.
    pub from: Option<Level>,
    pub to: Level,
    /// Why, as a Dutch clause: `de oplostijd is overschreden`.
    pub trigger: Line,
    /// When that was.
    pub at: Moment,
    /// The reason codes, any of which decides the step.
    pub codes: Vec<Line>,
    /// The roles that decide.
    pub roles: Vec<Line>,
    pub desk: Line,
}

impl Message for Proposed {
    const KIND: MailKind = MailKind::EscalationProposed;
    const AUTO: Auto = Auto::Generated;
    const SUBJECT: &'static str = "Voorstel tot escalatie naar niveau {{ to.level }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Voorgesteld wordt om de melding met nummer {{ ticket.number }} te escaleren naar niveau {{ to.level }} ({{ to.title }}). \
Het besluit is aan u.

{% include 'ticket' %}
Aanleiding: {{ trigger }}
Tijdstip:   {{ at }}

Besluit u tot de escalatie, leg haar dan vast bij de melding (POST /v1/tickets/{{ ticket.number }}/escalations), met uw reden en met \
een van deze codes:
{% for code in codes %}
- {{ code }}
{% endfor %}

Besluit u er niet toe, dan hoeft u niets te doen: de melding blijft\
{% if from %} op niveau {{ from.level }} ({{ from.title }}){% else %} niet geëscaleerd{% endif %}.
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
        let usual = Self {
            ticket: TicketFacts::sample(),
            from: Some(Level { level: 1, title: "Operationeel".into() }),
            to: Level { level: 2, title: "Tactisch".into() },
            trigger: "de oplostijd is overschreden".into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            codes: vec!["niet-opgelost".into(), "breached:resolution".into()],
            roles: vec!["Teamleider".into()],
            desk: SAMPLE_DESK.into(),
        };
        let opens = Self { from: None, to: Level { level: 1, title: "Operationeel".into() }, ..usual.clone() };
        vec![("", usual), ("eerste-niveau", opens)]
    }
}
