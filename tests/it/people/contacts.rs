//! Who of a client may contact the desk: as many as agreed, and nobody else (SUP-13, SUP-14, SUP-16).

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{SOUND, applies, changed, recorded, refusal, token_of};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk};

on_both_databases!(
    sup_13_the_fourth_contact_waits_until_one_goes_or_more_are_agreed,
    sup_13_two_at_once_cannot_both_be_the_last,
    sup_14_once_contacts_are_named_nobody_else_of_the_client_has_a_ticket_registered,
    sup_16_a_contact_has_a_name_of_their_own,
    a_client_sees_its_own_contacts_and_its_approver_names_them,
    sup_14_role_10_whoever_holds_the_role_of_contacts_is_one_of_them_and_counts,
    sup_14_whoever_telephones_is_on_the_list_too,
    sup_13_who_put_somebody_on_the_list_or_took_them_off_is_kept,
);

const CONTACTS: &str = "/v1/contracts/covide/contacts";
const CLIENT: &str = "gemeente-voorbeeld";

async fn person(desk: &Desk, name: &str) -> String {
    recorded(desk, CLIENT, &format!("{name} Jansen"), &format!("{name}@gemeente-voorbeeld.example")).await
}

async fn adds(desk: &Desk, person: &str) -> Answer {
    desk.post(CONTACTS, &json!({ "person": person })).await
}

async fn sup_13_the_fourth_contact_waits_until_one_goes_or_more_are_agreed(desk: &Desk) {
    let mut contacts = Vec::new();
    for name in ["anna", "bram", "carla"] {
        let person = person(desk, name).await;
        let added = adds(desk, &person).await;
        assert_eq!((added.status, &added.body["isActive"]), (201, &json!(true)), "{}", added.body);
        contacts.push((added.body["id"].as_str().expect("an id").to_owned(), person));
    }
    let fourth = person(desk, "dirk").await;
    assert_eq!(refusal(&adds(desk, &fourth).await), (409, json!("contact_list_full")));
    assert_eq!(refusal(&adds(desk, &contacts[0].1).await), (409, json!("already_a_contact")));
    // One goes, and their place is free; they cannot come back to it then.
    let first = format!("{CONTACTS}/{}", contacts[0].0);
    assert_eq!(desk.patch(&first, &json!({ "isActive": false })).await.body["isActive"], false);
    assert_eq!(adds(desk, &fourth).await.status, 201);
    assert_eq!(refusal(&desk.patch(&first, &json!({ "isActive": true })).await), (409, json!("contact_list_full")));
    // Whoever leaves the organisation leaves the list.
    assert_eq!(desk.patch(&format!("/v1/people/{}", contacts[1].1), &json!({ "isActive": false })).await.status, 200);
    assert_eq!(desk.patch(&first, &json!({ "isActive": true })).await.status, 200);
    let listed = desk.get(&format!("{CONTACTS}?isActive=true&organisation={CLIENT}")).await.body;
    let names: std::collections::BTreeSet<_> =
        listed["items"].as_array().expect("contacts").iter().filter_map(|one| one["person"]["name"].as_str()).collect();
    assert_eq!(names, ["anna Jansen", "carla Jansen", "dirk Jansen"].into());
    assert_eq!(desk.get(CONTACTS).await.body["items"].as_array().map(Vec::len), Some(4));
    // More are agreed, in a new version of the contract that says where.
    let fifth = person(desk, "eva").await;
    let covide = include_str!("../../../config/contracts/covide.toml").replace("version = \"1.0\"", "version = \"1.1\"");
    let covide = covide.replace("effective_from = 2017-12-01", "effective_from = 2026-03-03");
    let agreed = "tier = \"premium\"                             # COVIDE 7.1: premium, business or basic\n";
    assert_eq!(covide.matches(agreed).count(), 1);
    applies(desk, &covide.replace(agreed, &format!("{agreed}contacts = {{ most = 5, agreed = \"Brief van 1 maart 2026\" }}\n"))).await;
    assert_eq!(refusal(&adds(desk, &fifth).await), (409, json!("contact_list_full")), "it is agreed from tomorrow on");
    desk.passes("P1D").await;
    assert_eq!(adds(desk, &fifth).await.status, 201);
    let limits = desk.get("/v1/contracts/covide").await.body["contactLimits"].clone();
    assert_eq!(limits[0], json!({ "organisation": CLIENT, "most": 5, "agreedIn": "Brief van 1 maart 2026" }));
}

