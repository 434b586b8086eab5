//! Incidents: what is affected, breaches of security, calamities, lines of the desk, major incidents.

use serde_json::{Value, json};

use super::{agreement, errors, of_type, pair, told, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    inc_01_an_incident_says_what_is_affected_before_it_leaves_its_first_phase,
    inc_04_tkt_05_the_requester_hears_of_every_step_and_of_the_solution_once,
    inc_09_the_desk_and_the_client_may_differ_on_a_priority_and_the_clocks_go_by_the_desks,
    inc_13_a_breach_of_security_is_not_closed_without_its_report,
    inc_16_what_is_the_fault_of_others_is_out_of_scope,
    inc_18_sup_12_a_system_fault_goes_to_the_second_line_at_once_and_moves_no_clock,
    inc_19_three_alike_on_one_service_suggest_a_problem,
    drp_01_a_calamity_tells_what_is_down_and_what_is_lost,
    pri_02_pri_03_the_definition_of_a_priority_is_motivation_enough_and_more_may_be_said,
    pri_07_a_higher_priority_that_is_past_its_goal_is_breached_at_once_and_stays_so,
    what_is_part_of_a_major_incident_goes_where_it_goes,
);

async fn inc_01_an_incident_says_what_is_affected_before_it_leaves_its_first_phase(desk: &Desk) {
    let body: Value = incident("p3").as_object().expect("fields").clone().into_iter().filter(|(key, _)| key != "service").collect();
    for field in ["title", "channel", "contract"] {
        let left: Value = body.as_object().expect("fields").clone().into_iter().filter(|(key, _)| key != field).collect();
        assert!(errors(&desk.post("/v1/tickets", &left).await).contains(&pair(&format!("/{field}"), "required")), "{field}");
    }
    let unknown = desk.post("/v1/tickets", &with(body.clone(), json!({ "service": "fax" }))).await;
    assert_eq!(errors(&unknown), [pair("/service", "unknown_value")], "{}", unknown.body);
    // A quick registration may lack it.
    let number = desk.registers(&body).await;
    assert_eq!(desk.lacks(&number, "in_progress").await, [("service_required".to_owned(), "service".to_owned())]);
    assert_eq!(told(&desk.moves(&number, "in_progress").await), (409, json!("service_required")));
    let set = desk.patch(&format!("/v1/tickets/{number}"), &json!({ "service": "cloud" })).await;
    assert_eq!((set.status, &set.body["service"]), (200, &json!("cloud")), "{}", set.body);
    assert_eq!(desk.moves(&number, "in_progress").await.status, 201);
    let listed = desk.get("/v1/tickets?service=cloud").await.body["items"].clone();
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["number"]), (Some(1), &json!(number)));
}

async fn inc_04_tkt_05_the_requester_hears_of_every_step_and_of_the_solution_once(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    let path = format!("/v1/tickets/{number}/transitions");
    assert_eq!(errors(&desk.post(&path, &json!({ "to": "in_progress" })).await), [pair("/reason", "required")]);
    let body = json!({ "to": "in_progress", "reason": "Een monteur is onderweg." }).to_string().into_bytes();
    let headers = [("Idempotency-Key", "onderweg"), ("content-type", "application/json")];
    for _ in 0..2 {
        assert_eq!(desk.send_raw(&path, body.clone(), &headers).await.status, 201);
    }
    desk.passes("PT1M").await;
    desk.moves(&number, "resolved").await;
    desk.passes("PT1M").await;
    let mails: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("anna@ipo.example")).collect();
    let told = |words: &str| mails.iter().filter(|mail| mail.contains(words)).count();
    assert_eq!((told("Een monteur is onderweg."), told("Zo is het.")), (1, 1), "{mails:#?}");
    let status = mails.iter().find(|mail| mail.contains("onderweg")).expect("a status");
    assert!(["geregistree", "in behandeling", &number].iter().all(|word| status.contains(word)), "{status}");
}

async fn inc_09_the_desk_and_the_client_may_differ_on_a_priority_and_the_clocks_go_by_the_desks(desk: &Desk) {
    let proposed = with(of_type("incident"), json!({ "priority": "p2" }));
    let number = desk.proposes("ipo", &proposed).await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "p3" })).await;
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!((&ticket["proposedPriority"], &ticket["priority"]), (&json!("p2"), &json!("p3")), "both stay visible");
}

async fn inc_13_a_breach_of_security_is_not_closed_without_its_report(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let number = desk.proposes("ipo", &with(of_type("incident"), json!({ "priority": "p3" }))).await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "p3" })).await;
    let flag = json!({ "flag": "security", "securityAspects": ["integrity"] });
    let flagged = desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/flags"), Some(&flag)).await;
    assert_eq!(flagged.status, 201, "{}", flagged.body);
    for phase in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&number, phase).await.status, 201);
    }
    assert_eq!(desk.lacks(&number, "closed").await, [("part_required".to_owned(), "security_report".to_owned())]);
    let path = format!("/v1/tickets/{number}/security-reports");
    let partial = desk.post(&path, &json!({ "courseOfEvents": "Gephisht.", "response": "Geblokkeerd.", "lessons": " " })).await;
    assert_eq!(partial.status, 400, "{}", partial.body);
    assert_eq!(errors(&partial)[0].0, "/lessons");
    assert_eq!(desk.writes(&number, "security_report").await.status, 201);
    assert_eq!(desk.lacks(&number, "closed").await, []);
}

