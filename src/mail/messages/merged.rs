//! Tells whoever reported a ticket, follows it or is told of its progress that it was merged into another one, or that this was undone
//! (TKT-05). Of the other ticket it tells no more than the number: it may be a colleague's (TKT-08).

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment, Passage, TicketFacts, Told};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct MergeNews {
    pub ticket: TicketFacts,
    pub reader: Told,
    /// The number of the other ticket; none when few may see it.
    pub other: Option<Line>,
    /// The Dutch name of the phase it stands in again, when the merge was undone.
    pub undone: Option<Line>,
    /// In the words of the person who did it; may be empty.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Line,
}

impl Message for MergeNews {
    const KIND: MailKind = MailKind::Merged;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "{% if undone %}Niet meer samengevoegd{% else %}Samengevoegd{% endif %}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
{% if undone %}De samenvoeging van {% if reader == 'requester' %}uw melding{% else %}melding{% endif %}\
{% else %}{% if reader == 'requester' %}Uw melding{% else %}Melding{% endif %}{% endif %} \
{{ ticket.number }} ({{ ticket.kind }}){% if reader == 'follower' %}, die u volgt,{% endif %}\
{% if undone %} met {% if other %}melding {{ other }}{% else %}een andere melding{% endif %} is ongedaan gemaakt. De melding gaat weer onder haar eigen nummer verder.\
{% else %} is samengevoegd met {% if other %}melding {{ other }} en gaat onder dat nummer verder{% else %}een andere melding, en gaat daar verder{% endif %}.\
{% endif %}

{% if undone %}Antwoorden op {{ ticket.number }} komen weer bij {{ ticket.number }} aan.\
{% elif other %}Antwoorden op {{ ticket.number }} en op {{ other }} komen allebei bij {{ other }} aan.\
{% else %}Antwoorden op {{ ticket.number }} komen daar ook aan.\
{% endif %}


{% include 'ticket' %}
Status:     {{ undone or 'samengevoegd' }}
Tijdstip:   {{ at }}
{% if explanation %}

Toelichting:
{{ explanation }}
{% endif %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(),
            reader: Told::Requester,
            other: Some("INC-1007".into()),
            undone: None,
            explanation: "Twee keer gemeld.".into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let followed = Self { reader: Told::Follower, ..usual.clone() };
        let told = Self { reader: Told::Role, explanation: "".into(), ..usual.clone() };
        let confidential = Self { other: None, ..usual.clone() };
        let undone = Self { undone: Some("in behandeling".into()), explanation: "Toch iets anders.".into(), ..usual.clone() };
        let undone_for_a_follower = Self { reader: Told::Follower, ..undone.clone() };
        vec![
            ("", usual),
            ("volger", followed),
            ("rol", told),
            ("vertrouwelijk", confidential),
            ("ongedaan", undone),
            ("ongedaan-volger", undone_for_a_follower),
        ]
    }
}
