//! What somebody has to decide is decided by them: no other way leads past it, and what was decided about stays as it was.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{errors, of_type, pair, told, with};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    a_change_of_type_does_not_lead_past_what_a_phase_asks,
    what_the_client_refused_is_put_before_it_again_and_not_carried_out,
    a_request_that_was_authorised_is_authorised_anew_when_something_else_is_asked_for,
    a_change_that_was_approved_and_planned_anew_has_to_be_approved_anew,
    a_change_that_is_about_another_item_has_to_be_approved_anew,
    an_offer_is_the_one_of_its_kind_and_stays_what_it_was_when_it_was_taken,
    the_desk_decides_nothing_for_a_client_with_what_it_wrote_itself,
    a_token_that_was_made_over_the_api_decides_nothing_for_a_client,
    an_emergency_needs_an_incident_that_is_still_there,
    a_problem_without_an_incident_goes_nowhere,
    a_redacted_reason_is_gone_wherever_the_same_act_is_told,
    a_redacted_reason_is_gone_from_all_that_a_major_incident_took_along_and_from_nothing_else,
    a_move_that_the_caller_cannot_make_is_not_offered_to_them,
    what_was_merged_is_found_by_its_words_and_points_on,
    the_same_ticket_named_in_two_ways_is_acted_on_once,
);

async fn phase(desk: &Desk, number: &str) -> Value {
    desk.get(&format!("/v1/tickets/{number}")).await.body["phase"].clone()
}

async fn retypes(desk: &Desk, number: &str, to: &str) {
    let done = desk.patch(&format!("/v1/tickets/{number}"), &json!({ "type": to })).await;
    assert_eq!(done.status, 200, "{}", done.body);
}

/// What was decided of a question, and whether it is open.
async fn verdict(desk: &Desk, number: &str, question: &str) -> (Value, Value) {
    let all = desk.get(&format!("/v1/tickets/{number}/decisions")).await.body["items"].clone();
    let one = all.as_array().expect("questions").iter().find(|one| one["question"] == question).cloned().unwrap_or_default();
    (one["verdict"].clone(), one["open"].clone())
}

async fn a_change_of_type_does_not_lead_past_what_a_phase_asks(desk: &Desk) {
    let request = desk.registers(&of_type("service_request")).await;
    assert_eq!(desk.brings(&request, "authorisation").await.status, 201);
    retypes(desk, &request, "information_request").await;
    retypes(desk, &request, "service_request").await;
    assert_eq!(phase(desk, &request).await, "registered");
    let outage = desk.registers(&incident("p2")).await;
    desk.moves(&outage, "in_progress").await;
    retypes(desk, &outage, "problem").await;
    assert_eq!(phase(desk, &outage).await, "registered", "no problem is investigated without an incident (PRB-01)");
    // What lacks nothing stays in hand.
    let question = desk.registers(&incident("p2")).await;
    desk.moves(&question, "in_progress").await;
    retypes(desk, &question, "information_request").await;
    assert_eq!(phase(desk, &question).await, "researching");
}

async fn what_the_client_refused_is_put_before_it_again_and_not_carried_out(desk: &Desk) {
    let karin = desk.signer_of("ipo").await;
    let request = desk.registers(&with(of_type("service_request"), json!({ "kind": "toegang" }))).await;
    assert_eq!(desk.brings(&request, "authorisation").await.status, 201);
    assert_eq!(desk.decides(Some(&karin), &request, "authorisation", "no").await.body["phase"], "refused");
    let around = desk.moves(&request, "fulfilling").await;
    assert_eq!(around.status, 409, "{}", around.body);
    assert_eq!(desk.moves(&request, "authorisation").await.status, 201);
    assert_eq!(desk.decides(Some(&karin), &request, "authorisation", "yes").await.body["phase"], "fulfilling");
}

