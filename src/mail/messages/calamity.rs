//! Tells the management of both sides that a calamity was recorded, or that its fallback changed (DRP-01). What is down and what is lost is read
//! at the ticket.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct CalamityNotice {
    /// None of a ticket that few may see.
    pub ticket: Option<TicketFacts>,
    /// In the subject: its title, or that it is confidential.
    pub title: Line,
    /// Whether it was recorded before, and its fallback is another one now.
    pub is_changed: bool,
    /// What of the fallback, in Dutch.
    pub fallback: Line,
    pub at: Moment,
    pub desk: Line,
}

impl Message for CalamityNotice {
    const KIND: MailKind = MailKind::Calamity;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Calamiteit: {{ title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Bij {% if ticket %}melding {{ ticket.number }} ({{ ticket.kind }}){% else %}een vertrouwelijke melding{% endif %} \
is {% if is_changed %}de uitwijk van een calamiteit gewijzigd{% else %}een calamiteit vastgelegd{% endif %}.

{% if ticket %}
{% include 'ticket' %}
{% endif %}
Uitwijk:    {{ fallback }}
Tijdstip:   {{ at }}

{% if ticket %}
Wat er uitgevallen en verloren is, staat bij de melding.
{% else %}
Nummer en onderwerp staan met opzet niet in dit bericht. Wie de melding mag zien, vindt haar bij de servicedesk.
{% endif %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        self.ticket.as_ref().map(|ticket| ticket.number.as_str())
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: Some(TicketFacts::sample()),
            title: TicketFacts::sample().title,
            is_changed: false,
            fallback: "actief".into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let changed = Self { is_changed: true, fallback: "beëindigd".into(), ..usual.clone() };
        let withheld = Self { ticket: None, title: "vertrouwelijke melding".into(), ..usual.clone() };
        vec![("", usual), ("uitwijk", changed), ("vertrouwelijk", withheld)]
    }
}
