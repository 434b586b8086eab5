//! What an agreement says of tickets of every type: when they are open for long, who reads on, what is expected of them, who handled them.

use serde_json::{Value, json};

use super::{errors, of_type, pair, told, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    kpi_30_each_resolved_ticket_says_who_had_a_part_in_it,
    tkt_11_what_is_open_for_more_than_twenty_working_days_is_in_the_months_list,
    tkt_11_a_ticket_is_open_for_long_after_the_days_that_the_agreement_says,
    tkt_18_what_was_closed_years_ago_is_still_read_by_its_client,
    tkt_18_without_a_case_portal_what_was_said_on_a_closed_ticket_is_no_longer_shown,
    pri_04_a_ticket_without_the_workaround_that_its_priority_expects_says_so,
);

async fn kpi_30_each_resolved_ticket_says_who_had_a_part_in_it(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    for handling in ["alone", "with_client", "with_third_party", "with_both"] {
        let number = desk.registers(&incident("p3")).await;
        desk.moves(&number, "in_progress").await;
        let bare = desk.post(&format!("/v1/tickets/{number}/transitions"), &json!({ "to": "resolved", "reason": "Klaar." })).await;
        assert_eq!(errors(&bare), [pair("/handling", "required")], "{}", bare.body);
        let path = format!("/v1/tickets/{number}/transitions");
        let solved = desk.post(&path, &json!({ "to": "resolved", "reason": "Klaar.", "handling": handling })).await;
        assert_eq!((solved.status, &solved.body["handling"]), (201, &json!(handling)), "{}", solved.body);
        let closed = desk.ask(Some(&client), "POST", &path, Some(&json!({ "to": "closed", "reason": "Dank." }))).await;
        assert_eq!((closed.status, &closed.body["handling"]), (201, &json!(handling)), "the client says nothing of it: {}", closed.body);
    }
    // One that the agreement does not cover is counted, and said to be apart.
    let outside = desk.registers(&incident("p3")).await;
    let scope = json!({ "outOfScope": true, "reason": "Ligt bij de client." });
    assert_eq!(desk.post(&format!("/v1/tickets/{outside}/scope-changes"), &scope).await.status, 201);
    desk.moves(&outside, "in_progress").await;
    let path = format!("/v1/tickets/{outside}/transitions");
    desk.post(&path, &json!({ "to": "resolved", "reason": "Klaar.", "handling": "alone" })).await;
    let closed = desk.ask(Some(&client), "POST", &path, Some(&json!({ "to": "closed", "reason": "Dank." }))).await;
    assert_eq!(closed.status, 201, "{}", closed.body);
    desk.reaches("2026-04-01T00:05:00+02:00").await;
    let report = desk.get("/v1/reports/service-management?contract=dap-example&month=2026-03").await.body;
    let expected = json!({ "closed": 4, "alone": 1, "withClient": 1, "withThirdParty": 1, "withBoth": 1, "notSaid": 0, "norm": 80,
        "verdict": "missed" });
    assert_eq!((&report["involvement"], &report["population"]["outOfScope"]), (&expected, &json!(1)), "{report}");
    let early = desk.registers(&incident("p3")).await;
    let unfit = json!({ "to": "in_progress", "reason": "x", "handling": "alone" });
    assert_eq!(errors(&desk.post(&format!("/v1/tickets/{early}/transitions"), &unfit).await), [pair("/handling", "not_allowed")]);
}

/// AMB-08: the agreement names no number of days. March 2026 has 21 working days after the second, and 20 after the third.
async fn tkt_11_what_is_open_for_more_than_twenty_working_days_is_in_the_months_list(desk: &Desk) {
    let long = desk.registers(&incident("p3")).await;
    let solved = desk.registers(&incident("p3")).await;
    desk.reaches("2026-03-03T09:00:00+01:00").await;
    desk.registers(&incident("p3")).await;
    desk.registers(&of_type("problem")).await;
    for phase in ["in_progress", "resolved"] {
        desk.moves(&solved, phase).await;
    }
    let listed = async |month: &str| {
        let report = desk.get(&format!("/v1/reports/service-management?contract=dap-example&month={month}")).await.body;
        let counts: Vec<_> = report["types"].as_array().expect("types").iter().map(|row| row["longOpen"].clone()).collect();
        let numbers: Vec<_> = report["longOpen"].as_array().expect("a list").iter().map(|line| line["number"].clone()).collect();
        (numbers.len(), numbers, counts)
    };
    desk.reaches("2026-04-01T00:05:00+02:00").await;
    assert_eq!(listed("2026-03").await, (1, vec![json!(long)], [1, 0, 0, 0, 0, 0].map(|count| json!(count)).to_vec()));
    desk.reaches("2026-05-01T00:05:00+02:00").await;
    let (april, _, counts) = listed("2026-04").await;
    assert_eq!((april, counts), (3, [2, 1, 0, 0, 0, 0].map(|count| json!(count)).to_vec()), "each month, for as long as it is open");
}

