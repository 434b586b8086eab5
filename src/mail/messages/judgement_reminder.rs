//! Reminds the requester that a solution waits for their answer (AMB-09).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct JudgementReminder {
    pub ticket: TicketFacts,
    /// Since when it waits.
    pub since: Moment,
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

Wilt u laten weten of u de oplossing accepteert of weigert? Weigert u haar, schrijf dan wat er nog niet goed is.
Dat doet u door dit bericht te beantwoorden; de servicedesk legt uw keuze vast.

Zonder uw antwoord verandert er niets: de melding wordt niet vanzelf afgesloten.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let since = Moment::sample("2026-01-05T10:40:00+01:00");
        vec![("", Self { ticket: TicketFacts::sample(), since, desk: SAMPLE_DESK.into() })]
    }
}
