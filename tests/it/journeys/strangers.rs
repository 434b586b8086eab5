//! What anyone on the network can send: a desk in a process of its own answers it or hangs up, and its log stays quiet.

use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::kills::Process;
use crate::support::{ADMIN, incident};

/// Sends bytes, says no more, and reads what comes back.
async fn sends(desk: &Process, bytes: &[u8]) {
    let mut stream = TcpStream::connect(desk.url.trim_start_matches("http://")).await.expect("a connection");
    // A desk that hangs up early is right.
    drop(stream.write_all(bytes).await);
    drop(stream.shutdown().await);
    drop(stream.read_to_end(&mut Vec::new()).await);
}

/// Sends bytes and is gone.
async fn breaks_off(desk: &Process, bytes: &[u8]) {
    let mut stream = TcpStream::connect(desk.url.trim_start_matches("http://")).await.expect("a connection");
    stream.write_all(bytes).await.expect("a part");
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    stream.set_zero_linger().expect("a socket");
}

#[actix_web::test]
async fn what_strangers_send_is_no_error_of_the_desk_and_nothing_of_it_is_in_the_log() {
    const WHO: &str = "jan@ipo.example";
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let desk = Process::start_by(&[], folder.path(), "", Stdio::from(std::fs::File::create(&log).expect("a log"))).await;
    let ticket = desk.post("/v1/tickets", &incident("p3")).await.expect("a ticket");
    let number = ticket["number"].as_str().expect("a number");
    let started = std::fs::read_to_string(&log).expect("a log").len();
    let head = |line: &str, more: &str| format!("{line} HTTP/1.1\r\nHost: desk\r\n{more}\r\n").into_bytes();
    let known = format!("Authorization: Bearer {ADMIN}\r\nContent-Type: application/json\r\n");
    let mut odd = vec![
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03jan@ipo.example".to_vec(),
        format!("{WHO}\r\n\r\n").into_bytes(),
        format!("GET /{WHO} HTTP/9.9\r\n\r\n").into_bytes(),
        format!("GET /v1/tickets?text={WHO} HTTP/1.1\r\n\r\n").into_bytes(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"GET /v1/tickets/\xff\xfe HTTP/1.1\r\nHost: desk\r\n\r\n".to_vec(),
        b"GET /v1/tickets HTTP/1.1\r\nHost: desk\r\nX-\xff: \x00\r\n\r\n".to_vec(),
        head("GET /v1/tickets/%ff%fe/%00/../..", ""),
        head(&format!("GET /v1/{WHO}/"), ""),
        head(&format!("{} /v1/tickets", WHO.to_uppercase().replace(['@', '.'], "-")), ""),
        head("GET /v1/tickets", &format!("Authorization: Bearer {WHO}\r\n")),
        head("GET /v1/tickets", &format!("X-Long: {}\r\n", WHO.repeat(20_000))),
        head("GET /v1/tickets", &format!("{known}Accept: {WHO}\r\nIf-None-Match: {WHO}\r\nIdempotency-Key: \u{e9}\r\n")),
        head("POST /v1/tickets", &format!("{known}Content-Length: x\r\n")),
        head("POST /v1/tickets", &format!("{known}Content-Length: 10\r\nTransfer-Encoding: chunked\r\n")),
        head("POST /v1/tickets", &format!("{known}Transfer-Encoding: {WHO}\r\n")),
        head("POST /v1/tickets", &format!("{known}Content-Encoding: gzip\r\nContent-Length: 10\r\n")),
    ];
    let mut chunks = head("POST /v1/tickets", &format!("{known}Transfer-Encoding: chunked\r\n"));
    chunks.extend(format!("zz{WHO}\r\n").into_bytes());
    odd.push(chunks);
    for bytes in &odd {
        sends(&desk, bytes).await;
    }
    let octets = format!("Authorization: Bearer {ADMIN}\r\nContent-Type: application/octet-stream\r\nContent-Length: 2000000\r\n");
    let file = format!("POST /v1/tickets/{number}/attachments?name={WHO}");
    for (line, headers) in [
        ("POST /v1/tickets", &format!("{known}Content-Length: 900000\r\n")),
        (&*file, &octets),
        ("POST /v1/inbound-messages?mailbox=servicedesk", &octets),
    ] {
        let mut part = head(line, headers);
        part.extend(vec![b'x'; 500_000]);
        breaks_off(&desk, &part).await;
        breaks_off(&desk, &part[..20]).await;
    }
    desk.post("/v1/tickets", &incident("p3")).await.expect("it still answers");
    desk.kill();
    let log = std::fs::read_to_string(log).expect("a log").split_off(started);
    let loud: Vec<_> = log.lines().filter(|line| ["ERROR", "WARN", "panicked"].iter().any(|word| line.contains(word))).collect();
    assert!(log.contains("answered") && loud.is_empty(), "{loud:#?}");
    for word in [WHO, "JAN-IPO-EXAMPLE"] {
        assert!(!log.contains(word), "{:?}", log.lines().find(|line| line.contains(word)));
    }
}
