//! The isolation walk: every operation of the document, as every role of another organisation and as nobody, with everything a request can
//! name once another's and once nowhere. The two are the same: in status, headers, body, and in how many statements were made for them.

pub mod fill;
mod rights;
pub mod walk;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::time::TimeSource;
use uurwerk::usecases::tokens::{self, NewToken};

use crate::on_both_databases;
use crate::support::{Desk, incident};
use fill::{OTHER_CONTRACT, OTHERS, OWN_CONTRACT, Sent, Things, required};
use walk::{Told, ask, both, operations};

on_both_databases!(
    no_operation_tells_another_organisation_or_nobody_anything_and_what_is_not_yours_is_not_there,
    no_list_or_figure_changes_by_what_happens_at_another_organisation,
    ranges_etags_and_keys_of_another_organisation_mean_nothing,
);

/// Whose eyes the walk looks through.
const ASKS: &str = "gemeente-voorbeeld";
/// In every text of the other organisation, so that none of them can go unnoticed.
pub const SECRET: &str = "Salarissen";

async fn told(desk: &Desk, token: &str, (method, path): (&str, &str), body: &Value) -> Value {
    let answer = desk.ask(Some(token), method, path, Some(body)).await;
    assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.body);
    answer.body
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn own(more: &Value) -> Value {
    let mut ticket = json!({
        "type": "incident", "contract": OWN_CONTRACT, "title": "Eigen", "description": "x", "channel": "portal",
        "requester": { "name": "Eva", "email": "eva@gemeente-voorbeeld.example" }
    });
    for (key, value) in more.as_object().expect("fields") {
        ticket[key] = value.clone();
    }
    ticket
}

