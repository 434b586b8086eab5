//! Service requests: what can be asked for, the form of each item, who authorises it, how it is carried out, and its own clocks.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::rebuild::rebuild;

use super::{agreement, errors, of_type, pair, told, with};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk, On, access, incident};

on_both_databases!(
    rfs_01_rfs_03_the_catalogue_has_nine_items_and_each_can_be_asked_for,
    rfs_01_a_request_says_what_it_asks_for_and_fills_in_its_form,
    rfs_01_a_form_is_written_anew_as_its_item_has_it,
    rfs_01_what_has_to_be_authorised_waits_for_it_and_nothing_else_does,
    rfs_01_a_refused_request_is_authorised_before_it_goes_on,
    rfs_01_what_a_call_left_out_is_said_before_it_is_worked_on,
    rfs_01_what_is_carried_out_becomes_nothing_that_is_not_authorised,
    rfs_01_an_item_is_asked_for_by_those_who_may,
    rfs_02_a_ticket_keeps_the_work_instruction_it_was_registered_under,
    rfs_05_a_question_has_a_first_answer_clock_of_its_own,
    a_batch_of_requests_has_the_form_of_each,
);

const NINE: [&str; 9] = [
    "toegang",
    "nieuwe-omgeving",
    "installatie",
    "gebruiksvraag",
    "gebruikersbeheer",
    "microsoft-dienst",
    "instroom",
    "doorstroom",
    "uitstroom",
];

/// A request for an item, with its form.
fn asks(item: &str, form: &Value) -> Value {
    with(of_type("service_request"), json!({ "kind": item, "form": form }))
}

/// The first choice of a field, or something that it takes.
fn filled(field: &Value) -> Value {
    match (&field["enum"][0], &field["format"]) {
        (Value::Null, Value::String(format)) if format == "date" => json!("2026-04-01"),
        (Value::Null, _) => json!("Bram"),
        (choice, _) => choice.clone(),
    }
}

/// A form with every field of an item, made by nothing but its schema.
fn form(item: &Value) -> Value {
    let fields = item["fields"]["properties"].as_object().expect("fields").iter();
    fields.map(|(name, field)| (name.clone(), filled(field))).collect::<serde_json::Map<_, _>>().into()
}

fn codes(items: &Value) -> Vec<String> {
    items.as_array().expect("items").iter().map(|item| item["code"].as_str().expect("a code").to_owned()).collect()
}

async fn catalogue(desk: &Desk, token: &str, contract: &str) -> Value {
    let answer = desk.ask(Some(token), "GET", &format!("/v1/contracts/{contract}/catalogue"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["items"].clone()
}

async fn moves_of(desk: &Desk, number: &str) -> Vec<String> {
    let offers = desk.get(&format!("/v1/tickets/{number}/transitions")).await.body["items"].clone();
    offers.as_array().expect("moves").iter().map(|offer| offer["to"].as_str().expect("a phase").to_owned()).collect()
}

async fn form_versions(desk: &Desk, number: &str) -> Value {
    desk.get(&format!("/v1/tickets/{number}/request-forms")).await.body["items"].clone()
}

async fn rfs_01_rfs_03_the_catalogue_has_nine_items_and_each_can_be_asked_for(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let items = catalogue(desk, &client, "dap-example").await;
    assert_eq!(codes(&items), NINE);
    assert_eq!(items[0]["label"], json!({ "nl": "Toegang verlenen of intrekken", "en": "Grant or withdraw access" }));
    assert_eq!((&items[0]["needsAuthorisation"], &items[3]["needsAuthorisation"]), (&json!(true), &json!(false)));
    let leavers = items.as_array().expect("items").iter().filter(|item| item["group"] == "idu").count();
    assert_eq!(leavers, 3);
    let fields = &items[0]["fields"];
    assert_eq!((&fields["additionalProperties"], &fields["required"]), (&json!(false), &json!(["wijziging", "voor", "waartoe"])));
    assert_eq!(fields["properties"]["voor"], json!({ "type": "string", "title": "Voor wie", "maxLength": 200, "propertyOrder": 2 }));
    for item in items.as_array().expect("items") {
        let asked = asks(item["code"].as_str().expect("a code"), &form(item));
        let made = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&asked)).await;
        assert_eq!((made.status, &made.body["kind"]), (201, &item["code"]), "{}", made.body);
        let number = made.body["number"].as_str().expect("a number").to_owned();
        assert_eq!(form_versions(desk, &number).await[0]["content"]["values"], asked["form"]);
    }
    // One kind of one type says the type.
    let mut untyped = asks("gebruiksvraag", &json!({}));
    untyped.as_object_mut().expect("fields").remove("type");
    assert_eq!(desk.post("/v1/tickets", &untyped).await.body["type"], "service_request");
    assert_eq!(told(&desk.ask(Some(&client), "GET", "/v1/contracts/covide/catalogue", None).await), (404, json!("not_found")));
}

