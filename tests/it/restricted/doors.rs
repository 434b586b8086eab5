//! Every door at which a ticket could be met, by those for whom it is there and those for whom it is not.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{flagged, person, status};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    a_ticket_with_a_flag_is_not_there_for_whom_it_does_not_concern_at_any_door,
    it_is_there_for_those_whom_its_flag_concerns_and_for_whoever_has_a_part_in_it,
    whoever_gives_it_away_is_answered_and_sees_it_no_more,
    a_flag_is_recorded_and_taken_off_by_whom_it_concerns_with_a_reason,
    inc_10_a_security_flag_says_what_is_touched,
    an_officer_gives_a_breach_to_an_agent_who_sees_it_from_then_on,
    what_refers_to_a_hidden_ticket_does_not_name_it,
    a_report_counts_it_and_withholds_which_one_it_is,
    whoever_gives_a_requester_another_address_reads_nothing_of_what_few_may_see,
    a_repeat_with_another_token_of_the_same_person_tells_nothing_of_a_ticket_that_it_does_not_open,
);

async fn a_ticket_with_a_flag_is_not_there_for_whom_it_does_not_concern_at_any_door(desk: &Desk) {
    let mut body = flagged(&["security"]);
    body["title"] = json!("Wachtwoorden op straat");
    let number = desk.registers(&body).await;
    let (path, id) = (format!("/v1/tickets/{number}"), desk.get(&format!("/v1/tickets/{number}")).await.body["id"].clone());
    desk.post(&format!("{path}/messages"), &json!({ "visibility": "public", "body": "Wij zoeken het uit." })).await;
    desk.passes("PT1M").await;
    let mails = desk.get(&format!("/v1/outbound-messages?ticket={number}")).await;
    let mail = mails.body["items"][0]["id"].as_str().expect("a mail").to_owned();
    for roles in [
        &[Role::AgentLine1, Role::AgentLine2][..],
        &[Role::ServiceManager],
        &[Role::PrivacyOfficer],
        &[Role::Auditor],
        &[Role::Integration],
    ] {
        let agent = desk.token(None, roles).await;
        let get = async |path: &str| desk.ask(Some(&agent), "GET", path, None).await;
        let nowhere = get("/v1/tickets/INC-999999").await;
        for below in ["", "/messages", "/events", "/clocks", "/attachments", "/transitions", "/root-causes", "/clocks/response/ledger"] {
            let answer = get(&format!("{path}{below}")).await;
            assert_eq!((answer.status, &answer.body["detail"]), (404, &nowhere.body["detail"]), "{roles:?} {below}");
        }
        for (method, below, body) in [
            ("PATCH", "", json!({ "assignee": "jan" })),
            ("POST", "/messages", json!({ "visibility": "public", "body": "Dag." })),
            ("POST", "/transitions", json!({ "to": "in_progress", "reason": "Zo is het." })),
            ("POST", "/flags", json!({ "flag": "privacy" })),
            ("POST", "/flag-removals", json!({ "flag": "security", "reason": "Het viel mee." })),
        ] {
            let hidden = desk.ask(Some(&agent), method, &format!("{path}{below}"), Some(&body)).await;
            let absent = desk.ask(Some(&agent), method, &format!("/v1/tickets/INC-999999{below}"), Some(&body)).await;
            assert_eq!((hidden.status, &hidden.body["code"]), (absent.status, &absent.body["code"]), "{roles:?} {method} {below}");
            assert_eq!(hidden.body["detail"], absent.body["detail"], "{roles:?} {method} {below}");
        }
        for list in [
            "/v1/tickets",
            "/v1/tickets?text=wachtwoorden",
            "/v1/tickets?updatedSince=2020-01-01T00:00:00Z",
            "/v1/tickets?organisation=ipo&state=new,active",
            "/v1/outbound-messages",
            "/v1/inbound-messages",
        ] {
            let listed = get(list).await;
            assert!([200, 403].contains(&listed.status), "{list}: {}", listed.body);
            assert!(listed.body["items"].as_array().is_none_or(Vec::is_empty), "{roles:?} {list}: {}", listed.body);
        }
        assert!([403, 404].contains(&get(&format!("/v1/outbound-messages/{mail}")).await.status));
        assert!([403, 404].contains(&get(&format!("/v1/outbound-messages?ticket={number}")).await.status));
        let by_id = get(&format!("/v1/tickets/{}", id.as_str().unwrap_or_default())).await;
        assert_eq!(by_id.status, 404);
    }
}

