//! A closure decided later, and a ticket that turns out to be something else.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    clk_16_a_closure_day_moves_the_deadlines_of_open_tickets_and_their_history_says_so,
    a_closure_known_to_one_process_holds_for_every_process,
    an_amendment_that_cannot_be_is_refused_whole,
    an_amendment_of_today_waits_for_a_person_of_each_side_and_undoes_what_it_leaves_unbreached,
    a_month_is_corrected_by_an_amendment_of_a_day_in_it_that_both_sides_approved_later,
    iam_09_an_amendment_of_the_past_waits_for_every_client_whose_clocks_it_moves,
    who_may_approve_for_which_side,
    a_client_sees_the_names_of_its_own_side_and_not_another_clients,
    an_incident_that_is_a_problem_keeps_its_number_and_its_start,
    what_is_no_type_or_tier_of_the_ticket_is_refused,
);

const AMENDMENTS: &str = "/v1/contracts/dap-example/calendar-amendments";

fn closed(date: &str) -> Value {
    json!({ "calendar": "support", "date": date, "change": "closed", "reason": "Het pand is dicht." })
}

fn due(clock: &Value) -> String {
    clock["goals"][0]["dueAt"].as_str().unwrap_or_default().to_owned()
}

async fn clk_16_a_closure_day_moves_the_deadlines_of_open_tickets_and_their_history_says_so(desk: &Desk) {
    desk.reaches("2026-03-02T15:00:00+01:00").await;
    let (open, solved) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    desk.moves(&solved, "in_progress").await;
    desk.moves(&solved, "resolved").await;
    desk.patch(&format!("/v1/tickets/{open}"), &json!({ "assignee": "bob" })).await;
    // P2 within 8 hours of 08:00–18:00, from Monday 15:00.
    assert_eq!(due(&desk.clock(&open, "resolution").await), "2026-03-03T12:00:00Z");
    let recorded = desk.post(AMENDMENTS, &closed("2026-03-03")).await;
    assert_eq!(recorded.status, 201, "{}", recorded.body);
    desk.reaches("2026-03-03T18:00:00+01:00").await;
    assert_eq!(due(&desk.clock(&open, "resolution").await), "2026-03-04T12:00:00Z");
    assert_eq!(due(&desk.clock(&solved, "resolution").await), "2026-03-03T12:00:00Z");
    let kinds = |history: Vec<(String, String)>| history.into_iter().map(|event| event.0).collect::<Vec<_>>();
    let told = kinds(desk.history(&open).await);
    assert_eq!(told, ["ticket.registered", "ticket.assigned", "calendar.amended"]);
    assert!(!kinds(desk.history(&solved).await).contains(&"calendar.amended".to_owned()));
    let shown = desk.get(&format!("/v1/tickets/{open}")).await;
    assert_eq!(shown.body["nextDueAt"], "2026-03-04T12:00:00Z");
    let ledger = desk.clock(&open, "resolution").await["ledger"].clone();
    assert!(ledger.to_string().contains("\"by_hand\""), "{ledger}");
    desk.reaches("2026-03-04T14:00:00+01:00").await;
    let breached = desk.history(&open).await.into_iter().rfind(|event| event.0 == "clock.breached");
    assert_eq!(breached, Some(("clock.breached".to_owned(), "2026-03-04T12:00:01Z".to_owned())));
    let listed = desk.get(AMENDMENTS).await;
    assert_eq!((&listed.body["items"][0]["date"], &listed.body["items"][0]["hours"]), (&json!("2026-03-03"), &json!([])));
}

