//! What becomes of the roles of somebody who leaves, or whose data are erased; and who held and acted in a role before.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::matrix::climbs_for;
use super::{ROLES, grants, history, klant, path, right, signs, state, with_matrix};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk};

on_both_databases!(
    role_04_whoever_leaves_holds_no_role_and_the_contracts_address_is_told_instead,
    role_04_a_deputy_who_leaves_acts_for_nobody_and_the_gap_is_told,
    role_05_what_waits_for_a_signature_lapses_with_its_holder,
    whoever_is_erased_gives_up_their_roles_and_is_nowhere_shown_or_mailed,
    role_04_somebody_without_an_address_is_reached_at_the_contracts_and_the_gap_is_told,
    whoever_left_before_is_not_reached_in_a_role_that_nobody_ended,
    role_04_as_of_an_instant_it_is_told_who_acted_then,
    it_is_for_a_service_manager_or_the_client_itself_to_say_that_somebody_left,
    role_05_whoever_held_an_agreed_role_holds_it_no_more_once_their_account_is_closed,
    whoever_of_the_desk_leaves_gives_up_roles_and_tokens_and_comes_back_to_neither_once_erased,
);

async fn person(desk: &Desk, text: &str) -> String {
    let found = desk.get(&format!("/v1/people?text={text}")).await.body;
    format!("/v1/people/{}", found["items"][0]["id"].as_str().expect("a person"))
}

