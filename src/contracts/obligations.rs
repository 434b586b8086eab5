//! The `[[obligations]]` tables.

use super::reader::{Field, Section};
use super::schema::label;
use crate::domain::calendar::Term;
use crate::domain::obligation::{Cycle, Duty, Occasion};

/// One duty; nothing when what it needs could not be read.
pub(super) fn read(section: &Section<'_>) -> Option<Duty> {
    let text = |key| section.required(key).and_then(|field| field.text()).map(str::to_owned);
    let (id, clause, owner, calendar) = (text("id"), text("clause"), text("owner"), text("calendar"));
    let title = label(section, "title", id.as_deref().unwrap_or_default());
    let occasion = occasion(section);
    let due = section.required("due").and_then(|field| field.parsed());
    let remind = section.optional("remind").map(|field| reminders(&field)).unwrap_or_default();
    section.finish();
    Some(Duty { id: id?, title, clause: clause?, owner: owner?, calendar: calendar?, occasion: occasion?, due: due?, remind })
}

/// Exactly one of a period and a fact.
fn occasion(section: &Section<'_>) -> Option<Occasion> {
    let cycles = Cycle::ALL.map(|cycle| (cycle.as_str(), cycle));
    let every = section.optional("every").map(|field| field.one_of(&cycles).map(Occasion::Every));
    let on = section.optional("on").map(|field| field.text().map(|fact| Occasion::Fact(fact.to_owned())));
    if section.has("every") == section.has("on") {
        section.refuse("every", "an obligation has exactly one of every, on");
    }
    every.or(on).flatten()
}

fn reminders(field: &Field<'_>) -> Vec<Term> {
    let mut known = Vec::new();
    for field in field.list() {
        match field.parsed::<Term>() {
            Some(Term::After(number, unit)) => {
                let before = Term::Before(number, unit);
                if known.contains(&before) {
                    field.refuse("is named twice");
                } else {
                    known.push(before);
                }
            }
            Some(_) => field.refuse("must say how long before the due date, such as \"5wd\""),
            None => {}
        }
    }
    known
}
