//! Tells somebody of the client that the desk wrote down a decision as theirs, so that they can object when it is not.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, DecidedFacts, Grounds, Message, Moment, Named, Passage, Template, TicketFacts};
use crate::domain::contract::TicketType;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::workflow::{Question, Verdict};

#[derive(Debug, Clone, Serialize)]
pub struct DecisionWritten {
    pub ticket: TicketFacts,
    /// What was asked and what was answered.
    pub question: Named,
    pub verdict: Named,
    pub grounds: Grounds,
    /// In the words of whoever wrote it down; may be empty.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Named,
}

impl Message for DecisionWritten {
    const KIND: MailKind = MailKind::DecisionWritten;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Uw besluit vastgelegd: {{ question }}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Bij melding {{ ticket.number }} ({{ ticket.kind }}) is als uw besluit vastgelegd: {{ question }}: {{ verdict }}.

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
        subject: "Your decision recorded: {{ question }}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
On ticket {{ ticket.number }} ({{ ticket.kind }}) this was recorded as your decision: {{ question }}: {{ verdict }}.

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
            ticket: TicketFacts { kind: TicketType::ChangeRequest.word().into(), ..TicketFacts::sample(language) },
            question: Question::Approval.word().into(),
            verdict: Verdict::Yes.word().into(),
            grounds: Grounds { decided: Some(DecidedFacts::sample(language)), major: None, ended: Vec::new() },
            explanation: language.of("Per telefoon.", "By telephone.").into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        vec![("", usual)]
    }
}
