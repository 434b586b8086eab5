//! Granting, listing, ending and reviewing.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{ROLES, grants, history, klant, path, right, signs, state, with_matrix};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk};

on_both_databases!(
    iam_02_a_client_has_two_global_administrators_and_the_third_is_refused,
    iam_03_an_elevated_right_takes_one_approval_of_each_party_by_different_persons,
    iam_04_an_elevated_right_or_one_of_a_third_party_has_an_end_and_ends_by_itself,
    iam_06_a_role_that_nobody_reviewed_is_overdue_until_somebody_does,
    who_may_grant_what_and_to_whom,
    what_cannot_be_granted_is_refused_with_all_that_is_wrong,
    assignments_are_listed_by_contract_role_holder_and_instant_page_by_page,
    another_clients_roles_are_not_there,
    a_grant_sent_twice_under_one_key_is_made_once,
    what_is_stored_is_what_a_replay_of_the_history_gives,
);

fn until(mut body: Value, at: &str) -> Value {
    body["untilAt"] = json!(at);
    body
}

async fn iam_02_a_client_has_two_global_administrators_and_the_third_is_refused(desk: &Desk) {
    with_matrix(desk, false).await;
    let mut ticket = crate::support::incident("p3");
    ticket["requester"] = json!({ "name": "Chris Mol", "email": "chris@ipo.example" });
    desk.registers(&ticket).await;
    let day = "2026-03-03T08:00:00+01:00";
    let admin = |who: &str| until(right(Role::GlobalAdministrator, &format!("{who}@ipo.example")), day);
    let anna = grants(desk, &admin("anna")).await;
    grants(desk, &admin("bram")).await;
    let third = desk.ask(Some(&desk.signer().await), "POST", ROLES, Some(&admin("chris"))).await;
    assert_eq!((third.status, &third.body["code"]), (409, &json!("too_many_administrators")), "{}", third.body);
    let withdrawn = desk.post(&path(&anna, "/endings"), &json!({ "reason": "Niet nodig." })).await;
    assert_eq!(withdrawn.status, 201, "{}", withdrawn.body);
    grants(desk, &admin("chris")).await;
    // Those of every day are read-only, and as many as the client likes.
    for who in ["anna", "bram", "chris"] {
        grants(desk, &right(Role::FunctionalAdministrator, &format!("{who}@ipo.example"))).await;
    }
    let made = uurwerk::usecases::tokens::NewToken {
        name: "x".to_owned(),
        organisation: Some("ipo".to_owned()),
        roles: vec![Role::GlobalAdministrator],
        ..Default::default()
    };
    assert!(uurwerk::usecases::tokens::create(&desk.app, &made).await.is_err(), "no token gives what takes two signatures");
}

async fn iam_03_an_elevated_right_takes_one_approval_of_each_party_by_different_persons(desk: &Desk) {
    with_matrix(desk, false).await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let another = desk.person(Some("ipo"), "Bea Kok", "bea@ipo.example", &[Role::Approver]).await;
    let anna = grants(desk, &until(right(Role::GlobalAdministrator, "anna@ipo.example"), "2026-03-03T08:00:00+01:00")).await;
    assert_eq!((&anna["state"], &anna["isElevated"]), (&json!("pending"), &json!(true)));
    let written = json!({ "side": "supplier", "approvedBy": "Bob Smid" });
    assert_eq!(signs(desk, &sam, &anna, written).await.0, 400, "each side agrees itself");
    assert_eq!(signs(desk, &sam, &anna, json!({ "side": "client" })).await, (403, json!("other_side")));
    assert_eq!(signs(desk, &client, &anna, json!({ "evidence": "Akkoord." })).await.0, 201);
    assert_eq!(signs(desk, &another, &anna, json!({})).await, (409, json!("already_approved")), "two of the same party");
    assert_eq!(state(desk, &anna).await, json!("pending"));
    assert_eq!(signs(desk, ADMIN, &anna, json!({})).await, (403, json!("not_in_person")));
    assert_eq!(signs(desk, &sam, &anna, json!({})).await.0, 201);
    assert_eq!(state(desk, &anna).await, json!("in_force"));
    let told = history(desk, &anna).await.into_iter().map(|one| one.split(' ').next().unwrap_or_default().to_owned());
    assert_eq!(told.collect::<Vec<_>>(), ["role.granted", "role.approved", "role.approved", "role.took_effect"]);
    let deputised = json!({ "untilAt": "2026-03-02T18:00:00+01:00", "deputy": "bram@ipo.example" });
    let refused = desk.ask(Some(&sam), "POST", &path(&anna, "/absences"), Some(&deputised)).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("not_allowed")), "{}", refused.body);
    let away = desk.post(&path(&anna, "/absences"), &json!({ "untilAt": "2026-03-02T18:00:00+01:00" })).await;
    assert_eq!(away.body["acting"][0]["name"], "Anna de Boer", "the right is hers while she is away, too: {}", away.body);
}

