//! Tells the requester that their ticket is solved, and asks them to accept or refuse the solution, where that is theirs (INC-04).

use serde::{Serialize, Serializer};

use super::parts::sample_desk;
use super::{AutoSubmitted, Grounds, Links, Message, Moment, Named, Passage, Template, TicketFacts};
use crate::domain::contract::TicketType;
use crate::domain::language::Language;
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
    pub desk: Named,
}

/// The participle for a solved ticket of this type. It follows the ticket's present type, not the prefix of its number, which
/// keeps the type it was registered with.
#[derive(Debug, Clone, Copy)]
pub struct DoneWord(pub TicketType);

impl Serialize for DoneWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (dutch, english) = match self.0 {
            TicketType::Incident | TicketType::Problem => ("verholpen", "resolved"),
            TicketType::ServiceRequest => ("uitgevoerd", "fulfilled"),
            TicketType::InformationRequest => ("beantwoord", "answered"),
            TicketType::ProposalRequest => ("uitgewerkt", "worked out"),
            TicketType::ChangeRequest => ("doorgevoerd", "implemented"),
        };
        Named::new(dutch, english).serialize(serializer)
    }
}

impl Message for Solved {
    const KIND: MailKind = MailKind::Solved;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "{{ done|capitalize }}: {{ ticket.title }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "{{ done|capitalize }}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
Your {{ ticket.kind }} with number {{ ticket.number }} has been {{ done }}.

{% include 'ticket' %}
Time:       {{ at }}
{% if solution %}

Solution:
{{ solution }}
{% endif %}
{% include 'grounds' %}

{% if is_judged %}
{% if links %}
Is it resolved? Let us know here:
{{ links.yes }}

Is it not resolved? Tell us here what is still wrong:
{{ links.no }}

{% include 'links' %}
{% else %}
Please let us know whether you accept or refuse the solution. If you refuse it, tell us what is still wrong.
You can do so by replying to this message; the service desk will record your choice.
{% endif %}
{% else %}
Is anything still not right? Please let us know by replying to this message.
{% endif %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let usual = Self {
            ticket: TicketFacts::sample(language),
            done: DoneWord(TicketType::Incident),
            solution: language.of("De printer heeft een nieuwe trommel.", "The printer has a new drum.").into(),
            is_judged: true,
            links: Some(Links::sample("solution")),
            grounds: Grounds::default(),
            at: Moment::sample("2026-01-05T13:05:00+01:00"),
            desk: sample_desk(),
        };
        let now_a_change = TicketFacts { kind: TicketType::ChangeRequest.word().into(), ..TicketFacts::sample(language) };
        let retyped = Self { ticket: now_a_change, done: DoneWord(TicketType::ChangeRequest), is_judged: false, ..usual.clone() };
        let unlinked = Self { links: None, ..usual.clone() };
        vec![("", usual), (language.of("ander-type", "retyped"), retyped), (language.of("zonder-links", "without-links"), unlinked)]
    }
}
