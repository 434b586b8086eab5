//! Dated duties: months pass, the desk reminds, one report is in time and one is late; each is told once.

use serde_json::{Value, json};
use uurwerk::app::App;
use uurwerk::auth::Caller;
use uurwerk::domain::Instant;
use uurwerk::domain::obligation::{Obligation, ObligationFilter};
use uurwerk::domain::permission::{Principal, Scope};
use uurwerk::usecases::{obligations, timers};
use uurwerk::{cli, jobs};

use super::kills::Process;
use crate::on_both_databases;
use crate::support::{Desk, postgres};

on_both_databases!(
    usr_02_an_overview_is_due_on_the_last_working_day_and_two_months_are_told_apart,
    what_was_delivered_in_time_but_recorded_late_is_not_late,
    two_processes_open_each_period_once_and_tell_each_lateness_once,
    a_desk_that_was_away_for_months_leaves_no_period_out,
    cal_12_a_closure_moves_what_is_open_and_not_what_is_late_or_met,
    a_new_version_of_the_agreement_holds_for_the_periods_it_ends,
    rpt_09_a_report_is_in_time_until_24_00_and_late_from_then_on,
    a_client_meets_what_its_own_side_must_see_to,
    what_is_stored_of_an_obligation_is_what_a_replay_says,
);

const OVERVIEW: &str = "overzicht-actieve-gebruikers";

fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// The obligation of a period.
async fn of(desk: &Desk, duty: &str, period: &str) -> Value {
    let found = desk.get(&format!("/v1/obligations?obligation={duty}&pageSize=100")).await;
    let items = found.body["items"].as_array().cloned().expect("items");
    let mut own = items.into_iter().filter(|item| item["period"] == period);
    let one = own.next().unwrap_or_else(|| panic!("no {duty} of {period}: {}", found.body));
    assert_eq!(own.count(), 0, "{duty} of {period} is there twice");
    one
}

/// What happened to an obligation: what, when.
fn story(obligation: &Value) -> Vec<(String, String)> {
    let text = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let events = obligation["events"].as_array().expect("events");
    events.iter().map(|event| (text(event, "type"), text(event, "occurredAt"))).collect()
}

fn told<'a>(events: &'a [(&'a str, &'a str)]) -> Vec<(String, String)> {
    events.iter().map(|(what, at)| (format!("obligation.{what}"), (*at).to_owned())).collect()
}

async fn meets(desk: &Desk, obligation: &Value, met_at: Option<&str>) -> Value {
    let path = format!("/v1/obligations/{}/fulfilments", obligation["id"].as_str().expect("an id"));
    let mut body = json!({ "evidence": "Verzonden aan de servicemanager." });
    if let Some(met_at) = met_at {
        body["metAt"] = json!(met_at);
    }
    let met = desk.post(&path, &body).await;
    assert_eq!(met.status, 201, "{}", met.body);
    met.body
}

/// How many mails of that duty have these words.
fn mails(desk: &Desk, words: &str) -> usize {
    desk.mails().iter().filter(|mail| mail.contains("Overzicht van alle actieve gebruikers") && mail.contains(words)).count()
}

/// USR-02 and CAL-07: May 2026 is due on Friday the 29th; April on Thursday the 30th.
async fn usr_02_an_overview_is_due_on_the_last_working_day_and_two_months_are_told_apart(desk: &Desk) {
    desk.reaches("2026-04-27T12:00:00+02:00").await;
    let april = of(desk, OVERVIEW, "2026-04").await;
    assert_eq!((&april["dueAt"], &april["state"]), (&json!("2026-04-30T22:00:00Z"), &json!("open")));
    desk.reaches("2026-04-30T16:00:00+02:00").await;
    let met = meets(desk, &april, None).await;
    assert_eq!((&met["state"], &met["lateAt"]), (&json!("met"), &Value::Null));
    desk.reaches("2026-06-02T09:00:00+02:00").await;
    let april = of(desk, OVERVIEW, "2026-04").await;
    let in_time = told(&[
        ("opened", "2026-03-02T07:00:00Z"),
        ("reminded", "2026-04-22T06:00:00Z"),
        ("reminded", "2026-04-29T06:00:00Z"),
        ("met", "2026-04-30T14:00:00Z"),
    ]);
    assert_eq!(story(&april), in_time);
    let may = of(desk, OVERVIEW, "2026-05").await;
    let late = told(&[
        ("opened", "2026-03-31T22:00:00Z"),
        ("reminded", "2026-05-21T06:00:00Z"),
        ("reminded", "2026-05-28T06:00:00Z"),
        ("late", "2026-05-29T22:00:00Z"),
    ]);
    assert_eq!((story(&may), &may["state"], &may["computation"]["dueDate"]), (late.clone(), &json!("late"), &json!("2026-05-29")));
    assert_eq!(
        may["computation"]["skipped"],
        json!([{ "date": "2026-05-30", "reason": "weekend" }, { "date": "2026-05-31", "reason": "weekend" }])
    );
    meets(desk, &may, None).await;
    desk.reaches("2026-06-05T09:00:00+02:00").await;
    let may = of(desk, OVERVIEW, "2026-05").await;
    let met_late = [late, told(&[("met", "2026-06-02T07:00:00Z")])].concat();
    assert_eq!((story(&may), &may["state"], &may["lateAt"]), (met_late, &json!("met"), &json!("2026-05-29T22:00:00Z")));
    assert_eq!(
        (mails(desk, "Uiterlijk:    30-04-2026"), mails(desk, "Uiterlijk:    29-05-2026")),
        (2, 3),
        "each reminder and the lateness once"
    );
    let lateness = desk.mails().into_iter().find(|mail| mail.contains("Subject: Te laat: Overzicht")).expect("a notice");
    assert!(lateness.contains("To: servicemanager@leverancier.example"), "{lateness}");
}

