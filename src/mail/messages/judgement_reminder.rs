//! Reminds the requester that a solution waits for their answer (AMB-09).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Links, Message, Moment, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct JudgementReminder {
    pub ticket: TicketFacts,
    /// Since when it waits.
    pub since: Moment,
    /// Where they answer.
    pub links: Option<Links>,
    pub desk: Line,
}

impl Message for JudgementReminder {
    const KIND: MailKind = MailKind::JudgementReminder;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Herinnering: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
De oplossing van uw {{ ticket.kind }} met nummer {{ ticket.number }} wacht op uw antwoord.

{% include 'ticket' %}
Opgelost:   {{ since }}

{% if links %}
Is het opgelost? Laat het hier weten:
{{ links.yes }}

Is het niet opgelost? Laat hier weten wat er nog niet goed is:
{{ links.no }}

{% include 'links' %}
{% else %}
Wilt u laten weten of u de oplossing accepteert of weigert? Weigert u haar, schrijf dan wat er nog niet goed is.
Dat doet u door dit bericht te beantwoorden; de servicedesk legt uw keuze vast.
{% endif %}

Zonder uw antwoord verandert er niets: de melding wordt niet vanzelf afgesloten.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let since = Moment::sample("2026-01-05T10:40:00+01:00");
        let usual = Self { ticket: TicketFacts::sample(), since, links: Some(Links::sample("solution")), desk: SAMPLE_DESK.into() };
        let unlinked = Self { links: None, ..usual.clone() };
        vec![("", usual), ("zonder-links", unlinked)]
    }
}
