//! What a contract file says about people, and what makes no sense in it.

use std::path::Path;

use uurwerk::contracts;
use uurwerk::documents::text;
use uurwerk::domain::contract::TicketType;
use uurwerk::reports::layout::agreement;

use super::{SOUND, changed};

fn lines(text: &str) -> Vec<String> {
    let refused = contracts::parse(Path::new("a.toml"), text).expect_err("it is refused");
    refused.findings.iter().map(|problem| format!("{}: {}", problem.key, problem.reason)).collect()
}

fn each_is_refused(rows: &[(&str, &str, &[&str])]) {
    for (from, to, expected) in rows {
        assert_eq!(lines(&changed(&[(from, to)])), *expected, "{from:?} made {to:?}");
    }
}

#[test]
fn the_sound_contract_says_who_may_what() {
    let contract = contracts::parse(Path::new("a.toml"), SOUND).unwrap_or_else(|refused| panic!("{refused}"));
    let to = contract.reserved_to(TicketType::ChangeRequest, "acme").expect("it is reserved");
    for (address, may) in [("anna@acme.example", true), ("BUYER@acme.example", true), ("bob@acme.example", false)] {
        assert_eq!(to.names(address, |role| contract.addresses(role, "acme")), may, "{address}");
    }
    assert!(contract.reserved_to(TicketType::Incident, "acme").is_none());
    assert_eq!((contract.most_contacts("acme"), contract.most_contacts("other")), (Some(5), Some(3)));
    let page = text::render(&agreement::document(&contract));
    for word in
        ["Onderwerpen", "Voorbehouden aan aangewezen personen", "hoogstens 5 personen (Brief van 1 februari 2026)", "Annex 2", "tactisch"]
    {
        assert!(page.contains(word), "{word} in:\n{page}");
    }
}

#[test]
fn tkt_07_what_is_reserved_is_reserved_to_somebody_of_the_client() {
    each_is_refused(&[
        (
            "roles = [\"buyer\"]\npeople = [\"Anna@acme.example\"]\n",
            "roles = []\n",
            &["reserved.0: reserves to nobody: name roles or people"],
        ),
        (
            "roles = [\"buyer\"]\npeople",
            "roles = [\"manager\"]\npeople",
            &["reserved.0.roles.0: is a role of the supplier: a type is reserved to people of the client"],
        ),
        (
            "[\"buyer\"]\npeople",
            "[\"nobody\", \"nobody\"]\npeople",
            &[
                "reserved.0.roles.0: refers to nothing: there is no role \"nobody\"",
                "reserved.0.roles.1: refers to nothing: there is no role \"nobody\"",
                "reserved.0.roles.1: is named twice",
            ],
        ),
        ("types = [\"change_request\"]", "types = []", &["reserved.0.types: needs at least one type"]),
        (
            "people = [\"Anna@acme.example\"]",
            "people = [\"Anna\"]",
            &["reserved.0.people.0: must be a mail address such as servicedesk@gemeente.nl"],
        ),
        (
            "[[reserved]]\n",
            "[[reserved]]\norganisation = \"other\"\n",
            &["reserved.0.organisation: refers to nothing: there is no client \"other\""],
        ),
        (
            "[calendars.support]",
            "[[clients]]\norganisation = \"other\"\nroles = { contact = [\"c@other.example\"] }\n[calendars.support]",
            &["reserved.0.organisation: is required here: people belong to one client, and the contract serves several"],
        ),
    ]);
}

#[test]
fn sup_13_another_number_of_contacts_says_where_it_was_agreed() {
    each_is_refused(&[
        (", agreed = \"Brief van 1 februari 2026\"", "", &["clients.0.contacts.agreed: is required"]),
        ("contacts = { most = 3 }\n", "", &["clients.0.contacts: deviates from nothing: the contract has no [contacts]"]),
        ("contacts = { most = 3 }", "contacts = { most = 0 }", &["contacts.most: must be a whole number from 1 to 1000"]),
    ]);
}

#[test]
fn sup_15_the_supplier_takes_functional_administration_over_at_agreed_costs_only() {
    each_is_refused(&[
        (
            "by = \"client\"",
            "by = \"supplier\"",
            &["functional_administration.cost_agreement: is required: the supplier takes it over at agreed costs"],
        ),
        (
            "by = \"client\"",
            "by = \"client\", cost_agreement = \"Offerte 12\"",
            &["functional_administration.cost_agreement: is for what the supplier does only"],
        ),
        ("by = \"client\"", "by = \"nobody\"", &["functional_administration.by: must be one of client, supplier"]),
    ]);
    let supplier = changed(&[("by = \"client\"", "by = \"supplier\", cost_agreement = \"Offerte 12\"")]);
    assert!(contracts::parse(Path::new("a.toml"), &supplier).is_ok());
}

#[test]
fn role_03_the_supplier_has_a_contact_at_each_level_before_the_agreement_holds() {
    each_is_refused(&[
        (
            "supplier_levels = [\"tactical\"]",
            "supplier_levels = [\"operational\", \"tactical\", \"strategic\"]",
            &[
                "supplier_levels.0: has no contact: no role of the supplier is at this level",
                "supplier_levels.2: has no contact: no role of the supplier is at this level",
            ],
        ),
        (
            "mail = [\"manager@desk.example\"]\n",
            "",
            &["supplier_levels.0: has no contact: none of the supplier's roles at this level has an address"],
        ),
        ("origin = \"Annex 2\"", "level = \"strategic\"", &["roles.buyer.level: is for roles of the supplier only"]),
    ]);
}

#[test]
fn role_12_an_organisation_without_its_contact_is_an_error() {
    each_is_refused(&[(
        "roles = { contact = [\"contact@acme.example\"] }\n",
        "",
        &["clients.0.roles: has no address for \"contact\", and every client needs one"],
    )]);
    let open = changed(&[("contact = [\"contact@acme.example\"]", "contact = \"unknown\"")]);
    assert_eq!(lines(&open), ["clients.0.roles.contact: is \"unknown\": the agreement leaves it open"]);
}

#[test]
fn role_02_a_subject_is_told_to_roles_there_are() {
    each_is_refused(&[
        (
            "roles = [\"buyer\", \"manager\"]",
            "roles = [\"buyer\", \"seller\"]",
            &["subjects.0.roles.1: refers to nothing: there is no role \"seller\""],
        ),
        ("[[reserved]]", "[[subjects]]\nid = \"invoices\"\nroles = []\n[[reserved]]", &["subjects.1.id: is named twice"]),
    ]);
}

#[test]
fn everything_that_is_wrong_about_people_is_told_at_once() {
    let text = changed(&[
        ("by = \"client\"", "by = \"supplier\""),
        ("supplier_levels = [\"tactical\"]", "supplier_levels = [\"strategic\"]"),
        ("roles = { contact = [\"contact@acme.example\"] }\n", ""),
        ("roles = [\"buyer\", \"manager\"]", "roles = [\"seller\"]"),
        ("agreed = \"Brief van 1 februari 2026\"", "agreed = \"\""),
    ]);
    assert_eq!(lines(&text).len(), 5, "{:?}", lines(&text));
}
