//! What was kept for as long as the contract says is seen by two persons and destroyed, and every figure of the past stays.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::kills::{self, Process};
use crate::support::{ADMIN, Desk, On, client, incident, postgres};

/// The example agreement with times of its own to keep things.
fn contracts(folder: &Path) -> PathBuf {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text = std::fs::read_to_string(example).expect("the example");
    let kept = "\n[retention]\ntickets = \"2mo\"\nattachments = \"1mo\"\nmails = \"1mo\"\n";
    std::fs::write(folder.join("dap-example.toml"), text + kept).expect("a contract");
    folder.to_owned()
}

async fn desk(on: On) -> (Desk, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let contracts = contracts(folder.path());
    (Desk::open_with(on, &[("UURWERK_CONTRACTS_DIR", &contracts.display().to_string())]).await, folder)
}

async fn closed(desk: &Desk) -> String {
    let number = desk.registers(&incident("p3")).await;
    for to in ["in_progress", "resolved", "closed"] {
        desk.moves(&number, to).await;
    }
    let client = desk.token_of("ipo").await;
    let accepted = json!({ "to": "closed", "reason": "Dank." });
    let path = format!("/v1/tickets/{number}/transitions");
    desk.ask(Some(&client), "POST", &path, Some(&accepted)).await;
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["state"], "closed");
    number
}

const OCTETS: (&str, &str) = ("content-type", "application/octet-stream");

/// What the history of a ticket tells somebody that there was and is no more.
async fn removals(desk: &Desk, token: &str, number: &str) -> Vec<String> {
    let events = desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/events?pageSize=100"), None).await.body["items"].clone();
    let kinds = events.as_array().expect("events").iter().filter_map(|event| event["type"].as_str());
    kinds.filter(|kind| kind.ends_with("destroyed")).map(str::to_owned).collect()
}

async fn proposes(desk: &Desk, class: &str) -> crate::support::Answer {
    let body = json!({ "contract": "dap-example", "class": class });
    desk.ask(Some(&desk.signer().await), "POST", "/v1/destructions", Some(&body)).await
}

/// A second person signs, and the workers carry it out.
async fn approves(desk: &Desk, proposal: &Value) -> Value {
    let path = format!("/v1/destructions/{}", proposal["id"].as_str().expect("an id"));
    let nobody = desk.post(&format!("{path}/approvals"), &json!({})).await;
    assert_eq!((nobody.status, &nobody.body["code"]), (403, &json!("not_in_person")), "{}", nobody.body);
    let second = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let signed = desk.ask(Some(&second), "POST", &format!("{path}/approvals"), Some(&json!({}))).await;
    assert_eq!((signed.status, &signed.body["state"]), (201, &json!("approved")), "{}", signed.body);
    desk.passes("PT1M").await;
    desk.get(&path).await.body
}

fn names(proposal: &Value) -> Vec<&str> {
    proposal["items"].as_array().into_iter().flatten().filter_map(|item| item["name"].as_str()).collect()
}

/// What a report or a ledger says in figures: everything but the words people gave as reasons, and what differs from one look to the next.
fn figures(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !["reason", "knownAt", "digest"].contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), figures(value)))
            .collect(),
        Value::Array(items) => items.iter().map(figures).collect(),
        other => other.clone(),
    }
}

fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

