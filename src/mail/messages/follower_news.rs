//! Tells whoever follows a ticket what its requester is told: an answer, another status, or the solution.

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, DoneWord, Grounds, Message, Moment, Named, Passage, Template, TicketFacts};
use crate::domain::contract::TicketType;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::workflow::Step;

#[derive(Debug, Clone, Serialize)]
pub struct FollowerNews {
    pub ticket: TicketFacts,
    pub news: News,
    /// In the words of whoever wrote them; may be empty.
    pub text: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Named,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum News {
    Reply,
    /// The names of the phases.
    Status {
        from: Named,
        to: Named,
    },
    Solved(DoneWord),
    /// The name of the type that it is of from now on.
    Retyped(Named),
}

impl Message for FollowerNews {
    const KIND: MailKind = MailKind::Followed;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "Gevolgd: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if news == 'reply' %}
De servicedesk heeft geantwoord op de melding met nummer {{ ticket.number }}, die u volgt.
{% elif 'status' in news %}
De status van de melding met nummer {{ ticket.number }}, die u volgt, is gewijzigd van \"{{ news.status.from }}\" naar \"{{ news.status.to }}\".
{% elif 'retyped' in news %}
De servicedesk behandelt de melding met nummer {{ ticket.number }}, die u volgt, voortaan als {{ news.retyped }}.
{% else %}
De melding met nummer {{ ticket.number }}, die u volgt, is {{ news.solved }}.
{% endif %}

{% include 'ticket' %}
Tijdstip:   {{ at }}
{% if text %}

{% if news == 'reply' %}Antwoord:{% elif 'solved' in news %}Oplossing:{% else %}Toelichting:{% endif %}

{{ text }}
{% endif %}
{% include 'grounds' %}

U krijgt dit bericht omdat u deze melding volgt. Wilt u dat niet meer, laat het de servicedesk dan weten.
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "Following: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if news == 'reply' %}
The service desk has replied on ticket {{ ticket.number }}, which you follow.
{% elif 'status' in news %}
The status of ticket {{ ticket.number }}, which you follow, has changed from \"{{ news.status.from }}\" to \"{{ news.status.to }}\".
{% elif 'retyped' in news %}
From now on the service desk handles ticket {{ ticket.number }}, which you follow, as: {{ news.retyped }}.
{% else %}
Ticket {{ ticket.number }}, which you follow, has been {{ news.solved }}.
{% endif %}

{% include 'ticket' %}
Time:       {{ at }}
{% if text %}

{% if news == 'reply' %}Reply:{% elif 'solved' in news %}Solution:{% else %}Explanation:{% endif %}

{{ text }}
{% endif %}
{% include 'grounds' %}

You receive this message because you follow this ticket. If you no longer want to, please let the service desk know.
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let reply = Self {
            ticket: TicketFacts::sample(language),
            news: News::Reply,
            text: language.of("Dag Jan,\n\nWelke printer bedoelt u?\n", "Dear John,\n\nWhich printer do you mean?\n").into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let moved = News::Status { from: Step::Registered.word().into(), to: Step::InProgress.word().into() };
        let status = Self { news: moved, text: "".into(), ..reply.clone() };
        let solved = News::Solved(DoneWord(TicketType::Incident));
        let solved = Self {
            news: solved,
            text: language.of("De printer heeft een nieuwe trommel.", "The printer has a new drum.").into(),
            ..reply.clone()
        };
        let retyped = Self { news: News::Retyped(TicketType::ChangeRequest.word().into()), text: "".into(), ..reply.clone() };
        vec![("", reply), (language.of("ander-type", "retyped"), retyped), ("status", status), (language.of("oplossing", "solved"), solved)]
    }
}
