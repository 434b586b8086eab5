//! What people call things: a Dutch and an English name for every value of every closed list of the API.
//!
//! A list is written once, below: a value added to the enum without its names does not compile, and a test finds an enum
//! of the domain that is not here. Names are in small letters, as they stand inside a sentence.

use crate::domain::clock::{Answer, Comparison, Interlude, Kind, Standing, Starts, State as ClockState};
use crate::domain::contract::{Condition, Mode, Motivation, Side, TicketType, Workaround};
use crate::domain::obligation::{Cycle, EventKind as ObligationEvent, State as ObligationState};
use crate::domain::ticket::{Channel, ClosingText, EventKind};
use crate::domain::workflow::{self, State};
use crate::reports::service_management::Verdict;
use crate::store::outbound::MailState;

/// A value of the API with its Dutch and its English name.
pub type Named = (&'static str, &'static str, &'static str);

/// A value of a closed list.
pub trait Labelled: Copy + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// The value in the API, with its Dutch and its English name.
    fn named(self) -> Named;

    /// The value in the API.
    fn code(self) -> &'static str {
        self.named().0
    }
}

macro_rules! labelled {
    ($($list:ident { $($value:ident = $code:literal: $nl:literal, $en:literal;)+ })+) => { $(
        impl Labelled for $list {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn named(self) -> Named {
                match self { $(Self::$value => ($code, $nl, $en)),+ }
            }
        }
    )+ };
}