async fn a_closure_known_to_one_process_holds_for_every_process(desk: &Desk) {
    let other = desk.another_process().await;
    let open = desk.registers(&incident("p2")).await;
    let draft = uurwerk::usecases::amendments::NewAmendment {
        calendar: "support".to_owned(),
        date: "2026-03-03".parse().expect("a date"),
        change: "hours".to_owned(),
        hours: vec!["10:00-12:00".to_owned()],
        reason: "Korte dag.".to_owned(),
        approvals: Vec::new(),
    };
    let stamp = uurwerk::usecases::Stamp::system(other.time.now());
    uurwerk::usecases::amendments::amend(&other, &stamp, "dap-example", &draft).await.expect("an amendment");
    let late = desk.registers(&incident("p3")).await;
    for number in [open, late] {
        let ledger = desk.clock(&number, "resolution").await;
        desk.reaches("2026-03-03T13:00:00+01:00").await;
        let shown = desk.clock(&number, "resolution").await;
        // Monday from 08:00 to 18:00, Tuesday from 10:00 to 12:00.
        assert_eq!(shown["elapsedSeconds"], 12 * 3600, "{number}: {ledger}");
    }
}

async fn an_amendment_that_cannot_be_is_refused_whole(desk: &Desk) {
    let refused = async |body: Value| {
        let answer = desk.post(AMENDMENTS, &body).await;
        (answer.status, answer.body["errors"][0]["pointer"].clone(), answer.body["errors"][0]["code"].clone())
    };
    let with = |key: &str, value: Value| {
        let mut body = closed("2026-03-03");
        body[key] = value;
        body
    };
    assert_eq!(refused(with("calendar", json!("nights"))).await, (400, json!("/calendar"), json!("unknown_calendar")));
    assert_eq!(refused(with("change", json!("open"))).await, (400, json!("/change"), json!("unknown_value")));
    assert_eq!(refused(with("hours", json!(["09:00-12:00"]))).await, (400, json!("/hours"), json!("not_allowed")));
    assert_eq!(refused(with("change", json!("hours"))).await, (400, json!("/hours"), json!("required")));
    let mut tail = with("change", json!("hours"));
    tail["hours"] = json!(["22:00-09:00"]);
    assert_eq!(refused(tail).await, (400, json!("/hours"), json!("overlap")));
    assert_eq!(desk.post("/v1/contracts/none/calendar-amendments", &closed("2026-03-03")).await.status, 404);
    let client = desk.token_of("ipo").await;
    assert_eq!(desk.ask(Some(&client), "POST", AMENDMENTS, Some(&closed("2026-03-03"))).await.status, 403);
    assert_eq!(desk.ask(Some(&client), "GET", AMENDMENTS, None).await.status, 200);
    let stranger = desk.token_of("gemeente-voorbeeld").await;
    assert_eq!(desk.ask(Some(&stranger), "GET", AMENDMENTS, None).await.status, 404);
    assert_eq!(desk.get(AMENDMENTS).await.body["items"], json!([]));
}

/// What somebody signs for their own side.
fn own(side: &str) -> Value {
    json!({ "side": side, "evidence": "Verslag van 2 maart." })
}

/// What somebody of the client signed on paper.
fn paper(who: &str) -> Value {
    json!({ "side": "client", "approvedBy": who, "evidence": "Verslag van 2 maart." })
}

