//! Routing rules: to which team new tickets come, and which priority is proposed for them.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{refusal, wrong};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    a_rule_counts_after_it_was_tried_and_gives_new_tickets_their_team,
    what_a_rule_does_is_no_answer_to_the_client,
    of_the_rules_that_fit_the_first_counts,
    a_rule_that_changes_has_to_be_tried_again,
    a_mail_comes_to_the_team_of_its_mailbox,
    a_ticket_whose_category_is_said_later_comes_to_its_team_then,
    what_somebody_has_in_hand_stays_there,
    a_priority_is_proposed_where_nobody_set_one,
    a_trial_tells_what_the_rule_would_have_done_and_does_nothing,
    what_is_wrong_with_a_rule_is_said_at_once,
    service_managers_write_rules_and_a_client_sees_none,
    a_clients_report_is_routed_by_rules_that_it_does_not_see,
);

async fn rule(desk: &Desk, body: &Value) -> String {
    let made = desk.post("/v1/routing-rules", body).await;
    assert_eq!((made.status, &made.body["isActive"]), (201, &json!(false)), "{}", made.body);
    made.body["id"].as_str().expect("an id").to_owned()
}

async fn tried(desk: &Desk, id: &str) -> Value {
    let trial = desk.post(&format!("/v1/routing-rules/{id}/trials"), &json!({})).await;
    assert_eq!(trial.status, 201, "{}", trial.body);
    trial.body
}

async fn counts(desk: &Desk, body: &Value) -> String {
    let id = rule(desk, body).await;
    tried(desk, &id).await;
    let active = desk.patch(&format!("/v1/routing-rules/{id}"), &json!({ "isActive": true })).await;
    assert_eq!((active.status, &active.body["isActive"]), (200, &json!(true)), "{}", active.body);
    id
}

async fn team(desk: &Desk, number: &str) -> Value {
    desk.get(&format!("/v1/tickets/{number}")).await.body["team"].clone()
}

fn about(title: &str) -> Value {
    let mut ticket = incident("p3");
    ticket["title"] = json!(title);
    ticket
}

async fn a_rule_counts_after_it_was_tried_and_gives_new_tickets_their_team(desk: &Desk) {
    let id = rule(desk, &json!({ "name": "Printers", "conditions": { "words": ["print", "toner"] }, "team": "werkplek" })).await;
    let path = format!("/v1/routing-rules/{id}");
    let before = desk.registers(&about("Printerstoring")).await;
    assert_eq!(team(desk, &before).await, Value::Null);
    let early = desk.patch(&path, &json!({ "isActive": true })).await;
    assert_eq!(refusal(&early), (409, "not_tried"), "{}", early.body);
    let trial = tried(desk, &id).await;
    assert_eq!((&trial["fitting"], &trial["elsewhere"], &trial["tickets"][0]["number"]), (&json!(1), &json!(1), &json!(before)));
    assert_eq!(desk.patch(&path, &json!({ "isActive": true })).await.status, 200);
    let printer = desk.registers(&about("De PRÏNTER doet niets")).await;
    let other = desk.registers(&about("Mail hapert")).await;
    assert_eq!((team(desk, &printer).await, team(desk, &other).await), (json!("werkplek"), Value::Null));
    let assigned = desk.events(&printer).await.into_iter().find(|event| event["type"] == "ticket.assigned").expect("an event");
    assert_eq!(
        (&assigned["actor"]["kind"], &assigned["reason"]),
        (&json!("system"), &json!(format!("Routeringsregel {id}, versie 3."))),
        "{assigned}"
    );
    // What it did before stays when it is removed.
    assert_eq!(desk.post(&format!("{path}/removals"), &json!({})).await.status, 201);
    assert_eq!((desk.get(&path).await.status, team(desk, &printer).await), (404, json!("werkplek")));
    let later = desk.registers(&about("Toner op")).await;
    assert_eq!(team(desk, &later).await, Value::Null);
}

