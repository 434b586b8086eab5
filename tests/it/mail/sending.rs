//! Mail that goes out by a server to which access tokens are shown, as that of Microsoft 365.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::imap::tokens::Issuer;
use crate::support::{Desk, On, incident};

/// A mail server that takes mail of whoever shows it the token that holds.
struct Server {
    port: u16,
    /// The logins it accepted, and the subjects it took.
    books: Arc<Mutex<(Vec<String>, Vec<String>)>>,
}

impl Server {
    fn opens(issuer: &Arc<Issuer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let books = Arc::<Mutex<(Vec<String>, Vec<String>)>>::default();
        let (shared, issuer) = (books.clone(), issuer.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (books, issuer) = (shared.clone(), issuer.clone());
                std::thread::spawn(move || speaks(&stream, &books, &issuer));
            }
        });
        Self { port, books }
    }

    fn logins(&self) -> Vec<String> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    fn taken(&self) -> usize {
        self.books.lock().unwrap_or_else(PoisonError::into_inner).1.len()
    }
}

fn speaks(mut stream: &TcpStream, books: &Mutex<(Vec<String>, Vec<String>)>, issuer: &Issuer) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    writeln!(stream, "220 hier\r").ok()?;
    let mut login = None;
    while let Some(Ok(line)) = lines.next() {
        // A token that was withdrawn opens nothing, whatever was opened with it before.
        let is_known = login.as_ref().is_some_and(|login: &String| issuer.holds(login.rsplit(' ').next().unwrap_or_default()));
        let answer = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => "250-hier\r\n250 AUTH XOAUTH2 LOGIN".to_owned(),
            "AUTH" => {
                let shown = STANDARD.decode(line.strip_prefix("AUTH XOAUTH2 ")?).ok()?;
                let shown = String::from_utf8(shown).ok()?.trim_end_matches('\x01').replace('\x01', " ");
                if issuer.holds(shown.rsplit(' ').next()?) {
                    books.lock().ok()?.0.push(shown.clone());
                    login = Some(shown);
                    "235 ok".to_owned()
                } else {
                    "535 5.7.3 onbekend".to_owned()
                }
            }
            "MAIL" | "RCPT" if !is_known => "535 5.7.3 eerst inloggen".to_owned(),
            "DATA" => {
                writeln!(stream, "354 ga door\r").ok()?;
                let mut subject = String::new();
                loop {
                    let line = lines.next()?.ok()?;
                    if line.starts_with("Subject:") {
                        subject.clone_from(&line);
                    }
                    if line == "." {
                        break;
                    }
                }
                books.lock().ok()?.1.push(subject);
                "250 ok".to_owned()
            }
            "QUIT" => "221 dag".to_owned(),
            _ => "250 ok".to_owned(),
        };
        writeln!(stream, "{answer}\r").ok()?;
    }
    Some(())
}

#[actix_web::test]
async fn mail_is_sent_with_an_access_token_and_with_another_when_that_is_withdrawn() {
    let issuer = Arc::new(Issuer::start("servicedesk@uurwerk.example"));
    let server = Server::opens(&issuer);
    let (port, token_url) = (server.port.to_string(), format!("{}/token", issuer.url));
    let settings = [
        ("UURWERK_MAIL_TRANSPORT", "smtp"),
        ("UURWERK_MAIL_SMTP_HOST", "127.0.0.1"),
        ("UURWERK_MAIL_SMTP_PORT", &port),
        ("UURWERK_MAIL_SMTP_TLS", "none"),
        ("UURWERK_MAIL_SMTP_USERNAME", "servicedesk@uurwerk.example"),
        ("UURWERK_MAIL_SMTP_OAUTH_TOKEN_URL", &token_url),
        ("UURWERK_MAIL_SMTP_OAUTH_CLIENT_ID", "desk"),
        ("UURWERK_MAIL_SMTP_OAUTH_CLIENT_SECRET", "geheim"),
        ("UURWERK_MAIL_SMTP_OAUTH_SCOPE", "https://outlook.example/.default"),
    ];
    let desk = Desk::open_with(On::Sqlite, &settings).await;
    for _ in 0..2 {
        desk.registers(&incident("p3")).await;
        desk.passes("PT1M").await;
    }
    let sent = server.taken();
    assert!(sent >= 2, "two confirmations at least");
    assert_eq!(server.logins()[0], "user=servicedesk@uurwerk.example auth=Bearer token-1");
    assert_eq!(issuer.asked().len(), 1, "one token serves until it ends");
    issuer.withdraws();
    desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    assert!(server.taken() > sent);
    assert_eq!(issuer.asked().len(), 2);
    assert_eq!(desk.get("/readyz").await.body["waitingMails"], json!(0));
}
