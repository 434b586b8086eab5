//! What is removed for good is gone from every place it was copied to, and the record of it stays.

use serde_json::{Value, json};
use uurwerk::domain::Instant;
use uurwerk::domain::permission::Role;
use uurwerk::store::{self, Scope};
use uurwerk::usecases::attachments;

use crate::on_both_databases;
use crate::support::{Desk, incident, request};

on_both_databases!(
    a_message_is_taken_from_the_ticket_and_from_every_mail_that_holds_it,
    a_tickets_own_texts_are_taken_from_the_ticket_the_index_and_the_mails,
    a_title_leaves_every_mail_whatever_it_was_before_and_whatever_went_before_it,
    what_answers_a_redacted_mail_does_not_repeat_its_subject,
    a_file_is_taken_with_its_bytes_and_its_name_and_a_crash_in_between_is_made_good,
    a_version_of_a_part_is_taken_with_all_its_texts,
    a_form_is_taken_with_all_its_values_and_can_still_be_read,
    one_person_asks_and_another_approves_and_nothing_goes_before_that,
    a_reason_leaves_every_event_of_its_act_and_what_was_merged_with_it,
);

const NUMBER: &str = "123456782";

/// A token of somebody of the desk; each has a name of its own.
pub(super) async fn colleague(desk: &Desk, name: &str, role: Role) -> String {
    desk.person(None, name, &format!("{name}@leverancier.example"), &[role]).await
}

/// Asks as one person and approves as another; the redaction.
pub async fn redact(desk: &Desk, number: &str, what: &Value) -> Value {
    let (asks, approves) = (colleague(desk, "bob", Role::AgentLine1).await, colleague(desk, "pia", Role::PrivacyOfficer).await);
    let path = format!("/v1/tickets/{number}/redactions");
    let asked = desk.ask(Some(&asks), "POST", &path, Some(what)).await;
    assert_eq!((asked.status, &asked.body["doneAt"]), (201, &Value::Null), "{}", asked.body);
    let id = asked.body["id"].as_str().expect("an id");
    let done = desk.ask(Some(&approves), "POST", &format!("{path}/{id}/approvals"), None).await;
    assert_eq!((done.status, done.body["signedBy"].as_array().map(Vec::len)), (201, Some(2)), "{}", done.body);
    done.body
}

