//! Nobody gains by what they give: not a right of their own, not longer than they have it, and not another's secrets.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::time::TimeSource;

use super::{ROLES, grants, klant, path, right, signs, with_matrix};
use crate::on_both_databases;
use crate::support::{Answer, Desk, incident};

on_both_databases!(
    iam_03_nobody_becomes_the_deputy_in_a_right_that_they_may_give,
    iam_04_what_somebody_gives_by_a_right_with_an_end_ends_no_later,
    iam_04_an_administrator_whom_one_client_agreed_to_gives_nobody_access,
    role_05_where_a_holder_is_reached_and_that_they_left_says_their_own_side_in_person,
    role_05_whoever_is_to_hold_a_role_does_not_sign_for_it_on_paper,
    whoever_left_or_whose_account_was_closed_gets_no_token,
    a_token_that_was_made_for_somebody_does_not_open_what_only_they_may_see,
    tkt_09_an_authorised_requester_withdraws_no_ticket_of_a_colleague,
);

async fn post(desk: &Desk, token: &str, path: &str, body: Value) -> Answer {
    desk.ask(Some(token), "POST", path, Some(&body)).await
}

/// The status of an answer, and the code of what was wrong: of the request, or of its first field.
fn told(answer: &Answer) -> (u16, String) {
    let field = &answer.body["errors"][0]["code"];
    let code = if field.is_null() { &answer.body["code"] } else { field };
    (answer.status, code.as_str().unwrap_or_default().to_owned())
}

/// Tokens end by the machine's time.
fn next_week() -> String {
    TimeSource::machine().now().plus(7 * 24 * 3600).expect("an instant").to_string()
}

fn desk_right(role: Role, holder: &str) -> Value {
    json!({ "kind": "right", "role": role.as_str(), "holder": holder, "reason": "Nodig." })
}

async fn iam_03_nobody_becomes_the_deputy_in_a_right_that_they_may_give(desk: &Desk) {
    let sam = desk.signer().await;
    desk.account("Cor Vis", "cor@leverancier.example").await;
    desk.account("Dirk Bos", "dirk@leverancier.example").await;
    let cor = grants(desk, &desk_right(Role::ServiceManager, "cor@leverancier.example")).await;
    let away = |deputy: &str| json!({ "untilAt": "2026-03-20T08:00:00Z", "deputy": deputy });
    let own = post(desk, &sam, &path(&cor, "/absences"), away("sam@leverancier.example")).await;
    assert_eq!(told(&own), (409, "own_role".to_owned()), "{}", own.body);
    let others = post(desk, &sam, &path(&cor, "/absences"), away("dirk@leverancier.example")).await;
    assert_eq!(others.status, 201, "{}", others.body);
    let instead = json!({ "absence": others.body["absences"][0]["id"], "deputy": "sam@leverancier.example" });
    assert_eq!(told(&post(desk, &sam, &path(&cor, "/deputies"), instead).await), (409, "own_role".to_owned()));
}

/// Ned, who administers the accounts of a client for a while, and comes with a token of his own.
async fn global_administrator_until(desk: &Desk, until: &str) -> String {
    let ned = desk.person(Some("ipo"), "Ned Prins", "ned@ipo.example", &[Role::Requester]).await;
    let mut elevated = right(Role::GlobalAdministrator, "ned@ipo.example");
    elevated["untilAt"] = json!(until);
    let elevated = grants(desk, &elevated).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    for signer in [client, sam] {
        assert_eq!(signs(desk, &signer, &elevated, json!({})).await.0, 201);
    }
    ned
}

