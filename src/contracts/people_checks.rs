//! What makes no sense together in what a file says about people. Like `checks`, it looks at what the file writes.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::{lists_once, refers, written};
use super::reader::Section;

pub(super) fn check(root: &Section<'_>) {
    names_refer_to_something(root);
    nothing_is_named_twice(root);
    what_is_reserved_is_somebodys(root);
    a_deviation_has_what_it_deviates_from(root);
    the_role_of_contacts_is_a_clients(root);
    the_supplier_agreed_its_costs(root);
    levels_have_a_contact(root);
    every_client_has_its_contact(root);
    portals_are_asked_for_and_kept(root);
}

/// The roles of the file by name; `None` where they are left open.
fn roles<'a>(root: &Section<'a>) -> Option<BTreeMap<&'a str, Section<'a>>> {
    if !root.has("roles") {
        return Some(BTreeMap::new());
    }
    let table = root.peek("roles")?.quiet_section()?;
    Some(table.keys().into_iter().filter_map(|name| Some((name, table.peek(name)?.quiet_section()?))).collect())
}

/// The organisations that are served; `None` where some are left open.
fn organisations<'a>(root: &Section<'a>) -> Option<BTreeSet<&'a str>> {
    if !root.has("clients") {
        return Some(BTreeSet::new());
    }
    let every = root.peek("clients")?;
    let named: BTreeSet<_> = root.quiet_sections("clients").iter().filter_map(|client| client.peek("organisation")?.as_text()).collect();
    (named.len() == every.len()).then_some(named)
}

fn names_refer_to_something(root: &Section<'_>) {
    let (roles, organisations) = (written(root, "roles"), organisations(root));
    for list in ["subjects", "reserved"] {
        for section in root.quiet_sections(list) {
            for role in section.quiet_list("roles") {
                refers(Some(role), roles.as_ref(), "role");
            }
            refers(section.peek("organisation"), organisations.as_ref(), "client");
        }
    }
    let subjects = root.quiet_sections("subjects").iter().filter_map(|subject| subject.peek("id")?.as_text()).collect();
    let subjects = if root.has("subjects") && root.peek("subjects").is_none() { None } else { Some(subjects) };
    for obligation in root.quiet_sections("obligations") {
        refers(obligation.peek("subject"), subjects.as_ref(), "subject");
    }
}

fn nothing_is_named_twice(root: &Section<'_>) {
    lists_once(&root.quiet_sections("subjects").iter().filter_map(|subject| subject.peek("id")).collect::<Vec<_>>());
    lists_once(&root.quiet_list("supplier_levels"));
    for list in ["subjects", "reserved"] {
        for section in root.quiet_sections(list) {
            for key in ["types", "roles", "people"] {
                lists_once(&section.quiet_list(key));
            }
        }
    }
}

/// A type reserved to nobody could not be registered at all; one reserved to the supplier is not the client's to ask for.
fn what_is_reserved_is_somebodys(root: &Section<'_>) {
    let (roles, organisations) = (roles(root), organisations(root));
    for reserved in root.quiet_sections("reserved") {
        let is_open = |key| reserved.has(key) && reserved.peek(key).is_none_or(|field| field.has_open_items());
        let is_empty = |key| reserved.quiet_list(key).is_empty();
        if !is_open("roles") && !is_open("people") && is_empty("roles") && is_empty("people") {
            reserved.refuse_whole("reserves to nobody: name roles or people");
        }
        if reserved.has("people") && !reserved.has("organisation") && organisations.as_ref().is_some_and(|known| known.len() > 1) {
            reserved.refuse("organisation", "is required here: people belong to one client, and the contract serves several");
        }
        for field in reserved.quiet_list("roles") {
            let role = roles.as_ref().zip(field.as_text()).and_then(|(roles, code)| roles.get(code));
            if role.and_then(|role| role.peek("side")).is_some_and(|side| side.as_text() == Some("supplier")) {
                field.refuse("is a role of the supplier: a type is reserved to people of the client");
            }
        }
    }
}

fn a_deviation_has_what_it_deviates_from(root: &Section<'_>) {
    for client in root.quiet_sections("clients").iter().filter(|_| !root.has("contacts")) {
        if client.has("contacts") {
            client.refuse("contacts", "deviates from nothing: the contract has no [contacts]");
        }
    }
}

