//! Tells the requester that their ticket is of another type from now on (TKT-05, TKT-17).

use serde::Serialize;

use super::parts::{EndedBreach, SAMPLE_DESK};
use super::{AutoSubmitted, Grounds, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct Retyped {
    /// Its kind is the new type.
    pub ticket: TicketFacts,
    /// The name of the type it was of.
    pub before: Line,
    /// The Dutch names of the phases, as that type and as this one.
    pub from: Line,
    pub to: Line,
    /// In the words of the person who did it; may be empty.
    pub explanation: Passage,
    pub grounds: Grounds,
    pub at: Moment,
    pub desk: Line,
}

impl Message for Retyped {
    const KIND: MailKind = MailKind::Retyped;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "Ander type: {{ ticket.title }}";
    const BODY: &'static str = "\
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
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts { kind: "wijzigingsverzoek".into(), ..TicketFacts::sample() },
            before: "incident".into(),
            from: "in behandeling".into(),
            to: "in beoordeling".into(),
            explanation: "Het werkt zoals afgesproken; u vraagt iets nieuws.".into(),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let new = Self { from: "geregistreerd".into(), to: "geregistreerd".into(), explanation: "".into(), ..usual.clone() };
        let ended = Self { grounds: Grounds { ended: vec![EndedBreach::sample()], ..Grounds::default() }, ..usual.clone() };
        vec![("", usual), ("overschrijding-vervallen", ended), ("zelfde-status", new)]
    }
}
