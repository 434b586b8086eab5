//! A body is taken when it is known who sends it and that they may; as it is, and no more of it than the door takes.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, On, incident};

on_both_databases!(who_may_not_hears_so_before_a_byte_of_the_body_is_sent, a_compressed_body_is_refused_whatever_it_is_for);

/// What is answered to a request of which only the head is sent.
async fn answered_to_the_head(desk: &Desk, token: &str, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(desk.address()).await.expect("a connection");
    let head = format!("POST {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {token}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.expect("a head");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn who_may_not_hears_so_before_a_byte_of_the_body_is_sent(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let number = desk.registers(&incident("p3")).await;
    let octets = "Content-Type: application/octet-stream\r\nContent-Length: 1000000\r\n";
    let json = "Content-Type: application/json\r\nContent-Length: 100000\r\n";
    let large = "Content-Type: application/json\r\nContent-Length: 1048577\r\n";
    let mail = "/v1/inbound-messages?mailbox=servicedesk";
    let files = format!("/v1/tickets/{number}/attachments");
    for (token, path, headers, status, said) in [
        ("nobody", mail, octets, 401, "bearer token"),
        ("nobody", "/v1/tickets", json, 401, "bearer token"),
        (&client, mail, octets, 403, "desk_only"),
        (&client, "/v1/contracts", json, 403, "desk_only"),
        (&client, "/v1/contract-plans", json, 403, "desk_only"),
        (&client, "/v1/contract-simulations", json, 403, "desk_only"),
        (&client, "/v1/contracts/dap-example/calendar-amendments", json, 403, "desk_only"),
        (&client, "/v1/sandbox/advances", json, 403, "desk_only"),
        (&client, &format!("{files}?name=x&visibility=internal"), octets, 403, "desk_only"),
        (ADMIN, "/v1/inbound-messages?mailbox=nergens", octets, 404, "no such mailbox"),
        (ADMIN, "/v1/inbound-messages", octets, 400, "mailbox"),
        (ADMIN, "/v1/tickets/INC-9999/attachments?name=x", octets, 404, "no such ticket"),
        (ADMIN, mail, json, 415, "application/octet-stream"),
        (ADMIN, "/v1/tickets", octets, 415, "application/json"),
        (ADMIN, "/v1/tickets", large, 413, "1048576 bytes"),
        (ADMIN, mail, "Content-Type: application/octet-stream\r\nContent-Length: 26214401\r\n", 413, "26214400 bytes"),
        (
            ADMIN,
            &format!("{files}?name=x"),
            "Content-Type: application/octet-stream\r\nContent-Length: 52428801\r\n",
            413,
            "52428800 bytes",
        ),
    ] {
        let answer = answered_to_the_head(desk, token, path, headers).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(said), "{path}, {status} {said}: {answer}");
    }
}

async fn a_compressed_body_is_refused_whatever_it_is_for(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (json, octets) = ("application/json", "application/octet-stream");
    let file = format!("/v1/tickets/{number}/attachments?name=x");
    for (path, media) in [
        ("/v1/tickets", json),
        ("/v1/tickets/_bulk", json),
        ("/v1/contracts", json),
        ("/v1/inbound-messages?mailbox=servicedesk", octets),
        (&*file, octets),
    ] {
        for coding in ["gzip", "deflate", "br", "identity, gzip"] {
            let answer = desk.send_raw(path, vec![0x1f, 0x8b], &[("content-type", media), ("content-encoding", coding)]).await;
            let told = (answer.status, answer.body["code"].as_str(), answer.headers.get("accept-encoding").and_then(|it| it.to_str().ok()));
            assert_eq!(told, (415, Some("unsupported_content_encoding"), Some("identity")), "{path} {coding}");
        }
    }
    let plain = [("content-type", json), ("content-encoding", "identity")];
    assert_eq!(desk.send_raw("/v1/tickets", incident("p3").to_string().into_bytes(), &plain).await.status, 201);
}

/// The rest of the desk goes on, so it stays ready; but whoever runs it is told.
#[actix_web::test]
async fn a_folder_that_cannot_be_used_is_told_at_readyz_until_it_can() {
    let desk = Desk::open(On::Sqlite).await;
    let number = desk.registers(&incident("p3")).await;
    let file = format!("/v1/tickets/{number}/attachments?name=foto.png");
    let upload = async || desk.send_raw(&file, vec![7; 200_000], &[("content-type", "application/octet-stream")]).await.status;
    let long = async || {
        let mut long = incident("p3");
        long["description"] = json!("x".repeat(90_000));
        desk.post("/v1/tickets", &long).await.status
    };
    assert_eq!((upload().await, long().await), (201, 201));
    let folders = [desk.spool(), desk.attachments()];
    for folder in &folders {
        std::fs::remove_dir_all(folder).expect("it was there");
        std::fs::write(folder, "").expect("something else in its place");
    }
    assert_eq!((upload().await, long().await), (503, 503));
    let ready = desk.get("/readyz").await;
    assert_eq!((ready.status, &ready.body["status"], &ready.body["unusable"]), (200, &json!("impaired"), &json!(["attachments", "spool"])));
    for folder in &folders {
        std::fs::remove_file(folder).expect("gone");
        std::fs::create_dir(folder).expect("a folder again");
    }
    let ready = desk.get("/readyz").await;
    assert_eq!((&ready.body["status"], &ready.body["unusable"]), (&json!("ok"), &serde_json::Value::Null));
    assert_eq!((upload().await, long().await), (201, 201));
}

/// Longer than what waits in memory: through the spool and back, byte for byte, also in chunks of no announced length.
#[actix_web::test]
async fn a_long_body_arrives_as_it_was_sent_and_leaves_nothing_behind() {
    let desk = Desk::open(On::Sqlite).await;
    let text: String = (0..).map(|at| format!("regel {at} van de storing\n")).take(3500).collect();
    assert!(text.len() < 100_000, "as long as a description may be");
    let mut ticket = incident("p3");
    ticket["description"] = json!(text);
    let number = desk.registers(&ticket).await;
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["description"], ticket["description"]);
    let mail = format!("From: anna@ipo.example\nSubject: Lang\nMessage-ID: <lang@ipo.example>\n\n{}\n", "x".repeat(3_000_000))
        .replace('\n', "\r\n");
    let pieces: Vec<_> = mail.as_bytes().chunks(100_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let sent = desk
        .request("POST", "/v1/inbound-messages?mailbox=servicedesk")
        .bearer_auth(ADMIN)
        .header("content-type", "application/octet-stream");
    let kept = sent.body(reqwest::Body::wrap_stream(futures_util::stream::iter(pieces))).send().await.expect("an answer");
    let kept: serde_json::Value = kept.json().await.expect("JSON");
    let content = desk.request("GET", &format!("/v1/inbound-messages/{}/content", kept["id"].as_str().expect("an id")));
    let content = content.bearer_auth(ADMIN).send().await.expect("an answer").bytes().await.expect("bytes");
    assert!(content == mail.as_bytes());
    assert_eq!(std::fs::read_dir(desk.spool()).map(Iterator::count).expect("a folder"), 0);
}
