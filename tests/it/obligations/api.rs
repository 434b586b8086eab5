//! The doors: who may open, meet and see an obligation, what is refused, and how lists turn their pages.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk};

on_both_databases!(
    exit_10_a_rejection_starts_a_term_that_says_how_it_was_computed,
    exit_04_a_duty_that_two_facts_start_says_which_of_them_did,
    mtg_05_a_weekly_duty_is_due_every_week_and_a_visit_on_its_tuesday,
    a_notice_ahead_counts_back_from_what_is_planned,
    a_repeat_with_the_same_key_opens_and_meets_once,
    everything_wrong_with_a_fact_is_named_at_once,
    what_cannot_be_met_is_refused,
    an_obligation_is_seen_by_its_organisation_and_the_desk_alone,
    a_list_turns_its_pages_by_due_date_and_filters,
);

fn rejection() -> Value {
    json!({ "contract": "dap-example", "obligation": "verbeterplan-exitplan", "evidence": "Brief van de contractmanager." })
}

fn codes(body: &Value) -> Vec<(String, String)> {
    let text = |error: &Value, key: &str| error[key].as_str().unwrap_or_default().to_owned();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}

async fn exit_10_a_rejection_starts_a_term_that_says_how_it_was_computed(desk: &Desk) {
    desk.reaches("2026-04-20T11:00:00+02:00").await;
    let opened = desk.post("/v1/obligations", &rejection()).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    let id = opened.body["id"].as_str().expect("an id");
    assert_eq!(opened.headers["location"], format!("/v1/obligations/{id}").as_str());
    let shown = desk.get(&format!("/v1/obligations/{id}")).await.body;
    assert_eq!(shown, opened.body);
    // Vector A-5: 20-04-2026 and 14 working days are 12-05-2026, which ends at 24:00 in Amsterdam.
    assert_eq!((&shown["dueAt"], &shown["computation"]["dueDate"]), (&json!("2026-05-12T22:00:00Z"), &json!("2026-05-12")));
    let computation = &shown["computation"];
    assert_eq!((&computation["fromDate"], &computation["term"]), (&json!("2026-04-20"), &json!("14wd")));
    let skipped = computation["skipped"].as_array().expect("dates");
    let holidays: Vec<_> = skipped.iter().filter(|date| date["reason"] != "weekend").map(|date| date["reason"].clone()).collect();
    assert_eq!((skipped.len(), holidays), (8, vec![json!("kings_day"), json!("liberation_day")]));
    assert_eq!((&shown["clause"], &shown["owner"]["side"], &shown["state"]), (&json!("DAP 3.16"), &json!("supplier"), &json!("open")));
    assert_eq!(shown["reminders"][1]["plannedAt"], "2026-05-11T06:00:00Z");
    assert_eq!(shown["events"][0]["evidence"], "Brief van de contractmanager.");
}

/// BLG 5.3: the data is destroyed a month after the client confirms that it has it, or waives its transfer (vector: 31-01 → 28-02).
async fn exit_04_a_duty_that_two_facts_start_says_which_of_them_did(desk: &Desk) {
    let waived = |fact: Value| {
        json!({ "contract": "blg-example", "obligation": "gegevens-vernietigen", "fact": fact, "factAt": "2026-01-31T12:00:00+01:00",
            "evidence": "Brief van de contractmanager." })
    };
    for (fact, code) in [(Value::Null, "required"), (json!("gunning"), "unknown_fact")] {
        let answer = desk.post("/v1/obligations", &waived(fact)).await;
        assert_eq!((answer.status, codes(&answer.body)), (400, vec![("/fact".to_owned(), code.to_owned())]), "{}", answer.body);
    }
    for fact in ["afgezien-van-overdracht", "ontvangst-bevestigd"] {
        let opened = desk.post("/v1/obligations", &waived(json!(fact))).await;
        assert_eq!((opened.status, &opened.body["dueAt"]), (201, &json!("2026-02-28T23:00:00Z")), "{}", opened.body);
        assert_eq!(opened.body["events"][0]["data"]["fact"], fact);
    }
    let only = desk.post("/v1/obligations", &rejection()).await;
    assert_eq!((only.status, &only.body["events"][0]["data"]["fact"]), (201, &json!("exitplan-afgewezen")), "{}", only.body);
}

/// DAP 4.2 and 3.7.1: each week is opened once, a week ahead, within a month and over its end.
async fn mtg_05_a_weekly_duty_is_due_every_week_and_a_visit_on_its_tuesday(desk: &Desk) {
    let meetings = ["03-08", "03-15", "03-22", "03-29", "04-05", "04-12"];
    let visits = ["03-03", "03-10", "03-17", "03-24", "03-31", "04-07"];
    for (at, weeks) in [("2026-03-24T09:00:00+01:00", 10..15), ("2026-04-01T09:00:00+02:00", 10..16)] {
        desk.reaches(at).await;
        for (duty, due) in [("operationeel-overleg", meetings), ("bezoek-op-locatie", visits)] {
            let found = desk.get(&format!("/v1/obligations?contract=dap-example&obligation={duty}&pageSize=100")).await.body;
            let shown = found["items"].as_array().expect("items").iter();
            let shown: Vec<_> = shown.map(|one| (one["period"].clone(), one["computation"]["dueDate"].clone())).collect();
            let weeks = weeks.clone().zip(due).map(|(week, due)| (json!(format!("2026-W{week}")), json!(format!("2026-{due}"))));
            assert_eq!(shown, weeks.collect::<Vec<_>>(), "{duty} at {at}");
        }
    }
}

