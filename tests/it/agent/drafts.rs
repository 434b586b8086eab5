//! What an agent has begun to write on a ticket.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::refusal;
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    a_draft_is_seen_by_its_author_alone_and_no_history_tells_of_it,
    a_message_that_is_sent_from_a_draft_takes_it_away,
    one_window_does_not_overwrite_what_was_typed_in_another,
    whoever_does_not_see_the_ticket_any_more_sees_no_draft_on_it,
    an_erased_author_leaves_no_draft_and_an_export_has_it,
    a_draft_that_holds_what_is_redacted_goes_with_it,
);

fn path(number: &str) -> String {
    format!("/v1/tickets/{number}/message-drafts")
}

async fn agent(desk: &Desk, name: &str) -> String {
    let email = format!("{}@leverancier.example", name.to_lowercase());
    desk.person(None, name, &email, &[Role::AgentLine1]).await
}

async fn saves(desk: &Desk, token: &str, number: &str, body: &str) -> Answer {
    desk.ask(Some(token), "POST", &path(number), Some(&json!({ "visibility": "public", "body": body }))).await
}

async fn drafts(desk: &Desk, token: &str, number: &str) -> Value {
    desk.ask(Some(token), "GET", &path(number), None).await.body["items"].clone()
}

async fn a_draft_is_seen_by_its_author_alone_and_no_history_tells_of_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (ali, bob) = (agent(desk, "Ali").await, agent(desk, "Bob").await);
    assert_eq!(drafts(desk, &ali, &number).await, json!([]));
    let before = desk.get(&format!("/v1/tickets/{number}")).await;
    let saved = saves(desk, &ali, &number, "Dag Anna,").await;
    assert_eq!(
        (saved.status, &saved.body["version"], saved.headers["etag"].to_str().ok()),
        (201, &json!(1), Some("\"1\"")),
        "{}",
        saved.body
    );
    assert_eq!(saves(desk, &ali, &number, "Dag Anna, welke printer?").await.body["version"], json!(2));
    assert_eq!(saves(desk, &bob, &number, "").await.status, 201, "also one that is empty so far");
    assert_eq!(drafts(desk, &ali, &number).await[0]["body"], json!("Dag Anna, welke printer?"));
    assert_eq!((drafts(desk, &bob, &number).await[0]["body"].clone(), drafts(desk, ADMIN, &number).await), (json!(""), json!([])));
    let after = desk.get(&format!("/v1/tickets/{number}")).await;
    assert_eq!((&before.body, &before.headers["etag"]), (&after.body, &after.headers["etag"]));
    assert_eq!(desk.events(&number).await.len(), 1);
    let removal = format!("/v1/tickets/{number}/message-draft-removals");
    for _ in 0..2 {
        let gone = desk.ask(Some(&ali), "POST", &removal, None).await;
        assert_eq!((gone.status, &gone.body["items"]), (201, &json!([])), "{}", gone.body);
    }
    assert_eq!((drafts(desk, &ali, &number).await, drafts(desk, &bob, &number).await.as_array().map(Vec::len)), (json!([]), Some(1)));
    let client = desk.token_of("ipo").await;
    assert_eq!(refusal(&saves(desk, &client, &number, "x").await), (403, "desk_only"));
    assert_eq!(refusal(&desk.ask(Some(&client), "GET", &path(&number), None).await), (403, "desk_only"));
}

async fn a_message_that_is_sent_from_a_draft_takes_it_away(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (ali, bob) = (agent(desk, "Ali").await, agent(desk, "Bob").await);
    for token in [&ali, &bob] {
        saves(desk, token, &number, "Dag Anna,").await;
    }
    let messages = format!("/v1/tickets/{number}/messages");
    let sends = async |from_draft: bool| {
        let message = json!({ "visibility": "public", "body": "Dag Anna, het is klaar.", "fromDraft": from_draft });
        assert_eq!(desk.ask(Some(&ali), "POST", &messages, Some(&message)).await.status, 201);
        drafts(desk, &ali, &number).await.as_array().map(Vec::len)
    };
    assert_eq!((sends(false).await, sends(true).await), (Some(1), Some(0)));
    assert_eq!(drafts(desk, &bob, &number).await[0]["body"], json!("Dag Anna,"), "another's stays");
    // A message that is refused takes nothing away.
    saves(desk, &ali, &number, "Nog iets.").await;
    let refused = json!({ "visibility": "public", "body": " ", "fromDraft": true });
    assert_eq!(desk.ask(Some(&ali), "POST", &messages, Some(&refused)).await.status, 400);
    assert_eq!(drafts(desk, &ali, &number).await[0]["body"], json!("Nog iets."));
}