async fn what_a_rule_does_is_no_answer_to_the_client(desk: &Desk) {
    counts(desk, &json!({ "name": "Alles", "team": "eerste lijn", "priority": "p2" })).await;
    let mut reported = incident("p2");
    reported["channel"] = json!("portal");
    reported.as_object_mut().expect("fields").remove("priority");
    let number = desk.proposes("ipo", &reported).await;
    let shown = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!((&shown["team"], &shown["priority"], &shown["proposedPriority"]), (&json!("eerste lijn"), &Value::Null, &json!("p2")));
    assert_eq!(desk.clock(&number, "response").await["state"], "running");
}

async fn of_the_rules_that_fit_the_first_counts(desk: &Desk) {
    counts(desk, &json!({ "name": "De rest", "position": 900, "team": "eerste lijn" })).await;
    counts(
        desk,
        &json!({ "name": "Netwerk", "position": 10, "conditions": { "words": ["netwerk"], "types": ["incident"] }, "team": "netwerk" }),
    )
    .await;
    let (network, rest) = (desk.registers(&about("Netwerk weg")).await, desk.registers(&about("Mail hapert")).await);
    assert_eq!((team(desk, &network).await, team(desk, &rest).await), (json!("netwerk"), json!("eerste lijn")));
    let listed = desk.get("/v1/routing-rules?pageSize=1").await.body;
    assert_eq!(listed["items"][0]["name"], "Netwerk");
    let next = desk.get(&format!("/v1/routing-rules?pageSize=1&cursor={}", listed["nextCursor"].as_str().expect("a cursor"))).await.body;
    assert_eq!((&next["items"][0]["name"], &next["nextCursor"]), (&json!("De rest"), &Value::Null));
}

async fn a_rule_that_changes_has_to_be_tried_again(desk: &Desk) {
    let id = counts(desk, &json!({ "name": "Netwerk", "conditions": { "words": ["netwerk"] }, "team": "netwerk" })).await;
    let path = format!("/v1/routing-rules/{id}");
    let renamed = desk.patch(&path, &json!({ "name": "Netwerken", "position": 5 })).await.body;
    assert_eq!((&renamed["isActive"], &renamed["version"]), (&json!(true), &json!(4)));
    let changed = desk.patch(&path, &json!({ "conditions": { "words": ["netwerk", "wifi"] } })).await.body;
    assert_eq!((&changed["isActive"], &changed["triedAt"]), (&json!(false), &Value::Null));
    assert_eq!(refusal(&desk.patch(&path, &json!({ "isActive": true })).await), (409, "not_tried"));
    // Not even together with a change that it was not tried with.
    tried(desk, &id).await;
    assert_eq!(refusal(&desk.patch(&path, &json!({ "isActive": true, "team": "wifi" })).await), (409, "not_tried"));
    assert_eq!(desk.patch(&path, &json!({ "isActive": true })).await.status, 200);
}

async fn a_mail_comes_to_the_team_of_its_mailbox(desk: &Desk) {
    counts(desk, &json!({ "name": "Per mail", "conditions": { "mailboxes": ["servicedesk"] }, "team": "eerste lijn" })).await;
    let mail = "From: Anna <anna@ipo.example>\nSubject: Mail hapert\nMessage-ID: <1@ipo.example>\n\nHet hapert.\n";
    let mailed = desk.mail_arrives("servicedesk", mail).await.body["ticket"].as_str().expect("a ticket").to_owned();
    assert_eq!(team(desk, &mailed).await, json!("eerste lijn"));
    let phoned = desk.registers(&about("Mail hapert")).await;
    assert_eq!(team(desk, &phoned).await, Value::Null);
}

async fn a_ticket_whose_category_is_said_later_comes_to_its_team_then(desk: &Desk) {
    counts(desk, &json!({ "name": "Vragen", "conditions": { "types": ["service_request"] }, "team": "vragen" })).await;
    let number = desk.registers(&about("Hoe werkt dit?")).await;
    assert_eq!(team(desk, &number).await, Value::Null);
    let path = format!("/v1/tickets/{number}");
    assert_eq!(desk.patch(&path, &json!({ "type": "service_request" })).await.status, 200);
    assert_eq!(team(desk, &number).await, json!("vragen"));
}