async fn a_request_that_was_authorised_is_authorised_anew_when_something_else_is_asked_for(desk: &Desk) {
    let karin = desk.signer_of("ipo").await;
    let authorised = async || {
        let number = desk.registers(&with(of_type("service_request"), json!({ "kind": "toegang" }))).await;
        assert_eq!(desk.brings(&number, "authorisation").await.status, 201);
        assert_eq!(desk.decides(Some(&karin), &number, "authorisation", "yes").await.body["phase"], "fulfilling");
        number
    };
    let number = authorised().await;
    let about = desk.get(&format!("/v1/tickets/{number}/decisions")).await.body["items"][0]["answers"][0]["about"].clone();
    assert_eq!(about, json!([{ "part": "request_form", "version": 1 }]));
    let everybody = json!({ "values": { "wijziging": "verlenen", "voor": "Iedereen", "waartoe": "Alles" } });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/request-forms"), &everybody).await.status, 201);
    assert_eq!(told(&desk.moves(&number, "fulfilled").await), (409, json!("decision_required")));
    assert_eq!(desk.moves(&number, "authorisation").await.status, 201);
    assert_eq!(desk.decides(Some(&karin), &number, "authorisation", "yes").await.body["phase"], "fulfilling");
    assert_eq!(desk.moves(&number, "fulfilled").await.status, 201);
    // Another item that needs authorisation, even through another type.
    let number = authorised().await;
    retypes(desk, &number, "incident").await;
    let other = json!({ "type": "service_request", "kind": "microsoft-dienst" });
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &other).await.status, 200);
    let form = json!({ "values": { "wijziging": "aanzetten", "dienst": "Copilot" } });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/request-forms"), &form).await.status, 201);
    assert_eq!(desk.moves(&number, "fulfilling").await.status, 409);
    assert_eq!(desk.moves(&number, "authorisation").await.status, 201);
}

async fn a_change_that_is_about_another_item_has_to_be_approved_anew(desk: &Desk) {
    let karin = desk.signer_of("ipo").await;
    let number = desk.registers(&with(of_type("change_request"), json!({ "item": "testserver" }))).await;
    for to in ["assessing", "approval"] {
        assert_eq!(desk.brings(&number, to).await.status, 201);
    }
    let plan = json!({ "startsAt": "2026-03-10T10:00:00Z", "endsAt": "2026-03-10T12:00:00Z", "implementation": "x", "backOut": "y" });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/change-plans"), &plan).await.status, 201);
    assert_eq!(desk.agrees(&number, "approval").await.body["phase"], "scheduled");
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "title": "Beter gezegd" })).await;
    assert_eq!(verdict(desk, &number, "approval").await.0, "yes", "a better title is no other change");
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "item": "productiedatabase" })).await;
    assert_eq!(told(&desk.moves(&number, "implementing").await), (409, json!("decision_required")));
    // What was said of one item shows nothing of another, also while the question stays open.
    assert_eq!(desk.moves(&number, "approval").await.status, 201);
    desk.passes("PT1M").await;
    let (messages, agrees) = (format!("/v1/tickets/{number}/messages"), json!({ "visibility": "public", "body": "Akkoord." }));
    let early = desk.ask(Some(&karin), "POST", &messages, Some(&agrees)).await.body["id"].clone();
    desk.passes("PT1M").await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "item": "alle databases" })).await;
    let decision = json!({ "question": "approval", "verdict": "yes", "reason": "x", "decidedBy": "karin@ipo.example", "evidence": early });
    let refused = desk.post(&format!("/v1/tickets/{number}/decisions"), &decision).await;
    assert!(errors(&refused).contains(&pair("/evidence", "not_allowed")), "{}", refused.body);
}