/// How many files there are under a folder.
fn files(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

async fn ledger(desk: &Desk, number: &str) -> Value {
    let ledger = desk.get(&format!("/v1/tickets/{number}/clocks/response/ledger")).await;
    assert_eq!(ledger.status, 200);
    ledger.body["facts"].clone()
}

async fn a_message_is_taken_from_the_ticket_and_from_every_mail_that_holds_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let mail = |id: u8, text: &str| {
        format!("From: Anna <anna@ipo.example>\nSubject: Re: [{number}] Mail hapert\nMessage-ID: <{id}@ipo.example>\n\n{text}\n")
    };
    let came = desk.mail_arrives("servicedesk", &mail(1, &format!("Mijn nummer is {NUMBER}.\nBelt u mij?"))).await;
    assert_eq!(came.body["outcome"], "reply", "{}", came.body);
    // A later mail whose quotation is cut, one that quotes it in a way of its own, and one that does not.
    desk.mail_arrives("servicedesk", &mail(2, &format!("En?\n\nOp maandag schreef Anna:\n> Mijn nummer is {NUMBER}.\n> Belt u mij?")))
        .await;
    desk.mail_arrives("servicedesk", &mail(4, &format!("Zoals ik schreef:\n> Mijn nummer is {NUMBER}.\n> Belt u mij?\nVandaag graag.")))
        .await;
    let other = desk.mail_arrives("servicedesk", &mail(3, "Het werkt weer.")).await;
    let said = desk
        .post(
            &format!("/v1/tickets/{number}/messages"),
            &json!({ "visibility": "public", "body": format!("Uw nummer {NUMBER} is genoteerd.") }),
        )
        .await;
    desk.passes("PT1M").await;
    let before = ledger(desk, &number).await;
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].clone();
    assert!(!desk.traces(NUMBER).await.is_empty(), "it is looked for in the right place");
    let reason = "Burgerservicenummer in een bericht.";
    for id in [&messages[0]["id"], &said.body["id"]] {
        redact(desk, &number, &json!({ "what": "message", "target": id, "reason": reason })).await;
    }
    let after = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].clone();
    assert_eq!((&after[0]["body"], &after[0]["id"]), (&json!("[verwijderd]"), &messages[0]["id"]));
    assert_eq!(after[2]["body"], "Zoals ik schreef:\n> [verwijderd]?\nVandaag graag.", "{after}");
    let raw = async |mail: &Value| {
        let path = format!("/v1/inbound-messages/{}/content", mail["id"].as_str().expect("an id"));
        let answer = desk.request("GET", &path).bearer_auth(crate::support::ADMIN).send().await.expect("an answer");
        answer.text().await.expect("a mail")
    };
    assert!(!raw(&came.body).await.contains(NUMBER));
    assert!(raw(&other.body).await.contains("Het werkt weer."), "what holds nothing of it stays");
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
    // The record of it, and a history from which the same follows.
    let listed = desk.get(&format!("/v1/tickets/{number}/redactions")).await.body["items"].clone();
    assert_eq!(
        (&listed[0]["what"], &listed[0]["reason"], listed[0]["signedBy"].as_array().map(Vec::len)),
        (&json!("message"), &json!(reason), Some(2))
    );
    let told = desk.events(&number).await;
    // With the first, the two messages that repeated it.
    assert_eq!(told.iter().filter(|event| event["type"] == "ticket.redacted" && event["reason"] == reason).count(), 4);
    assert_eq!(ledger(desk, &number).await, before);
}

async fn a_tickets_own_texts_are_taken_from_the_ticket_the_index_and_the_mails(desk: &Desk) {
    let mail = format!(
        "From: Anna <anna@ipo.example>\nSubject: Vraag over {NUMBER}\nMessage-ID: <1@ipo.example>\n\nIk ben {NUMBER} en kan niet inloggen.\n"
    );
    let came = desk.mail_arrives("servicedesk", &mail).await;
    let number = came.body["ticket"].as_str().expect("a ticket").to_owned();
    desk.passes("PT1M").await;
    let found = async || desk.get(&format!("/v1/tickets?text={NUMBER}")).await.body["items"].as_array().map(Vec::len);
    assert_eq!(found().await, Some(1));
    redact(desk, &number, &json!({ "what": "texts", "reason": "Burgerservicenummer." })).await;
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!((&ticket["title"], &ticket["description"]), (&json!("[verwijderd]"), &json!("[verwijderd]")));
    assert_eq!(found().await, Some(0));
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
    let kept = desk.get("/v1/inbound-messages").await.body["items"][0].clone();
    assert_eq!((&kept["subject"], &kept["ticket"]), (&json!("[verwijderd]"), &json!(number)));
}