async fn what_was_delivered_in_time_but_recorded_late_is_not_late(desk: &Desk) {
    desk.reaches("2026-04-02T09:00:00+02:00").await;
    let march = of(desk, OVERVIEW, "2026-03").await;
    assert_eq!(march["state"], "late");
    let met = meets(desk, &march, Some("2026-03-31T17:00:00+02:00")).await;
    assert_eq!((&met["state"], &met["lateAt"], &met["metAt"]), (&json!("met"), &Value::Null, &json!("2026-03-31T15:00:00Z")));
    let kinds: Vec<_> = story(&met).into_iter().map(|event| event.0).collect();
    assert_eq!(kinds[kinds.len() - 3..], ["obligation.late", "obligation.met", "obligation.late_voided"]);
    let late = desk.get("/v1/obligations?state=late&obligation=overzicht-actieve-gebruikers").await;
    assert_eq!(late.body["items"], json!([]));
}

async fn two_processes_open_each_period_once_and_tell_each_lateness_once(desk: &Desk) {
    let second = desk.another_process().await;
    jobs::work_off(&desk.app).await.expect("work");
    // Each moment, both work at once; the first dies before it tells anyone.
    for moment in ["2026-04-01T00:00:00+02:00", "2026-05-01T00:00:00+02:00", "2026-06-01T12:00:00+02:00"] {
        for app in [&*desk.app, &second] {
            app.time.advance(instant(moment));
        }
        let work = async |app: &App| {
            while obligations::open_due(app).await.expect("duties") + timers::fire_due::<Obligation>(app).await.expect("obligations") > 0 {}
        };
        Box::pin(futures_util::future::join(work(&desk.app), work(&second))).await;
    }
    jobs::work_off(&second).await.expect("work");
    jobs::work_off(&second).await.expect("work");
    for (period, late_at) in [("2026-03", "2026-03-31T22:00:00Z"), ("2026-04", "2026-04-30T22:00:00Z"), ("2026-05", "2026-05-29T22:00:00Z")]
    {
        let late = of(desk, OVERVIEW, period).await;
        let lateness: Vec<_> = story(&late).into_iter().filter(|event| event.0 == "obligation.late").collect();
        assert_eq!(lateness, told(&[("late", late_at)]), "{period}");
        assert_eq!(story(&late).iter().filter(|event| event.0 == "obligation.reminded").count(), 2, "{period}");
    }
    assert_eq!(mails(desk, "Subject: Te laat: Overzicht van alle actieve gebruikers"), 3);
}

/// Design § 5: what passed while nothing ran fires with its true instant, and the owner hears the last of it.
async fn a_desk_that_was_away_for_months_leaves_no_period_out(desk: &Desk) {
    jobs::work_off(&desk.app).await.expect("work");
    let restarted = cli::ready((*desk.app.settings).clone()).await.expect("a desk");
    restarted.time.advance(instant("2026-08-17T12:00:00+02:00"));
    jobs::work_off(&restarted).await.expect("work");
    for (period, state) in [("2026-05", "late"), ("2026-06", "late"), ("2026-07", "late"), ("2026-08", "open"), ("2026-09", "open")] {
        assert_eq!(of(desk, OVERVIEW, period).await["state"], state, "{period}");
    }
    let june = story(&of(desk, OVERVIEW, "2026-06").await);
    let expected = told(&[
        ("opened", "2026-04-30T22:00:00Z"),
        ("reminded", "2026-06-23T06:00:00Z"),
        ("reminded", "2026-06-29T06:00:00Z"),
        ("late", "2026-06-30T22:00:00Z"),
    ]);
    assert_eq!(june, expected);
    assert_eq!((mails(desk, "Herinnering: Overzicht"), mails(desk, "Te laat: Overzicht")), (0, 5), "March through July, once each");
}