async fn rfs_01_a_request_says_what_it_asks_for_and_fills_in_its_form(desk: &Desk) {
    let ask = async |body: &Value| desk.post("/v1/tickets", body).await;
    let mut bare = of_type("service_request");
    bare.as_object_mut().expect("fields").retain(|name, _| name != "kind" && name != "form");
    let nothing = ask(&bare).await;
    assert_eq!((nothing.status, errors(&nothing)), (400, vec![pair("/kind", "required")]), "{}", nothing.body);
    let unknown = ask(&asks("koffie", &json!({ "suiker": true }))).await;
    assert_eq!((unknown.status, errors(&unknown)), (400, vec![pair("/kind", "unknown_value")]), "{}", unknown.body);
    let detail = unknown.body["errors"][0]["detail"].as_str().expect("a detail");
    assert!(NINE.iter().all(|item| detail.contains(item)), "{detail}");
    // Everything that is wrong with a form is said at once, and no value of it.
    let wrong = asks("toegang", &json!({ "wijziging": "wissen", "voor": "x".repeat(201), "geheim": "sleutelwoord" }));
    let refused = ask(&with(wrong, json!({ "category": "geen" }))).await;
    let mut found = errors(&refused);
    found.sort();
    let expected = [
        pair("/category", "unknown_value"),
        pair("/form/geheim", "unknown_field"),
        pair("/form/voor", "too_long"),
        pair("/form/waartoe", "required"),
        pair("/form/wijziging", "not_allowed"),
    ];
    assert_eq!((refused.status, found), (400, expected.to_vec()), "{}", refused.body);
    assert!(!refused.body.to_string().contains("sleutelwoord") && !refused.body.to_string().contains("wissen"), "{}", refused.body);
    let mut without = asks("instroom", &json!({}));
    without.as_object_mut().expect("fields").remove("form");
    assert_eq!(errors(&ask(&without).await), [pair("/form/naam", "required"), pair("/form/datum", "required")]);
    assert_eq!(errors(&ask(&asks("instroom", &json!({ "naam": "Bo", "datum": "1 april" }))).await), [pair("/form/datum", "bad_date")]);
    assert_eq!(errors(&ask(&asks("toegang", &json!("x"))).await), [pair("/form", "wrong_type")]);
    // Of another type, or under an agreement without a catalogue, there is no form.
    let with_form = |body: Value| with(body, json!({ "form": {} }));
    assert_eq!(errors(&ask(&with_form(incident("p3"))).await), [pair("/form", "not_allowed")]);
    let elsewhere = json!({ "type": "service_request", "contract": "covide", "organisation": "stichting-proef", "title": "x", "channel": "portal",
        "requester": { "name": "Bo", "email": "bo@stichting-proef.example" } });
    assert_eq!(errors(&ask(&with_form(elsewhere.clone())).await), [pair("/form", "not_allowed")]);
    assert_eq!(ask(&elsewhere).await.status, 201);
    assert_eq!(desk.rows("ticket").await, 1, "nothing else was made");
}

