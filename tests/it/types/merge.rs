//! Two reports of one thing become one ticket, and a merge that was a mistake never was.

use serde_json::{Value, json};
use uurwerk::contracts;
use uurwerk::domain::permission::Role;
use uurwerk::proof::{ClockLedger, verify};
use uurwerk::simulate;
use uurwerk::usecases::rebuild::rebuild;

use super::{errors, of_type, pair, told, with};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    a_merged_ticket_points_on_and_a_merge_that_was_undone_never_was,
    what_comes_by_mail_for_a_merged_ticket_lands_where_it_goes_on,
    only_two_of_a_kind_are_merged,
    a_merged_ticket_takes_nothing_and_says_where_it_goes_on,
    a_merge_is_undone_within_a_day,
    of_two_who_merge_two_tickets_into_each_other_at_once_one_wins,
    what_was_merged_counts_apart,
    a_merge_undone_in_the_next_month_corrects_the_one_before,
    who_does_not_see_where_it_goes_on_is_told_that_it_does,
    whoever_came_along_goes_when_the_merge_does_and_nobody_else,
    what_was_merged_is_flagged_as_the_ticket_it_was_merged_into,
    merged_tickets_are_listed_when_they_are_asked_for,
);

async fn merges(desk: &Desk, number: &str, into: &str) -> Answer {
    desk.post(&format!("/v1/tickets/{number}/merges"), &json!({ "into": into, "reason": "Twee keer gemeld." })).await
}

async fn undoes(desk: &Desk, number: &str) -> Answer {
    desk.post(&format!("/v1/tickets/{number}/merge-removals"), &json!({ "reason": "Toch iets anders." })).await
}

async fn merged(desk: &Desk, number: &str, into: &str) {
    let done = merges(desk, number, into).await;
    assert_eq!(done.status, 201, "{}", done.body);
}

async fn undone(desk: &Desk, number: &str) {
    let done = undoes(desk, number).await;
    assert_eq!(done.status, 201, "{}", done.body);
}

async fn writes(desk: &Desk, number: &str, visibility: &str, body: &str) -> Answer {
    desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": visibility, "body": body })).await
}

/// What was written, as ticket and text.
async fn read(desk: &Desk, token: &str, number: &str) -> Vec<(String, String)> {
    let page = desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/messages"), None).await.body;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    page["items"].as_array().expect("messages").iter().map(|one| (text(&one["ticket"]), text(&one["body"]))).collect()
}

async fn followers(desk: &Desk, number: &str) -> Vec<String> {
    let list = desk.get(&format!("/v1/tickets/{number}/followers")).await.body;
    let mut names: Vec<_> =
        list["items"].as_array().expect("followers").iter().filter_map(|one| one["name"].as_str().map(str::to_owned)).collect();
    names.sort();
    names
}

/// An incident that somebody else of the client reported.
fn of_bea(priority: &str) -> Value {
    with(incident(priority), json!({ "requester": { "name": "Bea Bos", "email": "bea@ipo.example" } }))
}

/// Both clocks of a ticket, as they are counted: without what names the ticket.
async fn counted(desk: &Desk, number: &str) -> Value {
    let mut clocks = desk.get(&format!("/v1/tickets/{number}/clocks")).await.body["items"].clone();
    for clock in clocks.as_array_mut().expect("clocks") {
        let fields = clock.as_object_mut().expect("fields");
        fields.retain(|key, _| !["id", "ticketId", "knownAt"].contains(&key.as_str()));
    }
    clocks
}

/// What follows by itself on a ticket, and when it happened.
async fn follows(desk: &Desk, number: &str) -> Vec<(String, String)> {
    let mut found = desk.history(number).await;
    found.retain(|(kind, _)| kind.starts_with("clock.") || kind.starts_with("escalation."));
    found.sort();
    found
}