async fn iam_04_what_somebody_gives_by_a_right_with_an_end_ends_no_later(desk: &Desk) {
    let ned = global_administrator_until(desk, "2026-03-03T08:00:00Z").await;
    for (name, address) in [("Cor Vis", "cor@ipo.example"), ("Dirk Bos", "dirk@ipo.example")] {
        desk.person(Some("ipo"), name, address, &[Role::Requester]).await;
    }
    let mut gives = right(Role::AuthorisedRequester, "cor@ipo.example");
    for (until, expected) in [
        (json!(null), (400, "out_of_range")),
        (json!("2026-03-03T08:00:01Z"), (400, "out_of_range")),
        (json!("2026-03-03T08:00:00Z"), (201, "")),
    ] {
        gives["untilAt"] = until;
        let answer = post(desk, &ned, ROLES, gives.clone()).await;
        assert_eq!(told(&answer), (expected.0, expected.1.to_owned()), "{}", answer.body);
    }
    let dirk = grants(desk, &right(Role::AuthorisedRequester, "dirk@ipo.example")).await;
    let away = |until: &str| json!({ "untilAt": until, "deputy": "cor@ipo.example" });
    let longer = post(desk, &ned, &path(&dirk, "/absences"), away("2026-03-04T08:00:00Z")).await;
    assert_eq!((told(&longer), &longer.body["errors"][0]["pointer"]), ((400, "out_of_range".to_owned()), &json!("/untilAt")));
    assert_eq!(post(desk, &ned, &path(&dirk, "/absences"), away("2026-03-03T08:00:00Z")).await.status, 201);
    desk.reaches("2026-03-03T08:00:00Z").await;
    assert_eq!(post(desk, &ned, ROLES, gives).await.status, 403);
}

/// What a client agrees to works on its rows, and an account or a token would work on others', or outlive it.
async fn iam_04_an_administrator_whom_one_client_agreed_to_gives_nobody_access(desk: &Desk) {
    let ned = desk.person(None, "Ned Prins", "ned@leverancier.example", &[Role::AgentLine1]).await;
    let mut elevated = right(Role::Administrator, "ned@leverancier.example");
    elevated["untilAt"] = json!("2026-03-03T08:00:00Z");
    let elevated = grants(desk, &elevated).await;
    for signer in [desk.signer_of("ipo").await, desk.signer().await] {
        assert_eq!(signs(desk, &signer, &elevated, json!({})).await.0, 201);
    }
    let token = json!({ "name": "x", "roles": ["agent_line_1"], "expiresAt": next_week() });
    let account = json!({ "name": "Blijft", "roles": ["service_manager"], "password": "zevende-boot-klinkt-groen" });
    for (path, body) in
        [("/v1/access-token-grants", token), ("/v1/local-accounts", account), (ROLES, desk_right(Role::ServiceManager, "x"))]
    {
        assert_eq!(post(desk, &ned, path, body).await.status, 403, "{path}");
    }
    assert_eq!(desk.ask(Some(&ned), "GET", "/v1/access-tokens", None).await.status, 403);
}

async fn role_05_where_a_holder_is_reached_and_that_they_left_says_their_own_side_in_person(desk: &Desk) {
    with_matrix(desk, true).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    for signer in [&client, &sam] {
        assert_eq!(signs(desk, signer, &anna, json!({})).await.0, 201);
    }
    let person = format!("/v1/people/{}", anna["holder"]["id"].as_str().expect("an id"));
    for change in [json!({ "email": "prive@elders.example" }), json!({ "isActive": false })] {
        assert_eq!(told(&desk.patch(&person, &change).await), (403, "others_holder".to_owned()), "{change}");
    }
    let approver = json!({ "name": "x", "roles": ["approver"], "organisation": "ipo", "expiresAt": next_week() });
    let issued = desk.post("/v1/access-token-grants", &approver).await.body["token"].as_str().expect("a token").to_owned();
    let reason = json!({ "reason": "x", "untilAt": "2026-03-20T08:00:00Z" });
    for below in ["/endings", "/absences"] {
        let mut body = reason.clone();
        let gone = if below == "/endings" { "untilAt" } else { "reason" };
        body.as_object_mut().expect("an object").remove(gone);
        let refused = post(desk, &issued, &path(&anna, below), body).await;
        assert_eq!(refused.status, 403, "{below}: {}", refused.body);
    }
    let own = desk.ask(Some(&client), "PATCH", &person, Some(&json!({ "email": "anna.nieuw@ipo.example" }))).await;
    assert_eq!((own.status, &own.body["email"]), (200, &json!("anna.nieuw@ipo.example")), "{}", own.body);
    let more = desk.ask(Some(&client), "PATCH", &person, Some(&json!({ "name": "Anna" }))).await;
    assert_eq!(more.status, 403, "{}", more.body);
    let left = desk.ask(Some(&client), "PATCH", &person, Some(&json!({ "isActive": false }))).await;
    assert_eq!(left.status, 200, "{}", left.body);
}