async fn rfs_01_a_form_is_written_anew_as_its_item_has_it(desk: &Desk) {
    let number = desk.registers(&of_type("service_request")).await;
    let first = form_versions(desk, &number).await;
    assert_eq!((&first[0]["version"], &first[0]["content"]["values"]), (&json!(1), &access()), "{first}");
    let path = format!("/v1/tickets/{number}/request-forms");
    let wrong = desk.post(&path, &json!({ "values": { "voor": 7, "extra": 1 } })).await;
    let mut found = errors(&wrong);
    found.sort();
    let expected = [
        pair("/values/extra", "unknown_field"),
        pair("/values/voor", "wrong_type"),
        pair("/values/waartoe", "required"),
        pair("/values/wijziging", "required"),
    ];
    assert_eq!((wrong.status, found), (400, expected.to_vec()), "{}", wrong.body);
    let changed = with(access(), json!({ "voor": "Carla" }));
    assert_eq!(desk.post(&path, &json!({ "values": changed })).await.body["version"], 2);
    // Another item has another form.
    let ticket = format!("/v1/tickets/{number}");
    assert_eq!(desk.patch(&ticket, &json!({ "kind": "instroom" })).await.status, 200);
    assert_eq!(desk.lacks(&number, "fulfilling").await, [("part_required".to_owned(), "request_form".to_owned())]);
    assert_eq!(told(&desk.moves(&number, "fulfilling").await), (409, json!("part_required")));
    assert_eq!(desk.post(&path, &json!({ "values": access() })).await.status, 400);
    assert_eq!(desk.post(&path, &json!({ "values": { "naam": "Carla", "datum": "2026-04-01" } })).await.status, 201);
    assert_eq!(desk.moves(&number, "fulfilling").await.status, 201);
    let unknown = desk.patch(&ticket, &json!({ "kind": "koffie" })).await;
    assert_eq!((unknown.status, errors(&unknown)), (400, vec![pair("/kind", "unknown_value")]));
}

async fn rfs_01_what_has_to_be_authorised_waits_for_it_and_nothing_else_does(desk: &Desk) {
    let access = desk.registers(&of_type("service_request")).await;
    assert_eq!(moves_of(desk, &access).await, ["authorisation", "refused", "cancelled"]);
    let straight = desk.moves(&access, "fulfilling").await;
    assert_eq!(told(&straight), (409, json!("move_not_allowed")));
    assert!(straight.body["detail"].as_str().is_some_and(|detail| detail.contains("authorisation")), "{}", straight.body);
    assert_eq!(desk.moves(&access, "authorisation").await.body["phase"], "authorisation");
    assert_eq!(told(&desk.moves(&access, "fulfilling").await), (409, json!("decision_required")));
    let approver = desk.signer_of("ipo").await;
    let yes = desk.decides(Some(&approver), &access, "authorisation", "yes").await;
    assert_eq!((yes.status, &yes.body["phase"]), (201, &json!("fulfilling")), "{}", yes.body);
    let question = desk.registers(&asks("gebruiksvraag", &json!({ "onderdeel": "Outlook" }))).await;
    assert_eq!(moves_of(desk, &question).await, ["fulfilling", "refused", "cancelled"]);
    assert_eq!(told(&desk.moves(&question, "authorisation").await), (409, json!("move_not_allowed")));
    assert_eq!(desk.moves(&question, "fulfilling").await.status, 201);
}

async fn rfs_01_a_refused_request_is_authorised_before_it_goes_on(desk: &Desk) {
    let number = desk.registers(&of_type("service_request")).await;
    desk.moves(&number, "authorisation").await;
    let approver = desk.signer_of("ipo").await;
    let mut no = json!({ "question": "authorisation", "verdict": "no", "reason": "Niet nodig." });
    let decide = async |body: &Value| desk.ask(Some(&approver), "POST", &format!("/v1/tickets/{number}/decisions"), Some(body)).await;
    let refused = decide(&no).await;
    assert_eq!((refused.status, &refused.body["phase"]), (201, &json!("refused")), "{}", refused.body);
    let event = desk.events(&number).await.into_iter().rfind(|event| event["type"] == "ticket.decided").expect("a decision");
    assert_eq!(event["reason"], "Niet nodig.");
    assert_eq!(moves_of(desk, &number).await, ["authorisation"]);
    assert_eq!(told(&desk.moves(&number, "fulfilling").await), (409, json!("move_not_allowed")));
    assert_eq!(desk.moves(&number, "authorisation").await.status, 201);
    no["verdict"] = json!("yes");
    assert_eq!(decide(&no).await.body["phase"], "fulfilling");
    // What was authorised stays so.
    for phase in ["fulfilled", "fulfilling"] {
        assert_eq!(desk.moves(&number, phase).await.body["phase"], phase);
    }
}

