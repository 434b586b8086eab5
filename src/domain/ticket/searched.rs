//! The texts by whose words a ticket is found, each with who finds it by them.
//!
//! | by | found by |
//! |---|---|
//! | its number, title, description, the item it is about, and its references in other systems | both sides |
//! | the name and the address of who reported it | both sides |
//! | a message | both sides; an internal note, the desk alone |
//! | the reason of an event, such as the solution given with a move | whoever is shown the reason |
//! | every version of a part, such as a root cause analysis | both sides |
//! | what its response teams are asked to do | both sides |
//! | what was done on it, in words | the desk alone |
//!
//! Each text is a source of its own in the index, so that one is added or taken out without reading the others. Nothing is found by the
//! reasons of what the program did by itself, by what a text said before it was changed, by files, or by who else took part; tags have a
//! filter of their own. What was redacted is no text any more.

use serde_json::Value;
use uuid::Uuid;

use super::edit::Text;
use super::kinds::Part;
use super::response_team::ResponseTask;
use super::work::WorkEntry;
use super::{Event, ExternalReference, Message, Reader, Ticket};
use crate::domain::person::Person;
use crate::domain::privacy::ERASED_NAME;
use crate::domain::redaction::GONE;

/// Under which a reason is indexed: the event's own id is that of its message or part.
const OF_REASON: &[u8] = b"reason";

/// A text by whose words a ticket is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// What the text is of; by this it is replaced and taken out.
    pub source: Uuid,
    /// Whether a client finds the ticket by it too.
    pub public: bool,
    pub text: String,
}

/// The source of an event's reason.
pub fn reason_of(event: Uuid) -> Uuid {
    Uuid::new_v5(&event, OF_REASON)
}

impl Searched {
    /// The ticket's own texts. There always are some: it has a number.
    pub fn of_ticket(ticket: &Ticket, references: &[ExternalReference]) -> Self {
        let number = ticket.reference();
        let references = references.iter().flat_map(|one| [one.system.as_str(), one.reference.as_str()]);
        let own = Text::ALL.into_iter().map(|text| ticket.text(text));
        Self { source: ticket.id, public: true, text: joined(std::iter::once(number.as_str()).chain(own).chain(references)) }
    }

    /// None of somebody who was erased.
    pub fn of_requester(person: &Person) -> Option<Self> {
        let known = [person.name.as_str(), person.address().unwrap_or_default()];
        (person.name != ERASED_NAME).then(|| Self { source: person.id, public: true, text: joined(known.into_iter()) })
    }

    pub fn of_message(message: &Message) -> Option<Self> {
        (message.body != GONE).then(|| Self { source: message.id, public: message.public, text: message.body.clone() })
    }

    pub fn of_reason(event: &Event) -> Option<Self> {
        let reason = event.reason.as_deref().filter(|reason| *reason != GONE && !event.is_derived())?;
        let public = Reader::Client.event(event.clone()).is_some_and(|seen| seen.reason.is_some());
        Some(Self { source: reason_of(event.id), public, text: reason.to_owned() })
    }

    pub fn of_work(entry: &WorkEntry) -> Option<Self> {
        (entry.text != GONE).then(|| Self { source: entry.id, public: false, text: entry.text.clone() })
    }

    pub fn of_task(task: &ResponseTask) -> Option<Self> {
        (task.text != GONE).then(|| Self { source: task.id, public: true, text: task.text.clone() })
    }

    /// A version of a part, by what it says.
    pub fn of_part(version: Uuid, part: Part, content: &Value) -> Option<Self> {
        let mut texts = Vec::new();
        part.texts().iter().filter_map(|field| content.get(field)).for_each(|field| gather(field, &mut texts));
        let text = joined(texts.into_iter());
        (!text.is_empty()).then_some(Self { source: version, public: true, text })
    }
}

/// The texts in a field, however deep they lie.
fn gather<'a>(field: &'a Value, texts: &mut Vec<&'a str>) {
    match field {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.filter(|text| *text != GONE).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Instant;
    use crate::domain::subjects::samples;
    use crate::domain::ticket::EventData;

    fn event(data: EventData, reason: &str) -> Event {
        let (at, reason) = (Instant::MIN, Some(reason.to_owned()));
        Event { id: Uuid::nil(), actor: "desk:1".to_owned(), token: None, reason, data, occurred_at: at, recorded_at: at }
    }

    #[test]
    fn a_client_finds_a_ticket_by_the_reasons_that_it_is_shown_and_by_no_other() {
        for data in samples::of_tickets() {
            let event = event(data, "Kabel vervangen.");
            let shown = Reader::Client.event(event.clone()).is_some_and(|seen| seen.reason.is_some());
            let found = Searched::of_reason(&event);
            assert_eq!(found.is_none(), event.is_derived(), "{}", event.kind().as_str());
            assert!(found.is_none_or(|found| found.public == shown), "{}", event.kind().as_str());
        }
    }

    #[test]
    fn what_was_redacted_or_erased_is_no_text() {
        let noted = samples::of_tickets().into_iter().find(|data| matches!(data, EventData::Noted(_))).expect("a sample");
        assert_eq!(Searched::of_reason(&event(noted, GONE)), None);
        let content = json!({ "deeperCause": GONE, "proposal": GONE });
        assert_eq!(Searched::of_part(Uuid::nil(), Part::RootCause, &content), None);
        let content = json!({ "deeperCause": GONE, "proposal": ["Vervang", { "wat": "de accu" }], "andere": "x" });
        let found = Searched::of_part(Uuid::nil(), Part::RootCause, &content).expect("a text");
        assert_eq!((found.text.as_str(), found.public), ("Vervang\nde accu", true));
        assert_eq!(Searched::of_requester(&Person::new(Uuid::nil(), "ipo", ERASED_NAME, "x@ipo.example")), None);
    }
}
