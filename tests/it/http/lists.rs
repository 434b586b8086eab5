//! Lists of tickets: what they narrow by, how they are sorted, and what a reader who keeps a copy is told.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use uurwerk::domain::permission::Principal;
use uurwerk::domain::ticket::assign::{Assign, Field};
use uurwerk::domain::ticket::{Act, Actor};
use uurwerk::usecases::tickets::{self, Draft, When};
use uurwerk::usecases::{Error, Stamp};
use uurwerk::{jobs, outbox};

use crate::on_both_databases;
use crate::support::{Answer, Desk, incident};

on_both_databases!(
    a_history_and_what_was_written_turn_their_pages,
    inc_08_a_queue_comes_by_priority_and_then_by_what_is_due_first,
    what_has_no_figure_comes_last_in_both_directions,
    every_order_shows_every_ticket_once_page_by_page,
    a_cursor_of_another_order_is_refused,
    the_link_keeps_every_parameter_as_it_was_sent,
    a_list_is_narrowed_by_everything_it_says,
    clk_13_the_queue_of_what_is_at_risk_has_what_was_warned_of_and_may_still_be_met,
    my_queue_is_asked_for_without_knowing_ones_own_id,
    somebody_has_one_queue_by_whatever_name_they_were_given_a_ticket,
    what_cannot_be_asked_is_refused_with_every_problem,
    words_are_found_with_and_without_accents,
    the_syntax_of_a_search_engine_is_only_text,
    no_filter_shows_a_ticket_of_another_organisation,
    open_emergency_changes_come_before_every_other_change,
    an_emergency_change_needs_an_open_incident_of_the_first_rank,
    what_changed_since_is_told_in_the_order_of_change,
    who_reads_changes_beside_writers_misses_none,
    a_change_that_commits_late_is_told_late_and_not_never,
);

fn numbers(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap_or_else(|| panic!("no items in {}", answer.body));
    items.iter().filter_map(|item| item["number"].as_str().map(str::to_owned)).collect()
}

async fn listed(desk: &Desk, query: &str) -> Vec<String> {
    numbers(&desk.get(&format!("/v1/tickets?{query}")).await)
}

fn with(base: Value, changes: &Value) -> Value {
    let mut ticket = base;
    for (key, value) in changes.as_object().expect("an object") {
        ticket[key] = value.clone();
    }
    ticket
}

fn change(title: &str) -> Value {
    json!({ "type": "change_request", "contract": "dap-example", "organisation": "ipo", "title": title, "channel": "api",
        "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" } })
}

/// INC-08: P3, P1, P2 come as P1, P2, P3; of one priority what is due first.
async fn inc_08_a_queue_comes_by_priority_and_then_by_what_is_due_first(desk: &Desk) {
    let first_p3 = desk.registers(&incident("p3")).await;
    let p1 = desk.registers(&incident("p1")).await;
    let p2 = desk.registers(&incident("p2")).await;
    desk.passes("PT1H").await;
    let second_p3 = desk.registers(&incident("p3")).await;
    let queue = "state=new,active,waiting&contract=dap-example&sort=priority,nextDueAt";
    assert_eq!(listed(desk, queue).await, [&p1, &p2, &first_p3, &second_p3].map(String::as_str));
    assert_eq!(desk.patch(&format!("/v1/tickets/{second_p3}"), &json!({ "priority": "p2" })).await.status, 200);
    assert_eq!(listed(desk, queue).await, [&p1, &p2, &second_p3, &first_p3].map(String::as_str));
    assert_eq!(listed(desk, "sort=-priority,nextDueAt").await, [&first_p3, &p2, &second_p3, &p1].map(String::as_str));
}

async fn what_has_no_figure_comes_last_in_both_directions(desk: &Desk) {
    let bare = desk.registers(&change("Zonder prioriteit")).await;
    desk.moves(&bare, "cancelled").await;
    let p3 = desk.registers(&incident("p3")).await;
    let p1 = desk.registers(&incident("p1")).await;
    for (sort, expected) in [
        ("priority", [&p1, &p3, &bare]),
        ("-priority", [&p3, &p1, &bare]),
        ("nextDueAt", [&p1, &p3, &bare]),
        ("-nextDueAt", [&p3, &p1, &bare]),
    ] {
        assert_eq!(listed(desk, &format!("sort={sort}")).await, expected.map(String::as_str), "{sort}");
    }
}

