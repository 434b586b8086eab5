//! Security signals: recorded without being an incident, answered, talked over, sometimes an incident, and in the monthly report (INC-15,
//! RPT-06).

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::rebuild::rebuild;
use uurwerk::usecases::tokens::NewToken;

use crate::on_both_databases;
use crate::support::{Answer, Desk, incident, request};

on_both_databases!(
    inc_15_a_signal_is_recorded_answered_and_talked_over_and_its_history_proves_it,
    inc_15_a_signal_of_every_client_is_one_for_each_and_nobody_reads_anothers,
    inc_15_a_signal_becomes_a_breach_of_security_of_its_own_client_and_nothing_else,
    inc_15_whom_signals_do_not_concern_see_those_that_they_recorded,
    inc_15_a_token_that_another_knows_opens_no_signals,
    inc_15_a_repeated_request_records_and_writes_once,
    inc_15_whoever_works_for_one_client_alone_records_and_reads_its_signals,
    inc_15_what_a_signal_lacks_or_names_wrongly_is_refused,
    inc_15_signals_are_listed_by_month_and_page_by_page,
    inc_15_rpt_06_one_signal_and_one_breach_are_in_the_months_report,
    inc_15_rpt_06_a_report_tells_those_who_may_not_see_them_that_there_were_some,
    inc_15_rpt_06_a_month_keeps_what_was_known_of_it,
);

const SIGNALS: &str = "/v1/security-signals";
const ISO: &str = "information-security-officer";
const REPORT: &str = "/v1/reports/service-management?contract=dap-example&month=2026-03";

fn signal() -> Value {
    json!({ "contract": "dap-example", "organisation": "ipo", "source": "authority", "title": "Lek in een bibliotheek",
        "description": "Het NCSC waarschuwt voor een lek.", "response": "Wij gebruiken die versie niet." })
}

fn breach() -> Value {
    let mut body = incident("p3");
    (body["flags"], body["securityAspects"], body["title"]) = (json!(["security"]), json!(["integrity"]), json!("Wachtwoorden op straat"));
    body
}