async fn a_redacted_reason_is_gone_from_all_that_a_major_incident_took_along_and_from_nothing_else(desk: &Desk) {
    let signer = desk.signer().await;
    let second = desk.person(None, "Tom Vos", "tom@leverancier.example", &[Role::PrivacyOfficer]).await;
    let [major, one, other, apart] = [
        desk.registers(&incident("p2")).await,
        desk.registers(&incident("p2")).await,
        desk.registers(&incident("p2")).await,
        desk.registers(&incident("p2")).await,
    ];
    for part in [&one, &other] {
        desk.post(&format!("/v1/tickets/{part}/links"), &json!({ "kind": "parent", "ticket": major })).await;
    }
    desk.post(&format!("/v1/tickets/{apart}/links"), &json!({ "kind": "blocks", "ticket": major })).await;
    desk.post(&format!("/v1/tickets/{major}/major-declarations"), &json!({ "major": true, "reason": "Overal." })).await;
    let wish = json!({ "to": "in_progress", "reason": "Gebeld met 0612345678." });
    for number in [&major, &apart] {
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &wish).await.status, 201);
    }
    desk.passes("PT1M").await;
    let event = desk.events(&one).await.into_iter().find(|event| event["type"] == "ticket.moved").expect("a move");
    let path = format!("/v1/tickets/{one}/redactions");
    let wanted = json!({ "what": "reason", "target": event["id"], "reason": "Een nummer." });
    let asked = desk.ask(Some(&signer), "POST", &path, Some(&wanted)).await;
    let approval = format!("{path}/{}/approvals", asked.body["id"].as_str().expect("an id"));
    let approved = desk.ask(Some(&second), "POST", &approval, None).await;
    assert!(approved.status < 300, "{}", approved.body);
    let tells = async |number: &str| json!(desk.events(number).await).to_string().contains("0612345678");
    assert_eq!((tells(&major).await, tells(&one).await, tells(&other).await), (false, false, false));
    assert!(tells(&apart).await, "the same words of another act were not asked for");
}

async fn a_change_that_was_approved_and_planned_anew_has_to_be_approved_anew(desk: &Desk) {
    let number = desk.registers(&of_type("change_request")).await;
    for to in ["assessing", "approval"] {
        assert_eq!(desk.brings(&number, to).await.status, 201);
    }
    let plan = |back_out: &str| json!({ "startsAt": "2026-03-10T10:00:00Z", "endsAt": "2026-03-10T12:00:00Z", "implementation": "Vervangen.", "backOut": back_out });
    let path = format!("/v1/tickets/{number}/change-plans");
    assert_eq!(desk.post(&path, &plan("Terugzetten.")).await.status, 201);
    assert_eq!(desk.agrees(&number, "approval").await.body["phase"], "scheduled");
    let answers = desk.get(&format!("/v1/tickets/{number}/decisions")).await.body["items"][0]["answers"].clone();
    let about = json!([{ "part": "assessment", "version": 1 }, { "part": "change_plan", "version": 1 }]);
    assert_eq!(answers[0]["about"], about, "{answers}");
    assert_eq!(desk.post(&path, &plan("Er is geen weg terug.")).await.status, 201);
    assert_eq!(verdict(desk, &number, "approval").await.0, Value::Null);
    assert_eq!(told(&desk.moves(&number, "implementing").await), (409, json!("decision_required")));
    assert_eq!(desk.moves(&number, "approval").await.status, 201);
    assert_eq!(desk.agrees(&number, "approval").await.body["phase"], "scheduled");
    assert_eq!(desk.moves(&number, "implementing").await.status, 201);
    // Another price does so too, even while it is carried out.
    let assessment = json!({ "nature": "improvement", "class": "normal", "impact": "low", "risk": "high", "explanation": "Toch duurder.",
        "cost": "99999.00", "chargedBy": "actual_cost" });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/assessments"), &assessment).await.status, 201);
    assert_eq!(told(&desk.moves(&number, "implemented").await), (409, json!("decision_required")));
}