async fn leaves(desk: &Desk, text: &str) -> Answer {
    let answer = desk.patch(&person(desk, text).await, &json!({ "isActive": false })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

/// What is said in a history at its end, apart from when.
async fn says(desk: &Desk, assignment: &Value) -> Vec<String> {
    history(desk, assignment).await.iter().filter_map(|one| one.split(' ').next().map(str::to_owned)).collect()
}

async fn gaps(desk: &Desk) -> Vec<String> {
    let listed = desk.get("/v1/role-gaps?pageSize=100").await.body["items"].clone();
    let of_matrix = listed.as_array().expect("gaps").iter().filter(|gap| gap["contract"] == "matrix");
    of_matrix.map(|gap| format!("{} {} {}", gap["role"], gap["cause"], gap["fallsBack"]).replace('"', "")).collect()
}

/// To whom it is told that a case climbs whose requester goes on working.
async fn told(desk: &Desk) -> Vec<String> {
    climbs_for(desk, &json!({ "name": "Derk Dijk", "email": "derk@ipo.example" })).await
}

fn letters(desk: &Desk, text: &str) -> usize {
    // Lines of a mail are folded where they are long.
    desk.mails().iter().filter(|mail| mail.replace("\r\n", " ").contains(text)).count()
}

fn nothing_went_nowhere(desk: &Desk) {
    assert!(desk.mails().iter().all(|mail| !mail.contains("no-address.invalid")), "{:?}", desk.mails());
}

async fn role_04_whoever_leaves_holds_no_role_and_the_contracts_address_is_told_instead(desk: &Desk) {
    with_matrix(desk, false).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    assert_eq!(told(desk).await, ["anna@ipo.example"]);
    leaves(desk, "anna").await;
    let shown = desk.get(&path(&anna, "")).await.body;
    assert_eq!((&shown["state"], &shown["acting"]), (&json!("ended"), &json!([])), "{shown}");
    assert_eq!(says(desk, &anna).await, ["role.granted", "role.took_effect", "role.end_set", "role.ended"]);
    let end = &shown["events"][2];
    assert_eq!((&end["data"]["because"], &end["actor"]["kind"]), (&json!("left"), &json!("desk")), "{end}");
    assert_eq!(told(desk).await, ["klant@ipo.example"]);
    assert_eq!(letters(desk, "de houder is vertrokken"), 1, "the service manager hears that nobody holds it");
    // Nobody who left is given a role, or acts for somebody.
    let again = desk.post(ROLES, &klant("anna@ipo.example")).await;
    assert_eq!((again.status, &again.body["errors"][0]["code"]), (400, &json!("unknown_person")), "{}", again.body);
    let bram = grants(desk, &klant("bram@ipo.example")).await;
    let away = desk.post(&path(&bram, "/absences"), &json!({ "untilAt": "2026-03-09T08:00:00Z", "deputy": "anna@ipo.example" })).await;
    assert_eq!((away.status, &away.body["errors"][0]["code"]), (400, &json!("unknown_person")), "{}", away.body);
    // Whoever comes back gets no role back.
    assert_eq!(desk.patch(&person(desk, "anna").await, &json!({ "isActive": true })).await.status, 200);
    assert_eq!(state(desk, &anna).await, json!("ended"));
    let outcome = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a comparison");
    assert!(outcome.differences.is_empty(), "{:?}", outcome.differences);
}

async fn role_04_a_deputy_who_leaves_acts_for_nobody_and_the_gap_is_told(desk: &Desk) {
    with_matrix(desk, false).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let away = json!({ "fromAt": "2026-03-03T08:00:00+01:00", "untilAt": "2026-03-09T08:00:00+01:00", "deputy": "bram@ipo.example" });
    assert_eq!(desk.post(&path(&anna, "/absences"), &away).await.status, 201);
    desk.reaches("2026-03-04T08:00:00+01:00").await;
    assert_eq!(told(desk).await, ["bram@ipo.example"]);
    leaves(desk, "bram").await;
    desk.passes("PT1M").await;
    let shown = desk.get(&path(&anna, "")).await.body;
    assert_eq!(
        (&shown["state"], &shown["acting"], &shown["absences"][0]["deputy"]),
        (&json!("in_force"), &json!([]), &Value::Null),
        "{shown}"
    );
    assert_eq!(says(desk, &anna).await[3..], ["role.deputy_lost", "role.uncovered"]);
    assert_eq!(
        (gaps(desk).await, letters(desk, "geen waarnemer")),
        (vec!["klant holder_absent true".to_owned(), "team nobody_holds_it false".to_owned()], 1)
    );
    assert_eq!(told(desk).await, ["klant@ipo.example"]);
    let outcome = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a comparison");
    assert!(outcome.differences.is_empty(), "{:?}", outcome.differences);
}

async fn role_05_what_waits_for_a_signature_lapses_with_its_holder(desk: &Desk) {
    with_matrix(desk, true).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    leaves(desk, "anna").await;
    assert_eq!(says(desk, &anna).await, ["role.granted", "role.end_set", "role.ended"]);
    assert_eq!(signs(desk, ADMIN, &anna, json!({})).await, (409, json!("role_ended")));
}

async fn whoever_is_erased_gives_up_their_roles_and_is_nowhere_shown_or_mailed(desk: &Desk) {
    with_matrix(desk, false).await;
    let mut admin = right(Role::GlobalAdministrator, "anna@ipo.example");
    admin["untilAt"] = json!("2026-03-20T08:00:00+01:00");
    let (admin, klanten) = (grants(desk, &admin).await, grants(desk, &klant("anna@ipo.example")).await);
    let anna = person(desk, "anna").await;
    let id = anna.rsplit('/').next().expect("an id");
    let erased = desk.post("/v1/erasures", &json!({ "person": id, "reason": "Verzoek." })).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    for one in [&admin, &klanten] {
        let shown = desk.get(&path(one, "")).await.body;
        let ending = shown["events"].as_array().expect("events").iter().find(|event| event["type"] == "role.end_set").cloned();
        assert_eq!((&shown["state"], ending.map(|event| event["data"]["because"].clone())), (&json!("ended"), Some(json!("erased"))));
    }
    assert_eq!(told(desk).await, ["klant@ipo.example"]);
    assert_eq!(desk.patch(&anna, &json!({ "isActive": true, "name": "Anna" })).await.body["code"], json!("person_erased"));
    assert_eq!(desk.post(ROLES, &klant(id)).await.body["errors"][0]["code"], json!("unknown_person"));
    nothing_went_nowhere(desk);
}

async fn role_04_somebody_without_an_address_is_reached_at_the_contracts_and_the_gap_is_told(desk: &Desk) {
    with_matrix(desk, false).await;
    let cor = desk.post("/v1/people", &json!({ "organisation": "ipo", "name": "Cor Krul", "phone": "+31612345678" })).await.body;
    grants(desk, &klant(cor["id"].as_str().expect("an id"))).await;
    assert_eq!(told(desk).await, ["klant@ipo.example"]);
    assert_eq!(gaps(desk).await, ["klant no_address true", "team nobody_holds_it false"]);
    assert_eq!(letters(desk, "geen adres bekend"), 1);
    // Nor can anybody give the address that is kept in place of one.
    let kept = format!("{}@no-address.invalid", cor["id"].as_str().expect("an id"));
    let made = desk.post("/v1/people", &json!({ "organisation": "ipo", "name": "Cor", "email": kept })).await;
    assert_eq!((made.status, &made.body["errors"][0]["code"]), (400, &json!("bad_format")), "{}", made.body);
    let bounced = desk.mail_arrives("servicedesk", &format!("From: Cor <{kept}>\nSubject: x\nMessage-ID: <a@b>\n\nx\n")).await;
    assert_eq!(bounced.body["outcome"], "quarantined", "{}", bounced.body);
    nothing_went_nowhere(desk);
}

async fn whoever_left_before_is_not_reached_in_a_role_that_nobody_ended(desk: &Desk) {
    use sea_orm::ConnectionTrait;
    with_matrix(desk, false).await;
    grants(desk, &klant("anna@ipo.example")).await;
    let left = "UPDATE person SET left_at = created_at WHERE email = 'anna@ipo.example'";
    assert_eq!(desk.behind().await.execute_unprepared(left).await.expect("rows").rows_affected(), 1);
    assert_eq!(told(desk).await, ["klant@ipo.example"]);
    assert_eq!(gaps(desk).await, ["klant no_address true", "team nobody_holds_it false"]);
}

async fn role_04_as_of_an_instant_it_is_told_who_acted_then(desk: &Desk) {
    with_matrix(desk, true).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let text =
        include_str!("../../../config/contracts/dap-example.toml").replace("signs_role_changes = true", "signs_role_changes = false");
    let text = text.replace("id = \"dap-example\"", "id = \"subjects\"");
    assert_eq!(desk.post("/v1/contracts", &json!({ "contract": text })).await.status, 201);
    let mut officer = klant("anna@ipo.example");
    (officer["role"], officer["contract"]) = (json!("privacy-officer"), json!("subjects"));
    let (anna, officer) = (grants(desk, &klant("anna@ipo.example")).await, grants(desk, &officer).await);
    desk.reaches("2026-03-02T10:00:00+01:00").await;
    assert_eq!((signs(desk, &client, &anna, json!({})).await.0, signs(desk, &sam, &anna, json!({})).await.0), (201, 201));
    let away = json!({ "fromAt": "2026-03-03T08:00:00+01:00", "untilAt": "2026-03-05T08:00:00+01:00", "deputy": "bram@ipo.example" });
    for one in [&anna, &officer] {
        assert_eq!(desk.ask(Some(&client), "POST", &path(one, "/absences"), Some(&away)).await.status, 201);
    }
    desk.reaches("2026-03-06T08:00:00+01:00").await;
    for one in [&anna, &officer] {
        let ended = desk.ask(Some(&client), "POST", &path(one, "/endings"), Some(&json!({ "reason": "Andere taak." }))).await;
        assert_eq!(ended.status, 201, "{}", ended.body);
    }
    let then = async |query: &str| {
        let listed = desk.get(&format!("{ROLES}?contract=matrix&{query}")).await;
        assert_eq!(listed.status, 200, "{query}: {}", listed.body);
        let items = listed.body["items"].as_array().expect("items").clone();
        let name = |one: &Value| format!("{} {}", one["state"], one["acting"][0]["name"]).replace('"', "");
        items.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(then("asOf=2026-03-02T11:00:00Z").await, ["in_force Anna de Boer"]);
    assert_eq!(then("asOf=2026-03-04T08:00:00Z").await, ["in_force Bram Visser"]);
    assert_eq!(then("asOf=2026-03-05T08:00:00Z").await, ["in_force Anna de Boer"]);
    assert_eq!(then("asOf=2026-03-04T08:00:00Z&state=in_force").await, ["in_force Bram Visser"]);
    assert_eq!(then("asOf=2026-03-06T08:00:00Z").await, Vec::<String>::new());
    assert_eq!(then("asOf=2026-03-06T08:00:00Z&state=ended").await, ["ended null"]);
    assert_eq!(then("asOf=2026-03-02T07:30:00Z&state=pending,in_force").await, ["pending null"], "nobody had signed yet");
    assert_eq!(then("asOf=2026-03-01T07:30:00Z&state=pending,planned,in_force,ended").await, Vec::<String>::new());
    let subjects = async |query: &str| {
        let answer = desk.get(&format!("/v1/contracts/subjects/subjects{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["items"].to_string()
    };
    let (before, during, now) =
        (subjects("?asOf=2026-03-02T11:00:00Z").await, subjects("?asOf=2026-03-04T08:00:00Z").await, subjects("").await);
    assert!(before.contains("anna@ipo.example") && !before.contains("bram@ipo.example"), "{before}");
    assert!(during.contains("bram@ipo.example") && !during.contains("anna@ipo.example"), "{during}");
    assert!(now.contains("privacy@ipo.example") && !now.contains("anna@ipo.example") && !now.contains("bram@ipo.example"), "{now}");
    assert_eq!(desk.get("/v1/contracts/subjects/subjects?asOf=2019-01-01T00:00:00Z").await.status, 404, "it was not in force");
}

async fn it_is_for_a_service_manager_or_the_client_itself_to_say_that_somebody_left(desk: &Desk) {
    with_matrix(desk, false).await;
    let (anna, left) = (person(desk, "anna").await, json!({ "isActive": false }));
    let asks = async |token: String, body: &Value| {
        let answer = desk.ask(Some(&token), "PATCH", &anna, Some(body)).await;
        (answer.status, answer.body["code"].clone())
    };
    let (forbidden, done) = ((403, json!("role_missing")), (200, Value::Null));
    for role in [Role::AgentLine1, Role::AgentLine2] {
        let agent = desk.token(None, &[role]).await;
        assert_eq!(asks(agent.clone(), &left).await, forbidden, "{role}");
        assert_eq!(asks(agent.clone(), &json!({ "phone": "070 1234567", "isActive": true })).await, forbidden, "{role}");
        assert_eq!(asks(agent, &json!({ "phone": "070 1234567" })).await, done, "{role}");
    }
    let approver = desk.token(Some("ipo"), &[Role::Approver]).await;
    assert_eq!(asks(approver.clone(), &json!({ "name": "Anders" })).await.0, 403, "what is known of people is the desk's to change");
    assert_eq!(asks(desk.token(Some("ipo"), &[Role::AuthorisedRequester]).await, &left).await.0, 403);
    assert_eq!(asks(desk.token(Some("gemeente-voorbeeld"), &[Role::Approver]).await, &left).await.0, 404, "another client's people");
    for token in [approver, desk.token(None, &[Role::ServiceManager]).await, desk.token(None, &[Role::Administrator]).await] {
        assert_eq!((asks(token.clone(), &left).await, asks(token, &json!({ "isActive": true })).await), (done.clone(), done.clone()));
    }
}

async fn whoever_of_the_desk_leaves_gives_up_roles_and_tokens_and_comes_back_to_neither_once_erased(desk: &Desk) {
    with_matrix(desk, false).await;
    let token = desk.person(None, "Els Bos", "els@leverancier.example", &[Role::AgentLine1]).await;
    let id = desk.account_with("els@leverancier.example").await.to_string();
    let mut team = klant(&id);
    team["role"] = json!("team");
    let team = grants(desk, &team).await;
    let (els, out, back) = (format!("/v1/people/{id}"), json!({ "isActive": false }), json!({ "isActive": true }));
    let comes_in = async || desk.ask(Some(&token), "GET", "/v1/tickets", None).await.status;
    let shown = desk.get(&els).await;
    assert_eq!((&shown.body["organisation"], &shown.body["email"]), (&Value::Null, &json!("els@leverancier.example")), "{}", shown.body);
    assert_eq!((comes_in().await, state(desk, &team).await), (200, json!("in_force")));
    // A service manager records departures, and gives nobody access to the desk.
    let manager = desk.token(None, &[Role::ServiceManager]).await;
    assert_eq!(desk.ask(Some(&manager), "PATCH", &els, Some(&out)).await.status, 403);
    let old = shown.headers["etag"].to_str().expect("a tag").to_owned();
    let since = async |tag: &str, change: &Value| desk.send(Some(ADMIN), ("PATCH", &els), &[("if-match", tag)], Some(change)).await;
    let left = since(&old, &out).await;
    assert_eq!((left.status, &left.body["isActive"]), (200, &json!(false)), "{}", left.body);
    assert_eq!((comes_in().await, state(desk, &team).await), (401, json!("ended")));
    assert_eq!(since(&old, &back).await.body["code"], json!("version_changed"));
    let again = since(left.headers["etag"].to_str().expect("a tag"), &back).await;
    assert_eq!((again.status, &again.body["isActive"]), (200, &json!(true)), "{}", again.body);
    assert_eq!((comes_in().await, state(desk, &team).await), (401, json!("ended")), "the token stays revoked");
    assert_eq!(desk.patch(&els, &out).await.status, 200);
    assert_eq!(desk.post("/v1/erasures", &json!({ "person": id, "reason": "Verzoek." })).await.status, 201);
    assert_eq!(desk.patch(&els, &back).await.body["code"], json!("person_erased"));
    assert_eq!(desk.get(&els).await.body["isActive"], json!(false));
}

async fn role_05_whoever_held_an_agreed_role_holds_it_no_more_once_their_account_is_closed(desk: &Desk) {
    with_matrix(desk, true).await;
    let new = json!({ "name": "Nood Een", "roles": ["service_manager"], "password": "zevende-boot-klinkt-groen" });
    let made = desk.post("/v1/local-accounts", &new).await;
    let id = made.body["account"]["id"].as_str().expect("an id").to_owned();
    let team = json!({ "kind": "matrix", "role": "team", "contract": "matrix", "holder": id, "reason": "Zo afgesproken." });
    let team = grants(desk, &team).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    assert_eq!((signs(desk, &client, &team, json!({})).await.0, signs(desk, &sam, &team, json!({})).await.0), (201, 201));
    assert_eq!(state(desk, &team).await, json!("in_force"));
    let closed = desk.post(&format!("/v1/local-accounts/{id}/closures"), &json!({})).await;
    assert_eq!(closed.status, 201, "{}", closed.body);
    let shown = desk.get(&path(&team, "")).await.body;
    let ending = shown["events"].as_array().expect("events").iter().find(|event| event["type"] == "role.end_set");
    assert_eq!((&shown["state"], &ending.expect("an end")["data"]["because"]), (&json!("ended"), &json!("left")), "{shown}");
    desk.passes("PT1M").await;
    assert!(gaps(desk).await.contains(&"team nobody_holds_it false".to_owned()), "{:?}", gaps(desk).await);
}
