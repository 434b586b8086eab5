//! Tells the client's officers that a ticket was flagged (INC-11, INC-12). Who else reads their mail learns nothing of the ticket by it.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Message, Moment, Named, Template};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::restriction::Flag;

#[derive(Debug, Clone, Serialize)]
pub struct FlagSet {
    pub number: String,
    /// The flag's name.
    pub flag: Named,
    pub at: Moment,
    pub desk: Named,
}

impl Message for FlagSet {
    const KIND: MailKind = MailKind::FlagSet;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Gemarkeerd: {{ flag }}",
        body: "\
{% extends 'letter' %}
{% block text %}
De melding met nummer {{ number }} is gemarkeerd: {{ flag }}.

Tijdstip:   {{ at }}

Waar de melding over gaat, staat met opzet niet in dit bericht. U leest het bij de melding zelf.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Flagged: {{ flag }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Ticket {{ number }} has been flagged: {{ flag }}.

Time:       {{ at }}

What the ticket is about is left out of this message on purpose. You can read it on the ticket itself.
{% endblock %}",
    };

    fn number(&self) -> Option<&str> {
        Some(&self.number)
    }

    fn samples(_language: Language) -> Vec<(&'static str, Self)> {
        let security = Self {
            number: "INC-1001".to_owned(),
            flag: Flag::Security.word().into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            desk: sample_desk(),
        };
        let privacy = Self { flag: Flag::Privacy.word().into(), ..security.clone() };
        vec![("", security), ("privacy", privacy)]
    }
}
