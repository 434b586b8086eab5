//! The roles of the agreements at hand, and who is told about what.

use serde_json::{Value, json};

use super::{SOUND, changed};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(
    role_01_the_clients_twelve_roles_say_which_of_them_is_not_in_the_list,
    role_02_each_of_the_ten_subjects_has_its_recipients,
    role_06_blg_has_its_roles_with_two_tactical_councils_and_a_contact_of_each_organisation,
    role_08_and_role_10_fiets_and_covide_have_their_roles,
    role_09_levman_has_its_roles_once_what_it_leaves_open_is_filled_in,
    role_02_a_client_sees_who_is_told_about_its_own_affairs_alone,
    role_03_and_role_12_a_text_without_its_contacts_is_not_applied,
    role_02_the_roles_of_a_subject_hear_that_a_duty_is_late,
);

async fn contract(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/v1/contracts/{id}")).await.body
}

fn codes(contract: &Value, side: &str) -> Vec<String> {
    let roles = contract["roles"].as_array().expect("roles").iter().filter(|role| role["side"] == side);
    roles.filter_map(|role| role["code"].as_str().map(str::to_owned)).collect()
}

async fn role_01_the_clients_twelve_roles_say_which_of_them_is_not_in_the_list(desk: &Desk) {
    let dap = contract(desk, "dap-example").await;
    assert_eq!(codes(&dap, "client").len(), 12, "{:?}", codes(&dap, "client"));
    let origins: Vec<_> = dap["roles"].as_array().expect("roles").iter().filter(|role| !role["origin"].is_null()).collect();
    assert_eq!(origins.len(), 1);
    assert_eq!(
        (&origins[0]["code"], &origins[0]["origin"]),
        (&json!("privacy-officer"), &json!("DAP 3.5.1; niet in de rollenlijst van bijlage 1"))
    );
    // The supplier's contacts are at three levels (ROLE-03).
    let mut levels: Vec<_> = dap["roles"].as_array().expect("roles").iter().filter_map(|role| role["level"].as_str()).collect();
    levels.sort_unstable();
    levels.dedup();
    assert_eq!(levels, ["operational", "strategic", "tactical"]);
}

async fn role_02_each_of_the_ten_subjects_has_its_recipients(desk: &Desk) {
    let told = desk.get("/v1/contracts/dap-example/subjects").await.body["items"].clone();
    let told: Vec<(&str, Vec<&str>)> = told
        .as_array()
        .expect("subjects")
        .iter()
        .map(|one| {
            assert_eq!(one["organisation"], "ipo");
            let recipients = one["recipients"].as_array().expect("recipients").iter();
            let addresses = recipients.flat_map(|one| one["addresses"].as_array().expect("addresses")).filter_map(Value::as_str);
            (one["subject"]["id"].as_str().expect("an id"), addresses.collect())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("tickets", vec!["functioneel.beheer.ka@ipo.example"]),
            ("infrastructuur", vec!["technisch.beheer.ka@ipo.example"]),
            ("informatiebeveiliging", vec!["iso@ipo.example", "ciso@ipo.example"]),
            ("privacy", vec!["privacy@ipo.example"]),
            ("sla-dap-rapportage", vec!["servicemanager@ipo.example"]),
            ("scope", vec!["manager.bedrijfsvoering@ipo.example", "coordinator.ka@ipo.example"]),
            ("gebruik-contract", vec!["contractmanager@ipo.example"]),
            ("opdracht-facturatie", vec!["inkoop@ipo.example"]),
            ("opdracht-budget-financien", vec!["coordinator.ka@ipo.example"]),
            ("facilitair", vec!["facilitair@ipo.example"]),
        ]
    );
}

async fn role_06_blg_has_its_roles_with_two_tactical_councils_and_a_contact_of_each_organisation(desk: &Desk) {
    let blg = contract(desk, "blg-example").await;
    let (client, supplier) = (codes(&blg, "client"), codes(&blg, "supplier"));
    for role in ["categoriemanager", "strategische-klantenraad", "contractmanager-strategisch", "programmabureau", "contactpersoon"] {
        assert!(client.contains(&role.to_owned()), "{role}: {client:?}");
    }
    assert!(supplier.contains(&"programmacoordinator".to_owned()));
    let councils = blg["roles"]
        .as_array()
        .expect("roles")
        .iter()
        .filter(|role| role["code"].as_str().is_some_and(|code| code.starts_with("tactische-klantenraad")));
    let labels: Vec<_> = councils.map(|role| role["label"]["nl"].as_str().expect("a label")).collect();
    assert_eq!(labels, ["Tactische klantenraad 1", "Tactische klantenraad 2"], "two, told apart");
}

async fn role_08_and_role_10_fiets_and_covide_have_their_roles(desk: &Desk) {
    let fiets = contract(desk, "fiets-example").await;
    assert_eq!(codes(&fiets, "client"), ["decentraal-contractmanager", "categorie", "categoriemanager", "strategische-klantenraad"]);
    assert_eq!(codes(&fiets, "supplier"), ["accountteam", "manager-dienstverlening", "eindverantwoordelijk-management"]);
    let covide = contract(desk, "covide").await;
    for role in ["functioneel-beheerder", "servicemanager"] {
        assert!(codes(&covide, "client").contains(&role.to_owned()), "{role}");
    }
    assert_eq!(codes(&covide, "supplier"), ["customer-care", "accountmanager"]);
    // SUP-13, SUP-15: what else the agreement says about the client's people.
    let limit = |organisation: &str| json!({ "organisation": organisation, "most": 3, "agreedIn": null });
    assert_eq!(covide["contactLimits"], json!([limit("gemeente-voorbeeld"), limit("stichting-proef")]));
    assert_eq!(covide["functionalAdministration"], json!({ "by": "client", "costAgreement": null }));
}

