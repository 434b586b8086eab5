//! Asks the roles that decide whether a ticket should go a step up the ladder (ESC-25).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, LevelFacts, Line, Message, Moment, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Proposed {
    pub ticket: TicketFacts,
    /// The level it is on; none when the proposal is to start an escalation.
    pub from: Option<LevelFacts>,
    pub to: LevelFacts,
    /// Why, as a Dutch clause: `de oplostijd is overschreden`.
    pub trigger: Line,
    /// When that happened.
    pub at: Moment,
    /// The reason codes to choose from when recording the decision.
    pub codes: Vec<Line>,
    /// The roles that decide, which are also the ones that receive this mail.
    pub roles: Vec<Line>,
    pub desk: Line,
}

impl Message for Proposed {
    const KIND: MailKind = MailKind::EscalationProposed;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Voorstel tot escalatie naar niveau {{ to.level }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Voorgesteld wordt om de melding met nummer {{ ticket.number }} te escaleren naar niveau {{ to.level }} ({{ to.title }}). \
Het besluit is aan u.

{% include 'ticket' %}
Aanleiding: {{ trigger }}
Tijdstip:   {{ at }}

Besluit u tot de escalatie, leg haar dan vast bij de melding, met uw reden en met \
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
            from: Some(LevelFacts { level: 1, title: "Operationeel".into() }),
            to: LevelFacts { level: 2, title: "Tactisch".into() },
            trigger: "de oplostijd is overschreden".into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            codes: vec!["niet-opgelost".into(), "breached:resolution".into()],
            roles: vec!["Teamleider (opdrachtnemer)".into()],
            desk: SAMPLE_DESK.into(),
        };
        let opens = Self { from: None, to: LevelFacts { level: 1, title: "Operationeel".into() }, ..usual.clone() };
        vec![("", usual), ("eerste-niveau", opens)]
    }
}