/// What `uurwerk verify` and `uurwerk simulate` say of a ticket's resolution clock: the same as the desk.
async fn stands_by_itself(desk: &Desk, number: &str) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let source = contracts::load(&file).expect("a contract");
    let ledger = desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await.body;
    let claimed: ClockLedger = serde_json::from_value(ledger.clone()).expect("a ledger");
    assert_eq!(verify(&claimed, &source.contract, &source.text), Vec::<String>::new());
    let mut history = ledger["facts"].clone();
    for fact in history.as_array_mut().expect("facts") {
        let fields = fact.as_object_mut().expect("fields");
        fields.remove("event");
    }
    // The report by phone is no reply.
    let line = json!({ "id": "a", "ticketType": "incident", "priority": "p2", "reportedAt": ledger["registration"]["reportedAt"],
        "history": history, "asOf": ledger["knownAt"] });
    let mut output = Vec::new();
    simulate::answer(&source.contract, false, line.to_string().as_bytes(), &mut output).expect("memory");
    let answer: Value = serde_json::from_slice(&output).expect("an answer");
    let clocks = answer["clocks"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let simulated = clocks.iter().find(|clock| clock["kind"] == "resolution").expect("a clock");
    let desks = desk.clock(number, "resolution").await;
    for key in ["state", "startedAt", "stoppedAt", "elapsedSeconds", "heldSeconds"] {
        assert_eq!(simulated[key], desks[key], "{key}");
    }
    for (simulated, desks) in simulated["goals"].as_array().expect("goals").iter().zip(desks["goals"].as_array().expect("goals")) {
        assert_eq!((&simulated["metAt"], &simulated["breachedAt"]), (&desks["metAt"], &desks["breachedAt"]));
    }
}

async fn agrees_with_its_history(desk: &Desk) {
    let compared = rebuild(&desk.app, false).await.expect("a comparison");
    assert_eq!((compared.due, compared.differences), (0, vec![]));
}