/// An amendment as recorded, its path with it.
async fn amends(desk: &Desk, body: &Value) -> (String, Value) {
    let answer = desk.post(AMENDMENTS, body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    (format!("{AMENDMENTS}/{}/approvals", answer.body["id"].as_str().unwrap_or_default()), answer.body)
}

/// What the desk's file and nothing else says of a clock's ledger, and the ledger.
async fn proven(desk: &Desk, number: &str) -> Value {
    let ledger = desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await.body;
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let source = uurwerk::contracts::load(&file).expect("a contract");
    let claimed = serde_json::from_value(ledger.clone()).expect("a ledger");
    assert_eq!(uurwerk::proof::verify(&claimed, &source.contract, &source.text), [""; 0]);
    ledger
}

async fn an_amendment_of_today_waits_for_a_person_of_each_side_and_undoes_what_it_leaves_unbreached(desk: &Desk) {
    let other = desk.another_process().await;
    let (open, solved) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    desk.moves(&solved, "in_progress").await;
    // P2 within 8 hours, from Monday 08:00.
    desk.reaches("2026-03-02T17:00:00+01:00").await;
    desk.moves(&solved, "resolved").await;
    let (path, waiting) = amends(desk, &closed("2026-03-02")).await;
    assert_eq!((&waiting["state"], &waiting["inForceAt"]), (&json!("waiting"), &Value::Null));
    assert_eq!(waiting["waitsFor"], json!(["client", "supplier"]));
    desk.passes("PT5M").await;
    let before = desk.clock(&open, "resolution").await;
    assert_eq!((&before["goals"][0]["breachedAt"], &before["amendments"]), (&json!("2026-03-02T15:00:01Z"), &json!([])));

    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let first = desk.ask(Some(&client), "POST", &path, Some(&own("client"))).await;
    assert_eq!((first.status, &first.body["state"], &first.body["waitsFor"]), (201, &json!("waiting"), &json!(["supplier"])));
    desk.passes("PT5M").await;
    assert_eq!(desk.clock(&open, "resolution").await["voided"], json!([]), "one side is not enough");
    let last = desk.ask(Some(&sam), "POST", &path, Some(&own("supplier"))).await;
    let in_force = (last.status, last.body["state"].clone(), last.body["inForceAt"].clone());
    assert_eq!(in_force, (201, json!("in_force"), json!("2026-03-02T16:10:00Z")), "{}", last.body);
    desk.passes("PT5M").await;

    let clock = desk.clock(&open, "resolution").await;
    assert_eq!((&clock["goals"][0]["dueAt"], &clock["goals"][0]["breachedAt"]), (&json!("2026-03-03T15:00:00Z"), &Value::Null));
    assert_eq!(clock["voided"], json!([{ "at": "2026-03-02T15:00:01Z", "target": "8h", "why": "calendar" }]));
    let named = &clock["amendments"][0];
    assert_eq!((&named["id"], &named["reason"], &named["voidedGoals"]), (&waiting["id"], &json!("Het pand is dicht."), &json!([1])));
    let stopped = desk.clock(&solved, "resolution").await;
    assert_eq!((&stopped["goals"][0]["breachedAt"], &stopped["amendments"]), (&json!("2026-03-02T15:00:01Z"), &json!([])));
    let events = desk.events(&open).await;
    let event = |kind: &str| events.iter().find(|event| event["type"] == kind).cloned().unwrap_or_default();
    assert_eq!(event("calendar.amended")["reason"], "Het pand is dicht.");
    let voided = &event("clock.breach_voided")["data"];
    assert_eq!((&voided["why"], &voided["amendment"]), (&json!("calendar"), &waiting["id"]));
    let ledger = proven(desk, &open).await;
    assert_eq!(
        (&ledger["amendments"][0]["reason"], &ledger["clock"]["voided"][0]["amendment"]),
        (&json!("Het pand is dicht."), &waiting["id"])
    );
    // A process that ran before knows it too; and it is breached anew where its bound now lies.
    let month = "2026-03".parse().expect("a month");
    let all = uurwerk::store::Scope::ALL.into();
    let report = uurwerk::usecases::reports::service_management(&other, &all, "dap-example", month, Some(other.time.now())).await;
    assert!(report.is_ok());
    let agreements = uurwerk::store::agreements::read(&other.all()).await.expect("a database");
    assert_eq!(agreements.versions_of("dap-example")[0].contract.amendments.len(), 1);
    desk.reaches("2026-03-03T17:00:00+01:00").await;
    assert_eq!(desk.clock(&open, "resolution").await["goals"][0]["breachedAt"], "2026-03-03T15:00:01Z");
    let events = desk.events(&open).await;
    let breached = events.iter().filter(|event| event["type"] == "clock.breached" && event["data"]["clock"] == "resolution");
    assert_eq!(breached.count(), 2);
    let _ = proven(desk, &open).await;
}

async fn a_month_is_corrected_by_an_amendment_of_a_day_in_it_that_both_sides_approved_later(desk: &Desk) {
    desk.reaches("2026-03-31T08:00:00+02:00").await;
    let number = desk.registers(&incident("p2")).await;
    desk.reaches("2026-04-01T09:00:00+02:00").await;
    let path = "/v1/reports/service-management?contract=dap-example&month=2026-03";
    let before = desk.get(path).await.body;
    let mut body = closed("2026-03-31");
    body["approvals"] = json!([paper("anna@ipo.example"), own("supplier")]);
    let amended = desk.ask(Some(&desk.signer().await), "POST", AMENDMENTS, Some(&body)).await.body;
    assert_eq!((&amended["state"], &amended["inForceAt"]), (&json!("in_force"), &json!("2026-04-01T07:00:00Z")));
    let after = desk.get(path).await.body;
    let listed = json!([{ "number": number, "ticketType": "incident", "clock": "resolution", "goal": 1, "comparison": "within", "target": "8h",
        "before": "missed", "after": null, "correctedAt": "2026-04-01T07:00:00Z", "cause": "calendar.amended",
        "reason": "Het pand is dicht.", "amendmentId": amended["id"] }]);
    let resolution = after["corrections"].as_array().expect("corrections").iter().filter(|one| one["clock"] == "resolution");
    assert_eq!(Value::Array(resolution.cloned().collect()), listed);
    assert_eq!((&after["runningBreaches"], &after["types"]), (&before["runningBreaches"], &before["types"]), "what was counted stays");
    assert_eq!((&after["amendments"][0]["id"], &after["amendments"][0]["reason"]), (&amended["id"], &json!("Het pand is dicht.")));
    let then = desk.get(&format!("{path}&asOf={}", before["toAt"].as_str().unwrap_or_default())).await.body;
    assert_eq!(then.to_string(), before.to_string());
    let month = "2026-03".parse().expect("a month");
    let report =
        uurwerk::usecases::reports::service_management(&desk.app, &uurwerk::store::Scope::ALL.into(), "dap-example", month, None).await;
    let page = uurwerk::documents::text::render(&uurwerk::reports::layout::service_management::document(&report.expect("a report")));
    assert!(page.contains("Gewijzigde openingstijden") && page.contains("31-03-2026  gesloten"), "{page}");
    assert!(page.contains("openingstijden gewijzigd  Het pand is dicht."), "{page}");
}

async fn who_may_approve_for_which_side(desk: &Desk) {
    let (path, waiting) = amends(desk, &closed("2026-03-02")).await;
    let (client, stranger, sam) = (desk.signer_of("ipo").await, desk.token_of("gemeente-voorbeeld").await, desk.signer().await);
    let approves = async |token: &str, path: &str, body: Value| {
        let answer = desk.ask(Some(token), "POST", path, Some(&body)).await;
        (answer.status, answer.body["code"].clone(), answer.body["errors"][0]["code"].clone())
    };
    let other_side = approves(&client, &path, own("supplier")).await;
    assert_eq!((other_side.0, other_side.1), (403, json!("other_side")));
    assert_eq!(approves(&stranger, &path, own("client")).await.0, 404);
    assert_eq!(approves(&client, &path, own("board")).await.0, 400);
    // A name that nobody has signs nothing, nor does somebody of another side, and nor does a token that is nobody's.
    for who in ["Mw. Verzonnen", "sam@leverancier.example", "Sam Smit"] {
        assert_eq!(approves(&sam, &path, paper(who)).await, (400, json!("invalid_request"), json!("unknown_person")), "{who}");
    }
    let unshown = json!({ "side": "client", "approvedBy": "karin@ipo.example" });
    assert_eq!(approves(&sam, &path, unshown).await, (400, json!("invalid_request"), json!("required")));
    for nobody in [ADMIN, &desk.token(None, &[Role::ServiceManager]).await, &desk.token_of("ipo").await] {
        let side = if nobody == ADMIN { "supplier" } else { "client" };
        let refused = approves(nobody, &path, own(side)).await;
        assert!(refused.0 == 403 || refused.2 == "required", "{refused:?}");
    }
    let unknown = path.replace(waiting["id"].as_str().unwrap_or_default(), &uuid::Uuid::new_v4().to_string());
    assert_eq!(approves(&client, &unknown, own("client")).await.0, 404);
    let twice = async || {
        let body = own("client");
        desk.send(Some(&client), ("POST", &path), &[("idempotency-key", "a-1")], Some(&body)).await
    };
    assert_eq!((twice().await.status, twice().await.status), (201, 201));
    let again = approves(&client, &path, own("client")).await;
    assert_eq!((again.0, again.1), (409, json!("already_approved")));
    assert_eq!(approves(&sam, &path, own("supplier")).await.0, 201);
    let late = approves(&sam, &path, own("supplier")).await;
    assert_eq!((late.0, late.1), (409, json!("amendment_in_force")));
    let listed = desk.ask(Some(&client), "GET", AMENDMENTS, None).await.body["items"][0].clone();
    let sides: Vec<_> = listed["approvals"].as_array().expect("approvals").iter().map(|one| (&one["side"], &one["approvedBy"])).collect();
    assert_eq!(sides, [(&json!("client"), &json!("Karin Mulder")), (&json!("supplier"), &json!("Sam Smit"))]);
    // Refused whole: a name that nobody has leaves no amendment behind.
    let mut body = closed("2026-03-02");
    body["approvals"] = json!([paper("Bob"), own("supplier")]);
    assert_eq!(desk.ask(Some(&sam), "POST", AMENDMENTS, Some(&body)).await.status, 400);
    assert_eq!(desk.get(AMENDMENTS).await.body["items"].as_array().map(Vec::len), Some(1));
}

/// Two clients share the contract, and neither may see whose tokens the other has.
async fn a_client_sees_the_names_of_its_own_side_and_not_another_clients(desk: &Desk) {
    let amendments = "/v1/contracts/covide/calendar-amendments";
    let waiting = desk.post(amendments, &closed("2026-03-02")).await;
    assert_eq!(waiting.status, 201, "{}", waiting.body);
    let (ours, theirs) = (desk.signer_of("gemeente-voorbeeld").await, desk.token_of("stichting-proef").await);
    let path = format!("{amendments}/{}/approvals", waiting.body["id"].as_str().expect("an id"));
    let approved = desk.ask(Some(&ours), "POST", &path, Some(&own("client"))).await;
    assert_eq!(approved.status, 201, "{}", approved.body);
    let supplier = desk.ask(Some(&desk.signer().await), "POST", &path, Some(&own("supplier"))).await;
    assert_eq!(supplier.status, 201, "{}", supplier.body);
    for (token, name, approver) in
        [(&ours, json!("Karin Mulder"), json!("Karin Mulder")), (&ADMIN.to_owned(), json!("Karin Mulder"), json!("Karin Mulder"))]
    {
        let seen = desk.ask(Some(token), "GET", amendments, None).await.body["items"][0].clone();
        let client = &seen["approvals"][0];
        let shown = (&client["actor"]["kind"], &client["actor"]["name"], &client["approvedBy"]);
        assert_eq!(shown, (&json!("client"), &name, &approver), "{seen}");
        assert_eq!(client["evidence"].is_null(), approver.is_null(), "{seen}");
        assert_eq!(seen["actor"]["name"], json!("admin"), "the desk's own name is no secret: {seen}");
    }
    assert_eq!(approved.body["approvals"][0]["approvedBy"], json!("Karin Mulder"), "also right after it approved");
    // In whose name the supplier says that a client signed on paper, that client sees.
    let bea = json!({ "organisation": "stichting-proef", "name": "Bea Proef", "email": "bea@stichting-proef.example" });
    assert_eq!(desk.post("/v1/people", &bea).await.status, 201);
    let other = desk.post(amendments, &closed("2026-03-01")).await;
    let paper =
        json!({ "side": "client", "organisation": "stichting-proef", "approvedBy": "bea@stichting-proef.example", "evidence": "Brief." });
    let other = format!("{amendments}/{}/approvals", other.body["id"].as_str().expect("an id"));
    let written = desk.ask(Some(&desk.signer().await), "POST", &other, Some(&paper)).await;
    assert_eq!(written.status, 201, "{}", written.body);
    for (token, names) in [(&theirs, vec![json!("Bea Proef")]), (&ours, Vec::new())] {
        let seen = desk.ask(Some(token), "GET", amendments, None).await.body["items"][1]["approvals"].clone();
        let shown: Vec<_> = seen.as_array().expect("approvals").iter().map(|one| one["approvedBy"].clone()).collect();
        assert_eq!(shown, names, "{seen}");
    }
    let others = desk.ask(Some(&theirs), "GET", amendments, None).await.body["items"][0]["approvals"].clone();
    assert_eq!(
        (others.as_array().map(Vec::len), &others[0]["side"], &others[0]["approvedBy"]),
        (Some(1), &json!("supplier"), &Value::Null)
    );
}

/// Two clients share the contract: neither signs away what the other is owed.
async fn iam_09_an_amendment_of_the_past_waits_for_every_client_whose_clocks_it_moves(desk: &Desk) {
    let amendments = "/v1/contracts/covide/calendar-amendments";
    let ticket = |client: &str| {
        json!({ "type": "incident", "contract": "covide", "organisation": client, "title": "Weg", "priority": "urgent", "channel": "phone",
            "requester": { "name": "Bo", "email": format!("bo@{client}.example") } })
    };
    let theirs = desk.registers(&ticket("stichting-proef")).await;
    desk.reaches("2026-03-02T16:00:00+01:00").await;
    let before = desk.clock(&theirs, "resolution").await;
    let (a, b) = (desk.signer_of("gemeente-voorbeeld").await, desk.signer_of("stichting-proef").await);
    let sam = desk.signer().await;
    let waiting = desk.post(amendments, &closed("2026-03-02")).await;
    assert_eq!(waiting.body["waitsForOrganisations"], json!(["gemeente-voorbeeld", "stichting-proef"]), "{}", waiting.body);
    let path = format!("{amendments}/{}/approvals", waiting.body["id"].as_str().expect("an id"));
    let signs = async |token: &str, body: Value| desk.ask(Some(token), "POST", &path, Some(&body)).await;
    let for_client = |organisation: &str, mut body: Value| {
        body["organisation"] = json!(organisation);
        body
    };
    let signed = signs(&a, own("client")).await;
    assert_eq!((signed.status, &signed.body["state"]), (201, &json!("waiting")), "{}", signed.body);
    assert_eq!(signed.body["waitsForOrganisations"], json!([]), "of another client one hears nothing");
    assert_eq!(signs(&a, own("client")).await.body["code"], "already_approved");
    let for_another = signs(&a, for_client("stichting-proef", own("client"))).await;
    assert_eq!((for_another.status, &for_another.body["errors"][0]["code"]), (400, &json!("unknown_organisation")));
    let of_the_desk = signs(&sam, for_client("stichting-proef", own("supplier"))).await;
    assert_eq!((of_the_desk.status, &of_the_desk.body["errors"][0]["code"]), (400, &json!("not_allowed")));
    // The desk says for whom it writes an approval down, and somebody of that client gave it.
    let (karin_of_a, karin_of_b) = ("karin@gemeente-voorbeeld.example", "karin@stichting-proef.example");
    let unsaid = signs(&sam, paper(karin_of_b)).await;
    assert_eq!((unsaid.status, &unsaid.body["errors"][0]["code"]), (400, &json!("required")), "{}", unsaid.body);
    let of_another = signs(&sam, for_client("stichting-proef", paper(karin_of_a))).await;
    assert_eq!((of_another.status, &of_another.body["errors"][0]["code"]), (400, &json!("unknown_person")), "{}", of_another.body);
    assert_eq!(signs(&sam, own("supplier")).await.body["state"], "waiting");
    desk.passes("PT1M").await;
    assert_eq!(due(&desk.clock(&theirs, "resolution").await), due(&before), "nothing moves yet");
    let last = signs(&b, own("client")).await;
    assert_eq!((last.status, &last.body["state"]), (201, &json!("in_force")), "{}", last.body);
    desk.passes("PT1M").await;
    assert_ne!(due(&desk.clock(&theirs, "resolution").await), due(&before));
    let by: Vec<_> = desk.get(amendments).await.body["items"][0]["approvals"].as_array().expect("approvals").clone();
    let by: Vec<_> = by.iter().map(|one| one["organisation"].clone()).collect();
    assert_eq!(by, [json!("gemeente-voorbeeld"), Value::Null, json!("stichting-proef")]);
    // Given along, they are of each client as well.
    let mut body = closed("2026-03-02");
    body["change"] = json!("as_agreed");
    let twice = [for_client("stichting-proef", paper(karin_of_b)), for_client("stichting-proef", paper(karin_of_b))];
    body["approvals"] = json!(twice);
    let refused = desk.ask(Some(&sam), "POST", amendments, Some(&body)).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("repeated")), "{}", refused.body);
    body["approvals"] =
        json!([for_client("gemeente-voorbeeld", paper(karin_of_a)), for_client("stichting-proef", paper(karin_of_b)), own("supplier")]);
    let at_once = desk.ask(Some(&sam), "POST", amendments, Some(&body)).await;
    assert_eq!((at_once.status, &at_once.body["state"]), (201, &json!("in_force")), "{}", at_once.body);
}

