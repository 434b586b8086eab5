//! Tells whoever proposes a priority that has to be phoned, on a ticket that is there already, to phone (INC-03).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct CallNeeded {
    pub ticket: TicketFacts,
    /// The name of the priority.
    pub priority: Line,
    pub phone: Option<Line>,
    pub desk: Line,
}

impl Message for CallNeeded {
    const KIND: MailKind = MailKind::CallNeeded;
    const AUTO: AutoSubmitted = AutoSubmitted::Replied;
    const SUBJECT: &'static str = "Bel de servicedesk: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
LET OP: u stelt voor melding {{ ticket.number }} ({{ ticket.kind }}) prioriteit {{ priority }} voor. Die prioriteit geldt pas als u ons belt.
Bel de servicedesk{% if phone %} op {{ phone }}{% endif %} en noem het nummer {{ ticket.number }}.

{% include 'ticket' %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual =
            Self { ticket: TicketFacts::sample(), priority: "P1".into(), phone: Some("020 555 01 00".into()), desk: SAMPLE_DESK.into() };
        vec![("", usual.clone()), ("zonder-telefoon", Self { phone: None, ..usual })]
    }
}