async fn an_offer_is_the_one_of_its_kind_and_stays_what_it_was_when_it_was_taken(desk: &Desk) {
    let karin = desk.signer_of("ipo").await;
    let number = desk.registers(&with(of_type("proposal_request"), json!({ "kind": "proposal" }))).await;
    desk.moves(&number, "drafting").await;
    let path = format!("/v1/tickets/{number}");
    let other = desk.post(&format!("{path}/quotations"), &json!({ "price": "10.00", "validUntilDate": "2026-12-31" })).await;
    assert_eq!(told(&other), (409, json!("part_not_of_type")), "{}", other.body);
    let offer =
        |price: &str, until: &str| json!({ "approach": "a", "solution": "b", "planning": "c", "price": price, "validUntilDate": until });
    let past = desk.post(&format!("{path}/proposals"), &offer("1.00", "2026-03-01")).await;
    assert_eq!(errors(&past), [pair("/validUntilDate", "not_allowed")], "{}", past.body);
    for price in ["900.00", "1000.00"] {
        assert_eq!(desk.post(&format!("{path}/proposals"), &offer(price, "2026-12-31")).await.status, 201);
    }
    desk.moves(&number, "submitted").await;
    let in_between = desk.post(&format!("{path}/proposals"), &offer("900000.00", "2026-12-31")).await;
    assert_eq!(told(&in_between), (409, json!("ticket_not_open")), "it was mailed as it is: {}", in_between.body);
    let of_another_kind = desk.patch(&path, &json!({ "kind": "quotation", "item": "Laptop" })).await;
    assert_eq!(told(&of_another_kind), (409, json!("ticket_not_open")), "{}", of_another_kind.body);
    assert_eq!(desk.decides(Some(&karin), &number, "offer", "yes").await.body["phase"], "accepted");
    let later = desk.post(&format!("{path}/proposals"), &offer("5000000.00", "2026-12-31")).await;
    assert_eq!(told(&later), (409, json!("ticket_not_open")), "{}", later.body);
    let answers = desk.get(&format!("{path}/decisions")).await.body["items"][0]["answers"].clone();
    assert_eq!(answers[0]["about"], json!([{ "part": "proposal", "version": 2 }]), "{answers}");
}

async fn the_desk_decides_nothing_for_a_client_with_what_it_wrote_itself(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let path = format!("/v1/tickets/{number}");
    let anna = desk.get(&path).await.body["requester"]["id"].clone();
    let writes = async |body: Value| desk.post(&format!("{path}/messages"), &body).await.body["id"].clone();
    let early = writes(json!({ "visibility": "internal", "body": "Anna belde: akkoord.", "channel": "phone" })).await;
    desk.passes("PT1M").await;
    for to in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&number, to).await.status, 201);
    }
    desk.passes("PT1M").await;
    let note = writes(json!({ "visibility": "internal", "body": "Volgens mij is het goed." })).await;
    let own = writes(json!({ "visibility": "public", "body": "Wij vinden het goed." })).await;
    let bert = desk.person(Some("ipo"), "Bert Vos", "bert@ipo.example", &[Role::AuthorisedRequester]).await;
    let of_another = json!({ "visibility": "public", "body": "Akkoord." });
    let of_another = desk.ask(Some(&bert), "POST", &format!("{path}/messages"), Some(&of_another)).await.body["id"].clone();
    let closes = async |evidence: &Value| {
        let decision = json!({ "question": "solution", "verdict": "yes", "reason": "Akkoord.", "decidedBy": anna, "evidence": evidence });
        desk.post(&format!("{path}/decisions"), &decision).await
    };
    for (evidence, why) in [(&early, "from before"), (&note, "own note"), (&own, "own message"), (&of_another, "somebody else's")] {
        let refused = closes(evidence).await;
        assert_eq!((refused.status, errors(&refused)), (400, vec![pair("/evidence", "not_allowed")]), "{why}: {}", refused.body);
    }
    assert_eq!(phase(desk, &number).await, "resolved");
    let call = writes(json!({ "visibility": "internal", "body": "Anna belde: akkoord.", "channel": "phone" })).await;
    let done = closes(&call).await;
    assert_eq!((done.status, &done.body["phase"]), (201, &json!("closed")), "{}", done.body);
}

