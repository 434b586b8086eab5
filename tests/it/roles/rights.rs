//! Who signs for a right, who may be given one, and how it is refused and taken back.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::time::TimeSource;

use super::{ROLES, grants, history, path, right, signs, state, with_matrix};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    iam_03_no_token_that_is_nobodys_or_that_another_made_signs_and_histories_show_it,
    iam_03_a_local_account_signs_whose_password_nobody_else_set,
    iam_05_whoever_watches_over_others_is_agreed_to_by_two_persons_and_not_by_themselves,
    iam_05_a_client_signs_for_who_sees_its_flagged_tickets,
    iam_04_a_client_refuses_what_waits_and_takes_back_what_it_agreed_to,
);

fn until(mut body: Value) -> Value {
    body["untilAt"] = json!("2026-03-20T08:00:00+01:00");
    body
}

/// A token that an administrator issues over the API.
async fn issued(desk: &Desk, more: Value) -> String {
    let ends = TimeSource::machine().now().plus(9 * 24 * 3600).expect("an instant");
    let mut grant = json!({ "name": "voor een ander", "expiresAt": ends.to_string() });
    grant.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
    let answer = desk.post("/v1/access-token-grants", &grant).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body["token"].as_str().expect("a token").to_owned()
}

async fn iam_03_no_token_that_is_nobodys_or_that_another_made_signs_and_histories_show_it(desk: &Desk) {
    with_matrix(desk, false).await;
    let sam = desk.signer().await;
    let waits = grants(desk, &until(right(Role::GlobalAdministrator, "anna@ipo.example"))).await;
    desk.account("Cor Vis", "cor@leverancier.example").await;
    let clients = issued(desk, json!({ "roles": ["approver"], "organisation": "ipo" })).await;
    let desks = issued(desk, json!({ "roles": ["service_manager"] })).await;
    let of_bram = issued(desk, json!({ "roles": ["approver"], "organisation": "ipo", "person": "bram@ipo.example" })).await;
    let of_cor = issued(desk, json!({ "roles": ["service_manager"], "person": "cor@leverancier.example" })).await;
    for token in [&*clients, &desks, &of_bram, &of_cor, ADMIN, &desk.token(None, &[Role::ServiceManager]).await] {
        assert_eq!(signs(desk, token, &waits, json!({})).await, (403, json!("not_in_person")));
    }
    assert_eq!(state(desk, &waits).await, json!("pending"));
    // What is done with a token that another made shows that token beside the person.
    let mut ticket = incident("p3");
    ticket["channel"] = json!("portal");
    ticket.as_object_mut().expect("fields").remove("priority");
    let ticket = desk.ask(Some(&of_bram), "POST", "/v1/tickets", Some(&ticket)).await;
    assert_eq!(ticket.status, 201, "{}", ticket.body);
    let registered = &desk.events(ticket.body["number"].as_str().expect("a number")).await[0];
    assert_eq!((&registered["actor"]["name"], &registered["token"]["name"]), (&json!("Bram Visser"), &json!("voor een ander")));
    let token = format!("/v1/access-tokens/{}", registered["token"]["id"].as_str().expect("an id"));
    assert_eq!(desk.get(&token).await.body["issuedBy"]["name"], "admin", "who can be asked about");
    // Two tokens of one person are one person, and each signature shows which it was.
    let other = desk.person(None, "Sam Smit", "sam@leverancier.example", &[Role::ServiceManager]).await;
    assert_eq!(signs(desk, &sam, &waits, json!({})).await.0, 201);
    assert_eq!(signs(desk, &other, &waits, json!({})).await, (409, json!("already_approved")));
    let events = desk.get(&path(&waits, "")).await.body["events"].clone();
    assert_eq!((&events[1]["type"], &events[1]["token"]["name"]), (&json!("role.approved"), &json!("van Sam Smit")));
}