async fn a_file_is_taken_with_its_bytes_and_its_name_and_a_crash_in_between_is_made_good(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}/attachments");
    let octets = [("content-type", "application/octet-stream")];
    let file = desk.send_raw(&format!("{path}?name=brief-{NUMBER}.txt"), NUMBER.as_bytes().to_vec(), &octets).await;
    let id = file.body["id"].as_str().expect("an id").to_owned();
    let digest = file.body["digest"].as_str().expect("a digest").to_owned();
    redact(desk, &number, &json!({ "what": "attachment", "target": id, "reason": "Burgerservicenummer." })).await;
    let gone = desk.get(&format!("{path}/{id}")).await;
    assert_eq!((gone.status, &gone.body["code"]), (410, &json!("redacted")), "{}", gone.body);
    let listed = desk.get(&path).await.body["items"][0].clone();
    assert_eq!(listed["name"], "[verwijderd]");
    assert_eq!([desk.traces(NUMBER).await, desk.traces(&digest).await], [Vec::<String>::new(), Vec::new()]);
    let bytes = || files(&desk.attachments());
    assert_eq!(bytes(), 0);
    // As after a crash between the commit and the removal of the bytes.
    let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(bytes::Bytes::from_static(b"123456782"))]);
    desk.app.files.keep(id.parse().expect("an id"), stream, 100).await.expect("a file");
    let noted = async |tx: &store::Tx| Ok(store::attachments::expect(tx, &[id.parse().expect("an id")], Instant::MIN).await?);
    desk.app.keep_books(&Scope::ALL, noted).await.expect("a note");
    assert_eq!(bytes(), 1);
    assert_eq!(attachments::sweep(&desk.app, desk.app.time.now()).await.expect("it is swept"), 1);
    assert_eq!(bytes(), 0);
    let rebuilt = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
}

async fn one_person_asks_and_another_approves_and_nothing_goes_before_that(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let said = desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "internal", "body": "Geheim." })).await;
    let path = format!("/v1/tickets/{number}/redactions");
    let [pia, sam] = [colleague(desk, "pia", Role::PrivacyOfficer).await, colleague(desk, "sam", Role::ServiceManager).await];
    let (agent, auditor) = (colleague(desk, "bob", Role::AgentLine1).await, colleague(desk, "ada", Role::Auditor).await);
    let wanted = json!({ "what": "message", "target": said.body["id"], "reason": "Te veel gezegd." });
    assert_eq!(desk.ask(Some(&auditor), "POST", &path, Some(&wanted)).await.status, 403);
    // To the client an internal note is not there to be named.
    let client = desk.token_of("ipo").await;
    let foreign = desk.ask(Some(&client), "POST", &path, Some(&wanted)).await;
    assert_eq!((foreign.status, &foreign.body["errors"][0]["pointer"]), (400, &json!("/target")), "{}", foreign.body);
    for (wrong, pointer) in [
        (json!({ "what": "message", "reason": "x" }), "/target"),
        (json!({ "what": "message", "target": "018f4c1e-7a3b-7c00-8000-0000000000aa", "reason": "x" }), "/target"),
        (json!({ "what": "texts", "target": said.body["id"], "reason": "x" }), "/target"),
        (json!({ "what": "texts" }), "/reason"),
    ] {
        let refused = desk.ask(Some(&pia), "POST", &path, Some(&wrong)).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!(pointer)), "{}", refused.body);
    }
    let asked = desk.ask(Some(&pia), "POST", &path, Some(&wanted)).await;
    let approvals = format!("{path}/{}/approvals", asked.body["id"].as_str().expect("an id"));
    let approve = async |token: &str| desk.ask(Some(token), "POST", &approvals, None).await;
    let body = async || desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"][0]["body"].clone();
    assert_eq!(approve(&agent).await.status, 403);
    let own = approve(&pia).await;
    assert_eq!((own.status, &own.body["code"]), (409, &json!("same_person")), "{}", own.body);
    assert_eq!(body().await, "Geheim.");
    assert_eq!(approve(&sam).await.status, 201);
    assert_eq!(body().await, "[verwijderd]");
    let again = approve(&sam).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("already_approved")), "{}", again.body);
    // The client does not learn that there was a note.
    let seen = desk.ask(Some(&client), "GET", &path, None).await;
    assert_eq!((seen.status, &seen.body["items"]), (200, &json!([])), "{}", seen.body);
    let told = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{number}/events"), None).await;
    assert!(!told.body.to_string().contains("redacted"), "{}", told.body);
}