async fn one_window_does_not_overwrite_what_was_typed_in_another(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ali = agent(desk, "Ali").await;
    let saves_at = async |tag: &str, body: &str| {
        let body = json!({ "visibility": "internal", "body": body });
        desk.send(Some(&ali), ("POST", &path(&number)), &[("if-match", tag)], Some(&body)).await
    };
    assert_eq!(saves(desk, &ali, &number, "Een.").await.status, 201);
    assert_eq!(saves_at("\"1\"", "Twee.").await.status, 201);
    assert_eq!(refusal(&saves_at("\"1\"", "Ook twee.").await), (412, "version_changed"));
    let removal = format!("/v1/tickets/{number}/message-draft-removals");
    let refused = desk.send(Some(&ali), ("POST", &removal), &[("if-match", "\"1\"")], None).await;
    assert_eq!(refusal(&refused), (412, "version_changed"));
    assert_eq!(drafts(desk, &ali, &number).await[0]["body"], json!("Twee."));
    let key = [("idempotency-key", "een-keer")];
    let body = json!({ "visibility": "public", "body": "Drie." });
    let (once, twice) = (
        desk.send(Some(&ali), ("POST", &path(&number)), &key, Some(&body)).await,
        desk.send(Some(&ali), ("POST", &path(&number)), &key, Some(&body)).await,
    );
    assert_eq!((once.status, &once.body), (201, &twice.body));
}

async fn whoever_does_not_see_the_ticket_any_more_sees_no_draft_on_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ali = agent(desk, "Ali").await;
    saves(desk, &ali, &number, "Vertrouwelijk.").await;
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/flags"), &json!({ "flag": "privacy" })).await.status, 201);
    assert_eq!(desk.ask(Some(&ali), "GET", &path(&number), None).await.status, 404);
    assert_eq!(saves(desk, &ali, &number, "x").await.status, 404);
}

async fn an_erased_author_leaves_no_draft_and_an_export_has_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (ali, bob) = (agent(desk, "Ali").await, agent(desk, "Bob").await);
    saves(desk, &ali, &number, "Van Ali.").await;
    saves(desk, &bob, &number, "Van Bob.").await;
    let officer = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let who = desk.account_with("ali@leverancier.example").await;
    let export = desk.ask(Some(&officer), "GET", &format!("/v1/people/{who}/export"), None).await.body;
    assert_eq!(
        (export["messageDrafts"].as_array().map(Vec::len), &export["messageDrafts"][0]["body"]),
        (Some(1), &json!("Van Ali.")),
        "{export}"
    );
    let erased = desk.ask(Some(&officer), "POST", "/v1/erasures", Some(&json!({ "person": who, "reason": "Verzoek." }))).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    assert_eq!((desk.holding("Van Ali.").await, desk.rows("message_draft").await), (Vec::new(), 1));
}

async fn a_draft_that_holds_what_is_redacted_goes_with_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (ali, bob) = (agent(desk, "Ali").await, agent(desk, "Bob").await);
    let message = json!({ "visibility": "internal", "body": "Zijn nummer is 123456782." });
    let message = desk.post(&format!("/v1/tickets/{number}/messages"), &message).await;
    saves(desk, &ali, &number, "U schreef: 123456782. Klopt dat?").await;
    saves(desk, &bob, &number, "Iets anders.").await;
    let (first, second) = (
        desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await,
        desk.person(None, "Sam Smit", "sam@leverancier.example", &[Role::ServiceManager]).await,
    );
    let redactions = format!("/v1/tickets/{number}/redactions");
    let wanted = json!({ "what": "message", "target": message.body["id"], "reason": "Een burgerservicenummer." });
    let asked = desk.ask(Some(&first), "POST", &redactions, Some(&wanted)).await;
    let approval = format!("{redactions}/{}/approvals", asked.body["id"].as_str().expect("an id"));
    assert_eq!(desk.ask(Some(&second), "POST", &approval, Some(&json!({}))).await.status, 201);
    assert_eq!(desk.holding("123456782").await, Vec::<String>::new());
    assert_eq!((drafts(desk, &ali, &number).await, drafts(desk, &bob, &number).await.as_array().map(Vec::len)), (json!([]), Some(1)));
}
