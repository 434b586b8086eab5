//! What the desk writes by mail: one function per message, in Dutch, as plain text.
//!
//! Every subject begins with the ticket's number between brackets (MAIL-11), by which an answer finds its way back. Times are given as local
//! text, labels in Dutch. Deliberately absent: addresses, headers and sending.

/// A message ready to be addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The subject, on one line.
    pub subject: String,
    /// The text, with `\n` line ends.
    pub body: String,
    /// Whose voice it is, which decides its headers.
    pub auto: Auto,
}

/// Whose voice a message is: it tells other machines whether to answer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auto {
    /// An answer of the machine to a message.
    Replied,
    /// A notice of the machine.
    Generated,
    /// A person's own words.
    Personal,
}

impl Auto {
    /// The `Auto-Submitted` value (RFC 3834); a person's message has none.
    pub fn submitted(self) -> Option<&'static str> {
        match self {
            Self::Replied => Some("auto-replied"),
            Self::Generated => Some("auto-generated"),
            Self::Personal => None,
        }
    }
}

/// The ticket that a message is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its number, such as `INC-123`.
    pub number: &'a str,
    /// Its type in Dutch, without capital, such as `incident`.
    pub kind: &'a str,
    /// Its title.
    pub title: &'a str,
}

/// What a confirmation says (MAIL-04).
#[derive(Debug, Clone, Copy)]
pub struct Confirmation<'a> {
    /// The ticket that was made.
    pub ticket: Subject<'a>,
    /// When it was received, as local text.
    pub received: &'a str,
    /// The latest moment of a first answer, as local text, where the contract names one.
    pub answer_by: Option<&'a str>,
    /// Whether it was reported by mail as of the highest priority, which must be done by telephone (MAIL-06).
    pub p1_by_mail: bool,
    /// The desk's telephone number.
    pub phone: Option<&'a str>,
    /// The desk's name.
    pub desk: &'a str,
}

/// Confirms that a ticket was made of a message.
pub fn confirmation(it: &Confirmation<'_>) -> Outgoing {
    let next = match it.answer_by {
        Some(moment) => format!("U krijgt uiterlijk {moment} een eerste reactie."),
        None => "De servicedesk neemt uw melding in behandeling tijdens de openingstijden.".to_owned(),
    };
    let body = letter(
        it.desk,
        &[
            format!("Wij hebben uw bericht ontvangen en geregistreerd onder nummer {}.", it.ticket.number),
            facts(&it.ticket, &[("Ontvangen", it.received)]),
            if it.p1_by_mail { by_phone(it.phone) } else { String::new() },
            format!("{next} Van iedere verandering van de status krijgt u bericht."),
            "Wilt u iets toevoegen? Beantwoord dan dit bericht en laat het nummer in het onderwerp staan.".to_owned(),
        ],
    );
    Outgoing { subject: subject(&it.ticket, "Ontvangen"), body, auto: Auto::Replied }
}

fn by_phone(phone: Option<&str>) -> String {
    let call = phone.map_or_else(|| "Bel de servicedesk".to_owned(), |phone| format!("Bel de servicedesk op {}", one_line(phone)));
    format!(
        "LET OP: u meldt een verstoring met prioriteit 1 per e-mail. Een melding met prioriteit 1 is pas gedaan als u ons belt.\n\
         {call} en noem het nummer hierboven. Tot dat gesprek heeft uw melding geen prioriteit 1."
    )
}

/// What a notice of a new status says (TKT-05).
#[derive(Debug, Clone, Copy)]
pub struct StatusChanged<'a> {
    /// The ticket.
    pub ticket: Subject<'a>,
    /// The label of the phase it was in, in Dutch.
    pub from: &'a str,
    /// The label of the phase it is in, in Dutch.
    pub to: &'a str,
    /// Why, in the words of whoever changed it.
    pub explanation: &'a str,
    /// When, as local text.
    pub at: &'a str,
    /// The desk's name.
    pub desk: &'a str,
}

