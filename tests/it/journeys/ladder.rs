//! The DAP ladder: each climb once, at its own instant, told to both sides; and by a person too.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident, incident_under};

on_both_databases!(
    each_step_is_taken_once_at_its_own_instant_however_late_the_desk_wakes,
    a_person_climbs_with_a_reason_code_of_the_level,
    esc_11_a_complaint_about_the_whole_government_passes_level_1_over,
    a_resolved_ticket_climbs_no_further,
    a_warning_and_a_breach_fire_once,
    a_breach_is_told_once_until_it_is_undone,
    each_client_hears_of_its_own_tickets_and_of_no_others,
    warnings_jumped_over_by_a_refusal_are_not_sent,
    a_reopened_ticket_goes_on_with_its_level_where_it_was,
    a_level_stands_still_while_the_resolution_clock_is_held_and_a_proposal_is_told_to_who_decides,
    what_passed_while_a_ticket_was_resolved_climbs_once_at_the_refusal,
    a_case_opens_by_a_decision_and_a_proposed_step_is_taken_by_one,
    a_ticket_that_becomes_another_type_climbs_from_then_on,
);

/// Two ladders: one that climbs by its clock and by time, and ends in a proposal; one that a person opens.
const LADDERS: &str = r#"
id = "ladders"
version = "1"
title = "Ladders"
effective_from = 2026-03-03
time_zone = "Europe/Amsterdam"
[[clients]]
organisation = "ipo"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[[clocks]]
kind = "resolution"
types = ["incident"]
calendar = "support"
goals = [{ under = "8h" }]
holds = ["requester"]
[roles.klant]
side = "client"
mail = ["klant@ipo.example"]
[roles.team]
side = "supplier"
mail = ["team@leverancier.example"]
[roles.baas]
side = "supplier"
mail = ["baas@leverancier.example"]
[[ladders]]
id = "op"
types = ["incident"]
[[ladders.levels]]
level = 1
supplier = ["team"]
climb = [{ when = "elapsed", clock = "resolution", percent = 75 }, { when = "breached", clock = "resolution" }]
[[ladders.levels]]
level = 2
supplier = ["team"]
climb = [{ when = "breached", clock = "resolution" }, { when = "level-open", for = "4h", calendar = "support" }]
[[ladders.levels]]
level = 3
client = ["klant"]
supplier = ["baas"]
climb = [{ when = "level-open", for = "4h", calendar = "support" }]
mode = "proposed"
[[ladders.levels]]
level = 4
[[ladders]]
id = "klacht"
types = ["information_request"]
opens = [{ when = "decided", code = "klacht" }, { when = "decided", code = "structureel" }]
[[ladders.levels]]
level = 1
title = { nl = "Team" }
client = ["klant"]
supplier = ["team"]
climb = [{ when = "decided", code = "niet-opgelost" }, { when = "level-open", for = "4h", calendar = "support" }]
mode = "proposed"
[[ladders.levels]]
level = 2
title = { nl = "Directie" }
client = ["klant"]
supplier = ["baas"]
"#;

/// Registers a ticket under those ladders, on Tuesday 3 March at 08:00.
async fn on_ladders(desk: &Desk, kind: &str) -> String {
    assert_eq!(desk.post("/v1/contracts", &json!({ "contract": LADDERS })).await.status, 201);
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    let mut ticket = incident_under("ladders");
    ticket["type"] = json!(kind);
    desk.registers(&ticket).await
}

/// The steps, in Amsterdam: from, to, day and time of March.
async fn climbs(desk: &Desk, number: &str) -> Vec<String> {
    let local = |at: &str| chrono::DateTime::parse_from_rfc3339(at).expect("an instant").with_timezone(&chrono_tz::Europe::Amsterdam);
    let steps = steps(desk, number).await.into_iter();
    steps.map(|(from, to, at)| format!("{from}-{to} {}", local(&at).format("%-d %H:%M"))).collect()
}