async fn a_version_of_a_part_is_taken_with_all_its_texts(desk: &Desk) {
    let mut problem = incident("p3");
    problem["type"] = json!("problem");
    problem.as_object_mut().expect("fields").remove("priority");
    let number = desk.registers(&problem).await;
    let path = format!("/v1/tickets/{number}/root-causes");
    let says = |text: &str| json!({ "deeperCause": text, "proposal": format!("Vervang {text}.") });
    let version = desk.post(&path, &says(&format!("pas {NUMBER}"))).await;
    desk.post(&path, &says("de pas")).await;
    let other = desk.registers(&problem).await;
    let wanted = json!({ "what": "part", "target": version.body["id"], "reason": "Een nummer in de analyse." });
    let elsewhere = desk.post(&format!("/v1/tickets/{other}/redactions"), &wanted).await;
    assert_eq!((elsewhere.status, &elsewhere.body["errors"][0]["pointer"]), (400, &json!("/target")), "{}", elsewhere.body);
    assert!(!desk.traces(NUMBER).await.is_empty(), "it is looked for in the right place");
    let done = redact(desk, &number, &wanted).await;
    assert_eq!((&done["what"], &done["target"]), (&json!("part"), &version.body["id"]));
    let versions = desk.get(&path).await.body["items"].clone();
    let content = |at: usize| versions[at]["content"].clone();
    assert_eq!(content(1), json!({ "deeperCause": "[verwijderd]", "proposal": "[verwijderd]" }));
    assert_eq!((content(0), &versions[1]["version"]), (says("de pas"), &json!(1)), "others stay");
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
    let last = desk.events(&number).await.pop().expect("an event");
    assert_eq!((&last["type"], &last["data"]["what"]), (&json!("ticket.redacted"), &json!("part")));
}

async fn a_form_is_taken_with_all_its_values_and_can_still_be_read(desk: &Desk) {
    let mut asked = request("service_request");
    asked["form"]["voor"] = json!(format!("Bram, {NUMBER}"));
    let number = desk.registers(&asked).await;
    let path = format!("/v1/tickets/{number}/request-forms");
    let version = desk.get(&path).await.body["items"][0]["id"].clone();
    assert!(!desk.traces(NUMBER).await.is_empty(), "it is looked for in the right place");
    redact(desk, &number, &json!({ "what": "part", "target": version, "reason": "Een nummer in het formulier." })).await;
    let left = desk.get(&path).await;
    assert_eq!((left.status, &left.body["items"][0]["content"]), (200, &json!({ "values": {} })), "{}", left.body);
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
}

async fn a_title_leaves_every_mail_whatever_it_was_before_and_whatever_went_before_it(desk: &Desk) {
    for (file_first, edited) in [(true, false), (true, true), (false, true)] {
        let mark = format!("Zwaluw{}{}", u8::from(file_first), u8::from(edited));
        let mail = format!(
            "From: Anna <anna@ipo.example>\nSubject: Ruzie: over {mark}\nMessage-ID: <een-{file_first}-{edited}@ipo.example>\n\
             Content-Type: multipart/mixed; boundary=\"grens\"\n\n--grens\nContent-Type: text/plain\n\nZie de bijlage.\n--grens\n\
             Content-Type: text/plain\nContent-Disposition: attachment; filename=\"brief.txt\"\n\nEen brief van {mark}.\n--grens--\n"
        );
        let came = desk.mail_arrives("servicedesk", &mail).await;
        let number = came.body["ticket"].as_str().expect("a ticket").to_owned();
        desk.passes("PT1M").await;
        desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "public", "body": "Wij kijken." })).await;
        desk.passes("PT1M").await;
        // Somebody answers under the title as they know it.
        let answer = format!(
            "From: Anna <anna@ipo.example>\nSubject: Re: [{number}] Ruzie: over {mark}\nMessage-ID: <twee-{file_first}-{edited}@x>\n\nDank.\n"
        );
        assert_eq!(desk.mail_arrives("servicedesk", &answer).await.body["outcome"], "reply");
        if edited {
            let edit = json!({ "title": "Iets anders", "description": "Nog iets anders." });
            assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &edit).await.status, 200);
        }
        let file = desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"][0]["id"].clone();
        let file = json!({ "what": "attachment", "target": file, "reason": "Een brief." });
        let texts = json!({ "what": "texts", "reason": "Een naam." });
        for what in if file_first { [&file, &texts] } else { [&texts, &file] } {
            redact(desk, &number, what).await;
        }
        assert_eq!(desk.holding(&mark).await, Vec::<String>::new(), "{mark}");
        assert_eq!(desk.traces(&mark).await, Vec::<String>::new(), "{mark}");
    }
}