async fn iam_03_a_local_account_signs_whose_password_nobody_else_set(desk: &Desk) {
    use uurwerk::usecases::Stamp;
    use uurwerk::usecases::accounts::{self, NewAccount};
    const PASSWORD: &str = "zevende-boot-klinkt-groen";
    with_matrix(desk, false).await;
    let waits = grants(desk, &until(right(Role::GlobalAdministrator, "anna@ipo.example"))).await;
    let signed_in = async |name: &str, uri: &str, step: i64| {
        let app = totp_rs::Totp::from_url(uri).expect("an authenticator app reads it");
        let now = u64::try_from(TimeSource::machine().now().unix() + 30 * step).expect("a time");
        let body = json!({ "name": name, "password": PASSWORD, "totp": app.generate(now).to_string() });
        let answer = desk.ask(None, "POST", "/v1/access-tokens", Some(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["token"].as_str().expect("a token").to_owned()
    };
    let new = |name: &str| NewAccount { name: name.to_owned(), roles: vec![Role::ServiceManager], password: PASSWORD.to_owned() };
    let over_the_api = json!({ "name": "Verzonnen", "roles": ["service_manager"], "password": PASSWORD });
    let made = desk.post("/v1/local-accounts", &over_the_api).await.body;
    let verzonnen = signed_in("Verzonnen", made["otpauthUri"].as_str().expect("an address"), 0).await;
    assert_eq!(signs(desk, &verzonnen, &waits, json!({})).await, (403, json!("not_in_person")), "whoever made it knows the password");
    let stamp = Stamp::command("createAccount", desk.app.time.now());
    let made = accounts::create(&desk.app, &stamp, &new("Nachtdienst")).await.expect("an account");
    let own = signed_in("Nachtdienst", &made.uri.expect("an address"), 0).await;
    assert_eq!(signs(desk, &own, &waits, json!({})).await.0, 201);
    let taken_over = desk.post(&format!("/v1/local-accounts/{}/recoveries", made.account.id), &json!({ "password": PASSWORD })).await;
    let taken_over = signed_in("Nachtdienst", taken_over.body["otpauthUri"].as_str().expect("an address"), 0).await;
    assert_eq!(signs(desk, &taken_over, &waits, json!({})).await, (403, json!("not_in_person")));
}

async fn iam_05_whoever_watches_over_others_is_agreed_to_by_two_persons_and_not_by_themselves(desk: &Desk) {
    with_matrix(desk, false).await;
    desk.account("Cor Vis", "cor@leverancier.example").await;
    let (sam, pia) = (desk.signer().await, desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::ContractManager]).await);
    let cor = desk.person(None, "Cor Vis", "cor@leverancier.example", &[Role::ServiceManager, Role::Administrator]).await;
    for role in [Role::SecurityOfficer, Role::PrivacyOfficer, Role::Auditor] {
        let body = json!({ "kind": "right", "role": role.as_str(), "holder": "cor@leverancier.example", "reason": "Benoemd." });
        // Whose rights changed a moment ago is asked to try again.
        desk.ask(Some(&cor), "GET", "/v1/tickets", None).await;
        let own = desk.ask(Some(&cor), "POST", ROLES, Some(&body)).await;
        assert_eq!((own.status, &own.body["code"]), (409, &json!("own_role")), "{}", own.body);
        let nameless = desk.token(None, &[Role::Administrator]).await;
        for nobody in [ADMIN, &nameless] {
            let refused = desk.ask(Some(nobody), "POST", ROLES, Some(&body)).await;
            assert_eq!((refused.status, &refused.body["code"]), (403, &json!("not_in_person")), "{}", refused.body);
        }
        let waits = grants(desk, &body).await;
        assert_eq!((&waits["state"], &waits["waitsFor"]), (&json!("pending"), &json!(["supplier"])), "{role}");
        assert_eq!(signs(desk, &cor, &waits, json!({})).await, (409, json!("own_role")));
        assert_eq!(signs(desk, &sam, &waits, json!({})).await.0, 201);
        assert_eq!(signs(desk, &sam, &waits, json!({})).await, (409, json!("same_person")));
        assert_eq!(state(desk, &waits).await, json!("pending"), "{role}");
        assert_eq!(signs(desk, &pia, &waits, json!({})).await.0, 201);
        assert_eq!(state(desk, &waits).await, json!("in_force"), "{role}");
        // Nor does somebody get it as a deputy, to whom nobody agreed.
        let away = json!({ "untilAt": "2026-03-09T08:00:00+01:00", "deputy": "pia@leverancier.example" });
        assert_eq!(desk.ask(Some(&sam), "POST", &path(&waits, "/absences"), Some(&away)).await.status, 400);
    }
    let outcome = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a comparison");
    assert_eq!((outcome.roles, outcome.differences.len()), (3, 0), "{:?}", outcome.differences);
}