async fn iam_04_an_elevated_right_or_one_of_a_third_party_has_an_end_and_ends_by_itself(desk: &Desk) {
    with_matrix(desk, false).await;
    desk.account("Cor Vis", "cor@leverancier.example").await;
    let endless = [right(Role::GlobalAdministrator, "anna@ipo.example"), right(Role::Administrator, "cor@leverancier.example"), {
        let mut agent = right(Role::AgentLine2, "cor@leverancier.example");
        agent["thirdParty"] = json!("Derde BV");
        agent
    }];
    for body in &endless {
        let refused = desk.ask(Some(&desk.signer().await), "POST", ROLES, Some(body)).await;
        let error = &refused.body["errors"][0];
        assert_eq!((refused.status, &error["pointer"], &error["code"]), (400, &json!("/untilAt"), &json!("required")), "{}", refused.body);
    }
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let third = grants(desk, &until(endless[2].clone(), "2026-03-03T08:00:00+01:00")).await;
    assert_eq!((&third["state"], &third["thirdParty"], &third["role"]), (&json!("pending"), &json!("Derde BV"), &json!("agent_line_2")));
    assert_eq!((signs(desk, &client, &third, json!({})).await.0, signs(desk, &sam, &third, json!({})).await.0), (201, 201));
    desk.reaches("2026-03-03T07:59:59+01:00").await;
    assert_eq!(state(desk, &third).await, json!("in_force"));
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    assert_eq!(state(desk, &third).await, json!("ended"));
    assert_eq!(history(desk, &third).await.last().map(String::as_str), Some("role.ended 2026-03-03T07:00:00Z"));
    assert_eq!(signs(desk, &sam, &third, json!({})).await, (409, json!("role_ended")));
}

async fn iam_06_a_role_that_nobody_reviewed_is_overdue_until_somebody_does(desk: &Desk) {
    with_matrix(desk, false).await;
    let anna = grants(desk, &right(Role::FunctionalAdministrator, "anna@ipo.example")).await;
    let overdue = async || desk.get(&format!("{ROLES}?reviewOverdue=true")).await.body["items"].as_array().map_or(0, Vec::len);
    desk.reaches("2026-08-29T09:00:00+02:00").await;
    assert_eq!(overdue().await, 1, "half a year, as the settings say");
    assert!(history(desk, &anna).await.iter().any(|one| one.starts_with("role.review_due")));
    assert_eq!(desk.mails().into_iter().filter(|mail| mail.contains("Te beoordelen: functioneel beheerder")).count(), 1);
    let review = json!({ "evidence": "Functie ongewijzigd." });
    assert_eq!(desk.post(&path(&anna, "/reviews"), &review).await.body["code"], "not_in_person", "nobody's token may be the holder's");
    let reviewed = desk.ask(Some(&desk.signer().await), "POST", &path(&anna, "/reviews"), Some(&review)).await;
    assert_eq!((reviewed.status, &reviewed.body["isReviewOverdue"]), (201, &json!(false)), "{}", reviewed.body);
    assert_eq!(overdue().await, 0);
    desk.reaches("2027-02-28T09:00:00+01:00").await;
    assert_eq!(overdue().await, 1, "and so on");
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let refused = desk.ask(Some(&agent), "POST", &path(&anna, "/reviews"), Some(&json!({ "evidence": "x" }))).await;
    assert_eq!(refused.status, 403);
}

