//! What tickets of every type share: links, scope, third parties, who handled them, what is told to whom, answers that end a wait.

use serde_json::{Value, json};

use super::{agreement, errors, of_type, pair, subjects_to, told, with};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    tkt_02_sup_09_every_type_comes_by_every_channel_and_keeps_it,
    tkt_03_of_two_hundred_that_are_registered_at_once_each_has_a_number_of_its_own,
    sup_03_the_first_line_takes_and_handles_every_type,
    tkt_17_what_a_customer_reports_is_classified_by_the_desk_alone,
    tkt_04_a_history_tells_every_field_before_and_after_and_texts_are_kept_apart,
    tkt_06_inc_02_the_clients_operational_contact_is_told_of_progress_beside_the_requester,
    tkt_12_a_third_party_works_under_somebody_of_the_desk,
    tkt_14_a_link_is_seen_from_both_ends_and_taken_away_at_both,
    tkt_15_an_agreement_has_kinds_of_its_own_each_of_one_type,
    tkt_16_out_of_scope_a_ticket_has_no_clocks_and_counts_nowhere,
    tkt_19_tkt_21_a_ticket_is_registered_at_any_hour_and_its_clocks_wait,
    tkt_22_a_ticket_belongs_to_one_contract_in_force_whose_clocks_it_has,
    tkt_23_where_the_fault_is_decides_whether_the_agreement_covers_it,
    an_answer_of_the_client_ends_the_waiting_and_goes_back_where_it_was,
    what_the_client_writes_on_a_ticket_that_is_done_needs_attention,
    a_new_cause_replaces_the_old_without_leaving_the_hold,
    a_link_to_a_ticket_that_few_see_is_for_the_desk_alone,
    of_two_who_link_the_same_tickets_at_once_one_wins,
);

async fn tkt_04_a_history_tells_every_field_before_and_after_and_texts_are_kept_apart(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    desk.patch(&path, &json!({ "priority": "p2", "assignee": "bob", "title": "Mail doet niets" })).await;
    desk.moves(&number, "in_progress").await;
    desk.patch(&path, &json!({ "assignee": null, "team": "netwerk" })).await;
    let changes: Vec<_> = desk.events(&number).await.into_iter().map(|event| (event["type"].clone(), event["changes"].clone())).collect();
    let change = |field: &str, before: Value, after: Value| json!({ "field": field, "before": before, "after": after });
    let moved = json!([change("phase", json!("registered"), json!("in_progress")), change("state", json!("new"), json!("active"))]);
    let expected = [
        ("ticket.registered", json!([])),
        ("ticket.edited", json!([])),
        ("ticket.prioritised", json!([change("priority", json!("p3"), json!("p2"))])),
        ("ticket.assigned", json!([change("assignee", Value::Null, json!("bob"))])),
        ("ticket.moved", moved),
        ("ticket.assigned", json!([change("assignee", json!("bob"), Value::Null), change("team", Value::Null, json!("netwerk"))])),
    ];
    assert_eq!(changes, expected.map(|(kind, changes)| (json!(kind), changes)));
    let former = desk.get(&format!("{path}/former-texts")).await.body["items"].clone();
    assert_eq!((&former[0]["field"], &former[0]["text"]), (&json!("title"), &json!("Mail hapert")), "{former}");
    let edited = desk.events(&number).await[1]["id"].clone();
    assert_eq!(former[0]["eventId"], edited);
    assert_eq!(desk.request("DELETE", &path).bearer_auth(ADMIN).send().await.expect("an answer").status().as_u16(), 405);
    // A redaction of the texts takes what they said before, too.
    let signer = desk.signer().await;
    let wanted = json!({ "what": "texts", "reason": "Een nummer." });
    let asked = desk.ask(Some(&signer), "POST", &format!("{path}/redactions"), Some(&wanted)).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let other = desk.person(None, "Tom Vos", "tom@leverancier.example", &[uurwerk::domain::permission::Role::PrivacyOfficer]).await;
    let approval = format!("{path}/redactions/{}/approvals", asked.body["id"].as_str().expect("an id"));
    let approved = desk.ask(Some(&other), "POST", &approval, None).await;
    assert_eq!(approved.status, 201, "{}", approved.body);
    assert!(desk.traces("Mail hapert").await.is_empty(), "{:?}", desk.traces("Mail hapert").await);
}