/// March 2026 has its tenth working day after the 2nd on the 16th. What is solved or out of scope is not open for long.
async fn tkt_11_a_ticket_is_open_for_long_after_the_days_that_the_agreement_says(desk: &Desk) {
    let days = "after_days = 10\ncalendar = \"support\"\n[[long_open]]\ntypes = [\"problem\", \"service_request\", \"information_request\", \"proposal_request\", \"change_request\"]";
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("id = \"dap-example\"", "id = \"tien\"", 1);
    let all = "types = [\"incident\", \"problem\", \"service_request\", \"information_request\", \"proposal_request\", \"change_request\"]\nafter_days";
    assert_eq!(text.matches(all).count(), 1);
    let text = text.replacen(all, &format!("types = [\"incident\"]\n{days}\nafter_days"), 1);
    assert_eq!(desk.post("/v1/contracts", &json!({ "contract": text })).await.status, 201);
    let of_contract = |body: Value| with(body, json!({ "contract": "tien" }));
    let outage = desk.registers(&of_contract(incident("p3"))).await;
    let solved = desk.registers(&of_contract(incident("p3"))).await;
    for phase in ["in_progress", "resolved"] {
        desk.moves(&solved, phase).await;
    }
    let outside = desk.registers(&of_contract(incident("p3"))).await;
    let scope = json!({ "outOfScope": true, "reason": "Ligt bij de client." });
    assert_eq!(desk.post(&format!("/v1/tickets/{outside}/scope-changes"), &scope).await.status, 201);
    let long = async || {
        let items = desk.get("/v1/tickets?longOpen=true").await.body["items"].clone();
        items.as_array().expect("a list").iter().map(|one| one["number"].clone()).collect::<Vec<_>>()
    };
    let at = async |number: &str| desk.get(&format!("/v1/tickets/{number}")).await.body["longOpenAt"].clone();
    assert_eq!((at(&outage).await, at(&solved).await, at(&outside).await), (json!("2026-03-16T23:00:00Z"), Value::Null, Value::Null));
    desk.reaches("2026-03-16T23:59:00+01:00").await;
    assert_eq!(long().await, Vec::<Value>::new(), "the tenth working day after it");
    desk.reaches("2026-03-17T00:00:00+01:00").await;
    assert_eq!(long().await, [json!(outage)], "the eleventh");
    let others = desk.get("/v1/tickets?longOpen=false").await.body["items"].as_array().map(Vec::len);
    assert_eq!(others, Some(2));
    let report = desk.get("/v1/reports/service-management?contract=tien&month=2026-03").await.body;
    assert_eq!((&report["longOpen"][0]["number"], &report["longOpen"][1]), (&json!(outage), &Value::Null), "{report}");
    // A day on which the desk turns out to be closed makes it a day later.
    let later = desk.registers(&of_contract(incident("p3"))).await;
    assert_eq!(at(&later).await, json!("2026-03-31T22:00:00Z"));
}

async fn tkt_18_what_was_closed_years_ago_is_still_read_by_its_client(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    desk.post(&format!("{path}/messages"), &json!({ "visibility": "public", "body": "Wij kijken ernaar." })).await;
    for phase in ["in_progress", "resolved"] {
        desk.moves(&number, phase).await;
    }
    let accept = json!({ "to": "closed", "reason": "Dank." });
    assert_eq!(desk.ask(Some(&client), "POST", &format!("{path}/transitions"), Some(&accept)).await.status, 201);
    desk.reaches("2026-12-01T08:00:00+01:00").await;
    let below = async |what: &str| desk.ask(Some(&client), "GET", &format!("{path}{what}"), None).await.body;
    assert_eq!(below("/messages").await["items"][0]["body"], "Wij kijken ernaar.");
    assert!(below("/events").await.to_string().contains("ticket.accepted"), "with its solution");
}

