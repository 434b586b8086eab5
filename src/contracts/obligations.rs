//! The `[[obligations]]` tables.

use super::reader::{Field, Section, label};
use crate::domain::calendar::Term;
use crate::domain::obligation::{Duty, Occasion};

/// `None` when what a duty needs could not be read.
pub(super) fn read(section: &Section<'_>) -> Option<Duty> {
    let text = |key| section.required(key).and_then(|field| field.text()).map(str::to_owned);
    let (id, clause, owner, calendar) = (text("id"), text("clause"), text("owner"), text("calendar"));
    let title = label(section, "title", id.as_deref().unwrap_or_default());
    let subject = section.optional("subject").and_then(|field| field.text()).map(str::to_owned);
    let occasion = occasion(section);
    let due = section.required("due").and_then(|field| field.parsed());
    let remind = section.optional("remind").map(|field| reminders(&field)).unwrap_or_default();
    section.finish();
    let (id, clause, owner, calendar, occasion, due) = (id?, clause?, owner?, calendar?, occasion?, due?);
    Some(Duty { id, title, clause, owner, subject, calendar, occasion, due, remind })
}

/// Exactly one of a period and a fact.
fn occasion(section: &Section<'_>) -> Option<Occasion> {
    let every = section.optional("every").map(|field| field.code().map(Occasion::Every));
    let on = section.optional("on").map(|field| facts(&field).map(Occasion::Facts));
    if section.has("every") == section.has("on") {
        section.refuse("every", "an obligation has exactly one of every, on");
    }
    every.or(on).flatten()
}

/// One fact, or a list of them, any of which starts it.
fn facts(field: &Field<'_>) -> Option<Vec<String>> {
    if field.as_text().is_some() {
        return field.text().map(|fact| vec![fact.to_owned()]);
    }
    if field.is_empty_list() {
        field.refuse("needs at least one fact");
    }
    let mut known = Vec::new();
    for field in field.list() {
        match field.text() {
            Some(fact) if known.iter().any(|one| one == fact) => field.refuse("is named twice"),
            fact => known.extend(fact.map(str::to_owned)),
        }
    }
    Some(known)
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
