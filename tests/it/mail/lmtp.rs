//! Mail that a mail server on the same machine brings by LMTP.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use serde_json::json;
use uurwerk::jobs;

use crate::on_both_databases;
use crate::support::{Desk, On, ports, postgres};

on_both_databases!(each_recipient_is_answered_once_the_desk_has_its_mail);

/// A desk that listens, and whoever brings mail to it.
pub(super) struct Listening {
    door: Desk,
    running: JoinHandle<()>,
}

impl Listening {
    pub async fn at(desk: &Desk, listen: &str) -> Self {
        let door = desk.another_door_with(|settings| settings.lmtp.listen = Some(listen.to_owned())).await;
        let app = door.app.clone();
        Self { running: actix_web::rt::spawn(async move { jobs::lmtp::run(&app).await }), door }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn free_place() -> String {
    format!("127.0.0.1:{}", ports::free())
}

/// Says something, and hears so many lines of answer; in a thread of its own, since the desk answers in this one.
async fn says(place: &str, said: &[&str], lines: usize) -> Vec<String> {
    let (place, said) = (place.to_owned(), said.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
    tokio::task::spawn_blocking(move || {
        let mut last = None;
        for _ in 0..600 {
            match TcpStream::connect(&place) {
                Ok(stream) => {
                    last = Some(stream);
                    break;
                }
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
        let stream = last.expect("the desk listens");
        for one in &said {
            (&stream).write_all(one.as_bytes()).expect("it is said");
        }
        BufReader::new(&stream).lines().take(lines).map(|line| line.expect("a line")).collect()
    })
    .await
    .expect("a conversation")
}

const MAIL: &str =
    "From: Anna <anna@ipo.example>\r\nSubject: Printer\r\nMessage-ID: <1@ipo.example>\r\n\r\nKapot.\r\n..en nog iets\r\n.\r\n";

fn codes(answers: &[String]) -> Vec<&str> {
    answers.iter().filter_map(|line| line.get(..3)).collect()
}

/// MAIL-01: a mailbox is found by its address.
async fn each_recipient_is_answered_once_the_desk_has_its_mail(desk: &Desk) {
    let place = free_place();
    let _listening = Listening::at(desk, &place).await;
    // All of it at once, as a server does that knows PIPELINING.
    let said = format!(
        "LHLO mail.example\r\nMAIL FROM:<anna@ipo.example>\r\nRCPT TO:<Servicedesk@uurwerk.example>\r\nRCPT TO:<niemand@uurwerk.example>\r\n\
         RCPT TO:<support@uurwerk.example>\r\nDATA\r\n{MAIL}QUIT\r\n"
    );
    let answers = says(&place, &[&said], 15).await;
    let expected = ["220", "250", "250", "250", "250", "250", "250", "250", "250", "550", "250", "354", "250", "250", "221"];
    assert_eq!(codes(&answers), expected, "{answers:?}");
    let mails = desk.get("/v1/inbound-messages").await.body["items"].clone();
    let mut found: Vec<_> = mails.as_array().expect("mails").iter().map(|mail| [&mail["mailbox"], &mail["outcome"]]).collect();
    found.sort_by_key(|one| one[0].to_string());
    assert_eq!(found, [[&json!("servicedesk"), &json!("ticket")], [&json!("support"), &json!("quarantined")]]);
    let ticket = desk.get("/v1/tickets").await.body["items"][0].clone();
    let number = ticket["number"].as_str().expect("a number");
    let shown = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!(shown["description"].as_str().map(str::trim), Some("Kapot.\n.en nog iets"), "a dot at the start of a line is sent twice");

    // The same again, in pieces: it comes twice when whoever brings it did not hear that it was taken.
    let pieces: Vec<_> = said.split_inclusive('T').collect();
    assert_eq!(codes(&says(&place, &pieces, 15).await), expected);
    assert_eq!(desk.get("/v1/tickets").await.body["items"].as_array().map(Vec::len), Some(1));
}

#[actix_web::test]
async fn what_is_out_of_order_too_large_or_no_lmtp_is_refused_and_the_conversation_goes_on() {
    let desk = Desk::open(On::Sqlite).await;
    let place = free_place();
    let _listening = Listening::at(&desk, &place).await;
    let large = "een regel van een groot bestand\r\n".repeat(850_000);
    let said = format!(
        "EHLO mail.example\r\nMAIL FROM:<a@ipo.example>\r\nLHLO mail.example\r\nDATA\r\nRCPT TO:<support@uurwerk.example>\r\n\
         MAIL FROM:<a@ipo.example> SIZE=99999999\r\nWAT IS DIT\r\nMAIL FROM:<>\r\nRCPT TO:<support@uurwerk.example>\r\nDATA\r\n{large}.\r\n\
         NOOP\r\nDATA\r\nMAIL FROM:<>\r\nRSET\r\nRCPT TO:<support@uurwerk.example>\r\nQUIT\r\n"
    );
    let answers = says(&place, &[&said], 23).await;
    let expected = [
        "220", "500", "503", "250", "250", "250", "250", "250", "250", "503", "503", "552", "500", "250", "250", "354", "552", "250",
        "503", "250", "250", "503", "221",
    ];
    assert_eq!(codes(&answers), expected, "{answers:?}");
    assert_eq!(desk.rows("inbound_mail").await, 0);
}

#[actix_web::test]
async fn while_the_database_is_away_whoever_brings_a_mail_keeps_it() {
    let (desk, name) = Desk::open_on_its_own_postgres().await;
    let place = free_place();
    let _listening = Listening::at(&desk, &place).await;
    let said = format!("LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<servicedesk@uurwerk.example>\r\nDATA\r\n{MAIL}QUIT\r\n");
    postgres::close(&name);
    assert_eq!(codes(&says(&place, &[&said], 12).await)[7..], ["250", "250", "354", "451", "221"]);
    postgres::reopen(&name);
    for _ in 0..600 {
        if desk.get("/readyz").await.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(codes(&says(&place, &[&said], 12).await)[7..], ["250", "250", "354", "250", "221"]);
    assert_eq!(desk.rows("inbound_mail").await, 1);
}

/// What a killed process left does not keep the next one out, and whoever is there when the desk stops is told.
#[actix_web::test]
async fn a_socket_is_for_the_group_and_a_desk_that_stops_says_so() {
    let desk = Desk::open(On::Sqlite).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lmtp");
    drop(std::os::unix::net::UnixListener::bind(&path).expect("a socket"));
    let listening = Listening::at(&desk, &format!("unix:{}", path.display())).await;
    let stream = loop {
        match UnixStream::connect(&path) {
            Ok(stream) => break stream,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    assert_eq!(mode(&path), 0o660);
    let mut lines = BufReader::new(stream).lines();
    let (greeting, lines) = tokio::task::spawn_blocking(move || (lines.next(), lines)).await.expect("a conversation");
    listening.door.app.stop();
    let rest = tokio::task::spawn_blocking(move || lines.map_while(Result::ok).collect::<Vec<_>>()).await.expect("a conversation");
    let heard: Vec<_> = greeting.into_iter().flatten().chain(rest).collect();
    assert_eq!(codes(&heard), ["220", "421"], "{heard:?}");
    for _ in 0..600 {
        if !path.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the socket is still there");
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a socket").permissions().mode() & 0o777
}
