//! What stands in a mail reaches the ticket: what mail programs pack is opened, and what is cut from an answer is one call away, as long as
//! nobody took it away for good.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk};

on_both_databases!(
    what_outlook_packs_is_on_the_ticket,
    an_encrypted_mail_is_a_ticket_that_says_so,
    what_is_cut_from_an_answer_is_one_call_away_and_the_mail_two,
    what_is_internal_or_anothers_has_no_whole_text,
    of_a_redacted_answer_nothing_is_given_back,
    of_somebody_who_was_erased_nothing_is_given_back,
);

/// What Outlook packs: `De inhoud staat alleen hier.` and `offerte.txt`.
const WINMAIL: &str = "eJ8+IgEAAQyAAgAdAAAARGUgaW5ob3VkIHN0YWF0IGFsbGVlbiBoaWVyLgAAAAICkAYADgAAAAAAAAAAAAAAAAAAAAAAAAACEIABAAwAAABvZmZlcnRlLnR4dAAAAAIPgAYADwAAAGJlZHJhZzogMTAgZXVybwAA";

async fn names(desk: &Desk, number: &str) -> Vec<String> {
    let files = desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"].clone();
    files.as_array().into_iter().flatten().filter_map(|file| file["name"].as_str().map(str::to_owned)).collect()
}

async fn ticket_of(desk: &Desk, mail: &str) -> String {
    let came = desk.mail_arrives("servicedesk", mail).await;
    came.body["ticket"].as_str().unwrap_or_else(|| panic!("no ticket: {}", came.body)).to_owned()
}

/// MAIL-10.
async fn what_outlook_packs_is_on_the_ticket(desk: &Desk) {
    let mail = format!(
        "From: Anna <anna@ipo.example>\nSubject: Offerte\nMessage-ID: <1@ipo.example>\nContent-Type: application/ms-tnef; name=winmail.dat\n\
         Content-Disposition: attachment; filename=winmail.dat\nContent-Transfer-Encoding: base64\n\n{WINMAIL}\n"
    );
    let number = ticket_of(desk, &mail).await;
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["description"], "De inhoud staat alleen hier.");
    assert_eq!(names(desk, &number).await, ["offerte.txt"]);
    let files = desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"].clone();
    let path = format!("/v1/tickets/{number}/attachments/{}", files[0]["id"].as_str().expect("an id"));
    let bytes = desk.request("GET", &path).bearer_auth(ADMIN).send().await.expect("an answer").bytes().await.expect("bytes");
    assert_eq!(&bytes[..], b"bedrag: 10 euro");
}

async fn an_encrypted_mail_is_a_ticket_that_says_so(desk: &Desk) {
    let mail = "From: Anna <anna@ipo.example>\nSubject: Vertrouwelijk\nMessage-ID: <1@ipo.example>\n\
        Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIB\n";
    let number = ticket_of(desk, mail).await;
    let description = desk.get(&format!("/v1/tickets/{number}")).await.body["description"].clone();
    assert!(description.as_str().is_some_and(|text| text.contains("versleuteld en kan hier niet worden gelezen")), "{description}");
    assert_eq!(names(desk, &number).await, ["smime.p7m"]);
}

/// A ticket of Anna's with an answer in which something is quoted, and the path of that answer.
async fn answered(desk: &Desk) -> (String, Value) {
    let number = ticket_of(desk, "From: Anna <anna@ipo.example>\nSubject: Printer\nMessage-ID: <1@ipo.example>\n\nKapot.\n").await;
    let answer = "From: Anna <anna@ipo.example>\nSubject: Re: Printer\nMessage-ID: <2@ipo.example>\nIn-Reply-To: <1@ipo.example>\n\n\
        Alweer.\n\nOp 5-1-2026 10:15 schreef Jan <jan@ipo.example>:\n> Nummer 4711-zestien.\n\nHelaas.\n-- \nAnna\n";
    assert_eq!(desk.mail_arrives("servicedesk", answer).await.body["outcome"], "reply");
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].clone();
    (number, messages[0].clone())
}