async fn destroys(on: On) {
    let (desk, _contracts) = desk(on).await;
    let (number, held, open) = (closed(&desk).await, closed(&desk).await, desk.registers(&incident("p3")).await);
    let octets = [("content-type", "application/octet-stream")];
    for ticket in [&number, &held] {
        let path = format!("/v1/tickets/{ticket}/attachments?name=brief.pdf");
        assert_eq!(desk.send_raw(&path, b"brief".to_vec(), &octets).await.status, 201);
    }
    let mail = "From: Anna <anna@ipo.example>\nTo: servicedesk@uurwerk.example\nMessage-ID: <een@ipo.example>\n";
    let mail = desk.mail_arrives("servicedesk", &format!("{mail}Subject: Re: [{open}] Mail\n\nNog iets.\n")).await;
    let placed = desk.post("/v1/legal-holds", &json!({ "kind": "ticket", "subject": held, "reason": "Geschil." })).await;
    desk.reaches("2026-04-20T08:00:00+02:00").await;
    let report = "/v1/reports/service-management?contract=dap-example&month=2026-03&asOf=2026-04-20T06:00:00Z";
    let (before, ledger) = (desk.get(report).await, desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await);
    assert_eq!((before.status, ledger.status), (200, 200), "{}", before.body);
    assert_eq!(proposes(&desk, "tickets").await.body["code"], "nothing_due");
    assert_eq!(proposes(&desk, "mails").await.body["code"], "nothing_due", "the ticket of the mail is open: {}", mail.body);

    let proposed = proposes(&desk, "attachments").await.body;
    assert_eq!(names(&proposed), [number.as_str()]);
    assert_eq!(proposes(&desk, "attachments").await.body["code"], "destruction_waiting", "nothing is in two proposals");
    let done = approves(&desk, &proposed).await;
    assert_eq!((&done["state"], &done["items"][0]["outcome"]), (&json!("done"), &json!("destroyed")));
    assert_eq!(files(&desk.attachments()), 1, "the file under the hold is left");
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["title"], "Mail hapert");

    desk.reaches("2026-05-10T08:00:00+02:00").await;
    let proposed = proposes(&desk, "tickets").await.body;
    assert_eq!((names(&proposed), &proposed["state"]), (vec![number.as_str()], &json!("waiting")));
    let own = format!("/v1/destructions/{}/approvals", proposed["id"].as_str().expect("an id"));
    let again = desk.ask(Some(&desk.signer().await), "POST", &own, Some(&json!({}))).await;
    assert_eq!(again.body["code"], "same_person", "the proposer is one pair of eyes, with whatever token");
    desk.passes("PT1M").await;
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["title"], "Mail hapert");
    assert!(!desk.traces("hapert").await.is_empty());
    let since = desk.get("/v1/tickets?updatedSince=2026-05-10T00:00:00Z").await.body["syncedUntil"].clone();
    let done = approves(&desk, &proposed).await;
    assert_eq!((&done["state"], done["approvals"].as_array().map(Vec::len)), (&json!("done"), Some(2)));
    // Whoever keeps a copy hears of it.
    for token in [ADMIN, &desk.token_of("ipo").await] {
        let path = format!("/v1/tickets?updatedSince={}", since.as_str().expect("an instant"));
        let told = desk.ask(Some(token), "GET", &path, None).await.body["items"].clone();
        let told: Vec<_> = told.as_array().expect("tickets").iter().filter(|one| !one["destroyedAt"].is_null()).collect();
        assert_eq!(told.iter().map(|one| &one["number"]).collect::<Vec<_>>(), [&json!(number)], "{told:?}");
        assert_eq!(
            (&told[0]["title"], &told[0]["requester"], &told[0]["destroyedAt"]),
            (&json!("(vernietigd)"), &Value::Null, &told[0]["updatedAt"])
        );
        assert_eq!(removals(&desk, token, &number).await, ["ticket.files_destroyed", "ticket.destroyed"]);
    }

    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!((&ticket["title"], &ticket["description"], &ticket["requester"]), (&json!("(vernietigd)"), &json!(""), &Value::Null));
    let events = desk.events(&number).await;
    let destroyed = |event: &Value| event["reason"].is_null() || event["reason"] == "(vernietigd)";
    assert!(events.len() >= 4 && events.iter().all(destroyed), "{events:?}");
    assert!(!json!(events).to_string().contains("Zo is het."));
    let found = desk.get("/v1/tickets?text=hapert").await.body;
    let found: Vec<_> = found["items"].as_array().into_iter().flatten().filter_map(|one| one["number"].as_str()).collect();
    assert!(found.contains(&held.as_str()) && !found.contains(&number.as_str()), "{found:?}");
    assert_eq!(figures(&desk.get(report).await.body), figures(&before.body), "every figure of the past stays");
    let again = desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await;
    assert_eq!(figures(&again.body), figures(&ledger.body), "and every ledger");
    let rebuilt = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);

    let lift = format!("/v1/legal-holds/{}/lifts", placed.body["id"].as_str().expect("an id"));
    assert_eq!(desk.post(&lift, &json!({ "reason": "Geschikt." })).await.status, 201);
    let proposed = proposes(&desk, "tickets").await.body;
    assert_eq!(names(&proposed), [held.as_str()]);
    let again = json!({ "kind": "ticket", "subject": held, "reason": "Toch." });
    assert_eq!(desk.post("/v1/legal-holds", &again).await.status, 201);
    assert_eq!(approves(&desk, &proposed).await["items"][0]["outcome"], "held", "a hold after the proposal counts");
    assert_eq!(desk.get("/v1/destructions").await.body["items"].as_array().map(Vec::len), Some(3), "the records stay");
}