async fn inc_16_what_is_the_fault_of_others_is_out_of_scope(desk: &Desk) {
    let finding = "[[parts]]\ntype = \"incident\"\npart = \"finding\"\nbefore = [\"in_progress\"]";
    agreement(desk, "programmas", "", finding).await;
    let register = async || desk.registers(&with(incident("p3"), json!({ "contract": "programmas" }))).await;
    let finding =
        |causes: Value, works: bool| json!({ "causes": causes, "clientInfrastructureWorks": works, "thirdPartyInfrastructureWorks": true });
    let number = register().await;
    assert_eq!(told(&desk.moves(&number, "in_progress").await), (409, json!("part_required")));
    let path = |number: &str| format!("/v1/tickets/{number}/findings");
    let causeless = desk.post(&path(&number), &finding(json!([]), true)).await;
    assert_eq!((causeless.status, errors(&causeless)[0].0.as_str()), (400, "/causes"), "{}", causeless.body);
    assert_eq!(desk.post(&path(&number), &finding(json!(["unavailable"]), true)).await.status, 201);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["outOfScope"], false);
    assert_eq!(desk.moves(&number, "in_progress").await.status, 201);
    let theirs = register().await;
    assert_eq!(desk.post(&path(&theirs), &finding(json!(["unavailable"]), false)).await.status, 201);
    assert_eq!(desk.get(&format!("/v1/tickets/{theirs}")).await.body["outOfScope"], true);
    assert_eq!(desk.get(&format!("/v1/tickets/{theirs}/clocks")).await.body["items"], json!([]));
}

