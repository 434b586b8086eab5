//! Reads one line, or says everything that is wrong with it.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::Instant;
use crate::domain::clock::{Answer, Fact, FactKind, check_order};
use crate::domain::contract::{Contract, TicketType};

/// A line that can be answered.
pub(super) struct Line {
    pub id: String,
    pub kind: TicketType,
    pub priority: Option<String>,
    pub tier: Option<String>,
    pub item: Option<String>,
    pub reported_at: Instant,
    pub history: Vec<Fact>,
    pub as_of: Instant,
    pub probes: Vec<Instant>,
}

/// A line that cannot.
pub(super) struct Unanswered {
    pub id: Option<String>,
    pub refusal: Refusal,
}

/// The first code that applies, and every problem in words.
#[derive(Serialize)]
pub(super) struct Refusal {
    code: Code,
    detail: String,
}

/// The kinds of problem, in the order in which they give a refusal its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Code {
    BadJson,
    MissingKey,
    UnknownKey,
    BadValue,
    BadInstant,
    UnknownType,
    UnknownPriority,
    UnknownTier,
    UnknownItem,
    BadOrder,
}

/// Every problem found so far.
#[derive(Default)]
struct Problems(Vec<(Code, String)>);

impl Problems {
    fn note(&mut self, code: Code, detail: String) {
        self.0.push((code, detail));
    }

    fn refusal(self) -> Option<Refusal> {
        let code = self.0.iter().map(|problem| problem.0).min()?;
        let details: Vec<_> = self.0.into_iter().map(|problem| problem.1).collect();
        Some(Refusal { code, detail: details.join("; ") })
    }
}

const KEYS: [&str; 9] = ["id", "ticketType", "priority", "tier", "item", "reportedAt", "history", "asOf", "probes"];

/// Reads a line under a contract.
pub(super) fn read(contract: &Contract, text: &[u8]) -> Result<Line, Unanswered> {
    let mut problems = Problems::default();
    let value = match serde_json::from_slice::<Value>(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(refused(None, Code::BadValue, "the line must be an object".to_owned())),
        Err(error) => return Err(refused(None, Code::BadJson, format!("the line is not JSON: {error}"))),
    };
    let mut object = Object { at: "", map: &value, problems: &mut problems };
    object.know(&KEYS);
    let id = object.required("id").and_then(|id| object.text("id", id)).map(str::to_owned);
    let kind = object.required("ticketType").and_then(|kind| object.text("ticketType", kind));
    let priority = object.optional("priority").and_then(|priority| object.text("priority", priority));
    let tier = object.optional("tier").and_then(|tier| object.text("tier", tier));
    let item_asked = object.optional("item").and_then(|item| object.text("item", item));
    let reported_at = object.required("reportedAt").and_then(|at| object.instant("reportedAt", at));
    let as_of = object.optional("asOf").map(|at| object.instant("asOf", at));
    let before = object.problems.0.len();
    let items = object.optional("history").and_then(|items| object.list("history", items)).map_or(&[][..], Vec::as_slice);
    let history: Vec<_> = items.iter().enumerate().map(|(index, value)| item(index, value, object.problems)).collect();
    let facts_are_read = object.problems.0.len() == before;
    let items = object.optional("probes").and_then(|items| object.list("probes", items)).map_or(&[][..], Vec::as_slice);
    let probes: Vec<_> = items.iter().enumerate().filter_map(|(index, at)| object.instant(&format!("probes[{index}]"), at)).collect();
    let kind = kind.and_then(|name| {
        let known = name.parse::<TicketType>();
        known.map_err(|error| object.problems.note(Code::UnknownType, format!("ticketType \"{name}\" {error}"))).ok()
    });
    check_names(contract, kind, (priority, tier, item_asked), &history, &mut problems);
    let history: Vec<_> = history.into_iter().filter_map(|item| Some(Fact { at: item.at?, kind: item.kind? })).collect();
    if facts_are_read {
        check_times(reported_at, as_of.flatten(), &history, &mut problems);
    }
    if let (true, Some(id), Some(kind), Some(reported_at)) = (problems.0.is_empty(), &id, kind, reported_at) {
        let last = history.last().map_or(reported_at, |fact| fact.at);
        let [priority, tier, item] = [priority, tier, item_asked].map(|name| name.map(str::to_owned));
        let as_of = as_of.flatten().unwrap_or(last);
        return Ok(Line { id: id.clone(), kind, priority, tier, item, reported_at, history, as_of, probes });
    }
    let refusal = problems.refusal().unwrap_or(Refusal { code: Code::BadValue, detail: String::new() });
    Err(Unanswered { id, refusal })
}

fn refused(id: Option<String>, code: Code, detail: String) -> Unanswered {
    Unanswered { id, refusal: Refusal { code, detail } }
}

fn check_names(
    contract: &Contract,
    kind: Option<TicketType>,
    (priority, tier, item): (Option<&str>, Option<&str>, Option<&str>),
    history: &[Item],
    problems: &mut Problems,
) {
    let later = history.iter().enumerate().filter_map(|(index, item)| match item.kind.as_ref()? {
        FactKind::Reprioritised(priority) => Some((format!("history[{index}].priority"), priority.as_str())),
        _ => None,
    });
    for (at, priority) in priority.map(|priority| ("priority".to_owned(), priority)).into_iter().chain(later) {
        let known = match kind {
            Some(kind) => contract.priority(priority, kind).is_some(),
            None => contract.priorities.iter().any(|known| known.code == priority),
        };
        if !known {
            let of = kind.map_or_else(String::new, |kind| format!(" for {kind}"));
            problems.note(Code::UnknownPriority, format!("{at} \"{priority}\" is not in the contract{of}"));
        }
    }
    if let Some(item) = item.filter(|item| contract.item_of(kind.unwrap_or(TicketType::ServiceRequest), Some(item)).is_none()) {
        problems.note(Code::UnknownItem, format!("item \"{item}\" is not in the contract's catalogue of service requests"));
    }
    match tier {
        Some(tier) if !contract.tiers().contains(tier) => {
            problems.note(Code::UnknownTier, format!("tier \"{tier}\" is not in the contract"));
        }
        None if kind.is_some_and(|kind| contract.needs_tier(kind)) => {
            problems.note(Code::UnknownTier, "tier is absent, and the clocks of this type need one".to_owned());
        }
        _ => {}
    }
}