/// Tickets of two other organisations, one of them of the same contract, with everything that can hang on them.
pub async fn seeded(desk: &Desk) -> Things {
    let admin = crate::support::ADMIN;
    let ticket = json!({
        "type": "incident", "contract": OWN_CONTRACT, "organisation": OTHERS, "title": format!("{SECRET} hapert"),
        "description": format!("De {SECRET} kloppen niet."), "priority": "urgent", "channel": "phone",
        "externalReferences": [{ "system": "topdesk", "reference": format!("{SECRET}-1") }],
        "requester": { "name": format!("Bea {SECRET}"), "email": "bea@stichting-proef.example" }
    });
    let made = told(desk, admin, ("POST", "/v1/tickets"), &ticket).await;
    let number = text(&made["number"]);
    let below = |what: &str| format!("/v1/tickets/{number}/{what}");
    told(desk, admin, ("PATCH", &format!("/v1/tickets/{number}")), &json!({ "assignee": "geheime-behandelaar" })).await;
    told(desk, admin, ("POST", &below("tags")), &json!({ "tags": ["geheim-label"] })).await;
    let mut message = String::new();
    for visibility in ["public", "internal"] {
        let body = json!({ "visibility": visibility, "body": format!("Over {SECRET}.") });
        message = text(&told(desk, admin, ("POST", &below("messages")), &body).await["id"]);
    }
    let follower = json!({ "person": made["requester"]["id"] });
    told(desk, admin, ("POST", &below("followers")), &follower).await;
    told(desk, admin, ("POST", &below("message-drafts")), &json!({ "visibility": "public", "body": SECRET })).await;
    let problem = json!({
        "type": "problem", "contract": OWN_CONTRACT, "organisation": OTHERS, "title": SECRET, "description": SECRET, "channel": "portal",
        "requester": { "name": format!("Bea {SECRET}"), "email": "bea@stichting-proef.example" }
    });
    let problem = told(desk, admin, ("POST", "/v1/tickets"), &problem).await;
    let causes = format!("/v1/tickets/{}/root-causes", text(&problem["number"]));
    told(desk, admin, ("POST", &causes), &json!({ "deeperCause": SECRET, "proposal": SECRET })).await;
    told(desk, admin, ("POST", &below("transitions")), &json!({ "to": "in_progress", "reason": SECRET })).await;
    let name = below(&format!("attachments?name={SECRET}.txt"));
    let file = desk.send_raw(&name, SECRET.as_bytes().to_vec(), &[("content-type", "application/octet-stream")]).await;
    // The same under another contract, by mail too, with what is due of it.
    desk.registers(&incident("p2")).await;
    let mail = format!("From: anna@ipo.example\nSubject: {SECRET}\nMessage-ID: <1@x>\n\n{SECRET}\n");
    let inbound = desk.mail_arrives("servicedesk", &mail).await;
    let amendment = json!({ "calendar": "support", "date": "2026-03-02", "change": "closed", "reason": SECRET,
        "approvals": [{ "side": "client", "approvedBy": "anna@ipo.example", "evidence": SECRET }] });
    let signer = desk.signer().await;
    let amendment = told(desk, &signer, ("POST", &format!("/v1/contracts/{OTHER_CONTRACT}/calendar-amendments")), &amendment).await;
    let person = text(&made["requester"]["id"]);
    // Somebody of whom nothing else is asked: they are erased.
    let mut colleague = own(&json!({ "organisation": OTHERS, "channel": "phone", "priority": "low" }));
    colleague["requester"] = json!({ "name": "Cas", "email": "cas@stichting-proef.example" });
    let colleague = text(&told(desk, admin, ("POST", "/v1/tickets"), &colleague).await["requester"]["id"]);
    let (contacts, redactions, work) = (format!("/v1/contracts/{OWN_CONTRACT}/contacts"), below("redactions"), below("work-logs"));
    let of_mail = format!("/v1/inbound-messages/{}/redactions", text(&inbound.body["id"]));
    let mut others = BTreeMap::from([("/tickets/{ref}/messages/", message)]);
    let signal = json!({ "contract": OWN_CONTRACT, "organisation": OTHERS, "source": "client", "title": SECRET, "description": SECRET });
    let signal = desk.post("/v1/security-signals", &signal).await;
    others.insert("/security-signals/", text(&signal.body["items"][0]["id"]));
    let of_signal = format!("/v1/security-signals/{}/redactions", others["/security-signals/"]);
    // By the machine's time, by which tokens expire.
    let in_a_week = TimeSource::machine().now().plus(7 * 24 * 3600).expect("an instant").to_string();
    for (stands_at, path, body) in [
        (
            "/access-tokens/",
            "/v1/access-token-grants",
            json!({ "name": "x", "roles": ["approver"], "organisation": OTHERS, "expiresAt": in_a_week }),
        ),
        (
            "/local-accounts/",
            "/v1/local-accounts",
            json!({ "name": "x", "roles": ["agent_line_1"], "password": "rozen tafel kanaal 8812" }),
        ),
        (
            "/role-assignments/",
            "/v1/role-assignments",
            json!({ "kind": "right", "role": "approver", "organisation": OTHERS, "holder": "bea@stichting-proef.example", "reason": SECRET }),
        ),
        ("/contracts/{contract}/contacts/", &contacts, json!({ "person": person })),
        ("/destructions/", "/v1/destructions", json!({ "contract": OWN_CONTRACT, "class": "tickets" })),
        ("/erasures/", "/v1/erasures", json!({ "person": colleague, "reason": SECRET })),
        ("/tickets/{ref}/redactions/", &redactions, json!({ "what": "attachment", "target": text(&file.body["id"]), "reason": SECRET })),
        ("/tickets/{ref}/work-logs/", &work, json!({ "minutes": 30, "text": SECRET })),
        ("/saved-views/", "/v1/saved-views", json!({ "name": SECRET, "query": format!("text={SECRET}"), "isShared": true })),
        ("/canned-replies/", "/v1/canned-replies", json!({ "title": SECRET, "body": format!("Dag {SECRET}.") })),
        ("/routing-rules/", "/v1/routing-rules", json!({ "name": SECRET, "conditions": { "words": [SECRET] }, "team": "x" })),
        ("/inbound-messages/{id}/redactions/", &of_mail, json!({ "reason": SECRET })),
        ("/security-signals/{signal}/redactions/", &of_signal, json!({ "reason": SECRET })),
        // After the redaction, which it would not let through.
        ("/legal-holds/", "/v1/legal-holds", json!({ "kind": "ticket", "subject": number, "reason": SECRET })),
    ] {
        let made = desk.ask(Some(&signer), "POST", path, Some(&body)).await;
        let place = made.headers.get("location").and_then(|place| Some(place.to_str().ok()?.rsplit('/').next()?.to_owned()));
        let id = place.or_else(|| made.body["id"].as_str().map(str::to_owned));
        // Nothing is old enough to be destroyed, so the walk names a proposal that is nowhere.
        let is_nothing_right = ["not_found", "nothing_due"].contains(&made.body["code"].as_str().unwrap_or_default());
        assert!(id.is_some() || is_nothing_right, "the isolation walk could make nothing at {path}: {}", made.body);
        others.insert(stands_at, id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()));
    }
    uurwerk::jobs::work_off(&desk.app).await.expect("mails are written");
    let first = async |path: &str| text(&desk.get(path).await.body["items"][0]["id"]);
    Things {
        ticket: text(&made["id"]),
        problem: text(&problem["id"]),
        person,
        others,
        attachment: text(&file.body["id"]),
        obligation: first(&format!("/v1/obligations?contract={OTHER_CONTRACT}")).await,
        inbound: text(&inbound.body["id"]),
        outbound: first(&format!("/v1/outbound-messages?ticket={number}")).await,
        amendment: text(&amendment["id"]),
        number,
    }
}