async fn inc_18_sup_12_a_system_fault_goes_to_the_second_line_at_once_and_moves_no_clock(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    desk.passes("PT1H").await;
    let before = desk.clock(&number, "resolution").await;
    let path = format!("/v1/tickets/{number}/line-changes");
    let change = async |body: Value| desk.post(&path, &body).await;
    let first = change(json!({ "line": "first", "systemFault": true, "reason": "x" })).await;
    assert_eq!(errors(&first), [pair("/systemFault", "not_allowed")]);
    let fault = change(json!({ "line": "second", "systemFault": true, "reason": "De server is stuk." })).await;
    assert_eq!(
        (fault.status, &fault.body["supportLine"], &fault.body["systemFault"]),
        (201, &json!("second"), &json!(true)),
        "{}",
        fault.body
    );
    assert_eq!(told(&change(json!({ "line": "second", "systemFault": true, "reason": "x" })).await), (409, json!("line_unchanged")));
    assert_eq!(desk.clock(&number, "resolution").await, before, "no clock follows it");
    let unsolved = desk.registers(&incident("p3")).await;
    let up = json!({ "line": "second", "reason": "Niet op te lossen." });
    assert_eq!(desk.post(&format!("/v1/tickets/{unsolved}/line-changes"), &up).await.body["systemFault"], false, "told apart");
    let listed = desk.get("/v1/tickets?supportLine=second&sort=number").await.body["items"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
}

async fn drp_01_a_calamity_tells_what_is_down_and_what_is_lost(desk: &Desk) {
    let number = desk.registers(&incident("p1")).await;
    let path = format!("/v1/tickets/{number}/calamities");
    let whole = json!({ "downtime": "Alles sinds 08:00.", "dataLoss": "Een uur aan mail.", "fallback": "active", "fallbackNote": "Via de uitwijk." });
    for field in ["downtime", "dataLoss"] {
        let left: Value = whole.as_object().expect("fields").clone().into_iter().filter(|(key, _)| key != field).collect();
        assert_eq!(errors(&desk.post(&path, &left).await), [pair(&format!("/{field}"), "required")]);
    }
    let written = desk.post(&path, &whole).await;
    assert_eq!((written.status, &written.body["content"]["fallback"]), (201, &json!("active")), "{}", written.body);
}

async fn what_is_part_of_a_major_incident_goes_where_it_goes(desk: &Desk) {
    let major = desk.registers(&incident("p2")).await;
    let (one, done) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    desk.moves(&done, "cancelled").await;
    let unready = desk.registers(&incident("p3")).await;
    for part in [&one, &unready] {
        let linked = desk.post(&format!("/v1/tickets/{part}/links"), &json!({ "kind": "parent", "ticket": major })).await;
        assert_eq!(linked.status, 201, "{}", linked.body);
    }
    let again = desk.post(&format!("/v1/tickets/{one}/links"), &json!({ "kind": "parent", "ticket": done })).await;
    assert_eq!(told(&again), (409, json!("link_not_allowed")), "it is part of one");
    desk.moves(&major, "in_progress").await;
    desk.passes("PT1M").await;
    let phase = async |number: &str| desk.get(&format!("/v1/tickets/{number}")).await.body["phase"].clone();
    assert_eq!(phase(&one).await, "registered", "it is no major incident yet");
    let declared = desk.post(&format!("/v1/tickets/{major}/major-declarations"), &json!({ "major": true, "reason": "Overal." })).await;
    assert_eq!((declared.status, &declared.body["major"]), (201, &json!(true)), "{}", declared.body);
    let held = json!({ "to": "on_hold", "reason": "Wij wachten op de leverancier.", "cause": "third_party" });
    desk.post(&format!("/v1/tickets/{major}/transitions"), &held).await;
    desk.moves(&major, "in_progress").await;
    desk.passes("PT1M").await;
    assert_eq!((phase(&one).await, phase(&done).await), (json!("in_progress"), json!("cancelled")));
    // One that few may see is left to those who may: whoever moves the major incident may be none of them.
    let hidden = desk.registers(&incident("p3")).await;
    desk.post(&format!("/v1/tickets/{hidden}/links"), &json!({ "kind": "parent", "ticket": major })).await;
    desk.post(&format!("/v1/tickets/{hidden}/flags"), &json!({ "flag": "confidential" })).await;
    desk.moves(&major, "resolved").await;
    desk.passes("PT1M").await;
    let left = desk.get(&format!("/v1/tickets/{hidden}")).await.body;
    assert_eq!((&left["phase"], &left["needsAttention"]), (&json!("registered"), &json!(true)), "{left}");
    assert_eq!((phase(&one).await, phase(&unready).await), (json!("resolved"), json!("resolved")));
    assert!(uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn inc_19_three_alike_on_one_service_suggest_a_problem(desk: &Desk) {
    let report = async |service: &str| desk.registers(&with(incident("p3"), json!({ "service": service }))).await;
    let suggested = async || desk.get("/v1/problem-suggestions").await.body["items"].clone();
    let mut alike = vec![report("cloud").await, report("cloud").await];
    report("laptops").await;
    assert_eq!(suggested().await, json!([]));
    alike.push(report("cloud").await);
    let seen = suggested().await;
    assert_eq!((&seen[0]["service"], seen[0]["incidents"].as_array().map(Vec::len)), (&json!("cloud"), Some(3)), "{seen}");
    let links: Vec<_> = alike.iter().map(|number| json!({ "kind": "causes", "ticket": number })).collect();
    let problem = with(of_type("problem"), json!({ "links": links }));
    let problem = desk.registers(&problem).await;
    let linked = desk.get(&format!("/v1/tickets/{problem}/links")).await.body["items"].clone();
    assert_eq!(linked.as_array().map(Vec::len), Some(3));
    assert_eq!(suggested().await, json!([]), "they have their problem");
    let client = desk.token_of("ipo").await;
    assert_eq!(desk.ask(Some(&client), "GET", "/v1/problem-suggestions", None).await.status, 403);
}

async fn pri_07_a_higher_priority_that_is_past_its_goal_is_breached_at_once_and_stays_so(desk: &Desk) {
    let body = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "CRM hapert", "channel": "portal",
        "priority": "medium", "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    let number = desk.registers(&body).await;
    desk.passes("PT5H").await;
    let breaches = async || desk.events(&number).await.into_iter().filter(|event| event["type"] == "clock.breached").count();
    let before = breaches().await;
    let path = format!("/v1/tickets/{number}");
    assert_eq!(desk.patch(&path, &json!({ "priority": "urgent" })).await.status, 200);
    let after = breaches().await;
    assert!(after > before, "past the goal of four hours: {before} and {after}");
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!((&clock["elapsedSeconds"], clock["goals"][0]["breachedAt"].is_string()), (&json!(5 * 3600), true), "{clock}");
    assert_eq!(desk.patch(&path, &json!({ "priority": "low" })).await.status, 200);
    assert_eq!(breaches().await, after, "what was missed stays in the history");
    let changes: Vec<_> = desk.events(&number).await.into_iter().filter(|event| event["type"] == "ticket.prioritised").collect();
    assert_eq!(changes.len(), 2, "each with who and when");
}

async fn pri_02_pri_03_the_definition_of_a_priority_is_motivation_enough_and_more_may_be_said(desk: &Desk) {
    let body = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "CRM hapert", "channel": "portal",
        "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    for priority in ["urgent", "high"] {
        let bare = desk.post("/v1/tickets", &with(body.clone(), json!({ "priority": priority }))).await;
        assert_eq!(
            (bare.status, &bare.body["priority"], &bare.body["priorityMotivation"]),
            (201, &json!(priority), &Value::Null),
            "{}",
            bare.body
        );
        let motivated = json!({ "priority": priority, "priorityMotivation": "De hele balie staat stil." });
        let more = desk.post("/v1/tickets", &with(body.clone(), motivated.clone())).await;
        assert_eq!((more.status, &more.body["priorityMotivation"]), (201, &motivated["priorityMotivation"]), "{}", more.body);
    }
}