async fn sup_13_two_at_once_cannot_both_be_the_last(desk: &Desk) {
    let mut people = Vec::new();
    for at in 0..8 {
        people.push(person(desk, &format!("p{at}")).await);
    }
    let added = futures_util::future::join_all(people.iter().map(|person| adds(desk, person))).await;
    let mut statuses: Vec<_> = added.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 409, 409, 409, 409, 409]);
    assert_eq!(desk.get(&format!("{CONTACTS}?isActive=true")).await.body["items"].as_array().map(Vec::len), Some(3));
}

fn incident(email: &str) -> Value {
    json!({ "type": "incident", "contract": "covide", "organisation": CLIENT, "title": "x", "channel": "portal",
        "requester": { "name": "Iemand", "email": email } })
}

async fn sup_14_once_contacts_are_named_nobody_else_of_the_client_has_a_ticket_registered(desk: &Desk) {
    let (anna, bram) = ("anna@gemeente-voorbeeld.example", "bram@gemeente-voorbeeld.example");
    let id = person(desk, "anna").await;
    person(desk, "bram").await;
    let asks = async |token: &str, email: &str| refusal(&desk.ask(Some(token), "POST", "/v1/tickets", Some(&incident(email))).await);
    assert_eq!(asks(ADMIN, bram).await.0, 201, "nobody is named yet");
    let brams = desk.registers(&incident(bram)).await;
    let contact = adds(desk, &id).await.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(asks(ADMIN, anna).await.0, 201);
    assert_eq!(asks(ADMIN, bram).await, (403, json!("not_a_contact")));
    for role in [Role::Requester, Role::AuthorisedRequester] {
        let (as_anna, as_bram) = (token_of(desk, CLIENT, anna, role).await, token_of(desk, CLIENT, bram, role).await);
        assert_eq!(asks(&as_anna, anna).await.0, 201, "{role}");
        assert_eq!(asks(&as_bram, bram).await, (403, json!("not_a_contact")), "{role}");
        assert_eq!(asks(&as_bram, anna).await, (403, json!("not_a_contact")), "whomever they name, {role}");
    }
    // By mail, politely, and with whom to turn to.
    let mail =
        |from: &str, id: u32| format!("From: {from}\nSubject: Stuk\nMessage-ID: <{id}@gemeente-voorbeeld.example>\n\nHet is stuk.\n");
    assert_eq!(desk.mail_arrives("support", &mail(anna, 1)).await.body["outcome"], "ticket");
    let kept = desk.mail_arrives("support", &mail("nieuw@gemeente-voorbeeld.example", 2)).await;
    assert_eq!(kept.body["outcome"], "quarantined", "{}", kept.body);
    desk.passes("PT1H").await;
    let answers: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("Niet geregistreerd")).collect();
    assert!(
        answers.len() == 1 && answers[0].contains("nieuw@gemeente-voorbeeld.example") && answers[0].contains("anna Jansen"),
        "{answers:?}"
    );
    // Nor does somebody else add to what there is by knowing its number; the requester does, and whoever may turn to the desk.
    for (at, from, outcome) in [(3, "nieuw@gemeente-voorbeeld.example", "quarantined"), (4, bram, "reply"), (5, anna, "reply")] {
        let reply = mail(from, at).replace("Stuk", &format!("Re: [{brams}] Stuk"));
        let came = desk.mail_arrives("support", &reply).await;
        assert_eq!(came.body["outcome"], outcome, "{from}: {}", came.body);
    }
    // Another client of the contract has named nobody, and is as free as before.
    let other = json!({ "type": "service_request", "contract": "covide", "organisation": "stichting-proef", "title": "x", "channel": "portal",
        "requester": { "name": "Bea", "email": "bea@stichting-proef.example" } });
    assert_eq!(desk.post("/v1/tickets", &other).await.status, 201);
    // With the last contact gone nobody may, rather than everybody.
    assert_eq!(desk.patch(&format!("{CONTACTS}/{contact}"), &json!({ "isActive": false })).await.status, 200);
    assert_eq!(asks(ADMIN, anna).await, (403, json!("not_a_contact")));
}

