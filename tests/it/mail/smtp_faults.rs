//! Mail servers that hang, break off, refuse and lie in the middle of a conversation: in the end every mail has left, and none more often than the
//! server's own silence made it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;

use crate::support::{Desk, On, incident};

/// What goes wrong in a conversation, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    BreaksOff(&'static str),
    Hangs(&'static str),
    Answers(&'static str, &'static str),
    /// It has the mail, and does not say so.
    BreaksOffAfterMail,
    HangsAfterMail,
    /// The same of the second that it gets.
    HangsAfterSecondMail,
}

const FAULTS: [Fault; 14] = [
    Fault::BreaksOff("greeting"),
    Fault::Hangs("greeting"),
    Fault::Answers("greeting", "554 nu niet"),
    Fault::Answers("greeting", "dit is geen SMTP"),
    Fault::BreaksOff("EHLO"),
    Fault::Hangs("MAIL"),
    Fault::Answers("MAIL", "451 later"),
    Fault::Answers("RCPT", "452 vol"),
    Fault::Answers("RCPT", "\u{fffd}\u{fffd}"),
    Fault::Answers("DATA", "421 ik stop"),
    Fault::BreaksOff("DATA"),
    Fault::Answers("mail", "552 te veel"),
    Fault::BreaksOffAfterMail,
    Fault::HangsAfterMail,
];

/// A mail server each of whose first conversations goes wrong in a way of its own.
struct Server {
    port: u16,
    /// How often it has each mail, by Message-ID.
    has: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Server {
    fn opens(faults: &'static [Fault]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let has = Arc::<Mutex<BTreeMap<String, usize>>>::default();
        let shared = has.clone();
        std::thread::spawn(move || {
            let faults = faults.iter().copied().map(Some).chain(std::iter::repeat(None));
            for (stream, fault) in listener.incoming().flatten().zip(faults) {
                let has = shared.clone();
                std::thread::spawn(move || speaks(&stream, fault, &has));
            }
        });
        Self { port, has }
    }

    fn has(&self) -> BTreeMap<String, usize> {
        self.has.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `None` when the conversation ends early.
fn speaks(mut stream: &TcpStream, fault: Option<Fault>, has: &Mutex<BTreeMap<String, usize>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let mut says = |place: &str, answer: &str| -> Option<()> {
        let answer = match fault {
            Some(Fault::BreaksOff(at)) if at == place => return None,
            Some(Fault::Hangs(at)) if at == place => {
                // Longer than the desk waits, and not for ever.
                std::thread::sleep(Duration::from_secs(20));
                return None;
            }
            Some(Fault::Answers(at, with)) if at == place => with,
            _ => answer,
        };
        write!(stream, "{answer}\r\n").ok()
    };
    says("greeting", "220 hier")?;
    while let Some(Ok(line)) = lines.next() {
        let verb = line.split(' ').next().unwrap_or_default().to_owned();
        match &*verb {
            "DATA" => {
                says("DATA", "354 ga door")?;
                let mut id = String::new();
                loop {
                    let line = lines.next()?.ok()?;
                    if let Some(own) = line.strip_prefix("Message-ID: ") {
                        own.clone_into(&mut id);
                    }
                    if line == "." {
                        break;
                    }
                }
                if !matches!(fault, Some(Fault::Answers("mail", _))) {
                    *has.lock().ok()?.entry(id).or_default() += 1;
                }
                match fault {
                    Some(Fault::HangsAfterSecondMail) if has.lock().ok()?.len() == 2 => {
                        std::thread::sleep(Duration::from_secs(10));
                        return None;
                    }
                    Some(Fault::BreaksOffAfterMail) => return None,
                    Some(Fault::HangsAfterMail) => {
                        std::thread::sleep(Duration::from_secs(20));
                        return None;
                    }
                    _ => says("mail", "250 ok")?,
                }
            }
            "QUIT" => return says("QUIT", "221 dag"),
            _ => says(&verb, "250 ok")?,
        }
    }
    Some(())
}

async fn sending_to(server: &Server, timeout: &str) -> Desk {
    let port = server.port.to_string();
    let settings = [
        ("UURWERK_MAIL_TRANSPORT", "smtp"),
        ("UURWERK_MAIL_SMTP_HOST", "127.0.0.1"),
        ("UURWERK_MAIL_SMTP_PORT", &port),
        ("UURWERK_MAIL_SMTP_TLS", "none"),
        ("UURWERK_MAIL_SMTP_TIMEOUT_SECONDS", timeout),
    ];
    Desk::open_with(On::Sqlite, &settings).await
}

/// Whatever kills the desk while one is on its way, those before it leave no second time, and of that one it is known that it was tried.
#[actix_web::test]
async fn a_mail_that_left_is_recorded_before_the_next_is_begun() {
    let server = Server::opens(&[Fault::HangsAfterSecondMail]);
    let desk = sending_to(&server, "20").await;
    for _ in 0..2 {
        desk.registers(&incident("p3")).await;
    }
    let meanwhile = async {
        while server.has().len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let listed = desk.get("/v1/outbound-messages?pageSize=100").await.body["items"].clone();
        let tried = listed.as_array().expect("mails").iter().filter(|mail| mail["attempts"] == 1).map(|mail| mail["state"].to_string());
        let mut tried: Vec<_> = tried.collect();
        tried.sort();
        tried
    };
    let ((), tried) = tokio::join!(desk.passes("PT1M"), meanwhile);
    assert_eq!(tried, ["\"pending\"", "\"sent\""]);
}

#[actix_web::test]
async fn whatever_a_mail_server_does_every_mail_leaves_and_none_is_given_up() {
    let server = Server::opens(&FAULTS);
    let desk = sending_to(&server, "2").await;
    for _ in 0..6 {
        desk.registers(&incident("p3")).await;
    }
    let states = async || {
        let listed = desk.get("/v1/outbound-messages?pageSize=100").await.body["items"].clone();
        listed.as_array().expect("mails").iter().map(|mail| mail["state"].clone()).collect::<Vec<_>>()
    };
    // A quarter of an hour at a time: five days are far off.
    for _ in 0..FAULTS.len() + 10 {
        desk.passes("PT15M").await;
        if states().await.iter().all(|state| state == "sent") {
            break;
        }
    }
    let (states, has) = (states().await, server.has());
    assert!(states.iter().all(|state| *state == json!("sent")), "{states:?}");
    assert_eq!(has.len(), states.len(), "each has arrived");
    let twice = has.values().filter(|count| **count > 1).count();
    assert_eq!((twice, has.values().sum::<usize>()), (2, states.len() + 2), "those of which the server did not say that it has them");
    assert_eq!(desk.get("/readyz").await.body["undeliveredMails"], json!(0));
}