async fn takes_nothing_any_more(on: On) {
    let (desk, _contracts) = desk(on).await;
    let mut words = incident("p3");
    words["title"] = json!("Qabbalawoord hapert");
    words["externalReferences"] = json!([{ "system": "topdesk", "reference": "Vreemdnummer1" }]);
    let number = desk.registers(&words).await;
    let mail = "From: Anna <anna@ipo.example>\nMessage-ID: <een@ipo.example>\n";
    let mail = format!("{mail}Subject: Re: [{number}] Qabbalawoord hapert\n\nNog iets over qabbalawoord.\n");
    assert_eq!(desk.mail_arrives("servicedesk", &mail).await.body["outcome"], "reply");
    let tagged = desk.post(&format!("/v1/tickets/{number}/tags"), &json!({ "tags": ["qabbalawoord"] })).await;
    let who = json!({ "person": tagged.body["requester"]["id"] });
    let followed = desk.post(&format!("/v1/tickets/{number}/followers"), &who).await;
    assert_eq!((tagged.status, followed.status), (201, 201), "{}", followed.body);
    let draft = json!({ "visibility": "public", "body": "Over qabbalawoord." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/message-drafts"), &draft).await.status, 201);
    let work = json!({ "minutes": 30, "text": "Naar qabbalawoord gezocht." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/work-logs"), &work).await.status, 201);
    let (internal, octets) = (format!("/v1/tickets/{number}/attachments?name=a.bin&visibility=internal"), [OCTETS]);
    assert_eq!(desk.send_raw(&internal, vec![7; 10], &octets).await.status, 201);
    assert_eq!(desk.moves(&number, "cancelled").await.status, 201);
    desk.reaches("2026-05-10T08:00:00+02:00").await;
    let proposed = proposes(&desk, "attachments").await.body;
    approves(&desk, &proposed).await;
    assert_eq!(removals(&desk, ADMIN, &number).await, ["ticket.files_destroyed"]);
    let client = desk.token_of("ipo").await;
    assert_eq!(removals(&desk, &client, &number).await, Vec::<String>::new(), "a client does not hear of files that it did not see");
    let proposed = proposes(&desk, "tickets").await.body;
    assert!(names(&proposed).contains(&number.as_str()), "{proposed}");
    approves(&desk, &proposed).await;
    let path = format!("/v1/tickets/{number}");
    let below = |what: &str| format!("{path}/{what}");
    let text = json!({ "visibility": "public", "body": "Toch nog iets." });
    for (what, answer) in [
        ("a text", desk.post(&below("messages"), &text).await),
        ("a file", desk.send_raw(&below("attachments?name=a.bin"), vec![7; 10], &octets).await),
        ("a title", desk.patch(&path, &json!({ "title": "Toch" })).await),
        ("an assignee", desk.patch(&path, &json!({ "assignee": "piet" })).await),
        ("a move", desk.moves(&number, "in_progress").await),
        ("a tag", desk.post(&below("tags"), &json!({ "tags": ["x"] })).await),
        ("a follower", desk.post(&below("followers"), &json!({})).await),
        ("work", desk.post(&below("work-logs"), &json!({ "minutes": 1, "text": "x" })).await),
        ("a draft", desk.post(&below("message-drafts"), &json!({ "visibility": "public", "body": "x" })).await),
        ("a flag", desk.post(&below("flags"), &json!({ "flag": "privacy" })).await),
        ("a part", desk.post(&below("root-causes"), &json!({ "deeperCause": "x", "proposal": "x" })).await),
        ("a redaction", desk.post(&below("redactions"), &json!({ "what": "texts", "reason": "x" })).await),
    ] {
        assert_eq!((answer.status, &answer.body["code"]), (409, &json!("ticket_destroyed")), "{what}: {}", answer.body);
    }
    // What comes by mail about it is new.
    let later = mail.replace("<een@", "<twee@").replace("qabbalawoord", "iets anders").replace("Qabbalawoord", "Iets");
    let came = desk.mail_arrives("servicedesk", &later).await;
    assert_eq!(came.body["outcome"], "ticket", "{}", came.body);
    let copy = desk.mail_arrives("servicedesk", &mail).await;
    assert_eq!(copy.status, 201, "{}", copy.body);
    for word in ["abbalawoord", "Vreemdnummer1", "vreemdnummer1"] {
        assert_eq!(desk.traces(word).await, Vec::<String>::new(), "{word}");
    }
    assert_eq!(desk.get(&path).await.body["workedMinutes"], json!(30), "what figures are counted from stays");
    assert_eq!((desk.rows("ticket_tag").await, desk.rows("ticket_follower").await), (0, 0));
    let rebuilt = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
    assert_eq!(proposes(&desk, "tickets").await.body["code"], "nothing_due");
}

/// Somebody under a hold mailed on a ticket that another reported: neither the ticket nor the mail goes.
async fn keeps_what_a_held_partaker_said(on: On) {
    let (desk, _contracts) = desk(on).await;
    let mee = json!({ "organisation": "ipo", "name": "Mailt Mee", "email": "mailt@ipo.example" });
    let mee = desk.post("/v1/people", &mee).await.body["id"].as_str().expect("an id").to_owned();
    let number = desk.registers(&incident("p3")).await;
    let mail = "From: Mailt Mee <mailt@ipo.example>\nMessage-ID: <een@ipo.example>\n";
    let came = desk.mail_arrives("servicedesk", &format!("{mail}Subject: Re: [{number}] Mail hapert\n\nNog iets.\n")).await;
    let own = desk.mail_arrives("servicedesk", &mail.replace("<een@", "<twee@").replace("<mailt@", "<vreemd@")).await;
    assert_eq!((&came.body["outcome"], &own.body["outcome"]), (&json!("reply"), &json!("ticket")), "{} {}", came.body, own.body);
    for one in [number.as_str(), own.body["ticket"].as_str().expect("a ticket")] {
        assert_eq!(desk.moves(one, "cancelled").await.status, 201);
    }
    let hold = async || {
        let placed = desk.post("/v1/legal-holds", &json!({ "kind": "person", "subject": mee, "reason": "Geschil." })).await;
        assert_eq!(placed.status, 201, "{}", placed.body);
        format!("/v1/legal-holds/{}/lifts", placed.body["id"].as_str().expect("an id"))
    };
    let (hers, mut lift) = (came.body["id"].as_str().expect("an id").to_owned(), hold().await);
    desk.reaches("2026-05-10T08:00:00+02:00").await;
    for (class, held) in [("mails", hers.as_str()), ("tickets", number.as_str())] {
        let proposed = proposes(&desk, class).await.body;
        assert!(names(&proposed).len() == 1 && names(&proposed)[0] != held, "{class}: {proposed}");
        assert_eq!(approves(&desk, &proposed).await["items"][0]["outcome"], "destroyed", "{class}");
        assert_eq!(desk.post(&lift, &json!({ "reason": "Geschikt." })).await.status, 201);
        let proposed = proposes(&desk, class).await.body;
        assert_eq!(names(&proposed), [held], "{class}");
        lift = hold().await;
        assert_eq!(approves(&desk, &proposed).await["items"][0]["outcome"], "held", "{class}: a hold after the proposal counts");
    }
}

#[actix_web::test]
async fn what_somebody_said_who_is_held_is_not_destroyed_whoever_reported_the_ticket_on_sqlite() {
    Box::pin(keeps_what_a_held_partaker_said(On::Sqlite)).await;
}

#[actix_web::test]
async fn what_somebody_said_who_is_held_is_not_destroyed_whoever_reported_the_ticket_on_postgresql() {
    Box::pin(keeps_what_a_held_partaker_said(On::Postgres)).await;
}

#[actix_web::test]
async fn what_was_destroyed_takes_nothing_any_more_and_leaves_no_word_on_sqlite() {
    Box::pin(takes_nothing_any_more(On::Sqlite)).await;
}

#[actix_web::test]
async fn what_was_destroyed_takes_nothing_any_more_and_leaves_no_word_on_postgresql() {
    Box::pin(takes_nothing_any_more(On::Postgres)).await;
}

async fn is_withdrawn_or_refused(on: On) {
    let (desk, _contracts) = desk(on).await;
    let number = closed(&desk).await;
    let octets = [("content-type", "application/octet-stream")];
    let file = format!("/v1/tickets/{number}/attachments?name=brief.pdf");
    assert_eq!(desk.send_raw(&file, b"brief".to_vec(), &octets).await.status, 201);
    desk.reaches("2026-05-10T08:00:00+02:00").await;
    let why = json!({ "reason": "Wij wachten nog." });
    let (first, second) = (desk.signer().await, desk.token(None, &[Role::PrivacyOfficer]).await);
    for (ends, state) in [(&first, "withdrawn"), (&second, "refused")] {
        let waiting = proposes(&desk, "attachments").await.body;
        let path = format!("/v1/destructions/{}", waiting["id"].as_str().expect("an id"));
        let again = proposes(&desk, "attachments").await;
        assert_eq!((again.status, &again.body["code"]), (409, &json!("destruction_waiting")), "{}", again.body);
        assert!(again.body["detail"].as_str().is_some_and(|detail| detail.contains(waiting["id"].as_str().expect("an id"))));
        let ended = desk.ask(Some(ends), "POST", &format!("{path}/endings"), Some(&why)).await;
        assert_eq!((ended.status, &ended.body["state"]), (201, &json!(state)), "{}", ended.body);
        assert_eq!((&ended.body["items"][0]["outcome"], &ended.body["ended"]["reason"]), (&json!("kept"), &why["reason"]));
        for (what, body) in [("endings", &why), ("approvals", &json!({}))] {
            let over = desk.ask(Some(&second), "POST", &format!("{path}/{what}"), Some(body)).await;
            assert_eq!((over.status, &over.body["code"]), (409, &json!("settled")), "{}", over.body);
        }
        desk.passes("PT1M").await;
        assert_eq!(files(&desk.attachments()), 1, "nothing was destroyed");
    }
    let attachments = proposes(&desk, "attachments").await.body;
    let tickets = proposes(&desk, "tickets").await;
    assert_eq!(tickets.status, 201, "one class does not wait for another: {}", tickets.body);
    let done = approves(&desk, &tickets.body).await;
    assert_eq!(done["items"][0]["outcome"], "destroyed");
    let late = desk.post(&format!("/v1/destructions/{}/endings", done["id"].as_str().expect("an id")), &why).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("settled")), "{}", late.body);
    assert_eq!(approves(&desk, &attachments).await["items"][0]["outcome"], "not_due", "its file is gone already");
    // What a hold keeps is not said to be too young.
    let held = closed(&desk).await;
    desk.post("/v1/legal-holds", &json!({ "kind": "ticket", "subject": held, "reason": "Geschil." })).await;
    desk.reaches("2026-09-10T08:00:00+02:00").await;
    let refused = proposes(&desk, "tickets").await;
    assert_eq!(refused.body["code"], "nothing_due");
    assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains("legal hold")), "{}", refused.body);
    let ended = desk.get("/v1/audit-lines?action=createDestructionEnding&result=done").await.body["items"].clone();
    assert_eq!(ended.as_array().map(Vec::len), Some(2));
}