labelled! {
    TicketType {
        Incident = "incident": "incident", "incident";
        Problem = "problem": "probleem", "problem";
        ServiceRequest = "service_request": "serviceverzoek", "service request";
        InformationRequest = "information_request": "informatieverzoek", "information request";
        ProposalRequest = "proposal_request": "voorstel- of offerteverzoek", "proposal or quotation request";
        ChangeRequest = "change_request": "wijzigingsverzoek", "change request";
    }
    State {
        New = "new": "nieuw", "new";
        Active = "active": "actief", "active";
        Waiting = "waiting": "wachtend", "waiting";
        Resolved = "resolved": "opgelost", "resolved";
        Closed = "closed": "afgesloten", "closed";
        Cancelled = "cancelled": "ingetrokken", "cancelled";
    }
    Channel {
        Phone = "phone": "telefoon", "phone";
        Email = "email": "e-mail", "e-mail";
        Portal = "portal": "portaal", "portal";
        Api = "api": "koppeling", "API";
        Monitoring = "monitoring": "bewaking", "monitoring";
    }
    Kind {
        Response = "response": "reactie", "response";
        Resolution = "resolution": "oplossing", "resolution";
    }
    ClockState {
        Running = "running": "loopt", "running";
        Held = "held": "staat stil", "held";
        Met = "met": "gehaald", "met";
        Breached = "breached": "niet gehaald", "breached";
        Cancelled = "cancelled": "ingetrokken", "cancelled";
    }
    Standing {
        Running = "running": "loopt", "running";
        Held = "held": "staat stil", "held";
        Closed = "closed": "buiten openingstijd", "outside opening hours";
    }
    Comparison {
        Under = "under": "in minder dan", "in less than";
        Within = "within": "binnen", "within";
        By = "by": "uiterlijk aan het eind van", "by the end of";
    }
    Starts {
        Report = "report": "bij de melding", "at the report";
        PhoneContact = "phone_contact": "bij het telefonisch contact", "at the phone contact";
    }
    Answer {
        Reply = "reply": "antwoord", "reply";
        Classification = "classification": "prioriteit bepaald", "priority decided";
        Assignment = "assignment": "in behandeling genomen", "taken in hand";
    }
    Interlude {
        Counts = "counts": "telt mee", "counts";
        Held = "held": "telt niet mee", "does not count";
    }
    Side {
        Client = "client": "opdrachtgever", "client";
        Supplier = "supplier": "opdrachtnemer", "supplier";
    }
    Mode {
        Automatic = "automatic": "vanzelf", "automatic";
        Proposed = "proposed": "na een besluit", "after a decision";
    }
    Motivation {
        Optional = "optional": "toelichting mag", "motivation optional";
        Required = "required": "toelichting verplicht", "motivation required";
    }
    Workaround {
        Optional = "optional": "omweg niet nodig", "workaround not asked for";
        Expected = "expected": "omweg verwacht", "workaround expected";
    }
    Verdict {
        Met = "met": "gehaald", "met";
        Missed = "missed": "niet gehaald", "missed";
        NotApplicable = "not_applicable": "n.v.t.", "not applicable";
    }
    MailState {
        Pending = "pending": "in de wachtrij", "waiting";
        Sent = "sent": "verzonden", "sent";
        Failed = "failed": "niet bezorgd", "not delivered";
    }
    Cycle {
        Week = "week": "week", "week";
        Month = "month": "maand", "month";
        Quarter = "quarter": "kwartaal", "quarter";
        HalfYear = "half-year": "half jaar", "half year";
        Year = "year": "jaar", "year";
    }
    ObligationState {
        Open = "open": "open", "open";
        Late = "late": "te laat", "late";
        Met = "met": "nagekomen", "met";
    }
    ObligationEvent {
        Opened = "obligation.opened": "ontstaan", "opened";
        Reminded = "obligation.reminded": "herinnerd", "reminded";
        DueMoved = "obligation.due_moved": "termijn verschoven door de kalender", "due date moved by the calendar";
        Late = "obligation.late": "te laat", "late";
        LateVoided = "obligation.late_voided": "toch op tijd", "in time after all";
        IndexRebuilt = "obligation.index_rebuilt": "opgeslagen waarden hersteld", "stored values mended";
        Met = "obligation.met": "nagekomen", "met";
    }
    EventKind {
        Registered = "ticket.registered": "geregistreerd", "registered";
        Prioritised = "ticket.prioritised": "prioriteit bepaald", "priority decided";
        PriorityProposed = "ticket.priority_proposed": "prioriteit voorgesteld", "priority proposed";
        Retyped = "ticket.retyped": "ander type", "type changed";
        TypeConfirmed = "ticket.type_confirmed": "type bevestigd", "type confirmed";
        Retiered = "ticket.retiered": "ander abonnement", "tier changed";
        RepairAgreed = "ticket.repair_agreed": "hersteltijdstip afgesproken", "repair date agreed";
        Assigned = "ticket.assigned": "toegewezen", "assigned";
        Unassigned = "ticket.unassigned": "toewijzing ingetrokken", "unassigned";
        Edited = "ticket.edited": "gewijzigd", "edited";
        Replied = "ticket.replied": "beantwoord door de servicedesk", "answered by the desk";
        MessageReceived = "ticket.message_received": "bericht ontvangen", "message received";
        Noted = "ticket.noted": "interne notitie", "internal note";
        Phoned = "ticket.phoned": "telefonisch contact", "phone contact";
        Attached = "ticket.attached": "bijlage toegevoegd", "file attached";
        Moved = "ticket.moved": "naar een andere fase", "moved to another phase";
        Held = "ticket.held": "in de wacht gezet", "put on hold";
        Resumed = "ticket.resumed": "hervat", "resumed";
        Resolved = "ticket.resolved": "opgelost", "resolved";
        SolutionRefused = "ticket.solution_refused": "oplossing geweigerd", "solution refused";
        Accepted = "ticket.accepted": "oplossing aanvaard", "solution accepted";
        Reopened = "ticket.reopened": "heropend", "reopened";
        Cancelled = "ticket.cancelled": "ingetrokken", "cancelled";
        Warned = "clock.warned": "waarschuwing", "warning";
        Breached = "clock.breached": "streeftijd overschreden", "goal breached";
        CalendarAmended = "calendar.amended": "openingstijden gewijzigd", "opening hours changed";
        IndexRebuilt = "ticket.index_rebuilt": "opgeslagen stand hersteld", "stored state rebuilt";
        BreachVoided = "clock.breach_voided": "overschrijding vervallen", "breach undone";
        MailGivenUp = "mail.given_up": "e-mail niet bezorgd", "mail not delivered";
        MailSentAgain = "mail.sent_again": "e-mail opnieuw verzonden", "mail sent again";
        Climbed = "escalation.climbed": "geëscaleerd", "escalated";
        Proposed = "escalation.proposed": "escalatie voorgesteld", "escalation proposed";
    }
}

/// Whether a client sees a message.
const VISIBILITIES: [Named; 2] = [("public", "zichtbaar voor de klant", "public"), ("internal", "intern", "internal")];

/// What became of a mail.
pub(super) const OUTCOMES: [Named; 7] = [
    ("ticket", "nieuw ticket", "new ticket"),
    ("reply", "bericht op een ticket", "message on a ticket"),
    ("duplicate", "al ontvangen", "received before"),
    ("automatic", "automatisch bericht", "automatic message"),
    ("bounce", "niet bezorgd", "bounced"),
    ("quarantined", "apart gehouden", "kept aside"),
    ("refused", "geweigerd", "refused"),
];

