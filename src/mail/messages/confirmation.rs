//! Confirms to the requester that a ticket was registered (MAIL-04).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Confirmation {
    pub ticket: TicketFacts,
    pub received: Moment,
    /// When the first response is due, where the contract has a response time.
    pub answer_by: Option<Moment>,
    /// The name of the priority that is asked for and has to be phoned: it only counts once they call the desk (MAIL-06, INC-03).
    pub phoned: Option<Line>,
    /// Whether it was a mail that asked for it.
    pub by_mail: bool,
    pub phone: Option<Line>,
    pub desk: Line,
}

impl Message for Confirmation {
    const KIND: MailKind = MailKind::Confirmation;
    const AUTO: AutoSubmitted = AutoSubmitted::Replied;
    const SUBJECT: &'static str = "Ontvangen: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Wij hebben uw bericht ontvangen en geregistreerd onder nummer {{ ticket.number }}.

{% include 'ticket' %}
Ontvangen:  {{ received }}

{% if phoned %}
LET OP: u meldt een {{ ticket.kind }} met prioriteit {{ phoned }}{% if by_mail %} per e-mail{% endif %}. Die prioriteit geldt pas als u ons belt.
Bel de servicedesk{% if phone %} op {{ phone }}{% endif %} en noem het nummer hierboven. Tot dat gesprek heeft uw melding geen prioriteit {{ phoned }}.

{% endif %}
{% if answer_by %}U krijgt uiterlijk {{ answer_by }} een eerste reactie.\
{% else %}De servicedesk neemt uw melding in behandeling tijdens de openingstijden.\
{% endif %} Van iedere verandering van de status krijgt u bericht.

Wilt u iets toevoegen? Beantwoord dan dit bericht en laat het nummer in het onderwerp staan.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            received: Moment::sample("2026-01-05T10:15:00+01:00"),
            answer_by: Some(Moment::sample("2026-01-05T14:15:00+01:00")),
            phoned: None,
            by_mail: false,
            phone: Some("020 555 01 00".into()),
            desk: SAMPLE_DESK.into(),
        };
        let p1 = Self { phoned: Some("P1".into()), by_mail: true, answer_by: None, ..usual.clone() };
        let p1_without_phone = Self { phone: None, ..p1.clone() };
        let p1_by_portal = Self { by_mail: false, ..p1.clone() };
        vec![
            ("", usual),
            ("prioriteit-1", p1),
            ("prioriteit-1-zonder-telefoon", p1_without_phone),
            ("prioriteit-1-voorgesteld", p1_by_portal),
        ]
    }
}