/// Walks a list by its links to the end.
async fn walked(desk: &Desk, query: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut path = format!("/v1/tickets?{query}");
    loop {
        let page = desk.get(&path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        seen.extend(numbers(&page));
        let Some(link) = page.headers.get("link") else {
            assert_eq!(page.body["nextCursor"], Value::Null);
            return seen;
        };
        let link = link.to_str().expect("a link");
        link.trim_start_matches('<').trim_end_matches(">; rel=\"next\"").clone_into(&mut path);
        assert!(path.contains(page.body["nextCursor"].as_str().expect("a cursor")));
    }
}

async fn every_order_shows_every_ticket_once_page_by_page(desk: &Desk) {
    for (at, priority) in ["p3", "p1", "p3", "p2", "p1"].into_iter().enumerate() {
        desk.registers(&incident(priority)).await;
        desk.registers(&change(&format!("Wijziging {at}"))).await;
        if at % 2 == 0 {
            desk.passes("PT10M").await;
        }
    }
    for keys in [
        "openedAt",
        "updatedAt",
        "nextDueAt",
        "priority",
        "number",
        "priority,nextDueAt",
        "priority,-openedAt,number",
        "-nextDueAt,openedAt",
        "-priority,-nextDueAt",
    ] {
        let whole = listed(desk, &format!("sort={keys}&pageSize=100")).await;
        assert_eq!((whole.len(), whole.iter().collect::<BTreeSet<_>>().len()), (10, 10), "{keys}");
        for size in [1, 3] {
            assert_eq!(walked(desk, &format!("sort={keys}&pageSize={size}")).await, whole, "{keys} by {size}");
        }
    }
}

async fn a_cursor_of_another_order_is_refused(desk: &Desk) {
    for _ in 0..2 {
        desk.registers(&change("Een wijziging")).await;
    }
    let page = desk.get("/v1/tickets?pageSize=1&sort=number").await;
    let cursor = page.body["nextCursor"].as_str().expect("a cursor").to_owned();
    assert_eq!(desk.get(&format!("/v1/tickets?sort=number&cursor={cursor}")).await.status, 200);
    for other in
        ["sort=-number", "sort=number,openedAt", "pageSize=1", "sort=number&type=change_request", "updatedSince=2026-01-01T00:00:00Z"]
    {
        let answer = desk.get(&format!("/v1/tickets?{other}&cursor={cursor}")).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (400, &json!("bad_cursor")), "{other}: {}", answer.body);
    }
}

async fn the_link_keeps_every_parameter_as_it_was_sent(desk: &Desk) {
    for _ in 0..3 {
        let number = desk.registers(&incident("p3")).await;
        desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": "Els & Co+1" })).await;
    }
    let query = "pageSize=1&assignee=Els%20%26%20Co%2B1&openedFrom=2026-03-02T08%3A00%3A00%2B01%3A00&text=mail%20hap";
    let page = desk.get(&format!("/v1/tickets?{query}")).await;
    let link = page.headers["link"].to_str().expect("a link");
    assert!(link.starts_with(&format!("</v1/tickets?{query}&cursor=")), "{link}");
    assert_eq!(walked(desk, query).await.len(), 3);
    // A cursor that was sent gives way to the next, however its name was written.
    let cursor = page.body["nextCursor"].as_str().expect("a cursor");
    let second = desk.get(&format!("/v1/tickets?%63ursor={cursor}&{query}")).await;
    let link = second.headers["link"].to_str().expect("a link");
    assert_eq!(link.matches("ursor=").count(), 1, "{link}");
}

