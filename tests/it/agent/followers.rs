//! Following a ticket: who does, and what they are told.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::rebuild::rebuild;

use super::{refusal, wrong};
use crate::on_both_databases;
use crate::support::{Answer, Desk, incident};

on_both_databases!(
    whoever_follows_a_ticket_is_told_of_what_its_requester_is_told,
    each_follows_themself_and_the_desk_names_others,
    a_follower_sees_no_ticket_that_they_could_not_see_before,
    nobody_follows_what_few_may_see_of_whom_the_desk_does_not_know_that_they_may,
    a_flag_that_comes_later_ends_what_a_follower_is_told,
    whoever_left_or_was_erased_is_told_nothing_any_more,
    whoever_was_let_in_by_a_right_that_ended_is_told_nothing_any_more,
    of_what_few_may_see_nothing_goes_to_an_address_that_changed_since,
    an_agent_finds_the_tickets_that_they_follow,
    followers_are_what_the_history_says_and_are_mended_from_it,
);

const ALI: &str = "ali@leverancier.example";
const BEA: &str = "bea@ipo.example";

async fn follows(desk: &Desk, token: &str, number: &str, person: Option<&str>) -> Answer {
    desk.ask(Some(token), "POST", &format!("/v1/tickets/{number}/followers"), Some(&json!({ "person": person }))).await
}

async fn unfollows(desk: &Desk, token: &str, number: &str, person: Option<&str>) -> Answer {
    desk.ask(Some(token), "POST", &format!("/v1/tickets/{number}/follower-removals"), Some(&json!({ "person": person }))).await
}

async fn answers(desk: &Desk, number: &str, text: &str) {
    let body = json!({ "visibility": "public", "body": text });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/messages"), &body).await.status, 201);
    desk.passes("PT1M").await;
}

/// An agent of the desk, by token and id.
async fn ali(desk: &Desk) -> (String, String) {
    let token = desk.person(None, "Ali Aydin", ALI, &[Role::AgentLine1]).await;
    (token, desk.account_with(ALI).await.to_string())
}

/// A colleague of the requester, who sees what they reported themselves.
async fn bea(desk: &Desk) -> (String, String) {
    let token = desk.person(Some("ipo"), "Bea Bos", BEA, &[Role::Requester]).await;
    let found = desk.get("/v1/people?text=bea@ipo").await.body["items"][0]["id"].clone();
    (token, found.as_str().expect("an id").to_owned())
}

/// The mails to somebody so far.
fn mails_to(desk: &Desk, address: &str) -> Vec<String> {
    desk.mails().into_iter().filter(|mail| mail.lines().any(|line| line.starts_with("To:") && line.contains(address))).collect()
}

