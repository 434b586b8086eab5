//! Tells whoever reported a ticket, follows it or is told of its progress that it was merged into another one, or that this was undone
//! (TKT-05). Of the other ticket it tells no more than the number: it may be a colleague's (TKT-08).

use serde::Serialize;

use super::parts::sample_desk;
use super::{AutoSubmitted, Line, Message, Moment, Named, Passage, Template, TicketFacts, Told};
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::workflow::Step;

#[derive(Debug, Clone, Serialize)]
pub struct MergeNews {
    pub ticket: TicketFacts,
    pub reader: Told,
    /// The number of the other ticket; none when few may see it.
    pub other: Option<Line>,
    /// The name of the phase it stands in again, when the merge was undone.
    pub undone: Option<Named>,
    /// In the words of the person who did it; may be empty.
    pub explanation: Passage,
    pub at: Moment,
    pub desk: Named,
}

impl Message for MergeNews {
    const KIND: MailKind = MailKind::Merged;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "{% if undone %}Niet meer samengevoegd{% else %}Samengevoegd{% endif %}: {{ ticket.title }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "{% if undone %}No longer merged{% else %}Merged{% endif %}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if undone %}The merge of {% if reader == 'requester' %}your ticket{% else %}ticket{% endif %}\
{% else %}{% if reader == 'requester' %}Your ticket{% else %}Ticket{% endif %}{% endif %} \
{{ ticket.number }} ({{ ticket.kind }}){% if reader == 'follower' %}, which you follow,{% endif %}\
{% if undone %} with {% if other %}ticket {{ other }}{% else %}another ticket{% endif %} has been undone. The ticket continues under its own number.\
{% else %} has been merged with {% if other %}ticket {{ other }} and continues under that number{% else %}another ticket, and continues there{% endif %}.\
{% endif %}

{% if undone %}Replies to {{ ticket.number }} arrive at {{ ticket.number }} again.\
{% elif other %}Replies to {{ ticket.number }} and to {{ other }} both arrive at {{ other }}.\
{% else %}Replies to {{ ticket.number }} arrive there as well.\
{% endif %}


{% include 'ticket' %}
Status:     {{ undone or 'merged' }}
Time:       {{ at }}
{% if explanation %}

Explanation:
{{ explanation }}
{% endif %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(language),
            reader: Told::Requester,
            other: Some("INC-1007".into()),
            undone: None,
            explanation: language.of("Twee keer gemeld.", "Reported twice.").into(),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let followed = Self { reader: Told::Follower, ..usual.clone() };
        let told = Self { reader: Told::Role, explanation: "".into(), ..usual.clone() };
        let confidential = Self { other: None, ..usual.clone() };
        let undone = Self {
            undone: Some(Step::InProgress.word().into()),
            explanation: language.of("Toch iets anders.", "Something else after all.").into(),
            ..usual.clone()
        };
        let undone_for_a_follower = Self { reader: Told::Follower, ..undone.clone() };
        vec![
            ("", usual),
            (language.of("volger", "follower"), followed),
            (language.of("rol", "role"), told),
            (language.of("vertrouwelijk", "confidential"), confidential),
            (language.of("ongedaan", "undone"), undone),
            (language.of("ongedaan-volger", "undone-follower"), undone_for_a_follower),
        ]
    }
}
