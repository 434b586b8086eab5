//! Confirms to the requester that a ticket was registered (MAIL-04).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Line, Message, Moment, Named, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Confirmation {
    pub ticket: TicketFacts,
    pub received: Moment,
    /// When the first response is due, where the contract has a response time.
    pub answer_by: Option<Moment>,
    /// The name of the priority that is asked for and has to be phoned: it only counts once they call the desk (MAIL-06, INC-03).
    pub phoned: Option<Named>,
    /// Whether it was a mail that asked for it.
    pub by_mail: bool,
    pub phone: Option<Line>,
    pub desk: Named,
}

impl Message for Confirmation {
    const KIND: MailKind = MailKind::Confirmation;
    const AUTO: AutoSubmitted = AutoSubmitted::Replied;
    const DUTCH: Template = Template {
        subject: "Ontvangen: {{ ticket.title }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Received: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
We have received your message and registered it under number {{ ticket.number }}.

{% include 'ticket' %}
Received:   {{ received }}

{% if phoned %}
PLEASE NOTE: you are asking for priority {{ phoned }}{% if by_mail %} by e-mail{% endif %}. That priority only takes effect once you call us.
Please call the service desk{% if phone %} on {{ phone }}{% endif %} and mention the number above. Until then your ticket does not have priority {{ phoned }}.

{% endif %}
{% if answer_by %}You will get a first response by {{ answer_by }}.\
{% else %}The service desk will start on your ticket during its opening hours.\
{% endif %} We will let you know whenever its status changes.

Would you like to add something? Just reply to this message and leave the number in the subject.
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(language),
            received: Moment::sample("2026-01-05T10:15:00+01:00"),
            answer_by: Some(Moment::sample("2026-01-05T14:15:00+01:00")),
            phoned: None,
            by_mail: false,
            phone: Some("020 555 01 00".into()),
            desk: sample_desk(),
        };
        let p1 = Self { phoned: Some(Named::same("P1")), by_mail: true, answer_by: None, ..usual.clone() };
        let p1_without_phone = Self { phone: None, ..p1.clone() };
        let p1_by_portal = Self { by_mail: false, ..p1.clone() };
        vec![
            ("", usual),
            (language.of("prioriteit-1", "priority-1"), p1),
            (language.of("prioriteit-1-zonder-telefoon", "priority-1-without-phone"), p1_without_phone),
            (language.of("prioriteit-1-voorgesteld", "priority-1-proposed"), p1_by_portal),
        ]
    }
}