async fn a_merged_ticket_points_on_and_a_merge_that_was_undone_never_was(desk: &Desk) {
    // Two of the same, and one that is told the same and never merged.
    let [twice, as_well] = [desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await];
    let goes_on = desk.registers(&of_bea("p2")).await;
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
    for number in [&twice, &as_well] {
        desk.passes("PT30M").await;
        let hold = json!({ "to": "on_hold", "reason": "Wacht.", "cause": "requester" });
        assert_eq!(desk.moves(number, "in_progress").await.status, 201);
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &hold).await.status, 201);
    }
    writes(desk, &twice, "public", "Het eerste woord.").await;
    desk.passes("PT1M").await;
    writes(desk, &goes_on, "public", "Het tweede.").await;
    desk.passes("PT1M").await;
    writes(desk, &twice, "internal", "Onder ons.").await;
    let follow = desk.ask(Some(&ali), "POST", &format!("/v1/tickets/{twice}/followers"), Some(&json!({}))).await;
    assert_eq!(follow.status, 201, "{}", follow.body);
    desk.reaches("2026-03-02T14:00:00+01:00").await;

    let tag = desk.get(&format!("/v1/tickets/{goes_on}")).await.headers["etag"].clone();
    let done = merges(desk, &twice, &goes_on).await;
    assert_eq!((done.status, &done.body["number"], &done.body["phase"]), (201, &json!(twice), &json!("merged")), "{}", done.body);
    assert_eq!((&done.body["state"], &done.body["mergedInto"]["number"]), (&json!("cancelled"), &json!(goes_on)));
    assert_eq!(done.body["closedAt"], "2026-03-02T13:00:00Z");
    assert_ne!(desk.get(&format!("/v1/tickets/{goes_on}")).await.headers["etag"], tag, "it changed at both ends");
    let told_at = async |number: &str, kind: &str| desk.events(number).await.into_iter().filter(|event| event["type"] == kind).count();
    assert_eq!((told_at(&twice, "ticket.merged").await, told_at(&goes_on, "ticket.merged_in").await), (1, 1));
    let clock = desk.clock(&twice, "resolution").await;
    assert_eq!((&clock["state"], &clock["goals"][0]["metAt"]), (&json!("cancelled"), &Value::Null));
    let words = |number: &str, text: &str| (number.to_owned(), text.to_owned());
    let both = [words(&twice, "Het eerste woord."), words(&goes_on, "Het tweede."), words(&twice, "Onder ons.")];
    assert_eq!(read(desk, ADMIN, &goes_on).await, both);
    assert_eq!(read(desk, ADMIN, &twice).await.len(), 2, "its own stay where they are");
    let client = desk.token_of("ipo").await;
    assert_eq!(read(desk, &client, &goes_on).await, both[..2], "notes are the desk's, of either ticket");
    let page = desk.get(&format!("/v1/tickets/{goes_on}/messages?pageSize=2")).await.body;
    let rest = desk.get(&format!("/v1/tickets/{goes_on}/messages?cursor={}", page["nextCursor"].as_str().expect("a cursor"))).await.body;
    assert_eq!((page["items"][1]["body"].as_str(), rest["items"][0]["body"].as_str()), (Some("Het tweede."), Some("Onder ons.")));
    assert_eq!(followers(desk, &goes_on).await, ["Ali Aydin", "Anna de Boer"]);
    let links = async |number: &str| desk.get(&format!("/v1/tickets/{number}/links")).await.body["items"].clone();
    assert_eq!((&links(&twice).await[0]["kind"], &links(&goes_on).await[0]["kind"]), (&json!("duplicates"), &json!("duplicated_by")));
    agrees_with_its_history(desk).await;
    stands_by_itself(desk, &twice).await;

    // 8 hours have passed at 16:00, which the ticket that was not merged is told of then.
    for number in [&twice, &as_well] {
        let resume = json!({ "to": "in_progress", "reason": "Verder." });
        let resumed = desk.post(&format!("/v1/tickets/{number}/transitions"), &resume).await;
        assert_eq!(resumed.status == 201, number == &as_well, "{}", resumed.body);
    }
    assert_eq!(undoes(desk, &twice).await.status, 201);
    assert_eq!(desk.moves(&twice, "in_progress").await.status, 201, "it was on hold, and is again");
    merged(desk, &twice, &goes_on).await;
    desk.reaches("2026-03-02T17:00:00+01:00").await;
    let words_since = writes(desk, &goes_on, "public", "Meanwhile.").await;
    assert_eq!(words_since.status, 201, "{}", words_since.body);
    let breached = |told: &[(String, String)]| told.iter().any(|(kind, _)| kind == "clock.breached");
    assert!(breached(&follows(desk, &as_well).await) && !breached(&follows(desk, &twice).await));
    let back = undoes(desk, &twice).await;
    assert_eq!((back.status, &back.body["phase"], &back.body["mergedInto"]), (201, &json!("in_progress"), &Value::Null), "{}", back.body);
    assert_eq!(back.body["closedAt"], Value::Null);
    assert_eq!(follows(desk, &twice).await, follows(desk, &as_well).await, "each at its own instant");
    let late = desk.events(&twice).await.into_iter().find(|event| event["type"] == "clock.breached").expect("a breach");
    assert_eq!((&late["occurredAt"], &late["recordedAt"]), (&json!("2026-03-02T15:00:01Z"), &json!("2026-03-02T16:00:00Z")));
    assert_eq!(counted(desk, &twice).await, counted(desk, &as_well).await);
    assert_eq!(read(desk, ADMIN, &goes_on).await, [words(&goes_on, "Het tweede."), words(&goes_on, "Meanwhile.")]);
    assert_eq!(followers(desk, &goes_on).await, [""; 0]);
    assert_eq!((links(&twice).await, links(&goes_on).await), (json!([]), json!([])));
    agrees_with_its_history(desk).await;
    stands_by_itself(desk, &twice).await;
    // What was undone can be done again.
    merged(desk, &twice, &goes_on).await;
    agrees_with_its_history(desk).await;
}

