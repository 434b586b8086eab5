//! How sensitive a file is, and who reads it (SEC-04).

use serde_json::json;
use uurwerk::domain::permission::Role;

use super::person;
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(sec_04_a_restricted_file_is_read_by_few_of_those_who_see_its_ticket);

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