/// On whom a ticket waits.
const HOLD_CAUSES: [Named; workflow::HOLD_CAUSES.len()] = [
    ("requester", "de melder", "the requester"),
    ("client", "de opdrachtgever", "the client"),
    ("third_party", "een derde partij", "a third party"),
    ("change", "een wijziging", "a change"),
];

/// Why a clock does not count, besides the words of holds.
const LEDGER_CAUSES: [Named; 13] = [
    ("hours", "buiten openingstijd", "outside opening hours"),
    ("by_hand", "bijzondere dag", "special day"),
    ("refused", "oplossing geweigerd", "solution refused"),
    ("reopened", "opgelost tot de heropening", "resolved until it was reopened"),
    ("new_year", "Nieuwjaarsdag", "New Year's Day"),
    ("good_friday", "Goede Vrijdag", "Good Friday"),
    ("easter_monday", "tweede paasdag", "Easter Monday"),
    ("kings_day", "Koningsdag", "King's Day"),
    ("liberation_day", "Bevrijdingsdag", "Liberation Day"),
    ("ascension", "Hemelvaartsdag", "Ascension Day"),
    ("whit_monday", "tweede pinksterdag", "Whit Monday"),
    ("christmas_day", "eerste kerstdag", "Christmas Day"),
    ("boxing_day", "tweede kerstdag", "Boxing Day"),
];

/// Why a date is no working day, besides the holidays.
const SKIPPED: [Named; 3] = [
    ("weekend", "weekend", "weekend"),
    ("hours", "dag zonder openingstijd", "day without opening hours"),
    ("by_hand", "bijzondere dag", "special day"),
];

/// What an amendment makes of a date of a calendar.
const CALENDAR_CHANGES: [Named; 3] =
    [("closed", "gesloten", "closed"), ("hours", "andere openingstijden", "other hours"), ("as_agreed", "zoals afgesproken", "as agreed")];

/// What an escalation asks for before it is closed.
fn closing_texts() -> Vec<Named> {
    ClosingText::ALL.iter().map(|text| (text.code, text.dutch, text.english)).collect()
}

/// What moves an escalation on.
const CONDITIONS: [Named; 4] = [
    ("breached", "streeftijd overschreden", "goal breached"),
    ("elapsed", "deel van de streeftijd verstreken", "part of the goal elapsed"),
    ("level-open", "tijd op dit niveau verstreken", "time on this level elapsed"),
    ("decided", "besluit van een medewerker", "decision of a person"),
];

/// The word for a condition in contract files and in the API.
pub const fn condition(condition: &Condition) -> &'static str {
    match condition {
        Condition::Breached { .. } => CONDITIONS[0].0,
        Condition::Elapsed { .. } => CONDITIONS[1].0,
        Condition::LevelOpen { .. } => CONDITIONS[2].0,
        Condition::Decided { .. } => CONDITIONS[3].0,
    }
}

/// A day a calendar is closed on.
pub fn closure(cause: &str) -> Option<Named> {
    LEDGER_CAUSES.into_iter().find(|one| one.0 == cause)
}

/// On whom a ticket waits, if every contract knows it.
pub fn hold_cause(cause: &str) -> Option<Named> {
    HOLD_CAUSES.into_iter().find(|one| one.0 == cause)
}

/// Every list there is, by name.
pub fn lists() -> Vec<(&'static str, Vec<Named>)> {
    vec![
        ("ticketType", all::<TicketType>()),
        ("state", all::<State>()),
        ("phase", phases()),
        ("channel", all::<Channel>()),
        ("visibility", VISIBILITIES.to_vec()),
        ("holdCause", HOLD_CAUSES.to_vec()),
        ("event", all::<EventKind>()),
        ("clockKind", all::<Kind>()),
        ("clockState", all::<ClockState>()),
        ("clockStart", all::<Starts>()),
        ("comparison", all::<Comparison>()),
        ("answer", all::<Answer>()),
        ("interlude", all::<Interlude>()),
        ("ledgerState", all::<Standing>()),
        ("ledgerCause", LEDGER_CAUSES.to_vec()),
        ("calendarChange", CALENDAR_CHANGES.to_vec()),
        ("side", all::<Side>()),
        ("escalationMode", all::<Mode>()),
        ("escalationCondition", CONDITIONS.to_vec()),
        ("closingText", closing_texts()),
        ("priorityMotivation", all::<Motivation>()),
        ("priorityWorkaround", all::<Workaround>()),
        ("inboundOutcome", OUTCOMES.to_vec()),
        ("outboundState", all::<MailState>()),
        ("verdict", all::<Verdict>()),
        ("cycle", all::<Cycle>()),
        ("obligationState", all::<ObligationState>()),
        ("obligationEvent", all::<ObligationEvent>()),
        ("skippedReason", SKIPPED.into_iter().chain(LEDGER_CAUSES[4..].iter().copied()).collect()),
    ]
}

