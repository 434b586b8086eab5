//! What is taken away from a caller is gone at once, on every process; and knowing a caller again costs nothing.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;
use uurwerk::domain::permission::Role;
use uurwerk::usecases::tokens::{self, NewToken};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    iam_05_a_token_revoked_on_one_process_is_refused_by_the_other_at_every_operation,
    what_comes_in_slowly_is_not_kept_when_its_sender_may_no_longer_come_in_at_its_end,
    a_caller_goes_on_when_somebody_elses_token_is_revoked,
    a_caller_whose_rights_changed_tries_again_with_the_new_ones,
    a_process_that_came_across_the_change_lets_them_do_what_they_may_now_at_once,
    knowing_a_caller_again_costs_no_statement_beside_the_one_that_opens_their_scope,
);

/// A token of the desk, with its id.
async fn token(desk: &Desk, roles: Vec<Role>) -> (String, Uuid) {
    let new = NewToken { name: Uuid::new_v4().to_string(), roles, ..NewToken::default() };
    let text = tokens::create(&desk.app, &new).await.expect("a token");
    let made = tokens::all(&desk.app).await.expect("tokens").into_iter().find(|one| one.token.name == new.name).expect("it is there");
    (text, made.token.id)
}

fn of_the_desk() -> Vec<Role> {
    let side = uurwerk::domain::contract::Side::Supplier;
    Role::ALL.into_iter().filter(|role| role.side() == side && *role != Role::Integration).collect()
}

/// The tables that no operation may touch for somebody who may not come in.
async fn rows(desk: &Desk) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["ticket", "event", "message", "attachment", "upload", "inbound_mail", "obligation", "calendar_amendment", "idempotency"] {
        counts.push(desk.rows(table).await);
    }
    counts
}

async fn iam_05_a_token_revoked_on_one_process_is_refused_by_the_other_at_every_operation(desk: &Desk) {
    let other = desk.another_door().await;
    let number = desk.registers(&incident("p3")).await;
    let mailbox = "/v1/inbound-messages?mailbox=servicedesk";
    let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("a document");
    let (before, began) = (rows(desk).await, other.app.time.now());
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if !["get", "post", "patch", "put", "delete"].contains(&method.as_str()) || operation["security"] == json!([]) {
                continue;
            }
            let filled = path.replace("{ref}", &number).replace("{kind}", "response").replace("{contract}", "dap-example");
            let filled = filled.replace("{id}", "018f4c1e-7a3b-7c00-8000-0000000000aa");
            let filled = if path == "/inbound-messages" && method == "post" { mailbox.to_owned() } else { format!("/v1{filled}") };
            let body = (method != "get").then(|| match path.as_str() {
                "/tickets" => incident("p3"),
                "/tickets/{ref}/messages" => json!({ "visibility": "public", "body": "Hallo." }),
                "/sandbox/advances" => json!({ "by": "PT1H" }),
                _ => json!({ "title": "Anders", "reason": "Zo is het." }),
            });
            let (text, id) = token(desk, of_the_desk()).await;
            assert_eq!(other.ask(Some(&text), "GET", "/v1/tickets", None).await.status, 200, "it is known there");
            tokens::revoke(&desk.app, id).await.expect("it is revoked");
            let answer = other.ask(Some(&text), &method.to_uppercase(), &filled, body.as_ref()).await;
            assert_eq!((answer.status, &answer.body["code"]), (401, &json!("unauthorized")), "{method} {path}: {}", answer.body);
            asked += 1;
        }
    }
    assert_eq!((rows(desk).await, other.app.time.now()), (before, began), "none did anything");
    println!("{asked} operations refuse a token that was revoked on another process");
    assert!(asked > 40, "the operations were not found");
}

