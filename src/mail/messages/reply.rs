//! Sends a public message on a ticket to the requester, signed by its author and the desk.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub ticket: TicketFacts,
    pub text: Passage,
    /// None when they came without a name of their own: then the desk signs alone.
    pub author: Option<Line>,
    pub desk: Line,
}

impl Message for Reply {
    const KIND: MailKind = MailKind::Reply;
    const AUTO: AutoSubmitted = AutoSubmitted::Personal;
    const SUBJECT: &'static str = "{{ ticket.title }}";
    // Two hyphens and a space mark a signature, which mail programs hide. Written as an expression, or an editor would strip the space.
    const BODY: &'static str = "\
{{ text }}

{{ '-- ' }}
{% if author %}
{{ author }}
{% endif %}
{{ desk }}
";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            text: "Dag Jan,\n\nWelke printer bedoelt u?\n".into(),
            author: Some("Bob de Boer".into()),
            desk: SAMPLE_DESK.into(),
        };
        let nameless = Self { author: None, ..usual.clone() };
        vec![("", usual), ("zonder-naam", nameless)]
    }
}