/// Design § 3: solved after 2 h 58 m 59 s of level 2's 8 h, and reopened three weeks later.
async fn a_reopened_ticket_goes_on_with_its_level_where_it_was(desk: &Desk) {
    desk.reaches("2026-03-23T08:00:00+01:00").await;
    let number = desk.registers(&incident("p2")).await;
    desk.reaches("2026-03-24T08:59:00+01:00").await;
    for to in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&number, to).await.status, 201);
    }
    let client = desk.token_of("ipo").await;
    let path = format!("/v1/tickets/{number}/transitions");
    for (at, to) in [("2026-03-25T10:00:00+01:00", "closed"), ("2026-04-14T10:00:00+02:00", "in_progress")] {
        desk.reaches(at).await;
        let verdict = json!({ "to": to, "reason": "Gezien." });
        assert_eq!(desk.ask(Some(&client), "POST", &path, Some(&verdict)).await.status, 201);
    }
    let first = (1, 2, "2026-03-23T15:00:01Z".to_owned());
    assert_eq!(steps(desk, &number).await, std::slice::from_ref(&first), "the reopening dates no step in the past");
    desk.passes("P1D").await;
    assert_eq!(steps(desk, &number).await, [first, (2, 3, "2026-04-14T13:01:01Z".to_owned())]);
}

/// Design § 3: level 2 from Tuesday 14:00, held from 15:00 to Thursday 10:00; the breach on that Thursday is no second step.
async fn a_level_stands_still_while_the_resolution_clock_is_held_and_a_proposal_is_told_to_who_decides(desk: &Desk) {
    let number = on_ladders(desk, "incident").await;
    desk.moves(&number, "in_progress").await;
    desk.reaches("2026-03-03T15:00:00+01:00").await;
    let hold = json!({ "to": "on_hold", "reason": "Wacht op de klant.", "cause": "requester" });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &hold).await.status, 201);
    desk.reaches("2026-03-05T10:00:00+01:00").await;
    assert_eq!(climbs(desk, &number).await, ["1-2 3 14:00"]);
    desk.moves(&number, "in_progress").await;
    desk.reaches("2026-03-06T12:00:00+01:00").await;
    assert!(desk.history(&number).await.contains(&("clock.breached".to_owned(), "2026-03-05T10:00:00Z".to_owned())));
    assert_eq!(climbs(desk, &number).await, ["1-2 3 14:00", "2-3 5 13:00"]);
    let proposed = |event: &&(String, String)| event.0 == "escalation.proposed";
    assert_eq!(desk.history(&number).await.iter().find(proposed).map(|event| event.1.clone()).as_deref(), Some("2026-03-05T16:00:00Z"));
    let told: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("Voorstel tot escalatie naar niveau 4")).collect();
    assert_eq!(told.len(), 1, "the supplier's roles of level 3 decide");
    assert!(told[0].contains("To: baas@leverancier.example") && told[0].contains("level-open"), "{}", told[0]);
}

/// Design § 3: solved on Tuesday at 09:00 and refused on Wednesday at 10:00; its warning and its breach passed on Tuesday.
async fn what_passed_while_a_ticket_was_resolved_climbs_once_at_the_refusal(desk: &Desk) {
    let number = on_ladders(desk, "incident").await;
    desk.moves(&number, "in_progress").await;
    desk.reaches("2026-03-03T09:00:00+01:00").await;
    desk.moves(&number, "resolved").await;
    desk.reaches("2026-03-04T10:00:00+01:00").await;
    let client = desk.token_of("ipo").await;
    let refused = json!({ "to": "in_progress", "reason": "Het werkt niet." });
    assert_eq!(desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&refused)).await.status, 201);
    assert!(desk.history(&number).await.contains(&("clock.breached".to_owned(), "2026-03-03T15:00:00Z".to_owned())));
    assert_eq!(climbs(desk, &number).await, ["1-2 4 10:00"]);
    desk.passes("PT6H").await;
    assert_eq!(climbs(desk, &number).await, ["1-2 4 10:00", "2-3 4 14:00"]);
}