async fn cal_12_a_closure_moves_what_is_open_and_not_what_is_late_or_met(desk: &Desk) {
    desk.reaches("2026-04-01T09:00:00+02:00").await;
    let april = of(desk, OVERVIEW, "2026-04").await;
    let closed = |date: &str| json!({ "calendar": "support", "date": date, "change": "closed", "reason": "Het pand is dicht." });
    for date in ["2026-03-31", "2026-04-30", "2026-04-26"] {
        assert_eq!(desk.post("/v1/contracts/dap-example/calendar-amendments", &closed(date)).await.status, 201);
    }
    desk.passes("PT1M").await;
    let moved = of(desk, OVERVIEW, "2026-04").await;
    assert_eq!((&april["dueAt"], &moved["dueAt"]), (&json!("2026-04-30T22:00:00Z"), &json!("2026-04-29T22:00:00Z")));
    assert_eq!(moved["computation"]["skipped"], json!([{ "date": "2026-04-30", "reason": "by_hand" }]));
    assert_eq!(story(&moved).last(), told(&[("due_moved", "2026-04-01T07:00:00Z")]).last());
    let late = of(desk, OVERVIEW, "2026-03").await;
    assert_eq!((&late["state"], &late["dueAt"]), (&json!("late"), &json!("2026-03-31T22:00:00Z")));
    desk.reaches("2026-04-30T09:00:00+02:00").await;
    let april = of(desk, OVERVIEW, "2026-04").await;
    assert_eq!((&april["state"], &april["lateAt"]), (&json!("late"), &json!("2026-04-29T22:00:00Z")));
    assert_eq!(story(&april).iter().filter(|event| event.0 == "obligation.late").count(), 1);
}

async fn a_new_version_of_the_agreement_holds_for_the_periods_it_ends(desk: &Desk) {
    let folder = tempfile::tempdir().expect("a folder");
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text = std::fs::read_to_string(shipped).expect("the file");
    let text = text.replace("version = \"1.0\"", "version = \"2.0\"").replace("effective_from = 2025-01-01", "effective_from = 2026-06-15");
    let text = text.replace("due = \"last wd\"", "due = \"5wd\"");
    std::fs::write(folder.path().join("dap.toml"), text).expect("it is written");
    uurwerk::usecases::agreements::apply_folder(
        &desk.app,
        &uurwerk::usecases::Stamp::command("applyContract", desk.app.time.now()),
        folder.path(),
    )
    .await
    .expect("it applies");
    desk.reaches("2026-07-01T12:00:00+02:00").await;
    let term = async |period: &str| of(desk, OVERVIEW, period).await["computation"]["term"].clone();
    assert_eq!((term("2026-05").await, term("2026-06").await, term("2026-08").await), (json!("last wd"), json!("5wd"), json!("5wd")));
}

/// Day 15 of the following month, which ends at 24:00 in Amsterdam: at 23:00Z in winter, at 22:00Z in summer.
async fn rpt_09_a_report_is_in_time_until_24_00_and_late_from_then_on(desk: &Desk) {
    desk.reaches("2026-04-16T12:00:00+02:00").await;
    let late = meets(desk, &of(desk, "maandrapportage", "2026-02").await, Some("2026-03-16T00:00:00+01:00")).await;
    assert_eq!((&late["dueAt"], &late["lateAt"]), (&json!("2026-03-15T23:00:00Z"), &json!("2026-03-15T23:00:00Z")));
    let in_time = meets(desk, &of(desk, "maandrapportage", "2026-03").await, Some("2026-04-15T23:59:59+02:00")).await;
    assert_eq!((&in_time["dueAt"], &in_time["lateAt"]), (&json!("2026-04-15T22:00:00Z"), &Value::Null));
}

