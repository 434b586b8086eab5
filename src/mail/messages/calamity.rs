//! Tells the management of both sides that a calamity was recorded, or that its fallback changed (DRP-01). What is down and what is lost is read
//! at the ticket.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Message, Moment, Named, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct CalamityNotice {
    /// None of a ticket that few may see.
    pub ticket: Option<TicketFacts>,
    /// Whether it was recorded before, and its fallback is another one now.
    pub is_changed: bool,
    /// What of the fallback.
    pub fallback: Named,
    pub at: Moment,
    pub desk: Named,
}

impl Message for CalamityNotice {
    const KIND: MailKind = MailKind::Calamity;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Calamiteit: {% if ticket %}{{ ticket.title }}{% else %}vertrouwelijke melding{% endif %}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Calamity: {% if ticket %}{{ ticket.title }}{% else %}confidential ticket{% endif %}",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if is_changed %}The fallback of a calamity has changed{% else %}A calamity has been recorded{% endif %} \
on {% if ticket %}ticket {{ ticket.number }} ({{ ticket.kind }}){% else %}a confidential ticket{% endif %}.

{% if ticket %}
{% include 'ticket' %}
{% endif %}
Fallback:   {{ fallback }}
Time:       {{ at }}

{% if ticket %}
What has failed and what has been lost is recorded on the ticket.
{% else %}
The number and the subject are left out of this message on purpose. Anyone who may see the ticket can find it at the service desk.
{% endif %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        self.ticket.as_ref()
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: Some(TicketFacts::sample(language)),
            is_changed: false,
            fallback: Named::new("actief", "active"),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let changed = Self { is_changed: true, fallback: Named::new("beëindigd", "ended"), ..usual.clone() };
        let withheld = Self { ticket: None, ..usual.clone() };
        vec![("", usual), (language.of("uitwijk", "fallback"), changed), (language.of("vertrouwelijk", "confidential"), withheld)]
    }
}
