//! What the log says of people: nothing. A day at the desk, with everything that can go wrong, and a log as loud as it can be.

use std::io::{BufRead, BufReader, Write};

use serde_json::json;

use super::{Place, SANDBOX, by_command};
use crate::support::ADMIN;

by_command!(a_days_work_leaves_no_personal_data_in_a_log_at_any_level);

const NAME: &str = "Kunegonda Zwaluwstaart";
const ADDRESS: &str = "kunegonda.zwaluwstaart@ipo.example";
const OTHER_NAME: &str = "Wolfert Kwikstaart";
const OTHER_ADDRESS: &str = "wolfert@kwikstaart.example";
const PHONE: &str = "0612349876";
const TITLE: &str = "Blauwgele wasmachine";
const TEXT: &str = "Vlinderstruik in de serverkast";
const REPLY: &str = "Appelmoes op het toetsenbord";
const NOTE: &str = "Haverklap onder ons";
const REASON: &str = "Knikkerbaan opgelost";
const FILE: &str = "salarisstrook-zwaluw.pdf";
const CONTENT: &str = "pimpelpaarse inhoud";
const SEARCH: &str = "kwartelkuiken";
const EVIDENCE: &str = "Trompetgeschal van de gemeente";
const TOKEN: &str = "uwk_verzonnenmaarwelgeheim";
/// A signed token of nobody, with the address in it.
const SIGNED: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJodHRwczovL3guZXhhbXBsZSIsInN1YiI6Imt1bmVnb25kYSJ9.c2lnbmF0dXJl";

/// What must not be in the log, in the forms in which it could be.
fn personal() -> Vec<String> {
    let plain = [
        NAME,
        "Zwaluwstaart",
        ADDRESS,
        "kunegonda",
        OTHER_NAME,
        OTHER_ADDRESS,
        PHONE,
        TITLE,
        TEXT,
        REPLY,
        NOTE,
        REASON,
        FILE,
        CONTENT,
        SEARCH,
        EVIDENCE,
        TOKEN,
        SIGNED,
        ADMIN,
    ];
    let forms = |text: &str| [text.to_lowercase(), text.to_lowercase().replace(' ', "%20"), text.to_lowercase().replace('@', "%40")];
    plain.iter().flat_map(|text| forms(text)).collect()
}

/// A mail server that refuses every recipient, and says whom.
fn refusing_server() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().filter_map(Result::ok) {
            drop(stream.write_all(b"220 mail\r\n"));
            let lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
            for line in lines.map_while(Result::ok) {
                let answer = match line.split(' ').next().unwrap_or_default() {
                    "EHLO" => "250 mail".to_owned(),
                    "RCPT" => format!("550 5.1.1 {} is nobody here", line.trim_start_matches("RCPT TO:")),
                    "QUIT" => "221 bye".to_owned(),
                    _ => "250 ok".to_owned(),
                };
                drop(stream.write_all(format!("{answer}\r\n").as_bytes()));
            }
        }
    });
    port
}

