//! What a client needs to draw a screen: contracts, calendars, people, teams, and a name for everything.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, On, incident};

on_both_databases!(
    the_contracts_of_those_one_sees_are_there_and_no_others,
    pri_01_pri_02_pri_03_pri_04_a_contract_tells_what_can_be_chosen_and_what_is_promised,
    a_calendar_tells_its_hours_and_the_days_off_that_are_coming,
    organisations_and_people_are_those_one_sees,
    people_are_found_by_any_part_of_their_name_or_address,
    everything_has_a_name_in_the_language_asked_for,
);

fn texts(items: &Value, key: &str) -> Vec<String> {
    let items = items.as_array().unwrap_or_else(|| panic!("no list but {items}"));
    items.iter().filter_map(|item| item[key].as_str().map(str::to_owned)).collect()
}

async fn the_contracts_of_those_one_sees_are_there_and_no_others(desk: &Desk) {
    assert_eq!(texts(&desk.get("/v1/contracts").await.body["items"], "id"), ["blg-example", "covide", "dap-example", "fiets-example"]);
    let client = desk.token_of("gemeente-voorbeeld").await;
    let seen = desk.ask(Some(&client), "GET", "/v1/contracts", None).await.body["items"].clone();
    assert_eq!((texts(&seen, "id"), &seen[0]["organisations"]), (vec!["covide".to_owned()], &json!(["gemeente-voorbeeld"])));
    let covide = desk.ask(Some(&client), "GET", "/v1/contracts/covide", None).await;
    assert_eq!((covide.status, texts(&covide.body["clients"], "organisation")), (200, vec!["gemeente-voorbeeld".to_owned()]));
    assert!(!covide.body.to_string().contains("stichting-proef"), "another client of the same contract is not seen");
    for path in ["/v1/contracts/dap-example", "/v1/contracts/dap-example/calendars", "/v1/contracts/nergens"] {
        assert_eq!(desk.ask(Some(&client), "GET", path, None).await.status, 404, "{path}");
    }
}

