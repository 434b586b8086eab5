//! What makes no sense together in a contract file, each check named for what it refuses.
//!
//! Names are judged against what the file *writes*, not against what could be read of it, so that one broken calendar
//! is one problem and not one for every clock that counts in it.

use std::collections::BTreeSet;

use super::reader::{Field, Section};
use crate::domain::clock::{Entry, Kind};
use crate::domain::contract::Contract;

pub(super) fn check(root: &Section<'_>, contract: &Contract) {
    names_refer_to_something(root);
    default_priority_exists(root, contract);
    clocks_do_not_compete(root, contract);
    clock_priorities_are_for_their_types(root, contract);
    nothing_is_named_twice(root, contract);
}

/// Keys that are for one kind of clock only.
pub(super) fn check_clock(section: &Section<'_>, kind: Option<Kind>) {
    if kind == Some(Kind::Resolution) && section.has("answered_by") {
        section.refuse("answered_by", "is for a response clock only");
    }
    for key in ["after_refusal", "after_reopen"] {
        if kind == Some(Kind::Response) && section.has(key) {
            section.refuse(key, "is for a resolution clock only");
        }
    }
}

fn names_refer_to_something(root: &Section<'_>) {
    let written = |key: &'static str| -> BTreeSet<&str> {
        let table = root.optional(key).and_then(|field| field.section());
        table.map(|table| table.keys()).unwrap_or_default().into_iter().collect()
    };
    let (calendars, priorities, roles) = (written("calendars"), written("priorities"), written("roles"));
    let refers = |field: Option<Field<'_>>, known: &BTreeSet<&str>, what: &str| {
        if let Some(field) = field
            && let Some(name) = field.as_text()
            && !known.contains(name)
        {
            field.refuse(format!("refers to nothing: there is no {what} \"{name}\""));
        }
    };
    for clock in quiet_sections(root, "clocks") {
        refers(clock.peek("calendar"), &calendars, "calendar");
        refers(clock.peek("priority"), &priorities, "priority");
    }
    for ladder in quiet_sections(root, "ladders") {
        let opens = ladder.peek("opens").map(|field| field.quiet_sections()).unwrap_or_default();
        opens.iter().for_each(|condition| refers(condition.peek("calendar"), &calendars, "calendar"));
        for level in quiet_sections(&ladder, "levels") {
            for key in ["client", "supplier"] {
                for role in level.peek(key).map(|field| field.quiet_list()).unwrap_or_default() {
                    refers(Some(role), &roles, "role");
                }
            }
            for condition in quiet_sections(&level, "climb") {
                refers(condition.peek("calendar"), &calendars, "calendar");
            }
        }
    }
}

fn quiet_sections<'a>(parent: &Section<'a>, key: &'static str) -> Vec<Section<'a>> {
    parent.peek(key).map(|field| field.quiet_sections()).unwrap_or_default()
}

fn default_priority_exists(root: &Section<'_>, contract: &Contract) {
    if let Some(code) = &contract.default_priority
        && !contract.priorities.iter().any(|priority| priority.code == *code)
    {
        root.refuse("default_priority", format!("refers to nothing: there is no priority \"{code}\""));
    }
}

fn clocks_do_not_compete(root: &Section<'_>, contract: &Contract) {
    let compatible = |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
    let clash = |one: &Entry, other: &Entry| {
        one.kind == other.kind
            && one.types.iter().any(|kind| other.types.contains(kind))
            && compatible(&one.tier, &other.tier)
            && compatible(&one.priority, &other.priority)
    };
    for (at, entry) in contract.clocks.iter().enumerate() {
        for earlier in contract.clocks[..at].iter().filter(|earlier| clash(earlier, entry)) {
            let reason = format!("two {} clocks could both fit one ticket: {} and {}", entry.kind, describe(earlier), describe(entry));
            root.refuse("clocks", reason);
        }
    }
}

fn describe(entry: &Entry) -> String {
    let types: Vec<_> = entry.types.iter().map(|kind| kind.as_str()).collect();
    let narrowed = [("priority", &entry.priority), ("tier", &entry.tier)];
    let narrowed: String = narrowed.iter().filter_map(|(key, value)| Some(format!(", {key} {}", value.as_ref()?))).collect();
    format!("({}{narrowed})", types.join(" "))
}

fn clock_priorities_are_for_their_types(root: &Section<'_>, contract: &Contract) {
    for (index, clock) in quiet_sections(root, "clocks").iter().enumerate() {
        let Some(code) = clock.peek("priority").and_then(|field| field.as_text()) else { continue };
        let Some(priority) = contract.priorities.iter().find(|priority| priority.code == code) else { continue };
        let types = clock.peek("types").map(|field| field.quiet_list()).unwrap_or_default();
        for kind in types.iter().filter_map(|field| field.as_text()?.parse().ok()) {
            if !priority.types.contains(&kind) {
                root.refuse(&format!("clocks.{index}.priority"), format!("\"{code}\" is not for {kind}"));
            }
        }
    }
}

fn nothing_is_named_twice(root: &Section<'_>, contract: &Contract) {
    let mut seen = BTreeSet::new();
    for (index, client) in contract.clients.iter().enumerate() {
        if !client.organisation.is_empty() && !seen.insert(&client.organisation) {
            root.refuse(&format!("clients.{index}.organisation"), format!("\"{}\" is named twice", client.organisation));
        }
    }
    let mut stands = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for ladder in &contract.ladders {
        if !ids.insert(&ladder.id) {
            root.refuse("ladders", format!("\"{}\" is named twice", ladder.id));
        }
        for kind in ladder.types.iter().filter(|kind| !stands.insert(**kind)) {
            root.refuse("ladders", format!("two ladders are for {kind}"));
        }
        if !ladder.levels.windows(2).all(|pair| pair[0].level < pair[1].level) {
            root.refuse("ladders", format!("the levels of \"{}\" must rise", ladder.id));
        }
    }
}