async fn rfs_01_what_a_call_left_out_is_said_before_it_is_worked_on(desk: &Desk) {
    let call = json!({ "contract": "dap-example", "organisation": "ipo", "name": "Bea Bakker", "phone": "+31 6 12345678", "assignee": "piet",
        "type": "service_request" });
    let made = desk.post("/v1/calls", &call).await;
    assert_eq!((made.status, &made.body["kind"]), (201, &Value::Null), "{}", made.body);
    let called = made.body["number"].as_str().expect("a number").to_owned();
    // What was an incident, and was worked on, says first what it asks for.
    let outage = desk.registers(&incident("p3")).await;
    desk.brings(&outage, "in_progress").await;
    let retyped = desk.patch(&format!("/v1/tickets/{outage}"), &json!({ "type": "service_request" })).await;
    assert_eq!((retyped.status, &retyped.body["phase"]), (200, &json!("registered")), "{}", retyped.body);
    for number in [called, outage] {
        let path = format!("/v1/tickets/{number}");
        assert_eq!(desk.lacks(&number, "fulfilling").await, [("item_required".to_owned(), "kind".to_owned())]);
        let offers = desk.get(&format!("{path}/transitions")).await.body;
        let before =
            offers["items"].as_array().expect("moves").iter().find(|offer| offer["to"] == "fulfilling").expect("it")["before"].clone();
        assert_eq!(codes(&before[0]["choices"]), NINE);
        assert_eq!(told(&desk.moves(&number, "fulfilling").await), (409, json!("item_required")));
        let early = desk.post(&format!("{path}/request-forms"), &json!({ "values": {} })).await;
        assert_eq!(told(&early), (409, json!("item_required")));
        assert_eq!(desk.patch(&path, &json!({ "kind": "toegang" })).await.status, 200);
        assert_eq!(told(&desk.moves(&number, "authorisation").await), (409, json!("part_required")));
        assert_eq!(desk.writes(&number, "request_form").await.status, 201);
        assert_eq!(desk.moves(&number, "authorisation").await.status, 201);
    }
}

async fn rfs_01_what_is_carried_out_becomes_nothing_that_is_not_authorised(desk: &Desk) {
    let number = desk.registers(&asks("gebruiksvraag", &json!({}))).await;
    desk.moves(&number, "fulfilling").await;
    let path = format!("/v1/tickets/{number}");
    assert_eq!(told(&desk.patch(&path, &json!({ "kind": "toegang" })).await), (409, json!("decision_required")));
    assert_eq!(desk.patch(&path, &json!({ "kind": Value::Null })).await.status, 200);
    assert_eq!(told(&desk.moves(&number, "fulfilled").await), (409, json!("item_required")));
    assert_eq!(desk.patch(&path, &json!({ "kind": "installatie" })).await.status, 200);
    assert_eq!(told(&desk.moves(&number, "fulfilled").await), (409, json!("part_required")));
    let form = json!({ "values": { "toepassing": "Paint" } });
    assert_eq!(desk.post(&format!("{path}/request-forms"), &form).await.status, 201);
    assert_eq!(desk.moves(&number, "fulfilled").await.status, 201);
}

/// The example agreement under another id, with changes to its text.
async fn changed(desk: &Desk, id: &str, changes: &[(&str, &str)], tables: &str) {
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("id = \"dap-example\"", &format!("id = \"{id}\""), 1);
    let text = changes.iter().fold(text, |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    });
    let applied = desk.post("/v1/contracts", &json!({ "contract": format!("{text}\n{tables}\n") })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
}

async fn rfs_01_an_item_is_asked_for_by_those_who_may(desk: &Desk) {
    changed(desk, "voorbehouden", &[("code = \"instroom\"\n", "code = \"instroom\"\nasked_by = [\"servicemanager\"]\n")], "").await;
    let sam = desk.person(Some("ipo"), "Sam Smit", "servicemanager@ipo.example", &[Role::Requester]).await;
    let anna = desk.person(Some("ipo"), "Anna de Boer", "anna@ipo.example", &[Role::Requester]).await;
    let portal = desk.token_of("ipo").await;
    let newcomer = |email: &str| {
        let form = json!({ "naam": "Bo", "datum": "2026-04-01" });
        with(asks("instroom", &form), json!({ "contract": "voorbehouden", "requester": { "name": "x", "email": email } }))
    };
    let may = async |token: &str, email: &str| told(&desk.ask(Some(token), "POST", "/v1/tickets", Some(&newcomer(email))).await);
    assert_eq!(may(&sam, "servicemanager@ipo.example").await.0, 201);
    for (token, email) in [
        (anna.as_str(), "anna@ipo.example"),
        (&anna, "servicemanager@ipo.example"),
        (&portal, "servicemanager@ipo.example"),
        (&sam, "anna@ipo.example"),
        (ADMIN, "anna@ipo.example"),
    ] {
        assert_eq!(may(token, email).await, (403, json!("reserved_item")), "{email}");
    }
    let refused = desk.post("/v1/tickets", &newcomer("anna@ipo.example")).await;
    assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains("Instroom") && detail.contains("Servicemanager")));
    // What somebody cannot ask for, they are not shown.
    for (token, count) in [(sam.as_str(), 9), (&anna, 8), (&portal, 8), (ADMIN, 9)] {
        let items = catalogue(desk, token, "voorbehouden").await;
        assert_eq!((items.as_array().map(Vec::len), codes(&items).contains(&"instroom".to_owned())), (Some(count), count == 9));
    }
    // Nor does the desk make it of what they asked for.
    let of = |email: &str| {
        with(asks("gebruiksvraag", &json!({})), json!({ "contract": "voorbehouden", "requester": { "name": "x", "email": email } }))
    };
    for (email, status) in [("anna@ipo.example", 403), ("servicemanager@ipo.example", 200)] {
        let number = desk.registers(&of(email)).await;
        let made = desk.patch(&format!("/v1/tickets/{number}"), &json!({ "kind": "instroom" })).await;
        assert_eq!(made.status, status, "{email}: {}", made.body);
    }
}