/// ESC-10, ESC-13 and ESC-25.
async fn a_case_opens_by_a_decision_and_a_proposed_step_is_taken_by_one(desk: &Desk) {
    let number = on_ladders(desk, "information_request").await;
    let path = format!("/v1/tickets/{number}/escalations");
    let decides = async |code: &str| desk.post(&path, &json!({ "code": code, "reason": "De klant klaagt." })).await;
    let refused = decides("niet-opgelost").await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("unknown_trigger")));
    assert!(refused.body["errors"][0]["detail"].as_str().is_some_and(|detail| detail.contains("klacht, structureel")), "{}", refused.body);
    let opened = decides("klacht").await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    assert_eq!(climbs(desk, &number).await, ["0-1 3 08:00"]);
    assert!(desk.mails().iter().all(|mail| !mail.contains("Voorstel tot escalatie")));
    desk.passes("PT5H").await;
    let told: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("Voorstel tot escalatie naar niveau 2")).collect();
    assert_eq!(told.len(), 1, "one mail, to the supplier's role of the level the case stands on");
    let mail = &told[0];
    assert!(mail.contains("To: team@leverancier.example"), "{mail}");
    for words in ["de tijd op het vorige niveau is verstreken", "- niet-opgelost", "- level-open", "niveau 1 (Team)", "niveau 2 (Directie)"]
    {
        assert!(mail.replace("=\r\n", "").replace("=\n", "").contains(words), "no \"{words}\" in {mail}");
    }
    assert_eq!(climbs(desk, &number).await, ["0-1 3 08:00"], "a proposal is no step");
    assert_eq!(decides("level-open").await.status, 201);
    assert_eq!(climbs(desk, &number).await, ["0-1 3 08:00", "1-2 3 13:00"]);
}

/// Design § 2.9 and § 3: what passed before the ticket came onto the ladder climbs once, when it comes.
async fn a_ticket_that_becomes_another_type_climbs_from_then_on(desk: &Desk) {
    let number = on_ladders(desk, "information_request").await;
    desk.reaches("2026-03-04T09:00:00+01:00").await;
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "type": "incident", "reason": "Toch anders." })).await.status, 200);
    assert_eq!(climbs(desk, &number).await, ["1-2 4 09:00"]);
    desk.passes("PT2H").await;
    assert_eq!(
        desk.patch(&format!("/v1/tickets/{number}"), &json!({ "type": "information_request", "reason": "Toch anders." })).await.status,
        200
    );
    desk.passes("P1D").await;
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "type": "incident", "reason": "Toch anders." })).await.status, 200);
    desk.passes("PT5H").await;
    // Two hours of level 2's four on Wednesday, the other two from Thursday 11:00 on.
    assert_eq!(climbs(desk, &number).await, ["1-2 4 09:00", "2-3 5 13:00"]);
}

/// ESC-05, ESC-06 and CLK-13: what passed while nothing ran fires with its true instant.
async fn each_step_is_taken_once_at_its_own_instant_however_late_the_desk_wakes(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    desk.reaches("2026-03-06T12:00:00+01:00").await;
    let climbs = steps(desk, &number).await;
    // P2 within 8 business hours from Monday 08:00, so late a second after; then 8 business hours on level 2.
    assert_eq!(climbs, [(1, 2, "2026-03-02T15:00:01Z".to_owned()), (2, 3, "2026-03-03T13:00:01Z".to_owned())]);
    desk.passes("P30D").await;
    assert_eq!(steps(desk, &number).await.len(), 2, "level 4 takes a person");
}