async fn a_client_meets_what_its_own_side_must_see_to(desk: &Desk) {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "id = \"steering\"\nversion = \"1\"\ntitle = \"Overleg\"\neffective_from = 2026-01-01\ntime_zone = \"Europe/Amsterdam\"\n\
                [[clients]]\norganisation = \"ipo\"\n[calendars.office]\nhours = { mon-fri = [\"09:00-17:00\"] }\n\
                [roles.chair]\nside = \"client\"\n\
                [[obligations]]\nid = \"approval\"\nclause = \"A 1\"\nowner = \"chair\"\ncalendar = \"office\"\non = \"delivered\"\ndue = \"5wd\"\n";
    std::fs::write(folder.path().join("steering.toml"), text).expect("it is written");
    uurwerk::usecases::agreements::apply_folder(
        &desk.app,
        &uurwerk::usecases::Stamp::command("applyContract", desk.app.time.now()),
        folder.path(),
    )
    .await
    .expect("it applies");
    let opened = desk.post("/v1/obligations", &json!({ "contract": "steering", "obligation": "approval", "evidence": "Mail." })).await;
    assert_eq!((opened.status, &opened.body["dueAt"]), (201, &json!("2026-03-09T23:00:00Z")), "{}", opened.body);
    let path = format!("/v1/obligations/{}/fulfilments", opened.body["id"].as_str().expect("an id"));
    let client = desk.token_of("ipo").await;
    let backdated = json!({ "metAt": "2026-03-02T08:00:00+01:00", "evidence": "Akkoord." });
    let refused = desk.ask(Some(&client), "POST", &path, Some(&backdated)).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("desk_only")));
    let met = desk.ask(Some(&client), "POST", &path, Some(&json!({ "evidence": "Akkoord." }))).await;
    assert_eq!((met.status, &met.body["state"]), (201, &json!("met")), "{}", met.body);
}

/// Design § 2.7: stored due dates are an index.
async fn what_is_stored_of_an_obligation_is_what_a_replay_says(desk: &Desk) {
    desk.reaches("2026-04-29T12:00:00+02:00").await;
    meets(desk, &of(desk, OVERVIEW, "2026-03").await, Some("2026-03-30T12:00:00+02:00")).await;
    meets(desk, &of(desk, "maandrapportage", "2026-02").await, None).await;
    let closed = json!({ "calendar": "support", "date": "2026-04-30", "change": "closed", "reason": "Het pand is dicht." });
    assert_eq!(desk.post("/v1/contracts/dap-example/calendar-amendments", &closed).await.status, 201);
    desk.passes("PT1M").await;
    let filter = ObligationFilter { limit: 1000, ..ObligationFilter::default() };
    let everyone = Caller { who: Principal::SYSTEM, scope: Scope::ALL.into(), token: None };
    let shown = obligations::read::list(&desk.app, &everyone, &filter).await.expect("obligations").shown;
    assert!(shown.len() > 10, "{}", shown.len());
    for one in shown {
        let (stored, replay) = (&one.obligation, &one.replay);
        assert_eq!(
            (stored.due_at, stored.late_at, stored.next_fire_at),
            (replay.due_at, replay.late_at, replay.next_fire_at),
            "{stored:?}"
        );
        assert_eq!(replay.follows, [], "{stored:?}");
    }
}

/// Kills the desk eight times while three months go by.
async fn survives(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Process::start_new(folder.path(), database).await;
    desk.post("/v1/sandbox/advances", &json!({ "by": "PT1S" })).await.expect("the desk begins");
    let months = json!({ "to": "2026-06-02T08:00:00+02:00" });
    for kill in 0..8 {
        let moment = std::time::Duration::from_millis(kill * 37 % 211 + 5);
        drop(actix_web::rt::time::timeout(moment, desk.post("/v1/sandbox/advances", &months)).await);
        desk.kill();
        desk = Process::start(folder.path(), database).await;
    }
    desk.post("/v1/sandbox/advances", &months).await.expect("the months end");
    let found = desk.get(&format!("/v1/obligations?obligation={OVERVIEW}&pageSize=100")).await;
    let items = found["items"].as_array().expect("items");
    let periods: Vec<_> = items.iter().map(|item| item["period"].as_str().unwrap_or_default()).collect();
    assert_eq!(periods, ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07"]);
    for (item, late_at) in items.iter().zip(["2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z", "2026-05-29T22:00:00Z"]) {
        let kinds: Vec<_> = story(item).into_iter().map(|event| event.0).collect();
        let once = ["obligation.opened", "obligation.reminded", "obligation.reminded", "obligation.late"];
        assert_eq!((kinds.as_slice(), &item["lateAt"]), (once.map(str::to_owned).as_slice(), &json!(late_at)));
    }
    desk.kill();
}

#[actix_web::test]
async fn a_desk_killed_while_months_pass_told_everything_once_on_sqlite() {
    survives("").await;
}

#[actix_web::test]
async fn a_desk_killed_while_months_pass_told_everything_once_on_postgresql() {
    survives(&postgres::new_database()).await;
}