fn check_times(reported_at: Option<Instant>, as_of: Option<Instant>, history: &[Fact], problems: &mut Problems) {
    for (index, problem) in check_order(reported_at, history) {
        problems.note(Code::BadOrder, format!("history[{index}] ({}) {problem}", history[index].kind.as_str()));
    }
    if let (Some(reported_at), Some(as_of)) = (reported_at, as_of)
        && as_of < reported_at
    {
        problems.note(Code::BadOrder, "asOf is before the report".to_owned());
    }
}

/// An item of the history, as far as it could be read.
#[derive(Default)]
struct Item {
    at: Option<Instant>,
    kind: Option<FactKind>,
}

fn item(index: usize, item: &Value, problems: &mut Problems) -> Item {
    let at = format!("history[{index}]");
    let Value::Object(map) = item else {
        problems.note(Code::BadValue, format!("{at} must be an object"));
        return Item::default();
    };
    let mut object = Object { at: &at, map, problems };
    let kind = object.required("kind").and_then(|kind| object.text("kind", kind));
    let instant = object.required("at").and_then(|at| object.instant("at", at));
    let bare = |kind| (&["at", "kind"][..], Some(kind));
    let (keys, kind) = match kind {
        Some("responded") => (&["at", "kind", "by"][..], responded(&mut object)),
        Some("held") => (&["at", "kind", "cause"][..], object.required_text("cause").map(FactKind::Held)),
        Some("reprioritised") => (&["at", "kind", "priority"][..], object.required_text("priority").map(FactKind::Reprioritised)),
        Some("phoned") => bare(FactKind::Phoned { answers: false }),
        Some("resumed") => bare(FactKind::Resumed),
        Some("resolved") => bare(FactKind::Resolved),
        Some("solution_refused") => bare(FactKind::SolutionRefused),
        Some("accepted") => bare(FactKind::Accepted),
        Some("reopened") => bare(FactKind::Reopened),
        Some("cancelled") => bare(FactKind::Cancelled),
        other => {
            if let Some(other) = other {
                object.problems.note(Code::BadValue, format!("{at}.kind \"{other}\" is not a kind of fact"));
            }
            // Without a kind, the keys of every kind are allowed.
            (&["at", "kind", "by", "cause", "priority"][..], None)
        }
    };
    object.know(keys);
    Item { at: instant, kind }
}

fn responded(object: &mut Object<'_, '_>) -> Option<FactKind> {
    let Some(by) = object.optional("by") else { return Some(FactKind::Responded(Answer::Reply)) };
    let by = object.text("by", by)?;
    let answer = Answer::named(by);
    if answer.is_none() {
        let detail = format!("{}.by \"{by}\" is none of reply, classification, assignment", object.at);
        object.problems.note(Code::BadValue, detail);
    }
    answer.map(FactKind::Responded)
}

/// A JSON object, its path, and what was wrong with it.
struct Object<'a, 'p> {
    at: &'p str,
    map: &'a Map<String, Value>,
    problems: &'p mut Problems,
}

impl<'a> Object<'a, '_> {
    fn path(&self, key: &str) -> String {
        if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }
    }

    /// Notes every key other than these.
    fn know(&mut self, keys: &[&str]) {
        for key in self.map.keys().filter(|key| !keys.contains(&key.as_str())) {
            self.problems.note(Code::UnknownKey, format!("{} is not a key here", self.path(key)));
        }
    }

    /// The value of a key that may be absent; `null` is absence.
    fn optional(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn required(&mut self, key: &str) -> Option<&'a Value> {
        let value = self.map.get(key);
        match value {
            None => self.problems.note(Code::MissingKey, format!("{} is missing", self.path(key))),
            Some(Value::Null) => self.problems.note(Code::BadValue, format!("{} must not be null", self.path(key))),
            Some(_) => {}
        }
        value.filter(|value| !value.is_null())
    }

    fn required_text(&mut self, key: &str) -> Option<String> {
        let value = self.required(key)?;
        self.text(key, value).map(str::to_owned)
    }

    fn text(&mut self, key: &str, value: &'a Value) -> Option<&'a str> {
        let text = value.as_str();
        if text.is_none() {
            self.problems.note(Code::BadValue, format!("{} must be a text", self.path(key)));
        }
        text
    }

    fn list(&mut self, key: &str, value: &'a Value) -> Option<&'a Vec<Value>> {
        let list = value.as_array();
        if list.is_none() {
            self.problems.note(Code::BadValue, format!("{} must be a list", self.path(key)));
        }
        list
    }

    fn instant(&mut self, key: &str, value: &'a Value) -> Option<Instant> {
        let text = self.text(key, value)?;
        let read = text.parse::<Instant>();
        read.map_err(|error| self.problems.note(Code::BadInstant, format!("{} \"{text}\" {error}", self.path(key)))).ok()
    }
}