/// ESC-06 and ESC-08.
async fn a_person_climbs_with_a_reason_code_of_the_level(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}/escalations");
    let refused = desk.post(&path, &json!({ "code": "geen-zin", "reason": "Zomaar." })).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("unknown_trigger")));
    for code in ["afspraak-niet-nageleefd", "niet-oplosbaar-met-hulp", "geen-oplossing"] {
        let climbed = desk.post(&path, &json!({ "code": code, "reason": "De klant belde opnieuw." })).await;
        assert_eq!(climbed.status, 201, "{code}: {}", climbed.body);
        desk.passes("PT1M").await;
    }
    let top = desk.post(&path, &json!({ "code": "geen-oplossing", "reason": "Nog hoger." })).await;
    assert_eq!((top.status, &top.body["code"]), (409, &json!("top_of_ladder")));
    let levels: Vec<_> = steps(desk, &number).await.into_iter().map(|step| step.1).collect();
    assert_eq!(levels, [2, 3, 4]);
    let notices = desk.mails().into_iter().filter(|mail| mail.contains("afspraak niet nageleefd")).count();
    assert!(notices >= 2, "both sides are told of the first step, once each: {notices}");
}

/// ESC-10, ESC-11 and ESC-12: where each complaint begins, and that it does not go back to level 1.
async fn esc_11_a_complaint_about_the_whole_government_passes_level_1_over(desk: &Desk) {
    for (code, level, told) in [
        ("klacht", 1, "To: leiderschap@ministerie-voorbeeld.example"),
        ("klacht-rijksbreed", 2, "To: contractmanager@rijksdienst-voorbeeld.example"),
        ("structureel-probleem", 2, "To: contractmanager@rijksdienst-voorbeeld.example"),
    ] {
        let question = json!({ "type": "service_request", "contract": "blg-example", "organisation": "ministerie-voorbeeld",
            "title": "Waar blijft de uitslag?", "channel": "phone", "requester": { "name": "Cas", "email": "cas@ministerie-voorbeeld.example" } });
        let number = desk.registers(&question).await;
        let path = format!("/v1/tickets/{number}/escalations");
        let opened = desk.post(&path, &json!({ "code": code, "reason": "Al twee keer gevraagd." })).await;
        assert_eq!(opened.status, 201, "{code}: {}", opened.body);
        desk.passes("PT1M").await;
        let taken: Vec<_> = steps(desk, &number).await.into_iter().map(|step| (step.0, step.1)).collect();
        assert_eq!(taken, [(0, level)], "{code}");
        let again = desk.post(&path, &json!({ "code": "klacht", "reason": "Toch naar niveau 1." })).await;
        assert_eq!((again.status, &again.body["errors"][0]["code"]), (400, &json!("unknown_trigger")), "{code}");
        let notices = desk.mails().into_iter().filter(|mail| mail.contains(&format!("[{number}]")) && mail.contains("Escalatie"));
        let notices: Vec<_> = notices.collect();
        assert!(notices.iter().any(|mail| mail.contains(told)), "{code}: {notices:?}");
        let first = notices.iter().any(|mail| mail.contains("leiderschap@"));
        assert_eq!(first, level == 1, "{code}: level 1 hears only of what begins there");
    }
}

async fn a_resolved_ticket_climbs_no_further(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    desk.moves(&number, "in_progress").await;
    desk.moves(&number, "resolved").await;
    desk.passes("P30D").await;
    assert_eq!(steps(desk, &number).await, []);
    assert!(!desk.history(&number).await.iter().any(|event| event.0 == "clock.breached"));
}