async fn role_09_levman_has_its_roles_once_what_it_leaves_open_is_filled_in(desk: &Desk) {
    const FILE: &str = include_str!("../../../config/contracts/levman.toml");
    let draft = desk.post("/v1/contracts", &json!({ "contract": FILE })).await;
    let open = draft.body["errors"].as_array().expect("errors").iter();
    assert!(open.filter_map(|one| one["detail"].as_str()).all(|told| told.contains("the agreement leaves it open")), "{}", draft.body);
    let filled = [
        ("version = \"unknown\"", "version = \"1\""),
        ("effective_from = \"unknown\"", "effective_from = 2026-03-01"),
        ("clients = \"unknown\"", "clients = [{ organisation = \"ipo\" }]"),
        ("calendars = \"unknown\"", "calendars.support.hours = { mon-fri = [\"08:00-17:00\"] }"),
        ("mail = \"unknown\"", "mail = [\"postbus@ipo.example\"]"),
    ];
    let text = filled.iter().fold(FILE.to_owned(), |text, (from, to)| text.replace(from, to));
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    let levman = contract(desk, "levman").await;
    assert_eq!(codes(&levman, "client"), ["slm", "diensteigenaar", "productmanager", "inkoop"]);
    assert_eq!(codes(&levman, "supplier"), ["leverancier"]);
}

/// A contract that serves two clients, with people of each.
fn of_two_clients() -> String {
    changed(&[
        ("[calendars.support]", "[[clients]]\norganisation = \"ipo\"\nroles = { contact = [\"c@ipo.example\"] }\n[calendars.support]"),
        ("[[reserved]]\n", "[[reserved]]\norganisation = \"acme\"\n"),
    ])
}

async fn role_02_a_client_sees_who_is_told_about_its_own_affairs_alone(desk: &Desk) {
    let applied = desk.post("/v1/contracts", &json!({ "contract": of_two_clients() })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    let ipo = desk.token_of("ipo").await;
    let seen = desk.ask(Some(&ipo), "GET", "/v1/contracts/people/subjects", None).await.body;
    let whose: Vec<_> = seen["items"].as_array().expect("subjects").iter().map(|one| one["organisation"].clone()).collect();
    assert_eq!(whose, ["ipo"]);
    let contract = desk.ask(Some(&ipo), "GET", "/v1/contracts/people", None).await.body;
    assert_eq!(contract["reserved"], json!([]), "another client's people are not told");
    assert_eq!(contract["contactLimits"], json!([{ "organisation": "ipo", "most": 3, "agreedIn": null }]));
    assert!(!contract.to_string().contains("acme"), "{contract}");
    let stranger = desk.token_of("stichting-proef").await;
    assert_eq!(desk.ask(Some(&stranger), "GET", "/v1/contracts/people/subjects", None).await.status, 404);
}

async fn role_03_and_role_12_a_text_without_its_contacts_is_not_applied(desk: &Desk) {
    let text = changed(&[("mail = [\"manager@desk.example\"]\n", ""), ("roles = { contact = [\"contact@acme.example\"] }\n", "")]);
    let refused = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    let told: Vec<_> =
        refused.body["errors"].as_array().expect("errors").iter().map(|one| one["detail"].as_str().unwrap_or_default()).collect();
    assert_eq!(refused.status, 400);
    assert!(told.len() == 2 && told[0].starts_with("supplier_levels.0") && told[1].starts_with("clients.0.roles"), "{told:?}");
    assert_eq!(desk.get("/v1/contracts/people").await.status, 404);
}

async fn role_02_the_roles_of_a_subject_hear_that_a_duty_is_late(desk: &Desk) {
    let duty = "[[obligations]]\nid = \"invoice\"\nclause = \"A 1\"\nowner = \"manager\"\nsubject = \"invoices\"\ncalendar = \"support\"\non = \"delivered\"\ndue = \"1d\"\nremind = [\"1d\"]\n";
    let applied = desk.post("/v1/contracts", &json!({ "contract": format!("{SOUND}{duty}") })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    let fact = json!({ "contract": "people", "organisation": "acme", "obligation": "invoice", "evidence": "Bon." });
    assert_eq!(desk.post("/v1/obligations", &fact).await.status, 201);
    desk.passes("P3D").await;
    let to = |address: &str, word: &str| {
        desk.mails().iter().filter(|mail| mail.contains(&format!("To: {address}")) && mail.contains(word)).count()
    };
    assert_eq!((to("manager@desk.example", "Te laat"), to("buyer@acme.example", "Te laat")), (1, 1));
    assert_eq!((to("manager@desk.example", "Herinnering"), to("buyer@acme.example", "Herinnering")), (1, 0), "its owner alone is reminded");
}
