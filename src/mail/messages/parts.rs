//! The building blocks of messages: text types that cannot break the layout of a mail, and the templates that mails share.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::Instant;
use crate::domain::calendar::Zone;
use crate::domain::clock::Kind;
use crate::domain::contract::{Label, Level};
use crate::domain::language::Language;
use crate::domain::text::breaks_line;
use crate::words::Word;

/// A template that others extend or include.
pub(super) struct Shared {
    pub name: &'static str,
    pub dutch: &'static str,
    pub english: &'static str,
}

/// For `{% extends %}` and `{% include %}`.
pub(super) const SHARED: [Shared; 7] = [
    Shared { name: "letter", dutch: DUTCH_LETTER, english: ENGLISH_LETTER },
    Shared { name: "ticket", dutch: DUTCH_TICKET, english: ENGLISH_TICKET },
    Shared { name: "grounds", dutch: DUTCH_GROUNDS, english: ENGLISH_GROUNDS },
    Shared { name: "links", dutch: DUTCH_LINKS, english: ENGLISH_LINKS },
    Shared { name: "offered", dutch: DUTCH_OFFERED, english: ENGLISH_OFFERED },
    Shared { name: "obligation", dutch: DUTCH_OBLIGATION, english: ENGLISH_OBLIGATION },
    Shared { name: "role", dutch: DUTCH_ROLE, english: ENGLISH_ROLE },
];

const DUTCH_LETTER: &str = "\
Geachte heer, mevrouw,

{% block text %}{% endblock %}

Met vriendelijke groet,
{{ desk }}
";

const DUTCH_TICKET: &str = "\
Nummer:     {{ ticket.number }}
Soort:      {{ ticket.kind }}
Onderwerp:  {{ ticket.title }}
";

const DUTCH_GROUNDS: &str = "\
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

const DUTCH_LINKS: &str = "\
De pagina vraagt nog een keer of u het zeker weet. Openen alleen verandert niets, en deze links zijn voor u persoonlijk: stuur ze niet door.
";

const DUTCH_OFFERED: &str = "\
{% if offer %}
Prijs:      {{ offer.price }} exclusief btw
Geldig t/m: {{ offer.valid_until }}
{% endif %}
";

const DUTCH_OBLIGATION: &str = "\
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

const DUTCH_ROLE: &str = "\
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

const ENGLISH_LETTER: &str = "\
Dear Sir or Madam,

{% block text %}{% endblock %}

Kind regards,
{{ desk }}
";

const ENGLISH_TICKET: &str = "\
Number:     {{ ticket.number }}
Type:       {{ ticket.kind }}
Subject:    {{ ticket.title }}
";

const ENGLISH_GROUNDS: &str = "\
{% if grounds.decided %}

According to the service desk{% if grounds.decided.written_by %} ({{ grounds.decided.written_by }}){% endif %}, this was decided by {{ grounds.decided.by }}. \
If that is not right, please let us know.
{% endif %}
{% if grounds.major %}

This ticket is part of a major incident{% if grounds.major.number %}: {{ grounds.major.number }}{% endif %}. What happens there happens here too.
{% endif %}
{% if grounds.ended %}

Other target times apply because of this. What was recorded as a breach no longer counts:
{% for breach in grounds.ended %}
- {{ breach.clock }}, breached on {{ breach.at }}
{% endfor %}
{% endif %}
";

const ENGLISH_LINKS: &str = "\
The page asks you once more whether you are sure. Opening it changes nothing, and these links are personal: please do not pass them on.
";

const ENGLISH_OFFERED: &str = "\
{% if offer %}
Price:      {{ offer.price }} excluding VAT
Valid to:   {{ offer.valid_until }}
{% endif %}
";

const ENGLISH_OBLIGATION: &str = "\
Obligation:   {{ obligation.title }}
Source:       {{ obligation.clause }}
Agreement:    {{ obligation.contract }}
Client:       {{ obligation.organisation }}
{% if obligation.period %}
Period:       {{ obligation.period }}
{% endif %}
Due by:       {{ obligation.due }}
Role:         {{ obligation.owner }}
";

const ENGLISH_ROLE: &str = "\
Role: {{ role.label }}
{% if role.holder %}
Holder: {{ role.holder }}
{% endif %}
{% if role.contract %}
Contract: {{ role.contract }}
{% endif %}
{% if role.organisation %}
Organisation: {{ role.organisation }}
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

/// A text of the desk or of an agreement in both languages, of which a mail has the one in its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Both<T> {
    pub(super) nl: T,
    pub(super) en: T,
}

/// The name of something.
pub type Named = Both<Line>;

impl<T: for<'a> From<&'a str>> Both<T> {
    pub fn new(dutch: &str, english: &str) -> Self {
        Self { nl: dutch.into(), en: english.into() }
    }

    /// What is called the same in every language, such as a person.
    pub fn same(text: &str) -> Self {
        Self::new(text, text)
    }
}

impl<T: for<'a> From<&'a str>> From<&Label> for Both<T> {
    fn from(label: &Label) -> Self {
        Self::new(&label.nl, &label.en)
    }
}

impl From<Word> for Named {
    fn from(word: Word) -> Self {
        Self::new(word.dutch, word.english)
    }
}

