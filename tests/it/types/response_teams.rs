//! Response teams that are called in on a breach of security, and services that run on a fallback after a calamity.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{errors, of_type, pair, subjects_to, told, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    inc_14_a_team_is_called_in_with_a_task_and_its_members_are_mailed_once,
    inc_14_a_repeated_request_calls_a_team_in_once,
    inc_14_teams_are_called_in_on_an_open_breach_of_security_alone,
    inc_14_whoever_may_not_see_the_breach_or_is_not_of_the_desk_calls_nobody,
    inc_14_a_team_without_an_address_is_called_in_and_nobody_is_mailed,
    inc_14_a_task_is_found_by_its_words_and_removed_for_good,
    inc_14_a_contract_names_teams_that_can_be_called_in,
    drp_02_a_service_on_a_fallback_says_so_until_it_has_ended,
    drp_02_a_fallback_is_shown_through_incidents_that_the_caller_sees,
);

/// The address of a member of the team `juridisch` of the example.
const LAWYER: &str = "privacy@ipo.example";

fn breach() -> Value {
    with(incident("p3"), json!({ "flags": ["security"], "securityAspects": ["confidentiality"], "title": "Wachtwoorden op straat" }))
}

async fn call(desk: &Desk, number: &str, team: &str, task: Option<&str>) -> crate::support::Answer {
    let body = task.map_or_else(|| json!({ "team": team }), |task| json!({ "team": team, "task": task }));
    desk.post(&format!("/v1/tickets/{number}/response-teams"), &body).await
}

fn heard(desk: &Desk, address: &str) -> usize {
    subjects_to(desk, address).iter().filter(|subject| subject.contains("Responsteam")).count()
}

