//! Canned replies: texts to answer with, filled in for a ticket.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{refusal, wrong};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, On, incident};

on_both_databases!(
    a_text_is_filled_in_for_a_ticket_in_dutch,
    what_a_ticket_has_no_value_for_is_named,
    what_somebody_wrote_is_no_placeholder,
    unknown_placeholders_are_refused_all_at_once,
    texts_are_of_the_desk_or_of_a_team,
    agents_write_texts_and_a_client_sees_none,
    nobody_overwrites_a_text_that_they_have_not_seen,
    a_text_is_filled_in_for_a_ticket_that_the_agent_sees_alone,
);

async fn agent(desk: &Desk) -> String {
    desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await
}

async fn keeps(desk: &Desk, token: &str, body: &str, team: Option<&str>) -> Answer {
    let mut reply = json!({ "title": "Welke printer?", "body": body });
    if let Some(team) = team {
        reply["team"] = json!(team);
    }
    desk.ask(Some(token), "POST", "/v1/canned-replies", Some(&reply)).await
}

fn id(answer: &Answer) -> String {
    answer.body["id"].as_str().unwrap_or_else(|| panic!("no id: {}", answer.body)).to_owned()
}

async fn filled(desk: &Desk, token: &str, number: &str, reply: &str) -> Answer {
    desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/canned-replies/{reply}"), None).await
}

async fn a_text_is_filled_in_for_a_ticket_in_dutch(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let ali = agent(desk).await;
    let who = desk.account_with("ali@leverancier.example").await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": who, "team": "eerste lijn" })).await;
    desk.moves(&number, "in_progress").await;
    let body = "Dag {{requester.name}},\n\nUw {{ticket.type}} {{ ticket.number }} ({{ticket.title}}) is {{ticket.status}} bij {{ticket.assignee}} \
        van {{ticket.team}}, gemeld op {{ticket.openedAt}}, vandaag {{today}}.\n\n{{agent.name}}, {{organisation.name}}";
    let reply = keeps(desk, &ali, body, None).await;
    assert_eq!((reply.status, &reply.body["team"], &reply.body["body"]), (201, &Value::Null, &json!(body)), "{}", reply.body);
    let shown = filled(desk, &ali, &number, &id(&reply)).await;
    let expected = format!(
        "Dag Anna de Boer,\n\nUw incident {number} (Mail hapert) is in behandeling bij Ali Aydin van eerste lijn, gemeld op 02-03-2026 08:00, \
         vandaag 02-03-2026.\n\nAli Aydin, "
    );
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(shown.body["body"].as_str().is_some_and(|text| text.starts_with(&expected)), "{}", shown.body);
    assert_eq!(shown.body["missing"], json!([]));
    // Nothing is sent, kept or told of it.
    assert!(!desk.events(&number).await.iter().any(|event| event["type"] == "ticket.replied"));
    // Every placeholder there is can be written.
    let labels = desk.get("/v1/labels").await.body;
    let listed = labels["items"].as_array().expect("lists").iter().find(|list| list["name"] == "placeholder");
    let codes: Vec<_> = listed.expect("placeholders")["values"].as_array().expect("codes").iter().map(|one| one["code"].clone()).collect();
    assert!(codes.len() > 10, "{codes:?}");
    let all: Vec<_> = codes.iter().map(|code| format!("{{{{{}}}}}", code.as_str().expect("a code"))).collect();
    assert_eq!(keeps(desk, &ali, &all.join(" "), None).await.status, 201);
}

async fn what_a_ticket_has_no_value_for_is_named(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ali = agent(desk).await;
    let reply = id(&keeps(desk, &ali, "Bij {{ticket.assignee}} van {{ticket.team}} ({{ticket.team}}).", None).await);
    let shown = filled(desk, &ali, &number, &reply).await.body;
    assert_eq!(shown, json!({ "body": "Bij  van  ().", "missing": ["ticket.assignee", "ticket.team"] }));
}

async fn what_somebody_wrote_is_no_placeholder(desk: &Desk) {
    let mut hostile = incident("p3");
    hostile["title"] = json!("{{requester.name}} {% for x in y %} {{ 7 * 7 }}");
    let number = desk.registers(&hostile).await;
    let ali = agent(desk).await;
    let reply = id(&keeps(desk, &ali, "Over: {{ticket.title}} {% if %}", None).await);
    let shown = filled(desk, &ali, &number, &reply).await.body;
    assert_eq!(shown["body"], json!("Over: {{requester.name}} {% for x in y %} {{ 7 * 7 }} {% if %}"));
}

async fn unknown_placeholders_are_refused_all_at_once(desk: &Desk) {
    let ali = agent(desk).await;
    let refused = keeps(desk, &ali, "{{ticket.secret}} {{ticket.number}} {{ 7 * 7 }} {{requester.name", None).await;
    assert_eq!((refused.status, wrong(&refused)), (400, vec![("/body", "unknown_placeholder"); 3]), "{}", refused.body);
    let told: Vec<_> = refused.body["errors"].as_array().expect("errors").iter().filter_map(|one| one["detail"].as_str()).collect();
    assert!(told[0].starts_with("{{ticket.secret}} is no placeholder; must be one of ticket.number, "), "{told:?}");
    let reply = id(&keeps(desk, &ali, "Goed.", None).await);
    let changed =
        desk.ask(Some(&ali), "PATCH", &format!("/v1/canned-replies/{reply}"), Some(&json!({ "body": "{{x}}", "title": " " }))).await;
    let mut expected = wrong(&changed);
    expected.sort_unstable();
    assert_eq!((changed.status, expected), (400, vec![("/body", "unknown_placeholder"), ("/title", "blank")]), "{}", changed.body);
}

