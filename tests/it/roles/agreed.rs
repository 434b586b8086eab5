//! Who holds a role of a matrix of which both sides sign.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::matrix::climbs;
use super::{grants, klant, path, signs, state, with_matrix};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk};

on_both_databases!(
    role_05_until_both_sides_have_signed_the_old_holder_is_in_force,
    role_05_the_desk_writes_down_what_the_client_signed_on_paper_and_no_person_signs_for_both,
    role_05_two_people_of_one_name_are_two_people,
    role_05_only_the_holders_own_side_ends_or_replaces_them_at_once,
    role_05_of_two_changes_that_replace_one_holder_the_second_is_refused,
);

async fn role_05_until_both_sides_have_signed_the_old_holder_is_in_force(desk: &Desk) {
    with_matrix(desk, true).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    assert_eq!((&anna["state"], &anna["waitsFor"]), (&json!("pending"), &json!(["client", "supplier"])));
    assert_eq!(signs(desk, &client, &anna, json!({})).await.0, 201);
    assert_eq!(signs(desk, &sam, &anna, json!({ "evidence": "Tactisch overleg 2 maart." })).await.0, 201);
    assert_eq!(climbs(desk).await, ["anna@ipo.example"]);
    let mut bram = klant("bram@ipo.example");
    bram["replaces"] = anna["id"].clone();
    let bram = grants(desk, &bram).await;
    assert_eq!(signs(desk, &sam, &bram, json!({})).await.0, 201);
    desk.passes("PT1H").await;
    assert_eq!((state(desk, &anna).await, state(desk, &bram).await), (json!("in_force"), json!("pending")));
    assert_eq!(climbs(desk).await, ["anna@ipo.example"], "one signature changes nothing");
    assert_eq!(signs(desk, &client, &bram, json!({})).await.0, 201);
    assert_eq!((state(desk, &anna).await, state(desk, &bram).await), (json!("ended"), json!("in_force")));
    assert_eq!(climbs(desk).await, ["bram@ipo.example"]);
}

async fn role_05_the_desk_writes_down_what_the_client_signed_on_paper_and_no_person_signs_for_both(desk: &Desk) {
    with_matrix(desk, true).await;
    let (client, stranger, sam) = (desk.signer_of("ipo").await, desk.token_of("gemeente-voorbeeld").await, desk.signer().await);
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    assert_eq!(signs(desk, &stranger, &anna, json!({})).await.0, 404);
    assert_eq!(signs(desk, &client, &anna, json!({ "side": "supplier", "approvedBy": "Bob" })).await, (403, json!("other_side")));
    let paper = |side: &str, who: &str| json!({ "side": side, "approvedBy": who, "evidence": "Verslag van 2 maart." });
    desk.person(Some("ipo"), "Wil Weg", "weg@ipo.example", &[Role::Approver]).await;
    let left = desk.get("/v1/people?text=weg@ipo.example").await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(desk.patch(&format!("/v1/people/{left}"), &json!({ "isActive": false })).await.status, 200);
    // A name is nobody: whoever signed is a person of that side who has not left, and something shows it.
    for (body, pointer, code) in [
        (json!({ "side": "client", "evidence": "Verslag." }), "/approvedBy", "required"),
        (json!({ "side": "client", "approvedBy": "anna@ipo.example" }), "/evidence", "required"),
        (paper("client", "Mw. Verzonnen"), "/approvedBy", "unknown_person"),
        (paper("client", "weg@ipo.example"), "/approvedBy", "unknown_person"),
        (paper("client", "sam@leverancier.example"), "/approvedBy", "unknown_person"),
        (paper("client", "bea@gemeente-voorbeeld.example"), "/approvedBy", "unknown_person"),
        (paper("supplier", "anna@ipo.example"), "/approvedBy", "not_allowed"),
    ] {
        let refused = desk.ask(Some(&sam), "POST", &path(&anna, "/approvals"), Some(&body)).await;
        let told = (refused.status, refused.body["errors"][0]["pointer"].clone(), refused.body["errors"][0]["code"].clone());
        assert_eq!(told, (400, json!(pointer), json!(code)), "{body}: {}", refused.body);
    }
    assert_eq!(signs(desk, ADMIN, &anna, json!({})).await, (403, json!("not_in_person")), "the settings' token is nobody");
    assert_eq!(signs(desk, &sam, &anna, paper("client", "bram@ipo.example")).await.0, 201);
    assert_eq!(signs(desk, &sam, &anna, paper("client", "karin@ipo.example")).await, (409, json!("already_approved")));
    assert_eq!(signs(desk, &sam, &anna, json!({})).await.0, 201);
    assert_eq!(signs(desk, &sam, &anna, json!({})).await, (409, json!("approval_complete")));
    let shown = desk.get(&path(&anna, "")).await.body;
    let signed = shown["approvals"].as_array().expect("approvals").iter();
    let signed: Vec<_> = signed.map(|one| (&one["approvedBy"], &one["isInPerson"], &one["actor"]["name"])).collect();
    let (bram, sam) = (json!("Bram Visser"), json!("Sam Smit"));
    assert_eq!(signed, [(&bram, &json!(false), &sam), (&sam, &json!(true), &sam)]);
    assert_eq!(shown["state"], "in_force");
}