async fn a_token_that_was_made_over_the_api_decides_nothing_for_a_client(desk: &Desk) {
    let karin = desk.signer_of("ipo").await;
    let number = desk.registers(&with(of_type("proposal_request"), json!({ "kind": "proposal" }))).await;
    assert_eq!(desk.brings(&number, "drafting").await.status, 201);
    assert_eq!(desk.brings(&number, "submitted").await.status, 201);
    let ends = uurwerk::time::TimeSource::machine().now().plus(24 * 3600).expect("an instant").to_string();
    let grant =
        json!({ "name": "koppeling", "roles": ["approver"], "organisation": "ipo", "person": "karin@ipo.example", "expiresAt": ends });
    let made = desk.post("/v1/access-token-grants", &grant).await;
    let token = made.body["token"].as_str().unwrap_or_else(|| panic!("no token: {}", made.body)).to_owned();
    assert_eq!(told(&desk.decides(Some(&token), &number, "offer", "yes").await), (403, json!("not_in_person")));
    let wish = json!({ "to": "accepted", "reason": "Akkoord." });
    let moved = desk.ask(Some(&token), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&wish)).await;
    assert_eq!(told(&moved), (403, json!("not_in_person")), "{}", moved.body);
    assert_eq!(desk.decides(Some(&karin), &number, "offer", "yes").await.body["phase"], "accepted");
}

async fn an_emergency_needs_an_incident_that_is_still_there(desk: &Desk) {
    let plain = desk.registers(&of_type("change_request")).await;
    desk.brings(&plain, "assessing").await;
    let assessment =
        json!({ "nature": "extension", "class": "emergency", "impact": "low", "risk": "low", "explanation": "x", "cost": "0" });
    let refused = desk.post(&format!("/v1/tickets/{plain}/assessments"), &assessment).await;
    assert_eq!(errors(&refused), [pair("/class", "not_allowed")], "{}", refused.body);
    let twin = desk.registers(&incident("p1")).await;
    for (method, path, body) in [
        ("POST", "merges", json!({ "into": twin, "reason": "Twee keer gemeld." })),
        ("POST", "scope-changes", json!({ "outOfScope": true, "reason": "Ligt bij de client." })),
        ("POST", "transitions", json!({ "to": "cancelled", "reason": "Loos alarm." })),
    ] {
        let p1 = desk.registers(&incident("p1")).await;
        let change = desk.registers(&with(of_type("change_request"), json!({ "emergencyFor": p1 }))).await;
        let done = desk.ask(Some(ADMIN), method, &format!("/v1/tickets/{p1}/{path}"), Some(&body)).await;
        assert_eq!(done.status, 201, "{path}: {}", done.body);
        desk.passes("PT1M").await;
        assert_eq!(desk.get(&format!("/v1/tickets/{change}")).await.body["needsAttention"], true, "{path}");
    }
}

async fn a_problem_without_an_incident_goes_nowhere(desk: &Desk) {
    let outage = desk.registers(&incident("p2")).await;
    let problem = desk.registers(&with(of_type("problem"), json!({ "links": [{ "kind": "causes", "ticket": outage }] }))).await;
    assert_eq!(desk.brings(&problem, "investigating").await.status, 201);
    let links = desk.get(&format!("/v1/tickets/{problem}/links")).await.body["items"].clone();
    for link in links.as_array().expect("links").iter().filter(|link| link["kind"] == "causes") {
        let removal = json!({ "kind": "causes", "ticket": link["number"], "reason": "Toch niet." });
        assert_eq!(desk.post(&format!("/v1/tickets/{problem}/link-removals"), &removal).await.status, 201);
    }
    assert_eq!(told(&desk.moves(&problem, "known_error").await), (409, json!("link_required")));
}