async fn rfs_02_a_ticket_keeps_the_work_instruction_it_was_registered_under(desk: &Desk) {
    agreement(desk, "instructies", "", "").await;
    let asked = with(of_type("service_request"), json!({ "contract": "instructies" }));
    let old = desk.registers(&asked).await;
    changed(
        desk,
        "instructies",
        &[
            ("\nversion = \"1.0\" ", "\nversion = \"2.0\" "),
            ("effective_from = 2025-01-01", "effective_from = 2026-03-09"),
            ("instruction = { version = \"1\", text = ", "instruction = { version = \"2\", text = \"Bel eerst. \" } # "),
        ],
        "",
    )
    .await;
    desk.passes("P10D").await;
    let new = desk.registers(&asked).await;
    let instruction =
        async |token: &str, number: &str| desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/work-instruction"), None).await;
    let (of_old, of_new) = (instruction(ADMIN, &old).await.body, instruction(ADMIN, &new).await.body);
    assert_eq!((&of_old["item"], &of_old["version"]), (&json!("toegang"), &json!("1")), "{of_old}");
    assert_eq!(of_new, json!({ "item": "toegang", "version": "2", "text": "Bel eerst. " }));
    // Another item has another one, or none; and no client reads how the desk works.
    let client = desk.token_of("ipo").await;
    assert_eq!(instruction(&client, &new).await.status, 403);
    let without = desk.registers(&asks("gebruiksvraag", &json!({}))).await;
    assert_eq!(told(&instruction(ADMIN, &without).await), (404, json!("not_found")));
}

const QUESTIONS: &str = "[[clocks]]\nkind = \"response\"\ntypes = [\"service_request\"]\nitem = \"gebruiksvraag\"\ncalendar = \"support\"\n\
    goals = [{ share = 90, by = \"3wd\" }, { by = \"5wd\" }]\nanswered_by = [\"reply\"]";

async fn targets(desk: &Desk, number: &str, kind: &str) -> Vec<String> {
    let goals = desk.clock(number, kind).await["goals"].clone();
    goals.as_array().expect("goals").iter().map(|goal| goal["target"].as_str().expect("a target").to_owned()).collect()
}