async fn what_comes_by_mail_for_a_merged_ticket_lands_where_it_goes_on(desk: &Desk) {
    let mail = |subject: &str, id: &str, text: &str| {
        format!("From: Eva <eva@gemeente-voorbeeld.example>\nSubject: {subject}\nMessage-ID: <{id}@gemeente-voorbeeld.example>\n{text}\n")
    };
    let arrives = async |subject: &str, id: &str, text: &str| desk.mail_arrives("support", &mail(subject, id, text)).await.body;
    let number = |body: &Value| body["ticket"].as_str().expect("a ticket").to_owned();
    let first = number(&arrives("CRM traag", "a1", "\nHet CRM is traag.").await);
    let second = number(&arrives("CRM nog steeds traag", "b1", "\nHet is nog traag.").await);
    merged(desk, &first, &second).await;
    let by_thread = arrives("Re: ja", "a2", "In-Reply-To: <a1@gemeente-voorbeeld.example>\n\nEn nu ligt het plat.").await;
    let by_number = arrives(&format!("Re: [{first}] CRM traag"), "a3", "\nGeheel plat.").await;
    for answer in [by_thread, by_number] {
        assert_eq!((&answer["outcome"], &answer["ticket"]), (&json!("reply"), &json!(second)), "{answer}");
    }
    let texts: Vec<_> = read(desk, ADMIN, &second).await;
    assert_eq!(texts, [(second.clone(), "En nu ligt het plat.".to_owned()), (second.clone(), "Geheel plat.".to_owned())]);
    // Once that one is closed, what comes is new and follows from it.
    assert_eq!(desk.moves(&second, "cancelled").await.status, 201);
    let late = arrives(&format!("Re: [{first}] CRM traag"), "a4", "\nToch nog.").await;
    assert!(late["outcome"] == "ticket" && late["ticket"] != json!(first) && late["ticket"] != json!(second), "{late}");
    // What was written meanwhile stays where it was written.
    undone(desk, &first).await;
    assert_eq!(read(desk, ADMIN, &second).await, texts);
    let again = arrives(&format!("Re: [{first}] CRM traag"), "a5", "\nEn?").await;
    assert_eq!((&again["outcome"], &again["ticket"]), (&json!("reply"), &json!(first)), "{again}");
    agrees_with_its_history(desk).await;
}

async fn only_two_of_a_kind_are_merged(desk: &Desk) {
    let (one, other) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let problem = desk.registers(&of_type("problem")).await;
    let closed = desk.registers(&incident("p3")).await;
    assert_eq!(desk.moves(&closed, "cancelled").await.status, 201);
    let elsewhere = json!({ "organisation": "gemeente-voorbeeld", "contract": "covide", "priority": "low", "service": null,
        "requester": { "name": "Eva", "email": "eva@gemeente-voorbeeld.example" } });
    let elsewhere = desk.registers(&with(incident("p3"), elsewhere)).await;
    super::agreement(desk, "ander", "", "").await;
    let other_contract = desk.registers(&with(incident("p3"), json!({ "contract": "ander" }))).await;
    let flagged = desk.registers(&incident("p3")).await;
    assert_eq!(desk.post(&format!("/v1/tickets/{flagged}/flags"), &json!({ "flag": "privacy" })).await.status, 201);
    for (into, expected) in [
        (one.as_str(), pair("/into", "not_allowed")),
        (elsewhere.as_str(), pair("/into", "unknown_ticket")),
        ("INC-999999", pair("/into", "unknown_ticket")),
        ("printer", pair("/into", "unknown_ticket")),
    ] {
        let refused = merges(desk, &one, into).await;
        assert_eq!((refused.status, errors(&refused)), (400, vec![expected]), "{into}: {}", refused.body);
    }
    let bare = desk.post(&format!("/v1/tickets/{one}/merges"), &json!({})).await;
    assert_eq!(errors(&bare), [pair("/into", "required"), pair("/reason", "required")], "{}", bare.body);
    for (from, into, code) in [
        (&one, &problem, "merge_not_allowed"),
        (&one, &other_contract, "merge_not_allowed"),
        (&one, &flagged, "merge_not_allowed"),
        (&flagged, &one, "merge_not_allowed"),
        (&one, &closed, "ticket_not_open"),
        (&closed, &one, "ticket_not_open"),
    ] {
        assert_eq!(told(&merges(desk, from, into).await), (409, json!(code)), "{from} into {into}");
    }
    assert_eq!(told(&merges(desk, "INC-999999", &one).await), (404, json!("not_found")));
    // No chains: neither onwards from where others went, nor to what went on.
    let third = desk.registers(&incident("p3")).await;
    merged(desk, &one, &other).await;
    let onwards = merges(desk, &other, &third).await;
    assert_eq!(told(&onwards), (409, json!("merge_not_allowed")));
    assert!(
        onwards.body["detail"].as_str().is_some_and(|detail| detail.contains("others were merged into this ticket")),
        "{}",
        onwards.body
    );
    assert_eq!(told(&merges(desk, &third, &one).await), (409, json!("ticket_merged")));
    assert_eq!(told(&merges(desk, &one, &third).await), (409, json!("ticket_merged")));
    merged(desk, &third, &other).await;
    for number in [&one, &third] {
        undone(desk, number).await;
    }
    merged(desk, &other, &third).await;
    // By agents alone.
    for token in [desk.token_of("ipo").await, desk.token_of_an_integration().await] {
        let body = json!({ "into": third, "reason": "x" });
        assert_eq!(desk.ask(Some(&token), "POST", &format!("/v1/tickets/{one}/merges"), Some(&body)).await.status, 403);
        let body = json!({ "reason": "x" });
        assert_eq!(desk.ask(Some(&token), "POST", &format!("/v1/tickets/{other}/merge-removals"), Some(&body)).await.status, 403);
    }
}

