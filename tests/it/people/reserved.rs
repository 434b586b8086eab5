//! Types that a contract reserves to named people (TKT-07), by the API, by mail and by the desk.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{recorded, refusal, token_of};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, On};

on_both_databases!(
    tkt_07_a_reserved_type_is_for_those_named_and_an_unreserved_one_for_everybody,
    tkt_07_who_asks_is_known_by_who_they_are_and_never_by_an_address_they_fill_in,
    tkt_07_the_desk_registers_and_retypes_for_those_named_alone,
    tkt_07_whoever_left_may_no_longer,
    tkt_07_by_telephone_a_reserved_type_is_for_those_named_too,
    tkt_07_whoever_holds_the_role_may_and_is_told_about_its_subjects,
);

/// The agreement of the example with changes reserved to Anna and to whoever is the service manager.
fn text() -> String {
    let text = include_str!("../../../config/contracts/dap-example.toml").replace("id = \"dap-example\"", "id = \"reserved\"");
    format!("{text}\n[[reserved]]\ntypes = [\"change_request\"]\nroles = [\"servicemanager\"]\npeople = [\"Anna@ipo.example\"]\n")
}

async fn reserved(desk: &Desk) {
    super::applies(desk, &text()).await;
    for (name, email) in
        [("Anna de Boer", "anna@ipo.example"), ("Bram Visser", "bram@ipo.example"), ("Sam Smit", "servicemanager@ipo.example")]
    {
        recorded(desk, "ipo", name, email).await;
    }
}

fn ticket(kind: &str, email: &str) -> Value {
    json!({ "type": kind, "contract": "reserved", "title": "Regel", "channel": "portal", "requester": { "name": "Iemand", "email": email } })
}

async fn asks(desk: &Desk, token: &str, kind: &str, requester: &str) -> Answer {
    desk.ask(Some(token), "POST", "/v1/tickets", Some(&ticket(kind, requester))).await
}

async fn tkt_07_a_reserved_type_is_for_those_named_and_an_unreserved_one_for_everybody(desk: &Desk) {
    reserved(desk).await;
    for (email, kind, status) in [
        ("anna@ipo.example", "change_request", 201),
        ("servicemanager@ipo.example", "change_request", 201),
        ("bram@ipo.example", "change_request", 403),
        ("bram@ipo.example", "incident", 201),
    ] {
        let token = token_of(desk, "ipo", email, Role::AuthorisedRequester).await;
        let answer = asks(desk, &token, kind, email).await;
        assert_eq!(answer.status, status, "{email} {kind}: {}", answer.body);
        if status == 403 {
            assert_eq!(answer.body["code"], "reserved_type");
            let detail = answer.body["detail"].as_str().expect("a detail");
            assert!(detail.contains("Servicemanager") && detail.contains("anna@ipo.example"), "whom to turn to: {detail}");
        }
    }
    let bram = token_of(desk, "ipo", "bram@ipo.example", Role::Requester).await;
    let items = json!({ "items": [ticket("change_request", "bram@ipo.example"), ticket("incident", "bram@ipo.example")] });
    let made = desk.ask(Some(&bram), "POST", "/v1/tickets/_bulk", Some(&items)).await;
    let statuses: Vec<_> = made.body["items"].as_array().expect("items").iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, [403, 201], "each by itself: {}", made.body);
}

async fn tkt_07_who_asks_is_known_by_who_they_are_and_never_by_an_address_they_fill_in(desk: &Desk) {
    reserved(desk).await;
    let bram = token_of(desk, "ipo", "bram@ipo.example", Role::AuthorisedRequester).await;
    assert_eq!(refusal(&asks(desk, &bram, "change_request", "anna@ipo.example").await), (403, json!("reserved_type")));
    // What is wrong with it otherwise is not told to whoever may not ask at all.
    let wrong = json!({ "type": "change_request", "contract": "reserved", "channel": "portal", "priority": "p9", "f": 1,
        "requester": { "name": "x", "email": "anna@ipo.example" } });
    assert_eq!(refusal(&desk.ask(Some(&bram), "POST", "/v1/tickets", Some(&wrong)).await), (403, json!("reserved_type")));
    // A portal of the client without a person behind it is nobody.
    let portal = desk.token_of("ipo").await;
    assert_eq!(refusal(&asks(desk, &portal, "change_request", "anna@ipo.example").await), (403, json!("reserved_type")));
    // A listed person may name whom it is for, who is one of those named as well; of other types, anybody.
    for role in [Role::AuthorisedRequester, Role::Requester] {
        let anna = token_of(desk, "ipo", "anna@ipo.example", role).await;
        assert_eq!(refusal(&asks(desk, &anna, "change_request", "bram@ipo.example").await), (403, json!("reserved_type")), "{role}");
        assert_eq!(asks(desk, &anna, "change_request", "servicemanager@ipo.example").await.status, 201, "{role}");
        assert_eq!(asks(desk, &anna, "incident", "bram@ipo.example").await.status, 201, "{role}");
    }
    // No client records people, or changes their addresses.
    let anna_id = desk.get("/v1/people?text=bram").await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    for (method, path) in [("POST", "/v1/people".to_owned()), ("PATCH", format!("/v1/people/{anna_id}"))] {
        let answer = desk.ask(Some(&bram), method, &path, Some(&json!({ "email": "servicemanager2@ipo.example" }))).await;
        assert_eq!(answer.status, 403, "{method} {}", answer.body);
    }
}

