//! Tells the requester that their ticket is of another type from now on (TKT-05, TKT-17).

use serde::Serialize;

use super::parts::{EndedBreach, sample_desk};
use super::{AutoSubmitted, Grounds, Message, Moment, Named, Passage, Template, TicketFacts};
use crate::domain::contract::TicketType;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::workflow::Step;

#[derive(Debug, Clone, Serialize)]
pub struct Retyped {
    /// Its kind is the new type.
    pub ticket: TicketFacts,
    /// The name of the type it was of.
    pub before: Named,
    /// The names of the phases, as that type and as this one.
    pub from: Named,
    pub to: Named,
    /// In the words of the person who did it; may be empty.
    pub explanation: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Named,
}

impl Message for Retyped {
    const KIND: MailKind = MailKind::Retyped;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Ander type: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
De servicedesk behandelt uw melding {{ ticket.number }} voortaan als {{ ticket.kind }}; eerst was dat als {{ before }}. \
Het nummer verandert niet.

{% include 'ticket' %}
Status:     {{ to }}{% if from != to %} (was: {{ from }}){% endif %}

Tijdstip:   {{ at }}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}
{% include 'grounds' %}
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Type changed: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
From now on the service desk handles your ticket {{ ticket.number }} as: {{ ticket.kind }}. Before, its type was: {{ before }}. \
The number stays the same.

{% include 'ticket' %}
Status:     {{ to }}{% if from != to %} (was: {{ from }}){% endif %}

Time:       {{ at }}
{% if explanation %}

Explanation:
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
            ticket: TicketFacts { kind: TicketType::ChangeRequest.word().into(), ..TicketFacts::sample(language) },
            before: TicketType::Incident.word().into(),
            from: Step::InProgress.word().into(),
            to: Step::Assessing.word().into(),
            explanation: language
                .of("Het werkt zoals afgesproken; u vraagt iets nieuws.", "It works as agreed; what you ask is new.")
                .into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let new =
            Self { from: Step::Registered.word().into(), to: Step::Registered.word().into(), explanation: "".into(), ..usual.clone() };
        let ended = Self { grounds: Grounds { ended: vec![EndedBreach::sample()], ..Grounds::default() }, ..usual.clone() };
        vec![
            ("", usual),
            (language.of("overschrijding-vervallen", "breach-ended"), ended),
            (language.of("zelfde-status", "same-status"), new),
        ]
    }
}