async fn it_is_there_for_those_whom_its_flag_concerns_and_for_whoever_has_a_part_in_it(desk: &Desk) {
    let anna = async |role| person(desk, "anna@ipo.example", role).await;
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let mut own = flagged(&["confidential"]);
    own["externalReferences"] = json!([{ "system": "portaal", "reference": "1" }]);
    let registered = desk.ask(Some(&agent), "POST", "/v1/tickets", Some(&own)).await;
    assert_eq!((registered.status, &registered.body["flags"]), (201, &json!(["confidential"])), "{}", registered.body);
    let [security, privacy, both] = [&["security"][..], &["privacy"], &["security", "privacy"]].map(flagged);
    let numbers = [
        desk.registers(&security).await,
        desk.registers(&privacy).await,
        desk.registers(&both).await,
        registered.body["number"].as_str().expect("a number").to_owned(),
    ];
    let desk_role = async |role| desk.token(None, &[role]).await;
    let client_role = async |role| desk.token(Some("ipo"), &[role]).await;
    for (who, token, seen) in [
        ("the security officer", desk_role(Role::SecurityOfficer).await, [200, 404, 200, 404]),
        ("the privacy officer", desk_role(Role::PrivacyOfficer).await, [404, 200, 200, 404]),
        ("the service manager", desk_role(Role::ServiceManager).await, [404, 404, 404, 200]),
        ("whoever registered it", agent.clone(), [404, 404, 404, 200]),
        ("another agent", desk_role(Role::AgentLine1).await, [404; 4]),
        ("the client's ISO", client_role(Role::ClientSecurityOfficer).await, [200, 404, 200, 404]),
        ("the client's privacy officer", client_role(Role::ClientPrivacyOfficer).await, [404, 200, 200, 404]),
        ("who sees all of the client's", client_role(Role::AuthorisedRequester).await, [404; 4]),
        ("the requester", anna(Role::Requester).await, [200; 4]),
        ("everything but an integration", ADMIN.to_owned(), [200; 4]),
    ] {
        let mut found = [0; 4];
        for (at, number) in numbers.iter().enumerate() {
            found[at] = status(desk, &token, number).await;
        }
        assert_eq!(found, seen, "{who}");
    }
    // What another ticket is called elsewhere cannot be used twice, and the refusal does not say which one it is.
    let (other, mut open) = (desk_role(Role::AgentLine2).await, incident("p3"));
    open["externalReferences"] = own["externalReferences"].clone();
    let again = desk.ask(Some(&other), "POST", "/v1/tickets", Some(&open)).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("external_reference_exists")), "{}", again.body);
    assert!(!again.body.to_string().contains(&numbers[3]), "{}", again.body);
}

/// The id under which a token acts, as its first event has it.
async fn acting_as(desk: &Desk, token: &str) -> String {
    let made = desk.ask(Some(token), "POST", "/v1/tickets", Some(&incident("p3"))).await;
    let id: uuid::Uuid = made.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let ticket = uurwerk::store::tickets::find(&desk.app.all(), uurwerk::domain::ticket::TicketRef::Id(id)).await;
    let ticket = ticket.expect("a row").expect("a ticket");
    ticket.registered_by.split_once(':').expect("an actor").1.to_owned()
}

async fn whoever_gives_it_away_is_answered_and_sees_it_no_more(desk: &Desk) {
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let me = acting_as(desk, &agent).await;
    let number = desk.registers(&flagged(&["privacy"])).await;
    let path = format!("/v1/tickets/{number}");
    assert_eq!(status(desk, &agent, &number).await, 404);
    desk.patch(&path, &json!({ "assignee": me })).await;
    assert_eq!(status(desk, &agent, &number).await, 200);
    let given = desk.ask(Some(&agent), "PATCH", &path, Some(&json!({ "assignee": "jan" }))).await;
    assert_eq!((given.status, &given.body["assignee"]), (200, &json!("jan")), "{}", given.body);
    assert_eq!(status(desk, &agent, &number).await, 404);
    // Whoever flags what is not theirs hides it from themselves; a repeat is answered all the same.
    let open = desk.registers(&incident("p3")).await;
    let flag = json!({ "flag": "confidential" });
    let send = || async {
        let path = format!("/v1/tickets/{open}/flags");
        desk.send(Some(&agent), ("POST", &path), &[("idempotency-key", "1")], Some(&flag)).await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status, again.status, &first.body["id"]), (201, 201, &again.body["id"]), "{} {}", first.body, again.body);
    assert_eq!(status(desk, &agent, &open).await, 404);
}