async fn whole(desk: &Desk, token: &str, number: &str, message: &Value) -> Answer {
    let path = format!("/v1/tickets/{number}/messages/{}/whole-text", message["id"].as_str().expect("an id"));
    desk.ask(Some(token), "GET", &path, None).await
}

/// MAIL-10.
async fn what_is_cut_from_an_answer_is_one_call_away_and_the_mail_two(desk: &Desk) {
    let (number, message) = answered(desk).await;
    assert_eq!((&message["body"], &message["isCut"]), (&json!("Alweer.\n\n\nHelaas.\n\n[…]"), &json!(true)));
    let given = whole(desk, ADMIN, &number, &message).await;
    let text = given.body["text"].as_str().unwrap_or_default();
    assert!(given.status == 200 && text.contains("> Nummer 4711-zestien.") && text.ends_with("-- \nAnna"), "{}", given.body);
    let path = format!("/v1/inbound-messages/{}/content", given.body["inboundMessage"].as_str().expect("the mail"));
    let raw = desk.request("GET", &path).bearer_auth(ADMIN).send().await.expect("an answer").text().await.expect("a mail");
    assert!(raw.contains("Message-ID: <2@ipo.example>"));
    // The client sees what the message says, and has no business with the mail.
    let client = desk.token_of("ipo").await;
    let given = whole(desk, &client, &number, &message).await;
    assert_eq!((given.status, &given.body["inboundMessage"]), (200, &Value::Null));
    assert!(given.body["text"].as_str().is_some_and(|text| text.contains("4711-zestien")), "{}", given.body);
    let written = desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "public", "body": "Wij komen." })).await.body;
    assert_eq!(written["isCut"], false);
    assert_eq!(whole(desk, ADMIN, &number, &written).await.body, json!({ "text": "Wij komen.", "inboundMessage": null }));
}

async fn what_is_internal_or_anothers_has_no_whole_text(desk: &Desk) {
    let (number, message) = answered(desk).await;
    let note = desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "internal", "body": "Let op." })).await.body;
    let (client, other) = (desk.token_of("ipo").await, desk.token_of("gemeente-voorbeeld").await);
    assert_eq!(whole(desk, &client, &number, &note).await.status, 404);
    assert_eq!(whole(desk, &other, &number, &message).await.status, 404);
    let elsewhere = ticket_of(desk, "From: Anna <anna@ipo.example>\nSubject: Lift\nMessage-ID: <3@ipo.example>\n\nStil.\n").await;
    assert_eq!(whole(desk, ADMIN, &elsewhere, &message).await.status, 404);
}

/// A redaction takes the mail, too, though its words stand apart in it.
async fn of_a_redacted_answer_nothing_is_given_back(desk: &Desk) {
    let (number, message) = answered(desk).await;
    let (first, second) = (
        desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await,
        desk.person(None, "Sam Smit", "sam@leverancier.example", &[Role::ServiceManager]).await,
    );
    let redactions = format!("/v1/tickets/{number}/redactions");
    let asked = json!({ "what": "message", "target": message["id"], "reason": "Een nummer dat hier niet hoort." });
    let asked = desk.ask(Some(&first), "POST", &redactions, Some(&asked)).await;
    let approval = format!("{redactions}/{}/approvals", asked.body["id"].as_str().expect("an id"));
    assert_eq!(desk.ask(Some(&second), "POST", &approval, Some(&json!({}))).await.status, 201);
    let left = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"][0].clone();
    let given = whole(desk, ADMIN, &number, &message).await;
    assert_eq!((&left["isCut"], &given.body["text"]), (&json!(false), &left["body"]));
    assert_eq!(desk.holding("4711-zestien").await, Vec::<String>::new());
}

async fn of_somebody_who_was_erased_nothing_is_given_back(desk: &Desk) {
    let (number, message) = answered(desk).await;
    let anna = desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].clone();
    let erased = desk.post("/v1/erasures", &json!({ "person": anna, "reason": "Verzoek van de betrokkene." })).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    let given = whole(desk, ADMIN, &number, &message).await;
    assert!(given.status == 200 && !given.body.to_string().contains("4711-zestien"), "{}", given.body);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"][0]["isCut"], false);
}