async fn who_may_grant_what_and_to_whom(desk: &Desk) {
    with_matrix(desk, false).await;
    desk.account("Cor Vis", "cor@leverancier.example").await;
    let (manager, client) = (desk.token(None, &[Role::ServiceManager]).await, desk.token_of("ipo").await);
    let asks = async |token: &str, body: Value| {
        let answer = desk.ask(Some(token), "POST", ROLES, Some(&body)).await;
        (answer.status, answer.body["code"].as_str().or(answer.body["errors"][0]["code"].as_str()).unwrap_or_default().to_owned())
    };
    let agent = json!({ "kind": "right", "role": "agent_line_1", "holder": "cor@leverancier.example", "reason": "x" });
    assert_eq!(asks(&manager, agent.clone()).await, (403, "role_missing".to_owned()), "a right is an administrator's to give");
    assert_eq!(asks(&client, right(Role::Approver, "anna@ipo.example")).await.0, 403);
    assert_eq!(asks(&client, agent.clone()).await.0, 403);
    let mut team = klant("cor@leverancier.example");
    team["role"] = json!("team");
    assert_eq!(asks(&client, team.clone()).await.0, 403, "a client names its own side");
    assert_eq!(asks(&client, klant("anna@ipo.example")).await.0, 201);
    assert_eq!(asks(&manager, team).await.0, 201);
    assert_eq!(asks(ADMIN, agent.clone()).await, (403, "not_in_person".to_owned()), "a right is given by somebody");
    assert_eq!(asks(&desk.signer().await, agent).await.0, 201);
    let reader = desk.token(None, &[Role::Auditor]).await;
    assert_eq!(asks(&reader, klant("bram@ipo.example")).await.0, 403);
    assert_eq!(desk.ask(Some(&reader), "GET", ROLES, None).await.status, 200);
}

async fn what_cannot_be_granted_is_refused_with_all_that_is_wrong(desk: &Desk) {
    with_matrix(desk, false).await;
    let refused = async |body: Value| {
        let answer = desk.ask(Some(&desk.signer().await), "POST", ROLES, Some(&body)).await;
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        let mut told: Vec<_> = errors.iter().map(|error| format!("{} {}", error["pointer"], error["code"]).replace('"', "")).collect();
        told.sort();
        (answer.status, told)
    };
    let mut body = klant("nobody@ipo.example");
    (body["role"], body["fromAt"], body["reason"]) = (json!("keizer"), json!("2020-01-01T00:00:00Z"), json!(" "));
    assert_eq!(refused(body).await, (400, ["/fromAt in_past", "/reason blank", "/role unknown_value"].map(str::to_owned).to_vec()));
    let of_the_other_side = klant("cor@leverancier.example");
    assert_eq!(refused(of_the_other_side).await.1, ["/holder unknown_person"]);
    let integration = json!({ "kind": "right", "role": "integration", "holder": "x", "reason": "x" });
    assert_eq!(refused(integration).await.1, ["/role unknown_value"]);
    let mut of_no_client = right(Role::Approver, "anna@ipo.example");
    of_no_client.as_object_mut().expect("an object").remove("organisation");
    assert_eq!(refused(of_no_client).await.1[0], "/holder unknown_person");
    let mut replaces = klant("anna@ipo.example");
    replaces["replaces"] = json!(uuid::Uuid::new_v4());
    assert_eq!(refused(replaces).await.1, ["/replaces unknown_value"]);
    let backwards = until(klant("anna@ipo.example"), "2026-03-01T00:00:00Z");
    assert_eq!(refused(backwards).await.1, ["/untilAt before_from"]);
    assert_eq!(desk.get(ROLES).await.body["items"], json!([]));
}

async fn assignments_are_listed_by_contract_role_holder_and_instant_page_by_page(desk: &Desk) {
    with_matrix(desk, false).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let mut later = klant("bram@ipo.example");
    later["fromAt"] = json!("2026-04-01T00:00:00+02:00");
    let bram = grants(desk, &later).await;
    let reader = grants(desk, &right(Role::FunctionalAdministrator, "anna@ipo.example")).await;
    let ids = async |query: &str| {
        let page = desk.get(&format!("{ROLES}?{query}")).await;
        assert_eq!(page.status, 200, "{query}: {}", page.body);
        let mut ids: Vec<_> = page.body["items"].as_array().expect("items").iter().map(|one| one["id"].clone()).collect();
        ids.sort_by_key(Value::to_string);
        ids
    };
    let sorted = |mut ids: Vec<Value>| {
        ids.sort_by_key(Value::to_string);
        ids
    };
    let (anna_id, bram_id, reader_id) = (anna["id"].clone(), bram["id"].clone(), reader["id"].clone());
    assert_eq!(ids("contract=matrix").await, sorted(vec![anna_id.clone(), bram_id.clone()]));
    assert_eq!(ids("role=klant&state=in_force").await, std::slice::from_ref(&anna_id));
    assert_eq!(ids("state=planned").await, std::slice::from_ref(&bram_id));
    assert_eq!(ids("kind=right").await, std::slice::from_ref(&reader_id));
    let holder = anna["holder"]["id"].as_str().unwrap_or_default();
    assert_eq!(ids(&format!("holder={holder}")).await, sorted(vec![anna_id.clone(), reader_id]));
    assert_eq!(ids("contract=matrix&asOf=2026-04-02T00:00:00Z").await, sorted(vec![anna_id.clone(), bram_id.clone()]));
    assert_eq!(ids("contract=matrix&asOf=2026-03-31T00:00:00Z").await, [anna_id]);
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = desk.get(&format!("{ROLES}?pageSize=1{cursor}")).await.body;
        seen += page["items"].as_array().map_or(0, Vec::len);
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, 3);
    let wrong = desk.get(&format!("{ROLES}?contract=nergens&state=weg&holder=x&f=1")).await;
    assert_eq!((wrong.status, wrong.body["errors"].as_array().map(Vec::len)), (400, Some(4)), "{}", wrong.body);
}