async fn a_merged_ticket_takes_nothing_and_says_where_it_goes_on(desk: &Desk) {
    let (number, into, third) =
        (desk.registers(&incident("p3")).await, desk.registers(&of_bea("p3")).await, desk.registers(&incident("p3")).await);
    merged(desk, &number, &into).await;
    let before = desk.get(&format!("/v1/tickets/{number}")).await;
    let post = |path: &str, body: Value| ("POST", format!("/v1/tickets/{number}/{path}"), body);
    for (method, path, body) in [
        ("PATCH", format!("/v1/tickets/{number}"), json!({ "title": "Anders" })),
        ("PATCH", format!("/v1/tickets/{number}"), json!({ "priority": "p2", "assignee": "bob" })),
        post("messages", json!({ "visibility": "public", "body": "x" })),
        post("messages", json!({ "visibility": "internal", "body": "x" })),
        post("transitions", json!({ "to": "in_progress", "reason": "x" })),
        post("escalations", json!({ "code": "afspraak-niet-nageleefd", "reason": "x" })),
        post("scope-changes", json!({ "outOfScope": true, "reason": "x" })),
        post("line-changes", json!({ "line": "second", "reason": "x" })),
        post("major-declarations", json!({ "major": true, "reason": "x" })),
        post("links", json!({ "kind": "blocks", "ticket": third })),
        post("flags", json!({ "flag": "privacy" })),
        post("tags", json!({ "tags": ["x"] })),
        post("followers", json!({ "person": null })),
        post("work-logs", json!({ "minutes": 5, "text": "x" })),
        post("security-reports", json!({ "courseOfEvents": "x", "response": "y", "lessons": "z" })),
        post("merges", json!({ "into": third, "reason": "x" })),
        ("POST", format!("/v1/tickets/{third}/links"), json!({ "kind": "blocks", "ticket": number })),
    ] {
        let token = if path.ends_with("followers") { desk.signer().await } else { ADMIN.to_owned() };
        let refused = desk.ask(Some(&token), method, &path, Some(&body)).await;
        assert_eq!(told(&refused), (409, json!("ticket_merged")), "{path}: {}", refused.body);
        assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains(&into)), "{path}: {}", refused.body);
    }
    let file = desk
        .send_raw(
            &format!("/v1/tickets/{number}/attachments?name=a.txt&mediaType=text/plain"),
            b"x".to_vec(),
            &[("content-type", "application/octet-stream")],
        )
        .await;
    assert_eq!(told(&file), (409, json!("ticket_merged")), "{}", file.body);
    let after = desk.get(&format!("/v1/tickets/{number}")).await;
    assert_eq!((after.status, &after.body), (200, &before.body));
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/transitions")).await.body["items"], json!([]));
}