async fn sup_16_a_contact_has_a_name_of_their_own(desk: &Desk) {
    let group = recorded(desk, CLIENT, "Helpdesk", "helpdesk@gemeente-voorbeeld.example").await;
    let refused = adds(desk, &group).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("personal_name")), "{}", refused.body);
    // A person with a shared address can be one, and everybody sees the warning (SEC-14).
    let shared = recorded(desk, CLIENT, "Anna Jansen", "info@gemeente-voorbeeld.example").await;
    let added = adds(desk, &shared).await;
    assert_eq!((added.status, &added.body["person"]["warnings"][0]["code"]), (201, &json!("shared_address")), "{}", added.body);
    let nobody = adds(desk, "018f4c1e-7a3b-7c00-8000-0000000000aa").await;
    assert_eq!((nobody.status, &nobody.body["errors"][0]["code"]), (400, &json!("unknown_person")));
    let elsewhere = recorded(desk, "ipo", "Bob Boot", "bob@ipo.example").await;
    assert_eq!(adds(desk, &elsewhere).await.body["errors"], nobody.body["errors"], "another contract's people are nobody here");
    let none = desk.post("/v1/contracts/dap-example/contacts", &json!({ "person": elsewhere })).await;
    assert_eq!(refusal(&none), (409, json!("no_contact_list")));
}

async fn a_client_sees_its_own_contacts_and_its_approver_names_them(desk: &Desk) {
    let both = changed(&[
        ("[calendars.support]", "[[clients]]\norganisation = \"ipo\"\nroles = { contact = [\"c@ipo.example\"] }\n[calendars.support]"),
        ("[[reserved]]\n", "[[reserved]]\norganisation = \"acme\"\n"),
    ]);
    assert!(both.len() > SOUND.len());
    applies(desk, &both).await;
    let path = "/v1/contracts/people/contacts";
    let (theirs, ours) =
        (recorded(desk, "acme", "Ann Acme", "ann@acme.example").await, recorded(desk, "ipo", "Ian Ipo", "ian@ipo.example").await);
    let added = desk.post(path, &json!({ "person": theirs })).await;
    assert_eq!(added.status, 201, "{}", added.body);
    let (approver, requester) =
        (desk.token(Some("ipo"), &[Role::Approver]).await, desk.token(Some("ipo"), &[Role::AuthorisedRequester]).await);
    let listed = desk.ask(Some(&requester), "GET", path, None).await.body;
    assert_eq!(listed["items"], json!([]), "another client's contacts are not there");
    let named =
        |token: String, person: String| async move { desk.ask(Some(&token), "POST", path, Some(&json!({ "person": person }))).await };
    assert_eq!(named(requester, ours.clone()).await.status, 403);
    assert_eq!(named(approver.clone(), ours).await.status, 201);
    let (foreign, absent) =
        (named(approver.clone(), theirs).await, named(approver.clone(), "018f4c1e-7a3b-7c00-8000-0000000000aa".to_owned()).await);
    assert_eq!((foreign.status, &foreign.body["errors"]), (400, &absent.body["errors"]));
    let other = format!("{path}/{}", added.body["id"].as_str().expect("an id"));
    assert_eq!(desk.ask(Some(&approver), "PATCH", &other, Some(&json!({ "isActive": false }))).await.status, 404);
}