async fn a_list_is_narrowed_by_everything_it_says(desk: &Desk) {
    // Proposed, so that nobody has answered yet.
    let first = desk.proposes("ipo", &with(incident("p1"), &json!({ "channel": "api" }))).await;
    let other = desk
        .registers(&with(change("Iets anders"), &json!({ "channel": "portal", "requester": { "name": "Bo", "email": "bo@ipo.example" } })))
        .await;
    let requester = desk.get(&format!("/v1/tickets/{other}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(listed(desk, "breached=true").await, Vec::<String>::new());
    desk.passes("PT1H").await;
    desk.patch(&format!("/v1/tickets/{other}"), &json!({ "assignee": "els", "team": "beheer" })).await;
    let late = desk.registers(&incident("p3")).await;
    desk.moves(&late, "in_progress").await;
    let due = desk.get(&format!("/v1/tickets/{first}")).await.body["nextDueAt"].as_str().expect("an instant").to_owned();
    for (query, expected) in [
        ("type=incident,problem", vec![&late, &first]),
        ("state=new", vec![&other, &first]),
        ("state=new,active,waiting", vec![&late, &other, &first]),
        ("state=active,resolved", vec![&late]),
        ("phase=in_progress", vec![&late]),
        ("priority=p1,p2", vec![&first]),
        ("contract=dap-example", vec![&late, &other, &first]),
        ("contract=covide", vec![]),
        ("organisation=ipo", vec![&late, &other, &first]),
        ("assignee=els", vec![&other]),
        ("team=beheer,nacht", vec![&other]),
        (&format!("requester={requester}"), vec![&other]),
        ("channel=portal", vec![&other]),
        ("openedFrom=2026-03-02T08:00:00Z", vec![&late]),
        ("openedFrom=2026-03-02T07:00:00Z&openedBefore=2026-03-02T08:00:00Z", vec![&other, &first]),
        ("updatedFrom=2026-03-02T08:00:00Z", vec![&late, &other]),
        ("updatedBefore=2026-03-02T09:00:00%2B01:00", vec![&first]),
        (&format!("dueFrom={due}&dueBefore=2026-03-02T14:00:00Z"), vec![&first]),
        (&format!("dueBefore={due}"), vec![]),
        ("dueFrom=2026-01-01T00:00:00Z&type=incident", vec![&late, &first]),
        ("breached=false", vec![&late, &other]),
        ("breached=true", vec![&first]),
    ] {
        assert_eq!(
            listed(desk, &format!("{query}&sort=-number")).await,
            expected.into_iter().map(String::as_str).collect::<Vec<_>>(),
            "{query}"
        );
    }
    desk.moves(&late, "cancelled").await;
    assert_eq!(listed(desk, "state=cancelled").await, [late.as_str()]);
    assert_eq!(listed(desk, "dueFrom=2026-01-01T00:00:00Z&type=incident").await, [first.as_str()], "nothing of it is due any more");
}

async fn clk_13_the_queue_of_what_is_at_risk_has_what_was_warned_of_and_may_still_be_met(desk: &Desk) {
    let (urgent, calm) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p3")).await);
    let at_risk = async || listed(desk, "atRisk=true").await;
    assert_eq!(at_risk().await, Vec::<String>::new());
    // P2 is to be solved within eight hours, and half of them is the first warning.
    desk.passes("PT4H").await;
    assert_eq!(at_risk().await, [urgent.as_str()]);
    assert_eq!(listed(desk, "atRisk=false").await, [calm.as_str()]);
    // Given more time it is not at risk any more, and with less again.
    desk.patch(&format!("/v1/tickets/{urgent}"), &json!({ "priority": "p3" })).await;
    assert_eq!(at_risk().await, Vec::<String>::new());
    desk.patch(&format!("/v1/tickets/{urgent}"), &json!({ "priority": "p2" })).await;
    assert_eq!(at_risk().await, [urgent.as_str()]);
    desk.passes("PT4H1S").await;
    assert_eq!(listed(desk, "breached=true").await, [urgent.as_str()]);
    assert_eq!(listed(desk, "atRisk=true&priority=p2").await, Vec::<String>::new(), "what is breached is not at risk of it");
    let solved = desk.registers(&incident("p2")).await;
    desk.passes("PT20H").await;
    assert!(at_risk().await.contains(&solved));
    desk.moves(&solved, "in_progress").await;
    desk.moves(&solved, "resolved").await;
    assert!(!at_risk().await.contains(&solved), "nor is what is solved");
}

async fn my_queue_is_asked_for_without_knowing_ones_own_id(desk: &Desk) {
    let (mine, others) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[uurwerk::domain::permission::Role::AgentLine1]).await;
    let who = desk.account_with("ali@leverancier.example").await;
    let takes = desk.ask(Some(&ali), "PATCH", &format!("/v1/tickets/{mine}"), Some(&json!({ "assignee": "me" }))).await;
    assert_eq!((takes.status, &takes.body["assignee"]), (200, &json!(who)), "{}", takes.body);
    desk.patch(&format!("/v1/tickets/{others}"), &json!({ "assignee": "els" })).await;
    let asks = async |query: &str| numbers(&desk.ask(Some(&ali), "GET", &format!("/v1/tickets?{query}"), None).await);
    assert_eq!(asks("assignee=me").await, [mine.as_str()]);
    assert_eq!(asks("assignee=me,els&sort=number").await, [mine.as_str(), others.as_str()]);
    // A view that everybody has is to each their own queue.
    let view = desk.post("/v1/saved-views", &json!({ "name": "Van mij", "query": "assignee=me", "isShared": true })).await;
    assert_eq!(asks(&format!("view={}", view.body["id"].as_str().expect("an id"))).await, [mine.as_str()]);
}

async fn somebody_has_one_queue_by_whatever_name_they_were_given_a_ticket(desk: &Desk) {
    let early = desk.registers(&incident("p2")).await;
    desk.patch(&format!("/v1/tickets/{early}"), &json!({ "assignee": "Ali Aydin" })).await;
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[uurwerk::domain::permission::Role::AgentLine1]).await;
    let who = desk.account_with("ali@leverancier.example").await.to_string();
    let mut all = vec![early.clone()];
    for called in ["Ali Aydin", "ALI@leverancier.example", &who.to_uppercase()] {
        let number = desk.registers(&incident("p2")).await;
        let given = desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": called })).await;
        assert_eq!((&given.body["assignee"], &given.body["assigneeName"]), (&json!(who), &json!("Ali Aydin")), "{called}");
        all.push(number);
    }
    let several = json!({ "tickets": [desk.registers(&incident("p2")).await], "assignee": "Ali Aydin" });
    let done = desk.post("/v1/ticket-acts", &several).await;
    all.push(several["tickets"][0].as_str().expect("a number").to_owned());
    assert_eq!(done.status, 200, "{}", done.body);
    for called in ["me", "Ali%20Aydin", "ali@leverancier.example", &who] {
        let asked = format!("/v1/tickets?assignee={called}&sort=number");
        assert_eq!(numbers(&desk.ask(Some(&ali), "GET", &asked, None).await), all, "{called}");
    }
    // Histories and lists are read by people.
    let listed = desk.get(&format!("/v1/tickets?assignee={who}&sort=number")).await;
    assert_eq!(listed.body["items"][0]["assigneeName"], "Ali Aydin", "of before there was an account");
    assert_eq!(listed.body["items"][1]["assigneeName"], "Ali Aydin");
    let events = desk.get(&format!("/v1/tickets/{}/events", all[1])).await;
    let told = events.body["items"].as_array().and_then(|events| events.iter().rfind(|event| event["type"] == "ticket.assigned")).cloned();
    assert_eq!(told.expect("an event")["changes"], json!([{ "field": "assignee", "before": null, "after": "Ali Aydin" }]));

    // Two colleagues of one name are told apart, and the ticket stays as it is.
    desk.person(None, "Ali Aydin", "a.aydin@leverancier.example", &[uurwerk::domain::permission::Role::AgentLine1]).await;
    let unclear = desk.patch(&format!("/v1/tickets/{early}"), &json!({ "assignee": "Ali Aydin", "title": "Anders" })).await;
    let errors: Vec<_> = unclear.body["errors"].as_array().into_iter().flatten().map(|error| (&error["pointer"], &error["code"])).collect();
    assert_eq!((unclear.status, errors), (400, vec![(&json!("/assignee"), &json!("ambiguous"))]), "{}", unclear.body);
    assert_eq!(desk.get(&format!("/v1/tickets/{early}")).await.body["title"], incident("p2")["title"]);
    let by_address = desk.patch(&format!("/v1/tickets/{early}"), &json!({ "assignee": "a.aydin@leverancier.example" })).await;
    assert_eq!(by_address.status, 200);
}