async fn a_notice_ahead_counts_back_from_what_is_planned(desk: &Desk) {
    let update = json!({ "contract": "covide", "organisation": "gemeente-voorbeeld", "obligation": "aankondiging-grote-update",
        "factAt": "2026-04-09T20:00:00+02:00", "evidence": "Releaseplanning." });
    let notice = desk.post("/v1/obligations", &update).await;
    assert_eq!((notice.status, &notice.body["dueAt"]), (201, &json!("2026-04-02T22:00:00Z")), "{}", notice.body);
    assert_eq!(notice.body["factAt"], "2026-04-09T18:00:00Z");
}

async fn a_repeat_with_the_same_key_opens_and_meets_once(desk: &Desk) {
    let send = async |path: &str, body: &Value, key: &str| {
        desk.send_raw(path, body.to_string().into_bytes(), &[("content-type", "application/json"), ("idempotency-key", key)]).await
    };
    let (one, same) = (send("/v1/obligations", &rejection(), "k1").await, send("/v1/obligations", &rejection(), "k1").await);
    assert_eq!((one.status, same.status, &one.body["id"]), (201, 201, &same.body["id"]));
    let other = json!({ "contract": "dap-example", "obligation": "hersteltest-na-de-vorige", "evidence": "x" });
    assert_eq!(send("/v1/obligations", &other, "k1").await.status, 409);
    let path = format!("/v1/obligations/{}/fulfilments", one.body["id"].as_str().expect("an id"));
    let met = json!({ "evidence": "Plan per post." });
    let (first, again) = (send(&path, &met, "k2").await, send(&path, &met, "k2").await);
    assert_eq!((first.status, again.status), (201, 201), "{}", again.body);
    assert_eq!(again.body["events"].as_array().map(Vec::len), Some(2), "{}", again.body);
    let twice = desk.post(&path, &met).await;
    assert_eq!((twice.status, &twice.body["code"]), (409, &json!("obligation_met")));
}

async fn everything_wrong_with_a_fact_is_named_at_once(desk: &Desk) {
    let refused = async |body: Value| {
        let answer = desk.post("/v1/obligations", &body).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        codes(&answer.body)
    };
    let named = |list: &[(&str, &str)]| list.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect::<Vec<_>>();
    let wrong = json!({ "contract": "covide", "obligation": "nothing", "factAt": "gisteren", "evidence": "", "note": 1 });
    let mut seen = refused(wrong).await;
    seen.sort();
    let mut expected = named(&[
        ("/note", "unknown_field"),
        ("/evidence", "too_short"),
        ("/factAt", "bad_instant"),
        ("/organisation", "required"),
        ("/obligation", "unknown_obligation"),
    ]);
    expected.sort();
    assert_eq!(seen, expected);
    let with = |key: &str, value: Value| {
        let mut body = rejection();
        body[key] = value;
        body
    };
    assert_eq!(refused(with("contract", json!("none"))).await, named(&[("/contract", "unknown_contract")]));
    assert_eq!(refused(with("obligation", json!("maandrapportage"))).await, named(&[("/obligation", "recurring")]));
    assert_eq!(refused(with("factAt", json!("2026-03-02T08:00:01+01:00"))).await, named(&[("/factAt", "in_future")]));
    assert_eq!(refused(with("organisation", json!("acme"))).await, named(&[("/organisation", "unknown_organisation")]));
    let listed = desk.get("/v1/obligations?obligation=verbeterplan-exitplan").await;
    assert_eq!(listed.body["items"], json!([]), "bad input changes nothing");
}

async fn what_cannot_be_met_is_refused(desk: &Desk) {
    let opened = desk.post("/v1/obligations", &rejection()).await;
    let path = format!("/v1/obligations/{}/fulfilments", opened.body["id"].as_str().expect("an id"));
    let refused = async |met_at: &str| {
        let answer = desk.post(&path, &json!({ "metAt": met_at, "evidence": "x" })).await;
        (answer.status, codes(&answer.body))
    };
    let one = |code: &str| (400, vec![("/metAt".to_owned(), code.to_owned())]);
    assert_eq!(refused("2026-03-02T08:00:01+01:00").await, one("in_future"));
    assert_eq!(refused("2026-03-02T07:59:59+01:00").await, one("too_early"));
    assert_eq!(refused("2026-03-02").await, one("bad_instant"));
    let none = desk.post("/v1/obligations/0197b3c0-0000-7000-8000-000000000000/fulfilments", &json!({ "evidence": "x" })).await;
    assert_eq!(none.status, 404);
    assert_eq!(desk.get("/v1/obligations/none").await.status, 404);
    desk.passes("PT1S").await;
    let report = desk.get("/v1/obligations?obligation=maandrapportage").await.body["items"][0].clone();
    let path = format!("/v1/obligations/{}/fulfilments", report["id"].as_str().expect("an id"));
    let years_ago = desk.post(&path, &json!({ "metAt": "2016-03-02T08:00:00Z", "evidence": "x" })).await;
    assert_eq!(codes(&years_ago.body), one("too_early").1, "the report of {} is not of 2016", report["period"]);
    let wrong_way = desk.ask(Some(ADMIN), "DELETE", "/v1/obligations", None).await;
    assert_eq!((wrong_way.status, wrong_way.headers["allow"].to_str().ok()), (405, Some("GET, HEAD, POST")));
}