async fn what_answers_a_redacted_mail_does_not_repeat_its_subject(desk: &Desk) {
    // Whoever is no contact of the client is told so.
    let bea = json!({ "organisation": "gemeente-voorbeeld", "name": "Bea Bos", "email": "bea@gemeente-voorbeeld.example" });
    let bea = desk.post("/v1/people", &bea).await.body["id"].clone();
    assert_eq!(desk.post("/v1/contracts/covide/contacts", &json!({ "person": bea })).await.status, 201);
    let mail = format!("From: Anna <anna@gemeente-voorbeeld.example>\nSubject: Over {NUMBER}\nMessage-ID: <1@x>\n\nHelp.\n");
    let came = desk.mail_arrives("support", &mail).await;
    assert_eq!(came.body["outcome"], "quarantined", "{}", came.body);
    assert!(desk.holding(NUMBER).await.contains(&"outbound_mail.subject".to_owned()), "it is answered: {}", came.body);
    let (asks, approves) = (colleague(desk, "bob", Role::AgentLine1).await, colleague(desk, "pia", Role::PrivacyOfficer).await);
    let path = format!("/v1/inbound-messages/{}/redactions", came.body["id"].as_str().expect("an id"));
    let asked = desk.ask(Some(&asks), "POST", &path, Some(&json!({ "reason": "Burgerservicenummer." }))).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let id = asked.body["id"].as_str().expect("an id");
    assert_eq!(desk.ask(Some(&approves), "POST", &format!("{path}/{id}/approvals"), None).await.status, 201);
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
}

/// A decision, and the move that follows from it, have one reason.
async fn a_reason_leaves_every_event_of_its_act_and_what_was_merged_with_it(desk: &Desk) {
    let (number, merged) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let said = json!({ "visibility": "public", "body": format!("Zij schreef: Mijn nummer is {NUMBER}, dank.") });
    assert_eq!(desk.post(&format!("/v1/tickets/{merged}/messages"), &said).await.status, 201);
    let into = json!({ "into": number, "reason": "Hetzelfde." });
    assert_eq!(desk.post(&format!("/v1/tickets/{merged}/merges"), &into).await.status, 201);
    for phase in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&number, phase).await.status, 201);
    }
    let anna = desk.person(Some("ipo"), "Anna de Boer", "anna@ipo.example", &[Role::Requester]).await;
    let decided = json!({ "question": "solution", "verdict": "no", "reason": format!("Mijn nummer is {NUMBER}.") });
    let answer = desk.ask(Some(&anna), "POST", &format!("/v1/tickets/{number}/decisions"), Some(&decided)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let with_it: Vec<_> = desk.events(&number).await.into_iter().filter(|event| event["reason"] == decided["reason"]).collect();
    assert_eq!(with_it.len(), 2, "{with_it:?}");
    redact(desk, &number, &json!({ "what": "reason", "target": with_it[1]["id"], "reason": "Burgerservicenummer." })).await;
    assert!(desk.events(&number).await.iter().all(|event| !event.to_string().contains(NUMBER)));
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].to_string();
    assert!(messages.contains("Zij schreef: [verwijderd], dank."), "{messages}");
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
}