async fn another_clients_roles_are_not_there(desk: &Desk) {
    with_matrix(desk, true).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let (own, other) = (desk.token_of("ipo").await, desk.token_of("gemeente-voorbeeld").await);
    assert_eq!(desk.ask(Some(&own), "GET", &path(&anna, ""), None).await.status, 200);
    let nowhere = desk.ask(Some(&other), "GET", &format!("{ROLES}/{}", uuid::Uuid::new_v4()), None).await;
    let hidden = desk.ask(Some(&other), "GET", &path(&anna, ""), None).await;
    assert_eq!((hidden.status, &hidden.body["detail"]), (404, &nowhere.body["detail"]));
    assert_eq!(desk.ask(Some(&other), "GET", ROLES, None).await.body["items"], json!([]));
    for (below, body) in [
        ("/approvals", json!({})),
        ("/endings", json!({ "reason": "x" })),
        ("/absences", json!({ "untilAt": "2026-04-01T00:00:00Z" })),
        ("/absence-endings", json!({ "absence": uuid::Uuid::new_v4() })),
        ("/deputies", json!({ "absence": uuid::Uuid::new_v4(), "deputy": "x" })),
    ] {
        let refused = desk.ask(Some(&other), "POST", &path(&anna, below), Some(&body)).await;
        assert_eq!((refused.status, &refused.body["detail"]), (404, &nowhere.body["detail"]), "{below}");
    }
    let gaps = desk.ask(Some(&other), "GET", "/v1/role-gaps?pageSize=100", None).await.body["items"].clone();
    assert!(gaps.as_array().expect("gaps").iter().all(|gap| gap["organisation"] == "gemeente-voorbeeld"), "{gaps}");
    // Nor does somebody of theirs get a role of ours, by their id or by their address.
    let body = json!({ "kind": "matrix", "role": "klant", "contract": "matrix", "holder": anna["holder"]["id"], "reason": "x" });
    let refused = desk.ask(Some(&other), "POST", ROLES, Some(&body)).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("unknown_contract")), "{}", refused.body);
}

async fn a_grant_sent_twice_under_one_key_is_made_once(desk: &Desk) {
    with_matrix(desk, false).await;
    let body = klant("anna@ipo.example");
    let send = async || desk.send(Some(ADMIN), ("POST", ROLES), &[("idempotency-key", "r-1")], Some(&body)).await;
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status, again.status, &first.body["id"]), (201, 201, &again.body["id"]));
    assert_eq!(desk.get(ROLES).await.body["items"].as_array().map(Vec::len), Some(1));
}

async fn what_is_stored_is_what_a_replay_of_the_history_gives(desk: &Desk) {
    with_matrix(desk, false).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let away = json!({ "fromAt": "2026-03-03T08:00:00+01:00", "untilAt": "2026-03-05T08:00:00+01:00", "deputy": "bram@ipo.example" });
    assert_eq!(desk.post(&path(&anna, "/absences"), &away).await.status, 201);
    desk.reaches("2026-03-04T08:00:00+01:00").await;
    let ended = desk.post(&path(&anna, "/endings"), &json!({ "untilAt": "2026-03-06T08:00:00+01:00", "reason": "Uit dienst." })).await;
    assert_eq!(ended.status, 201, "{}", ended.body);
    for to in ["2026-03-05T08:00:00+01:00", "2026-03-07T08:00:00+01:00"] {
        desk.reaches(to).await;
        let outcome = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a comparison");
        assert_eq!((outcome.roles, outcome.differences.len()), (1, 0), "{:?}", outcome.differences);
    }
}
