//! The building blocks of messages: text types that cannot break the layout of a mail, and the templates that mails share.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::Instant;
use crate::domain::calendar::Zone;
use crate::domain::text::breaks_line;

/// Name and template, for `{% extends %}` and `{% include %}`.
pub(super) const TEMPLATES: [(&str, &str); 7] = [
    ("letter", LETTER),
    ("ticket", TICKET),
    ("grounds", GROUNDS),
    ("links", LINKS),
    ("offered", OFFERED),
    ("obligation", OBLIGATION),
    ("role", ROLE),
];

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

const GROUNDS: &str = "\
{% if grounds.decided %}

Volgens de servicedesk{% if grounds.decided.written_by %} ({{ grounds.decided.written_by }}){% endif %} heeft {{ grounds.decided.by }} dit besloten. \
Klopt dat niet, laat het ons dan weten.
{% endif %}
{% if grounds.major %}

Deze melding hoort bij een grote verstoring{% if grounds.major.number %}: {{ grounds.major.number }}{% endif %}. Wat daar gebeurt, gebeurt ook hier.
{% endif %}
{% if grounds.ended %}

Daardoor gelden andere streeftijden. Wat als overschrijding was vastgelegd, vervalt:
{% for breach in grounds.ended %}
- {{ breach.clock }}, overschreden op {{ breach.at }}
{% endfor %}
{% endif %}
";

const LINKS: &str = "\
De pagina vraagt nog een keer of u het zeker weet. Openen alleen verandert niets, en deze links zijn voor u persoonlijk: stuur ze niet door.
";

const OFFERED: &str = "\
{% if offer %}
Prijs:      {{ offer.price }} exclusief btw
Geldig t/m: {{ offer.valid_until }}
{% endif %}
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

const ROLE: &str = "\
Rol: {{ role.label }}
{% if role.holder %}
Houder: {{ role.holder }}
{% endif %}
{% if role.contract %}
Contract: {{ role.contract }}
{% endif %}
{% if role.organisation %}
Organisatie: {{ role.organisation }}
{% endif %}
";

/// Text forced onto one line: a title with line breaks in it can forge neither a header nor a line of the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line(String);

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self(one_line(text))
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || breaks_line(c)).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A person's own words, line breaks included. May be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Passage(String);

impl From<&str> for Passage {
    fn from(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

/// Where the reader of a mail answers a question: a page for each answer, which asks once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Links {
    pub yes: String,
    pub no: String,
}

impl Links {
    pub(super) fn sample(question: &str) -> Self {
        let of = |verdict| {
            format!(
                "https://servicedesk.example/portal/decisions/{question}/{verdict}/6172b682-82d3-5e90-a12d-1c1c40e862e0/nBd4Bz2kTgX6cfOBV5sXhw"
            )
        };
        Self { yes: of("yes"), no: of("no") }
    }
}

/// A date and time in the contract's zone, to the minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Moment(String);

impl Moment {
    pub fn new(at: Instant, zone: &Zone) -> Self {
        Self(zone.wall(at).format("%d-%m-%Y %H:%M").to_string())
    }

    // A sample that does not parse shows up in the snapshot of all messages; that is a better place to fail than a panic here.
    pub(super) fn sample(at: &str) -> Self {
        Self::new(at.parse().unwrap_or(Instant::MIN), &Zone::from(chrono_tz::Europe::Amsterdam))
    }
}

/// The last day on which something is still in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Day(String);

impl Day {
    /// An obligation due at midnight is late from that instant on, so its last day is the one before.
    pub fn before(due_at: Instant, zone: &Zone) -> Self {
        Self(zone.wall(due_at.plus(-1).unwrap_or(due_at)).format("%d-%m-%Y").to_string())
    }

    pub fn of(date: NaiveDate) -> Self {
        Self(date.format("%d-%m-%Y").to_string())
    }

    pub(super) fn sample(due_at: &str) -> Self {
        Self::before(due_at.parse().unwrap_or(Instant::MIN), &Zone::from(chrono_tz::Europe::Amsterdam))
    }
}

/// What mails say about a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketFacts {
    pub number: String,
    /// The name of its type under its contract.
    pub kind: Line,
    pub title: Line,
}

impl TicketFacts {
    pub(super) fn sample() -> Self {
        Self { number: "INC-1001".to_owned(), kind: "incident".into(), title: "Printer op de tweede verdieping doet het niet".into() }
    }
}

/// Why somebody is told of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    Requester,
    Follower,
    Role,
}

/// What is behind a step, beside the words of whoever took it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Grounds {
    /// Whose decision it was, where the desk wrote that down.
    pub decided: Option<DecidedFacts>,
    /// That it went along with a major incident.
    pub major: Option<MajorFacts>,
    /// The breaches that ended by it.
    pub ended: Vec<EndedBreach>,
}

/// A breach that counts no longer, since other goals hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndedBreach {
    /// Its clock, in Dutch.
    pub clock: Line,
    pub at: Moment,
}

impl EndedBreach {
    pub(super) fn sample() -> Self {
        Self { clock: "oplostijd".into(), at: Moment::sample("2026-01-05T10:30:00+01:00") }
    }
}

/// Whose decision it was, and who of the desk says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecidedFacts {
    pub by: Line,
    /// None for who came without a name of their own.
    pub written_by: Option<Line>,
}

impl DecidedFacts {
    pub(super) fn sample() -> Self {
        Self { by: "Anna de Boer".into(), written_by: Some("Ali Aydin".into()) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MajorFacts {
    /// None when few may see it.
    pub number: Option<Line>,
}

/// What mails say about an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferFacts {
    pub price: Euros,
    pub valid_until: Day,
}

impl OfferFacts {
    pub(super) fn sample() -> Self {
        let date = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap_or_default();
        Self { price: "1250.5".into(), valid_until: Day::of(date) }
    }
}

/// An amount as people in the Netherlands write it: `€ 1.250,00`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Euros(String);

impl From<&str> for Euros {
    /// Digits, with at most two more behind a point.
    fn from(amount: &str) -> Self {
        let (whole, cents) = amount.split_once('.').unwrap_or((amount, ""));
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        Self(format!("€ {grouped},{cents:0<2}"))
    }
}

/// What mails say about a level of an escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelFacts {
    pub level: u32,
    pub title: Line,
}

impl From<&crate::domain::contract::Level> for LevelFacts {
    fn from(level: &crate::domain::contract::Level) -> Self {
        Self { level: level.level, title: level.title.nl.as_str().into() }
    }
}

/// What mails say about an obligation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObligationFacts {
    pub title: Line,
    /// The clause of the agreement, such as `DAP 3.4.1`.
    pub clause: Line,
    pub contract: Line,
    pub organisation: Line,
    /// None for an obligation that a fact started.
    pub period: Option<Line>,
    pub due: Day,
    /// The name of the responsible role.
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

/// What mails say about a role that is or was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleFacts {
    pub label: Line,
    /// The contract's title; none for a role of the desk.
    pub contract: Option<Line>,
    pub organisation: Option<Line>,
    /// The name of whoever holds it.
    pub holder: Option<Line>,
}

impl RoleFacts {
    pub(super) fn sample() -> Self {
        Self {
            label: "Servicemanager".into(),
            contract: Some("Dossier Afspraken en Procedures".into()),
            organisation: Some("Vereniging Voorbeeld".into()),
            holder: Some("Anna de Boer".into()),
        }
    }
}

pub(super) const SAMPLE_DESK: &str = "Servicedesk Voorbeeld";