async fn what_somebody_has_in_hand_stays_there(desk: &Desk) {
    counts(desk, &json!({ "name": "Vragen", "conditions": { "types": ["service_request"] }, "team": "vragen" })).await;
    let number = desk.registers(&about("Hoe werkt dit?")).await;
    let path = format!("/v1/tickets/{number}");
    desk.patch(&path, &json!({ "assignee": "els" })).await;
    desk.patch(&path, &json!({ "type": "service_request" })).await;
    let shown = desk.get(&path).await.body;
    assert_eq!((&shown["assignee"], &shown["team"]), (&json!("els"), &Value::Null));
    // Nor does it take a call from whoever has the caller on the line.
    counts(desk, &json!({ "name": "Alles", "team": "eerste lijn" })).await;
    let call = json!({ "contract": "dap-example", "organisation": "ipo", "name": "Anna", "phone": "070 123 45 67", "assignee": "bob" });
    let taken = desk.post("/v1/calls", &call).await;
    assert_eq!((taken.status, &taken.body["assignee"], &taken.body["team"]), (201, &json!("bob"), &Value::Null), "{}", taken.body);
}

async fn a_priority_is_proposed_where_nobody_set_one(desk: &Desk) {
    counts(desk, &json!({ "name": "Netwerk", "conditions": { "words": ["netwerk"] }, "priority": "p2" })).await;
    let mut open = about("Netwerk weg");
    open.as_object_mut().expect("fields").remove("priority");
    let of = async |number: &str| {
        let shown = desk.get(&format!("/v1/tickets/{number}")).await.body;
        (shown["priority"].clone(), shown["proposedPriority"].clone())
    };
    let (free, decided) = (desk.registers(&open).await, desk.registers(&about("Netwerk weg")).await);
    assert_eq!((of(&free).await, of(&decided).await), ((Value::Null, json!("p2")), (json!("p3"), Value::Null)));
    // One that has to be phoned is proposed with the number to call (INC-03), and the rule's name is nobody's business outside the desk.
    counts(desk, &json!({ "name": "Geheim", "conditions": { "words": ["plat"] }, "priority": "p1" })).await;
    let mut flat = open.clone();
    (flat["title"], flat["channel"]) = (json!("Alles plat"), json!("portal"));
    let flat = desk.proposes("ipo", &flat).await;
    desk.passes("PT1M").await;
    let confirmed =
        desk.mails().into_iter().find(|mail| mail.contains("To: anna@ipo.example") && mail.contains(&flat)).expect("a confirmation");
    assert!(confirmed.contains("070"), "{confirmed}");
    let client = desk.token_of("ipo").await;
    let seen = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{flat}/events"), None).await.body.to_string();
    assert!(seen.contains("Routeringsregel") && !seen.contains("Geheim"), "{seen}");
    // A type that has no such priority gets none (PRI-10).
    (open["type"], open["channel"]) = (json!("information_request"), json!("portal"));
    let question = desk.proposes("ipo", &open).await;
    assert_eq!(of(&question).await, (Value::Null, Value::Null));
}

async fn a_trial_tells_what_the_rule_would_have_done_and_does_nothing(desk: &Desk) {
    counts(desk, &json!({ "name": "Netwerk", "position": 1, "conditions": { "words": ["netwerk"] }, "team": "netwerk" })).await;
    for title in ["Netwerk hapert", "Laptop hapert", "Mail hapert", "Scherm zwart"] {
        desk.registers(&about(title)).await;
    }
    let right = desk.registers(&about("Laptop hapert weer")).await;
    desk.patch(&format!("/v1/tickets/{right}"), &json!({ "team": "werkplek" })).await;
    let id = rule(desk, &json!({ "name": "Haperen", "conditions": { "words": ["hapert"] }, "team": "werkplek" })).await;
    let trial = tried(desk, &id).await;
    let figures = ["examined", "isComplete", "fitting", "takenBefore", "elsewhere"].map(|name| trial[name].clone());
    assert_eq!(figures, [json!(5), json!(true), json!(4), json!(1), json!(2)], "{trial}");
    let titles: Vec<_> =
        trial["tickets"].as_array().expect("tickets").iter().map(|one| (one["title"].clone(), one["takenBy"].is_null())).collect();
    assert_eq!(titles.len(), 4);
    assert!(titles.contains(&(json!("Netwerk hapert"), false)) && titles.contains(&(json!("Mail hapert"), true)), "{titles:?}");
    let open = desk
        .post(
            &format!("/v1/routing-rules/{id}/trials"),
            &json!({ "openedFrom": "2026-03-01T00:00:00+01:00", "openedBefore": "2026-03-01T12:00:00+01:00" }),
        )
        .await;
    assert_eq!((open.status, &open.body["examined"]), (201, &json!(0)), "{}", open.body);
    let unrouted = desk.get("/v1/tickets?unassigned=true").await.body["items"].as_array().expect("tickets").len();
    assert_eq!(unrouted, 3);
}

