//! Many who send much and never finish: what that costs a desk in a process of its own.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::kills::Process;
use super::uploads::kibibytes;
use crate::support::{ADMIN, incident};

const MEBIBYTE: usize = 1024 * 1024;

/// Sends all of a body but its last byte.
async fn all_but_the_last_byte(desk: &Process, path: &str, media: &str, body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(desk.url.trim_start_matches("http://")).await.expect("a connection");
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {ADMIN}\r\nContent-Type: {media}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("a head");
    stream.write_all(&body[..length - 1]).await.expect("a body");
    stream
}

/// How many KiB of memory the desk holds at rest: once the mails about its first ticket are written, which would count as what uploads cost.
/// Of two readings the lower, since a moment's work would hide some of that cost.
async fn at_rest(desk: &Process, folder: &Path) -> i64 {
    for _ in 0..1200 {
        if std::fs::read_dir(folder.join("mail")).is_ok_and(|mut mails| mails.next().is_some()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let first = kibibytes(desk, "VmRSS:");
    tokio::time::sleep(Duration::from_millis(500)).await;
    first.min(kibibytes(desk, "VmRSS:"))
}

/// How many KiB of memory the desk holds more than when idle, with so many uploads unfinished of at most so many MiB; then one of
/// each is finished.
async fn unfinished(uploads: usize, mebibytes: usize) -> i64 {
    let octets = "application/octet-stream";
    let folder = tempfile::tempdir().expect("a folder");
    // The first upload waits for its end while all others are sent: on a busy machine that takes its time.
    let desk = Process::start_with(&[("UURWERK_HTTP_SLOW_BODY_SECONDS", "3600")], folder.path(), "").await;
    let ticket = desk.post("/v1/tickets", &incident("p3")).await.expect("a ticket");
    let mail = "/v1/inbound-messages?mailbox=servicedesk".to_owned();
    let file = format!("/v1/tickets/{}/attachments?name=groot.bin", ticket["number"].as_str().expect("a number"));
    let head = b"From: anna@ipo.example\r\nSubject: Groot\r\n\r\n";
    let mut letter = vec![b'x'; mebibytes * MEBIBYTE];
    letter[..head.len()].copy_from_slice(head);
    let many = json!({ "items": vec![json!({ "description": "x".repeat(mebibytes * 3_750) }); 150] }).to_string().into_bytes();
    let kinds = [(&mail, octets, &letter), (&file, octets, &letter), (&"/v1/tickets/_bulk".to_owned(), "application/json", &many)];
    let idle = at_rest(&desk, folder.path()).await;
    let mut open = Vec::new();
    for at in 0..uploads {
        let (path, media, body) = kinds[at % kinds.len()];
        open.push(all_but_the_last_byte(&desk, path, media, body).await);
    }
    let above_idle = kibibytes(&desk, "VmRSS:") - idle;
    let spool = folder.path().join("data/spool");
    assert_eq!(std::fs::read_dir(&spool).map(Iterator::count).expect("the spool"), 0, "no file has a name");
    for (stream, (status, last)) in open.iter_mut().zip([("201", b'x'), ("201", b'x'), ("200", b'}')]) {
        stream.write_all(&[last]).await.expect("the last byte");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"));
    }
    desk.kill();
    assert_eq!(std::fs::read_dir(&spool).map(Iterator::count).expect("the spool"), 0, "nothing outlives the process");
    above_idle
}

#[actix_web::test]
async fn thirty_unfinished_uploads_cost_little_memory_and_leave_nothing_behind() {
    // They sent 154 MiB; 32 MiB of bodies may be in memory.
    let held = unfinished(30, 6).await;
    assert!(held < 72 * 1024, "{held} KiB");
}

#[actix_web::test]
#[ignore = "minutes without optimisation: part of make proof"]
async fn a_hundred_unfinished_uploads_cost_less_than_150_megabytes() {
    let held = unfinished(100, 24).await;
    println!("a hundred unfinished uploads of 13 to 24 MiB: {held} KiB above idle");
    assert!(held < 150 * 1024, "{held} KiB");
}
