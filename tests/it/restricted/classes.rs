//! How sensitive a file is, and who reads it (SEC-04).

use serde_json::json;
use uurwerk::domain::permission::Role;

use super::person;
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    sec_04_a_restricted_file_is_read_by_few_of_those_who_see_its_ticket,
    sec_04_a_file_is_classified_anew_by_whoever_may_read_it_and_the_history_says_so,
);

async fn sec_04_a_restricted_file_is_read_by_few_of_those_who_see_its_ticket(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let other = desk.token_of("gemeente-voorbeeld").await;
    let adder = desk.token(None, &[Role::AgentLine1]).await;
    let add = async |class: &str| {
        let path = format!("/v1/tickets/{number}/attachments?name=a.txt{class}");
        let request = desk.request("POST", &path).bearer_auth(&adder).header("content-type", "application/octet-stream");
        let answer = request.body(b"123456782".to_vec()).send().await.expect("an answer");
        let body: serde_json::Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("json");
        (body["id"].as_str().unwrap_or_default().to_owned(), body["classification"].clone(), body["errors"][0]["pointer"].clone())
    };
    let (open, class, _) = add("").await;
    assert_eq!(class, json!("internal"));
    let (restricted, class, _) = add("&classification=restricted").await;
    assert_eq!(class, json!("restricted"));
    assert_eq!(add("&classification=geheim").await.2, json!("classification"));
    for (who, token, status) in [
        ("first line", desk.token(None, &[Role::AgentLine1]).await, 403),
        ("an auditor", desk.token(None, &[Role::Auditor]).await, 403),
        ("an integration", desk.token(None, &[Role::Integration]).await, 403),
        ("who sees all of the client's", desk.token(Some("ipo"), &[Role::AuthorisedRequester]).await, 403),
        ("second line", desk.token(None, &[Role::AgentLine2]).await, 200),
        ("who decides for the client", desk.token(Some("ipo"), &[Role::Approver]).await, 200),
        ("whoever added it", adder.clone(), 200),
        ("whose ticket it is", person(desk, "anna@ipo.example", Role::Requester).await, 200),
        // For another client it is not there, which says less.
        ("another client", other, 404),
    ] {
        let read = async |id: &str| {
            let path = format!("/v1/tickets/{number}/attachments/{id}");
            desk.ask(Some(&token), "GET", &path, None).await
        };
        let answer = read(&restricted).await;
        assert_eq!(answer.status, status, "{who}: {}", answer.body);
        assert_eq!(read(&open).await.status, if status == 404 { 404 } else { 200 }, "{who}");
        if status == 403 {
            assert_eq!(answer.body["code"], "role_missing", "{who}");
        }
    }
}

async fn sec_04_a_file_is_classified_anew_by_whoever_may_read_it_and_the_history_says_so(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ticket = format!("/v1/tickets/{number}");
    let octets = [("content-type", "application/octet-stream")];
    let add = async |visibility: &str| {
        let path = format!("{ticket}/attachments?name=a.txt&visibility={visibility}");
        let added = desk.send_raw(&path, b"123456782".to_vec(), &octets).await;
        format!("{ticket}/attachments/{}", added.body["id"].as_str().expect("an id"))
    };
    let (shared, own) = (add("public").await, add("internal").await);
    let second = desk.token(None, &[Role::AgentLine2]).await;
    let first = desk.token(None, &[Role::AgentLine1]).await;
    let approver = desk.token(Some("ipo"), &[Role::Approver]).await;
    let says =
        async |token: &str, path: &str, class: &str| desk.ask(Some(token), "PATCH", path, Some(&json!({ "classification": class }))).await;
    // Who may not, may not; what a client does not see is not there for them; and another client finds nothing.
    assert_eq!(says(&first, &shared, "restricted").await.body["code"], "role_missing");
    assert_eq!(says(&approver, &own, "restricted").await.status, 404);
    let other = desk.token(Some("gemeente-voorbeeld"), &[Role::Approver]).await;
    assert_eq!(says(&other, &shared, "restricted").await.status, 404);
    let wrong = says(&second, &shared, "geheim").await;
    assert_eq!((wrong.status, &wrong.body["errors"][0]["pointer"]), (400, &json!("/classification")), "{}", wrong.body);
    let none = desk.ask(Some(&second), "PATCH", &shared, Some(&json!({}))).await;
    assert_eq!((none.status, &none.body["errors"][0]["code"]), (400, &json!("required")), "{}", none.body);

    let read = async |token: &str| desk.ask(Some(token), "GET", &shared, None).await.status;
    assert_eq!(read(&first).await, 200);
    let tag = desk.get(&ticket).await.headers["etag"].to_str().expect("a tag").to_owned();
    let matching = async |class: &str| {
        desk.send(Some(&second), ("PATCH", &shared), &[("if-match", &tag)], Some(&json!({ "classification": class }))).await
    };
    let changed = matching("restricted").await;
    assert_eq!((changed.status, &changed.body["classification"]), (200, &json!("restricted")), "{}", changed.body);
    assert_eq!(read(&first).await, 403);
    assert_eq!(matching("public").await.status, 412, "the ticket changed since");
    // The same again is no change.
    assert_eq!(says(&second, &shared, "restricted").await.status, 200);
    assert_eq!(says(&approver, &shared, "internal").await.status, 200);
    assert_eq!(read(&first).await, 200);
    assert_eq!(says(&second, &own, "restricted").await.status, 200);
    let told = async |token: &str| {
        let events = desk.ask(Some(token), "GET", &format!("{ticket}/events?pageSize=100"), None).await.body["items"].clone();
        let classes = events.as_array().expect("events").iter().filter(|event| event["type"] == "ticket.file_classified");
        classes.map(|event| (event["data"]["before"].clone(), event["data"]["classification"].clone())).collect::<Vec<_>>()
    };
    let change = |before: &str, after: &str| (json!(before), json!(after));
    let seen = [change("internal", "restricted"), change("restricted", "internal")];
    assert_eq!(told(&approver).await, seen);
    assert_eq!(told(&second).await, [&seen[..], &[change("internal", "restricted")]].concat(), "the desk's own file is the desk's");
}