async fn iam_05_a_client_signs_for_who_sees_its_flagged_tickets(desk: &Desk) {
    with_matrix(desk, false).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    for role in [Role::ClientSecurityOfficer, Role::ClientPrivacyOfficer] {
        let waits = grants(desk, &right(role, "anna@ipo.example")).await;
        assert_eq!((&waits["state"], &waits["waitsFor"]), (&json!("pending"), &json!(["client", "supplier"])), "{role}");
        for token in [&sam, &client] {
            assert_eq!(signs(desk, token, &waits, json!({})).await.0, 201);
        }
        assert_eq!(state(desk, &waits).await, json!("in_force"), "{role}");
    }
}

async fn iam_04_a_client_refuses_what_waits_and_takes_back_what_it_agreed_to(desk: &Desk) {
    with_matrix(desk, false).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    desk.account("Cor Vis", "cor@leverancier.example").await;
    let mut third = until(right(Role::AgentLine2, "cor@leverancier.example"));
    third["thirdParty"] = json!("Derde BV");
    let ends = async |token: &str, assignment: &Value| {
        let answer = desk.ask(Some(token), "POST", &path(assignment, "/endings"), Some(&json!({ "reason": "Wij trekken dit in." }))).await;
        (answer.status, answer.body["state"].as_str().or(answer.body["code"].as_str()).unwrap_or_default().to_owned())
    };
    let refused = grants(desk, &third).await;
    assert_eq!(ends(&client, &refused).await, (201, "ended".to_owned()));
    assert_eq!(signs(desk, &sam, &refused, json!({})).await, (409, json!("role_ended")));
    let held = grants(desk, &third).await;
    for token in [&sam, &client] {
        assert_eq!(signs(desk, token, &held, json!({})).await.0, 201);
    }
    let requester = desk.token(Some("ipo"), &[Role::AuthorisedRequester]).await;
    let (other, agent) = (desk.signer_of("gemeente-voorbeeld").await, desk.token(None, &[Role::AgentLine1]).await);
    for (token, status) in [(&requester, 403), (&agent, 403), (&other, 404)] {
        assert_eq!(ends(token, &held).await.0, status);
    }
    assert_eq!(ends(&client, &held).await, (201, "ended".to_owned()));
    let told = desk.get(&path(&held, "")).await.body["events"].clone();
    let end = told.as_array().expect("events").iter().find(|event| event["type"] == "role.end_set").cloned().expect("an end");
    assert_eq!((&end["actor"]["name"], &end["reason"]), (&json!("Karin Mulder"), &json!("Wij trekken dit in.")));
    assert!(history(desk, &held).await.iter().any(|event| event.starts_with("role.ended")));
    // A right within its own organisation, too, to which nobody had to agree; and whoever signs for the desk as well.
    assert_eq!(ends(&client, &grants(desk, &right(Role::FunctionalAdministrator, "anna@ipo.example")).await).await.0, 201);
    let manager = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::SecurityOfficer]).await;
    assert_eq!(ends(&manager, &grants(desk, &third).await).await.0, 201);
}