async fn texts_are_of_the_desk_or_of_a_team(desk: &Desk) {
    let ali = agent(desk).await;
    for team in [None, Some("netwerk"), Some("werkplek")] {
        assert_eq!(keeps(desk, &ali, "Tekst.", team).await.status, 201);
    }
    let teams = async |query: &str| {
        let list = desk.ask(Some(&ali), "GET", &format!("/v1/canned-replies?{query}"), None).await.body;
        let mut teams: Vec<_> =
            list["items"].as_array().expect("texts").iter().map(|one| one["team"].as_str().unwrap_or("-").to_owned()).collect();
        teams.sort();
        teams
    };
    assert_eq!(teams("").await, ["-", "netwerk", "werkplek"]);
    assert_eq!(teams("team=netwerk").await, ["-", "netwerk"]);
    let first = desk.ask(Some(&ali), "GET", "/v1/canned-replies?pageSize=2", None).await.body;
    let cursor = first["nextCursor"].as_str().expect("a cursor");
    assert_eq!(teams(&format!("pageSize=2&cursor={cursor}")).await.len(), 1);
    let one = id(&keeps(desk, &ali, "Tekst.", Some("netwerk")).await);
    let changed = desk.ask(Some(&ali), "PATCH", &format!("/v1/canned-replies/{one}"), Some(&json!({ "team": null }))).await;
    assert_eq!((changed.status, &changed.body["team"], &changed.body["body"]), (200, &Value::Null, &json!("Tekst.")));
}

async fn agents_write_texts_and_a_client_sees_none(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (ali, client) = (agent(desk).await, desk.token_of("ipo").await);
    let officer = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let reply = id(&keeps(desk, &ali, "Dag {{requester.name}}.", None).await);
    assert_eq!(filled(desk, &officer, &number, &reply).await.status, 200);
    assert_eq!(refusal(&keeps(desk, &officer, "Tekst.", None).await), (403, "role_missing"));
    for path in
        ["/v1/canned-replies".to_owned(), format!("/v1/canned-replies/{reply}"), format!("/v1/tickets/{number}/canned-replies/{reply}")]
    {
        assert_eq!(refusal(&desk.ask(Some(&client), "GET", &path, None).await), (403, "desk_only"), "{path}");
    }
    assert_eq!(refusal(&keeps(desk, &client, "Tekst.", None).await), (403, "desk_only"));
    let export = desk.account_with("ali@leverancier.example").await;
    let export = desk.ask(Some(&officer), "GET", &format!("/v1/people/{export}/export"), None).await.body;
    assert_eq!(export["cannedReplies"][0]["body"], json!("Dag {{requester.name}}."), "{export}");
    let removed = desk.ask(Some(&ali), "POST", &format!("/v1/canned-replies/{reply}/removals"), None).await;
    assert_eq!((removed.status, &removed.body["id"]), (201, &json!(reply)));
    assert_eq!(filled(desk, &ali, &number, &reply).await.status, 404);
}

async fn nobody_overwrites_a_text_that_they_have_not_seen(desk: &Desk) {
    let ali = agent(desk).await;
    let reply = keeps(desk, &ali, "Een.", None).await;
    assert_eq!(reply.headers["etag"].to_str().ok(), Some("\"1\""));
    let (path, tag) = (format!("/v1/canned-replies/{}", id(&reply)), [("if-match", "\"1\"")]);
    assert_eq!(desk.send(Some(&ali), ("PATCH", &path), &tag, Some(&json!({ "body": "Twee." }))).await.status, 200);
    let late = desk.send(Some(&ali), ("PATCH", &path), &tag, Some(&json!({ "body": "Drie." }))).await;
    assert_eq!(refusal(&late), (412, "version_changed"));
    assert_eq!(refusal(&desk.send(Some(&ali), ("POST", &format!("{path}/removals")), &tag, None).await), (412, "version_changed"));
    let shown = desk.ask(Some(&ali), "GET", &path, None).await.body;
    assert_eq!((&shown["body"], &shown["version"], &shown["author"]["name"]), (&json!("Twee."), &json!(2), &json!("Ali Aydin")));
}

async fn a_text_is_filled_in_for_a_ticket_that_the_agent_sees_alone(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ali = agent(desk).await;
    let reply = id(&keeps(desk, &ali, "{{ticket.title}}", None).await);
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/flags"), &json!({ "flag": "privacy" })).await.status, 201);
    assert_eq!(refusal(&filled(desk, &ali, &number, &reply).await), (404, "not_found"));
}

#[actix_web::test]
async fn a_text_is_of_a_team_that_the_settings_name_where_they_name_any() {
    for on in [On::Sqlite, On::Postgres] {
        let desk = Desk::open_with_file(on, "[teams.netwerk]\nlabel = { nl = \"Netwerk\" }\n").await;
        let refused = keeps(&desk, ADMIN, "Tekst.", Some("werkplek")).await;
        assert_eq!((refused.status, wrong(&refused)), (400, vec![("/team", "unknown_team")]), "{}", refused.body);
        assert_eq!(keeps(&desk, ADMIN, "Tekst.", Some("netwerk")).await.status, 201);
    }
}
