//! What nobody else may see: what the desk makes, and the passwords it is given.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Place, SANDBOX, by_command};
use crate::support::{ADMIN, On, incident};

by_command!(
    what_the_desk_makes_is_for_its_owner_alone,
    no_level_of_log_shows_a_password_or_a_token,
    neither_check_nor_a_failed_connection_shows_a_password,
);

const PASSWORD: &str = "geheim-w8woord";

/// Every file and folder below, with who may do what.
fn modes(folder: &Path, found: &mut Vec<(String, u32)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let mode = entry.metadata().expect("its mode").permissions().mode() & 0o777;
        found.push((entry.path().display().to_string(), mode));
        if entry.path().is_dir() {
            modes(&entry.path(), found);
        }
    }
}

async fn what_the_desk_makes_is_for_its_owner_alone(place: &Place) {
    let desk = place.prepared().serves(&SANDBOX).await;
    let number = desk.post("/v1/tickets", &incident("p2")).await["number"].as_str().expect("a number").to_owned();
    for length in [10, 3_000_000] {
        let path = format!("/v1/tickets/{number}/attachments?name=beeld.bin");
        let sent = desk.request("POST", &path).header("content-type", "application/octet-stream").body(vec![7; length]).send().await;
        assert_eq!(sent.expect("an answer").status(), 201);
    }
    desk.post("/v1/sandbox/advances", &json!({ "by": "PT1H" })).await;
    let mut found = Vec::new();
    modes(place.folder.path(), &mut found);
    let is_there = |sign: &str| found.iter().any(|(path, _)| path.contains(sign));
    assert!(is_there("INC-1001-bevestiging-") && is_there("attachments/"), "{found:?}");
    assert!(place.on == On::Postgres || ["desk.db-wal", "desk.db-shm", "desk.db-sandbox"].into_iter().all(is_there), "{found:?}");
    for (path, mode) in &found {
        assert_eq!(*mode, if Path::new(path).is_dir() { 0o700 } else { 0o600 }, "{path}: {mode:o}");
    }
}

/// A mail server that lets everybody in, and takes one mail after another.
fn mail_server() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().filter_map(Result::ok) {
            let lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
            let mut is_body = false;
            drop(stream.write_all(b"220 mail\r\n"));
            for line in lines.map_while(Result::ok) {
                let answer: &[u8] = match line.split(' ').next().unwrap_or_default() {
                    "." => b"250 taken\r\n",
                    _ if is_body => continue,
                    "EHLO" => b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n",
                    "AUTH" => b"235 welcome\r\n",
                    "DATA" => b"354 go on\r\n",
                    "QUIT" => b"221 bye\r\n",
                    _ => b"250 ok\r\n",
                };
                is_body = answer.starts_with(b"354");
                drop(stream.write_all(answer));
            }
        }
    });
    port
}

async fn no_level_of_log_shows_a_password_or_a_token(place: &Place) {
    let url = match place.on {
        On::Sqlite => format!("{}?key={PASSWORD}", place.database),
        On::Postgres => place.database.replace("desk@", &format!("desk:{PASSWORD}@")),
    };
    let port = mail_server().to_string();
    let variables = [
        ("UURWERK_DATABASE_URL", url.as_str()),
        ("UURWERK_LOG_FILTER", "trace"),
        ("UURWERK_MAIL_TRANSPORT", "smtp"),
        ("UURWERK_MAIL_SMTP_HOST", "127.0.0.1"),
        ("UURWERK_MAIL_SMTP_PORT", &port),
        ("UURWERK_MAIL_SMTP_TLS", "none"),
        ("UURWERK_MAIL_SMTP_USERNAME", "desk"),
        ("UURWERK_MAIL_SMTP_PASSWORD", PASSWORD),
    ];
    let desk = place.prepared().serves(&[&SANDBOX[..], &variables].concat()).await;
    desk.post("/v1/tickets", &incident("p2")).await;
    desk.post("/v1/sandbox/advances", &json!({ "by": "PT1M" })).await;
    assert_eq!(desk.get("/v1/outbound-messages?state=sent").await["items"].as_array().map(Vec::len), Some(2), "the login was tried");
    let ran = desk.stops();
    assert!(ran.err.contains("TRACE") && ran.err.contains("DEBUG"), "the log is as loud as it can be");
    for secret in [PASSWORD, ADMIN, &STANDARD.encode(PASSWORD), &STANDARD.encode(format!("\0desk\0{PASSWORD}"))] {
        let line = ran.err.lines().chain(ran.out.lines()).find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}

async fn neither_check_nor_a_failed_connection_shows_a_password(place: &Place) {
    let urls = match place.on {
        On::Sqlite => ["sqlite:///dev/null/x.db?key=PASSWORD", "mysql://u:PASSWORD@db/x", "host=db password=PASSWORD"],
        On::Postgres => [
            "postgres://u:PASSWORD@127.0.0.1:1/x",
            "postgres://u:p@PASSWORD@127.0.0.1:1/x?sslmode=disable",
            "postgres://127.0.0.1:1/x?user=u&password=PASSWORD",
        ],
    };
    for url in urls {
        let url = url.replace("PASSWORD", PASSWORD);
        let owner = if place.on == On::Postgres { url.as_str() } else { "" };
        let variables = [("UURWERK_DATABASE_URL", url.as_str()), ("UURWERK_DATABASE_OWNER_URL", owner), ("UURWERK_LOG_FILTER", "trace")];
        for command in [&["check"][..], &["migrate"], &["serve"], &["report", "--contract", "x", "--month", "2026-03"]] {
            let ran = place.run(command, &variables);
            assert!(!ran.out.contains("geheim") && !ran.err.contains("geheim"), "{command:?} {url}: {ran:?}");
            assert!(command[0] == "check" || ran.code == Some(1), "{command:?} {url}: {ran:?}");
        }
    }
}
