//! Tells whoever has a ticket in hand what there is to do on it: a person, else their team, else the desk.

use serde::Serialize;

use super::parts::{clock_name, sample_desk};
use super::{AutoSubmitted, Line, Message, Moment, Named, Passage, Template, TicketFacts};
use crate::domain::clock::Kind;
use crate::domain::language::Language;
use crate::domain::mail::MailKind;
use crate::domain::workflow::{Question, Verdict};

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
    pub desk: Named,
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
        priority: Named,
    },
    SolutionRefused,
    Reopened,
    Withdrawn,
    /// The names of a question and of what was answered to it.
    Decided {
        question: Named,
        verdict: Named,
    },
    /// A question that the supplier answers too.
    Asked {
        question: Named,
    },
    Warned {
        clock: Named,
        percent: u32,
    },
    Breached {
        clock: Named,
        target: Line,
    },
}

/// As what its reader has the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldBy {
    Person,
    /// Its name.
    Team(Named),
    /// Nobody has it who can be reached.
    Desk,
}

impl Message for HolderNews {
    const KIND: MailKind = MailKind::Holder;
    const AUTO: AutoSubmitted = AutoSubmitted::Generated;
    const DUTCH: Template = Template {
        subject: "\
{% if news.kind == 'registered' %}Nieuw{% elif news.kind == 'assigned' %}Toegewezen{% elif news.kind == 'answered' %}Antwoord\
{% elif news.kind == 'infected' %}Malware gevonden{% elif news.kind == 'priority_proposed' %}Andere prioriteit voorgesteld{% elif news.kind == 'solution_refused' %}Oplossing geweigerd\
{% elif news.kind == 'reopened' %}Heropend{% elif news.kind == 'withdrawn' %}Ingetrokken{% elif news.kind == 'decided' %}Besluit genomen\
{% elif news.kind == 'asked' %}Uw besluit gevraagd{% elif news.kind == 'warned' %}Dreigt te laat te zijn{% else %}Te laat{% endif %}: {{ ticket.title }}",
        body: "\
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
{% endblock %}",
    };
    const ENGLISH: Template = Template {
        subject: "\
{% if news.kind == 'registered' %}New{% elif news.kind == 'assigned' %}Assigned{% elif news.kind == 'answered' %}Reply\
{% elif news.kind == 'infected' %}Malware found{% elif news.kind == 'priority_proposed' %}Other priority proposed{% elif news.kind == 'solution_refused' %}Solution refused\
{% elif news.kind == 'reopened' %}Reopened{% elif news.kind == 'withdrawn' %}Withdrawn{% elif news.kind == 'decided' %}Decision taken\
{% elif news.kind == 'asked' %}Your decision needed{% elif news.kind == 'warned' %}About to be late{% else %}Late{% endif %}: {{ ticket.title }}",
        body: "\
{% extends 'letter' %}
{% block text %}
{% if news.kind == 'registered' %}
There is a new ticket.
{% elif news.kind == 'assigned' %}
This ticket has been assigned to {% if reader == 'person' %}you{% else %}your team{% endif %}{% if by %} by {{ by }}{% endif %}.
{% elif news.kind == 'answered' %}
{% if by %}{{ by }}{% else %}The client{% endif %} has written a message.
{% elif news.kind == 'infected' %}
Malware was found in an attachment of this ticket: {{ news.found }}. Nobody is given that file.
{% elif news.kind == 'priority_proposed' %}
{% if by %}{{ by }}{% else %}The client{% endif %} proposes another priority: {{ news.priority }}.
{% elif news.kind == 'solution_refused' %}
{% if by %}{{ by }}{% else %}The client{% endif %} has refused the solution. The ticket is in progress again.
{% elif news.kind == 'reopened' %}
The ticket has been reopened{% if by %} by {{ by }}{% endif %}.
{% elif news.kind == 'withdrawn' %}
The ticket has been withdrawn{% if by %} by {{ by }}{% endif %}.
{% elif news.kind == 'decided' %}
{% if by %}{{ by }}{% else %}The client{% endif %} has decided on \"{{ news.question }}\": {{ news.verdict }}.
{% elif news.kind == 'asked' %}
The supplier decides on \"{{ news.question }}\" as well. Please record that decision on the ticket.
{% elif news.kind == 'warned' %}
{{ news.percent }}% of the {{ news.clock }} has passed.
{% else %}
The {{ news.clock }} of {{ news.target }} has been exceeded.
{% endif %}

{% include 'ticket' %}
Time:       {{ at }}
{% if due %}
Due by:     {{ due }}
{% endif %}
{% if text %}

{{ text }}
{% endif %}

{% if reader == 'person' %}
You receive this message because this ticket is assigned to you.
{% elif reader == 'desk' %}
You receive this message because nobody else can be reached for this ticket.
{% else %}
You receive this message because this ticket is with {{ reader.team }}.
{% endif %}
{% endblock %}",
    };

    fn facts(&self) -> Option<&TicketFacts> {
        Some(&self.ticket)
    }

    fn samples(language: Language) -> Vec<(&'static str, Self)> {
        let answered = Self {
            ticket: TicketFacts::sample(language),
            news: HolderWord::Answered,
            reader: HeldBy::Person,
            text: language.of("De printer op de tweede verdieping.", "The printer on the second floor.").into(),
            by: Some(language.of("Jan de Vries", "John Miller").into()),
            due: Some(Moment::sample("2026-01-06T12:00:00+01:00")),
            at: Moment::sample("2026-01-05T10:40:00+01:00"),
            desk: sample_desk(),
        };
        let team = || Named::new("Werkplekbeheer", "Workplace Support");
        let of = |news: HolderWord, reader: HeldBy| Self { news, reader, text: "".into(), ..answered.clone() };
        let by_itself = |news: HolderWord| Self { by: None, ..of(news, HeldBy::Team(team())) };
        vec![
            ("", answered.clone()),
            (
                language.of("nieuw", "new"),
                Self {
                    text: language.of("De printer doet niets meer.", "The printer is dead.").into(),
                    ..of(HolderWord::Registered, HeldBy::Desk)
                },
            ),
            (language.of("toegewezen", "assigned"), of(HolderWord::Assigned, HeldBy::Team(team()))),
            (language.of("prioriteit", "priority"), of(HolderWord::PriorityProposed { priority: Named::same("P1") }, HeldBy::Person)),
            ("malware", by_itself(HolderWord::Infected { found: "Eicar-Test-Signature".into() })),
            (
                language.of("geweigerd", "refused"),
                Self { text: language.of("Hij hapert nog.", "It still jams.").into(), ..of(HolderWord::SolutionRefused, HeldBy::Person) },
            ),
            (language.of("heropend", "reopened"), of(HolderWord::Reopened, HeldBy::Person)),
            (language.of("ingetrokken", "withdrawn"), of(HolderWord::Withdrawn, HeldBy::Person)),
            (
                language.of("besluit", "decided"),
                of(HolderWord::Decided { question: Question::Offer.word().into(), verdict: Verdict::Yes.word().into() }, HeldBy::Person),
            ),
            (
                language.of("besluit-gevraagd", "decision-asked"),
                of(HolderWord::Asked { question: Question::Approval.word().into() }, HeldBy::Person),
            ),
            (language.of("dreigt", "warned"), by_itself(HolderWord::Warned { clock: clock_name(Kind::Resolution), percent: 80 })),
            (
                language.of("te-laat", "breached"),
                Self { due: None, ..by_itself(HolderWord::Breached { clock: clock_name(Kind::Response), target: "30m".into() }) },
            ),
        ]
    }
}