/// Design § 2.9: the start, the holds and what was counted stay; the ticket stands in the new type's own phase.
async fn an_incident_that_is_a_problem_keeps_its_number_and_its_start(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    desk.moves(&number, "in_progress").await;
    desk.passes("PT2H").await;
    let path = format!("/v1/tickets/{number}");
    let changed = desk.patch(&path, &json!({ "type": "problem" })).await;
    assert_eq!(
        (changed.status, &changed.body["type"], &changed.body["phase"]),
        (200, &json!("problem"), &json!("registered")),
        "{}",
        changed.body
    );
    assert_eq!(changed.body["number"], json!(number));
    // It is taken in hand with an incident, as any problem (PRB-01).
    assert_eq!(desk.brings(&number, "investigating").await.status, 201);
    let history = desk.history(&number).await;
    assert_eq!(history.iter().filter(|event| event.0 == "ticket.retyped").count(), 1);
    let held = desk.post(&format!("{path}/transitions"), &json!({ "to": "on_hold", "reason": "Wacht.", "cause": "requester" })).await;
    assert_eq!(held.status, 201, "{}", held.body);
    let back = desk.patch(&path, &json!({ "type": "incident", "priority": "p3" })).await;
    assert_eq!((&back.body["phase"], &back.body["priority"]), (&json!("on_hold"), &json!("p3")));
    let moves = desk.get(&format!("{path}/transitions")).await;
    let to: Vec<_> = moves.body["items"].as_array().expect("moves").iter().map(|one| one["to"].clone()).collect();
    assert_eq!(to, [json!("on_hold"), json!("in_progress"), json!("cancelled")], "held as a problem, taken up again as an incident");
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!((&clock["startedAt"], &clock["elapsedSeconds"]), (&json!("2026-03-02T07:00:00Z"), &json!(7200)));
}

