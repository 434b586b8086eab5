//! Sends a public message on a ticket to the requester, signed by its author and the desk.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Line, Message, Named, Passage, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub ticket: TicketFacts,
    pub text: Passage,
    /// None when they came without a name of their own: then the desk signs alone.
    pub author: Option<Line>,
    pub desk: Named,
}

impl Message for Reply {
    const KIND: MailKind = MailKind::Reply;
    const AUTO: AutoSubmitted = AutoSubmitted::Personal;
    const DUTCH: Template = Template {
        subject: "{{ ticket.title }}",
        // Two hyphens and a space mark a signature, which mail programs hide. Written as an expression, or an editor would strip the space.
        body: "\
{{ text }}

{{ '-- ' }}
{% if author %}
{{ author }}
{% endif %}
{{ desk }}
",
    };
    // What a person wrote stands by itself.
    const ENGLISH: Template = Self::DUTCH;

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(language),
            text: language.of("Dag Jan,\n\nWelke printer bedoelt u?\n", "Dear John,\n\nWhich printer do you mean?\n").into(),
            author: Some(language.of("Bob de Boer", "Bob Baker").into()),
            desk: sample_desk(),
        };
        let nameless = Self { author: None, ..usual.clone() };
        vec![("", usual), (language.of("zonder-naam", "nameless"), nameless)]
    }
}
