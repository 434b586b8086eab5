//! Tells the requester that their ticket moved to another phase (TKT-05).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, DecidedFacts, Grounds, MajorFacts, Message, Moment, Named, Passage, Template, TicketFacts};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::workflow::Step;

#[derive(Debug, Clone, Serialize)]
pub struct StatusChanged {
    pub ticket: TicketFacts,
    /// The name of the phase, as `to`.
    pub from: Named,
    pub to: Named,
    /// In the words of the person who moved it; may be empty.
    pub explanation: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Named,
}

impl Message for StatusChanged {
    const KIND: MailKind = MailKind::Status;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Status: {{ to }}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
De status van uw {{ ticket.kind }} met nummer {{ ticket.number }} is gewijzigd van \"{{ from }}\" naar \"{{ to }}\".

{% include 'ticket' %}
Tijdstip:   {{ at }}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}
{% include 'grounds' %}
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Status: {{ to }}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
The status of your {{ ticket.kind }} with number {{ ticket.number }} has changed from \"{{ from }}\" to \"{{ to }}\".

{% include 'ticket' %}
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
            ticket: TicketFacts::sample(language),
            from: Step::Registered.word().into(),
            to: Step::InProgress.word().into(),
            explanation: language.of("Een monteur is onderweg.\n", "An engineer is on the way.\n").into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let unexplained = Self { explanation: "".into(), ..usual.clone() };
        let written = Grounds { decided: Some(DecidedFacts::sample(language)), major: None, ended: Vec::new() };
        let decided = Self { from: Step::Resolved.word().into(), to: Step::Closed.word().into(), grounds: written, ..usual.clone() };
        let along = Grounds { decided: None, major: Some(MajorFacts { number: Some("INC-1007".into()) }), ended: Vec::new() };
        let of_a_major = Self { grounds: along, ..usual.clone() };
        vec![
            ("", usual),
            (language.of("zonder-toelichting", "unexplained"), unexplained),
            (language.of("besloten", "decided"), decided),
            (language.of("grote-verstoring", "major-incident"), of_a_major),
        ]
    }
}