fn all<T: Labelled>() -> Vec<Named> {
    T::ALL.iter().map(|one| one.named()).collect()
}

/// Every phase of every type once: a phase is called the same under each.
fn phases() -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    for phase in TicketType::ALL.into_iter().flat_map(workflow::phases) {
        if !found.iter().any(|known| known.0 == phase.name) {
            found.push((phase.name, phase.dutch, phase.english));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amendment::Change;
    use crate::domain::calendar::HolidayRule;

    /// The value in the API is the one the domain writes.
    #[test]
    fn a_list_names_its_values_as_the_domain_does() {
        fn same<T: Labelled>(domain: fn(T) -> &'static str) {
            for one in T::ALL {
                assert_eq!(one.code(), domain(*one));
            }
        }
        same(TicketType::as_str);
        same(State::as_str);
        same(Channel::as_str);
        same(Kind::as_str);
        same(ClockState::as_str);
        same(Answer::as_str);
        same(Side::as_str);
        same(Motivation::as_str);
        same(Workaround::as_str);
        same(EventKind::as_str);
        same(MailState::as_str);
        same(Cycle::as_str);
        same(ObligationState::as_str);
        same(ObligationEvent::as_str);
        for kind in TicketType::ALL {
            assert_eq!(kind.named().1, kind.dutch());
        }
        for one in Comparison::ALL {
            assert_eq!(serde_json::json!(one), one.code());
        }
        for one in Verdict::ALL {
            assert_eq!(serde_json::json!(one), one.code());
        }
        for one in Standing::ALL {
            assert_eq!(serde_json::json!(one), one.code());
        }
    }

    #[test]
    fn every_value_has_both_names_and_stands_once_in_its_list() {
        for (list, values) in lists() {
            let mut seen = std::collections::BTreeSet::new();
            for (value, nl, en) in values {
                assert!(!nl.is_empty() && !en.is_empty() && seen.insert(value), "{list}: {value}");
            }
        }
    }

    #[test]
    fn a_phase_is_called_the_same_under_every_type() {
        for phase in TicketType::ALL.into_iter().flat_map(workflow::phases) {
            assert!(phases().contains(&(phase.name, phase.dutch, phase.english)), "{}", phase.name);
        }
    }

    #[test]
    fn every_change_of_a_date_has_a_name() {
        for change in [Change::Closed, Change::Hours(Vec::new()), Change::AsAgreed] {
            assert!(CALENDAR_CHANGES.iter().any(|one| one.0 == change.as_str()), "{change:?}");
        }
    }

    #[test]
    fn every_holiday_and_every_cause_of_a_hold_has_a_name() {
        for (_, holiday) in HolidayRule::NlTermijnenwet.of_year(2026) {
            assert!(closure(holiday).is_some(), "{holiday}");
        }
        for cause in workflow::HOLD_CAUSES {
            assert!(hold_cause(cause).is_some(), "{cause}");
        }
    }

    /// A closed list of the domain that goes over the wire has its names here.
    #[test]
    fn no_closed_list_of_the_domain_is_forgotten() {
        let mut files = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/domain"))];
        let here = include_str!("labels.rs");
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a file");
            let (mut written, mut of) = (false, "");
            for line in text.lines() {
                of = line.trim_start().strip_prefix("impl ").and_then(|rest| rest.split([' ', '<']).next()).unwrap_or(of);
                let named = match line.strip_prefix("pub enum ") {
                    Some(rest) if written => rest.split([' ', '<']).next(),
                    _ if line.trim_start().starts_with("pub const fn as_str(") => Some(of),
                    _ => None,
                };
                written = line.starts_with("#[derive") && line.contains("Serialize") || (written && line.starts_with("#["));
                let Some(named) = named.filter(|name| !["HolidayRule", "Change", "FactKind"].contains(name)) else { continue };
                let aliased = match named {
                    "State" if path.ends_with("clock/view.rs") => "ClockState",
                    "State" if path.ends_with("obligation/mod.rs") => "ObligationState",
                    "EventKind" if path.ends_with("obligation/mod.rs") => "ObligationEvent",
                    named => named,
                };
                assert!(here.contains(&format!("    {aliased} {{")), "{aliased} of {} has no names in http/labels.rs", path.display());
            }
        }
    }
}
