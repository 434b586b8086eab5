//! Tags: short labels by which the desk finds its tickets again.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::rebuild::rebuild;

use super::{refusal, wrong};
use crate::on_both_databases;
use crate::support::{Answer, Desk, incident};

on_both_databases!(
    an_agent_tags_a_ticket_and_finds_it_by_that,
    what_is_no_tag_is_refused_with_everything_that_is_wrong,
    a_ticket_has_at_most_twenty_tags,
    a_client_sees_neither_tags_nor_that_there_are_any,
    tags_in_use_are_offered_by_how_they_begin,
    tags_are_what_the_history_says_and_are_mended_from_it,
    redacted_tags_are_gone_from_the_history_too,
);

async fn tags(desk: &Desk, number: &str, tags: &[&str]) -> Answer {
    desk.post(&format!("/v1/tickets/{number}/tags"), &json!({ "tags": tags })).await
}

fn numbers(list: &Answer) -> Vec<&str> {
    list.body["items"].as_array().into_iter().flatten().filter_map(|one| one["number"].as_str()).collect()
}

async fn an_agent_tags_a_ticket_and_finds_it_by_that(desk: &Desk) {
    let (one, two) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let tagged = tags(desk, &one, &["VPN storing", "Coördinatie", "vpn-storing"]).await;
    assert_eq!((tagged.status, &tagged.body["tags"]), (201, &json!(["coordinatie", "vpn-storing"])), "{}", tagged.body);
    assert_eq!(tags(desk, &two, &["coordinatie"]).await.status, 201);
    for (asked, found) in [
        ("tag=vpn-storing", vec![one.as_str()]),
        ("tag=Vpn%20Storing", vec![one.as_str()]),
        ("tag=vpn-storing,coordinatie", vec![two.as_str(), one.as_str()]),
        ("tag=co%C3%B6rdinatie&state=new", vec![two.as_str(), one.as_str()]),
        ("tag=niets", vec![]),
    ] {
        assert_eq!(numbers(&desk.get(&format!("/v1/tickets?{asked}")).await), found, "{asked}");
    }
    let path = format!("/v1/tickets/{one}/tag-removals");
    let removed = desk.post(&path, &json!({ "tags": ["coordinatie", "niets"] })).await;
    assert_eq!((removed.status, &removed.body["tags"]), (201, &json!(["vpn-storing"])), "{}", removed.body);
    // What changes nothing leaves no trace, and no other version.
    let again = tags(desk, &one, &["vpn-storing"]).await;
    assert_eq!((again.status, &again.body["version"]), (201, &removed.body["version"]));
    let told: Vec<_> = desk.events(&one).await.iter().map(|event| (event["type"].clone(), event["data"].clone())).collect();
    assert_eq!(
        told[1..],
        [
            (json!("ticket.tagged"), json!({ "tags": ["coordinatie", "vpn-storing"] })),
            (json!("ticket.untagged"), json!({ "tags": ["coordinatie"] })),
        ]
    );
    // A tag says nothing to the clocks, nor to what is recorded later than it happened.
    let late = json!({ "visibility": "public", "body": "Gebeld.", "occurredAt": "2026-03-02T07:00:00Z", "occurredAtReason": "Vergeten." });
    desk.passes("PT1H").await;
    tags(desk, &two, &["later"]).await;
    let late = desk.post(&format!("/v1/tickets/{two}/messages"), &late).await;
    assert_eq!(late.status, 201, "{}", late.body);
}

async fn what_is_no_tag_is_refused_with_everything_that_is_wrong(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let long = "x".repeat(51);
    let refused = tags(desk, &number, &["goed", "a,b", &long, " - "]).await;
    let expected = [("/tags/1", "bad_format"), ("/tags/2", "bad_format"), ("/tags/3", "bad_format")];
    assert_eq!((refused.status, wrong(&refused)), (400, expected.to_vec()), "{}", refused.body);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["tags"], json!([]));
    let filter = desk.get("/v1/tickets?tag=goed,%21").await;
    assert_eq!((filter.status, wrong(&filter)), (400, vec![("tag", "unknown_value")]));
    let reader = desk.token(None, &[Role::Auditor]).await;
    let refused = desk.ask(Some(&reader), "POST", &format!("/v1/tickets/{number}/tags"), Some(&json!({ "tags": ["x"] }))).await;
    assert_eq!(refusal(&refused), (403, "role_missing"));
}

async fn a_ticket_has_at_most_twenty_tags(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let twenty: Vec<_> = (0..20).map(|at| format!("label-{at}")).collect();
    let twenty: Vec<_> = twenty.iter().map(String::as_str).collect();
    assert_eq!(tags(desk, &number, &twenty).await.status, 201);
    assert_eq!(refusal(&tags(desk, &number, &["nog-een"]).await), (409, "too_many_tags"));
    assert_eq!(tags(desk, &number, &["label-3"]).await.status, 201, "it has that one");
    assert_eq!(tags(desk, &number, &["a"; 21]).await.status, 400);
}