fn names(answer: &Answer) -> Vec<&str> {
    let mut names: Vec<_> = answer.body["items"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
    names.sort_unstable();
    names
}

async fn whoever_follows_a_ticket_is_told_of_what_its_requester_is_told(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ((ali, _), (_, bea)) = (ali(desk).await, bea(desk).await);
    assert_eq!(follows(desk, &ali, &number, None).await.status, 201);
    let both = follows(desk, &ali, &number, Some(&bea)).await;
    assert_eq!((both.status, names(&both)), (201, vec!["Ali Aydin", "Bea Bos"]), "{}", both.body);
    answers(desk, &number, "Welke printer bedoelt u?").await;
    assert_eq!(desk.moves(&number, "in_progress").await.status, 201);
    assert_eq!(desk.moves(&number, "resolved").await.status, 201);
    let note = json!({ "visibility": "internal", "body": "Niet voor de klant." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/messages"), &note).await.status, 201);
    desk.passes("PT1M").await;
    for address in [ALI, BEA] {
        let mails = mails_to(desk, address);
        assert_eq!(mails.len(), 3, "{address}: {mails:?}");
        assert!(mails.iter().all(|mail| mail.contains(&format!("[{number}] Gevolgd: Mail hapert"))), "{mails:?}");
        for words in ["Welke printer bedoelt u?", "in behandeling", "verholpen"] {
            assert!(mails.iter().any(|mail| mail.contains(words)), "{address} is not told {words}");
        }
    }
    // Nobody is told of what they did, and the requester is told once.
    let before = mails_to(desk, ALI).len();
    let own = json!({ "visibility": "public", "body": "Van mij." });
    assert_eq!(desk.ask(Some(&ali), "POST", &format!("/v1/tickets/{number}/messages"), Some(&own)).await.status, 201);
    let anna = desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(follows(desk, &ali, &number, Some(&anna)).await.status, 201);
    let told = mails_to(desk, "anna@ipo.example").len();
    answers(desk, &number, "Nog iets.").await;
    assert_eq!(mails_to(desk, "anna@ipo.example").len(), told + 2);
    assert_eq!((mails_to(desk, ALI).len(), mails_to(desk, BEA).len()), (before + 1, 5));
    // And nothing any more once they do not follow it.
    assert_eq!(unfollows(desk, &ali, &number, Some(&bea)).await.status, 201);
    answers(desk, &number, "Het laatste.").await;
    assert_eq!(mails_to(desk, BEA).len(), 5);
}

async fn each_follows_themself_and_the_desk_names_others(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ((ali, ali_id), (_, bea_id)) = (ali(desk).await, bea(desk).await);
    let karin = desk.signer_of("ipo").await;
    let followed = follows(desk, &karin, &number, None).await;
    assert_eq!((followed.status, names(&followed)), (201, vec!["Karin Mulder"]), "{}", followed.body);
    assert_eq!(refusal(&follows(desk, &karin, &number, Some(&bea_id)).await), (403, "desk_only"));
    assert_eq!(refusal(&unfollows(desk, &karin, &number, Some(&bea_id)).await), (403, "desk_only"));
    assert_eq!(follows(desk, &ali, &number, None).await.status, 201);
    // A client sees and hears of its own side alone.
    let path = format!("/v1/tickets/{number}/followers");
    assert_eq!(names(&desk.ask(Some(&karin), "GET", &path, None).await), ["Karin Mulder"]);
    assert_eq!(names(&desk.ask(Some(&ali), "GET", &path, None).await), ["Ali Aydin", "Karin Mulder"]);
    let told = desk.ask(Some(&karin), "GET", &format!("/v1/tickets/{number}/events"), None).await.body;
    let told: Vec<&Value> = told["items"].as_array().expect("events").iter().filter(|event| event["type"] == "ticket.followed").collect();
    assert!(told.len() == 1 && told[0]["data"]["visibility"] == "public", "{told:?}");
    let by_filter = |who: &str| format!("/v1/tickets?follower={who}");
    assert_eq!(desk.ask(Some(&karin), "GET", &by_filter(&ali_id), None).await.body["items"], json!([]), "not even by a filter");
    // Following twice is following once, and whoever does not follow stops nothing.
    let version = desk.get(&format!("/v1/tickets/{number}")).await.body["version"].clone();
    assert_eq!(follows(desk, &ali, &number, None).await.status, 201);
    assert_eq!(unfollows(desk, &ali, &number, Some(&bea_id)).await.status, 201);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["version"], version);
    // Nobody of another organisation, nobody at all, and nobody without an address.
    let other = desk
        .post("/v1/people", &json!({ "organisation": "gemeente-voorbeeld", "name": "Eva", "email": "eva@gemeente-voorbeeld.example" }))
        .await;
    let phone = desk.post("/v1/people", &json!({ "organisation": "ipo", "name": "Piet", "phone": "070 123 45 67" })).await;
    let id = |answer: &Answer| answer.body["id"].as_str().expect("an id").to_owned();
    for nobody in [id(&other), id(&phone), uuid::Uuid::new_v4().to_string()] {
        let refused = follows(desk, &ali, &number, Some(&nobody)).await;
        assert_eq!((refused.status, wrong(&refused)), (400, vec![("/person", "unknown_person")]), "{nobody}");
    }
    let nobody = desk.token(None, &[Role::AgentLine1]).await;
    let refused = follows(desk, &nobody, &number, None).await;
    assert_eq!((refused.status, wrong(&refused)), (400, vec![("/person", "unknown_person")]), "a token is nobody who is mailed");
}

async fn a_follower_sees_no_ticket_that_they_could_not_see_before(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (bea, bea_id) = bea(desk).await;
    assert_eq!(follows(desk, crate::support::ADMIN, &number, Some(&bea_id)).await.status, 201);
    for path in [format!("/v1/tickets/{number}"), format!("/v1/tickets/{number}/followers"), format!("/v1/tickets/{number}/messages")] {
        assert_eq!(desk.ask(Some(&bea), "GET", &path, None).await.status, 404, "{path}");
    }
    assert_eq!(desk.ask(Some(&bea), "GET", &format!("/v1/tickets?follower={bea_id}"), None).await.body["items"], json!([]));
    assert_eq!(unfollows(desk, &bea, &number, None).await.status, 404);
}

async fn flags(desk: &Desk, number: &str) {
    let flag = json!({ "flag": "security", "securityAspects": ["integrity"] });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/flags"), &flag).await.status, 201);
}

async fn nobody_follows_what_few_may_see_of_whom_the_desk_does_not_know_that_they_may(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ((ali, ali_id), (_, bea_id)) = (ali(desk).await, bea(desk).await);
    flags(desk, &number).await;
    let officer = desk.person(None, "Sien Smit", "sien@leverancier.example", &[Role::SecurityOfficer, Role::AgentLine1]).await;
    assert_eq!(follows(desk, &ali, &number, None).await.status, 404);
    for person in [&ali_id, &bea_id] {
        assert_eq!(refusal(&follows(desk, &officer, &number, Some(person)).await), (409, "may_not_follow"), "{person}");
    }
    // Whoever has it in hand may, and is told.
    assert_eq!(desk.ask(Some(&officer), "PATCH", &format!("/v1/tickets/{number}"), Some(&json!({ "assignee": ali_id }))).await.status, 200);
    assert_eq!(follows(desk, &ali, &number, None).await.status, 201);
    answers(desk, &number, "Alleen voor u.").await;
    assert_eq!(mails_to(desk, ALI).iter().filter(|mail| mail.contains("Gevolgd: ")).count(), 1);
}

async fn a_flag_that_comes_later_ends_what_a_follower_is_told(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ((ali, _), (_, bea_id)) = (ali(desk).await, bea(desk).await);
    follows(desk, &ali, &number, None).await;
    follows(desk, &ali, &number, Some(&bea_id)).await;
    answers(desk, &number, "Voor allen.").await;
    flags(desk, &number).await;
    answers(desk, &number, "Voor weinigen.").await;
    assert_eq!((mails_to(desk, ALI).len(), mails_to(desk, BEA).len()), (1, 1));
    assert!(mails_to(desk, "anna@ipo.example").iter().any(|mail| mail.contains("Voor weinigen.")));
}

async fn whoever_left_or_was_erased_is_told_nothing_any_more(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ((ali, ali_id), (_, bea_id)) = (ali(desk).await, bea(desk).await);
    follows(desk, &ali, &number, None).await;
    follows(desk, &ali, &number, Some(&bea_id)).await;
    let left = desk.patch(&format!("/v1/people/{bea_id}"), &json!({ "isActive": false })).await;
    assert_eq!(left.status, 200, "{}", left.body);
    answers(desk, &number, "Na vertrek.").await;
    assert_eq!((mails_to(desk, ALI).len(), mails_to(desk, BEA).len()), (1, 0));
    let officer = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let export = desk.ask(Some(&officer), "GET", &format!("/v1/people/{bea_id}/export"), None).await.body;
    assert_eq!(export["followed"].as_array().map(Vec::len), Some(1), "{export}");
    for person in [&bea_id, &ali_id] {
        let erased = desk.ask(Some(&officer), "POST", "/v1/erasures", Some(&json!({ "person": person, "reason": "Verzoek." }))).await;
        assert_eq!(erased.status, 201, "{}", erased.body);
    }
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/followers")).await.body["items"], json!([]));
    assert_eq!(desk.rows("ticket_follower").await, 0);
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
    answers(desk, &number, "Na verwijdering.").await;
    assert!(!desk.mails().iter().any(|mail| mail.contains("Gevolgd") && mail.contains("Na verwijdering.")));
}

async fn whoever_was_let_in_by_a_right_that_ended_is_told_nothing_any_more(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (_, ali) = ali(desk).await;
    let right =
        json!({ "kind": "right", "role": "agent_line_2", "holder": ALI, "untilAt": "2026-03-03T08:00:00+01:00", "reason": "Tijdelijk." });
    let granted = desk.ask(Some(&desk.signer().await), "POST", "/v1/role-assignments", Some(&right)).await;
    assert_eq!((granted.status, &granted.body["state"]), (201, &json!("in_force")), "{}", granted.body);
    assert_eq!(follows(desk, crate::support::ADMIN, &number, Some(&ali)).await.status, 201);
    answers(desk, &number, "Zolang het mag.").await;
    assert_eq!(mails_to(desk, ALI).len(), 1);
    desk.reaches("2026-03-03T09:00:00+01:00").await;
    answers(desk, &number, "Daarna.").await;
    assert_eq!(mails_to(desk, ALI).len(), 1);
}

async fn of_what_few_may_see_nothing_goes_to_an_address_that_changed_since(desk: &Desk) {
    let karin = desk.signer_of("ipo").await;
    let mut ticket = incident("p3");
    ticket["channel"] = json!("portal");
    let made = desk.ask(Some(&karin), "POST", "/v1/tickets", Some(&ticket)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let number = made.body["number"].as_str().expect("a number").to_owned();
    flags(desk, &number).await;
    assert_eq!(follows(desk, &karin, &number, None).await.status, 201, "she registered it");
    answers(desk, &number, "Eerst.").await;
    assert_eq!(mails_to(desk, "karin@ipo.example").len(), 1);
    let id = desk.get("/v1/people?text=karin@ipo").await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    let changed = desk.patch(&format!("/v1/people/{id}"), &json!({ "email": "vreemd@ipo.example" })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    answers(desk, &number, "Daarna.").await;
    assert_eq!(mails_to(desk, "vreemd@ipo.example").len(), 0);
}

async fn an_agent_finds_the_tickets_that_they_follow(desk: &Desk) {
    let (one, _two) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let (ali, id) = ali(desk).await;
    follows(desk, &ali, &one, None).await;
    let found = desk.ask(Some(&ali), "GET", &format!("/v1/tickets?follower={id}"), None).await;
    let found: Vec<_> = found.body["items"].as_array().expect("tickets").iter().filter_map(|one| one["number"].as_str()).collect();
    assert_eq!(found, [one.as_str()]);
    assert_eq!(wrong(&desk.get("/v1/tickets?follower=ali").await), [("follower", "unknown_value")]);
}

async fn followers_are_what_the_history_says_and_are_mended_from_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ((ali, ali_id), (_, bea_id)) = (ali(desk).await, bea(desk).await);
    follows(desk, &ali, &number, None).await;
    follows(desk, &ali, &number, Some(&bea_id)).await;
    unfollows(desk, &ali, &number, Some(&bea_id)).await;
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
    let id: uuid::Uuid =
        desk.get(&format!("/v1/tickets/{number}")).await.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    desk.spoils("DELETE FROM ticket_follower WHERE ticket_id = $1", id).await;
    let found: Vec<_> = rebuild(&desk.app, true).await.expect("a repair").differences.into_iter().map(|one| one.what).collect();
    assert_eq!(found, [format!("ticket_follower.{ali_id}")]);
    assert_eq!(names(&desk.get(&format!("/v1/tickets/{number}/followers")).await), ["Ali Aydin"]);
}