/// Tells the reporter that the status changed.
pub fn status_changed(it: &StatusChanged<'_>) -> Outgoing {
    let change = format!("van \"{}\" naar \"{}\"", one_line(it.from), one_line(it.to));
    let body = letter(
        it.desk,
        &[
            format!("De status van uw {} met nummer {} is gewijzigd {change}.", it.ticket.kind, it.ticket.number),
            facts(&it.ticket, &[("Tijdstip", it.at)]),
            quoted("Toelichting:", it.explanation),
        ],
    );
    Outgoing { subject: subject(&it.ticket, &format!("Status: {}", one_line(it.to))), body, auto: Auto::Generated }
}

/// What the message says that a solution is there (INC-04).
#[derive(Debug, Clone, Copy)]
pub struct Solved<'a> {
    /// The ticket.
    pub ticket: Subject<'a>,
    /// What was done.
    pub solution: &'a str,
    /// When it was done, as local text.
    pub at: &'a str,
    /// The latest moment to accept or refuse, as local text, where the contract names one.
    pub decide_by: Option<&'a str>,
    /// Where one accepts or refuses: an address of the portal.
    pub link: Option<&'a str>,
    /// The desk's name.
    pub desk: &'a str,
}

/// Tells the reporter that it is solved, and asks to accept or refuse the solution.
pub fn solved(it: &Solved<'_>) -> Outgoing {
    let done = done(it.ticket.number);
    let body = letter(
        it.desk,
        &[
            format!("Uw {} met nummer {} is {done}.", it.ticket.kind, it.ticket.number),
            facts(&it.ticket, &[("Tijdstip", it.at)]),
            quoted("Oplossing:", it.solution),
            verdict(it.decide_by, it.link),
        ],
    );
    Outgoing { subject: subject(&it.ticket, &capitalised(done)), body, auto: Auto::Generated }
}

/// The word for being done: an incident is remedied, a question answered.
fn done(number: &str) -> &'static str {
    match number.split('-').next() {
        Some("RFS") => "uitgevoerd",
        Some("RFI") => "beantwoord",
        Some("RFP") => "uitgewerkt",
        Some("RFC") => "doorgevoerd",
        _ => "verholpen",
    }
}

fn verdict(decide_by: Option<&str>, link: Option<&str>) -> String {
    let by = decide_by.map(|moment| format!(" uiterlijk {moment}")).unwrap_or_default();
    let how = match link {
        Some(link) => format!("Dat doet u op {}", one_line(link)),
        None => "Dat doet u door dit bericht te beantwoorden; de servicedesk legt uw keuze vast.".to_owned(),
    };
    format!("Wilt u{by} laten weten of u de oplossing accepteert of weigert? Weigert u haar, schrijf dan wat er nog niet goed is.\n{how}")
}

/// A person's public message on a ticket.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// The ticket.
    pub ticket: Subject<'a>,
    /// What the person wrote.
    pub text: &'a str,
    /// The person's name.
    pub author: &'a str,
    /// The desk's name.
    pub desk: &'a str,
}

/// Sends what a person wrote, in that person's name.
pub fn reply(it: &Reply<'_>) -> Outgoing {
    let body = format!("{}\n\n-- \n{}\n{}\n", it.text.trim(), one_line(it.author), one_line(it.desk));
    Outgoing { subject: tagged(&it.ticket, it.ticket.title), body, auto: Auto::Personal }
}

/// One step of an escalation ladder.
#[derive(Debug, Clone, Copy)]
pub struct Level<'a> {
    /// Its number, from 1.
    pub level: u32,
    /// Its title in Dutch.
    pub title: &'a str,
}