async fn what_is_no_type_or_tier_of_the_ticket_is_refused(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let path = format!("/v1/tickets/{number}");
    let refused = desk.patch(&path, &json!({ "type": "wish", "priorityMotivation": "Zomaar." })).await;
    let codes: Vec<_> = refused.body["errors"].as_array().expect("errors").iter().map(|error| error["code"].clone()).collect();
    assert_eq!((refused.status, codes), (400, vec![json!("not_allowed"), json!("unknown_type")]));
    let tier = desk.patch(&path, &json!({ "tier": "gold" })).await;
    assert_eq!((tier.status, &tier.body["errors"][0]["code"]), (400, &json!("unknown_tier")));
    let covide = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "CRM is weg",
        "priority": "urgent", "channel": "portal", "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    let premium = desk.proposes("gemeente-voorbeeld", &covide).await;
    let before = due(&desk.clock(&premium, "response").await);
    let basic = desk.patch(&format!("/v1/tickets/{premium}"), &json!({ "tier": "basic" })).await;
    assert_eq!((basic.status, &basic.body["tier"]), (200, &json!("basic")));
    assert!(due(&desk.clock(&premium, "response").await) > before, "the basic tier is answered later");
    desk.moves(&number, "in_progress").await;
    desk.moves(&number, "resolved").await;
    let late = desk.patch(&path, &json!({ "type": "problem" })).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("ticket_not_open")));
    let client = desk.token_of("ipo").await;
    let theirs = desk.ask(Some(&client), "PATCH", &path, Some(&json!({ "tier": "basic" }))).await;
    assert_eq!(theirs.status, 403);
}