async fn a_flag_is_recorded_and_taken_off_by_whom_it_concerns_with_a_reason(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (set, lift) = (format!("/v1/tickets/{number}/flags"), format!("/v1/tickets/{number}/flag-removals"));
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let flag = json!({ "flag": "security", "securityAspects": ["integrity"] });
    let answer = desk.ask(Some(&agent), "POST", &set, Some(&flag)).await;
    assert_eq!((answer.status, &answer.body["type"]), (201, &json!("ticket.flagged")), "{}", answer.body);
    assert_eq!(answer.body["data"], json!({ "flag": "security", "aspects": ["integrity"] }));
    assert_eq!((&answer.body["actor"]["kind"], &answer.body["occurredAt"]), (&json!("desk"), &json!("2026-03-02T07:00:00Z")));
    let again = desk.post(&set, &flag).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("flag_set")), "{}", again.body);
    let removal = json!({ "flag": "security", "reason": "Een oefening." });
    for (role, status) in [(Role::AgentLine1, 403), (Role::PrivacyOfficer, 404), (Role::ServiceManager, 404), (Role::SecurityOfficer, 201)]
    {
        let token = desk.token(None, &[role]).await;
        if role == Role::SecurityOfficer {
            let silent = desk.ask(Some(&token), "POST", &lift, Some(&json!({ "flag": "security" }))).await;
            assert_eq!((silent.status, &silent.body["errors"][0]["pointer"]), (400, &json!("/reason")), "{}", silent.body);
            let others = desk.ask(Some(&token), "POST", &lift, Some(&json!({ "flag": "privacy", "reason": "x" }))).await;
            assert_eq!((others.status, &others.body["code"]), (403, &json!("role_missing")), "{}", others.body);
        }
        let answer = desk.ask(Some(&token), "POST", &lift, Some(&removal)).await;
        assert_eq!(answer.status, status, "{role}: {}", answer.body);
    }
    let events = desk.events(&number).await;
    let last = events.last().expect("an event");
    assert_eq!((&last["type"], &last["reason"]), (&json!("ticket.unflagged"), &json!("Een oefening.")));
    assert_eq!(status(desk, &agent, &number).await, 200);
    let gone = desk.post(&lift, &removal).await;
    assert_eq!((gone.status, &gone.body["code"]), (409, &json!("flag_not_set")), "{}", gone.body);
}

async fn an_officer_gives_a_breach_to_an_agent_who_sees_it_from_then_on(desk: &Desk) {
    let officer = desk.person(None, "Sven Veilig", "sven@leverancier.example", &[Role::SecurityOfficer]).await;
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
    let mut breach = flagged(&["security"]);
    breach["channel"] = json!("portal");
    let made = desk.ask(Some(&officer), "POST", "/v1/tickets", Some(&breach)).await;
    let number = made.body["number"].as_str().unwrap_or_else(|| panic!("{}", made.body)).to_owned();
    assert_eq!(status(desk, &ali, &number).await, 404);
    let given = json!({ "assignee": desk.account_with("ali@leverancier.example").await });
    let given = desk.ask(Some(&officer), "PATCH", &format!("/v1/tickets/{number}"), Some(&given)).await;
    assert_eq!(given.status, 200, "{}", given.body);
    assert_eq!(status(desk, &ali, &number).await, 200);
    let moved = json!({ "to": "in_progress", "reason": "Ik zoek het uit." });
    let moved = desk.ask(Some(&ali), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&moved)).await;
    assert_eq!(moved.status, 201, "{}", moved.body);
}

async fn inc_10_a_security_flag_says_what_is_touched(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}/flags");
    for (body, code) in
        [(json!({ "flag": "security" }), "required"), (json!({ "flag": "privacy", "securityAspects": ["integrity"] }), "not_allowed")]
    {
        let refused = desk.post(&path, &body).await;
        let told = &refused.body["errors"][0];
        assert_eq!((refused.status, &told["pointer"], &told["code"]), (400, &json!("/securityAspects"), &json!(code)), "{}", refused.body);
    }
    let mut body = flagged(&["security", "privacy"]);
    body.as_object_mut().expect("fields").remove("securityAspects");
    let refused = desk.post("/v1/tickets", &body).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!("/securityAspects")), "{}", refused.body);
    body["securityAspects"] = json!(["integrity", "availability"]);
    let made = desk.post("/v1/tickets", &body).await;
    assert_eq!((made.status, &made.body["flags"]), (201, &json!(["security", "privacy"])), "{}", made.body);
    let unknown = desk.post(&path, &json!({ "flag": "geheim" })).await;
    assert_eq!((unknown.status, &unknown.body["errors"][0]["pointer"]), (400, &json!("/flag")), "{}", unknown.body);
}

