//! Tells whoever proposes a priority that has to be phoned, on a ticket that is there already, to phone (INC-03).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Line, Message, Named, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct CallNeeded {
    pub ticket: TicketFacts,
    /// The name of the priority.
    pub priority: Named,
    pub phone: Option<Line>,
    pub desk: Named,
}

impl Message for CallNeeded {
    const KIND: MailKind = MailKind::CallNeeded;
    const AUTO: AutoSubmitted = AutoSubmitted::Replied;
    const DUTCH: Template = Template {
        subject: "Bel de servicedesk: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
LET OP: u stelt voor melding {{ ticket.number }} ({{ ticket.kind }}) prioriteit {{ priority }} voor. Die prioriteit geldt pas als u ons belt.
Bel de servicedesk{% if phone %} op {{ phone }}{% endif %} en noem het nummer {{ ticket.number }}.

{% include 'ticket' %}
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Please call the service desk: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
PLEASE NOTE: you propose priority {{ priority }} for ticket {{ ticket.number }} ({{ ticket.kind }}). That priority only takes effect once you call us.
Please call the service desk{% if phone %} on {{ phone }}{% endif %} and mention number {{ ticket.number }}.

{% include 'ticket' %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(language),
            priority: Named::same("P1"),
            phone: Some("020 555 01 00".into()),
            desk: sample_desk(),
        };
        vec![("", usual.clone()), (language.of("zonder-telefoon", "without-phone"), Self { phone: None, ..usual })]
    }
}
