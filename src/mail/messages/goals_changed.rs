//! Tells whoever reported a ticket, follows it or is told of its progress that other goals hold from now on, and that a breach which had been
//! recorded counts no longer by that (TKT-05, TKT-17).

use serde::Serialize;

use super::parts::{EndedBreach, sample_desk};
use super::{AutoSubmitted, Grounds, Message, Moment, Named, Passage, Template, TicketFacts, Told};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct GoalsChanged {
    pub ticket: TicketFacts,
    pub reader: Told,
    /// What the goals go by, and what that is from now on: `Prioriteit`, `P3`; none where it is nothing.
    pub what: Named,
    pub now: Option<Named>,
    /// With the breaches that ended.
    pub grounds: Grounds,
    /// In the words of the person who did it.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Named,
}

impl Message for GoalsChanged {
    const KIND: MailKind = MailKind::GoalsChanged;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Andere streeftijden: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
De servicedesk heeft {% if reader == 'requester' %}uw melding{% else %}melding{% endif %} {{ ticket.number }}\
{% if reader == 'follower' %}, die u volgt,{% endif %} anders ingedeeld.

{% include 'ticket' %}
{{ what }}: {{ now or 'geen' }}
Tijdstip:   {{ at }}
{% include 'grounds' %}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "New target times: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
The service desk has reclassified {% if reader == 'requester' %}your ticket{% else %}ticket{% endif %} {{ ticket.number }}\
{% if reader == 'follower' %}, which you follow{% endif %}.

{% include 'ticket' %}
{{ what }}: {{ now or 'not specified' }}
Time:       {{ at }}
{% include 'grounds' %}
{% if explanation %}

Explanation:
{{ explanation }}
{% endif %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(language),
            reader: Told::Requester,
            what: Named::new("Prioriteit", "Priority"),
            now: Some(Named::same("P3")),
            grounds: Grounds { ended: vec![EndedBreach::sample()], ..Grounds::default() },
            explanation: language.of("Er is een omweg, dus het is minder dringend.", "There is a workaround, so it is less urgent.").into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let follower = Self { reader: Told::Follower, what: Named::new("Gevraagd", "Requested"), now: None, ..usual.clone() };
        let role = Self { reader: Told::Role, ..usual.clone() };
        vec![("", usual), (language.of("aan-volger", "to-follower"), follower), (language.of("aan-rol", "to-role"), role)]
    }
}