async fn tkt_07_the_desk_registers_and_retypes_for_those_named_alone(desk: &Desk) {
    reserved(desk).await;
    assert_eq!(asks(desk, ADMIN, "change_request", "anna@ipo.example").await.status, 201);
    assert_eq!(refusal(&asks(desk, ADMIN, "change_request", "bram@ipo.example").await), (403, json!("reserved_type")));
    let integration = desk.token_of_an_integration().await;
    assert_eq!(refusal(&asks(desk, &integration, "change_request", "bram@ipo.example").await), (403, json!("reserved_type")));
    for (email, status) in [("bram@ipo.example", 403), ("anna@ipo.example", 200)] {
        let number = desk.registers(&ticket("incident", email)).await;
        let path = format!("/v1/tickets/{number}");
        let retyped = desk.patch(&path, &json!({ "type": "change_request" })).await;
        assert_eq!(retyped.status, status, "{email}: {}", retyped.body);
        let kind = if status == 200 { "change_request" } else { "incident" };
        assert_eq!(desk.get(&path).await.body["type"], kind);
        // A client hears that it is not theirs to change, as ever.
        let client = desk.token_of("ipo").await;
        let theirs = desk.ask(Some(&client), "PATCH", &path, Some(&json!({ "type": "problem" }))).await;
        assert_eq!(refusal(&theirs), (403, json!("desk_only")));
    }
}

async fn tkt_07_whoever_left_may_no_longer(desk: &Desk) {
    reserved(desk).await;
    let anna = desk.get("/v1/people?text=anna").await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(desk.patch(&format!("/v1/people/{anna}"), &json!({ "isActive": false })).await.status, 200);
    assert_eq!(refusal(&asks(desk, ADMIN, "change_request", "anna@ipo.example").await), (403, json!("reserved_type")));
}

/// A desk with a mailbox whose mails become changes.
async fn with_a_mailbox_for_changes(on: On) -> Desk {
    let mailbox =
        "[mailboxes.changes]\naddress = \"changes@uurwerk.example\"\ncontract = \"reserved\"\ndefault_type = \"change_request\"\n";
    let desk = Desk::open_with_file(on, mailbox).await;
    reserved(&desk).await;
    desk
}

fn mail(from: &str, id: u32, headers: &str) -> String {
    format!("From: {from}\nTo: changes@uurwerk.example\nSubject: Poort open\nMessage-ID: <{id}@ipo.example>\n{headers}\nGraag poort 443.\n")
}