async fn what_cannot_be_asked_is_refused_with_every_problem(desk: &Desk) {
    let query = "phase=dromend&channel=duif&requester=anna&openedFrom=gisteren&dueBefore=2026-03-02&breached=ja&text=%2D%2D&sort=title,number,-number&updatedsince=x";
    let answer = desk.get(&format!("/v1/tickets?{query}")).await;
    let errors = answer.body["errors"].as_array().expect("errors");
    let mut codes: Vec<_> = errors.iter().filter_map(|error| Some((error["pointer"].as_str()?, error["code"].as_str()?))).collect();
    codes.sort_unstable();
    let expected = [
        ("breached", "unknown_value"),
        ("channel", "unknown_value"),
        ("dueBefore", "bad_instant"),
        ("openedFrom", "bad_instant"),
        ("phase", "unknown_value"),
        ("requester", "unknown_value"),
        ("sort", "repeated"),
        ("sort", "unknown_value"),
        ("text", "no_words"),
        ("updatedsince", "unknown_parameter"),
    ];
    assert_eq!((answer.status, codes.as_slice()), (400, &expected[..]));
    let long = format!("/v1/tickets?text={}&updatedSince=2026-03-02T07:00:00Z&sort=number", "a".repeat(501));
    let codes =
        desk.get(&long).await.body["errors"].as_array().map(|errors| errors.iter().map(|error| error["code"].clone()).collect::<Vec<_>>());
    assert_eq!(codes, Some(vec![json!("too_long"), json!("not_allowed")]));
}

