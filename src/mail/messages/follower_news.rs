//! Tells whoever follows a ticket what its requester is told: an answer, another status, or the solution.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, DoneWord, Grounds, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::contract::TicketType;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct FollowerNews {
    pub ticket: TicketFacts,
    pub news: News,
    /// In the words of whoever wrote them; may be empty.
    pub text: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Line,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum News {
    Reply,
    /// The Dutch names of the phases.
    Status {
        from: Line,
        to: Line,
    },
    Solved(DoneWord),
    /// The Dutch name of the type that it is of from now on.
    Retyped(Line),
}

impl Message for FollowerNews {
    const KIND: MailKind = MailKind::Followed;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Gevolgd: {{ ticket.title }}";
    const BODY: &'static str = "\
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
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let reply = Self {
            ticket: TicketFacts::sample(),
            news: News::Reply,
            text: "Dag Jan,\n\nWelke printer bedoelt u?\n".into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let moved = News::Status { from: "geregistreerd".into(), to: "in behandeling".into() };
        let status = Self { news: moved, text: "".into(), ..reply.clone() };
        let solved = News::Solved(DoneWord(TicketType::Incident));
        let solved = Self { news: solved, text: "De printer heeft een nieuwe trommel.".into(), ..reply.clone() };
        let retyped = Self { news: News::Retyped("wijzigingsverzoek".into()), text: "".into(), ..reply.clone() };
        vec![("", reply), ("ander-type", retyped), ("status", status), ("oplossing", solved)]
    }
}
