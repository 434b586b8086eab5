//! Mail that is built to break something: whatever a header or a body holds, the desk answers, and keeps the message.

use sea_orm::ConnectionTrait;
use serde_json::json;
use uurwerk::mail::parse::parse;

use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(
    whatever_a_mail_holds_is_kept,
    two_long_numbers_that_begin_alike_stay_two,
    a_mail_that_meets_a_fault_of_the_desk_waits_and_becomes_a_ticket_when_the_fault_is_mended,
    a_mail_for_a_contract_that_is_not_in_force_waits,
);

/// Headers and a body, each to be sent by somebody who is known and under a number of its own unless it names others.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    // Signs of three bytes that no database makes shorter.
    let long: String = (0..998_u32).filter_map(|at| char::from_u32(0x4e00 + (at.wrapping_mul(2_654_435_761) >> 16) % 20_000)).collect();
    let header = |name: &str, value: &str| [name, ": ", value, "\n\nHallo.\n"].concat().into_bytes();
    let part = |head: &[u8], body: &[u8]| [b"MIME-Version: 1.0\n".as_slice(), head, b"\n\n", body, b"\n"].concat();
    let enclosed = |disposition: &[u8]| {
        let head = b"Content-Type: multipart/mixed; boundary=b";
        part(head, &[b"--b\n\nHallo.\n--b\nContent-Type: application/pdf\nContent-Disposition: ", disposition, b"\n\nx\n--b--"].concat())
    };
    let references = (0..5000).map(|at| format!("\n <{at}{}@ipo.example>", "x".repeat(200))).collect::<Vec<_>>().concat();
    let recipients = (0..3000).map(|at| format!(",\n piet{at}@ipo.example")).collect::<Vec<_>>().concat();
    vec![
        ("a number of 998 signs of three bytes", header("Message-ID", &format!("<{long}>"))),
        ("a number of a hundred thousand signs", header("Message-ID", &format!("<{}@ipo.example>", "x".repeat(100_000)))),
        ("a number with a zero byte", header("Message-ID", "<a\0b@ipo.example>")),
        ("an empty number", header("Message-ID", "<>")),
        ("an answer to 998 signs of three bytes", header("In-Reply-To", &format!("<{long}>"))),
        ("an answer to thousands", header("References", &references)),
        ("an answer to a zero byte", header("In-Reply-To", "<\0>")),
        ("a subject without end", header("Subject", &"ë".repeat(200_000))),
        ("a subject with zero bytes", header("Subject", "a\0b")),
        ("a subject with an encoded zero byte", header("Subject", "=?utf-8?q?a=00b?=")),
        ("a subject that is not in its alphabet", [b"Subject: ".as_slice(), b"\xff\xfe\xed\xa0\x80\x80", b"\n\nHallo.\n"].concat()),
        ("a subject with half a sign of UTF-16", header("Subject", "=?utf-16?b?2AA=?= =?utf-8?q?=ED=A0=80?=")),
        ("a sender's name with an encoded zero byte", header("From", "=?utf-8?q?an=00na?= <anna@ipo.example>")),
        ("a sender's name without end", header("From", &format!("\"{}\" <anna@ipo.example>", "ë".repeat(100_000)))),
        ("a sender's address without end", header("From", &format!("{}@ipo.example", "ë".repeat(400)))),
        ("a sender's address as long as one can be written to", header("From", &format!("{}@ipo.example", "ë".repeat(32)))),
        ("a sender's address with a zero byte", header("From", "an\0na@ipo.example")),
        ("thousands of recipients", header("To", &format!("desk@ipo.example{recipients}"))),
        ("a machine's word with a zero byte", header("Auto-Submitted", "auto\0replied")),
        ("a bulk word with a zero byte", header("Precedence", "bulk\0")),
        ("a date that is none", header("Date", "Thu, 99 Foo 999999999 99:99:99 +9999")),
        ("a type with a zero byte", part(b"Content-Type: text/\0plain; charset=\"\0\"", b"Hallo.")),
        ("a text of zero bytes", part(b"Content-Type: text/plain", &[0; 5000])),
        ("a text of encoded zero bytes", part(b"Content-Type: text/plain\nContent-Transfer-Encoding: base64", b"AAAAAAAA")),
        ("half signs of UTF-16", part(b"Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64", b"2ADYAA==")),
        ("half signs as UTF-8", part(b"Content-Type: text/plain; charset=utf-8", b"\xed\xa0\x80 \xed\xbf\xbf \xff")),
        ("signs that HTML cannot name", part(b"Content-Type: text/html", b"<p>a&#0;b&#xD800;c&#x110000;d&#xFFFF;")),
        ("one word of megabytes", part(b"Content-Type: text/plain", &[b'x'; 3_000_000])),
        ("a file whose name has a zero byte", enclosed(b"attachment; filename=\"a\0b.pdf\"")),
        ("a file whose name has an encoded zero byte", enclosed(b"attachment; filename*=utf-8''a%00b.pdf")),
        ("a file whose name has no end", enclosed(format!("attachment; filename=\"{}.pdf\"", "ë".repeat(20_000)).as_bytes())),
        ("a file whose name is not in its alphabet", enclosed(b"attachment; filename*=utf-8''%ED%A0%80%FF.pdf")),
        ("a package that is cut off", part(b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64", b"eJ8+IgEA")),
        ("a signed message that is cut off", part(b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64", b"MIAGCSqGSIb3DQEHAqCA")),
        ("a file in the text whose name has a zero byte", part(b"Content-Type: text/plain", b"begin 644 a\0b\n#86)C\n`\nend")),
        ("an invitation with zero bytes", part(b"Content-Type: text/calendar", b"BEGIN:VEVENT\nSUMMARY:a\0b\nDTSTART:\0\nEND:VEVENT")),
        ("UTF-7 with half a sign and a zero byte", part(b"Content-Type: text/plain; charset=utf-7", b"+2D0- +AAA- Hallo.")),
        (
            "a delivery report with zero bytes",
            part(
                b"Content-Type: multipart/report; boundary=b",
                b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a\0@ipo.example\nStatus: 5.\x001.1\nAction: \0failed\n--b--",
            ),
        ),
    ]
}

/// The headers that a mail does not name itself, and the mail.
fn whole(at: usize, mail: &[u8]) -> Vec<u8> {
    let names = |name: &[u8]| mail.starts_with(name);
    // Two senders: neither gets so many confirmations that some are withheld.
    let from = match at % 2 {
        _ if names(b"From") => "",
        0 => "From: Anna <anna@ipo.example>\n",
        _ => "From: Piet <piet@ipo.example>\n",
    };
    let number = if names(b"Message-ID") { String::new() } else { format!("Message-ID: <{at}@ipo.example>\n") };
    [from.as_bytes(), number.as_bytes(), mail].concat()
}

async fn arrives(desk: &Desk, mail: Vec<u8>) -> crate::support::Answer {
    desk.send_raw("/v1/inbound-messages?mailbox=servicedesk", mail, &[("content-type", "application/octet-stream")]).await
}

/// MAIL-10.
async fn whatever_a_mail_holds_is_kept(desk: &Desk) {
    let mails = hostile();
    let (mut wrong, mut tickets) = (Vec::new(), 0);
    for (at, (name, mail)) in mails.iter().enumerate() {
        let answer = arrives(desk, whole(at, mail)).await;
        let reason = answer.body["reason"].as_str().unwrap_or_default();
        if answer.status != 201 || reason.contains("fault") {
            wrong.push(format!("{name}: {} {}", answer.status, answer.body));
        }
        let is_answered = parse(&whole(at, mail)).may_be_acknowledged();
        tickets += usize::from(answer.body["outcome"] == "ticket" && is_answered);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(desk.rows("inbound_mail").await, i64::try_from(mails.len()).expect("a few"));
    desk.passes("PT5M").await;
    let confirmed = desk.mails().iter().filter(|mail| mail.contains("Auto-Submitted: auto-replied")).count();
    assert_eq!(confirmed, tickets, "and whoever made a ticket hears of it");
}

async fn two_long_numbers_that_begin_alike_stay_two(desk: &Desk) {
    let mail = |end: &str| format!("From: anna@ipo.example\nMessage-ID: <{}{end}>\nSubject: x\n\nHallo.\n", "ë".repeat(998)).into_bytes();
    let (one, other, again) = (arrives(desk, mail("1")).await, arrives(desk, mail("2")).await, arrives(desk, mail("1")).await);
    assert_eq!(
        (&one.body["outcome"], &other.body["outcome"], &again.body["outcome"]),
        (&json!("ticket"), &json!("ticket"), &json!("duplicate"))
    );
    let answer = format!("From: anna@ipo.example\nMessage-ID: <3>\nIn-Reply-To: <{}2>\nSubject: Re: x\n\nNog iets.\n", "ë".repeat(998));
    let answer = arrives(desk, answer.into_bytes()).await;
    assert_eq!((&answer.body["outcome"], &answer.body["ticket"]), (&json!("reply"), &other.body["ticket"]));
}

async fn a_mail_that_meets_a_fault_of_the_desk_waits_and_becomes_a_ticket_when_the_fault_is_mended(desk: &Desk) {
    let sql = desk.behind().await;
    let mail = "From: anna@ipo.example\nSubject: Printer\nMessage-ID: <1@ipo.example>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nKapot.\n--b\n\
        Content-Type: text/plain\nContent-Disposition: attachment; filename=log.txt\n\nrook\n--b--\n";
    sql.execute_unprepared("ALTER TABLE ticket_search RENAME TO ticket_search_away").await.expect("a fault");
    let came = desk.mail_arrives("servicedesk", mail).await;
    let again = desk.mail_arrives("servicedesk", mail).await;
    sql.execute_unprepared("ALTER TABLE ticket_search_away RENAME TO ticket_search").await.expect("no fault");
    assert_eq!((came.status, came.body["outcome"].as_str()), (201, Some("quarantined")), "{}", came.body);
    assert!(came.body["reason"].as_str().is_some_and(|reason| reason.contains("fault")), "{}", came.body);
    assert_eq!(came.body["subject"], "Printer");
    assert_eq!(again.body["outcome"], "duplicate", "it is kept, so it is kept once");
    assert_eq!(desk.rows("ticket").await, 0, "and nothing is half made");
    let path = format!("/v1/inbound-messages/{}/tickets", came.body["id"].as_str().expect("an id"));
    let made = desk.post(&path, &json!({})).await;
    assert_eq!((made.status, made.body["title"].as_str()), (201, Some("Printer")), "{}", made.body);
    let number = made.body["number"].as_str().expect("a number");
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"][0]["name"], "log.txt");
}

async fn a_mail_for_a_contract_that_is_not_in_force_waits(desk: &Desk) {
    let later = [("UURWERK_MAILBOXES_LATER_ADDRESS", "later@uurwerk.example"), ("UURWERK_MAILBOXES_LATER_CONTRACT", "later")];
    let desk = Desk::open_with(desk.on(), &later).await;
    let mail = "From: anna@ipo.example\nSubject: Printer\nMessage-ID: <1@ipo.example>\n\nKapot.\n";
    let came = desk.mail_arrives("later", mail).await;
    assert_eq!((came.status, came.body["outcome"].as_str()), (201, Some("quarantined")), "{}", came.body);
    assert_eq!(came.body["reason"], "the mailbox's contract is not in force");
    assert_eq!(desk.mail_arrives("later", mail).await.body["outcome"], "duplicate", "and whoever brings it again is told so");
    let path = format!("/v1/inbound-messages/{}/tickets", came.body["id"].as_str().expect("an id"));
    let nowhere = desk.post(&path, &json!({})).await;
    assert_eq!((nowhere.status, nowhere.body["errors"][0]["pointer"].as_str()), (400, Some("/contract")), "{}", nowhere.body);
    let made = desk.post(&path, &json!({ "contract": "dap-example" })).await;
    assert_eq!((made.status, made.body["organisation"].as_str()), (201, Some("ipo")), "{}", made.body);
}