async fn what_is_wrong_with_a_rule_is_said_at_once(desk: &Desk) {
    let bad = json!({ "name": "x", "conditions": { "contracts": ["geen"], "organisations": ["ipo", "niemand"], "mailboxes": ["a"], "types": ["taak"],
        "channels": ["duif"], "kinds": ["k"], "categories": ["c"], "services": ["s"], "words": ["--"] } });
    let refused = desk.post("/v1/routing-rules", &bad).await;
    let mut found = wrong(&refused);
    found.sort_unstable();
    let expected = [
        ("/conditions/categories/0", "unknown_value"),
        ("/conditions/channels/0", "unknown_value"),
        ("/conditions/contracts/0", "unknown_value"),
        ("/conditions/kinds/0", "unknown_value"),
        ("/conditions/mailboxes/0", "unknown_value"),
        ("/conditions/organisations/0", "unknown_value"),
        ("/conditions/organisations/1", "unknown_value"),
        ("/conditions/services/0", "unknown_value"),
        ("/conditions/types/0", "unknown_value"),
        ("/conditions/words/0", "no_words"),
        ("/team", "required"),
    ];
    assert_eq!((refused.status, found), (400, expected.to_vec()), "{}", refused.body);
    let priority = desk.post("/v1/routing-rules", &json!({ "name": "x", "priority": "urgentst" })).await;
    assert_eq!((priority.status, wrong(&priority)), (400, vec![("/priority", "unknown_priority")]), "{}", priority.body);
    assert_eq!(desk.get("/v1/routing-rules").await.body["items"], json!([]), "nothing of it is kept");
}

async fn service_managers_write_rules_and_a_client_sees_none(desk: &Desk) {
    let manager = desk.person(None, "Sam Bos", "sam@leverancier.example", &[Role::ServiceManager]).await;
    let agent = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
    let client = desk.token_of("ipo").await;
    let body = json!({ "name": "Alles", "team": "eerste lijn" });
    let asks =
        async |token: &str, method: &str, path: &str, body: Option<&Value>| -> Answer { desk.ask(Some(token), method, path, body).await };
    for token in [&agent, &client] {
        assert_eq!(asks(token, "POST", "/v1/routing-rules", Some(&body)).await.status, 403);
    }
    let made = asks(&manager, "POST", "/v1/routing-rules", Some(&body)).await;
    assert_eq!((made.status, &made.body["author"]["name"]), (201, &json!("Sam Bos")), "{}", made.body);
    assert_eq!(asks(&agent, "GET", "/v1/routing-rules", None).await.body["items"][0]["name"], "Alles");
    assert_eq!(asks(&client, "GET", "/v1/routing-rules", None).await.status, 403);
    // Of two who change it, the one who did not see the other's change is refused.
    let path = format!("/v1/routing-rules/{}", made.body["id"].as_str().expect("an id"));
    let late = desk.request("PATCH", &path).bearer_auth(ADMIN).header("If-Match", "\"7\"").json(&json!({ "name": "Iets" })).send().await;
    assert_eq!(late.expect("an answer").status().as_u16(), 412);
}

async fn a_clients_report_is_routed_by_rules_that_it_does_not_see(desk: &Desk) {
    counts(desk, &json!({ "name": "IPO", "conditions": { "organisations": ["ipo"], "channels": ["portal"] }, "team": "werkplek" })).await;
    let mut reported = incident("p3");
    reported["channel"] = json!("portal");
    let number = desk.proposes("ipo", &reported).await;
    assert_eq!(team(desk, &number).await, json!("werkplek"));
}