/// Contacts are a client's.
fn the_role_of_contacts_is_a_clients(root: &Section<'_>) {
    let Some(contacts) = root.peek("contacts").and_then(|field| field.quiet_section()) else { return };
    let Some(code) = contacts.peek("role") else { return };
    let Some((roles, named)) = roles(root).zip(code.as_text()) else { return };
    match roles.get(named).map(|role| role.peek("side").and_then(|side| side.as_text())) {
        None => contacts.refuse("role", "is none of the roles of the contract"),
        Some(Some("supplier")) => contacts.refuse("role", "is a role of the supplier: contacts are a client's"),
        Some(_) => {}
    }
}

fn the_supplier_agreed_its_costs(root: &Section<'_>) {
    let Some(administration) = root.peek("functional_administration").and_then(|field| field.quiet_section()) else { return };
    let by = administration.peek("by").and_then(|field| field.as_text());
    if by == Some("supplier") && !administration.has("cost_agreement") {
        administration.refuse("cost_agreement", "is required: the supplier takes it over at agreed costs");
    }
    if by == Some("client") && administration.has("cost_agreement") {
        administration.refuse("cost_agreement", "is for what the supplier does only");
    }
}

/// Whether a role is reached for a client, or may be once what is left open is known.
fn is_reached(role: &Section<'_>, code: &str, client: Option<&Section<'_>>) -> bool {
    let has = |section: &Section<'_>, key: &str| section.has(key) && section.peek(key).is_none_or(|field| !field.is_empty_list());
    let own = client.and_then(|client| client.peek("roles")?.quiet_section());
    has(role, "mail") || own.is_some_and(|own| has(&own, code))
}

/// The supplier names a contact at each level before the agreement can hold (ROLE-03).
fn levels_have_a_contact(root: &Section<'_>) {
    let Some(roles) = roles(root) else { return };
    for field in root.quiet_list("supplier_levels") {
        let Some(level) = field.as_text() else { continue };
        let at_level = |role: &&Section<'_>| role.peek("level").is_some_and(|own| own.as_text() == Some(level));
        let mut found = roles.values().filter(at_level).peekable();
        let clients = root.quiet_sections("clients");
        if found.peek().is_none() {
            field.refuse("has no contact: no role of the supplier is at this level");
        } else if !found.any(|role| is_reached(role, "", None) || reached_for_all(role, &clients)) {
            field.refuse("has no contact: none of the supplier's roles at this level has an address");
        }
    }
    for role in roles.values().filter(|role| role.has("level")) {
        if role.peek("side").is_some_and(|side| side.as_text() == Some("client")) {
            role.refuse("level", "is for roles of the supplier only");
        }
    }
}

fn reached_for_all(role: &Section<'_>, clients: &[Section<'_>]) -> bool {
    let code = role.at.rsplit('.').next().unwrap_or_default();
    !clients.is_empty() && clients.iter().all(|client| is_reached(role, code, Some(client)))
}

/// A role that speaks for its organisation is reached in each of them (ROLE-12).
fn every_client_has_its_contact(root: &Section<'_>) {
    let Some(roles) = roles(root) else { return };
    for (code, role) in roles.iter().filter(|(_, role)| role.peek("each_client").is_some_and(|field| field.as_bool() == Some(true))) {
        for client in root.quiet_sections("clients").iter().filter(|client| !is_reached(role, code, Some(client))) {
            client.refuse("roles", format!("has no address for \"{code}\", and every client needs one"));
        }
    }
}

/// A client asks for a case portal where those are made on request, and has it for good (TKT-18).
fn portals_are_asked_for_and_kept(root: &Section<'_>) {
    let on_request = root.peek("case_portal").is_some_and(|field| field.as_text() == Some("on_request"));
    let is_destroyed = root.peek("retention").and_then(|field| field.quiet_section()).is_some_and(|kept| kept.has("tickets"));
    for client in root.quiet_sections("clients").iter().filter(|client| client.has("case_portal")) {
        if !on_request {
            client.refuse("case_portal", "is for a contract whose case_portal is \"on_request\": without that every client has one");
        }
        if is_destroyed && client.peek("case_portal").is_some_and(|field| field.as_bool() == Some(true)) {
            client.refuse("case_portal", "keeps tickets for good, and [retention] has them destroyed");
        }
    }
}