/// What the notice of an escalation says (ESC-04).
#[derive(Debug, Clone, Copy)]
pub struct Escalated<'a> {
    /// The ticket.
    pub ticket: Subject<'a>,
    /// The level it left; none when the escalation began.
    pub from: Option<Level<'a>>,
    /// The level it reached.
    pub to: Level<'a>,
    /// What moved it, as a Dutch clause: `de oplostijd is overschreden`.
    pub trigger: &'a str,
    /// Why, in the words of whoever decided it; empty when nobody did.
    pub reason: &'a str,
    /// When, as local text.
    pub at: &'a str,
    /// The roles that get this notice, in Dutch.
    pub roles: &'a [&'a str],
    /// The desk's name.
    pub desk: &'a str,
}

/// Tells the role holders of both sides that a ticket reached another level of the ladder.
pub fn escalated(it: &Escalated<'_>) -> Outgoing {
    let to = level(&it.to);
    let step = it.from.as_ref().map_or_else(|| format!("naar {to}"), |from| format!("van {} naar {to}", level(from)));
    let body = letter(
        it.desk,
        &[
            format!("De melding met nummer {} is geëscaleerd {step}.", it.ticket.number),
            facts(&it.ticket, &[("Aanleiding", it.trigger), ("Tijdstip", it.at)]),
            quoted("Reden:", it.reason),
            addressed(it.roles),
        ],
    );
    Outgoing { subject: subject(&it.ticket, &format!("Escalatie naar niveau {}", it.to.level)), body, auto: Auto::Generated }
}

/// What the notice of a proposed escalation says (ESC-25).
#[derive(Debug, Clone, Copy)]
pub struct Proposed<'a> {
    /// The ticket.
    pub ticket: Subject<'a>,
    /// The level it stands on; none when the proposal is to open a case.
    pub from: Option<Level<'a>>,
    /// The level proposed.
    pub to: Level<'a>,
    /// Why, as a Dutch clause: `de oplostijd is overschreden`.
    pub trigger: &'a str,
    /// When that was, as local text.
    pub at: &'a str,
    /// The reason codes, any of which decides the step.
    pub codes: &'a [String],
    /// The roles that decide, in Dutch.
    pub roles: &'a [&'a str],
    /// The desk's name.
    pub desk: &'a str,
}

/// Puts a step up the ladder before those who decide it.
pub fn proposed(it: &Proposed<'_>) -> Outgoing {
    let number = it.ticket.number;
    let (to, stays) = (level(&it.to), it.from.as_ref().map_or_else(|| "niet geëscaleerd".to_owned(), |from| format!("op {}", level(from))));
    let codes: Vec<String> = it.codes.iter().map(|code| format!("- {}", one_line(code))).collect();
    let body = letter(
        it.desk,
        &[
            format!("Voorgesteld wordt om de melding met nummer {number} te escaleren naar {to}. Het besluit is aan u."),
            facts(&it.ticket, &[("Aanleiding", it.trigger), ("Tijdstip", it.at)]),
            format!(
                "Besluit u tot de escalatie, leg haar dan vast bij de melding (POST /v1/tickets/{number}/escalations), met uw reden en met \
                 een van deze codes:\n{}",
                codes.join("\n")
            ),
            format!("Besluit u er niet toe, dan hoeft u niets te doen: de melding blijft {stays}."),
            addressed(it.roles),
        ],
    );
    Outgoing { subject: subject(&it.ticket, &format!("Voorstel tot escalatie naar niveau {}", it.to.level)), body, auto: Auto::Generated }
}

fn level(it: &Level<'_>) -> String {
    format!("niveau {} ({})", it.level, one_line(it.title))
}

fn addressed(roles: &[&str]) -> String {
    if roles.is_empty() {
        return String::new();
    }
    let list: Vec<String> = roles.iter().map(|role| format!("- {}", one_line(role))).collect();
    format!("Dit bericht gaat naar:\n{}", list.join("\n"))
}

/// `[INC-123] Ontvangen: printer stuk`.
fn subject(ticket: &Subject<'_>, what: &str) -> String {
    tagged(ticket, &format!("{what}: {}", ticket.title))
}

