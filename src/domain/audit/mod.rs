//! The audit trail: who did what to what, from where, with what result, and when (the six fields of BIO2 8.15), with an id that ties
//! a line to its request. A line names people and things by id and holds no secret; the address in `origin` is the one thing in it that
//! can point at a person, and goes when the line does.
//!
//! [`chain`] says how lines are tied to each other, [`flood`] how many lines refused attempts get.

pub mod chain;
pub mod flood;

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use uuid::Uuid;

use super::Instant;
use super::actor::Actor;
use crate::words::closed_list;

closed_list! {
    /// What came of it.
    pub enum AuditResult {
        Done = "done": "gedaan", "done";
        /// It was shown: a ticket that few may see.
        Read = "read": "gelezen", "read";
        /// The same request again under its key: it changed nothing.
        Repeated = "repeated": "herhaald", "repeated";
        Refused = "refused": "geweigerd", "refused";
        /// The desk could not do it.
        Failed = "failed": "mislukt", "failed";
    }
}

/// From where something was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Over the API, from this address; behind proxies that the settings know, the one they tell.
    Address(IpAddr),
    /// By a command on the machine.
    Command,
    /// From the program itself.
    Program,
    /// Where the connection did not tell, or from several addresses.
    Unknown,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(out, "{address}"),
            Self::Command => out.write_str("command"),
            Self::Program => out.write_str("program"),
            Self::Unknown => out.write_str("unknown"),
        }
    }
}

/// How something came to be asked: what the audit trail says of it beside who, what for and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// The `operationId` of a request, or a name of that form for what commands and the program do.
    pub action: &'static str,
    pub origin: Origin,
    /// The trace of the request, else its id.
    pub correlation: Option<String>,
}

impl Via {
    pub const fn program(action: &'static str) -> Self {
        Self { action, origin: Origin::Program, correlation: None }
    }

    pub const fn command(action: &'static str) -> Self {
        Self { action, origin: Origin::Command, correlation: None }
    }
}

/// Something that is done, of which a line is written.
#[derive(Debug, Clone)]
pub struct Act {
    pub via: Via,
    pub actor: Actor,
    pub at: Instant,
}

impl Act {
    /// What the program does by itself: when it finds nothing to do, there is no line.
    pub fn of_program(action: &'static str, at: Instant) -> Self {
        Self { via: Via::program(action), actor: Actor::System, at }
    }
}

/// What something was done to, by its kind and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub kind: String,
    pub id: String,
}

impl Object {
    pub fn of(kind: &str, id: impl fmt::Display) -> Self {
        Self { kind: kind.to_owned(), id: id.to_string() }
    }

    /// What a path names, if it is an id or a ticket's number: anything else may be whatever somebody typed.
    pub fn named_in_path(kind: &str, part: &str) -> Option<Self> {
        let is_number = |text: &str| {
            let (letters, figures) = text.split_once('-').unwrap_or_default();
            let is_of = |part: &str, most, is: fn(&u8) -> bool| (1..=most).contains(&part.len()) && part.as_bytes().iter().all(is);
            is_of(letters, 4, u8::is_ascii_uppercase) && is_of(figures, 12, u8::is_ascii_digit)
        };
        (part.parse::<Uuid>().is_ok() || is_number(part)).then(|| Self::of(kind, part))
    }
}

/// What a transaction did, gathered while it runs.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    pub objects: Vec<Object>,
    pub is_repeat: bool,
    /// How many of several things that were asked for at once it refused.
    pub refused: i64,
    /// The tickets that few may see and that it read: to decide, except where it repeats an answer.
    pub read: BTreeSet<Uuid>,
}

impl Touched {
    /// Adds an object once, however often it is written.
    pub fn add(&mut self, object: Object) {
        if !self.objects.contains(&object) {
            self.objects.push(object);
        }
    }

    pub fn join(&mut self, other: Self) {
        self.is_repeat |= other.is_repeat;
        self.refused += other.refused;
        self.read.extend(other.read);
        other.objects.into_iter().for_each(|object| self.add(object));
    }
}

/// A line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: Uuid,
    pub action: String,
    pub object: Option<Object>,
    pub result: AuditResult,
    /// The code of a refusal, as its answer had it.
    pub code: Option<String>,
    /// How many attempts it stands for: more than one where refused attempts came together, or too fast for a line each.
    pub count: i64,
    pub origin: String,
    /// As histories name it.
    pub actor: String,
    pub correlation: Option<String>,
    pub at: Instant,
}