/// Every role of the organisation that asks, and nobody.
async fn askers(desk: &Desk) -> Vec<(String, Option<String>)> {
    desk.registers(&own(&json!({ "organisation": ASKS, "channel": "phone", "priority": "low" }))).await;
    let mut askers = vec![("nobody".to_owned(), None)];
    for role in Role::ALL.into_iter().filter(|role| role.side() == uurwerk::domain::contract::Side::Client) {
        let person = (role == Role::Requester).then(|| "eva@gemeente-voorbeeld.example".to_owned());
        let new =
            NewToken { name: format!("as {role}"), organisation: Some(ASKS.to_owned()), roles: vec![role], person, ..NewToken::default() };
        let token = if let Ok(token) = tokens::create(&desk.app, &new).await {
            token
        } else {
            // A role that is only granted by the agreement of both sides: written behind the desk's back.
            let made = NewToken { roles: vec![Role::Approver], ..new.clone() };
            let token = tokens::create(&desk.app, &made).await.expect("a token");
            let sql = format!("UPDATE token SET roles = '{role}' WHERE name = '{}'", new.name);
            sea_orm::ConnectionTrait::execute_unprepared(&desk.behind().await, &sql).await.expect("its role");
            token
        };
        askers.push((role.to_string(), Some(token)));
    }
    // A system that acts for the desk, for this organisation only.
    let organisations = Some(vec![ASKS.to_owned()]);
    let new = NewToken { name: "integration".to_owned(), organisations, roles: vec![Role::Integration], ..NewToken::default() };
    askers.push(("limited integration".to_owned(), Some(tokens::create(&desk.app, &new).await.expect("a token"))));
    askers
}

async fn no_operation_tells_another_organisation_or_nobody_anything_and_what_is_not_yours_is_not_there(desk: &Desk) {
    let (things, askers) = (seeded(desk).await, askers(desk).await);
    walked(desk, &things, &askers).await;
}

/// Everything that each of these can ask, once of another's and once of nothing.
async fn walked(desk: &Desk, things: &Things, askers: &[(String, Option<String>)]) {
    let ours = text(&desk.get(&format!("/v1/tickets?organisation={ASKS}")).await.body["items"][0]["number"]);
    let Things { number, ticket, problem, person, attachment, obligation, inbound, outbound, amendment, others } = things;
    let told = [number, ticket, problem, person, attachment, obligation, inbound, outbound, amendment].into_iter().chain(others.values());
    let secrets: Vec<_> =
        [SECRET, "stichting-proef", "geheime-behandelaar", "geheim-label"].into_iter().chain(told.map(String::as_str)).collect();
    let (operations, mut wrong, mut asked) = (operations(), Vec::new(), 0);
    for operation in &operations {
        for (role, token) in askers {
            for pair in operation.pairs(things, &ours) {
                let method = &operation.method;
                let foreign = ask(desk, token.as_deref(), method, &pair.foreign).await.without(&pair.named, |one| &one.foreign);
                let place = format!("{role}: {method} {} {:?}", pair.foreign.0, pair.foreign.1);
                asked += 1;
                // The document itself is for everybody, and its examples name made-up clients.
                if !operation.is_open && foreign.tells(&secrets) {
                    wrong.push(format!("{place} tells of another organisation: {foreign:?}"));
                }
                if token.is_none() && !operation.is_open && foreign.status != 401 {
                    wrong.push(format!("{place} is not for nobody: {foreign:?}"));
                }
                if pair.named.is_empty() {
                    continue;
                }
                let methods = if method == "GET" { vec!["GET", "HEAD"] } else { vec![method.as_str()] };
                for method in methods {
                    let (foreign, absent) = both(desk, token.as_deref(), method, &pair).await;
                    asked += 2;
                    // A system vouches for whoever it names, so that it makes a ticket of its own organisation either way.
                    let is_own = |told: &Told| told.status == 201 && told.body.contains(&format!("\"organisation\":\"{ASKS}\""));
                    if foreign != absent && !(is_own(&foreign) && is_own(&absent)) {
                        wrong.push(format!("{method} {place}\n  another's: {foreign:?}\n  nowhere:   {absent:?}"));
                    }
                }
            }
        }
    }
    println!(
        "the isolation walk: {} operations × {} roles × 4 tickets and all that hangs on them, {asked} requests",
        operations.len(),
        askers.len()
    );
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n"));
}

