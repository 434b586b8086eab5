//! Whether a mail is of whom it says, where the desk looks that up itself: signatures, servers and policies, asked of a name server on loopback.

pub(super) mod dns;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::DkimSigner;
use serde_json::{Value, json};

use crate::support::{Desk, On};
use dns::Names;

/// The example keys of RFC 8463.
const PRIVATE: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
/// From where the domains send.
const OWN: &str = "192.0.2.7";
const FOREIGN: &str = "198.51.100.1";

fn names() -> Names {
    let key = format!("v=DKIM1; k=ed25519; p={PUBLIC}");
    Names::serve(&[
        ("ipo.example", "v=spf1 ip4:192.0.2.0/24 -all"),
        ("_dmarc.ipo.example", "v=DMARC1; p=reject"),
        ("sel._domainkey.ipo.example", &key),
        ("gemeente-voorbeeld.example", "v=spf1 ip4:192.0.2.0/24 -all"),
        ("sel._domainkey.gemeente-voorbeeld.example", &key),
        ("elders.example", "v=spf1 ip4:198.51.100.0/24 -all"),
        ("sel._domainkey.elders.example", &key),
    ])
}

async fn desk(resolver: &str, more: &str) -> Desk {
    let mail = format!("[mail]\nresolver = \"{resolver}\"\nreceived_by = [\"mx.desk.example\"]\n{more}");
    Desk::open_with_file(On::Sqlite, &mail).await
}

/// As it is sent, and as the server in front takes it in.
struct Sent<'a> {
    from: &'a str,
    signed_by: Option<&'a str>,
    envelope: &'a str,
    from_server: Option<&'a str>,
    /// Written into it after it was signed.
    altered: bool,
}

impl Sent<'_> {
    fn raw(&self, at: usize) -> String {
        let letter = format!(
            "From: {}\r\nTo: servicedesk@uurwerk.example\r\nSubject: Printer {at}\r\nMessage-ID: <{at}@x.example>\r\n\r\nKapot {at}.\r\n",
            self.from
        );
        let signature = self.signed_by.map(|domain| signed(&letter, domain)).unwrap_or_default();
        let letter = if self.altered { letter.replace("Kapot", "Geeft niets, maak over") } else { letter };
        let received = self.from_server.map(|ip| {
            format!(
                "Return-Path: <{}>\r\nReceived: from mail.x.example (mail.x.example [{ip}])\r\n\tby mx.desk.example (Postfix) with ESMTPS id {at};\r\n\t\
                 Mon, 02 Mar 2026 08:00:00 +0100\r\n",
                self.envelope
            )
        });
        format!("{}{signature}{letter}", received.unwrap_or_default())
    }
}

fn signed(letter: &str, domain: &str) -> String {
    let decoded = |text: &str| STANDARD.decode(text).expect("a key");
    let key = Ed25519Key::from_seed_and_public_key(&decoded(PRIVATE), &decoded(PUBLIC)).expect("a key");
    let signer = DkimSigner::from_key(key).domain(domain).selector("sel").headers(["From", "To", "Subject"]);
    signer.sign(letter.as_bytes()).expect("a signature").to_header()
}

fn became(body: &Value) -> (&Value, &Value) {
    (&body["outcome"], &body["authentication"])
}