async fn what_refers_to_a_hidden_ticket_does_not_name_it(desk: &Desk) {
    let mut body = flagged(&["confidential"]);
    body["priority"] = json!("p1");
    let hidden = desk.registers(&body).await;
    let mut change = incident("p3");
    for (key, value) in [("type", json!("change_request")), ("emergencyFor", json!(hidden))] {
        change[key] = value;
    }
    change.as_object_mut().expect("fields").remove("priority");
    let made = desk.post("/v1/tickets", &change).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let number = made.body["number"].as_str().expect("a number");
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let shown = desk.ask(Some(&agent), "GET", &format!("/v1/tickets/{number}"), None).await;
    assert_eq!((shown.status, &shown.body["emergencyFor"]), (200, &Value::Null));
    for path in [format!("/v1/tickets/{number}/events"), "/v1/tickets".to_owned()] {
        let answer = desk.ask(Some(&agent), "GET", &path, None).await;
        assert!(!answer.body.to_string().contains(made.body["emergencyFor"].as_str().expect("an id")), "{path}: {}", answer.body);
    }
    // To whom the incident does not exist it can be named as little as one that is nowhere.
    let named = async |number: &str| {
        change["emergencyFor"] = json!(number);
        desk.ask(Some(&agent), "POST", "/v1/tickets", Some(&change)).await.body["errors"].clone()
    };
    let mut named = named;
    assert_eq!(named(&hidden).await, named("INC-999999").await);
}

async fn a_report_counts_it_and_withholds_which_one_it_is(desk: &Desk) {
    let hidden = desk.registers(&flagged(&["privacy"])).await;
    let open = desk.registers(&incident("p3")).await;
    desk.reaches("2026-05-04T08:00:00+02:00").await;
    let path = "/v1/reports/service-management?contract=dap-example&month=2026-03";
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let officer = desk.token(None, &[Role::PrivacyOfficer]).await;
    let (seen, whole) = (desk.ask(Some(&agent), "GET", path, None).await.body, desk.ask(Some(&officer), "GET", path, None).await.body);
    for figures in ["types", "goals", "population", "handlingTimes", "escalationCounts"] {
        assert_eq!(seen[figures], whole[figures], "{figures}");
    }
    assert!(whole.to_string().contains(&hidden) && whole.to_string().contains(&open));
    assert!(!seen.to_string().contains(&hidden) && seen.to_string().contains(&open));
    let rows = |report: &Value, list: &str| report[list].as_array().map(Vec::len);
    for list in ["runningBreaches", "longOpen", "escalations"] {
        assert_eq!(rows(&seen, list), rows(&whole, list), "{list}");
        let withheld = seen[list].as_array().expect("rows").iter().filter(|row| row["number"] == "vertrouwelijk").count();
        assert!(withheld > 0, "{list}: {}", seen[list]);
    }
}

async fn whoever_gives_a_requester_another_address_reads_nothing_of_what_few_may_see(desk: &Desk) {
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let (secret, open) = (desk.registers(&flagged(&["confidential"])).await, desk.registers(&incident("p3")).await);
    let anna = desk.get(&format!("/v1/tickets/{secret}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    let change = json!({ "email": "prive@elders.example" });
    desk.passes("PT1M").await;
    let changed = desk.ask(Some(&agent), "PATCH", &format!("/v1/people/{anna}"), Some(&change)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    for number in [&secret, &open] {
        let said = json!({ "visibility": "public", "body": format!("Uw klacht {number} is gegrond.") });
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/messages"), &said).await.status, 201);
    }
    desk.passes("PT1M").await;
    let told: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("To: prive@elders.example")).collect();
    let about = |number: &str| told.iter().filter(|mail| mail.contains(&format!("[{number}]"))).collect::<Vec<_>>();
    let (news, answer) = (about(&secret), about(&open));
    assert!(news.len() == 1 && news[0].contains("Nieuws over uw melding") && !news[0].contains("gegrond"), "{news:?}");
    assert!(answer.len() == 1 && answer[0].contains("gegrond"), "{answer:?}");
}

async fn a_repeat_with_another_token_of_the_same_person_tells_nothing_of_a_ticket_that_it_does_not_open(desk: &Desk) {
    let agent = desk.person(None, "Loes Een", "loes@leverancier.example", &[Role::AgentLine1]).await;
    let ends = uurwerk::time::TimeSource::machine().now().plus(24 * 3600).expect("an instant").to_string();
    let grant = json!({ "name": "x", "roles": ["agent_line_1"], "person": "loes@leverancier.example", "expiresAt": ends });
    let shared = desk.post("/v1/access-token-grants", &grant).await.body["token"].as_str().expect("a token").to_owned();
    let number = desk.registers(&incident("p3")).await;
    let flags = async |token: &str| {
        let path = format!("/v1/tickets/{number}/flags");
        desk.send(Some(token), ("POST", &path), &[("idempotency-key", "f")], Some(&json!({ "flag": "confidential" }))).await.status
    };
    assert_eq!((flags(&agent).await, flags(&agent).await, flags(&shared).await), (201, 201, 404));
}