/// TKT-03 and the search of the API: number, title, description and the names elsewhere.
async fn words_are_found_with_and_without_accents(desk: &Desk) {
    let texts = json!({ "title": "Coördinatie van de privé-geïnstalleerde IJsselbrug", "description": "De café-coöperatie meldt één storing.",
        "externalReferences": [{ "system": "Topdesk", "reference": "M2603-0042" }] });
    let number = desk.registers(&with(incident("p3"), &texts)).await;
    let other = desk.registers(&incident("p3")).await;
    let figure = number.trim_start_matches("INC-");
    for words in [
        "coordinatie",
        "Co%C3%B6rdinatie",
        "COO%CC%88RDINATIE",
        "geinstalleerde%20prive",
        "priv%C3%A9-ge%C3%AFn",
        "%C4%B2sselbrug",
        "ijssel",
        "cafe%20een%20stor",
        "cooperatie",
        &number,
        figure,
        "topdesk%20m2603%200042",
        "M2603-00",
    ] {
        assert_eq!(listed(desk, &format!("text={words}")).await, [number.as_str()], "{words}");
    }
    assert_eq!(listed(desk, "text=mail").await, [other.as_str()]);
    desk.patch(&format!("/v1/tickets/{other}"), &json!({ "title": "Printer rookt" })).await;
    assert_eq!(listed(desk, "text=hapert").await, Vec::<String>::new());
    assert_eq!(listed(desk, "text=printer").await, [other.as_str()]);
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "description": "Niets." })).await;
    assert_eq!(listed(desk, "text=topdesk").await, [number.as_str()], "its other names stay");
    assert_eq!(listed(desk, "text=storing").await, Vec::<String>::new());
}

async fn the_syntax_of_a_search_engine_is_only_text(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    for text in [
        "mail%22",
        "mail*",
        "mail%20AND",
        "NOT%20mail",
        "mail%20OR",
        "(mail",
        "mail)",
        "title:mail",
        "%5Email",
        "mail%20NEAR(",
        "'mail'",
        "mail%00",
        "mail%20%26",
        "mail%20%7C",
        "!mail",
        "mail:*",
        "%5C",
        "%22%22",
        "mail%20--",
        "%27;drop",
        "mail%20%F0%9F%98%80",
        "%EF%BF%BE",
        "%FF",
    ] {
        let answer = desk.get(&format!("/v1/tickets?text={text}")).await;
        assert!([200, 400].contains(&answer.status), "{text}: {}", answer.status);
        if answer.status == 200
            && !text.contains("AND")
            && !text.contains('O')
            && !text.contains("title")
            && !text.contains("NEAR")
            && text.contains("mail")
        {
            assert_eq!(numbers(&answer), [number.as_str()], "{text}");
        }
    }
}