/// COVIDE 9.1 for the questions of an agreement that has other service requests too.
async fn rfs_05_a_question_has_a_first_answer_clock_of_its_own(desk: &Desk) {
    agreement(desk, "vragen", "", QUESTIONS).await;
    let of = |item: &str, form: Value| with(asks(item, &form), json!({ "contract": "vragen" }));
    let question = desk.registers(&of("gebruiksvraag", json!({}))).await;
    let other = desk.registers(&of("toegang", access())).await;
    assert_eq!(
        (targets(desk, &question, "response").await, targets(desk, &other, "response").await),
        (vec!["3wd".into(), "5wd".into()], vec!["8h".into()])
    );
    assert_eq!(targets(desk, &question, "resolution").await, ["10wd"], "a clock that names no item is for the others and for this one");
    // Taking it in hand answers what was asked for otherwise, and no question.
    for number in [&question, &other] {
        assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": "els" })).await.status, 200);
    }
    assert_eq!(
        (&desk.clock(&question, "response").await["state"], &desk.clock(&other, "response").await["state"]),
        (&json!("running"), &json!("met"))
    );
    // Another item brings its own clocks, from the report on, as another tier does.
    let mistaken = desk.registers(&of("gebruiksvraag", json!({}))).await;
    desk.passes("PT1H").await;
    let path = format!("/v1/tickets/{mistaken}");
    assert_eq!(desk.patch(&path, &json!({ "kind": "installatie" })).await.status, 200);
    assert_eq!(targets(desk, &mistaken, "response").await, ["8h"]);
    assert_eq!(desk.patch(&path, &json!({ "kind": "gebruiksvraag" })).await.status, 200);
    assert_eq!(targets(desk, &mistaken, "response").await, ["3wd", "5wd"]);
    let ledger = desk.get(&format!("{path}/clocks/response/ledger")).await.body;
    let changes: Vec<_> = ledger["facts"].as_array().expect("facts").iter().filter(|fact| fact["kind"] == "item_changed").collect();
    assert_eq!(
        (changes.len(), &changes[1]["item"], &ledger["registration"]["item"]),
        (2, &json!("gebruiksvraag"), &json!("gebruiksvraag"))
    );
    // Answered on the last second of the third working day after it was asked; the other one on the fourth.
    desk.reaches("2026-03-05T23:59:59+01:00").await;
    let reply = json!({ "visibility": "public", "body": "Zo doet u dat." });
    assert_eq!(desk.post(&format!("/v1/tickets/{question}/messages"), &reply).await.status, 201);
    desk.reaches("2026-03-06T00:00:00+01:00").await;
    assert_eq!(desk.post(&format!("{path}/messages"), &reply).await.status, 201);
    let met = async |number: &str| {
        let goals = desk.clock(number, "response").await["goals"].clone();
        (goals[0]["metAt"].is_string(), goals[1]["metAt"].is_string())
    };
    assert_eq!((met(&question).await, met(&mistaken).await), ((true, true), (false, true)));
    desk.passes("P30D").await;
    let report = desk.get("/v1/reports/service-management?contract=vragen&month=2026-03").await.body;
    let rows = report["goals"].as_array().expect("goals").iter().filter(|row| row["item"] == "gebruiksvraag" && row["clock"] == "response");
    let counted: Vec<_> = rows.map(|row| (row["target"].clone(), row["n"].clone(), row["met"].clone(), row["itemLabel"].clone())).collect();
    let label = json!("Vraag over het gebruik van applicaties of hardware");
    assert_eq!(counted, [(json!("3wd"), json!(2), json!(1), label.clone()), (json!("5wd"), json!(2), json!(2), label)]);
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
}

async fn a_batch_of_requests_has_the_form_of_each(desk: &Desk) {
    let items = json!({ "items": [
        of_type("service_request"), asks("gebruiksvraag", &json!({ "onderdeel": "Teams" })), asks("toegang", &json!({})), incident("p3")
    ] });
    let made = desk.post("/v1/tickets/_bulk", &items).await;
    let made = made.body["items"].as_array().expect("results").clone();
    assert_eq!(made.iter().map(|one| one["status"].clone()).collect::<Vec<_>>(), [201, 201, 400, 201], "{made:?}");
    for (at, values) in [(0, access()), (1, json!({ "onderdeel": "Teams" }))] {
        let number = made[at]["ticket"]["number"].as_str().expect("a number");
        assert_eq!(form_versions(desk, number).await[0]["content"]["values"], values);
    }
}

#[actix_web::test]
async fn rfs_01_no_mail_is_refused_for_what_it_does_not_say() {
    for on in [On::Sqlite, On::Postgres] {
        let mailbox = "[mailboxes.verzoeken]\naddress = \"verzoeken@uurwerk.example\"\ncontract = \"dap-example\"\ndefault_type = \"service_request\"\n";
        let desk = Desk::open_with_file(on, mailbox).await;
        let mail = "From: Anna <anna@ipo.example>\nTo: verzoeken@uurwerk.example\nMessage-ID: <1@ipo.example>\n\
            Date: Mon, 2 Mar 2026 08:00:00 +0100\nSubject: Toegang graag\n\nMag ik erbij?\n";
        let arrived = desk.mail_arrives("verzoeken", mail).await;
        assert_eq!(arrived.status, 201, "{}", arrived.body);
        let tickets = desk.get("/v1/tickets").await.body["items"].clone();
        let number = tickets[0]["number"].as_str().expect("a ticket").to_owned();
        assert!(number.starts_with("RFS-"), "{number}");
        assert_eq!(desk.lacks(&number, "fulfilling").await, [("item_required".to_owned(), "kind".to_owned())]);
    }
}
