//! Tells whoever has a ticket in hand what there is to do on it: a person, else their team, else the desk.

use serde::Serialize;

use super::parts::SAMPLE_DESK;
use super::{AutoSubmitted, Line, Message, Moment, Passage, TicketFacts};
use crate::domain::mail::MailKind;

#[derive(Debug, Clone, Serialize)]
pub struct HolderNews {
    pub ticket: TicketFacts,
    pub news: HolderWord,
    pub reader: HeldBy,
    /// In the words of whoever wrote them; may be empty.
    pub text: Passage,
    /// Who did it, where that is known.
    pub by: Option<Line>,
    /// By when its next goal is to be met.
    pub due: Option<Moment>,
    pub at: Moment,
    pub desk: Line,
}

/// What happened.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HolderWord {
    Registered,
    Assigned,
    Answered,
    /// What the virus scanner calls it.
    Infected {
        found: Line,
    },
    PriorityProposed {
        priority: Line,
    },
    SolutionRefused,
    Reopened,
    Withdrawn,
    /// The Dutch names of a question and of what was answered to it.
    Decided {
        question: Line,
        verdict: Line,
    },
    /// A question that the supplier answers too.
    Asked {
        question: Line,
    },
    /// The Dutch name of the clock.
    Warned {
        clock: Line,
        percent: u32,
    },
    Breached {
        clock: Line,
        target: Line,
    },
}

/// As what its reader has the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldBy {
    Person,
    /// Its name.
    Team(Line),
    /// Nobody has it who can be reached.
    Desk,
}

impl Message for HolderNews {
    const KIND: MailKind = MailKind::Holder;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const SUBJECT: &'static str = "\
{% if news.kind == 'registered' %}Nieuw{% elif news.kind == 'assigned' %}Toegewezen{% elif news.kind == 'answered' %}Antwoord\
{% elif news.kind == 'infected' %}Malware gevonden{% elif news.kind == 'priority_proposed' %}Andere prioriteit voorgesteld{% elif news.kind == 'solution_refused' %}Oplossing geweigerd\
{% elif news.kind == 'reopened' %}Heropend{% elif news.kind == 'withdrawn' %}Ingetrokken{% elif news.kind == 'decided' %}Besluit genomen\
{% elif news.kind == 'asked' %}Uw besluit gevraagd{% elif news.kind == 'warned' %}Dreigt te laat te zijn{% else %}Te laat{% endif %}: {{ ticket.title }}";
    const BODY: &'static str = "\
{% extends 'letter' %}
{% block text %}
{% if news.kind == 'registered' %}
Er is een nieuwe melding.
{% elif news.kind == 'assigned' %}
Deze melding is toegewezen aan {% if reader == 'person' %}u{% else %}uw team{% endif %}{% if by %} door {{ by }}{% endif %}.
{% elif news.kind == 'answered' %}
{% if by %}{{ by }} heeft{% else %}De klant heeft{% endif %} een bericht geschreven.
{% elif news.kind == 'infected' %}
In een bijlage van deze melding is malware gevonden: {{ news.found }}. Niemand krijgt dat bestand.
{% elif news.kind == 'priority_proposed' %}
{% if by %}{{ by }} stelt{% else %}De klant stelt{% endif %} een andere prioriteit voor: {{ news.priority }}.
{% elif news.kind == 'solution_refused' %}
{% if by %}{{ by }} heeft{% else %}De klant heeft{% endif %} de oplossing geweigerd. De melding is weer in behandeling.
{% elif news.kind == 'reopened' %}
De melding is heropend{% if by %} door {{ by }}{% endif %}.
{% elif news.kind == 'withdrawn' %}
De melding is ingetrokken{% if by %} door {{ by }}{% endif %}.
{% elif news.kind == 'decided' %}
{% if by %}{{ by }} heeft{% else %}De klant heeft{% endif %} besloten over \"{{ news.question }}\": {{ news.verdict }}.
{% elif news.kind == 'asked' %}
Ook de leverancier beslist over \"{{ news.question }}\". Leg dat besluit vast bij de melding.
{% elif news.kind == 'warned' %}
Van de {{ news.clock }} is {{ news.percent }}% verstreken.
{% else %}
De {{ news.clock }} van {{ news.target }} is overschreden.
{% endif %}

{% include 'ticket' %}
Tijdstip:   {{ at }}
{% if due %}
Uiterlijk:  {{ due }}
{% endif %}
{% if text %}

{{ text }}
{% endif %}

{% if reader == 'person' %}
U krijgt dit bericht omdat u deze melding in behandeling heeft.
{% elif reader == 'desk' %}
U krijgt dit bericht omdat niemand anders voor deze melding te bereiken is.
{% else %}
U krijgt dit bericht omdat deze melding bij {{ reader.team }} ligt.
{% endif %}
{% endblock %}";

    fn ticket(&self) -> Option<&str> {
        Some(&self.ticket.number)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let answered = Self {
            ticket: TicketFacts::sample(),
            news: HolderWord::Answered,
            reader: HeldBy::Person,
            text: "De printer op de tweede verdieping.".into(),
            by: Some("Jan de Vries".into()),
            due: Some(Moment::sample("2026-01-06T12:00:00+01:00")),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: SAMPLE_DESK.into(),
        };
        let of = |news: HolderWord, reader: HeldBy| Self { news, reader, text: "".into(), ..answered.clone() };
        let by_itself = |news: HolderWord| Self { by: None, ..of(news, HeldBy::Team("Werkplekbeheer".into())) };
        vec![
            ("", answered.clone()),
            ("nieuw", Self { text: "De printer doet niets meer.".into(), ..of(HolderWord::Registered, HeldBy::Desk) }),
            ("toegewezen", of(HolderWord::Assigned, HeldBy::Team("Werkplekbeheer".into()))),
            ("prioriteit", of(HolderWord::PriorityProposed { priority: "P1".into() }, HeldBy::Person)),
            ("malware", by_itself(HolderWord::Infected { found: "Eicar-Test-Signature".into() })),
            ("geweigerd", Self { text: "Hij hapert nog.".into(), ..of(HolderWord::SolutionRefused, HeldBy::Person) }),
            ("heropend", of(HolderWord::Reopened, HeldBy::Person)),
            ("ingetrokken", of(HolderWord::Withdrawn, HeldBy::Person)),
            ("besluit", of(HolderWord::Decided { question: "aanbod".into(), verdict: "ja".into() }, HeldBy::Person)),
            ("besluit-gevraagd", of(HolderWord::Asked { question: "goedkeuring".into() }, HeldBy::Person)),
            ("dreigt", by_itself(HolderWord::Warned { clock: "oplostijd".into(), percent: 80 })),
            ("te-laat", Self { due: None, ..by_itself(HolderWord::Breached { clock: "reactietijd".into(), target: "30m".into() }) }),
        ]
    }
}
