//! Tells the client's roles that are told of progress what happened to a ticket (TKT-06, INC-02).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Grounds, Message, Moment, Named, Passage, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::workflow::Step;

#[derive(Debug, Clone, Serialize)]
pub struct Progress {
    pub ticket: TicketFacts,
    /// The name of the phase it was in; none of a ticket that is new.
    pub from: Option<Named>,
    /// The name of the phase it came to.
    pub to: Named,
    /// Whether it is something that the desk wrote to whoever reported it.
    pub is_message: bool,
    /// In the words of the person who did it, or what the desk wrote; may be empty.
    pub explanation: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Named,
}

impl Message for Progress {
    const KIND: MailKind = MailKind::Progress;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Voortgang: {% if is_message %}bericht{% else %}{{ to }}{% endif %}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if is_message %}
De servicedesk schreef over melding {{ ticket.number }} ({{ ticket.kind }}) aan de melder.
{% elif from %}
De status van melding {{ ticket.number }} ({{ ticket.kind }}) is gewijzigd van \"{{ from }}\" naar \"{{ to }}\".
{% else %}
Melding {{ ticket.number }} ({{ ticket.kind }}) is geregistreerd.
{% endif %}

{% include 'ticket' %}
Status:     {{ to }}
Tijdstip:   {{ at }}
{% if explanation %}

{% if is_message %}Bericht{% else %}Toelichting{% endif %}:
{{ explanation }}
{% endif %}
{% include 'grounds' %}
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Progress: {% if is_message %}message{% else %}{{ to }}{% endif %}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if is_message %}
The service desk wrote to the requester about ticket {{ ticket.number }} ({{ ticket.kind }}).
{% elif from %}
The status of ticket {{ ticket.number }} ({{ ticket.kind }}) has changed from \"{{ from }}\" to \"{{ to }}\".
{% else %}
Ticket {{ ticket.number }} ({{ ticket.kind }}) has been registered.
{% endif %}

{% include 'ticket' %}
Status:     {{ to }}
Time:       {{ at }}
{% if explanation %}

{% if is_message %}Message{% else %}Explanation{% endif %}:
{{ explanation }}
{% endif %}
{% include 'grounds' %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(language),
            from: Some(Step::InProgress.word().into()),
            to: Step::Resolved.word().into(),
            is_message: false,
            explanation: language.of("De voeding is vervangen.\n", "The power supply has been replaced.\n").into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let new = Self { from: None, to: Step::Registered.word().into(), explanation: "".into(), ..usual.clone() };
        let message = Self {
            from: None,
            is_message: true,
            explanation: language.of("Wij hebben de voeding besteld.", "We have ordered the power supply.").into(),
            ..usual.clone()
        };
        vec![("", usual), (language.of("nieuw", "new"), new), (language.of("bericht", "message"), message)]
    }
}