async fn tkt_18_without_a_case_portal_what_was_said_on_a_closed_ticket_is_no_longer_shown(desk: &Desk) {
    let covide = include_str!("../../../config/contracts/covide.toml");
    let with_portal = covide.replacen("id = \"covide\"", "id = \"portaal\"", 1).replacen(
        "tier = \"premium\"  ",
        "case_portal = true\ntier = \"premium\"",
        1,
    );
    assert_eq!(desk.post("/v1/contracts", &json!({ "contract": with_portal })).await.status, 201);
    for (organisation, keeps) in [("gemeente-voorbeeld", true), ("stichting-proef", false)] {
        let client = desk.token_of(organisation).await;
        let outage = json!({ "contract": "portaal", "organisation": organisation, "type": "incident", "title": "Traag", "channel": "phone",
            "priority": "medium" });
        let number = desk.registers(&outage).await;
        let path = format!("/v1/tickets/{number}");
        let written = desk.post(&format!("{path}/messages"), &json!({ "visibility": "public", "body": "Wij kijken ernaar." })).await;
        assert_eq!(written.status, 201, "{}", written.body);
        for phase in ["in_progress", "resolved"] {
            assert_eq!(desk.moves(&number, phase).await.status, 201);
        }
        let below = async |what: &str| desk.ask(Some(&client), "GET", &format!("{path}{what}"), None).await;
        assert_eq!(below("/messages").await.status, 200, "while it is open everybody follows it");
        let accept = json!({ "to": "closed", "reason": "Dank." });
        assert_eq!(desk.ask(Some(&client), "POST", &format!("{path}/transitions"), Some(&accept)).await.status, 201);
        let found = desk.ask(Some(&client), "GET", "/v1/tickets?text=kijken", None).await.body["items"].as_array().map(Vec::len);
        assert_eq!(found, Some(usize::from(keeps)), "by its words");
        for what in ["/messages", "/events", "/attachments", "/workarounds", "/decisions"] {
            let read = below(what).await;
            let expected = if keeps { (200, Value::Null) } else { (403, json!("no_case_portal")) };
            assert_eq!(told(&read), expected, "{organisation} {what}: {}", read.body);
        }
        assert_eq!(below("").await.status, 200, "that it was there, and is closed");
        // One that was merged is followed with the one that goes on.
        let (twin, goes_on) = (desk.registers(&outage).await, desk.registers(&outage).await);
        let merge = json!({ "into": goes_on, "reason": "Hetzelfde." });
        assert_eq!(desk.post(&format!("/v1/tickets/{twin}/merges"), &merge).await.status, 201);
        let of_twin = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{twin}/messages"), None).await;
        assert_eq!(of_twin.status, 200, "{}", of_twin.body);
        assert_eq!(desk.get(&format!("{path}/messages")).await.status, 200, "the desk reads on");
    }
    let contract = desk.get("/v1/contracts/portaal").await.body;
    let portals: Vec<_> = contract["clients"].as_array().expect("clients").iter().map(|client| client["casePortal"].clone()).collect();
    assert_eq!(portals, [true, false].map(|has| json!(has)));
}

async fn pri_04_a_ticket_without_the_workaround_that_its_priority_expects_says_so(desk: &Desk) {
    let outage = |priority: &str| {
        json!({ "contract": "covide", "organisation": "stichting-proef", "type": "incident", "title": "Traag", "channel": "phone",
            "priority": priority })
    };
    let expected = async |number: &str| {
        let parts = desk.get(&format!("/v1/tickets/{number}/transitions")).await.body["expectedParts"].clone();
        parts.as_array().expect("a list").iter().map(|part| part["code"].clone()).collect::<Vec<_>>()
    };
    let (medium, low) = (desk.registers(&outage("medium")).await, desk.registers(&outage("low")).await);
    assert_eq!((expected(&medium).await, expected(&low).await), (vec![json!("workaround")], vec![]));
    assert_eq!(desk.moves(&medium, "in_progress").await.status, 201, "nothing is refused without it");
    let written = desk.post(&format!("/v1/tickets/{medium}/workarounds"), &json!({ "instruction": "Gebruik de webversie." })).await;
    assert_eq!(written.status, 201, "{}", written.body);
    assert_eq!(expected(&medium).await, Vec::<Value>::new());
    // What its known error says is shown with it.
    let another = desk.registers(&outage("medium")).await;
    let problem = with(outage("medium"), json!({ "type": "problem", "links": [{ "kind": "causes", "ticket": another }] }));
    let problem = desk.registers(&with(problem, json!({ "priority": null }))).await;
    assert_eq!(expected(&another).await, [json!("workaround")]);
    let written = desk.post(&format!("/v1/tickets/{problem}/workarounds"), &json!({ "instruction": "Gebruik de webversie." })).await;
    assert_eq!(written.status, 201, "{}", written.body);
    assert_eq!(expected(&another).await, Vec::<Value>::new());
    // What the client proposes counts until the desk decides.
    let client = desk.token_of("stichting-proef").await;
    let requester = json!({ "name": "Bea Bakker", "email": "bea@stichting-proef.example" });
    let proposed = with(outage("medium"), json!({ "channel": "portal", "requester": requester }));
    let proposed = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&proposed)).await.body["number"].clone();
    let proposed = proposed.as_str().expect("a number");
    assert_eq!(expected(proposed).await, [json!("workaround")]);
    assert_eq!(desk.patch(&format!("/v1/tickets/{proposed}"), &json!({ "priority": "high" })).await.status, 200);
    assert_eq!(expected(proposed).await, Vec::<Value>::new());
}
