//! What messages are made of: texts that cannot break a letter, and the templates that letters share.

use serde::Serialize;

use crate::domain::Instant;
use crate::domain::calendar::Zone;

/// By name, for `extends` and `include`.
pub(super) const TEMPLATES: [(&str, &str); 3] = [("letter", LETTER), ("ticket", TICKET), ("obligation", OBLIGATION)];

const LETTER: &str = "\
Geachte heer, mevrouw,

{% block text %}{% endblock %}

Met vriendelijke groet,
{{ desk }}
";

const TICKET: &str = "\
Nummer:     {{ ticket.number }}
Soort:      {{ ticket.kind }}
Onderwerp:  {{ ticket.title }}
";

const OBLIGATION: &str = "\
Verplichting: {{ obligation.title }}
Bron:         {{ obligation.clause }}
Overeenkomst: {{ obligation.contract }}
Klant:        {{ obligation.organisation }}
{% if obligation.period %}
Periode:      {{ obligation.period }}
{% endif %}
Uiterlijk:    {{ obligation.due }}
Rol:          {{ obligation.owner }}
";

/// A text on one line, whatever was given: a title with line breaks in it can forge neither a header nor a line of the letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line(String);

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self(one_line(text))
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A person's own words, line breaks included; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Passage(String);

impl From<&str> for Passage {
    fn from(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

/// An instant on the reader's wall clock, to the minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Moment(String);

impl Moment {
    pub fn new(at: Instant, zone: &Zone) -> Self {
        Self(zone.wall(at).format("%d-%m-%Y %H:%M").to_string())
    }

    pub(super) fn sample(at: &str) -> Self {
        Self::new(at.parse().unwrap_or(Instant::MIN), &Zone::from(chrono_tz::Europe::Amsterdam))
    }
}

/// The last date on which something is in time that is too late from an instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Day(String);

impl Day {
    pub fn before(due_at: Instant, zone: &Zone) -> Self {
        Self(zone.wall(due_at.plus(-1).unwrap_or(due_at)).format("%d-%m-%Y").to_string())
    }

    pub(super) fn sample(due_at: &str) -> Self {
        Self::before(due_at.parse().unwrap_or(Instant::MIN), &Zone::from(chrono_tz::Europe::Amsterdam))
    }
}

/// The ticket that a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketFacts {
    pub number: String,
    /// What its contract calls its type.
    pub kind: Line,
    pub title: Line,
}

impl TicketFacts {
    pub(super) fn sample() -> Self {
        Self { number: "INC-1001".to_owned(), kind: "incident".into(), title: "Printer op de tweede verdieping doet het niet".into() }
    }
}

/// A level of an escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Level {
    pub level: u32,
    pub title: Line,
}

impl From<&crate::domain::contract::Level> for Level {
    fn from(level: &crate::domain::contract::Level) -> Self {
        Self { level: level.level, title: level.title.nl.as_str().into() }
    }
}

/// An obligation as the role that must see to it reads of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObligationFacts {
    pub title: Line,
    /// Where the agreement says so.
    pub clause: Line,
    pub contract: Line,
    pub organisation: Line,
    pub period: Option<Line>,
    pub due: Day,
    pub owner: Line,
}

impl ObligationFacts {
    pub(super) fn sample() -> Self {
        Self {
            title: "Overzicht van alle actieve gebruikers".into(),
            clause: "DAP 3.4.1".into(),
            contract: "Dossier Afspraken en Procedures".into(),
            organisation: "Vereniging Voorbeeld".into(),
            period: Some("2026-05".into()),
            due: Day::sample("2026-05-30T00:00:00+02:00"),
            owner: "Servicemanager".into(),
        }
    }
}

pub(super) const SAMPLE_DESK: &str = "Servicedesk Voorbeeld";