/// PRI-01…05, PRI-10 and INC-03.
async fn pri_01_pri_02_pri_03_pri_04_a_contract_tells_what_can_be_chosen_and_what_is_promised(desk: &Desk) {
    let covide = desk.get("/v1/contracts/covide").await.body;
    assert_eq!(
        (&covide["version"], &covide["effectiveDate"], &covide["timeZone"]),
        (&json!("1.0"), &json!("2017-12-01"), &json!("Europe/Amsterdam"))
    );
    assert_eq!(covide["versions"][0]["id"], covide["versionId"]);
    assert_eq!(texts(&covide["priorities"], "code"), ["urgent", "high", "medium", "low"]);
    for priority in covide["priorities"].as_array().expect("priorities") {
        let definition = &priority["definition"];
        assert!(definition["nl"].is_string() && definition["en"].is_string() && definition["nl"] != definition["en"], "{priority}");
        assert_eq!(priority["motivation"], "optional");
        assert_eq!(priority["workaround"], if priority["code"] == "medium" { "expected" } else { "optional" });
    }
    let kinds = covide["types"].as_array().expect("types");
    assert_eq!(kinds.len(), 6);
    let (incident, question) = (&kinds[0], &kinds[2]);
    assert_eq!((&incident["prefix"], &incident["needsTier"], &question["priorities"]), (&json!("INC"), &json!(true), &json!([])));
    assert_eq!(texts(&incident["phases"], "phase"), ["registered", "in_progress", "resolved", "closed", "on_hold", "cancelled", "merged"]);
    assert_eq!(incident["phases"][1]["label"], json!({ "nl": "in behandeling", "en": "in progress" }));
    let urgent = covide["clocks"].as_array().and_then(|clocks| clocks.iter().find(|clock| clock["priority"] == "urgent")).expect("a clock");
    assert_eq!(urgent["goals"][1], json!({ "share": 99.9, "comparison": "under", "target": "6h" }));
    assert_eq!((&urgent["warnAt"], &urgent["afterRefusal"]), (&json!([50, 75, 90]), &json!("counts")));

    let dap = desk.get("/v1/contracts/dap-example").await.body;
    let p1 = &dap["priorities"][0];
    assert_eq!((&p1["code"], &p1["needsPhoneContact"]), (&json!("p1"), &json!(true)));
    let duties = dap["obligations"].as_array().expect("duties");
    let duty = |id: &str| duties.iter().find(|duty| duty["id"] == id).unwrap_or_else(|| panic!("no {id} in {duties:?}"));
    let plan = duty("verbeterplan-exitplan");
    assert_eq!((&plan["facts"], &plan["every"]), (&json!(["exitplan-afgewezen"]), &json!(null)));
    assert_eq!((&duty("operationeel-overleg")["facts"], &duty("operationeel-overleg")["every"]), (&json!([]), &json!("week")));
    assert!(duties.iter().all(|duty| duty["clause"].is_string() && duty["owner"].is_string() && duty["due"].is_string()), "{duties:?}");
    let levels = dap["ladders"][0]["levels"].as_array().expect("levels");
    assert_eq!(levels.len(), 4);
    assert_eq!(
        levels[1]["climb"],
        json!([
            { "when": "level-open", "clock": null, "goal": null, "percent": null, "openSeconds": 28800, "calendarId": "support", "code": null },
            { "when": "decided", "clock": null, "goal": null, "percent": null, "openSeconds": null, "calendarId": null,
              "code": "niet-oplosbaar-met-hulp" },
        ])
    );
    assert!(texts(&dap["roles"], "code").contains(&"servicedesk".to_owned()));
    assert!(!dap["roles"].to_string().contains('@'), "addresses of roles are not told");

    // TKT-15: what it calls the types it has; and what a level is passed over by.
    let blg = desk.get("/v1/contracts/blg-example").await.body;
    let labels: Vec<_> = blg["types"].as_array().expect("types").iter().map(|one| one["label"]["nl"].as_str()).collect();
    assert_eq!((labels[0], labels[1], labels[2], labels[5]), (Some("incident"), Some("probleem"), Some("gebruikersvraag"), Some("wens")));
    assert_eq!(blg["ladders"][0]["levels"][0]["skippedBy"], json!(["klacht-rijksbreed", "structureel-probleem"]));
}