async fn a_warning_and_a_breach_fire_once(desk: &Desk) {
    let covide = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "CRM is weg",
        "priority": "urgent", "channel": "portal", "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    let number = desk.proposes("gemeente-voorbeeld", &covide).await;
    desk.passes("P7D").await;
    desk.passes("P7D").await;
    let history = desk.history(&number).await;
    let at = |kind: &str| history.iter().filter(|event| event.0 == kind).map(|event| event.1.as_str()).collect::<Vec<_>>();
    // Urgent: 4 h and 6 h from Monday 08:00; warnings at 50, 75 and 90 % of 4 h. Premium answers within 4 h.
    assert_eq!(at("clock.warned"), ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T10:36:00Z"]);
    assert_eq!(at("clock.breached"), ["2026-03-02T11:00:00Z", "2026-03-02T11:00:01Z", "2026-03-02T13:00:00Z"]);
}

/// Roles are reached for each client where that client says: nobody hears of another organisation's ticket.
async fn each_client_hears_of_its_own_tickets_and_of_no_others(desk: &Desk) {
    let text = std::fs::read_to_string("config/contracts/dap-example.toml").expect("a contract");
    let second = "[[clients]]\norganisation = \"vng\"\nroles = { servicemanager = [\"sm@vng.example\"], \
        functioneel-beheerder-ka = [\"fb@vng.example\"] }\n\n[[clients]]\norganisation = \"ipo\"";
    let text = text.replacen("[[clients]]\norganisation = \"ipo\"", second, 1).replacen("version = \"1.0\"", "version = \"1.1\"", 1);
    let text = text.replacen("effective_from = 2025-01-01", "effective_from = 2026-03-03", 1).replace("clients.0.", "clients.1.");
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    desk.passes("P1D").await;
    let of = |organisation: &str| {
        let mut ticket = incident("p2");
        ticket["organisation"] = json!(organisation);
        ticket
    };
    let (ours, theirs) = (desk.registers(&of("ipo")).await, desk.registers(&of("vng")).await);
    desk.passes("P1D").await;
    let told = |number: &str, address: &str| {
        let is_it = |mail: &&String| mail.contains(&format!("[{number}]")) && mail.contains("Escalatie") && mail.contains(address);
        desk.mails().iter().filter(is_it).count()
    };
    assert_eq!((told(&theirs, "To: sm@vng.example"), told(&theirs, "To: fb@vng.example"), told(&theirs, "@ipo.example")), (1, 1, 0));
    assert_eq!((told(&ours, "To: servicemanager@ipo.example"), told(&ours, "@vng.example")), (1, 0));
}

/// Design § 2.11: a breach that stands under the next priority too is no second one; one that stands again is told again.
async fn a_breach_is_told_once_until_it_is_undone(desk: &Desk) {
    let covide = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "CRM is weg",
        "description": "Niets doet het.", "priority": "urgent", "channel": "phone", "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    let number = desk.registers(&covide).await;
    desk.passes("P2D").await;
    let told = async || {
        let events = desk.events(&number).await;
        let of = |kind: &str| events.iter().filter(|event| event["type"] == kind && event["data"]["clock"] == "resolution").count();
        (of("clock.breached"), of("clock.breach_voided"))
    };
    assert_eq!(told().await, (2, 0), "four and six hours have passed");
    for (priority, expected) in [("high", (2, 0)), ("low", (2, 2)), ("urgent", (4, 2)), ("high", (4, 2))] {
        let body = json!({ "priority": priority, "priorityMotivation": "Toch anders." });
        assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &body).await.status, 200);
        desk.passes("PT1M").await;
        assert_eq!(told().await, expected, "as {priority}");
    }
}

/// Design § 2.9: what a refusal carries a clock past at once is recorded, not sent.
async fn warnings_jumped_over_by_a_refusal_are_not_sent(desk: &Desk) {
    let covide = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "CRM is weg",
        "description": "Niets doet het.", "priority": "urgent", "channel": "phone", "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    let number = desk.registers(&covide).await;
    for to in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&number, to).await.status, 201);
    }
    desk.passes("P1D").await;
    let client = desk.token_of("gemeente-voorbeeld").await;
    let refused = json!({ "to": "in_progress", "reason": "Het werkt niet." });
    assert_eq!(desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&refused)).await.status, 201);
    let events = desk.events(&number).await;
    let warned = events.iter().filter(|event| event["type"] == "clock.warned");
    assert_eq!(warned.map(|event| event["data"]["sent"].as_bool()).collect::<Vec<_>>(), [Some(false); 3]);
}

/// The climbs of a ticket: from, to, when.
async fn steps(desk: &Desk, number: &str) -> Vec<(u64, u64, String)> {
    let events = desk.events(number).await;
    let climbed = events.iter().filter(|event| event["type"] == "escalation.climbed");
    let level = |event: &Value, key: &str| event["data"][key].as_u64().unwrap_or_default();
    climbed.map(|event| (level(event, "from"), level(event, "to"), event["occurredAt"].as_str().unwrap_or_default().to_owned())).collect()
}