/// Design § 5: outside the scope a row does not exist, whatever is asked.
async fn no_filter_shows_a_ticket_of_another_organisation(desk: &Desk) {
    let number = desk.registers(&incident("p1")).await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": "els", "team": "beheer" })).await;
    let requester = desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    outbox::number(&desk.app).await.expect("the stream");
    let (other, own) = (desk.token_of("gemeente-voorbeeld").await, desk.token_of("ipo").await);
    for query in [
        "",
        "type=incident",
        "type=change_request,incident",
        "state=new,active,waiting",
        "state=new",
        "phase=registered",
        "priority=p1",
        "contract=dap-example",
        "organisation=ipo",
        "assignee=els",
        "team=beheer",
        &format!("requester={requester}"),
        "channel=phone",
        "openedFrom=2026-01-01T00:00:00Z",
        "updatedFrom=2026-01-01T00:00:00Z",
        "dueFrom=2026-01-01T00:00:00Z",
        "breached=false",
        "text=mail",
        &format!("text={number}"),
        "updatedSince=2026-01-01T00:00:00Z",
        "updatedSince=2026-01-01T00:00:00Z&organisation=ipo&text=mail",
        "sort=priority,-nextDueAt",
    ] {
        let path = format!("/v1/tickets?{query}");
        // What its contracts do not name is no value for it, whether it is another's or nowhere.
        let answer = desk.ask(Some(&other), "GET", &path, None).await;
        let items = answer.body["items"].as_array().map_or(0, Vec::len);
        assert!([200, 400].contains(&answer.status) && items == 0, "{query}: {}", answer.body);
        assert!(["dap-example", "ipo"].iter().all(|name| !answer.body["errors"].to_string().contains(name)), "{query}: {}", answer.body);
        assert_eq!(numbers(&desk.ask(Some(&own), "GET", &path, None).await), [number.as_str()], "{query}");
    }
    let page = desk.get("/v1/tickets?pageSize=1").await;
    assert_eq!(page.body["nextCursor"], Value::Null);
    // A cursor of the desk's opens nothing either.
    desk.registers(&incident("p2")).await;
    let cursor = desk.get("/v1/tickets?pageSize=1").await.body["nextCursor"].as_str().expect("a cursor").to_owned();
    let answer = desk.ask(Some(&other), "GET", &format!("/v1/tickets?cursor={cursor}"), None).await;
    assert_eq!(numbers(&answer), Vec::<String>::new());
}

/// CHG-03: three normal changes and one later emergency, however the queue is sorted and paged.
async fn open_emergency_changes_come_before_every_other_change(desk: &Desk) {
    let p1 = desk.registers(&incident("p1")).await;
    let mut normal = Vec::new();
    for at in 0..3 {
        normal.push(desk.registers(&change(&format!("Wijziging {at}"))).await);
        desk.passes("PT1M").await;
    }
    let emergency = desk.registers(&with(change("Noodwijziging"), &json!({ "emergencyFor": p1 }))).await;
    let last = desk.registers(&change("Nog een")).await;
    let newest = [&emergency, &last, &normal[2], &normal[1], &normal[0]].map(String::as_str);
    let oldest = [&emergency, &normal[0], &normal[1], &normal[2], &last].map(String::as_str);
    for (sort, expected) in [("", newest), ("&sort=number", oldest), ("&sort=openedAt,number", oldest), ("&sort=-number", newest)] {
        for size in [1, 2, 100] {
            assert_eq!(walked(desk, &format!("type=change_request&pageSize={size}{sort}")).await, expected, "{sort} by {size}");
        }
    }
    assert_eq!(listed(desk, "type=change_request,incident&sort=number").await[0], p1, "it goes before changes, not before incidents");
    desk.moves(&emergency, "cancelled").await;
    assert_eq!(listed(desk, "type=change_request&sort=number").await[3], emergency, "done, it has its own place");
}

/// CHG-02: linked to a P2, refused; to an open P1, made; to a closed one, a conflict.
async fn an_emergency_change_needs_an_open_incident_of_the_first_rank(desk: &Desk) {
    let (p1, p2) = (desk.registers(&incident("p1")).await, desk.registers(&incident("p2")).await);
    let made = desk.post("/v1/tickets", &with(change("Nood"), &json!({ "emergencyFor": p1 }))).await;
    let id = desk.get(&format!("/v1/tickets/{p1}")).await.body["id"].clone();
    assert_eq!((made.status, &made.body["emergencyFor"]), (201, &id));
    assert_eq!(desk.post("/v1/tickets", &with(change("Nood"), &json!({ "emergencyFor": id }))).await.status, 201);
    let own = desk.token_of("ipo").await;
    let proposal = with(incident("p1"), &json!({ "channel": "portal" }));
    let proposed = desk.ask(Some(&own), "POST", "/v1/tickets", Some(&proposal)).await.body["number"].clone();
    for (ticket, code) in [
        (with(change("Nood"), &json!({ "emergencyFor": p2 })), "not_first_priority"),
        (with(change("Nood"), &json!({ "emergencyFor": proposed })), "not_first_priority"),
        (with(change("Nood"), &json!({ "emergencyFor": "INC-999999" })), "unknown_incident"),
        (with(change("Nood"), &json!({ "emergencyFor": "nergens" })), "unknown_incident"),
        (with(change("Nood"), &json!({ "emergencyFor": made.body["number"] })), "unknown_incident"),
        (with(incident("p3"), &json!({ "emergencyFor": p1 })), "not_allowed"),
    ] {
        let answer = desk.post("/v1/tickets", &ticket).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (400, &json!(code)), "{}", answer.body);
        assert_eq!(answer.body["errors"][0]["pointer"], "/emergencyFor");
    }
    desk.moves(&p1, "in_progress").await;
    desk.moves(&p1, "resolved").await;
    let late = desk.post("/v1/tickets", &with(change("Nood"), &json!({ "emergencyFor": p1 }))).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("incident_not_open")));
    assert_eq!(listed(desk, "type=change_request").await.len(), 2, "what was refused is not there");
}