async fn inc_14_a_team_is_called_in_with_a_task_and_its_members_are_mailed_once(desk: &Desk) {
    let number = desk.registers(&breach()).await;
    let task = "Is dit een datalek?\nLaat het voor zes uur weten.";
    let called = call(desk, &number, "juridisch", Some(task)).await;
    assert_eq!((called.status, &called.body["responseTeams"]), (201, &json!(["juridisch"])), "{}", called.body);
    assert_eq!(call(desk, &number, "it", None).await.body["responseTeams"], json!(["juridisch", "it"]));
    assert_eq!(told(&call(desk, &number, "juridisch", None).await), (409, json!("team_called")));
    desk.passes("PT1M").await;
    desk.passes("PT1H").await;
    assert_eq!(heard(desk, LAWYER), 1);
    let mails = desk.mails();
    let mail = mails.iter().find(|mail| mail.contains("Responsteam ingezet: Juridisch")).expect("a mail");
    let says = ["Is dit een datalek?", "Laat het voor zes uur weten.", "Beoordeelt of en aan wie", &number];
    assert!(says.iter().all(|words| mail.contains(words)), "{mail}");
    assert!(!mail.contains("Wachtwoorden"), "whoever reads it need not be among the few: {mail}");
    let shown = desk.get(&format!("/v1/tickets/{number}/response-teams")).await.body["items"].clone();
    assert_eq!((&shown[0]["team"], &shown[0]["task"], &shown[0]["label"]["en"]), (&json!("juridisch"), &json!(task), &json!("Legal")));
    assert_eq!((&shown[1]["team"], &shown[1]["task"]), (&json!("it"), &Value::Null), "{shown}");
    // The history says who called which team in, and nothing of the task.
    let events = desk.events(&number).await;
    let event = events.iter().find(|event| event["type"] == "ticket.response_team_called").expect("an event");
    assert_eq!((&event["data"], &event["id"], &event["reason"]), (&json!({ "team": "juridisch" }), &shown[0]["eventId"], &Value::Null));
    assert_eq!(event["changes"], json!([{ "field": "responseTeams", "before": null, "after": "juridisch" }]));
    assert!(!json!(events).to_string().contains("datalek"));
    // Taken back, it is there no more, and may be called in and mailed anew.
    let removal = json!({ "team": "juridisch", "reason": "Geen datalek." });
    let path = format!("/v1/tickets/{number}/response-team-removals");
    assert_eq!(errors(&desk.post(&path, &json!({ "team": "juridisch" })).await), [pair("/reason", "required")]);
    let taken = desk.post(&path, &removal).await;
    assert_eq!((taken.status, &taken.body["responseTeams"]), (201, &json!(["it"])), "{}", taken.body);
    assert_eq!(told(&desk.post(&path, &removal).await), (409, json!("team_not_called")));
    assert_eq!(call(desk, &number, "juridisch", None).await.status, 201);
    desk.passes("PT1M").await;
    assert_eq!(heard(desk, LAWYER), 2);
    assert_eq!(
        desk.get(&format!("/v1/tickets/{number}/response-teams")).await.body["items"][1]["task"],
        Value::Null,
        "the task was the first call's"
    );
    assert!(uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn inc_14_a_repeated_request_calls_a_team_in_once(desk: &Desk) {
    let number = desk.registers(&breach()).await;
    let body = json!({ "team": "juridisch", "task": "Kijk mee." }).to_string().into_bytes();
    let headers = [("Idempotency-Key", "juridisch-1"), ("content-type", "application/json")];
    for _ in 0..2 {
        let answer = desk.send_raw(&format!("/v1/tickets/{number}/response-teams"), body.clone(), &headers).await;
        assert_eq!((answer.status, &answer.body["responseTeams"]), (201, &json!(["juridisch"])), "{}", answer.body);
    }
    desk.passes("PT1M").await;
    assert_eq!(heard(desk, LAWYER), 1);
    let history = desk.history(&number).await;
    assert_eq!(history.iter().filter(|(kind, _)| kind == "ticket.response_team_called").count(), 1);
}

async fn inc_14_teams_are_called_in_on_an_open_breach_of_security_alone(desk: &Desk) {
    let plain = desk.registers(&incident("p3")).await;
    let refused = call(desk, &plain, "juridisch", None).await;
    assert_eq!(told(&refused), (409, json!("not_a_security_incident")));
    assert!(
        refused.body["detail"].as_str().is_some_and(|detail| detail.contains("flag the incident `security` first")),
        "{}",
        refused.body
    );
    let flag = json!({ "flag": "security", "securityAspects": ["integrity"] });
    let problem = desk.registers(&of_type("problem")).await;
    assert_eq!(desk.post(&format!("/v1/tickets/{problem}/flags"), &flag).await.status, 201);
    assert_eq!(told(&call(desk, &problem, "juridisch", None).await), (409, json!("not_an_incident")));
    let number = desk.registers(&breach()).await;
    let unknown = call(desk, &number, "hr", None).await;
    assert_eq!((unknown.status, errors(&unknown)), (400, vec![pair("/team", "unknown_value")]), "{}", unknown.body);
    assert!(unknown.body.to_string().contains("it, juridisch, pr"), "{}", unknown.body);
    assert_eq!(call(desk, &number, "pr", None).await.status, 201);
    desk.moves(&number, "cancelled").await;
    assert_eq!(told(&call(desk, &number, "juridisch", None).await), (409, json!("ticket_not_open")));
    desk.passes("PT1M").await;
    assert_eq!(heard(desk, LAWYER), 0);
}

async fn inc_14_whoever_may_not_see_the_breach_or_is_not_of_the_desk_calls_nobody(desk: &Desk) {
    let number = desk.registers(&breach()).await;
    let path = format!("/v1/tickets/{number}/response-teams");
    let body = json!({ "team": "juridisch" });
    let agent = desk.token(None, &[Role::AgentLine2]).await;
    let client = desk.token_of("ipo").await;
    assert_eq!(desk.ask(Some(&agent), "POST", &path, Some(&body)).await.status, 404);
    assert_eq!(desk.ask(Some(&agent), "GET", &path, None).await.status, 404);
    assert_eq!(desk.ask(Some(&client), "POST", &path, Some(&body)).await.status, 403);
    assert_eq!(call(desk, &number, "juridisch", Some("Kijk mee.")).await.status, 201);
    // The client's officer sees who is on it, and what was asked.
    let iso = desk.person(Some("ipo"), "Ida Ros", "ida@ipo.example", &[Role::ClientSecurityOfficer]).await;
    let seen = desk.ask(Some(&iso), "GET", &path, None).await;
    assert_eq!((seen.status, &seen.body["items"][0]["task"]), (200, &json!("Kijk mee.")), "{}", seen.body);
    assert_eq!(desk.ask(Some(&iso), "POST", &path, Some(&json!({ "team": "it" }))).await.status, 403);
    let ticket = desk.ask(Some(&iso), "GET", &format!("/v1/tickets/{number}"), None).await;
    assert_eq!(ticket.body["responseTeams"], json!(["juridisch"]));
    // Of the desk, the security officer may.
    let officer = desk.person(None, "Sef Vos", "sef@leverancier.example", &[Role::SecurityOfficer]).await;
    let called = desk.ask(Some(&officer), "POST", &path, Some(&json!({ "team": "it" }))).await;
    assert_eq!((called.status, &called.body["responseTeams"]), (201, &json!(["juridisch", "it"])), "{}", called.body);
}

async fn inc_14_a_team_without_an_address_is_called_in_and_nobody_is_mailed(desk: &Desk) {
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("id = \"dap-example\"", "id = \"stil\"", 1);
    let text = format!(
        "{text}\n[roles.woordvoerder]\nside = \"client\"\n\n[[response_teams]]\ncode = \"pers\"\nresponsibility = \"Praat met de pers.\"\nroles = [\"woordvoerder\"]\n"
    );
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    let contract = desk.get("/v1/contracts/stil").await.body["responseTeams"].clone();
    let responsibility = json!({ "nl": "Praat met de pers.", "en": "Praat met de pers." });
    assert_eq!((&contract[3]["code"], &contract[3]["responsibility"]), (&json!("pers"), &responsibility), "{contract}");
    let number = desk.registers(&with(breach(), json!({ "contract": "stil" }))).await;
    assert_eq!(call(desk, &number, "pers", None).await.status, 201);
    desk.passes("PT1M").await;
    assert!(desk.mails().iter().all(|mail| !mail.contains("Responsteam")));
}

async fn inc_14_a_task_is_found_by_its_words_and_removed_for_good(desk: &Desk) {
    let number = desk.registers(&breach()).await;
    assert_eq!(call(desk, &number, "juridisch", Some("Bel Zwaluwstaart terug.")).await.status, 201);
    desk.passes("PT1M").await;
    let found = desk.get("/v1/tickets?text=zwaluwstaart").await.body["items"].clone();
    assert_eq!(found[0]["number"], json!(number), "{found}");
    let event = desk.get(&format!("/v1/tickets/{number}/response-teams")).await.body["items"][0]["eventId"].clone();
    let signer = desk.signer().await;
    let other = desk.person(None, "Tom Vos", "tom@leverancier.example", &[Role::SecurityOfficer]).await;
    // Whoever asks and whoever approves see the breach.
    let officer = desk.person(None, "Sef Vos", "sef@leverancier.example", &[Role::SecurityOfficer]).await;
    drop(signer);
    let wanted = json!({ "what": "response_task", "target": event, "reason": "Een naam." });
    let asked = desk.ask(Some(&officer), "POST", &format!("/v1/tickets/{number}/redactions"), Some(&wanted)).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let approval = format!("/v1/tickets/{number}/redactions/{}/approvals", asked.body["id"].as_str().expect("an id"));
    assert_eq!(desk.ask(Some(&other), "POST", &approval, None).await.status, 201);
    assert_eq!(desk.get("/v1/tickets?text=zwaluwstaart").await.body["items"], json!([]));
    assert!(desk.traces("Zwaluwstaart").await.is_empty(), "{:?}", desk.traces("Zwaluwstaart").await);
    let shown = desk.get(&format!("/v1/tickets/{number}/response-teams")).await.body["items"][0].clone();
    assert_eq!((&shown["team"], &shown["task"]), (&json!("juridisch"), &json!("[verwijderd]")), "that it was called in stays");
    let unknown = json!({ "what": "response_task", "target": number_of_nothing(), "reason": "Een naam." });
    let refused = desk.ask(Some(&officer), "POST", &format!("/v1/tickets/{number}/redactions"), Some(&unknown)).await;
    assert_eq!(errors(&refused), [pair("/target", "unknown_value")]);
}

fn number_of_nothing() -> String {
    uuid::Uuid::nil().to_string()
}

async fn inc_14_a_contract_names_teams_that_can_be_called_in(desk: &Desk) {
    let wrong = [
        ("roles = [\"heks\"]", "response_teams.3.roles.0: refers to nothing: there is no role"),
        ("roles = []", "response_teams.3.roles: needs at least one role"),
        ("roles = [\"ciso\", \"ciso\"]", "response_teams.3.roles.1"),
        ("", "response_teams.3.roles: is required"),
    ];
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("id = \"dap-example\"", "id = \"fout\"", 1);
    let refused = async |team: &str| {
        let answer = desk.post("/v1/contracts", &json!({ "contract": format!("{text}\n[[response_teams]]\n{team}\n") })).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        answer.body.to_string()
    };
    for (roles, expected) in wrong {
        let said = refused(&format!("code = \"pers\"\nresponsibility = \"De pers.\"\n{roles}")).await;
        assert!(said.contains(expected), "{roles}: {said}");
    }
    let said = refused("code = \"it\"\nresponsibility = \"Nog eens.\"\nroles = [\"ciso\"]").await;
    assert!(said.contains("response_teams.3: is named twice"), "{said}");
    let said = refused("code = \"de pers\"\nroles = [\"ciso\"]").await;
    assert!(said.contains("response_teams.3.code") && said.contains("response_teams.3.responsibility: is required"), "{said}");
}

/// The fallbacks of a service, among those that an agreement names.
fn fallbacks(services: &Value, code: &str) -> Value {
    let service = services.as_array().expect("services").iter().find(|one| one["code"] == code).expect("a service");
    service["fallbacks"].clone()
}

async fn calamity(desk: &Desk, number: &str, fallback: &str, note: &str) {
    let body = json!({ "downtime": "Alles.", "dataLoss": "Geen.", "fallback": fallback, "fallbackNote": note });
    let written = desk.post(&format!("/v1/tickets/{number}/calamities"), &body).await;
    assert_eq!(written.status, 201, "{}", written.body);
}

async fn drp_02_a_service_on_a_fallback_says_so_until_it_has_ended(desk: &Desk) {
    let on = async |service: &str| desk.registers(&with(incident("p3"), json!({ "service": service }))).await;
    let shown = async || desk.get("/v1/contracts/dap-example/services").await.body["items"].clone();
    let (mail, desktop) = (on("cloud").await, on("laptops").await);
    calamity(desk, &desktop, "none", "Geen.").await;
    let named = shown().await;
    assert_eq!(
        (&named[0]["code"], &named[0]["label"]["nl"], &named[1]["code"]),
        (&json!("cloud"), &json!("Clouddiensten"), &json!("netwerk"))
    );
    assert!(named.as_array().expect("services").iter().all(|one| one["fallbacks"] == json!([])), "none is on a fallback: {named}");
    calamity(desk, &mail, "active", "Webmail uit Dublin; bijlagen komen later.").await;
    let on_fallback = shown().await;
    let first = &fallbacks(&on_fallback, "cloud")[0];
    assert_eq!((&first["number"], &first["note"]), (&json!(mail), &json!("Webmail uit Dublin; bijlagen komen later.")), "{on_fallback}");
    assert_eq!((&first["organisation"], fallbacks(&on_fallback, "laptops")), (&json!("ipo"), json!([])));
    // A second incident on the same service, and the words of the last version of the first.
    let again = on("cloud").await;
    calamity(desk, &again, "active", "Ook de agenda.").await;
    calamity(desk, &mail, "active", "Alles uit Dublin.").await;
    let notes: Vec<_> = fallbacks(&shown().await, "cloud").as_array().expect("a list").iter().map(|one| one["note"].clone()).collect();
    assert_eq!(notes, [json!("Ook de agenda."), json!("Alles uit Dublin.")]);
    // A closed incident does not end a fallback; saying so does, and so does cancelling what was no incident.
    for phase in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&mail, phase).await.status, 201);
    }
    let client = desk.token(Some("ipo"), &[Role::Approver]).await;
    let accepted = json!({ "to": "closed", "reason": "Het werkt." });
    let closed = desk.ask(Some(&client), "POST", &format!("/v1/tickets/{mail}/transitions"), Some(&accepted)).await;
    assert_eq!(closed.status, 201, "{}", closed.body);
    assert_eq!(fallbacks(&shown().await, "cloud").as_array().map(Vec::len), Some(2));
    desk.moves(&again, "cancelled").await;
    assert_eq!(fallbacks(&shown().await, "cloud").as_array().map(Vec::len), Some(1));
    calamity(desk, &mail, "ended", "Weer uit Frankfurt.").await;
    assert_eq!(fallbacks(&shown().await, "cloud"), json!([]));
    assert_eq!(desk.get("/v1/contracts/covide/services").await.body["items"], json!([]), "it names no services");
    assert_eq!(desk.get("/v1/contracts/geen/services").await.status, 404);
}

