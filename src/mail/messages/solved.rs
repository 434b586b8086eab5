//! Tells the requester that their ticket is solved, and asks them to accept or refuse the solution, where that is theirs (INC-04).

use serde::{Serialize, Serializer};

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Grounds, Line, Links, Message, Moment, Passage, TicketFacts};
use crate::domain::contract::TicketType;
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Solved {
    pub ticket: TicketFacts,
    pub done: DoneWord,
    pub solution: Passage,
    /// Whether they accept or refuse it.
    pub is_judged: bool,
    /// Where they do.
    pub links: Option<Links>,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Line,
}

/// The Dutch participle for a solved ticket of this type. It follows the ticket's present type, not the prefix of its number, which
/// keeps the type it was registered with.
#[derive(Debug, Clone, Copy)]
pub struct DoneWord(pub TicketType);

impl Serialize for DoneWord {
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
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
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
{% include 'grounds' %}

{% if is_judged %}
{% if links %}
Is het opgelost? Laat het hier weten:
{{ links.yes }}

Is het niet opgelost? Laat hier weten wat er nog niet goed is:
{{ links.no }}

{% include 'links' %}
{% else %}
Wilt u laten weten of u de oplossing accepteert of weigert? Weigert u haar, schrijf dan wat er nog niet goed is.
Dat doet u door dit bericht te beantwoorden; de servicedesk legt uw keuze vast.
{% endif %}
{% else %}
Is er nog iets niet goed? Laat het ons dan weten door dit bericht te beantwoorden.
{% endif %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            done: DoneWord(TicketType::Incident),
            solution: "De printer heeft een nieuwe trommel.".into(),
            is_judged: true,
            links: Some(Links::sample("solution")),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T13:05:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let now_a_change = TicketFacts { kind: TicketType::ChangeRequest.dutch().into(), ..TicketFacts::sample() };
        let retyped = Self { ticket: now_a_change, done: DoneWord(TicketType::ChangeRequest), is_judged: false, ..usual.clone() };
        let unlinked = Self { links: None, ..usual.clone() };
        vec![("", usual), ("ander-type", retyped), ("zonder-links", unlinked)]
    }
}
