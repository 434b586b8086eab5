//! A caller who asks too much, too long or too slowly is told so, and nobody else feels it.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{ADMIN, Answer, Desk, On, incident};

async fn all_at_once(desk: &Desk, token: &str, count: usize) -> Vec<Answer> {
    futures_util::future::join_all((0..count).map(|_| desk.ask(Some(token), "GET", "/v1/tickets", None))).await
}

fn with(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[actix_web::test]
async fn a_token_that_asks_too_much_waits_and_then_goes_on() {
    let told = [("UURWERK_HTTP_REQUESTS_PER_MINUTE", "60"), ("UURWERK_HTTP_BURST", "5")];
    let desk = Desk::open_with(On::Sqlite, &told).await;
    let other = desk.token_of("ipo").await;
    let answers = all_at_once(&desk, ADMIN, 30).await;
    assert!(with(&answers, 200) >= 5 && with(&answers, 200) + with(&answers, 429) == 30, "{answers:?}");
    let refused = answers.iter().find(|answer| answer.status == 429).expect("one too many");
    assert_eq!(
        (&refused.body["code"], refused.headers["content-type"].to_str().ok()),
        (&json!("too_many_requests"), Some("application/problem+json"))
    );
    let wait: u64 = refused.headers["retry-after"].to_str().ok().and_then(|text| text.parse().ok()).expect("seconds");
    assert!((1..=5).contains(&wait), "{wait}");
    assert_eq!(desk.ask(Some(&other), "GET", "/v1/tickets", None).await.status, 200);
    assert_eq!(desk.ask(None, "GET", "/livez", None).await.status, 200);
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(desk.get("/v1/tickets").await.status, 200);
}

#[actix_web::test]
async fn no_limit_is_no_limit() {
    let told = [("UURWERK_HTTP_REQUESTS_PER_MINUTE", "0"), ("UURWERK_HTTP_BURST", "1")];
    let desk = Desk::open_with(On::Sqlite, &told).await;
    assert_eq!(with(&all_at_once(&desk, ADMIN, 30).await, 200), 30);
}

#[actix_web::test]
async fn who_guesses_tokens_waits_and_whoever_has_a_good_one_is_let_in() {
    // One a minute, so that none is forgotten while they are sent.
    let desk = Desk::open_with(On::Sqlite, &[("UURWERK_HTTP_FAILURES_PER_MINUTE", "1")]).await;
    let client = desk.token_of("ipo").await;
    let mut statuses = Vec::new();
    for guess in 0..6 {
        statuses.push(desk.ask(Some(&format!("uwk_{guess}")), "GET", "/v1/tickets", None).await.status);
    }
    assert_eq!(statuses, [401, 429, 429, 429, 429, 429]);
    // From the same address, and never seen before.
    for good in [client.as_str(), ADMIN] {
        assert_eq!(desk.ask(Some(good), "GET", "/v1/tickets", None).await.status, 200);
    }
    assert_eq!(desk.ask(None, "GET", "/v1/tickets", None).await.status, 401);
}

#[actix_web::test]
async fn each_body_has_its_cap() {
    let desk = Desk::open(On::Sqlite).await;
    let json_type = [("content-type", "application/json")];
    let ticket = |length| {
        let mut ticket = incident("p3");
        ticket["description"] = json!("x".repeat(length));
        ticket.to_string().into_bytes()
    };
    assert_eq!(desk.send_raw("/v1/tickets", ticket(99_000), &json_type).await.status, 201);
    let large = desk.send_raw("/v1/tickets", ticket(1024 * 1024), &json_type).await;
    assert_eq!((large.status, &large.body["code"]), (413, &json!("too_large")));
    let mail =
        |length: usize| format!("From: anna@ipo.example\nSubject: Lang\nMessage-ID: <{length}@ipo.example>\n\n{}\n", "x".repeat(length));
    assert_eq!(desk.mail_arrives("servicedesk", &mail(2 * 1024 * 1024)).await.body["outcome"], "ticket");
    assert_eq!(desk.mail_arrives("servicedesk", &mail(26 * 1024 * 1024)).await.status, 413);
}

/// Says what it gets until the connection ends, while a byte goes out every while.
async fn drips(desk: &Desk, line: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(desk.address()).await.expect("a connection");
    let head = format!("{line} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {ADMIN}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.expect("a head");
    let (mut reads, mut writes) = stream.split();
    let drip = async {
        while writes.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = drip => {}
        ended = reads.read_to_end(&mut answer) => drop(ended),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn a_body_that_drips_is_cut_off_whatever_it_is_for() {
    let desk = Desk::open_with(On::Sqlite, &[("UURWERK_HTTP_SLOW_BODY_SECONDS", "1")]).await;
    let number = desk.registers(&incident("p3")).await;
    let json = "Content-Type: application/json\r\nContent-Length: 100000\r\n";
    let octets = "Content-Type: application/octet-stream\r\nContent-Length: 100000\r\n";
    let file = format!("POST /v1/tickets/{number}/attachments?name=traag.bin");
    for (line, headers) in [("POST /v1/tickets", json), ("POST /v1/inbound-messages?mailbox=servicedesk", octets), (&*file, octets)] {
        let answer = drips(&desk, line, headers).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("body_too_slow"), "{line}: {answer}");
    }
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"], json!([]));
    assert_eq!(std::fs::read_dir(desk.attachments()).map(Iterator::count).expect("a folder"), 0);
    assert_eq!(desk.get("/v1/tickets").await.body["items"].as_array().map(Vec::len), Some(1));
}