#[actix_web::test]
async fn a_senders_domain_says_which_signatures_and_which_servers_are_its_own() {
    let names = names();
    let desk = desk(&names.place.to_string(), "").await;
    let (anna, eva) = ("anna@ipo.example", "eva@gemeente-voorbeeld.example");
    let plain = Sent { from: anna, signed_by: None, envelope: anna, from_server: None, altered: false };
    let of_eva = Sent { from: eva, envelope: eva, ..plain };
    for (at, (sent, judgement, reason)) in [
        (Sent { signed_by: Some("ipo.example"), ..plain }, "verified", None),
        (Sent { signed_by: Some("ipo.example"), from_server: Some(FOREIGN), envelope: "lijst@elders.example", ..plain }, "verified", None),
        (Sent { from_server: Some(OWN), ..plain }, "verified", None),
        // What its domain says is not followed: it is not of whom it says.
        (Sent { from_server: Some(FOREIGN), ..plain }, "failed", Some("dmarc=fail")),
        (Sent { from_server: Some(FOREIGN), envelope: "x@elders.example", ..plain }, "failed", Some("dmarc=fail")),
        (
            Sent { signed_by: Some("elders.example"), from_server: Some(FOREIGN), envelope: "x@elders.example", ..plain },
            "failed",
            Some("dmarc=fail"),
        ),
        (Sent { signed_by: Some("ipo.example"), altered: true, from_server: Some(FOREIGN), ..plain }, "failed", Some("dmarc=fail")),
        // Whether the server was an allowed one is not known.
        (Sent { ..plain }, "unverified", None),
        (Sent { signed_by: Some("elders.example"), ..plain }, "unverified", None),
        // Without a policy.
        (Sent { from_server: Some(OWN), ..of_eva }, "verified", None),
        (Sent { from_server: Some(FOREIGN), ..of_eva }, "failed", Some("spf=fail")),
        (Sent { signed_by: Some("gemeente-voorbeeld.example"), from_server: Some(FOREIGN), ..of_eva }, "verified", None),
        (Sent { from_server: Some(FOREIGN), envelope: "x@elders.example", ..of_eva }, "unverified", None),
    ]
    .into_iter()
    .enumerate()
    {
        let mailbox = if sent.from == eva { "support" } else { "servicedesk" };
        let came = desk.mail_arrives(mailbox, &sent.raw(at)).await.body;
        let outcome = if judgement == "failed" { "quarantined" } else { "ticket" };
        assert_eq!(became(&came), (&json!(outcome), &json!(judgement)), "{at}: {came}");
        assert!(reason.is_none_or(|reason| came["reason"].as_str().is_some_and(|said| said.contains(reason))), "{at}: {came}");
    }
}

/// However a sender writes the name, and whatever they have us look up.
#[actix_web::test]
async fn a_forger_does_not_choose_what_is_looked_up() {
    let names = names();
    let desk = desk(&names.place.to_string(), "").await;
    let sent = Sent { from: "anna@ipo.example", signed_by: None, envelope: "x@elders.example", from_server: Some(FOREIGN), altered: false };
    let plain = sent.raw(1);
    let signatures = |many: usize, domain: &str| {
        let one = signed("From: x@y.example\r\nTo: x\r\nSubject: x\r\n\r\nx\r\n", domain);
        one.repeat(many)
    };
    let received_end = plain.find("From: ").expect("a letter");
    let with = |more: &str| format!("{}{more}{}", &plain[..received_end], &plain[received_end..]);
    let many = with(&signatures(40, "elders.example"));
    for (at, mail) in [
        many,
        plain.replace("From: anna@ipo.example", "From: Anna <anna@ipo.example.>"),
        plain.replace("From: anna@ipo.example", "From: \"x@elders.example\" <Anna@IPO.example>"),
        with(&signatures(12, "ipo.example")),
        plain.replace("From: anna@ipo.example", "From: anna@ipo.example\r\nFrom: Anna <anna@ipo.example>"),
        plain.replace("From: anna@ipo.example", "From: Anna <<anna@ipo.example>>"),
    ]
    .into_iter()
    .enumerate()
    {
        let came = desk.mail_arrives("servicedesk", &mail.replace("<1@x.example>", &format!("<{at}@forged.example>"))).await.body;
        assert_eq!(became(&came), (&json!("quarantined"), &json!("failed")), "{at}: {came}");
    }
}

/// And what that says is not looked up again.
#[actix_web::test]
async fn the_server_in_front_is_believed_where_it_says_anything() {
    let names = names();
    let desk = desk(&names.place.to_string(), "authserv_id = \"mx.desk.example\"\n").await;
    let sent = |at: usize, found: &str| {
        let sent =
            Sent { from: "anna@ipo.example", signed_by: None, envelope: "anna@ipo.example", from_server: Some(FOREIGN), altered: false };
        format!("Authentication-Results: {found}\r\n{}", sent.raw(at))
    };
    for (at, (found, judgement)) in [
        ("mx.desk.example; dmarc=pass header.from=ipo.example", "verified"),
        ("mx.anders.example; dmarc=pass header.from=ipo.example", "failed"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(desk.mail_arrives("servicedesk", &sent(at, found)).await.body["authentication"], judgement, "{found}");
    }
}

#[actix_web::test]
async fn what_cannot_be_looked_up_now_shows_nothing() {
    let desk = desk("127.0.0.1:9", "").await;
    let sent = Sent {
        from: "anna@ipo.example",
        signed_by: Some("ipo.example"),
        envelope: "anna@ipo.example",
        from_server: Some(OWN),
        altered: false,
    };
    let came = desk.mail_arrives("servicedesk", &sent.raw(1)).await.body;
    assert_eq!(became(&came), (&json!("ticket"), &json!("unverified")), "{came}");
}
