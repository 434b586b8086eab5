//! A person's public message on a ticket, sent in that person's name.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{Auto, Line, Message, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub ticket: TicketFacts,
    pub text: Passage,
    pub author: Line,
    pub desk: Line,
}

impl Message for Reply {
    const KIND: MailKind = MailKind::Reply;
    const AUTO: Auto = Auto::Personal;
    const SUBJECT: &'static str = "{{ ticket.title }}";
    // Mail programs fold away what follows a line of two hyphens and a space.
    const BODY: &'static str = "\
{{ text }}

{{ '-- ' }}
{{ author }}
{{ desk }}
";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            text: "Dag Jan,\n\nWelke printer bedoelt u?\n".into(),
            author: "Bob de Boer".into(),
            desk: SAMPLE_DESK.into(),
        };
        vec![("", usual)]
    }
}
