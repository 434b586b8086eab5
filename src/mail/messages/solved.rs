//! A solution is there, and whoever reported the ticket is asked to accept or refuse it (INC-04).

use serde::{Serialize, Serializer};

use super::parts::SAMPLE_DESK;
use super::{Auto, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::contract::TicketType;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Solved {
    pub ticket: TicketFacts,
    pub done: Done,
    pub solution: Passage,
    pub at: Moment,
    pub desk: Line,
}

/// The word for being done, by the type a ticket is of now: an incident is remedied, a question answered.
#[derive(Debug, Clone, Copy)]
pub struct Done(pub TicketType);

impl Serialize for Done {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self.0 {
            TicketType::Incident | TicketType::Problem => "verholpen",
            TicketType::ServiceRequest => "uitgevoerd",
            TicketType::InformationRequest => "beantwoord",
            TicketType::ProposalRequest => "uitgewerkt",
            TicketType::ChangeRequest => "doorgevoerd",
        })
    }
}

impl Message for Solved {
    const KIND: MailKind = MailKind::Solved;
    const AUTO: Auto = Auto::Generated;
    const SUBJECT: &'static str = "{{ done|capitalize }}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
Uw {{ ticket.kind }} met nummer {{ ticket.number }} is {{ done }}.

{% include 'ticket' %}
Tijdstip:   {{ at }}
{% if solution %}

Oplossing:
{{ solution }}
{% endif %}

Wilt u laten weten of u de oplossing accepteert of weigert? Weigert u haar, schrijf dan wat er nog niet goed is.
Dat doet u door dit bericht te beantwoorden; de servicedesk legt uw keuze vast.
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            done: Done(TicketType::Incident),
            solution: "De printer heeft een nieuwe trommel.".into(),
            at: Moment::sample("2026-01-05T13:05:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let now_a_change = TicketFacts { kind: TicketType::ChangeRequest.dutch().into(), ..TicketFacts::sample() };
        let retyped = Self { ticket: now_a_change, done: Done(TicketType::ChangeRequest), ..usual.clone() };
        vec![("", usual), ("ander-type", retyped)]
    }
}