#[actix_web::test]
async fn a_proposal_is_withdrawn_or_refused_and_says_what_it_waits_for_on_sqlite() {
    Box::pin(is_withdrawn_or_refused(On::Sqlite)).await;
}

#[actix_web::test]
async fn a_proposal_is_withdrawn_or_refused_and_says_what_it_waits_for_on_postgresql() {
    Box::pin(is_withdrawn_or_refused(On::Postgres)).await;
}

#[actix_web::test]
async fn what_two_persons_approve_is_destroyed_and_the_figures_stay_on_sqlite() {
    Box::pin(destroys(On::Sqlite)).await;
}

#[actix_web::test]
async fn what_two_persons_approve_is_destroyed_and_the_figures_stay_on_postgresql() {
    Box::pin(destroys(On::Postgres)).await;
}

/// Somebody of a new desk, who gets in by the command alone: an account, and a token of theirs.
fn first_person(folder: &Path, database: &str, settings: &[(&str, &str)], name: &str) -> String {
    let says = |arguments: &[&str], input: &str| {
        let mut command = kills::command(folder, database);
        let command = command.args(arguments).envs(settings.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = command.spawn().expect("it starts");
        running.stdin.take().expect("its input").write_all(input.as_bytes()).expect("a password");
        String::from_utf8(running.wait_with_output().expect("it ends").stdout).expect("text")
    };
    let account = says(&["account", "--name", name, "--role", "privacy_officer"], "zevende-boot-klinkt-groen\n");
    let id = account.split_whitespace().find(|word| word.parse::<uuid::Uuid>().is_ok()).expect("an id");
    let token = says(&["token", "--role", "privacy_officer", "--name", name, "--person", id], "");
    token.split_whitespace().last().expect("a token").to_owned()
}

/// A desk that is killed while it destroys, again and again.
async fn survives_kills(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let texts = tempfile::tempdir().expect("a folder");
    let contracts = contracts(texts.path()).display().to_string();
    let settings = [("UURWERK_CONTRACTS_DIR", contracts.as_str())];
    if !database.is_empty() {
        assert!(kills::command(folder.path(), database).arg("migrate").status().expect("it migrates").success());
    }
    let mut desk = Process::start_with(&settings, folder.path(), database).await;
    let client = client();
    for _ in 0..15 {
        let ticket = desk.post("/v1/tickets", &incident("p3")).await.expect("a ticket");
        let path = format!("/v1/tickets/{}", ticket["number"].as_str().expect("a number"));
        let file = client.post(format!("{}{path}/attachments?name=brief.txt", desk.url)).bearer_auth(ADMIN);
        let file = file.header("content-type", "application/octet-stream").body(vec![7; 1000]);
        assert_eq!(file.send().await.expect("an answer").status(), 201);
        desk.post(&format!("{path}/transitions"), &json!({ "to": "cancelled", "reason": "Dubbel." })).await.expect("moved");
    }
    desk.post("/v1/sandbox/advances", &json!({ "to": "2026-05-10T08:00:00+02:00" })).await.expect("time passes");
    let proposal = json!({ "contract": "dap-example", "class": "tickets" });
    let [first, second] = ["Eerste", "Tweede"].map(|name| first_person(folder.path(), database, &settings, name));
    // A connection of its own each time: the desk closes one that was idle while a command ran.
    let sends = async |token: &str, path: &str, body: &Value| {
        reqwest::Client::new().post(format!("{}{path}", desk.url)).bearer_auth(token).json(body).send().await.expect("an answer")
    };
    let proposal: Value = sends(&first, "/v1/destructions", &proposal).await.json().await.expect("a proposal");
    assert_eq!(names(&proposal).len(), 15, "{proposal}");
    let path = format!("/v1/destructions/{}", proposal["id"].as_str().expect("an id"));
    assert_eq!(sends(&second, &format!("{path}/approvals"), &json!({})).await.status(), 201);
    for kill in 0_u64..4 {
        tokio::time::sleep(Duration::from_millis(kill * 31)).await;
        desk.kill();
        desk = Process::start_with(&settings, folder.path(), database).await;
    }
    let mut now = desk.get(&path).await;
    for _ in 0..1200 {
        if now["state"] == "done" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        now = desk.get(&path).await;
    }
    assert_eq!(now["state"], "done", "{now}");
    assert!(now["items"].as_array().expect("items").iter().all(|item| item["outcome"] == "destroyed"), "{now}");
    let attachments = folder.path().join("data/attachments");
    for _ in 0..1200 {
        if files(&attachments) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(files(&attachments), 0, "no file is left behind");
    desk.kill();
}

#[actix_web::test]
async fn a_destruction_killed_again_and_again_is_carried_out_once_on_sqlite() {
    survives_kills("").await;
}

#[actix_web::test]
async fn a_destruction_killed_again_and_again_is_carried_out_once_on_postgresql() {
    survives_kills(&postgres::new_database()).await;
}