async fn sup_13_who_put_somebody_on_the_list_or_took_them_off_is_kept(desk: &Desk) {
    let anna = person(desk, "anna").await;
    let added = adds(desk, &anna).await;
    let path = format!("{CONTACTS}/{}", added.body["id"].as_str().expect("an id"));
    let approver = token_of(desk, CLIENT, "anna@gemeente-voorbeeld.example", Role::Approver).await;
    desk.passes("PT1H").await;
    assert_eq!(desk.ask(Some(&approver), "PATCH", &path, Some(&json!({ "isActive": false }))).await.status, 200);
    desk.passes("PT1H").await;
    assert_eq!(desk.patch(&path, &json!({ "isActive": true })).await.status, 200);
    assert_eq!(desk.patch(&path, &json!({ "isActive": true })).await.status, 200, "she is on it already");
    desk.passes("PT1H").await;
    assert_eq!(desk.patch(&format!("/v1/people/{anna}"), &json!({ "isActive": false })).await.status, 200);
    let shown = desk.get(CONTACTS).await.body["items"][0].clone();
    let told = |one: &Value| format!("{} {} {}", one["isActive"], one["actor"]["name"], one["at"]).replace('"', "");
    let told: Vec<_> = shown["history"].as_array().expect("a history").iter().map(told).collect();
    let expected = [
        "true admin 2026-03-02T07:00:00Z",
        "false anna Jansen 2026-03-02T08:00:00Z",
        "true admin 2026-03-02T09:00:00Z",
        "false admin 2026-03-02T10:00:00Z",
    ];
    assert_eq!(told, expected, "{shown}");
}

async fn sup_14_whoever_telephones_is_on_the_list_too(desk: &Desk) {
    let calls = async |name: &str| {
        let call = json!({ "contract": "covide", "organisation": CLIENT, "name": name, "phone": "+31 6 12345678", "assignee": "piet" });
        desk.post("/v1/calls", &call).await
    };
    assert_eq!(calls("Kees Kok").await.status, 201, "nobody was named yet");
    let anna = person(desk, "anna").await;
    assert_eq!(desk.patch(&format!("/v1/people/{anna}"), &json!({ "phone": "+31 6 12345678" })).await.status, 200);
    assert_eq!(adds(desk, &anna).await.status, 201);
    let refused = calls("Kees Kok").await;
    assert_eq!(refusal(&refused), (403, json!("not_a_contact")));
    assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains("anna Jansen")), "{}", refused.body);
    assert_eq!(calls("Anna Jansen").await.status, 201);
}

async fn sup_14_role_10_whoever_holds_the_role_of_contacts_is_one_of_them_and_counts(desk: &Desk) {
    let holds = async |person: &str, replaces: Value| {
        let body = json!({ "kind": "matrix", "role": "functioneel-beheerder", "contract": "covide", "organisation": CLIENT, "holder": person,
            "replaces": replaces, "reason": "Zo afgesproken." });
        desk.post("/v1/role-assignments", &body).await
    };
    let mut people = Vec::new();
    for name in ["anna", "bram", "carla", "dirk"] {
        people.push(person(desk, name).await);
    }
    let first = holds(&people[0], Value::Null).await;
    assert_eq!((first.status, holds(&people[1], Value::Null).await.status), (201, 201), "{}", first.body);
    assert_eq!(adds(desk, &people[0]).await.status, 201, "she is on the list already, and takes no other place");
    assert_eq!(adds(desk, &people[2]).await.status, 201);
    assert_eq!(refusal(&holds(&people[3], Value::Null).await), (409, json!("contact_list_full")));
    assert_eq!(refusal(&adds(desk, &people[3]).await), (409, json!("contact_list_full")));
    let ticket = |email: &str| {
        json!({ "type": "service_request", "contract": "covide", "title": "x", "channel": "portal",
        "requester": { "name": "x", "email": email } })
    };
    for (name, status) in [("bram", 201), ("dirk", 403)] {
        let email = format!("{name}@gemeente-voorbeeld.example");
        let token = token_of(desk, CLIENT, &email, Role::Requester).await;
        let answer = desk.ask(Some(&token), "POST", "/v1/tickets", Some(&ticket(&email))).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
    // Another takes the role over: the list stays as long as it was.
    let contact = desk.get(CONTACTS).await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(desk.patch(&format!("{CONTACTS}/{contact}"), &json!({ "isActive": false })).await.status, 200);
    assert_eq!(holds(&people[3], first.body["id"].clone()).await.status, 201);
}