async fn drp_02_a_fallback_is_shown_through_incidents_that_the_caller_sees(desk: &Desk) {
    let hidden = desk.registers(&with(incident("p3"), json!({ "flags": ["confidential"] }))).await;
    calamity(desk, &hidden, "active", "Stil.").await;
    let seen = async |token: &str| desk.ask(Some(token), "GET", "/v1/contracts/dap-example/services", None).await.body["items"].clone();
    let (agent, client) = (desk.token(None, &[Role::AgentLine2]).await, desk.token(Some("ipo"), &[Role::Approver]).await);
    for token in [&agent, &client] {
        assert_eq!(seen(token).await[0]["fallbacks"], json!([]));
    }
    let plain = desk.registers(&incident("p3")).await;
    calamity(desk, &plain, "active", "Webmail.").await;
    for token in [&agent, &client] {
        let shown = seen(token).await[0]["fallbacks"].clone();
        assert_eq!((shown.as_array().map(Vec::len), &shown[0]["number"]), (Some(1), &json!(plain)));
    }
    assert_eq!(desk.get("/v1/contracts/dap-example/services").await.body["items"][0]["fallbacks"].as_array().map(Vec::len), Some(2));
    let other = desk.token(Some("gemeente-voorbeeld"), &[Role::Approver]).await;
    assert_eq!(desk.ask(Some(&other), "GET", "/v1/contracts/dap-example/services", None).await.status, 404);
}