impl From<Line> for Named {
    fn from(line: Line) -> Self {
        Self { nl: line.clone(), en: line }
    }
}

/// What a clock counts, as people call it.
pub fn clock_name(clock: Kind) -> Named {
    match clock {
        Kind::Response => Named::new("reactietijd", "response time"),
        Kind::Resolution => Named::new("oplostijd", "resolution time"),
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
pub struct Moment(Named);

impl Moment {
    pub fn new(at: Instant, zone: &Zone) -> Self {
        let wall = zone.wall(at);
        Self(Named::new(&wall.format("%d-%m-%Y %H:%M").to_string(), &wall.format("%-d %B %Y, %H:%M").to_string()))
    }

    // A sample that does not parse shows up in the snapshot of all messages; that is a better place to fail than a panic here.
    pub(super) fn sample(at: &str) -> Self {
        Self::new(at.parse().unwrap_or(Instant::MIN), &Zone::from(chrono_tz::Europe::Amsterdam))
    }
}

/// The last day on which something is still in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Day(Named);

impl Day {
    /// An obligation due at midnight is late from that instant on, so its last day is the one before.
    pub fn before(due_at: Instant, zone: &Zone) -> Self {
        Self::of(zone.wall(due_at.plus(-1).unwrap_or(due_at)).date())
    }

    pub fn of(date: NaiveDate) -> Self {
        Self(Named::new(&date.format("%d-%m-%Y").to_string(), &date.format("%-d %B %Y").to_string()))
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
    pub kind: Named,
    pub title: Line,
}

impl TicketFacts {
    pub(super) fn sample(language: Language) -> Self {
        let title = language.of("Printer op de tweede verdieping doet het niet", "Printer on the second floor does not work");
        Self { number: "INC-1001".to_owned(), kind: Named::new("incident", "incident"), title: title.into() }
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
    /// Its clock.
    pub clock: Named,
    pub at: Moment,
}

impl EndedBreach {
    pub(super) fn sample() -> Self {
        Self { clock: clock_name(Kind::Resolution), at: Moment::sample("2026-01-05T10:30:00+01:00") }
    }
}

/// Whose decision it was, and who of the desk says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecidedFacts {
    pub by: Named,
    /// None for who came without a name of their own.
    pub written_by: Option<Line>,
}

impl DecidedFacts {
    pub(super) fn sample(language: Language) -> Self {
        Self { by: Named::same(language.of("Anna de Boer", "Anna Baker")), written_by: Some("Ali Aydin".into()) }
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

/// An amount: `€ 1.250,00` in Dutch, `€1,250.00` in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Euros(Named);

impl From<&str> for Euros {
    /// Digits, with at most two more behind a point.
    fn from(amount: &str) -> Self {
        let (whole, cents) = amount.split_once('.').unwrap_or((amount, ""));
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        Self(Named::new(&format!("€ {},{cents:0<2}", grouped.replace(',', ".")), &format!("€{grouped}.{cents:0<2}")))
    }
}

/// What mails say about a level of an escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelFacts {
    pub level: u32,
    pub title: Named,
}

impl From<&Level> for LevelFacts {
    fn from(level: &Level) -> Self {
        Self { level: level.level, title: (&level.title).into() }
    }
}

/// What mails say about an obligation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObligationFacts {
    pub title: Named,
    /// The clause of the agreement, such as `DAP 3.4.1`.
    pub clause: Line,
    pub contract: Line,
    pub organisation: Line,
    /// None for an obligation that a fact started.
    pub period: Option<Line>,
    pub due: Day,
    /// The name of the responsible role.
    pub owner: Named,
}

impl ObligationFacts {
    pub(super) fn sample(language: Language) -> Self {
        Self {
            title: Named::new("Overzicht van alle actieve gebruikers", "Overview of all active users"),
            clause: "DAP 3.4.1".into(),
            contract: sample_contract(language),
            organisation: sample_organisation(language),
            period: Some("2026-05".into()),
            due: Day::sample("2026-05-30T00:00:00+02:00"),
            owner: sample_role(),
        }
    }
}

/// What mails say about a role that is or was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleFacts {
    pub label: Named,
    /// The contract's title; none for a role of the desk.
    pub contract: Option<Line>,
    pub organisation: Option<Line>,
    /// The name of whoever holds it.
    pub holder: Option<Line>,
}

impl RoleFacts {
    pub(super) fn sample(language: Language) -> Self {
        Self {
            label: sample_role(),
            contract: Some(sample_contract(language)),
            organisation: Some(sample_organisation(language)),
            holder: Some(language.of("Anna de Boer", "Anna Baker").into()),
        }
    }
}

pub(super) fn sample_desk() -> Named {
    Named::new("Servicedesk Voorbeeld", "Example Service Desk")
}

pub(super) fn sample_contract(language: Language) -> Line {
    language.of("Dossier Afspraken en Procedures", "Service Agreement").into()
}

fn sample_organisation(language: Language) -> Line {
    language.of("Vereniging Voorbeeld", "Example Association").into()
}

pub(super) fn sample_role() -> Named {
    Named::new("Servicemanager", "Service manager")
}
