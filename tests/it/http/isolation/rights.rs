//! The same walk as somebody of the desk, or of a third party, whose rights are what one client agreed to (IAM-03, IAM-04).

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uurwerk::domain::contract::Side;
use uurwerk::domain::permission::Role;

use super::{ASKS, OTHERS, OWN_CONTRACT, nothing_changes_for, own, seeded, text, walked};
use crate::identity::provider::Provider;
use crate::support::{Desk, On, incident};

/// A desk whose own people sign in: Anna is a first-line agent, and Bram and the third have no role from their provider.
async fn desk(on: On) -> (Provider, Desk) {
    let provider = Provider::start();
    let settings = format!(
        "[[identity.providers]]\nissuer = \"{}\"\naudience = [\"{}\"]\nroles = {{ \"Desk.Requester\" = \"agent_line_1\" }}\n",
        provider.issuer,
        crate::identity::provider::AUDIENCE
    );
    let desk = provider.opens(on, &settings).await;
    (provider, desk)
}

/// Gives somebody rights over organisations, agreed by whoever has to, and returns their token.
async fn with_rights(desk: &Desk, provider: &Provider, (who, address): (&str, &str), rights: &[(&str, Role)]) -> String {
    let token = provider.token_of(who).await;
    let sam = desk.signer().await;
    // Whoever came in once can be given a right.
    desk.ask(Some(&token), "GET", "/v1/tickets", None).await;
    for (organisation, role) in rights {
        let right = json!({ "kind": "right", "role": role.as_str(), "organisation": organisation, "holder": address, "thirdParty": "Extern BV",
            "untilAt": "2026-03-20T08:00:00+01:00", "reason": "Tijdelijk." });
        let granted = desk.ask(Some(&sam), "POST", "/v1/role-assignments", Some(&right)).await;
        assert_eq!(granted.status, 201, "{role}: {}", granted.body);
    }
    // Who signs and how is told elsewhere; here it is agreed.
    let agreed = "UPDATE role_assignment SET approved_at = from_at; UPDATE access_state SET version = version + 1";
    desk.behind().await.execute_unprepared(agreed).await.expect("rights");
    token
}

async fn told(desk: &Desk, token: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
    let answer = desk.ask(Some(token), method, path, body).await;
    (answer.status, answer.body.to_string())
}

#[actix_web::test]
async fn iam_09_whoever_has_every_right_over_one_client_sees_nothing_of_another_and_changes_nothing_there() {
    for on in [On::Sqlite, On::Postgres] {
        let (provider, desk) = desk(on).await;
        let things = seeded(&desk).await;
        desk.registers(&own(&json!({ "organisation": ASKS, "channel": "phone", "priority": "low" }))).await;
        let roles = Role::ALL.into_iter().filter(|role| role.side() == Side::Supplier && *role != Role::Integration);
        let rights: Vec<_> = roles.map(|role| (ASKS, role)).collect();
        let external = with_rights(&desk, &provider, ("nobody", "zonder@ipo.example"), &rights).await;
        let (status, list) = told(&desk, &external, "GET", "/v1/tickets", None).await;
        assert!(status == 200 && list.contains("Eigen"), "they see the client's: {list}");
        walked(&desk, &things, &[("every right over one client".to_owned(), Some(external))]).await;
    }
}

#[actix_web::test]
async fn iam_09_no_list_changes_for_them_by_what_happens_elsewhere() {
    for on in [On::Sqlite, On::Postgres] {
        let (provider, desk) = desk(on).await;
        let roles = Role::ALL.into_iter().filter(|role| role.side() == Side::Supplier && *role != Role::Integration);
        let rights: Vec<_> = roles.map(|role| (ASKS, role)).collect();
        let external = with_rights(&desk, &provider, ("nobody", "zonder@ipo.example"), &rights).await;
        told(&desk, &external, "GET", "/v1/tickets", None).await;
        nothing_changes_for(&desk, &[("every right over one client".to_owned(), Some(external))]).await;
    }
}