async fn a_days_work_leaves_no_personal_data_in_a_log_at_any_level(place: &Place) {
    let port = refusing_server().to_string();
    let variables = [
        ("UURWERK_LOG_FILTER", "trace"),
        ("UURWERK_MAIL_TRANSPORT", "smtp"),
        ("UURWERK_MAIL_SMTP_HOST", "127.0.0.1"),
        ("UURWERK_MAIL_SMTP_PORT", &port),
        ("UURWERK_MAIL_SMTP_TLS", "none"),
    ];
    let desk = place.prepared().serves(&[&SANDBOX[..], &variables].concat()).await;
    let sends =
        async |method: &str, path: &str, body: serde_json::Value| desk.ask(method, path, &[], Some(&body)).await.expect("an answer").0;
    let requester = json!({ "name": NAME, "email": ADDRESS, "phone": PHONE });
    let mut ticket = json!({
        "type": "incident", "contract": "dap-example", "organisation": "ipo", "title": TITLE, "description": TEXT, "priority": "p2", "service": "cloud",
        "channel": "phone", "requester": { "name": NAME, "email": ADDRESS }, "assignee": OTHER_NAME,
        "externalReferences": [{ "system": "topdesk", "reference": SEARCH }]
    });
    let mut number = None;
    for keys in [&["assignee", "externalReferences"][..], &["externalReferences"], &[]] {
        let mut asked = ticket.clone();
        for key in ["assignee", "externalReferences"].iter().filter(|key| keys.contains(key)) {
            asked.as_object_mut().expect("fields").remove(*key);
        }
        let (_, made) = desk.ask("POST", "/v1/tickets", &[], Some(&asked)).await.expect("an answer");
        number = number.or_else(|| made["number"].as_str().map(str::to_owned));
    }
    let number = number.expect("a ticket");
    let of_ticket = |what: &str| format!("/v1/tickets/{number}{what}");
    // The day: answers, notes, a call, moves, files, mail.
    assert_eq!(sends("POST", &of_ticket("/messages"), json!({ "visibility": "public", "body": REPLY })).await, 201);
    assert_eq!(sends("POST", &of_ticket("/messages"), json!({ "visibility": "internal", "body": NOTE })).await, 201);
    assert_eq!(sends("POST", &of_ticket("/transitions"), json!({ "to": "in_progress", "reason": REASON })).await, 201);
    let file = desk.request("POST", &of_ticket(&format!("/attachments?name={FILE}"))).header("content-type", "application/octet-stream");
    assert_eq!(file.body(CONTENT).send().await.expect("an answer").status(), 201);
    for (from, to) in [(ADDRESS, 201), (OTHER_ADDRESS, 201)] {
        let mail = format!(
            "From: {NAME} <{from}>\r\nTo: {OTHER_NAME} <{OTHER_ADDRESS}>\r\nSubject: {TITLE}\r\nMessage-ID: <{SEARCH}.{from}>\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n{TEXT}, bel {PHONE}\r\n--x\r\n\
             Content-Type: text/plain; name=\"{FILE}\"\r\nContent-Disposition: attachment; filename=\"{FILE}\"\r\n\r\n{CONTENT}\r\n--x--\r\n"
        );
        let request = desk.request("POST", "/v1/inbound-messages?mailbox=servicedesk").header("content-type", "application/octet-stream");
        assert_eq!(request.body(mail).send().await.expect("an answer").status(), to);
    }
    let fact = json!({ "contract": "dap-example", "obligation": "verbeterplan-exitplan", "evidence": EVIDENCE });
    assert_eq!(sends("POST", "/v1/obligations", fact).await, 201);
    let mut amendment = json!({ "calendar": "support", "date": "2026-03-02", "change": "closed", "reason": REASON });
    assert_eq!(sends("POST", "/v1/contracts/dap-example/calendar-amendments", amendment.clone()).await, 201);
    // A token that is nobody's signs nothing.
    amendment["approvals"] = json!([{ "side": "client", "approvedBy": ADDRESS, "evidence": EVIDENCE }]);
    assert_eq!(sends("POST", "/v1/contracts/dap-example/calendar-amendments", amendment).await, 403);
    assert_eq!(sends("GET", &format!("/v1/tickets?text={SEARCH}"), json!(null)).await, 200);
    assert_eq!(sends("GET", &format!("/v1/people?text={SEARCH}"), json!(null)).await, 200);

    // Whatever can be wrong with a request.
    let wrong = [
        ("GET", format!("/v1/tickets/{ADDRESS}"), json!(null)),
        ("GET", format!("/v1/tickets?requester={ADDRESS}&assignee={NAME}&{SEARCH}={TITLE}"), json!(null)),
        ("GET", format!("/{ADDRESS}/{SEARCH}"), json!(null)),
        ("POST", "/v1/tickets".to_owned(), json!({ "title": [TITLE], "requester": requester, NAME: TEXT, "priority": TITLE })),
        ("POST", "/v1/tickets".to_owned(), json!(TEXT)),
        ("POST", of_ticket("/transitions"), json!({ "to": TITLE, "reason": REASON, "occurredAt": NAME })),
        ("PATCH", of_ticket(""), json!({ "priority": TITLE, "type": NAME, "team": OTHER_NAME })),
        ("POST", "/v1/contracts".to_owned(), json!({ "contract": format!("id = \"{NAME}\"\n{TEXT}") })),
        ("POST", format!("/v1/inbound-messages?mailbox={ADDRESS}"), json!(TEXT)),
        ("POST", format!("/v1/obligations/{ADDRESS}/fulfilments"), json!({ "evidence": EVIDENCE, "metAt": NAME })),
    ];
    for (method, path, body) in wrong {
        let status = sends(method, &path.replace(' ', "%20"), body).await;
        assert!((400..500).contains(&status), "{method} {path}: {status}");
    }
    ticket["requester"]["email"] = json!(format!("{NAME} {ADDRESS}"));
    assert_eq!(sends("POST", "/v1/tickets", ticket).await, 400);
    let client = reqwest::Client::new();
    for (header, value) in [
        ("authorization", format!("Bearer {TOKEN}")),
        ("authorization", format!("Bearer {SIGNED}")),
        ("authorization", format!("Basic {ADDRESS}")),
        ("if-match", format!("\"{TITLE}")),
        ("traceparent", ADDRESS.to_owned()),
        ("idempotency-key", format!("{TITLE} {NAME}")),
    ] {
        let url = desk.request("GET", "/v1/tickets").build().expect("a request").url().clone();
        let request = client.post(url).header(header, value).header("from", ADDRESS).body(format!("{{\"title\": \"{TITLE}"));
        assert!(request.send().await.expect("an answer").status().is_client_error());
    }
    // Nobody can be mailed, which is tried until it is given up.
    desk.post("/v1/sandbox/advances", &json!({ "by": "P6D" })).await;
    let failed = desk.get("/v1/outbound-messages?state=failed").await;
    assert!(failed["items"].as_array().is_some_and(|mails| !mails.is_empty()), "{failed}");

    let ran = desk.stops();
    assert!(ran.err.contains("TRACE") && ran.err.contains("giving up a mail"), "the log is as loud as it can be");
    let mut found = Vec::new();
    for line in ran.err.lines().chain(ran.out.lines()) {
        let low = line.to_lowercase();
        found.extend(personal().iter().filter(|text| low.contains(*text)).map(|text| format!("\"{text}\" in: {line}")));
    }
    assert!(found.is_empty(), "{} lines, such as:\n{}", found.len(), found[..found.len().min(20)].join("\n"));
}