async fn a_merge_is_undone_within_a_day(desk: &Desk) {
    let (one, two, into) =
        (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    assert_eq!(told(&undoes(desk, &one).await), (409, json!("not_merged")));
    merged(desk, &one, &into).await;
    assert_eq!(told(&undoes(desk, &into).await), (409, json!("not_merged")));
    desk.passes("PT1S").await;
    merged(desk, &two, &into).await;
    desk.passes("PT23H59M59S").await;
    undone(desk, &one).await;
    assert_eq!(told(&undoes(desk, &one).await), (409, json!("not_merged")));
    desk.passes("PT2S").await;
    assert_eq!(told(&undoes(desk, &two).await), (409, json!("merge_too_old")));
    assert_eq!(desk.get(&format!("/v1/tickets/{two}")).await.body["mergedInto"]["number"], json!(into));
    // Done once for a key, and answered alike.
    let path = format!("/v1/tickets/{one}/merges");
    let asks = async || {
        let sent = desk.request("POST", &path).bearer_auth(ADMIN).header("idempotency-key", "m-1");
        let answer = sent.json(&json!({ "into": into, "reason": "Toch." })).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let first = asks().await;
    assert_eq!((first.0, &first), (201, &asks().await));
}

async fn of_two_who_merge_two_tickets_into_each_other_at_once_one_wins(desk: &Desk) {
    for _ in 0..5 {
        let (one, two) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
        let (here, there) = futures_util::join!(merges(desk, &one, &two), merges(desk, &two, &one));
        let mut seen = [here.status, there.status];
        seen.sort_unstable();
        assert_eq!(seen, [201, 409], "{} {}", here.body, there.body);
        let lost = if here.status == 409 { here } else { there };
        assert_eq!(lost.body["code"], "ticket_merged", "{}", lost.body);
        let states = [desk.get(&format!("/v1/tickets/{one}")).await, desk.get(&format!("/v1/tickets/{two}")).await];
        assert_eq!(states.iter().filter(|answer| answer.body["phase"] == "merged").count(), 1);
    }
    agrees_with_its_history(desk).await;
}

async fn report(desk: &Desk, month: &str, as_of: &str) -> Value {
    let as_of = if as_of.is_empty() { String::new() } else { format!("&asOf={}", as_of.replace('+', "%2B")) };
    let answer = desk.get(&format!("/v1/reports/service-management?contract=dap-example&month={month}{as_of}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn incidents(report: &Value) -> Value {
    let row = report["types"].as_array().and_then(|types| types.iter().find(|row| row["ticketType"] == "incident")).expect("a row");
    json!([row["reported"], row["cancelled"], row["merged"], row["openAtEnd"]])
}

/// What the goals of P2 came to: met and missed of the first and the second.
fn verdicts(report: &Value) -> Value {
    let of_goal = |goal: u64| {
        let rows = report["goals"].as_array().expect("goals").iter();
        let mut rows = rows.filter(|row| row["clock"] == "resolution" && row["priority"] == "p2" && row["goal"] == goal);
        rows.next().map(|row| json!([row["met"], row["missed"]])).unwrap_or_default()
    };
    json!([of_goal(1), of_goal(2)])
}

async fn what_was_merged_counts_apart(desk: &Desk) {
    // Merged before its bound, and after its first one.
    let (early, late) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    let into = desk.registers(&incident("p2")).await;
    merged(desk, &early, &into).await;
    desk.reaches("2026-03-02T17:00:00+01:00").await;
    merged(desk, &late, &into).await;
    desk.moves(&into, "in_progress").await;
    assert_eq!(desk.moves(&into, "resolved").await.status, 201);
    let cancelled = desk.registers(&incident("p2")).await;
    desk.moves(&cancelled, "cancelled").await;
    desk.reaches("2026-04-01T00:05:00+02:00").await;
    let march = report(desk, "2026-03", "").await;
    assert_eq!(incidents(&march), json!([4, 1, 2, 1]));
    assert_eq!((&march["population"]["cancelled"], &march["population"]["merged"]), (&json!(1), &json!(2)));
    // What was decided by then stands: the first bound of one passed. The rest is decided nowhere.
    assert_eq!(verdicts(&march), json!([[0, 2], [1, 0]]));
    assert_eq!(march["corrections"], json!([]));
}

async fn a_merge_undone_in_the_next_month_corrects_the_one_before(desk: &Desk) {
    desk.reaches("2026-03-31T09:00:00+02:00").await;
    let (number, into) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p3")).await);
    merged(desk, &number, &into).await;
    desk.reaches("2026-04-01T08:00:00+02:00").await;
    let then = report(desk, "2026-03", "").await;
    assert_eq!((incidents(&then), verdicts(&then)), (json!([2, 0, 1, 1]), json!([[0, 0], [0, 0]])));
    undone(desk, &number).await;
    desk.passes("PT1M").await;
    let now = report(desk, "2026-03", "").await;
    assert_eq!((incidents(&now), verdicts(&now)), (json!([2, 0, 0, 2]), json!([[0, 1], [0, 0]])));
    let correction = &now["corrections"][0];
    assert_eq!(
        (&correction["number"], &correction["before"], &correction["after"], &correction["cause"], &correction["reason"]),
        (&json!(number), &Value::Null, &json!("missed"), &json!("ticket.merge_undone"), &json!("Toch iets anders."))
    );
    assert_eq!(now["versionAt"], "2026-04-01T06:00:00Z");
    let again = report(desk, "2026-03", "2026-04-01T07:59:59+02:00").await;
    assert_eq!((incidents(&again), verdicts(&again)), (incidents(&then), verdicts(&then)));
    assert_eq!(incidents(&report(desk, "2026-04", "").await), json!([0, 0, 0, 2]));
}

async fn who_does_not_see_where_it_goes_on_is_told_that_it_does(desk: &Desk) {
    let anna = desk.person(Some("ipo"), "Anna de Boer", "anna@ipo.example", &[Role::Requester]).await;
    let (number, into) = (desk.registers(&incident("p3")).await, desk.registers(&of_bea("p3")).await);
    writes(desk, &into, "public", "Voor Bea.").await;
    let id = desk.get(&format!("/v1/tickets/{into}")).await.body["id"].as_str().expect("an id").to_owned();
    merged(desk, &number, &into).await;
    let path = format!("/v1/tickets/{number}");
    let asks = async |method: &str, path: &str, body: Option<&Value>| desk.ask(Some(&anna), method, path, body).await;
    let shown = asks("GET", &path, None).await;
    assert_eq!((shown.status, &shown.body["phase"], &shown.body["mergedInto"]), (200, &json!("merged"), &Value::Null), "{}", shown.body);
    let events = asks("GET", &format!("{path}/events"), None).await;
    let told_of = events.body["items"].as_array().expect("events").iter().find(|event| event["type"] == "ticket.merged").cloned();
    assert_eq!(told_of.expect("that it was merged")["data"]["into"], Value::Null);
    let message = json!({ "visibility": "public", "body": "En?" });
    let refused = asks("POST", &format!("{path}/messages"), Some(&message)).await;
    assert_eq!(told(&refused), (409, json!("ticket_merged")));
    for answer in [
        shown,
        events,
        refused,
        asks("GET", "/v1/tickets?state=cancelled", None).await,
        asks("GET", &format!("{path}/links"), None).await,
        asks("GET", &format!("{path}/messages"), None).await,
        asks("GET", &format!("{path}/clocks"), None).await,
    ] {
        let text = answer.body.to_string();
        assert!(!text.contains(&into) && !text.contains(&id) && !text.contains("Voor Bea."), "{text}");
    }
    assert_eq!(asks("GET", &format!("/v1/tickets/{into}"), None).await.status, 404);
    // And whoever sees the other one alone reads nothing of this one there.
    let bea = desk.person(Some("ipo"), "Bea Bos", "bea@ipo.example", &[Role::Requester]).await;
    writes(desk, &into, "public", "Nog voor Bea.").await;
    assert_eq!(read(desk, &bea, &into).await.len(), 2);
    let events = desk.ask(Some(&bea), "GET", &format!("/v1/tickets/{into}/events"), None).await.body;
    let taken = events["items"].as_array().expect("events").iter().find(|event| event["type"] == "ticket.merged_in").cloned();
    assert_eq!(taken.expect("that another one was merged in")["data"]["ticket"], Value::Null);
    assert!(!events.to_string().contains(&number));
}

async fn whoever_came_along_goes_when_the_merge_does_and_nobody_else(desk: &Desk) {
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
    let karin = desk.signer_of("ipo").await;
    let (one, two) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let into = desk.registers(&of_bea("p3")).await;
    let follow = async |token: &str, number: &str, to: &str| {
        let answer = desk.ask(Some(token), "POST", &format!("/v1/tickets/{number}/{to}"), Some(&json!({}))).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    };
    for token in [&ali, &karin] {
        follow(token, &one, "followers").await;
    }
    follow(&ali, &two, "followers").await;
    merged(desk, &one, &into).await;
    merged(desk, &two, &into).await;
    assert_eq!(followers(desk, &into).await, ["Ali Aydin", "Anna de Boer", "Karin Mulder"]);
    let seen = desk.ask(Some(&karin), "GET", &format!("/v1/tickets/{into}/events"), None).await.body;
    let taken = seen["items"].as_array().expect("events").iter().find(|event| event["type"] == "ticket.merged_in").cloned();
    assert_eq!(taken.expect("a merge")["data"]["followers"].as_array().map(Vec::len), Some(2), "a client sees its own side");
    // They are told what is written there.
    writes(desk, &into, "public", "Voor allen.").await;
    desk.passes("PT1M").await;
    let mailed = |address: &str| desk.mails().iter().filter(|mail| mail.contains("Voor allen.") && mail.contains(address)).count();
    assert_eq!((mailed("To: anna@ipo.example"), mailed("anna@"), mailed("karin@"), mailed("bea@")).3, 1);
    assert!(mailed("anna@ipo.example") > 0 && mailed("karin@ipo.example") > 0);
    // Karin follows by herself from now on, and Ali came with both.
    follow(&karin, &into, "followers").await;
    undone(desk, &one).await;
    assert_eq!(followers(desk, &into).await, ["Ali Aydin", "Anna de Boer", "Karin Mulder"], "Anna reported the other one, too");
    follow(&ali, &into, "follower-removals").await;
    undone(desk, &two).await;
    assert_eq!(followers(desk, &into).await, ["Karin Mulder"]);
    assert_eq!(followers(desk, &one).await, ["Ali Aydin", "Karin Mulder"]);
    agrees_with_its_history(desk).await;
}

async fn what_was_merged_is_flagged_as_the_ticket_it_was_merged_into(desk: &Desk) {
    let (number, into) = (desk.registers(&incident("p3")).await, desk.registers(&of_bea("p3")).await);
    writes(desk, &number, "public", "Er ligt een lijst met namen open.").await;
    merged(desk, &number, &into).await;
    // Whoever flags it need not see what was merged into it.
    let bea = desk.person(Some("ipo"), "Bea Bos", "bea@ipo.example", &[Role::Requester]).await;
    let flag = json!({ "flag": "privacy" });
    assert_eq!(desk.ask(Some(&bea), "POST", &format!("/v1/tickets/{into}/flags"), Some(&flag)).await.status, 201);
    desk.passes("PT1M").await;
    let flags = async |number: &str| desk.get(&format!("/v1/tickets/{number}")).await.body["flags"].clone();
    assert_eq!((flags(&number).await, flags(&into).await), (json!(["privacy"]), json!(["privacy"])));
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    assert_eq!(desk.ask(Some(&agent), "GET", &format!("/v1/tickets/{number}"), None).await.status, 404);
    let lift = json!({ "flag": "privacy", "reason": "Het was een oude lijst." });
    assert_eq!(desk.post(&format!("/v1/tickets/{into}/flag-removals"), &lift).await.status, 201);
    desk.passes("PT1M").await;
    assert_eq!(flags(&number).await, json!([]));
    agrees_with_its_history(desk).await;
}

async fn merged_tickets_are_listed_when_they_are_asked_for(desk: &Desk) {
    let (number, into) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    merged(desk, &number, &into).await;
    let numbers = async |query: &str| {
        let page = desk.get(&format!("/v1/tickets?{query}")).await.body;
        page["items"]
            .as_array()
            .expect("tickets")
            .iter()
            .map(|one| one["number"].as_str().expect("a number").to_owned())
            .collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("sort=number", vec![&into]),
        ("text=hapert&sort=number", vec![&number, &into]),
        ("state=new", vec![&into]),
        ("state=cancelled", vec![&number]),
        ("phase=merged", vec![&number]),
        ("state=new,cancelled&sort=number", vec![&number, &into]),
    ] {
        assert_eq!(numbers(query).await.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    desk.passes("PT1M").await;
    let changed = desk.get("/v1/tickets?updatedSince=2026-03-01T00:00:00Z").await.body;
    let copied = changed["items"].as_array().expect("tickets").iter().find(|one| one["number"] == json!(number)).cloned();
    assert_eq!(copied.expect("whoever keeps a copy is told")["mergedInto"]["number"], json!(into));
}