/// Rights over several clients do not add up: what one gives works at its own client alone.
#[actix_web::test]
async fn role_07_what_is_held_over_one_client_works_on_its_rows_and_on_no_others() {
    for on in [On::Sqlite, On::Postgres] {
        let (provider, desk) = desk(on).await;
        let registers = async |more: &Value| desk.registers(&own(more)).await;
        let mut tickets = Vec::new();
        for organisation in [ASKS, OTHERS] {
            let email = format!("eva@{organisation}.example");
            let requester = json!({ "name": "Eva", "email": email });
            let more = json!({ "organisation": organisation, "requester": requester, "channel": "phone", "priority": "low" });
            let (plain, secure, private) = (registers(&more).await, registers(&more).await, registers(&more).await);
            for (number, flag) in
                [(&secure, json!({ "flag": "security", "securityAspects": ["integrity"] })), (&private, json!({ "flag": "privacy" }))]
            {
                let flagged = desk.post(&format!("/v1/tickets/{number}/flags"), &flag).await;
                assert_eq!(flagged.status, 201, "{}", flagged.body);
            }
            tickets.push([plain, secure, private]);
        }
        let elsewhere = desk.registers(&incident("p3")).await;
        let [asks, others] = [&tickets[0], &tickets[1]];
        let rights =
            [(ASKS, Role::AgentLine2), (ASKS, Role::SecurityOfficer), (OTHERS, Role::ServiceManager), (OTHERS, Role::PrivacyOfficer)];
        let external = with_rights(&desk, &provider, ("nobody", "zonder@ipo.example"), &rights).await;
        let ask = async |method: &str, path: &str, body: Option<&Value>| told(&desk, &external, method, path, body).await;
        let sees = async |number: &str| ask("GET", &format!("/v1/tickets/{number}"), None).await.0;
        // What a flag opens, it opens where the officer is one.
        for (number, status) in [(&asks[0], 200), (&asks[1], 200), (&asks[2], 404), (&others[0], 200), (&others[1], 404), (&others[2], 200)]
        {
            assert_eq!(sees(number).await, status, "{number}");
            assert_eq!(ask("GET", &format!("/v1/tickets/{number}/events"), None).await.0, status, "{number}");
        }
        assert_eq!(sees(&elsewhere).await, 404);
        let (_, list) = ask("GET", "/v1/tickets?pageSize=100", None).await;
        for (number, is_there) in [
            (&asks[0], true),
            (&asks[1], true),
            (&asks[2], false),
            (&others[0], true),
            (&others[1], false),
            (&others[2], true),
            (&elsewhere, false),
        ] {
            assert_eq!(list.contains(&format!("\"{number}\"")), is_there, "{number} in {list}");
        }
        // Only a service manager changes a tier: at the client where they are one.
        let tier = json!({ "tier": "basic" });
        let (at_asks, body) = ask("PATCH", &format!("/v1/tickets/{}", asks[0]), Some(&tier)).await;
        assert_eq!(at_asks, 403, "{body}");
        let (at_others, body) = ask("PATCH", &format!("/v1/tickets/{}", others[0]), Some(&tier)).await;
        assert_ne!(at_others, 403, "{body}");
        let lift = |flag: &str| json!({ "flag": flag, "reason": "Opgelost." });
        let lifts = async |number: &str, flag: &str| ask("POST", &format!("/v1/tickets/{number}/flag-removals"), Some(&lift(flag))).await.0;
        assert_eq!((lifts(&asks[1], "security").await, lifts(&others[1], "security").await), (201, 404));
        assert_eq!((lifts(&others[2], "privacy").await, lifts(&asks[2], "privacy").await), (201, 404));
        // People are recorded by an agent and a service manager both; agreements are nobody's alone.
        let person =
            |organisation: &str| json!({ "organisation": organisation, "name": "Nieuw", "email": format!("n@{organisation}.example") });
        assert_eq!(ask("POST", "/v1/people", Some(&person(OTHERS))).await.0, 201);
        assert_eq!(ask("POST", "/v1/people", Some(&person("ipo"))).await.0, 400);
        for (method, path, body) in [
            ("POST", format!("/v1/contracts/{OWN_CONTRACT}/calendar-amendments"), json!({})),
            ("POST", "/v1/legal-holds".to_owned(), json!({ "kind": "ticket", "subject": asks[0], "reason": "x" })),
            ("GET", "/v1/legal-holds".to_owned(), Value::Null),
            ("GET", "/v1/audit-lines".to_owned(), Value::Null),
            ("POST", "/v1/role-assignments".to_owned(), json!({})),
        ] {
            let (status, told) = ask(method, &path, Some(&body).filter(|body| !body.is_null())).await;
            assert_eq!(status, 403, "{method} {path}: {told}");
        }
    }
}

#[actix_web::test]
async fn whoever_works_at_the_desk_keeps_that_beside_a_right_over_one_client() {
    for on in [On::Sqlite, On::Postgres] {
        let (provider, desk) = desk(on).await;
        let elsewhere = desk.registers(&incident("p3")).await;
        let anna = with_rights(&desk, &provider, ("anna", "anna@ipo.example"), &[(ASKS, Role::ServiceManager)]).await;
        let path = format!("/v1/tickets/{elsewhere}");
        assert_eq!(told(&desk, &anna, "GET", &path, None).await.0, 200);
        let note = json!({ "visibility": "internal", "body": "Gezien." });
        assert_eq!(told(&desk, &anna, "POST", &format!("{path}/messages"), Some(&note)).await.0, 201);
        let (status, body) = told(&desk, &anna, "PATCH", &path, Some(&json!({ "tier": "basic" }))).await;
        assert_eq!((status, text(&serde_json::from_str::<Value>(&body).expect("JSON")["code"])), (403, "role_missing".to_owned()));
    }
}