/// Sends a request but for the last byte of its body, and does something once its sender was let in; the status of the answer.
async fn sent_slowly(desk: &Desk, token: &str, (path, media, body): (&str, &str, &[u8]), meanwhile: impl AsyncFnOnce()) -> String {
    desk.app.used_tokens.take();
    let mut stream = TcpStream::connect(desk.address()).await.expect("a connection");
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {token}\r\nContent-Type: {media}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("a head");
    stream.write_all(&body[..length - 1]).await.expect("most of it");
    while desk.app.used_tokens.take().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    meanwhile().await;
    stream.write_all(&body[length - 1..]).await.expect("the rest");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Whatever is long in coming is kept by right of who may come in when all of it is there, not of who could when it began.
async fn what_comes_in_slowly_is_not_kept_when_its_sender_may_no_longer_come_in_at_its_end(desk: &Desk) {
    let other = desk.another_process().await;
    let number = desk.registers(&incident("p3")).await;
    let file = format!("/v1/tickets/{number}/attachments?name=laat.txt");
    let message = json!({ "visibility": "public", "body": "Hallo." }).to_string();
    let ticket = incident("p3").to_string();
    let bulk = json!({ "items": [incident("p3")] }).to_string();
    let mail = b"From: anna@ipo.example\r\nSubject: x\r\nMessage-ID: <1@x>\r\n\r\nx\r\n";
    let messages = format!("/v1/tickets/{number}/messages");
    let before = rows(desk).await;
    for (path, media, body) in [
        (file.as_str(), "application/octet-stream", &[b'x'; 2000][..]),
        ("/v1/inbound-messages?mailbox=servicedesk", "application/octet-stream", &mail[..]),
        (messages.as_str(), "application/json", message.as_bytes()),
        ("/v1/tickets", "application/json", ticket.as_bytes()),
        ("/v1/tickets/_bulk", "application/json", bulk.as_bytes()),
    ] {
        let (text, id) = token(desk, of_the_desk()).await;
        let status = sent_slowly(desk, &text, (path, media, body), async || {
            tokens::revoke(&other, id).await.expect("it is revoked");
        })
        .await;
        assert_eq!(status, "401", "{path}");
        assert_eq!(rows(desk).await, before, "{path}: nothing of it is kept");
    }
    // The same for somebody who left.
    let mut theirs = incident("p3");
    theirs["requester"] = json!({ "name": "Anna de Boer", "email": "anna@ipo.example" });
    let made = desk.post("/v1/tickets", &theirs).await.body;
    let (own, person) = (made["number"].as_str().expect("a number"), made["requester"]["id"].as_str().expect("an id"));
    let new = NewToken {
        name: "portaal".to_owned(),
        organisation: Some("ipo".to_owned()),
        roles: vec![Role::Requester],
        person: Some("anna@ipo.example".to_owned()),
        ..NewToken::default()
    };
    let text = tokens::create(&desk.app, &new).await.expect("a token");
    let before = rows(desk).await;
    let file = format!("/v1/tickets/{own}/attachments?name=laat.txt");
    let status = sent_slowly(desk, &text, (&file, "application/octet-stream", &[b'x'; 2000]), async || {
        assert_eq!(desk.patch(&format!("/v1/people/{person}"), &json!({ "isActive": false })).await.status, 200);
    })
    .await;
    assert_eq!(status, "401");
    assert_eq!(rows(desk).await, before, "nothing of it is kept");
}

async fn a_caller_goes_on_when_somebody_elses_token_is_revoked(desk: &Desk) {
    let ((mine, _), (_, theirs)) = (token(desk, of_the_desk()).await, token(desk, of_the_desk()).await);
    assert_eq!(desk.ask(Some(&mine), "GET", "/v1/tickets", None).await.status, 200);
    tokens::revoke(&desk.app, theirs).await.expect("it is revoked");
    for _ in 0..2 {
        let made = desk.ask(Some(&mine), "POST", "/v1/tickets", Some(&incident("p3"))).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
}

async fn a_caller_whose_rights_changed_tries_again_with_the_new_ones(desk: &Desk) {
    let other = desk.another_door().await;
    let (text, id) = token(desk, vec![Role::AgentLine1]).await;
    assert_eq!(other.ask(Some(&text), "GET", "/v1/tickets", None).await.status, 200);
    for sql in [
        format!("UPDATE token SET roles = 'auditor' WHERE name = '{}'", name(desk, id).await),
        "UPDATE access_state SET version = version + 1".to_owned(),
    ] {
        desk.behind().await.execute_unprepared(&sql).await.expect("it is changed");
    }
    let before = rows(desk).await;
    let answer = other.ask(Some(&text), "POST", "/v1/tickets", Some(&incident("p3"))).await;
    assert_eq!((answer.status, &answer.body["code"]), (503, &json!("access_changed")), "{}", answer.body);
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(rows(desk).await, before);
    let again = other.ask(Some(&text), "POST", "/v1/tickets", Some(&incident("p3"))).await;
    assert_eq!((again.status, &again.body["code"]), (403, &json!("role_missing")), "{}", again.body);
    assert_eq!(other.ask(Some(&text), "GET", "/v1/tickets", None).await.status, 200);
}

async fn a_process_that_came_across_the_change_lets_them_do_what_they_may_now_at_once(desk: &Desk) {
    let (text, id) = token(desk, vec![Role::Auditor]).await;
    let (other, _) = token(desk, of_the_desk()).await;
    assert_eq!(desk.ask(Some(&text), "GET", "/v1/tickets", None).await.status, 200);
    let roles = format!("UPDATE token SET roles = 'agent_line_1' WHERE name = '{}'", name(desk, id).await);
    desk.behind().await.execute_unprepared(&roles).await.expect("it is changed");
    desk.behind().await.execute_unprepared("UPDATE access_state SET version = version + 1").await.expect("it is changed");
    assert_eq!(desk.ask(Some(&other), "GET", "/v1/tickets", None).await.status, 200);
    let made = desk.ask(Some(&text), "POST", "/v1/tickets", Some(&incident("p3"))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    // This process made the change itself.
    let (_, third) = token(desk, of_the_desk()).await;
    tokens::revoke(&desk.app, third).await.expect("it is revoked");
    let roles = roles.replace("agent_line_1", "auditor");
    desk.behind().await.execute_unprepared(&roles).await.expect("it is changed");
    let refused = desk.ask(Some(&text), "POST", "/v1/tickets", Some(&incident("p3"))).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("role_missing")), "{}", refused.body);
}

async fn name(desk: &Desk, id: Uuid) -> String {
    tokens::all(&desk.app).await.expect("tokens").into_iter().find(|one| one.token.id == id).expect("it is there").token.name
}

async fn knowing_a_caller_again_costs_no_statement_beside_the_one_that_opens_their_scope(desk: &Desk) {
    // A desk whose workers sleep: what runs is what is asked.
    let number = desk.registers(&incident("p3")).await;
    let (text, _) = token(desk, of_the_desk()).await;
    let costs = async |token: &str| {
        let before = desk.app.db.statements();
        let answer = desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/messages"), None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        desk.app.db.statements() - before
    };
    let (first, again) = (costs(&text).await, costs(&text).await);
    // The token in the settings is found without asking the database.
    let unchecked = costs(ADMIN).await;
    let check = u64::from(desk.on() == crate::support::On::Sqlite);
    assert_eq!(again, unchecked + check, "the first time {first}");
    assert!(first > again);
}