async fn role_05_two_people_of_one_name_are_two_people(desk: &Desk) {
    with_matrix(desk, true).await;
    let name = "Jan Jansen";
    let client = desk.person(Some("ipo"), name, "jan@ipo.example", &[Role::Approver]).await;
    let supplier = desk.person(None, name, "jan@leverancier.example", &[Role::ServiceManager]).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    assert_eq!((signs(desk, &client, &anna, json!({})).await.0, signs(desk, &supplier, &anna, json!({})).await.0), (201, 201));
    assert_eq!(state(desk, &anna).await, json!("in_force"));
}

async fn role_05_only_the_holders_own_side_ends_or_replaces_them_at_once(desk: &Desk) {
    with_matrix(desk, true).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let asks = async |token: &str, assignment: &Value, below: &str, body: Value| {
        let answer = desk.ask(Some(token), "POST", &path(assignment, below), Some(&body)).await;
        (answer.status, answer.body["code"].clone())
    };
    let ending = json!({ "reason": "Niet meer." });
    let away = json!({ "untilAt": "2190-01-01T00:00:00Z", "deputy": "bram@ipo.example" });
    let absence = json!({ "untilAt": "2026-03-20T00:00:00Z" });
    for token in [&client, &sam] {
        assert_eq!(signs(desk, token, &anna, json!({})).await.0, 201);
    }
    let theirs = (403, json!("others_holder"));
    for token in [sam.as_str(), ADMIN] {
        assert_eq!(asks(token, &anna, "/endings", ending.clone()).await, theirs);
        assert_eq!(asks(token, &anna, "/absences", away.clone()).await, theirs);
    }
    let planned = desk.ask(Some(&client), "POST", &path(&anna, "/absences"), Some(&absence)).await;
    assert_eq!(planned.status, 201, "{}", planned.body);
    let deputy = json!({ "absence": planned.body["absences"][0]["id"], "deputy": "bram@ipo.example" });
    assert_eq!(asks(&sam, &anna, "/deputies", deputy.clone()).await, theirs);
    assert_eq!(asks(&client, &anna, "/deputies", deputy).await.0, 201);
    assert_eq!((asks(&client, &anna, "/endings", ending.clone()).await.0, state(desk, &anna).await), (201, json!("ended")));
    // What waits is refused by either side, and a change of the desk's own holder by the client.
    desk.account("Cor Vis", "cor@leverancier.example").await;
    let mut team = klant("cor@leverancier.example");
    team["role"] = json!("team");
    for (token, waiting) in [(&sam, klant("bram@ipo.example")), (&client, team)] {
        let waiting = grants(desk, &waiting).await;
        assert_eq!((asks(token, &waiting, "/endings", ending.clone()).await.0, state(desk, &waiting).await), (201, json!("ended")));
    }
}

async fn role_05_of_two_changes_that_replace_one_holder_the_second_is_refused(desk: &Desk) {
    with_matrix(desk, true).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let replacing = |holder: &str| {
        let mut body = klant(holder);
        body["replaces"] = anna["id"].clone();
        body
    };
    for token in [&client, &sam] {
        assert_eq!(signs(desk, token, &anna, json!({})).await.0, 201);
    }
    let bram = grants(desk, &replacing("bram@ipo.example")).await;
    let karin = grants(desk, &replacing("karin@ipo.example")).await;
    assert_eq!(signs(desk, &client, &karin, json!({})).await.0, 201);
    for token in [&client, &sam] {
        assert_eq!(signs(desk, token, &bram, json!({})).await.0, 201);
    }
    assert_eq!(signs(desk, &sam, &karin, json!({})).await, (409, json!("already_replaced")));
    let states = [state(desk, &anna).await, state(desk, &bram).await, state(desk, &karin).await];
    assert_eq!(states, ["ended", "in_force", "pending"].map(|one| json!(one)));
}