async fn a_redacted_reason_is_gone_wherever_the_same_act_is_told(desk: &Desk) {
    let signer = desk.signer().await;
    let second = desk.person(None, "Tom Vos", "tom@leverancier.example", &[Role::PrivacyOfficer]).await;
    let secret = "BSN 123456782";
    let (first, other) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    assert_eq!(desk.post(&format!("/v1/tickets/{first}/merges"), &json!({ "into": other, "reason": secret })).await.status, 201);
    let event = desk.events(&first).await.into_iter().find(|event| event["type"] == "ticket.merged").expect("an event");
    let wanted = json!({ "what": "reason", "target": event["id"], "reason": "Persoonsgegevens." });
    let path = format!("/v1/tickets/{first}/redactions");
    let asked = desk.ask(Some(&signer), "POST", &path, Some(&wanted)).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let approval = format!("{path}/{}/approvals", asked.body["id"].as_str().expect("an id"));
    let approved = desk.ask(Some(&second), "POST", &approval, None).await;
    assert!(approved.status < 300, "{}", approved.body);
    for number in [&first, &other] {
        let history = json!(desk.events(number).await).to_string();
        assert!(!history.contains(secret), "{number}: {history}");
        assert!(history.contains("ticket.redacted"), "{number} says that something was taken out of it");
    }
    assert_eq!(desk.get("/v1/tickets?text=123456782").await.body["items"], json!([]));
}

async fn a_move_that_the_caller_cannot_make_is_not_offered_to_them(desk: &Desk) {
    let karin = desk.signer_of("ipo").await;
    let bert = desk.person(Some("ipo"), "Bert Vos", "bert@ipo.example", &[Role::AuthorisedRequester]).await;
    let number = desk.registers(&with(of_type("proposal_request"), json!({ "kind": "proposal" }))).await;
    for to in ["drafting", "submitted"] {
        assert_eq!(desk.brings(&number, to).await.status, 201);
    }
    let may_accept = async |token: &str| {
        let moves = desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/transitions"), None).await.body["items"].clone();
        moves.as_array().expect("moves").iter().find(|one| one["to"] == "accepted").map(|one| one["allowed"].clone())
    };
    assert_eq!((may_accept(&karin).await, may_accept(&bert).await), (Some(json!(true)), Some(json!(false))));
    desk.passes("P400D").await;
    assert_eq!(may_accept(&karin).await, Some(json!(false)), "the offer is no longer valid");
}

async fn what_was_merged_is_found_by_its_words_and_points_on(desk: &Desk) {
    let (first, other) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    desk.post(&format!("/v1/tickets/{first}/messages"), &json!({ "visibility": "public", "body": "zeldzaamwoord" })).await;
    desk.post(&format!("/v1/tickets/{first}/merges"), &json!({ "into": other, "reason": "Twee keer." })).await;
    for text in ["zeldzaamwoord", &first] {
        let found = desk.get(&format!("/v1/tickets?text={text}")).await.body["items"].clone();
        assert_eq!((&found[0]["number"], &found[0]["mergedInto"]["number"]), (&json!(first), &json!(other)), "{text}: {found}");
    }
    let listed = desk.get("/v1/tickets").await.body["items"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "without words it is in no list");
}

async fn the_same_ticket_named_in_two_ways_is_acted_on_once(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let id = desk.get(&format!("/v1/tickets/{number}")).await.body["id"].clone();
    let done = desk.post("/v1/ticket-acts", &json!({ "tickets": [number, id], "assignee": "els" })).await;
    let statuses: Vec<_> = done.body["items"].as_array().expect("results").iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, [json!(200), json!(400)], "{}", done.body);
    let assigned = desk.events(&number).await.into_iter().filter(|event| event["type"] == "ticket.assigned").count();
    assert_eq!(assigned, 1);
}