async fn by_mail_a_reserved_type_takes_those_named_and_tells_the_others_politely(on: On) {
    let desk = with_a_mailbox_for_changes(on).await;
    let named = desk.mail_arrives("changes", &mail("Anna <anna@ipo.example>", 1, "")).await;
    assert_eq!(named.body["outcome"], "ticket", "{}", named.body);
    let other = desk.mail_arrives("changes", &mail("Bram <bram@ipo.example>", 2, "")).await;
    assert_eq!((&other.body["outcome"], &other.body["ticket"]), (&json!("quarantined"), &Value::Null));
    // It came twice, and is answered once; a machine is not answered, nor a stranger.
    desk.mail_arrives("changes", &mail("Bram <bram@ipo.example>", 2, "")).await;
    desk.mail_arrives("changes", &mail("Bram <bram@ipo.example>", 3, "Auto-Submitted: auto-replied\n")).await;
    desk.mail_arrives("changes", &mail("Vreemd <x@elders.example>", 4, "")).await;
    desk.passes("PT1H").await;
    let answers: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("Niet geregistreerd")).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    for part in [
        "bram@ipo.example",
        "Auto-Submitted: auto-replied",
        "In-Reply-To: <2@ipo.example>",
        "Servicemanager",
        "anna@ipo.example",
        "wijzigingsverzoek",
        "changes@uurwerk.example",
    ] {
        assert!(answers[0].contains(part), "{part} in {}", answers[0]);
    }
    // Nothing is lost: it waits where the desk sees it, which makes another ticket of it.
    let path = format!("/v1/inbound-messages/{}/tickets", other.body["id"].as_str().expect("an id"));
    let waiting = desk.get("/v1/inbound-messages?outcome=quarantined&mailbox=changes").await.body;
    assert!(waiting["items"].as_array().expect("mails").iter().any(|mail| mail["id"] == other.body["id"]));
    assert_eq!(refusal(&desk.post(&path, &json!({})).await), (403, json!("reserved_type")));
    let made = desk.post(&path, &json!({ "type": "incident" })).await;
    assert_eq!((made.status, &made.body["type"]), (201, &json!("incident")), "{}", made.body);
}

#[actix_web::test]
async fn tkt_07_mail_07_by_mail_those_named_get_a_ticket_and_the_others_a_polite_answer_on_sqlite() {
    Box::pin(by_mail_a_reserved_type_takes_those_named_and_tells_the_others_politely(On::Sqlite)).await;
}

#[actix_web::test]
async fn tkt_07_mail_07_by_mail_those_named_get_a_ticket_and_the_others_a_polite_answer_on_postgresql() {
    Box::pin(by_mail_a_reserved_type_takes_those_named_and_tells_the_others_politely(On::Postgres)).await;
}

async fn tkt_07_whoever_holds_the_role_may_and_is_told_about_its_subjects(desk: &Desk) {
    super::applies(desk, &text().replace("signs_role_changes = true", "signs_role_changes = false")).await;
    recorded(desk, "ipo", "Bram Visser", "bram@ipo.example").await;
    let bram = token_of(desk, "ipo", "bram@ipo.example", Role::AuthorisedRequester).await;
    assert_eq!(refusal(&asks(desk, &bram, "change_request", "bram@ipo.example").await), (403, json!("reserved_type")));
    let held = json!({ "kind": "matrix", "role": "servicemanager", "contract": "reserved", "organisation": "ipo", "holder": "bram@ipo.example",
        "reason": "Zo afgesproken." });
    let held = desk.post("/v1/role-assignments", &held).await;
    assert_eq!(held.status, 201, "{}", held.body);
    assert_eq!(asks(desk, &bram, "change_request", "bram@ipo.example").await.status, 201);
    // Whoever only sees what they reported themselves is known as the holder too.
    let requester = token_of(desk, "ipo", "bram@ipo.example", Role::Requester).await;
    assert_eq!(asks(desk, &requester, "change_request", "bram@ipo.example").await.status, 201);
    let told = desk.get("/v1/contracts/reserved/subjects").await.body["items"].to_string();
    assert!(told.contains("bram@ipo.example") && !told.contains("servicemanager@ipo.example"), "{told}");
}

async fn tkt_07_by_telephone_a_reserved_type_is_for_those_named_too(desk: &Desk) {
    reserved(desk).await;
    let anna = desk.get("/v1/people?text=anna").await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(desk.patch(&format!("/v1/people/{anna}"), &json!({ "phone": "070 1234567" })).await.status, 200);
    let calls = async |name: &str, phone: &str, kind: &str| {
        let call = json!({ "contract": "reserved", "name": name, "phone": phone, "assignee": "piet", "type": kind });
        desk.post("/v1/calls", &call).await
    };
    assert_eq!(calls("Anna de Boer", "070 1234567", "change_request").await.status, 201);
    let people = desk.rows("person").await;
    for (name, phone) in [("Anna de Boer", "070 7654321"), ("Bram Visser", "070 1234567")] {
        let refused = calls(name, phone, "change_request").await;
        assert_eq!(refusal(&refused), (403, json!("reserved_type")), "{name} {phone}");
        let detail = refused.body["detail"].as_str().expect("a detail");
        assert!(detail.contains("anna@ipo.example") && detail.contains("Servicemanager"), "the desk hears to whom they turn: {detail}");
    }
    assert_eq!(desk.rows("person").await, people, "of a call that is not taken nobody is recorded");
    assert_eq!(calls("Bram Visser", "070 7654321", "incident").await.status, 201);
}
