//! What the desk writes about obligations, to the role that must see to one: in Dutch, as plain text.
//!
//! An obligation has no ticket, so its subject bears no number, and an answer to it is a new message.

use super::messages::{Auto, Outgoing, letter, one_line};

/// An obligation as its owner reads of it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The duty's name in Dutch.
    pub title: &'a str,
    /// Where the agreement says so.
    pub clause: &'a str,
    /// The agreement's name.
    pub contract: &'a str,
    /// The client's name.
    pub organisation: &'a str,
    /// The period it is of.
    pub period: Option<&'a str>,
    /// The last date it can be done on, as local text.
    pub due: &'a str,
    /// The role it is asked of, in Dutch.
    pub owner: &'a str,
    /// The desk's name.
    pub desk: &'a str,
}

/// Reminds the owner that it is to be done.
pub fn reminder(it: &Subject<'_>) -> Outgoing {
    let body = letter(
        it.desk,
        &[
            format!("Aan het eind van {} moet deze verplichting zijn nagekomen. Dat is nog niet vastgelegd.", it.due),
            facts(it),
            "Is zij al nagekomen? Laat dan vastleggen wanneer en waaruit dat blijkt.".to_owned(),
        ],
    );
    Outgoing { subject: format!("Herinnering: {}, uiterlijk {}", one_line(it.title), it.due), body, auto: Auto::Generated }
}

/// Tells the owner that it is too late.
pub fn late(it: &Subject<'_>) -> Outgoing {
    let body = letter(
        it.desk,
        &[
            format!("Aan het eind van {} moest deze verplichting zijn nagekomen. Dat is niet vastgelegd: zij is te laat.", it.due),
            facts(it),
            "Is zij wel op tijd nagekomen? Laat dan vastleggen wanneer en waaruit dat blijkt.".to_owned(),
        ],
    );
    Outgoing { subject: format!("Te laat: {}, uiterlijk {}", one_line(it.title), it.due), body, auto: Auto::Generated }
}

fn facts(it: &Subject<'_>) -> String {
    let period = it.period.map(|period| ("Periode", period));
    let before = [("Verplichting", it.title), ("Bron", it.clause), ("Overeenkomst", it.contract), ("Klant", it.organisation)];
    let all = before.into_iter().chain(period).chain([("Uiterlijk", it.due), ("Rol", it.owner)]);
    all.map(|(name, value)| format!("{:<14}{}", format!("{name}:"), one_line(value))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERVIEW: Subject<'static> = Subject {
        title: "Overzicht van alle actieve gebruikers",
        clause: "DAP 3.4.1",
        contract: "Dossier Afspraken en Procedures",
        organisation: "Vereniging Voorbeeld",
        period: Some("2026-05"),
        due: "29-05-2026",
        owner: "Servicemanager",
        desk: "Servicedesk Voorbeeld",
    };

    #[test]
    fn a_reminder_says_what_is_due_by_when_and_where_that_is_agreed() {
        let sent = reminder(&OVERVIEW);
        assert_eq!(sent.subject, "Herinnering: Overzicht van alle actieve gebruikers, uiterlijk 29-05-2026");
        assert_eq!(sent.auto.submitted(), Some("auto-generated"));
        assert_eq!(
            sent.body,
            "Geachte heer, mevrouw,

Aan het eind van 29-05-2026 moet deze verplichting zijn nagekomen. Dat is nog niet vastgelegd.

Verplichting: Overzicht van alle actieve gebruikers
Bron:         DAP 3.4.1
Overeenkomst: Dossier Afspraken en Procedures
Klant:        Vereniging Voorbeeld
Periode:      2026-05
Uiterlijk:    29-05-2026
Rol:          Servicemanager

Is zij al nagekomen? Laat dan vastleggen wanneer en waaruit dat blijkt.

Met vriendelijke groet,
Servicedesk Voorbeeld
"
        );
    }

    #[test]
    fn a_notice_of_lateness_has_no_period_where_there_is_none_and_stays_on_its_lines() {
        let sent = late(&Subject { period: None, title: "Verbeterplan\nBcc: x@y.example", ..OVERVIEW });
        assert_eq!(sent.subject, "Te laat: Verbeterplan Bcc: x@y.example, uiterlijk 29-05-2026");
        assert!(!sent.body.contains("Periode") && sent.body.contains("zij is te laat"), "{}", sent.body);
    }
}
