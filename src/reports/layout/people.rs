//! What an agreement says about people, as a contract manager checks it. What it says nothing about has no section.

use super::terms::types;
use crate::documents::{Cell, CellKind, Column, Section, TableBuilder};
use crate::domain::contract::{ContactLevel, Contract, Role};

pub(super) fn sections(contract: &Contract) -> Vec<Section> {
    let mut sections = Vec::new();
    if !contract.subjects.is_empty() {
        sections.push(Section::table("Onderwerpen", subjects(contract)));
    }
    if !contract.reserved.is_empty() {
        sections.push(Section::table("Voorbehouden aan aangewezen personen", reserved(contract)));
    }
    if !contract.tickets.response_teams.is_empty() {
        sections.push(Section::table("Responsteams bij beveiligingsincidenten", response_teams(contract)));
    }
    if !contract.points_of_contact.is_empty() {
        sections.push(Section::table("Waar de servicedesk ook te bereiken is", points_of_contact(contract)));
    }
    let contacts = contacts(contract);
    if !contacts.is_empty() {
        let mut table = TableBuilder::new([Column::new("Klant", CellKind::Text), Column::new("Afspraak", CellKind::Text)]);
        for (whose, what) in contacts {
            table.row([whose.as_str().into(), what.as_str().into()]);
        }
        sections.push(Section::table("Contactpersonen, functioneel beheer en caseportal", table));
    }
    sections
}

/// `tactisch; iedere klant; niet in de rollenlijst`.
pub(super) fn particulars(role: &Role) -> Option<String> {
    let of_each = role.each_client.then_some("iedere klant");
    let parts = role.level.map(ContactLevel::dutch).into_iter().chain(of_each).chain(role.origin.as_deref());
    Some(parts.collect::<Vec<_>>().join("; ")).filter(|text| !text.is_empty())
}

fn subjects(contract: &Contract) -> TableBuilder<2> {
    let mut table = TableBuilder::new([Column::new("Onderwerp", CellKind::Text), Column::new("Rollen", CellKind::Text)]);
    for subject in &contract.subjects {
        let roles = labels(contract, &subject.roles);
        table.row([subject.label.nl.as_str().into(), roles.into()]);
    }
    table
}

fn response_teams(contract: &Contract) -> TableBuilder<3> {
    let mut table = TableBuilder::new([
        Column::new("Team", CellKind::Text),
        Column::new("Staat voor", CellKind::Text),
        Column::new("Leden", CellKind::Text),
    ]);
    for team in &contract.tickets.response_teams {
        let roles = labels(contract, &team.roles);
        table.row([team.label.nl.as_str().into(), team.responsibility.nl.as_str().into(), roles.into()]);
    }
    table
}

fn points_of_contact(contract: &Contract) -> TableBuilder<3> {
    let mut table = TableBuilder::new([
        Column::new("Wat", CellKind::Text),
        Column::new("Bereikbaar op", CellKind::Text),
        Column::new("Te bevestigen", CellKind::Text),
    ]);
    for point in &contract.points_of_contact {
        table.row([point.label.nl.as_str().into(), point.reached_at.as_str().into(), Cell::or_blank(point.to_be_confirmed.as_deref())]);
    }
    table
}

/// Roles by their names.
pub(super) fn labels(contract: &Contract, codes: &[String]) -> String {
    let label = |code: &String| contract.role(code).map_or_else(|| code.clone(), |role| role.label.nl.clone());
    codes.iter().map(label).collect::<Vec<_>>().join(", ")
}

fn reserved(contract: &Contract) -> TableBuilder<3> {
    let mut table = TableBuilder::new([
        Column::new("Soorten", CellKind::Text),
        Column::new("Klant", CellKind::Text),
        Column::new("Aan", CellKind::Text),
    ]);
    for reserved in &contract.reserved {
        let to: Vec<_> = reserved.roles.iter().chain(&reserved.people).map(String::as_str).collect();
        let whose = reserved.organisation.as_deref().unwrap_or("iedere klant");
        table.row([types(contract, &reserved.types).into(), whose.into(), to.join(", ").into()]);
    }
    table
}

fn contacts(contract: &Contract) -> Vec<(String, String)> {
    let people = |most: u32| if most == 1 { "1 persoon".to_owned() } else { format!("{most} personen") };
    let holders = contract.role_of_contacts().map(|role| format!(", wie de rol {} heeft meegeteld", role.label.nl)).unwrap_or_default();
    let limit = contract.contacts.map(|most| ("alle".to_owned(), format!("hoogstens {} met rechtstreeks contact{holders}", people(most))));
    let other = contract.clients.iter().filter_map(|client| Some((client, client.contacts.as_ref()?)));
    let other =
        other.map(|(client, agreed)| (client.organisation.clone(), format!("hoogstens {} ({})", people(agreed.most), agreed.agreed)));
    let administration = contract.functional_administration.as_ref().map(|one| {
        let costs = one.cost_agreement.as_ref().map(|agreed| format!(" (kosten: {agreed})")).unwrap_or_default();
        ("alle".to_owned(), format!("functioneel beheer door de {}{costs}", one.by.dutch()))
    });
    let on_request = contract.portals_on_request;
    let portals = contract.clients.iter().filter(|client| on_request && client.case_portal);
    let portals = portals.map(|client| (client.organisation.clone(), "heeft een caseportal".to_owned()));
    let portal = on_request
        .then(|| ("alle".to_owned(), "een caseportal op verzoek: zonder dat is een gesloten melding niet meer te lezen".to_owned()));
    limit.into_iter().chain(other).chain(administration).chain(portal).chain(portals).collect()
}