fn tagged(ticket: &Subject<'_>, text: &str) -> String {
    format!("[{}] {}", ticket.number, one_line(text))
}

/// The facts of a ticket, one a line.
fn facts(ticket: &Subject<'_>, others: &[(&str, &str)]) -> String {
    let own = [("Nummer", ticket.number), ("Soort", ticket.kind), ("Onderwerp", ticket.title)];
    let line = |(name, value): &(&str, &str)| format!("{:<12}{}", format!("{name}:"), one_line(value));
    own.iter().chain(others).map(line).collect::<Vec<_>>().join("\n")
}

/// A person's words below a heading; nothing when there are none.
fn quoted(heading: &str, words: &str) -> String {
    if words.trim().is_empty() { String::new() } else { format!("{heading}\n{}", words.trim()) }
}

/// A letter of the desk; empty paragraphs are left out.
pub(super) fn letter(desk: &str, paragraphs: &[String]) -> String {
    let written: Vec<&str> = paragraphs.iter().map(String::as_str).filter(|paragraph| !paragraph.is_empty()).collect();
    format!("Geachte heer, mevrouw,\n\n{}\n\nMet vriendelijke groet,\n{}\n", written.join("\n\n"), one_line(desk))
}

pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::triage::subject_tag;
    use super::*;

    const PRINTER: Subject<'static> =
        Subject { number: "INC-123", kind: "incident", title: "Printer op de tweede verdieping doet het niet" };
    const DESK: &str = "Servicedesk Voorbeeld";

    fn confirmed(p1_by_mail: bool, answer_by: Option<&str>) -> Outgoing {
        confirmation(&Confirmation {
            ticket: PRINTER,
            received: "maandag 5 januari 2026 om 10:15",
            answer_by,
            p1_by_mail,
            phone: Some("020 555 01 00"),
            desk: DESK,
        })
    }

    #[test]
    fn a_confirmation_names_the_number_and_what_follows() {
        let sent = confirmed(false, Some("maandag 5 januari 2026 om 14:15"));
        assert_eq!(sent.subject, "[INC-123] Ontvangen: Printer op de tweede verdieping doet het niet");
        assert_eq!(sent.auto.submitted(), Some("auto-replied"));
        assert_eq!(
            sent.body,
            "Geachte heer, mevrouw,

Wij hebben uw bericht ontvangen en geregistreerd onder nummer INC-123.

Nummer:     INC-123
Soort:      incident
Onderwerp:  Printer op de tweede verdieping doet het niet
Ontvangen:  maandag 5 januari 2026 om 10:15

U krijgt uiterlijk maandag 5 januari 2026 om 14:15 een eerste reactie. Van iedere verandering van de status krijgt u bericht.

Wilt u iets toevoegen? Beantwoord dan dit bericht en laat het nummer in het onderwerp staan.

Met vriendelijke groet,
Servicedesk Voorbeeld
"
        );
    }

    #[test]
    fn a_confirmation_of_a_p1_by_mail_asks_to_phone() {
        assert_eq!(
            confirmed(true, None).body,
            "Geachte heer, mevrouw,

Wij hebben uw bericht ontvangen en geregistreerd onder nummer INC-123.

Nummer:     INC-123
Soort:      incident
Onderwerp:  Printer op de tweede verdieping doet het niet
Ontvangen:  maandag 5 januari 2026 om 10:15

LET OP: u meldt een verstoring met prioriteit 1 per e-mail. Een melding met prioriteit 1 is pas gedaan als u ons belt.
Bel de servicedesk op 020 555 01 00 en noem het nummer hierboven. Tot dat gesprek heeft uw melding geen prioriteit 1.

De servicedesk neemt uw melding in behandeling tijdens de openingstijden. Van iedere verandering van de status krijgt u bericht.

Wilt u iets toevoegen? Beantwoord dan dit bericht en laat het nummer in het onderwerp staan.

Met vriendelijke groet,
Servicedesk Voorbeeld
"
        );
    }

    #[test]
    fn a_new_status_is_told_with_its_explanation() {
        let sent = status_changed(&StatusChanged {
            ticket: PRINTER,
            from: "geregistreerd",
            to: "in behandeling",
            explanation: "Een monteur is onderweg.\n",
            at: "maandag 5 januari 2026 om 10:40",
            desk: DESK,
        });
        assert_eq!(sent.subject, "[INC-123] Status: in behandeling: Printer op de tweede verdieping doet het niet");
        assert_eq!(sent.auto, Auto::Generated);
        assert_eq!(
            sent.body,
            "Geachte heer, mevrouw,

De status van uw incident met nummer INC-123 is gewijzigd van \"geregistreerd\" naar \"in behandeling\".

Nummer:     INC-123
Soort:      incident
Onderwerp:  Printer op de tweede verdieping doet het niet
Tijdstip:   maandag 5 januari 2026 om 10:40

Toelichting:
Een monteur is onderweg.

Met vriendelijke groet,
Servicedesk Voorbeeld
"
        );
    }

    #[test]
    fn a_solution_asks_for_a_verdict() {
        let solution = Solved {
            ticket: PRINTER,
            solution: "De printer heeft een nieuwe trommel.",
            at: "maandag 5 januari 2026 om 13:05",
            decide_by: Some("maandag 12 januari 2026"),
            link: None,
            desk: DESK,
        };
        let sent = solved(&solution);
        assert_eq!(sent.subject, "[INC-123] Verholpen: Printer op de tweede verdieping doet het niet");
        assert_eq!(sent.auto, Auto::Generated);
        assert_eq!(
            sent.body,
            "Geachte heer, mevrouw,

Uw incident met nummer INC-123 is verholpen.

Nummer:     INC-123
Soort:      incident
Onderwerp:  Printer op de tweede verdieping doet het niet
Tijdstip:   maandag 5 januari 2026 om 13:05

Oplossing:
De printer heeft een nieuwe trommel.

Wilt u uiterlijk maandag 12 januari 2026 laten weten of u de oplossing accepteert of weigert? Weigert u haar, schrijf dan wat er nog niet goed is.
Dat doet u door dit bericht te beantwoorden; de servicedesk legt uw keuze vast.

Met vriendelijke groet,
Servicedesk Voorbeeld
"
        );
        let linked = solved(&Solved { link: Some("https://desk.example/INC-123"), decide_by: None, ..solution });
        assert!(linked.body.contains("Wilt u laten weten of u de oplossing accepteert of weigert?"));
        assert!(linked.body.contains("Dat doet u op https://desk.example/INC-123\n"));
    }

    #[test]
    fn each_type_has_its_own_word_for_done() {
        let words = ["INC-1", "PRB-1", "RFS-1", "RFI-1", "RFP-1", "RFC-1"].map(done);
        assert_eq!(words, ["verholpen", "verholpen", "uitgevoerd", "beantwoord", "uitgewerkt", "doorgevoerd"]);
    }

    #[test]
    fn a_reply_is_a_persons_own() {
        let sent = reply(&Reply { ticket: PRINTER, text: "Dag Jan,\n\nWelke printer bedoelt u?\n", author: "Bob de Boer", desk: DESK });
        assert_eq!(sent.subject, "[INC-123] Printer op de tweede verdieping doet het niet");
        assert_eq!(sent.auto.submitted(), None);
        assert_eq!(sent.body, "Dag Jan,\n\nWelke printer bedoelt u?\n\n-- \nBob de Boer\nServicedesk Voorbeeld\n");
    }

    #[test]
    fn an_escalation_names_both_levels_and_who_is_told() {
        let sent = escalated(&Escalated {
            ticket: PRINTER,
            from: Some(Level { level: 1, title: "Operationeel" }),
            to: Level { level: 2, title: "Tactisch" },
            trigger: "de oplostijd is overschreden",
            reason: "",
            at: "maandag 5 januari 2026 om 17:00",
            roles: &["Servicemanager (opdrachtgever)", "Servicemanager (opdrachtnemer)"],
            desk: DESK,
        });
        assert_eq!(sent.subject, "[INC-123] Escalatie naar niveau 2: Printer op de tweede verdieping doet het niet");
        assert_eq!(sent.auto, Auto::Generated);
        assert_eq!(
            sent.body,
            "Geachte heer, mevrouw,

De melding met nummer INC-123 is geëscaleerd van niveau 1 (Operationeel) naar niveau 2 (Tactisch).

Nummer:     INC-123
Soort:      incident
Onderwerp:  Printer op de tweede verdieping doet het niet
Aanleiding: de oplostijd is overschreden
Tijdstip:   maandag 5 januari 2026 om 17:00

Dit bericht gaat naar:
- Servicemanager (opdrachtgever)
- Servicemanager (opdrachtnemer)

Met vriendelijke groet,
Servicedesk Voorbeeld
"
        );
    }

    #[test]
    fn an_escalation_by_a_person_gives_the_reason() {
        let sent = escalated(&Escalated {
            ticket: PRINTER,
            from: None,
            to: Level { level: 1, title: "Operationeel" },
            trigger: "de prioriteit is betwist",
            reason: "De hele afdeling ligt stil.",
            at: "maandag 5 januari 2026 om 11:00",
            roles: &[],
            desk: DESK,
        });
        assert!(sent.body.contains("is geëscaleerd naar niveau 1 (Operationeel).\n"));
        assert!(sent.body.contains("\n\nReden:\nDe hele afdeling ligt stil.\n\nMet vriendelijke groet,"));
    }

    #[test]
    fn a_proposed_escalation_says_what_why_and_how_to_decide() {
        let sent = proposed(&Proposed {
            ticket: PRINTER,
            from: Some(Level { level: 1, title: "Operationeel" }),
            to: Level { level: 2, title: "Tactisch" },
            trigger: "de oplostijd is overschreden",
            at: "05-01-2026 17:00",
            codes: &["niet-opgelost".to_owned(), "breached:resolution".to_owned()],
            roles: &["Teamleider"],
            desk: DESK,
        });
        assert_eq!(sent.subject, "[INC-123] Voorstel tot escalatie naar niveau 2: Printer op de tweede verdieping doet het niet");
        assert_eq!(sent.auto, Auto::Generated);
        assert_eq!(
            sent.body,
            "Geachte heer, mevrouw,

Voorgesteld wordt om de melding met nummer INC-123 te escaleren naar niveau 2 (Tactisch). Het besluit is aan u.

Nummer:     INC-123
Soort:      incident
Onderwerp:  Printer op de tweede verdieping doet het niet
Aanleiding: de oplostijd is overschreden
Tijdstip:   05-01-2026 17:00

Besluit u tot de escalatie, leg haar dan vast bij de melding (POST /v1/tickets/INC-123/escalations), met uw reden en met een van deze codes:
- niet-opgelost
- breached:resolution

Besluit u er niet toe, dan hoeft u niets te doen: de melding blijft op niveau 1 (Operationeel).

Dit bericht gaat naar:
- Teamleider

Met vriendelijke groet,
Servicedesk Voorbeeld
"
        );
    }

    #[test]
    fn a_title_can_break_neither_the_subject_nor_the_tag() {
        let title = "x\r\nBcc: iedereen@example.nl [INC-9]";
        let sent = reply(&Reply { ticket: Subject { title, ..PRINTER }, text: "x", author: "Bob", desk: DESK });
        assert_eq!(sent.subject, "[INC-123] x Bcc: iedereen@example.nl [INC-9]");
        assert_eq!(subject_tag(&sent.subject), Some(("INC", 123)));
    }
}