async fn an_obligation_is_seen_by_its_organisation_and_the_desk_alone(desk: &Desk) {
    let (client, stranger) = (desk.token_of("ipo").await, desk.token_of("gemeente-voorbeeld").await);
    let opened = desk.ask(Some(&client), "POST", "/v1/obligations", Some(&rejection())).await;
    assert_eq!((opened.status, &opened.body["organisation"]), (201, &json!("ipo")), "{}", opened.body);
    let path = format!("/v1/obligations/{}", opened.body["id"].as_str().expect("an id"));
    assert_eq!(desk.ask(Some(&client), "GET", &path, None).await.status, 200);
    assert_eq!(desk.ask(Some(&stranger), "GET", &path, None).await.status, 404);
    let theirs = desk.ask(Some(&stranger), "GET", "/v1/obligations", None).await;
    assert_eq!((theirs.status, &theirs.body["items"]), (200, &json!([])));
    let met = json!({ "evidence": "Het plan." });
    let fulfil = format!("{path}/fulfilments");
    assert_eq!(desk.ask(Some(&stranger), "POST", &fulfil, Some(&met)).await.status, 404);
    let own = desk.ask(Some(&client), "POST", &fulfil, Some(&met)).await;
    assert_eq!((own.status, &own.body["code"]), (403, &json!("desk_only")), "the client does not meet what the supplier owes");
    let mut early = rejection();
    early["factAt"] = json!("2026-02-27T08:00:00+01:00");
    let backdated = desk.ask(Some(&client), "POST", "/v1/obligations", Some(&early)).await;
    assert_eq!(codes(&backdated.body), [("/factAt".to_owned(), "desk_only".to_owned())]);
    let elsewhere = desk.ask(Some(&stranger), "POST", "/v1/obligations", Some(&rejection())).await;
    assert_eq!(codes(&elsewhere.body), [("/contract".to_owned(), "unknown_contract".to_owned())]);
    assert_eq!(desk.ask(None, "GET", "/v1/obligations", None).await.status, 401);
}

async fn a_list_turns_its_pages_by_due_date_and_filters(desk: &Desk) {
    desk.passes("PT1S").await;
    let whole = desk.get("/v1/obligations?pageSize=100").await.body["items"].as_array().cloned().expect("items");
    assert!(whole.len() >= 8, "{}", whole.len());
    let due: Vec<_> = whole.iter().map(|item| item["dueAt"].as_str().expect("due").to_owned()).collect();
    assert!(due.is_sorted(), "{due:?}");
    let (mut turned, mut path) = (Vec::new(), "/v1/obligations?pageSize=3".to_owned());
    loop {
        let page = desk.get(&path).await;
        turned.extend(page.body["items"].as_array().cloned().expect("items"));
        let Some(link) = page.headers.get("link").and_then(|link| link.to_str().ok()) else { break };
        path = String::from(link.trim_start_matches('<').split('>').next().expect("an address"));
    }
    assert_eq!(turned, whole);
    let march = desk
        .get("/v1/obligations?contract=dap-example&obligation=maandrapportage,overzicht-actieve-gebruikers,hersteltest&dueFrom=2026-03-01T00:00:00Z&dueBefore=2026-04-01T00:00:01%2B02:00&state=open,late")
        .await;
    let seen = march.body["items"].as_array().expect("items").iter().map(|item| (item["obligation"].clone(), item["period"].clone()));
    let expected = [(json!("maandrapportage"), json!("2026-02")), (json!("overzicht-actieve-gebruikers"), json!("2026-03"))];
    assert_eq!(seen.collect::<Vec<_>>(), expected);
    assert_eq!(desk.get("/v1/obligations?contract=covide&organisation=ipo").await.body["items"], json!([]));
    let wrong = desk.get("/v1/obligations?state=done&dueFrom=morgen&pageSize=0&cursor=x&colour=red").await;
    let mut keys: Vec<_> = codes(&wrong.body).into_iter().map(|(key, _)| key).collect();
    keys.sort();
    assert_eq!((wrong.status, keys), (400, ["colour", "cursor", "dueFrom", "pageSize", "state"].map(str::to_owned).to_vec()));
}