async fn no_list_or_figure_changes_by_what_happens_at_another_organisation(desk: &Desk) {
    let askers = askers(desk).await;
    nothing_changes_for(desk, &askers).await;
}

async fn nothing_changes_for(desk: &Desk, askers: &[(String, Option<String>)]) {
    uurwerk::jobs::work_off(&desk.app).await.expect("everything is done");
    let lists: Vec<_> = operations().into_iter().filter(|one| one.method == "GET" && !one.path.contains('{')).collect();
    let look = async || {
        let mut seen = Vec::new();
        for (role, token) in askers {
            for list in &lists {
                let must = list.query.iter().filter(|(_, is_required)| *is_required);
                let must: Vec<_> = must.map(|(name, _)| format!("{name}={}", required(&list.path, name))).collect();
                let asked = (format!("/v1{}?{}", list.path, must.join("&")), Sent::Nothing);
                let told = ask(desk, token.as_deref(), "GET", &asked).await;
                seen.push((format!("{role} {}", list.path), told.status, told.headers, told.body));
            }
        }
        seen
    };
    let before = look().await;
    assert!(before.iter().filter(|one| one.1 == 200).count() > 7, "the lists are seen");
    seeded(desk).await;
    for (before, after) in before.iter().zip(look().await) {
        assert_eq!(*before, after);
    }
}

async fn ranges_etags_and_keys_of_another_organisation_mean_nothing(desk: &Desk) {
    let things = seeded(desk).await;
    // Of a contact, where only those may turn to the desk.
    let other = NewToken {
        name: "portaal".to_owned(),
        organisation: Some(OTHERS.to_owned()),
        roles: vec![Role::AuthorisedRequester, Role::Approver],
        person: Some("bea@stichting-proef.example".to_owned()),
        ..NewToken::default()
    };
    let other = tokens::create(&desk.app, &other).await.expect("a token");
    let theirs = format!("/v1/tickets/{}/attachments/{}", things.number, things.attachment);
    let nowhere = format!("/v1/tickets/INC-999999/attachments/{}", uuid::Uuid::new_v4());
    let (file, ticket) = (desk.ask(Some(&other), "GET", &theirs, None).await, format!("/v1/tickets/{}", things.number));
    assert_eq!(file.status, 200);
    let tags = [
        file.headers["etag"].to_str().expect("a tag").to_owned(),
        desk.get(&ticket).await.headers["etag"].to_str().expect("a tag").to_owned(),
    ];
    let key = [("idempotency-key", "k-1")];
    let first = desk
        .send(
            Some(&other),
            ("POST", "/v1/tickets"),
            &key,
            Some(&own(&json!({ "requester": { "name": "Bea", "email": "bea@stichting-proef.example" } }))),
        )
        .await;
    assert_eq!(first.status, 201, "{}", first.body);
    for (role, token) in askers(desk).await {
        for header in
            [("range", "bytes=0-2"), ("range", "bytes=900-"), ("if-none-match", &*tags[0]), ("if-none-match", "*"), ("if-match", &*tags[1])]
        {
            for method in ["GET", "HEAD"] {
                let told = async |path: &str| {
                    let answer = desk.send(token.as_deref(), (method, path), &[header], None).await;
                    (answer.status, answer.headers.contains_key("etag"), answer.headers.contains_key("content-range"), answer.body)
                };
                let (foreign, absent) = (told(&theirs).await, told(&nowhere).await);
                assert_eq!(foreign, absent, "{role} {method} {header:?}");
                assert!(foreign.0 == if token.is_some() { 404 } else { 401 }, "{role} {method} {header:?}: {foreign:?}");
            }
        }
        let change = desk.send(token.as_deref(), ("PATCH", &ticket), &[("if-match", &tags[1])], Some(&json!({ "title": "x" }))).await;
        assert!([401, 403, 404].contains(&change.status), "{role}: {}", change.body);
        // A key that another used is free, whatever was sent with it.
        if token.is_some() {
            let made = desk.send(token.as_deref(), ("POST", "/v1/tickets"), &key, Some(&own(&json!({})))).await;
            // A role that only reads registers nothing, under any key.
            if made.body["code"] != "role_missing" {
                assert_eq!((made.status, &made.body["organisation"]), (201, &json!(ASKS)), "{role}: {}", made.body);
            }
        }
    }
}