async fn a_client_sees_neither_tags_nor_that_there_are_any(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let client = desk.token_of("ipo").await;
    let asks = async |path: &str| desk.ask(Some(&client), "GET", path, None).await;
    let path = format!("/v1/tickets/{number}");
    let before = asks(&path).await;
    assert_eq!(tags(desk, &number, &["lastig"]).await.status, 201);
    let after = asks(&path).await;
    assert_eq!((&before.body, &before.headers["etag"]), (&after.body, &after.headers["etag"]));
    assert_eq!(after.body.get("tags"), None);
    let told = asks(&format!("{path}/events")).await.body.to_string();
    assert!(!told.contains("tagged") && !told.contains("lastig"), "{told}");
    let filter = asks("/v1/tickets?tag=lastig").await;
    assert_eq!((filter.status, wrong(&filter)), (400, vec![("tag", "desk_only")]));
    for (method, path) in
        [("GET", "/v1/ticket-tags".to_owned()), ("POST", format!("{path}/tags")), ("POST", format!("{path}/tag-removals"))]
    {
        let body = (method == "POST").then(|| json!({ "tags": ["x"] }));
        assert_eq!(refusal(&desk.ask(Some(&client), method, &path, body.as_ref()).await), (403, "desk_only"), "{path}");
    }
    let redaction = json!({ "what": "tags", "reason": "Weg." });
    let signer = desk.signer_of("ipo").await;
    let asked = desk.ask(Some(&signer), "POST", &format!("{path}/redactions"), Some(&redaction)).await;
    assert_eq!((asked.status, wrong(&asked)), (400, vec![("/target", "unknown_value")]), "{}", asked.body);
}

async fn tags_in_use_are_offered_by_how_they_begin(desk: &Desk) {
    let (one, two, hidden) =
        (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    tags(desk, &one, &["mail", "mailbox", "vpn", "100%"]).await;
    tags(desk, &one, &["mail", "mailbox", "vpn"]).await;
    tags(desk, &two, &["mail", "netwerk"]).await;
    tags(desk, &hidden, &["malversatie"]).await;
    desk.post(&format!("/v1/tickets/{hidden}/flags"), &json!({ "flag": "privacy" })).await;
    let agent = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
    let offered = async |query: &str| {
        let page = desk.ask(Some(&agent), "GET", &format!("/v1/ticket-tags?{query}"), None).await;
        let tags: Vec<_> =
            page.body["items"].as_array().into_iter().flatten().filter_map(|one| one["tag"].as_str()).map(str::to_owned).collect();
        (tags, page.body["nextCursor"].as_str().map(str::to_owned))
    };
    assert_eq!(offered("").await.0, ["mail", "mailbox", "netwerk", "vpn"]);
    assert_eq!(offered("begin=M%C3%81").await.0, ["mail", "mailbox"]);
    assert_eq!(offered("begin=%25").await.0, Vec::<String>::new());
    let (first, next) = offered("pageSize=3").await;
    let rest = offered(&format!("pageSize=3&cursor={}", next.expect("a cursor"))).await;
    assert_eq!((first.len(), rest), (3, (vec!["vpn".to_owned()], None)));
}

async fn tags_are_what_the_history_says_and_are_mended_from_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    tags(desk, &number, &["een", "twee"]).await;
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
    let id: uuid::Uuid =
        desk.get(&format!("/v1/tickets/{number}")).await.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    desk.spoils("DELETE FROM ticket_tag WHERE tag = 'een' AND ticket_id = $1", id).await;
    desk.spoils("UPDATE ticket_tag SET tag = 'drie' WHERE tag = 'twee' AND ticket_id = $1", id).await;
    let mut found: Vec<_> = rebuild(&desk.app, true).await.expect("a repair").differences.into_iter().map(|one| one.what).collect();
    found.sort();
    assert_eq!(found, ["ticket_tag.drie", "ticket_tag.een", "ticket_tag.twee"]);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["tags"], json!(["een", "twee"]));
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
}

async fn redacted_tags_are_gone_from_the_history_too(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    tags(desk, &number, &["bsn-123456782", "vpn"]).await;
    let (first, second) = (
        desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await,
        desk.person(None, "Sam Smit", "sam@leverancier.example", &[Role::ServiceManager]).await,
    );
    let path = format!("/v1/tickets/{number}/redactions");
    let asked = desk.ask(Some(&first), "POST", &path, Some(&json!({ "what": "tags", "reason": "Een burgerservicenummer." }))).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let approval = format!("{path}/{}/approvals", asked.body["id"].as_str().expect("an id"));
    assert_eq!(desk.ask(Some(&second), "POST", &approval, Some(&json!({}))).await.status, 201);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["tags"], json!([]));
    assert_eq!(desk.holding("123456782").await, Vec::<String>::new());
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
    let client = desk.token_of("ipo").await;
    let told = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{number}/events"), None).await.body;
    let told: Vec<&Value> = told["items"].as_array().expect("events").iter().map(|event| &event["type"]).collect();
    assert_eq!(told, [&json!("ticket.registered")], "what a client did not see is not taken from it");
    assert_eq!(tags(desk, &number, &["vpn"]).await.body["tags"], json!(["vpn"]));
}
