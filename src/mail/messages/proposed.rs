//! Asks the roles that decide whether a ticket should go a step up the ladder (ESC-25).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, LevelFacts, Line, Message, Moment, Named, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Proposed {
    pub ticket: TicketFacts,
    /// The level it is on; none when the proposal is to start an escalation.
    pub from: Option<LevelFacts>,
    pub to: LevelFacts,
    /// Why, as a clause: `de oplostijd is overschreden`.
    pub trigger: Named,
    /// When that happened.
    pub at: Moment,
    /// The reason codes to choose from when recording the decision.
    pub codes: Vec<Line>,
    /// The roles that decide, which are also the ones that receive this mail.
    pub roles: Vec<Named>,
    pub desk: Named,
}

impl Message for Proposed {
    const KIND: MailKind = MailKind::EscalationProposed;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Voorstel tot escalatie naar niveau {{ to.level }}: {{ ticket.title }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Proposal to escalate to level {{ to.level }}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
It is proposed to escalate ticket {{ ticket.number }} to level {{ to.level }} ({{ to.title }}). \
The decision is yours.

{% include 'ticket' %}
Cause:      {{ trigger }}
Time:       {{ at }}

If you decide to escalate, please record that on the ticket, with your reason and \
one of these codes:
{% for code in codes %}
- {{ code }}
{% endfor %}

If you decide not to, you need not do anything: the ticket stays\
{% if from %} at level {{ from.level }} ({{ from.title }}){% else %} as it is, without an escalation{% endif %}.
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
        let usual = Self {
            ticket: TicketFacts::sample(language),
            from: Some(LevelFacts { level: 1, title: Named::new("Operationeel", "Operational") }),
            to: LevelFacts { level: 2, title: Named::new("Tactisch", "Tactical") },
            trigger: Named::new("de oplostijd is overschreden", "the resolution time has been exceeded"),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            codes: vec![language.of("niet-opgelost", "not-resolved").into(), "breached:resolution".into()],
            roles: vec![Named::new("Teamleider (opdrachtnemer)", "Team lead (supplier)")],
            desk: sample_desk(),
        };
        let opens = Self { from: None, to: LevelFacts { level: 1, title: Named::new("Operationeel", "Operational") }, ..usual.clone() };
        vec![("", usual), (language.of("eerste-niveau", "first-level"), opens)]
    }
}