/// CAL-01 and CLK-16: what was amended shows.
async fn a_calendar_tells_its_hours_and_the_days_off_that_are_coming(desk: &Desk) {
    let calendar = desk.get("/v1/contracts/covide/calendars").await.body["items"][1].clone();
    assert_eq!((&calendar["id"], &calendar["holidays"]), (&json!("support"), &json!("nl-termijnenwet")));
    assert_eq!(calendar["weeklyHours"][0], json!({ "day": "mon", "hours": ["08:00-17:00"] }));
    assert_eq!(calendar["weeklyHours"][6], json!({ "day": "sun", "hours": [] }));
    let first = json!({ "date": "2026-04-03", "cause": "good_friday", "label": { "nl": "Goede Vrijdag", "en": "Good Friday" } });
    assert_eq!((&calendar["closedDays"][0], calendar["closedDays"].as_array().map(Vec::len)), (&first, Some(9)));
    let amendments = "/v1/contracts/dap-example/calendar-amendments";
    for (date, change, hours) in [("2026-03-20", "closed", json!([])), ("2026-04-03", "hours", json!(["09:00-12:00"]))] {
        let body = json!({ "calendar": "support", "date": date, "change": change, "hours": hours, "reason": "Zo is besloten." });
        let answer = desk.post(amendments, &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let calendar = desk.get("/v1/contracts/dap-example/calendars").await.body["items"][3].clone();
    assert_eq!(texts(&calendar["closedDays"], "date")[..2], ["2026-03-20", "2026-04-06"]);
    assert_eq!(calendar["closedDays"][0]["cause"], "by_hand");
    assert_eq!(calendar["specialDays"], json!([{ "date": "2026-04-03", "hours": ["09:00-12:00"] }]));
    desk.passes("P30D").await;
    let later = desk.get("/v1/contracts/dap-example/calendars").await.body["items"][3]["closedDays"].clone();
    assert_eq!((texts(&later, "date")[0].as_str(), texts(&later, "date").last().map(String::as_str)), ("2026-04-06", Some("2027-03-29")));
}

fn reported_by(contract: &str, organisation: &str, name: &str, email: &str) -> Value {
    json!({ "type": "incident", "contract": contract, "organisation": organisation, "title": "Een vraag", "channel": "phone",
        "requester": { "name": name, "email": email } })
}

async fn organisations_and_people_are_those_one_sees(desk: &Desk) {
    desk.registers(&incident("p3")).await;
    desk.registers(&reported_by("covide", "gemeente-voorbeeld", "Bea Bakker", "bea@gemeente-voorbeeld.example")).await;
    let all = desk.get("/v1/organisations").await.body["items"].clone();
    assert_eq!(texts(&all, "id"), ["deelnemer-voorbeeld", "gemeente-voorbeeld", "ipo", "ministerie-voorbeeld", "stichting-proef"]);
    assert_eq!(all[1]["contracts"], json!([{ "contract": "covide", "tier": "premium" }]));
    assert_eq!(texts(&desk.get("/v1/people").await.body["items"], "name"), ["Bea Bakker", "Anna de Boer"]);
    let client = desk.token_of("ipo").await;
    let ask = async |path: &str| desk.ask(Some(&client), "GET", path, None).await.body["items"].clone();
    assert_eq!(texts(&ask("/v1/organisations").await, "id"), ["ipo"]);
    assert_eq!(texts(&ask("/v1/people").await, "name"), ["Anna de Boer"]);
    let others = desk.ask(Some(&client), "GET", "/v1/people?organisation=gemeente-voorbeeld", None).await;
    assert_eq!((others.status, &others.body["errors"][0]["detail"]), (400, &json!("must be one of ipo")));
    assert_eq!(ask("/v1/people?text=bea").await, json!([]));
}

async fn people_are_found_by_any_part_of_their_name_or_address(desk: &Desk) {
    for (name, email) in
        [("René Çelik", "r.celik@ipo.example"), ("Zoë_van 100% Dijk", "zoe@ipo.example"), ("Ren Janssen", "ren@proef.example")]
    {
        desk.registers(&reported_by("dap-example", "ipo", name, email)).await;
    }
    let found = async |text: &str| texts(&desk.get(&format!("/v1/people?organisation=ipo&text={text}")).await.body["items"], "name");
    assert_eq!(found("rene").await, ["René Çelik"]);
    assert_eq!(found("RENÉ").await, ["René Çelik"]);
    assert_eq!(found("celik%20ren").await, ["René Çelik"]);
    assert_eq!(found("ren").await, ["René Çelik", "Ren Janssen"]);
    assert_eq!(found("proef.ex").await, ["Ren Janssen"]);
    assert_eq!(found("%25").await, ["Zoë_van 100% Dijk"]);
    assert_eq!(found("_").await, ["Zoë_van 100% Dijk"]);
    let (mut seen, mut path) = (Vec::new(), "/v1/people?pageSize=2".to_owned());
    loop {
        let page = desk.get(&path).await;
        seen.extend(texts(&page.body["items"], "name"));
        let Some(cursor) = page.body["nextCursor"].as_str() else { break };
        assert_eq!(page.headers["link"], format!("</v1/people?pageSize=2&cursor={cursor}>; rel=\"next\""));
        path = format!("/v1/people?pageSize=2&cursor={cursor}");
    }
    assert_eq!(seen, ["René Çelik", "Ren Janssen", "Zoë_van 100% Dijk"]);
    let wrong = desk.get(&format!("/v1/people?pageSize=101&cursor=x&name=x&text={}", "x".repeat(201))).await;
    let mut codes: Vec<_> = texts(&wrong.body["errors"], "code");
    codes.sort();
    assert_eq!(codes, ["bad_cursor", "out_of_range", "too_long", "unknown_parameter"]);
}

async fn everything_has_a_name_in_the_language_asked_for(desk: &Desk) {
    for (asked, language) in [
        (None, "nl"),
        (Some("en"), "en"),
        (Some("en-GB, nl;q=0.9"), "en"),
        (Some("nl;q=0.4, en;q=0.5"), "en"),
        (Some("de, nl-BE;q=0.1"), "nl"),
        (Some("en;q=0"), "nl"),
        (Some("fr"), "nl"),
        (Some("@@"), "nl"),
    ] {
        let headers: Vec<_> = asked.map(|asked| ("accept-language", asked)).into_iter().collect();
        let answer = desk.send(Some(ADMIN), ("GET", "/v1/labels"), &headers, None).await;
        assert_eq!((answer.status, &answer.body["language"]), (200, &json!(language)), "{asked:?}");
        assert_eq!(answer.headers["content-language"], language);
        let kinds = &answer.body["items"][0];
        let label = if language == "en" { "service request" } else { "serviceverzoek" };
        assert_eq!(
            (&kinds["name"], &kinds["values"][2]),
            (&json!("ticketType"), &json!({ "code": "service_request", "label": label, "nl": "serviceverzoek", "en": "service request" }))
        );
    }
    let labels = desk.get("/v1/labels").await.body;
    assert_eq!(texts(&labels["priorities"], "contract"), ["blg-example", "covide", "dap-example", "fiets-example"]);
    assert_eq!(labels["priorities"][1]["values"][1], json!({ "code": "high", "label": "Hoog", "nl": "Hoog", "en": "High" }));
    let question = json!({ "code": "service_request", "label": "gebruikersvraag", "nl": "gebruikersvraag", "en": "user question" });
    assert_eq!((texts(&labels["types"], "contract"), &labels["types"][0]["values"][1]), (vec!["blg-example".to_owned()], &question));
    let client = desk.token_of("ipo").await;
    let theirs = desk.ask(Some(&client), "GET", "/v1/labels", None).await.body;
    assert_eq!(theirs["types"], json!([]));
    assert_eq!(texts(&theirs["priorities"], "contract"), ["dap-example"]);
    let channels = desk.get("/v1/channels").await.body["items"].clone();
    assert_eq!(texts(&channels, "code"), ["phone", "email", "portal", "form", "api", "monitoring"]);
    assert_eq!(desk.get("/v1/teams").await.body["items"], json!([]));

    // Whatever a ticket shows has its name among them.
    let number = desk.registers(&incident("p3")).await;
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    let named = |list: &str, value: &Value| {
        let lists = labels["items"].as_array().expect("lists");
        let list = lists.iter().find(|one| one["name"] == list).expect("a list");
        texts(&list["values"], "code").contains(&value.as_str().unwrap_or_default().to_owned())
    };
    for (list, field) in [("ticketType", "type"), ("state", "state"), ("phase", "phase"), ("channel", "channel")] {
        assert!(named(list, &ticket[field]), "{field} {}", ticket[field]);
    }
    desk.passes("P30D").await;
    for event in desk.events(&number).await {
        assert!(named("event", &event["type"]), "{event}");
    }
    for clock in desk.get(&format!("/v1/tickets/{number}/clocks")).await.body["items"].as_array().expect("clocks") {
        assert!(named("clockKind", &clock["kind"]) && named("clockState", &clock["state"]), "{clock}");
        for segment in clock["ledger"].as_array().expect("segments") {
            assert!(named("ledgerState", &segment["state"]), "{segment}");
            assert!(segment["cause"].is_null() || named("ledgerCause", &segment["cause"]), "{segment}");
        }
    }
}

/// Every word of a mail's outcome has a name.
#[actix_web::test]
async fn every_outcome_of_a_mail_has_a_name() {
    use uurwerk::mail::triage::Outcome;
    let desk = Desk::open(On::Sqlite).await;
    let labels = desk.get("/v1/labels").await.body;
    let lists = labels["items"].as_array().expect("lists");
    let known = texts(&lists.iter().find(|one| one["name"] == "inboundOutcome").expect("a list")["values"], "code");
    let outcomes: [Outcome<()>; 8] = [
        Outcome::Ticket { suggested_link: None },
        Outcome::Reply(()),
        Outcome::FollowUp(()),
        Outcome::Duplicate,
        Outcome::Automatic,
        Outcome::Bounce,
        Outcome::Quarantined,
        Outcome::Refused,
    ];
    for outcome in outcomes {
        assert!(known.contains(&outcome.kind().to_string()), "{outcome:?}");
    }
}

/// Teams are of the settings; where there are any, a ticket is in the hands of one of them.
#[actix_web::test]
async fn a_tickets_team_is_one_of_the_desks() {
    let settings = [
        ("UURWERK_TEAMS_WERKPLEK_LABEL_NL", "Werkplekbeheer"),
        ("UURWERK_TEAMS_WERKPLEK_LABEL_EN", "Workplace"),
        ("UURWERK_TEAMS_NETWERK_LABEL_NL", "Netwerk"),
    ];
    let desk = Desk::open_with(On::Sqlite, &settings).await;
    assert_eq!(
        desk.get("/v1/teams").await.body["items"],
        json!([
            { "code": "netwerk", "label": { "nl": "Netwerk", "en": "Netwerk" } },
            { "code": "werkplek", "label": { "nl": "Werkplekbeheer", "en": "Workplace" } },
        ])
    );
    let path = format!("/v1/tickets/{}", desk.registers(&incident("p3")).await);
    let unknown = desk.patch(&path, &json!({ "team": "inkoop" })).await;
    assert_eq!((unknown.status, &unknown.body["errors"][0]["code"]), (400, &json!("unknown_team")));
    let known = desk.patch(&path, &json!({ "team": "werkplek" })).await;
    assert_eq!((known.status, &known.body["team"]), (200, &json!("werkplek")));
}

/// PRI-02 the other way round: an agreement may ask for more than its definition.
#[actix_web::test]
async fn a_priority_that_asks_for_a_motivation_is_not_set_without_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let contract = "id = \"streng\"\nversion = \"1.0\"\ntitle = \"Streng\"\neffective_from = 2026-01-01\ntime_zone = \"Europe/Amsterdam\"\n\
        [[clients]]\norganisation = \"acme\"\n[calendars.support]\nhours = { mon-fri = [\"08:00-17:00\"] }\n\
        [priorities.hoog]\nmotivation = \"required\"\n[priorities.laag]\n";
    std::fs::write(folder.path().join("streng.toml"), contract).expect("a file");
    let desk = Desk::open_with(On::Sqlite, &[("UURWERK_CONTRACTS_DIR", &folder.path().display().to_string())]).await;
    let ticket = |priority: &str| {
        json!({ "type": "incident", "contract": "streng", "title": "Traag", "channel": "phone", "priority": priority,
            "requester": { "name": "Bea", "email": "bea@acme.example" } })
    };
    let refused = |answer: &crate::support::Answer| {
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (400, &json!("/priorityMotivation")), "{}", answer.body);
    };
    refused(&desk.post("/v1/tickets", &ticket("hoog")).await);
    let path = format!("/v1/tickets/{}", desk.registers(&ticket("laag")).await);
    refused(&desk.patch(&path, &json!({ "priority": "hoog" })).await);
    refused(&desk.patch(&path, &json!({ "priority": "hoog", "priorityMotivation": "  " })).await);
    let motivated = desk.patch(&path, &json!({ "priority": "hoog", "priorityMotivation": "De balie ligt stil." })).await;
    assert_eq!((motivated.status, &motivated.body["priority"]), (200, &json!("hoog")));
}