async fn what_changed_since_is_told_in_the_order_of_change(desk: &Desk) {
    let first = desk.registers(&incident("p3")).await;
    desk.passes("PT30S").await;
    let second = desk.registers(&change("Een wijziging")).await;
    desk.passes("PT30S").await;
    let page = desk.get("/v1/tickets?updatedSince=2026-03-01T00:00:00Z").await;
    assert_eq!(numbers(&page), [first.as_str(), &second]);
    desk.passes("PT1M").await;
    desk.patch(&format!("/v1/tickets/{first}"), &json!({ "title": "Anders" })).await;
    jobs::work_off(&desk.app).await.expect("work");
    let since = |answer: &Answer| answer.body["syncedUntil"].as_str().expect("an instant").to_owned();
    let next = desk.get(&format!("/v1/tickets?updatedSince={}", since(&page))).await;
    assert_eq!(numbers(&next).last(), Some(&first));
    assert_eq!(since(&next), "2026-03-02T07:02:00Z");
    assert_eq!(walked(desk, "updatedSince=2026-03-01T00:00:00Z&pageSize=1").await, [second.as_str(), &first]);
    assert_eq!(listed(desk, "updatedSince=2026-03-01T00:00:00Z&type=incident").await, [first.as_str()]);
    // A page that is not the last is safe to ask on from as well.
    let page = desk.get("/v1/tickets?updatedSince=2026-03-01T00:00:00Z&pageSize=1").await;
    assert!(listed(desk, &format!("updatedSince={}", since(&page))).await.contains(&first));
    // Nothing changes any more: it is not told for ever.
    desk.passes("PT1H").await;
    let quiet = desk.get(&format!("/v1/tickets?updatedSince={}", since(&next))).await;
    let after = desk.get(&format!("/v1/tickets?updatedSince={}", since(&quiet))).await;
    assert_eq!((numbers(&after), since(&after)), (vec![], since(&quiet)));
}

fn draft(title: String) -> Draft {
    let text = |text: &str| Some(text.to_owned());
    Draft {
        kind: text("change_request"),
        contract: text("dap-example"),
        organisation: text("ipo"),
        title: Some(title),
        channel: text("api"),
        ..Draft::default()
    }
}

/// Does what the database had no room for again: on a busy machine one of several writers may wait longer than it has patience.
async fn again<T>(does: impl AsyncFn() -> Result<T, Error>) -> T {
    for _ in 0..100 {
        match Box::pin(does()).await {
            Err(Error::Unavailable(_) | Error::Repeat) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            done => return done.expect("it is done"),
        }
    }
    panic!("the database never had room")
}

