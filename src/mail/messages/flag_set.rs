//! Tells the client's officers that a ticket was flagged (INC-11, INC-12). Who else reads their mail learns nothing of the ticket by it.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct FlagSet {
    pub number: String,
    /// The flag's Dutch name.
    pub flag: Line,
    pub at: Moment,
    pub desk: Line,
}

impl Message for FlagSet {
    const KIND: MailKind = MailKind::FlagSet;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Gemarkeerd: {{ flag }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
De melding met nummer {{ number }} is gemarkeerd: {{ flag }}.

Tijdstip:   {{ at }}

Waar de melding over gaat, staat met opzet niet in dit bericht. U leest het bij de melding zelf.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let security = Self {
            number: "INC-1001".to_owned(),
            flag: "beveiliging".into(),
            at: Moment::sample("2026-01-05T17:00:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let privacy = Self { flag: "privacy".into(), ..security.clone() };
        vec![("", security), ("privacy", privacy)]
    }
}