/// The ids of what was recorded.
async fn recorded(desk: &Desk, body: &Value) -> Vec<String> {
    let answer = desk.post(SIGNALS, body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let items = answer.body["items"].as_array().expect("signals");
    items.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

async fn one(desk: &Desk) -> String {
    recorded(desk, &signal()).await.remove(0)
}

fn told(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.body["code"].clone())
}

fn pointers(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

async fn inc_15_a_signal_is_recorded_answered_and_talked_over_and_its_history_proves_it(desk: &Desk) {
    let ids = recorded(desk, &signal()).await;
    let path = format!("{SIGNALS}/{}", ids[0]);
    assert_eq!(ids.len(), 1, "one client was named");
    desk.passes("PT1H").await;
    let answered = desk.patch(&path, &json!({ "response": "Ook de leveranciers gevraagd." })).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    let ida = json!({ "organisation": "ipo", "name": "Ida Ros", "email": "ida@ipo.example" });
    let ida = desk.post("/v1/people", &ida).await.body["id"].clone();
    let talk = json!({ "role": ISO, "person": ida, "discussedAt": "2026-03-02T08:30:00+01:00", "note": "Geen verdere stappen." });
    let talked = desk.post(&format!("{path}/discussions"), &talk).await;
    assert_eq!(talked.status, 201, "{}", talked.body);
    let shown = desk.get(&path).await.body;
    let responses: Vec<_> = shown["responses"].as_array().expect("a list").iter().map(|one| one["text"].clone()).collect();
    assert_eq!(responses, [json!("Wij gebruiken die versie niet."), json!("Ook de leveranciers gevraagd.")]);
    let first = &shown["discussions"][0];
    assert_eq!((&first["role"], &first["person"], &first["name"]), (&json!(ISO), &ida, &json!("Ida Ros")), "{shown}");
    assert_eq!((&first["note"], &first["discussedAt"]), (&json!("Geen verdere stappen."), &json!("2026-03-02T07:30:00Z")));
    let kinds: Vec<_> = shown["events"].as_array().expect("a list").iter().map(|one| one["type"].as_str().expect("a kind")).collect();
    let expected = ["recorded", "responded", "responded", "discussed"].map(|kind| format!("security_signal.{kind}"));
    assert_eq!(kinds, expected);
    assert_eq!(shown["events"][0]["actor"]["kind"], "desk");
    assert!(!shown["events"].to_string().contains("stappen"), "a history holds no words of people: {}", shown["events"]);
    assert!(rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
    // What is stored follows from the history: whoever changes a row behind the desk's back is found out.
    let spoilt = "UPDATE security_signal SET source = 'client'";
    sea_orm::ConnectionTrait::execute_unprepared(&desk.behind().await, spoilt).await.expect("a row");
    let found = rebuild(&desk.app, true).await.expect("a look").differences;
    assert_eq!(found.iter().map(|one| one.what.as_str()).collect::<Vec<_>>(), ["security_signal.source"]);
    assert_eq!(desk.get(&path).await.body["source"], "authority");
    // Of two who read it, the second to write is told that something happened in between.
    let stale = desk.send(Some(crate::support::ADMIN), ("PATCH", &path), &[("If-Match", "\"1\"")], Some(&json!({ "response": "x" }))).await;
    assert_eq!(told(&stale), (412, json!("version_changed")), "{}", stale.body);
}

async fn inc_15_a_signal_of_every_client_is_one_for_each_and_nobody_reads_anothers(desk: &Desk) {
    let all = json!({ "contract": "covide", "source": "supplier", "title": "Lek", "description": "In het CRM." });
    let answer = desk.post(SIGNALS, &all).await;
    let items = answer.body["items"].as_array().expect("signals").clone();
    let of: Vec<_> = items.iter().map(|one| one["organisation"].as_str().expect("a client")).collect();
    assert_eq!(of, ["gemeente-voorbeeld", "stichting-proef"], "{}", answer.body);
    assert_eq!(items[0]["observation"], items[1]["observation"]);
    let path = |at: usize| format!("{SIGNALS}/{}", items[at]["id"].as_str().expect("an id"));
    let talk = json!({ "role": "servicemanager", "note": "Alleen voor de gemeente." });
    assert_eq!(desk.post(&format!("{}/discussions", path(0)), &talk).await.status, 201);
    let (own, other) =
        (desk.token(Some("gemeente-voorbeeld"), &[Role::Approver]).await, desk.token(Some("stichting-proef"), &[Role::Approver]).await);
    let list = desk.ask(Some(&other), "GET", SIGNALS, None).await.body;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    assert!(!list.to_string().contains("gemeente"), "{list}");
    assert_eq!(desk.ask(Some(&other), "GET", &path(0), None).await.status, 404);
    let seen = desk.ask(Some(&own), "GET", &path(0), None).await;
    assert_eq!((seen.status, &seen.body["discussions"][0]["note"]), (200, &json!("Alleen voor de gemeente.")));
    // A client reads, and records nothing.
    for body in [&all, &json!({})] {
        assert_eq!(desk.ask(Some(&own), "POST", SIGNALS, Some(body)).await.status, 403);
    }
    assert_eq!(desk.ask(Some(&own), "PATCH", &path(0), Some(&json!({ "response": "x" }))).await.status, 403);
}

async fn inc_15_a_signal_becomes_a_breach_of_security_of_its_own_client_and_nothing_else(desk: &Desk) {
    let path = format!("{SIGNALS}/{}", one(desk).await);
    let became = async |number: &str| desk.post(&format!("{path}/incidents"), &json!({ "incident": number })).await;
    let plain = desk.registers(&incident("p3")).await;
    assert_eq!(told(&became(&plain).await), (409, json!("not_a_security_incident")));
    let problem = desk.registers(&request("problem")).await;
    let flag = json!({ "flag": "security", "securityAspects": ["integrity"] });
    assert_eq!(desk.post(&format!("/v1/tickets/{problem}/flags"), &flag).await.status, 201);
    assert_eq!(told(&became(&problem).await), (409, json!("not_a_security_incident")));
    let elsewhere = json!({
        "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "x", "description": "x", "priority": "low",
        "channel": "phone", "requester": { "name": "Anna", "email": "anna@gemeente-voorbeeld.example" }, "flags": ["security"],
        "securityAspects": ["integrity"]
    });
    let elsewhere = desk.registers(&elsewhere).await;
    assert_eq!(told(&became(&elsewhere).await), (409, json!("incident_of_another")));
    for unknown in ["INC-999999", "printer"] {
        assert_eq!(pointers(&became(unknown).await), [("/incident".to_owned(), "unknown_ticket".to_owned())], "{unknown}");
    }
    let (first, second) = (desk.registers(&breach()).await, desk.registers(&breach()).await);
    let linked = became(&first).await;
    assert_eq!((linked.status, &linked.body["incident"]["number"]), (201, &json!(first)), "{}", linked.body);
    assert_eq!(told(&became(&first).await), (409, json!("signal_linked")));
    assert_eq!(became(&second).await.body["incident"]["number"], json!(second), "another one takes its place");
    let kinds = desk.get(&path).await.body["events"].to_string();
    assert_eq!(kinds.matches("security_signal.became_incident").count(), 2, "and the history keeps both");
    // Whoever may not see the breach is not told which ticket it is.
    let approver = desk.token(Some("ipo"), &[Role::Approver]).await;
    let officer = desk.token(Some("ipo"), &[Role::ClientSecurityOfficer]).await;
    let seen = desk.ask(Some(&approver), "GET", &path, None).await;
    assert_eq!((seen.status, &seen.body["incident"], seen.body.to_string().contains(&second)), (200, &Value::Null, false));
    assert!(seen.body["events"].as_array().expect("events").iter().all(|event| event["data"].get("ticket").is_none_or(Value::is_null)));
    let shown = desk.ask(Some(&officer), "GET", &path, None).await;
    assert_eq!(shown.body["incident"]["number"], json!(second));
    let ticket = shown.body["incident"]["id"].as_str().expect("an id");
    let lines = desk.trail(&format!("object={ticket}&result=read&action=getSecuritySignal")).await;
    assert!(!lines.is_empty(), "whoever is told which ticket it is leaves a line");
    assert!(rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn inc_15_whom_signals_do_not_concern_see_those_that_they_recorded(desk: &Desk) {
    let hidden = one(desk).await;
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let seen = async |token: &str, id: &str| desk.ask(Some(token), "GET", &format!("{SIGNALS}/{id}"), None).await.status;
    assert_eq!(seen(&agent, &hidden).await, 404);
    assert_eq!(desk.ask(Some(&agent), "GET", SIGNALS, None).await.body["items"], json!([]));
    let answer = json!({ "response": "x" });
    assert_eq!(desk.ask(Some(&agent), "PATCH", &format!("{SIGNALS}/{hidden}"), Some(&answer)).await.status, 404);
    let own = desk.ask(Some(&agent), "POST", SIGNALS, Some(&signal())).await;
    assert_eq!(own.status, 201, "{}", own.body);
    let own = own.body["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(seen(&agent, &own).await, 200);
    let answered = desk.ask(Some(&agent), "PATCH", &format!("{SIGNALS}/{own}"), Some(&answer)).await;
    assert_eq!((answered.status, answered.body["responses"].as_array().map(Vec::len)), (200, Some(2)), "{}", answered.body);
    assert_eq!(desk.ask(Some(&agent), "GET", SIGNALS, None).await.body["items"].as_array().map(Vec::len), Some(1));
    for (organisation, role, expected) in [
        (None, Role::ServiceManager, 200),
        (None, Role::SecurityOfficer, 200),
        (Some("ipo"), Role::Approver, 200),
        (Some("ipo"), Role::ClientSecurityOfficer, 200),
        (None, Role::AgentLine2, 404),
        (None, Role::Integration, 404),
        (Some("gemeente-voorbeeld"), Role::Approver, 404),
        (None, Role::Auditor, 403),
        (None, Role::PrivacyOfficer, 403),
        (None, Role::Administrator, 403),
        (Some("ipo"), Role::AuthorisedRequester, 403),
        (Some("ipo"), Role::ClientPrivacyOfficer, 403),
    ] {
        let token = desk.token(organisation, &[role]).await;
        assert_eq!(seen(&token, &hidden).await, expected, "{role}");
    }
    // Nor does an export of somebody tell what they did on one.
    let agents = desk.person(None, "Bob Vos", "bob@leverancier.example", &[Role::AgentLine1]).await;
    assert_eq!(desk.ask(Some(&agents), "POST", SIGNALS, Some(&signal())).await.status, 201);
    let bob = desk.account_with("bob@leverancier.example").await;
    let officer = desk.token(None, &[Role::PrivacyOfficer]).await;
    let export = desk.ask(Some(&officer), "GET", &format!("/v1/people/{bob}/export"), None).await;
    assert_eq!(export.status, 200, "{}", export.body);
    assert!(!export.body.to_string().contains("security_signal.") && !export.body.to_string().contains("bibliotheek"), "{}", export.body);
}

async fn inc_15_a_token_that_another_knows_opens_no_signals(desk: &Desk) {
    let hidden = one(desk).await;
    let until = uurwerk::time::TimeSource::machine().now().plus(24 * 3600).expect("an instant").to_string();
    let grant = json!({ "name": "beheer", "roles": ["service_manager"], "expiresAt": until });
    let issued = desk.post("/v1/access-token-grants", &grant).await;
    assert_eq!(issued.status, 201, "{}", issued.body);
    let token = issued.body["token"].as_str().expect("a token");
    assert_eq!(desk.ask(Some(token), "GET", &format!("{SIGNALS}/{hidden}"), None).await.status, 404);
    assert_eq!(desk.ask(Some(token), "GET", SIGNALS, None).await.body["items"], json!([]));
}

async fn inc_15_a_repeated_request_records_and_writes_once(desk: &Desk) {
    let send = async |path: &str, body: &Value, key: &str| {
        let headers = [("Idempotency-Key", key), ("content-type", "application/json")];
        desk.send_raw(path, body.to_string().into_bytes(), &headers).await
    };
    let all = json!({ "contract": "covide", "source": "supplier", "title": "Lek", "description": "In het CRM.", "response": "Bekeken." });
    let (first, again) = (send(SIGNALS, &all, "signaal-1").await, send(SIGNALS, &all, "signaal-1").await);
    assert_eq!((first.status, again.status, &first.body["items"]), (201, 201, &again.body["items"]), "{}", again.body);
    assert_eq!(desk.get(SIGNALS).await.body["items"].as_array().map(Vec::len), Some(2));
    let path = format!("{SIGNALS}/{}/discussions", first.body["items"][0]["id"].as_str().expect("an id"));
    let talk = json!({ "role": "servicemanager", "note": "Besproken." });
    for _ in 0..2 {
        let answer = send(&path, &talk, "gesprek-1").await;
        assert_eq!((answer.status, answer.body["discussions"].as_array().map(Vec::len)), (201, Some(1)), "{}", answer.body);
    }
}

async fn inc_15_whoever_works_for_one_client_alone_records_and_reads_its_signals(desk: &Desk) {
    let limited = NewToken {
        name: "voor de gemeente".to_owned(),
        roles: vec![Role::ServiceManager],
        organisations: Some(vec!["gemeente-voorbeeld".to_owned()]),
        ..NewToken::default()
    };
    let limited = uurwerk::usecases::tokens::create(&desk.app, &limited).await.expect("a token");
    let all = json!({ "contract": "covide", "source": "supplier", "title": "Lek", "description": "In het CRM." });
    assert_eq!(recorded(desk, &all).await.len(), 2);
    let seen = desk.ask(Some(&limited), "GET", SIGNALS, None).await;
    let of: Vec<_> = seen.body["items"].as_array().expect("signals").iter().map(|one| one["organisation"].clone()).collect();
    assert_eq!((seen.status, of), (200, vec![json!("gemeente-voorbeeld")]), "{}", seen.body);
    let made = desk.ask(Some(&limited), "POST", SIGNALS, Some(&all)).await;
    assert_eq!((made.status, made.body["items"].as_array().map(Vec::len)), (201, Some(1)), "{}", made.body);
}

async fn inc_15_what_a_signal_lacks_or_names_wrongly_is_refused(desk: &Desk) {
    let pair = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let nothing = desk.post(SIGNALS, &json!({})).await;
    let required = ["/contract", "/description", "/source", "/title"].map(|field| pair(field, "required"));
    let mut found = pointers(&nothing);
    found.sort();
    assert_eq!((nothing.status, found), (400, required.to_vec()), "{}", nothing.body);
    for (field, value, code) in [
        ("contract", "geen-contract", "unknown_contract"),
        ("organisation", "gemeente-voorbeeld", "unknown_organisation"),
        ("observedAt", "2027-01-01T00:00:00Z", "in_future"),
        ("source", "buurman", "bad_format"),
    ] {
        let mut body = signal();
        body[field] = json!(value);
        let answer = desk.post(SIGNALS, &body).await;
        assert_eq!((answer.status, pointers(&answer)), (400, vec![pair(&format!("/{field}"), code)]), "{}", answer.body);
    }
    let path = format!("{SIGNALS}/{}", one(desk).await);
    assert_eq!(pointers(&desk.patch(&path, &json!({ "response": " " })).await)[0].0, "/response");
    let early = json!({ "role": ISO, "discussedAt": "2020-01-01T00:00:00Z", "note": "x" });
    let early = desk.post(&format!("{path}/discussions"), &early).await;
    assert_eq!(pointers(&early), [pair("/discussedAt", "out_of_range")], "nobody talks of what nobody noticed: {}", early.body);
    let talk = json!({ "role": "servicedesk", "person": uuid::Uuid::nil(), "discussedAt": "2027-01-01T00:00:00Z", "note": "x" });
    let answer = desk.post(&format!("{path}/discussions"), &talk).await;
    let expected = [pair("/role", "unknown_value"), pair("/discussedAt", "in_future"), pair("/person", "unknown_person")];
    assert_eq!(pointers(&answer), expected, "{}", answer.body);
    assert!(
        answer.body.to_string().contains("information-security-officer, ciso") || answer.body.to_string().contains("ciso"),
        "{}",
        answer.body
    );
    let other = desk
        .post("/v1/people", &json!({ "organisation": "gemeente-voorbeeld", "name": "Eva", "email": "eva@gemeente-voorbeeld.example" }))
        .await;
    let talk = json!({ "role": ISO, "person": other.body["id"], "note": "x" });
    assert_eq!(pointers(&desk.post(&format!("{path}/discussions"), &talk).await), [pair("/person", "unknown_person")]);
    assert_eq!(desk.get(&format!("{SIGNALS}/{}", uuid::Uuid::nil())).await.status, 404);
    assert_eq!(desk.get(&path).await.body["events"].as_array().map(Vec::len), Some(2), "nothing of it was kept");
}

async fn inc_15_signals_are_listed_by_month_and_page_by_page(desk: &Desk) {
    for (observed, title) in [
        ("2026-01-31T22:59:59Z", "Januari"),
        ("2026-01-31T23:00:00Z", "Februari"),
        ("2026-02-28T22:59:59Z", "Einde"),
        ("2026-02-28T23:00:00Z", "Maart"),
    ] {
        let mut body = signal();
        (body["observedAt"], body["title"]) = (json!(observed), json!(title));
        recorded(desk, &body).await;
    }
    let titles = async |query: &str| {
        let answer = desk.get(&format!("{SIGNALS}?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| one["title"].as_str().expect("a title").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(titles("").await, ["Maart", "Einde", "Februari", "Januari"]);
    assert_eq!(titles("contract=dap-example&month=2026-02").await, ["Einde", "Februari"], "on the clock of the contract");
    assert_eq!(titles("observedFrom=2026-02-28T22:59:59Z").await, ["Maart", "Einde"]);
    assert_eq!(titles("observedBefore=2026-01-31T23:00:00Z&organisation=ipo").await, ["Januari"]);
    let page = desk.get(&format!("{SIGNALS}?pageSize=3")).await.body;
    let cursor = page["nextCursor"].as_str().expect("a second page");
    assert_eq!(titles(&format!("pageSize=3&cursor={cursor}")).await, ["Januari"]);
    let monthly = desk.get(&format!("{SIGNALS}?month=2026-02")).await;
    assert_eq!((monthly.status, pointers(&monthly)), (400, vec![("contract".to_owned(), "required".to_owned())]));
    assert_eq!(pointers(&desk.get(&format!("{SIGNALS}?month=februari&contract=dap-example")).await)[0].0, "month");
}

async fn inc_15_rpt_06_one_signal_and_one_breach_are_in_the_months_report(desk: &Desk) {
    one(desk).await;
    let number = desk.registers(&breach()).await;
    desk.registers(&incident("p3")).await;
    let security = desk.get(REPORT).await.body["security"].clone();
    assert_eq!(
        (security["incidents"].as_array().map(Vec::len), security["signals"].as_array().map(Vec::len)),
        (Some(1), Some(1)),
        "{security}"
    );
    assert_eq!(
        (&security["incidents"][0]["number"], &security["incidents"][0]["title"]),
        (&json!(number), &json!("Wachtwoorden op straat"))
    );
    assert_eq!(
        (&security["signals"][0]["title"], &security["signals"][0]["source"]),
        (&json!("Lek in een bibliotheek"), &json!("authority"))
    );
    // What is flagged later counts in the month of the flag; what is no breach after all, in none.
    desk.reaches("2026-04-10T09:00:00+02:00").await;
    let later = desk.registers(&incident("p2")).await;
    let flag = json!({ "flag": "security", "securityAspects": ["integrity"] });
    assert_eq!(desk.post(&format!("/v1/tickets/{later}/flags"), &flag).await.status, 201);
    let mistaken = desk.registers(&breach()).await;
    let lifted = json!({ "flag": "security", "reason": "Een oefening." });
    assert_eq!(desk.post(&format!("/v1/tickets/{mistaken}/flag-removals"), &lifted).await.status, 201);
    let april = desk.get(&REPORT.replace("2026-03", "2026-04")).await.body["security"].clone();
    let numbers: Vec<_> = april["incidents"].as_array().expect("a list").iter().map(|one| one["number"].clone()).collect();
    assert_eq!((numbers, &april["signals"]), (vec![json!(later)], &json!([])), "{april}");
    let scope = uurwerk::store::Scope::ALL.into();
    let month = "2026-03".parse().expect("a month");
    let report = uurwerk::usecases::reports::service_management(&desk.app, &scope, "dap-example", month, None).await.expect("a report");
    let page = uurwerk::documents::text::render(&uurwerk::reports::layout::service_management::document(&report));
    let says = ["Beveiliging", &number, "Wachtwoorden op straat", "overheidsinstantie", "Lek in een bibliotheek"];
    assert!(says.iter().all(|words| page.contains(words)), "{page}");
}

async fn inc_15_rpt_06_a_report_tells_those_who_may_not_see_them_that_there_were_some(desk: &Desk) {
    one(desk).await;
    let number = desk.registers(&breach()).await;
    let seen = async |token: &str| {
        let answer = desk.ask(Some(token), "GET", REPORT, None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["security"].clone()
    };
    let agent = desk.token(None, &[Role::AgentLine2]).await;
    let approver = desk.token(Some("ipo"), &[Role::Approver]).await;
    let withheld = seen(&agent).await;
    let (incident, signal) = (&withheld["incidents"][0], &withheld["signals"][0]);
    assert_eq!((&incident["number"], &incident["title"]), (&json!("vertrouwelijk"), &Value::Null), "{withheld}");
    assert_eq!((&signal["observation"], &signal["title"], &signal["source"]), (&Value::Null, &Value::Null, &json!("authority")));
    assert!(!withheld.to_string().contains(&number) && !withheld.to_string().contains("bibliotheek"), "{withheld}");
    // Signals concern the client's approver; which ticket a breach is, does not.
    let known = seen(&approver).await;
    assert_eq!((&known["incidents"][0]["title"], &known["signals"][0]["title"]), (&Value::Null, &json!("Lek in een bibliotheek")));
    let officer = desk.token(None, &[Role::SecurityOfficer]).await;
    assert_eq!(seen(&officer).await["incidents"][0]["number"], json!(number));
}

async fn inc_15_rpt_06_a_month_keeps_what_was_known_of_it(desk: &Desk) {
    let number = desk.registers(&breach()).await;
    desk.reaches("2026-04-10T09:00:00+02:00").await;
    let before = desk.get(REPORT).await.body;
    // A title that is changed after the month is not the month's, nor is a flag that is taken off after it.
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "title": "Toch niets" })).await;
    let lifted = json!({ "flag": "security", "reason": "Afgerond." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/flag-removals"), &lifted).await.status, 201);
    assert_eq!(desk.get(REPORT).await.body["security"], before["security"]);
    // A signal that is recorded later counts in the month in which it was noticed, and makes another version of its report.
    let mut late = signal();
    late["observedAt"] = json!("2026-03-20T10:00:00Z");
    recorded(desk, &late).await;
    let after = desk.get(REPORT).await.body;
    assert_eq!(after["security"]["signals"].as_array().map(Vec::len), Some(1));
    assert_eq!(after["versionAt"], after["security"]["signals"][0]["recordedAt"], "{}", after["versionAt"]);
    let as_of = format!("{REPORT}&asOf={}", before["versionAt"].as_str().expect("an instant"));
    assert_eq!(desk.get(&as_of).await.body["security"], before["security"]);
}