/// Writers in two processes, a clock that runs, and a reader who asks on from each answer: at the end its copy is whole.
async fn who_reads_changes_beside_writers_misses_none(desk: &Desk) {
    const WRITERS: usize = 4;
    const EACH: usize = 25;
    let second = desk.another_process().await;
    let done = AtomicBool::new(false);
    let writer = async |at: usize| {
        let app = if at.is_multiple_of(2) { &*desk.app } else { &second };
        for of in 0..EACH {
            let stamp =
                Stamp { who: Principal { actor: Actor::Desk("test".to_owned()), ..Principal::SYSTEM }, ..Stamp::system(app.time.now()) };
            // Others come between the stamp and the commit.
            tokio::time::sleep(std::time::Duration::from_millis((at * 7 + of * 3) as u64 % 11)).await;
            let made = again(async || tickets::register(app, &stamp, &draft(format!("{at}-{of}"))).await).await.ticket;
            let wish = Act::Assign(Assign { assignee: Field::Set("els".to_owned()), team: Field::Kept, third_party: Field::Kept });
            let stamp = Stamp { recorded_at: app.time.now(), ..stamp };
            let id = uurwerk::domain::ticket::TicketRef::Id(made.id);
            again(async || tickets::act(app, &stamp, id, std::slice::from_ref(&wish), &When::default(), None).await).await;
        }
    };
    let workers = async {
        while !done.load(Ordering::Acquire) {
            for app in [&*desk.app, &second] {
                again(async || outbox::number(app).await).await;
                app.time.advance(app.time.now().plus(1).expect("an instant"));
            }
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        }
    };
    let copy = async {
        let (mut copy, mut since) = (std::collections::HashMap::new(), "2026-01-01T00:00:00Z".to_owned());
        let mut last_round = false;
        loop {
            let mut path = format!("/v1/tickets?updatedSince={since}&pageSize=7");
            loop {
                let page = desk.get(&path).await;
                for item in page.body["items"].as_array().expect("items") {
                    copy.insert(item["number"].as_str().expect("a number").to_owned(), item.clone());
                }
                let Some(cursor) = page.body["nextCursor"].as_str() else {
                    page.body["syncedUntil"].as_str().expect("an instant").clone_into(&mut since);
                    break;
                };
                path = format!("/v1/tickets?updatedSince={since}&pageSize=7&cursor={cursor}");
            }
            if last_round {
                return copy;
            }
            last_round = done.load(Ordering::Acquire);
        }
    };
    let writing = async {
        futures_util::future::join_all((0..WRITERS).map(writer)).await;
        while again(async || outbox::number(&desk.app).await).await > 0 {}
        done.store(true, Ordering::Release);
    };
    let ((), (), copy) = tokio::join!(writing, workers, copy);
    assert_eq!(copy.len(), WRITERS * EACH);
    for number in copy.keys() {
        assert_eq!(copy[number], desk.get(&format!("/v1/tickets/{number}")).await.body, "the copy is behind");
    }
}

/// A transaction whose instants are old when it commits, after a reader was told of later ones.
async fn a_change_that_commits_late_is_told_late_and_not_never(desk: &Desk) {
    let old = Stamp { who: Principal { actor: Actor::Desk("test".to_owned()), ..Principal::SYSTEM }, ..Stamp::system(desk.app.time.now()) };
    desk.passes("PT1M").await;
    desk.registers(&change("Eerder vastgelegd")).await;
    jobs::work_off(&desk.app).await.expect("work");
    let page = desk.get("/v1/tickets?updatedSince=2026-03-01T00:00:00Z").await;
    let until = page.body["syncedUntil"].as_str().expect("an instant").to_owned();
    assert_eq!(until, "2026-03-02T07:01:00Z");
    let late = tickets::register(&desk.app, &old, &draft("Later vastgelegd".to_owned())).await.expect("a ticket").ticket;
    assert!(late.updated_at < until.parse().expect("an instant"));
    jobs::work_off(&desk.app).await.expect("work");
    assert!(listed(desk, &format!("updatedSince={until}")).await.contains(&late.reference()));
}

async fn a_history_and_what_was_written_turn_their_pages(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    for at in 0..25 {
        let body = serde_json::json!({ "visibility": "public", "body": format!("Bericht {at}") });
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/messages"), &body).await.status, 201);
    }
    for (what, key, expected) in [("messages", "body", 25), ("events", "type", 26)] {
        let (mut path, mut seen) = (format!("/v1/tickets/{number}/{what}?pageSize=20"), Vec::new());
        loop {
            let page = desk.get(&path).await;
            let items = page.body["items"].as_array().expect("items");
            assert!(items.len() <= 20);
            seen.extend(items.iter().map(|item| (item["id"].clone(), item[key].as_str().unwrap_or_default().to_owned())));
            let Some(cursor) = page.body["nextCursor"].as_str() else { break };
            path = format!("/v1/tickets/{number}/{what}?pageSize=20&cursor={cursor}");
        }
        assert_eq!(seen.len(), expected, "{what}");
        if what == "messages" {
            assert!(seen.iter().enumerate().all(|(at, (_, body))| *body == format!("Bericht {at}")), "oldest first: {seen:?}");
        }
        seen.sort_by_key(|(id, _)| id.to_string());
        seen.dedup();
        assert_eq!(seen.len(), expected, "none twice");
        assert_eq!(
            desk.get(&format!("/v1/tickets/{number}/{what}?cursor=x&page=2")).await.body["errors"].as_array().map(Vec::len),
            Some(2)
        );
    }
}