async fn role_05_whoever_is_to_hold_a_role_does_not_sign_for_it_on_paper(desk: &Desk) {
    with_matrix(desk, true).await;
    let sam = desk.signer().await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let paper = |who: &str| json!({ "side": "client", "approvedBy": who, "evidence": "Verslag." });
    let own = post(desk, &sam, &path(&anna, "/approvals"), paper("anna@ipo.example")).await;
    assert_eq!(told(&own), (400, "same_person".to_owned()), "{}", own.body);
    assert_eq!(signs(desk, &sam, &anna, paper("bram@ipo.example")).await.0, 201);
}

async fn whoever_left_or_whose_account_was_closed_gets_no_token(desk: &Desk) {
    desk.registers(&incident("p3")).await;
    let anna = desk.get("/v1/people?text=anna@ipo.example").await.body["items"][0]["id"].clone();
    let left = desk.patch(&format!("/v1/people/{}", anna.as_str().expect("an id")), &json!({ "isActive": false })).await;
    assert_eq!(left.status, 200, "{}", left.body);
    let grant = json!({ "name": "x", "roles": ["requester"], "organisation": "ipo", "person": "anna@ipo.example",
        "expiresAt": next_week() });
    let refused = desk.post("/v1/access-token-grants", &grant).await;
    assert_eq!((told(&refused).0, &refused.body["errors"][0]["pointer"]), (400, &json!("/person")), "{}", refused.body);
    let account = json!({ "name": "Glas", "roles": ["agent_line_1"], "password": "zevende-boot-klinkt-groen" });
    let account = desk.post("/v1/local-accounts", &account).await;
    assert_eq!(account.status, 201, "{}", account.body);
    let id = account.body["account"]["id"].as_str().or(account.body["id"].as_str()).expect("an id").to_owned();
    let held = grants(desk, &desk_right(Role::ContractManager, &id)).await;
    assert_eq!(desk.post(&format!("/v1/local-accounts/{id}/closures"), &json!({})).await.status, 201);
    assert_eq!(super::state(desk, &held).await, json!("ended"));
    let grant = json!({ "name": "x", "roles": ["agent_line_1"], "person": id, "expiresAt": next_week() });
    assert_eq!(desk.post("/v1/access-token-grants", &grant).await.status, 400);
}

async fn a_token_that_was_made_for_somebody_does_not_open_what_only_they_may_see(desk: &Desk) {
    let mut ticket = incident("p3");
    (ticket["flags"], ticket["securityAspects"]) = (json!(["security"]), json!(["confidentiality"]));
    let number = desk.registers(&ticket).await;
    let own = desk.person(Some("ipo"), "Anna de Boer", "anna@ipo.example", &[Role::Requester]).await;
    let grant = json!({ "name": "x", "roles": ["requester"], "organisation": "ipo", "person": "anna@ipo.example",
        "expiresAt": next_week() });
    let made = desk.post("/v1/access-token-grants", &grant).await.body["token"].as_str().expect("a token").to_owned();
    let status = async |token: &str| desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}"), None).await.status;
    assert_eq!((status(&own).await, status(&made).await), (200, 404));
}

async fn tkt_09_an_authorised_requester_withdraws_no_ticket_of_a_colleague(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let authorised = desk.person(Some("ipo"), "Bram Visser", "bram@ipo.example", &[Role::AuthorisedRequester, Role::Requester]).await;
    let anna = desk.person(Some("ipo"), "Anna de Boer", "anna@ipo.example", &[Role::AuthorisedRequester]).await;
    let withdraws = async |token: &str| {
        let body = json!({ "to": "cancelled", "reason": "Niet meer nodig." });
        post(desk, token, &format!("/v1/tickets/{number}/transitions"), body).await.status
    };
    assert_eq!((withdraws(&authorised).await, withdraws(&anna).await), (403, 201));
}