impl Line {
    /// The lines of an act that was done: one for each object, or one without; one for what it refused of several things; and one for each
    /// ticket that few may see where it only repeats an answer.
    pub fn of_done(act: &Act, touched: Touched, id: impl Fn() -> Uuid) -> Vec<Self> {
        let line = |object, result| Self { object, result, ..Self::of(act, id()) };
        let Touched { objects, is_repeat, refused, read } = touched;
        let mut lines: Vec<_> = objects.into_iter().map(|object| line(Some(object), AuditResult::Done)).collect();
        if refused > 0 {
            lines.push(Self { count: refused, ..line(None, AuditResult::Refused) });
        } else if lines.is_empty() && act.via.origin != Origin::Program {
            lines.push(line(None, if is_repeat { AuditResult::Repeated } else { AuditResult::Done }));
        }
        if is_repeat {
            lines.extend(Self::of_read(act, read, id));
        }
        lines
    }

    /// The lines of tickets that few may see, and that somebody was shown.
    pub fn of_read(act: &Act, tickets: impl IntoIterator<Item = Uuid>, id: impl Fn() -> Uuid) -> Vec<Self> {
        let line = |ticket| Self { object: Some(Object::of("ticket", ticket)), result: AuditResult::Read, ..Self::of(act, id()) };
        tickets.into_iter().map(line).collect()
    }

    /// A line that says that an act was done, for its other fields.
    pub fn of(act: &Act, id: Uuid) -> Self {
        Self {
            id,
            action: act.via.action.to_owned(),
            object: None,
            result: AuditResult::Done,
            code: None,
            count: 1,
            origin: act.via.origin.to_string(),
            actor: act.actor.as_text(),
            correlation: act.via.correlation.clone(),
            at: act.at,
        }
    }
}

/// A line with its place in the chain.
#[derive(Debug, Clone)]
pub struct Sealed {
    pub line: Line,
    pub position: i64,
    pub hash: String,
}

/// Which lines a list shows, newest first; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub actors: Vec<String>,
    pub objects: Vec<String>,
    pub actions: Vec<String>,
    pub results: Vec<AuditResult>,
    pub from: Option<Instant>,
    pub before: Option<Instant>,
    /// After this one in the list.
    pub after: Option<(Instant, Uuid)>,
    pub limit: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(origin: Origin) -> Act {
        let via = Via { action: "createTicket", origin, correlation: None };
        Act { via, actor: Actor::Desk("1".to_owned()), at: Instant::MIN }
    }

    #[test]
    fn each_thing_that_was_touched_has_one_line() {
        let mut touched = Touched::default();
        for id in ["1", "2", "1"] {
            touched.add(Object::of("ticket", id));
        }
        let lines = Line::of_done(&act(Origin::Command), touched, Uuid::nil);
        assert_eq!(lines.iter().filter_map(|line| Some(line.object.as_ref()?.id.as_str())).collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn whoever_asks_leaves_a_line_and_an_idle_program_does_not() {
        let lines = |origin, is_repeat| Line::of_done(&act(origin), Touched { is_repeat, ..Touched::default() }, Uuid::nil);
        assert_eq!(lines(Origin::Program, false), []);
        assert_eq!(lines(Origin::Unknown, false)[0].result, AuditResult::Done);
        assert_eq!(lines(Origin::Unknown, true)[0].result, AuditResult::Repeated);
    }

    #[test]
    fn what_was_refused_of_several_things_has_a_line_beside_what_was_done() {
        let touched = Touched { objects: vec![Object::of("ticket", "1")], refused: 3, ..Touched::default() };
        let lines = Line::of_done(&act(Origin::Unknown), touched, Uuid::nil);
        let told: Vec<_> = lines.iter().map(|line| (line.result, line.count)).collect();
        assert_eq!(told, [(AuditResult::Done, 1), (AuditResult::Refused, 3)]);
    }

    #[test]
    fn a_path_gives_an_id_or_a_number_and_no_other_text() {
        for text in ["INC-1001", "018f4c1e-7a3b-7c00-8000-0000000000aa"] {
            assert_eq!(Object::named_in_path("ticket", text).map(|object| object.id).as_deref(), Some(text));
        }
        for text in ["anna@ipo.example", "Anna", "INC-", "-1", "INC-1/2", "ABCDE-1", ""] {
            assert_eq!(Object::named_in_path("ticket", text), None, "{text}");
        }
    }
}