async fn tkt_06_inc_02_the_clients_operational_contact_is_told_of_progress_beside_the_requester(desk: &Desk) {
    agreement(desk, "voortgang", "told_of_progress = [\"coordinator-ka\"]", "").await;
    let number = desk.registers(&with(incident("p3"), json!({ "contract": "voortgang" }))).await;
    desk.passes("PT1M").await;
    let address = "coordinator.ka@ipo.example";
    let heard = |desk: &Desk| subjects_to(desk, address).into_iter().filter(|subject| subject.contains(&number)).count();
    assert_eq!(heard(desk), 1);
    desk.moves(&number, "in_progress").await;
    desk.passes("PT1M").await;
    assert_eq!(heard(desk), 2, "{:?}", subjects_to(desk, address));
    // What the desk writes to the requester is progress too, and so is that the agreement does not cover it; a follower hears no more.
    let contact = json!({ "organisation": "ipo", "name": "Co Ordinator", "email": address });
    let contact = desk.post("/v1/people", &contact).await.body["id"].clone();
    let follows = json!({ "person": contact });
    let followed = desk.post(&format!("/v1/tickets/{number}/followers"), &follows).await;
    assert_eq!(followed.status, 201, "{}", followed.body);
    let reply = json!({ "visibility": "public", "body": "Een monteur komt om elf uur." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/messages"), &reply).await.status, 201);
    desk.passes("PT1M").await;
    assert_eq!(heard(desk), 3, "{:?}", subjects_to(desk, address));
    let scope = json!({ "outOfScope": true, "reason": "Het is uw eigen printer." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/scope-changes"), &scope).await.status, 201);
    desk.passes("PT1M").await;
    assert_eq!(heard(desk), 4, "{:?}", subjects_to(desk, address));
    let told: Vec<_> = desk
        .mails()
        .into_iter()
        .filter(|mail| mail.contains("To: anna@ipo.example") && mail.contains("Het is uw eigen printer."))
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    // What the supplier found itself is told to them alone; what they report themselves is told to them once.
    let own: Value = with(incident("p3"), json!({ "contract": "voortgang" }));
    let own: Value = own.as_object().expect("fields").clone().into_iter().filter(|(key, _)| key != "requester").collect();
    let found = desk.registers(&own).await;
    let theirs = with(incident("p3"), json!({ "contract": "voortgang", "requester": { "name": "Co", "email": address } }));
    let theirs = desk.registers(&theirs).await;
    desk.passes("PT1M").await;
    for number in [found, theirs] {
        let told: Vec<_> = subjects_to(desk, address).into_iter().filter(|subject| subject.contains(&number)).collect();
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

async fn tkt_12_a_third_party_works_under_somebody_of_the_desk(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    let alone = desk.patch(&path, &json!({ "thirdParty": "Glasvezel BV" })).await;
    assert_eq!(errors(&alone), [pair("/thirdParty", "not_allowed")], "{}", alone.body);
    let given = desk.patch(&path, &json!({ "assignee": "bob", "thirdParty": "Glasvezel BV" })).await;
    assert_eq!((given.status, &given.body["assignee"], &given.body["thirdParty"]), (200, &json!("bob"), &json!("Glasvezel BV")));
    desk.passes("PT1H").await;
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!((&clock["state"], &clock["elapsedSeconds"]), (&json!("running"), &json!(3600)));
    assert_eq!(errors(&desk.patch(&path, &json!({ "assignee": null })).await), [pair("/thirdParty", "not_allowed")]);
    assert_eq!(desk.patch(&path, &json!({ "assignee": null, "thirdParty": null })).await.status, 200);
}

async fn tkt_14_a_link_is_seen_from_both_ends_and_taken_away_at_both(desk: &Desk) {
    let (outage, problem) = (desk.registers(&incident("p3")).await, desk.registers(&of_type("problem")).await);
    let links = async |number: &str| desk.get(&format!("/v1/tickets/{number}/links")).await.body["items"].clone();
    let path = format!("/v1/tickets/{outage}/links");
    let link = json!({ "kind": "caused_by", "ticket": problem });
    let before = desk.get(&format!("/v1/tickets/{problem}")).await.headers["etag"].clone();
    let made = desk.post(&path, &link).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_ne!(desk.get(&format!("/v1/tickets/{problem}")).await.headers["etag"], before, "it changed at both ends");
    assert_eq!(told(&desk.post(&path, &link).await), (409, json!("link_exists")));
    let other_way = json!({ "kind": "causes", "ticket": outage });
    assert_eq!(told(&desk.post(&format!("/v1/tickets/{problem}/links"), &other_way).await), (409, json!("link_exists")));
    assert_eq!(links(&problem).await[0]["kind"], "causes");
    let wrong = [
        (json!({ "kind": "solves", "ticket": problem }), pair("/kind", "link_not_allowed")),
        (json!({ "kind": "likes", "ticket": problem }), pair("/kind", "unknown_value")),
        (json!({ "kind": "blocks", "ticket": outage }), pair("/ticket", "not_allowed")),
        (json!({ "kind": "blocks", "ticket": "INC-999999" }), pair("/ticket", "unknown_ticket")),
        (json!({ "kind": "blocks", "ticket": "printer" }), pair("/ticket", "unknown_ticket")),
    ];
    for (body, expected) in wrong {
        assert_eq!(errors(&desk.post(&path, &body).await), [expected], "{body}");
    }
    let removal = json!({ "kind": "causes", "ticket": outage, "reason": "Toch niet." });
    assert_eq!(desk.post(&format!("/v1/tickets/{problem}/link-removals"), &removal).await.status, 201);
    assert_eq!((links(&outage).await, links(&problem).await), (json!([]), json!([])));
    assert_eq!(told(&desk.post(&format!("/v1/tickets/{problem}/link-removals"), &removal).await), (409, json!("link_not_found")));
    for number in [&outage, &problem] {
        let kinds = desk.history(number).await.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        assert_eq!(kinds.iter().filter(|kind| *kind == "ticket.linked" || *kind == "ticket.unlinked").count(), 2, "{kinds:?}");
    }
    assert!(uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn tkt_15_an_agreement_has_kinds_of_its_own_each_of_one_type(desk: &Desk) {
    let kinds = "[[kinds]]\ntype = \"change_request\"\ncode = \"wens\"\n\
        [[kinds]]\ntype = \"incident\"\ncode = \"incident\"";
    agreement(desk, "meldingen", "", kinds).await;
    let body = with(of_type("incident"), json!({ "contract": "meldingen" }));
    let body: Value = body.as_object().expect("fields").clone().into_iter().filter(|(key, _)| key != "type").collect();
    for (kind, of) in [("incident", "incident"), ("gebruiksvraag", "service_request"), ("wens", "change_request")] {
        let made = desk.post("/v1/tickets", &with(body.clone(), json!({ "kind": kind }))).await;
        assert_eq!((made.status, &made.body["type"], &made.body["kind"]), (201, &json!(of), &json!(kind)), "{}", made.body);
    }
    let other = desk.post("/v1/tickets", &with(body.clone(), json!({ "kind": "klacht" }))).await;
    assert_eq!(errors(&other), [pair("/type", "required")], "{}", other.body);
    let unfit = desk.post("/v1/tickets", &with(body, json!({ "type": "problem", "kind": "wens" }))).await;
    assert_eq!(errors(&unfit), [pair("/kind", "unknown_value")], "{}", unfit.body);
    // One that is about three types knows no others, at the registration and later.
    agreement(desk, "drie", "only_types = [\"incident\", \"service_request\", \"change_request\"]", "").await;
    let of_another = desk.post("/v1/tickets", &with(of_type("problem"), json!({ "contract": "drie" }))).await;
    assert_eq!(errors(&of_another), [pair("/type", "unknown_type")], "{}", of_another.body);
    let number = desk.registers(&with(incident("p3"), json!({ "contract": "drie" }))).await;
    let retyped = desk.patch(&format!("/v1/tickets/{number}"), &json!({ "type": "problem" })).await;
    assert_eq!(errors(&retyped), [pair("/type", "unknown_type")], "{}", retyped.body);
}

async fn tkt_16_out_of_scope_a_ticket_has_no_clocks_and_counts_nowhere(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let path = format!("/v1/tickets/{number}");
    let change = async |body: Value| desk.post(&format!("{path}/scope-changes"), &body).await;
    assert_eq!(errors(&change(json!({ "outOfScope": true })).await), [pair("/reason", "required")]);
    desk.passes("PT30M").await;
    let out = change(json!({ "outOfScope": true, "reason": "Van een ander." })).await;
    assert_eq!((out.status, &out.body["outOfScope"], &out.body["nextDueAt"]), (201, &json!(true), &Value::Null), "{}", out.body);
    assert_eq!(told(&change(json!({ "outOfScope": true, "reason": "x" })).await), (409, json!("scope_unchanged")));
    assert_eq!(desk.get(&format!("{path}/clocks")).await.body["items"], json!([]));
    desk.passes("P10D").await;
    assert!(!desk.history(&number).await.iter().any(|(kind, _)| kind == "clock.breached"), "nothing is missed out of scope");
    let client = desk.token_of("ipo").await;
    assert_eq!(desk.ask(Some(&client), "GET", &path, None).await.status, 200, "it stays visible");
    let back = change(json!({ "outOfScope": false, "reason": "Toch van ons." })).await;
    assert_eq!(back.status, 201, "{}", back.body);
    let clock = desk.clock(&number, "resolution").await;
    assert!(clock["elapsedSeconds"].as_i64().is_some_and(|elapsed| elapsed > 86_400), "as if it had never been out: {clock}");
    let breached: Vec<_> = desk.events(&number).await.into_iter().filter(|event| event["type"] == "clock.breached").collect();
    assert!(!breached.is_empty() && breached.iter().all(|event| event["occurredAt"] != event["recordedAt"]), "{breached:?}");
    assert!(uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn tkt_19_tkt_21_a_ticket_is_registered_at_any_hour_and_its_clocks_wait(desk: &Desk) {
    desk.reaches("2026-03-08T03:00:00+01:00").await;
    let number = desk.registers(&incident("p3")).await;
    desk.passes("PT5H").await;
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!((&clock["state"], &clock["elapsedSeconds"]), (&json!("running"), &json!(0)), "{clock}");
    for field in ["startedAt", "remainingSeconds", "elapsedSeconds", "state"] {
        assert!(!clock[field].is_null(), "{field}: {clock}");
    }
    assert!(clock["goals"][0]["dueAt"].is_string(), "{clock}");
}

async fn tkt_22_a_ticket_belongs_to_one_contract_in_force_whose_clocks_it_has(desk: &Desk) {
    let unknown = desk.post("/v1/tickets", &with(incident("p3"), json!({ "contract": "dap" }))).await;
    assert_eq!(errors(&unknown), [pair("/contract", "unknown_contract")], "{}", unknown.body);
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("id = \"dap-example\"", "id = \"volgend-jaar\"", 1);
    let next_year = text.replacen("effective_from = 2025-01-01", "effective_from = 2027-01-01", 1);
    assert_eq!(desk.post("/v1/contracts", &json!({ "contract": next_year })).await.status, 201);
    let early = desk.post("/v1/tickets", &with(incident("p3"), json!({ "contract": "volgend-jaar" }))).await;
    assert_eq!(errors(&early), [pair("/contract", "unknown_contract")], "{}", early.body);
    let ipo = desk.registers(&incident("p3")).await;
    let covide = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "x", "channel": "portal",
        "priority": "low", "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    let covide = desk.registers(&covide).await;
    let due = async |number: &str| desk.clock(number, "resolution").await["goals"][0]["dueAt"].clone();
    assert_ne!(due(&ipo).await, due(&covide).await);
}

async fn tkt_23_where_the_fault_is_decides_whether_the_agreement_covers_it(desk: &Desk) {
    let places = [
        ("supplier_infrastructure", false),
        ("supplier_portal", false),
        ("lms_link", false),
        ("client_infrastructure", true),
        ("third_party", true),
        ("government_portal", true),
    ];
    let moved = desk.registers(&incident("p3")).await;
    for (place, out) in places {
        let made = desk.post("/v1/tickets", &with(incident("p3"), json!({ "faultLocation": place }))).await;
        assert_eq!((made.status, &made.body["outOfScope"]), (201, &json!(out)), "{place}: {}", made.body);
        let changed = desk.patch(&format!("/v1/tickets/{moved}"), &json!({ "faultLocation": place })).await;
        assert_eq!((changed.status, &changed.body["outOfScope"]), (200, &json!(out)), "{place}: {}", changed.body);
    }
    let unknown = desk.post("/v1/tickets", &with(incident("p3"), json!({ "faultLocation": "thuis" }))).await;
    assert_eq!(errors(&unknown), [pair("/faultLocation", "unknown_value")]);
    let client = desk.token_of("ipo").await;
    let claimed = with(of_type("incident"), json!({ "faultLocation": "lms_link" }));
    assert_eq!(errors(&desk.ask(Some(&client), "POST", "/v1/tickets", Some(&claimed)).await), [pair("/faultLocation", "desk_only")]);
}

/// A ticket that waits for somebody.
async fn waiting(desk: &Desk, cause: &str) -> String {
    let number = desk.registers(&incident("p3")).await;
    desk.moves(&number, "in_progress").await;
    let hold = json!({ "to": "on_hold", "reason": "Wij wachten.", "cause": cause });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &hold).await.status, 201);
    number
}

async fn an_answer_of_the_client_ends_the_waiting_and_goes_back_where_it_was(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let answers = async |number: &str| {
        let message = json!({ "visibility": "public", "body": "Het is de printer op de gang." });
        let written = desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/messages"), Some(&message)).await;
        assert_eq!(written.status, 201, "{}", written.body);
        desk.get(&format!("/v1/tickets/{number}")).await.body
    };
    for (cause, phase) in [("requester", "in_progress"), ("client", "in_progress"), ("third_party", "on_hold"), ("change", "on_hold")] {
        let number = waiting(desk, cause).await;
        let after = answers(&number).await;
        assert_eq!((&after["phase"], after["waitingCause"].is_null()), (&json!(phase), phase == "in_progress"), "{cause}");
    }
    // By mail, and not by a machine; what the desk writes ends nothing.
    let number = waiting(desk, "requester").await;
    desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "public", "body": "Hoort u mij?" })).await;
    let mail = |id: u32, more: &str| {
        format!(
            "From: anna@ipo.example\nSubject: Re: [{number}] Mail hapert\nMessage-ID: <{id}@ipo.example>\n{more}\nDe printer op de gang.\n"
        )
    };
    let phase = async || desk.get(&format!("/v1/tickets/{number}")).await.body["phase"].clone();
    desk.mail_arrives("servicedesk", &mail(1, "Auto-Submitted: auto-replied\n")).await;
    assert_eq!(phase().await, "on_hold");
    desk.mail_arrives("servicedesk", &mail(2, "")).await;
    assert_eq!(phase().await, "in_progress");
    let resumed = desk.events(&number).await.into_iter().find(|event| event["type"] == "ticket.resumed").expect("it was resumed");
    assert_eq!(resumed["actor"]["kind"], "client", "{resumed}");
}

async fn what_the_client_writes_on_a_ticket_that_is_done_needs_attention(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let number = desk.registers(&incident("p3")).await;
    for phase in ["in_progress", "resolved"] {
        desk.moves(&number, phase).await;
    }
    let path = format!("/v1/tickets/{number}");
    let message = json!({ "visibility": "public", "body": "Het is er weer." });
    desk.ask(Some(&client), "POST", &format!("{path}/messages"), Some(&message)).await;
    let after = desk.get(&path).await.body;
    assert_eq!((&after["phase"], &after["needsAttention"]), (&json!("resolved"), &json!(true)), "it neither refuses nor reopens");
    assert_eq!(desk.ask(Some(&client), "GET", &path, None).await.body["needsAttention"], false);
    desk.post(&format!("{path}/messages"), &json!({ "visibility": "public", "body": "Wij kijken." })).await;
    assert_eq!(desk.get(&path).await.body["needsAttention"], false, "it was answered");
    let none = desk.post(&format!("{path}/attention-removals"), &json!({ "reason": "x" })).await;
    assert_eq!(told(&none), (409, json!("attention_not_needed")));
}

async fn a_new_cause_replaces_the_old_without_leaving_the_hold(desk: &Desk) {
    let number = waiting(desk, "requester").await;
    let path = format!("/v1/tickets/{number}/transitions");
    let changed = desk.post(&path, &json!({ "to": "on_hold", "reason": "Nu op de leverancier.", "cause": "third_party" })).await;
    assert_eq!((changed.status, &changed.body["waitingCause"]), (201, &json!("third_party")), "{}", changed.body);
    let back = desk.moves(&number, "in_progress").await;
    assert_eq!((back.status, &back.body["phase"]), (201, &json!("in_progress")), "where it was held first: {}", back.body);
}

async fn a_link_to_a_ticket_that_few_see_is_for_the_desk_alone(desk: &Desk) {
    let secret = with(incident("p3"), json!({ "flags": ["confidential"], "requester": { "name": "Bas", "email": "bas@ipo.example" } }));
    let (open, secret) = (desk.registers(&incident("p3")).await, desk.registers(&secret).await);
    let linked = desk.post(&format!("/v1/tickets/{open}/links"), &json!({ "kind": "blocks", "ticket": secret })).await;
    assert_eq!(linked.status, 201, "{}", linked.body);
    let client = desk.token_of("ipo").await;
    let below = async |token: &str, what: &str| {
        desk.ask(Some(token), "GET", &format!("/v1/tickets/{open}/{what}"), None).await.body["items"].clone()
    };
    assert_eq!(below(ADMIN, "links").await.as_array().map(Vec::len), Some(1));
    assert_eq!(below(&client, "links").await, json!([]));
    assert!(!below(&client, "events").await.to_string().contains("linked"));
    let guessed = json!({ "kind": "blocks", "ticket": secret });
    let agent = desk.token(None, &[uurwerk::domain::permission::Role::AgentLine1]).await;
    let blind = desk.ask(Some(&agent), "POST", &format!("/v1/tickets/{open}/links"), Some(&guessed)).await;
    assert_eq!(errors(&blind), [pair("/ticket", "unknown_ticket")], "whoever does not see it learns nothing: {}", blind.body);
}

async fn of_two_who_link_the_same_tickets_at_once_one_wins(desk: &Desk) {
    let (one, other) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let (here, there) = (format!("/v1/tickets/{one}/links"), format!("/v1/tickets/{other}/links"));
    let (to_other, to_one) = (json!({ "kind": "blocks", "ticket": other }), json!({ "kind": "blocked_by", "ticket": one }));
    let asked = (0..10).map(|_| async { [desk.post(&here, &to_other).await.status, desk.post(&there, &to_one).await.status] });
    let statuses: Vec<_> = futures_util::future::join_all(asked).await.into_iter().flatten().collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    let seen = desk.get(&there).await.body["items"].clone();
    assert_eq!((seen.as_array().map(Vec::len), &seen[0]["kind"]), (Some(1), &json!("blocked_by")), "{seen}");
}

async fn tkt_02_sup_09_every_type_comes_by_every_channel_and_keeps_it(desk: &Desk) {
    let kinds = ["incident", "problem", "service_request", "information_request", "proposal_request", "change_request"];
    for kind in kinds {
        for channel in ["phone", "email", "form", "portal"] {
            let made = desk.post("/v1/tickets", &with(of_type(kind), json!({ "channel": channel }))).await;
            assert_eq!((made.status, &made.body["channel"]), (201, &json!(channel)), "{kind}: {}", made.body);
        }
        let listed = desk.get(&format!("/v1/tickets?type={kind}")).await.body["items"].clone();
        assert_eq!(listed.as_array().map(Vec::len), Some(4), "{kind}");
    }
    let unknown = desk.post("/v1/tickets", &with(of_type("incident"), json!({ "channel": "fax" }))).await;
    assert_eq!(errors(&unknown), [pair("/channel", "unknown_channel")]);
    let number = desk.registers(&incident("p3")).await;
    let changed = desk.patch(&format!("/v1/tickets/{number}"), &json!({ "channel": "portal" })).await;
    assert_eq!(errors(&changed), [pair("/channel", "unknown_field")], "how it came in is never said anew");
}

async fn tkt_17_what_a_customer_reports_is_classified_by_the_desk_alone(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let number = desk.proposes("ipo", &with(of_type("incident"), json!({ "priority": "p2" }))).await;
    let path = format!("/v1/tickets/{number}");
    let ticket = desk.get(&path).await.body;
    assert_eq!(
        (&ticket["priority"], &ticket["proposedPriority"], &ticket["nextDueProvisional"]),
        (&Value::Null, &json!("p2"), &json!(false))
    );
    for change in [json!({ "type": "problem" }), json!({ "category": "x" }), json!({ "service": "x" })] {
        assert_eq!(desk.ask(Some(&client), "PATCH", &path, Some(&change)).await.status, 403, "{change}");
    }
    assert_eq!(desk.patch(&path, &json!({ "priority": "p3" })).await.status, 200);
    let seen = desk.ask(Some(&client), "GET", &format!("{path}/events"), None).await.body["items"].to_string();
    assert!(seen.contains("ticket.prioritised"), "the customer sees it: {seen}");
}

async fn tkt_03_of_two_hundred_that_are_registered_at_once_each_has_a_number_of_its_own(desk: &Desk) {
    let outage = incident("p3");
    // On a busy machine some wait too long for a connection to the database, and are told to come again.
    let registers = async |_: usize| {
        for _ in 0..100 {
            let answer = desk.post("/v1/tickets", &outage).await;
            if answer.status != 503 {
                assert_eq!(answer.status, 201, "{}", answer.body);
                return answer.body["number"].as_str().expect("a number").to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        panic!("it was told to come again each time")
    };
    let numbers = futures_util::future::join_all((0..200).map(registers)).await;
    let numbers: std::collections::BTreeSet<_> = numbers.into_iter().collect();
    assert_eq!(numbers.len(), 200);
    for number in &numbers {
        let found = desk.get(&format!("/v1/tickets/{number}")).await;
        assert_eq!((found.status, &found.body["number"]), (200, &json!(number)));
    }
}

async fn sup_03_the_first_line_takes_and_handles_every_type(desk: &Desk) {
    let agent = desk.token(None, &[uurwerk::domain::permission::Role::AgentLine1]).await;
    let does = async |method: &str, path: &str, body: Value| {
        let done = desk.ask(Some(&agent), method, path, Some(&body)).await;
        assert!([200, 201].contains(&done.status), "{path}: {}", done.body);
        done.body
    };
    let outage = desk.registers(&incident("p3")).await;
    for (kind, phase) in [
        ("incident", "in_progress"),
        ("problem", "investigating"),
        ("service_request", "authorisation"),
        ("information_request", "researching"),
        ("proposal_request", "drafting"),
        ("change_request", "assessing"),
    ] {
        let mut call = with(of_type(kind), json!({ "channel": "phone" }));
        if kind == "problem" {
            call["links"] = json!([{ "kind": "causes", "ticket": outage }]);
        }
        if kind == "incident" {
            call["priority"] = json!("p3");
        }
        let made = does("POST", "/v1/tickets", call).await;
        let path = format!("/v1/tickets/{}", made["number"].as_str().expect("a number"));
        does("PATCH", &path, json!({ "assignee": "bob" })).await;
        does("POST", &format!("{path}/messages"), json!({ "visibility": "public", "body": "Wij pakken het op." })).await;
        let moved = does("POST", &format!("{path}/transitions"), json!({ "to": phase, "reason": "Opgepakt." })).await;
        assert_eq!((&moved["phase"], &moved["supportLine"]), (&json!(phase), &json!("first")), "{moved}");
    }
}
