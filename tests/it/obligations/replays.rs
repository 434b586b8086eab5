//! What becomes of an obligation by itself, replayed: reminders, lateness, and calendars changed meanwhile (CAL-12).

use serde_json::{Value, json};
use uuid::Uuid;
use uurwerk::domain::Instant;
use uurwerk::domain::contract::Contract;
use uurwerk::domain::contract::amendment::{Amendment, Change};
use uurwerk::domain::history::EventData as _;
use uurwerk::domain::obligation::{Event, EventData, EventKind, Obligation, ObligationState, Replay, replay};

use crate::time::written;

fn contract(amendments: &[(&str, Change, &str)]) -> Contract {
    let contract = written(
        r#"
id = "a"
version = "1"
title = "A"
effective_from = 2020-01-01
time_zone = "Europe/Amsterdam"
[calendars.office]
hours = { mon-fri = ["08:30-17:30"] }
holidays = "nl-termijnenwet"
[calendars.other]
hours = { mon-sun = ["00:00-24:00"] }
[roles.desk]
side = "supplier"
[[obligations]]
id = "plan"
clause = "A 1"
owner = "desk"
calendar = "office"
on = "rejected"
due = "10wd"
remind = ["5wd", "1d", "0d"]
"#,
    );
    let amendment = |at: usize, (date, change, recorded): &(&str, Change, &str)| Amendment {
        id: Uuid::from_u128(at as u128 + 1),
        calendar: "office".to_owned(),
        date: date.parse().expect("a date"),
        change: change.clone(),
        reason: String::new(),
        in_force_at: instant(recorded),
    };
    let amendments = amendments.iter().enumerate().map(|(at, one)| amendment(at, one)).collect::<Vec<_>>();
    contract.amended_by(amendments).expect("they agree")
}

fn instant(local: &str) -> Instant {
    let wall = format!("2026-{local}:00").parse().expect("a wall time");
    uurwerk::domain::calendar::Zone::from(chrono_tz::Europe::Amsterdam).first_reading(wall).expect("it is read")
}

/// Opened on Wednesday 15 April 2026: ten working days with King's Day between are Thursday 30 April.
fn obligation(opened: &str) -> Obligation {
    Obligation {
        id: Uuid::nil(),
        organisation: "acme".to_owned(),
        contract: "a".to_owned(),
        contract_version_id: Uuid::nil(),
        duty: "plan".to_owned(),
        period: None,
        day_zero: "2026-04-15".parse().expect("a date"),
        fact_at: Some(instant("04-15T10:00")),
        opened_at: instant(opened),
        state: ObligationState::Open,
        due_at: Instant::MIN,
        late_at: None,
        met_at: None,
        next_fire_at: None,
    }
}

fn event(kind: EventKind, data: Value, occurred: &str, recorded: &str) -> Event {
    let (occurred_at, recorded_at) = (instant(occurred), instant(recorded));
    let data = EventData::from_json(kind.as_str(), data).expect("what such an event says");
    Event { id: Uuid::nil(), actor: "system".to_owned(), token: None, reason: None, data, occurred_at, recorded_at }
}

fn replayed(contract: &Contract, obligation: &Obligation, history: &[Event], now: &str) -> Replay {
    replay(contract, contract.duty("plan").expect("a duty"), obligation, history, instant(now)).expect("it is within the counted years")
}

fn steps(replay: &Replay) -> Vec<(EventKind, Instant)> {
    replay.follows.iter().map(|follows| (follows.data.kind(), follows.at)).collect()
}

use EventKind::{DueMoved, Late, LateVoided, Met, Reminded};

#[test]
fn reminders_go_at_the_opening_of_their_day_and_lateness_at_24_00() {
    let (contract, obligation) = (contract(&[]), obligation("04-15T10:00"));
    let calm = replayed(&contract, &obligation, &[], "04-15T10:00");
    assert_eq!((steps(&calm), calm.next_fire_at), (vec![], Some(instant("04-22T08:30"))));
    assert_eq!(calm.due_at, instant("05-01T00:00"));
    let over = replayed(&contract, &obligation, &[], "06-01T12:00");
    let expected = [
        (Reminded, instant("04-22T08:30")),
        (Reminded, instant("04-29T08:30")),
        (Reminded, instant("04-30T08:30")),
        (Late, instant("05-01T00:00")),
    ];
    assert_eq!((steps(&over), over.next_fire_at, over.late_at), (expected.to_vec(), None, Some(instant("05-01T00:00"))));
    let told = [event(Reminded, json!({ "before": "5wd before" }), "04-22T08:30", "04-22T08:30")];
    let once = replayed(&contract, &obligation, &told, "04-23T12:00");
    assert_eq!((steps(&once), once.next_fire_at), (vec![], Some(instant("04-29T08:30"))));
}

#[test]
fn a_reminder_that_lay_before_the_obligation_itself_is_passed_over() {
    let late_seen = replayed(&contract(&[]), &obligation("04-29T12:00"), &[], "04-29T12:00");
    assert_eq!((steps(&late_seen), late_seen.next_fire_at), (vec![], Some(instant("04-30T08:30"))));
    assert_eq!(late_seen.reminders.iter().filter(|reminder| reminder.planned_at.is_none()).count(), 2);
}

#[test]
fn met_in_time_but_recorded_late_takes_the_lateness_back_and_what_was_told_stays() {
    let (contract, obligation) = (contract(&[]), obligation("04-15T10:00"));
    let met = event(Met, json!({}), "04-30T23:59", "05-04T09:00");
    let told = event(Late, json!({ "dueAt": instant("05-01T00:00") }), "05-01T00:00", "05-01T00:00");
    let voided = replayed(&contract, &obligation, &[told.clone(), met.clone()], "05-04T09:00");
    assert_eq!((steps(&voided), voided.late_at), (vec![(LateVoided, instant("05-04T09:00"))], None));
    // Nobody was told: then there is nothing to take back, and nobody is reminded of what is done.
    assert_eq!(steps(&replayed(&contract, &obligation, &[met], "05-04T09:00")), []);
    let at_midnight = event(Met, json!({}), "05-01T00:00", "05-04T09:00");
    let late = replayed(&contract, &obligation, &[at_midnight], "05-04T09:00");
    assert_eq!((steps(&late), late.late_at), (vec![(Late, instant("05-01T00:00"))], Some(instant("05-01T00:00"))));
}

/// CAL-12: add a day and the deadline moves; add a Sunday and nothing does.
#[test]
fn cal_12_a_closure_moves_the_due_date_of_what_is_open() {
    let closed = |date, recorded| contract(&[(date, Change::Closed, recorded)]);
    let obligation = obligation("04-15T10:00");
    let moved = replayed(&closed("2026-04-28", "04-20T09:00"), &obligation, &[], "04-20T09:00");
    assert_eq!((steps(&moved), moved.due_at), (vec![(DueMoved, instant("04-20T09:00"))], instant("05-02T00:00")));
    let by_hand: Vec<_> = moved.counted.skipped.iter().filter(|skipped| skipped.reason == "by_hand").map(|skipped| skipped.date).collect();
    assert_eq!(by_hand, ["2026-04-28".parse().expect("a date")]);
    assert_eq!(steps(&replayed(&closed("2026-04-26", "04-20T09:00"), &obligation, &[], "04-20T09:00")), []);
    // Known before it opened: counted so from the start.
    let known = replayed(&closed("2026-04-28", "04-01T09:00"), &obligation, &[], "04-15T10:00");
    assert_eq!((steps(&known), known.due_at), (vec![], instant("05-02T00:00")));
    // After the due date, and after it was met, it is too late for a closure.
    let late = replayed(&closed("2026-04-28", "05-01T09:00"), &obligation, &[], "05-02T12:00");
    assert_eq!(late.late_at, Some(instant("05-01T00:00")));
    let met = event(Met, json!({}), "04-17T12:00", "04-17T12:00");
    let done = replayed(&closed("2026-04-28", "04-20T09:00"), &obligation, &[met], "04-21T12:00");
    assert_eq!((steps(&done), done.due_at), (vec![], instant("05-01T00:00")));
}

/// What was told in the second of an amendment stays told, and what the amendment moves in that second is told too.
#[test]
fn an_amendment_in_the_second_of_the_opening_or_of_the_fulfilment_leaves_what_was_told() {
    let hours = || Change::Hours(vec!["09:00-12:00".parse().expect("an interval")]);
    // It opens after 30 April, when it was due: late at once. In the same second that is moved to 1 May.
    let contract = contract(&[("2026-04-28", Change::Closed, "05-01T00:00")]);
    let opened = obligation("05-01T00:00");
    let late = event(Late, json!({ "dueAt": instant("05-01T00:00") }), "05-01T00:00", "05-01T00:00");
    let first = replayed(&contract, &opened, &[late], "05-01T12:00");
    assert_eq!((steps(&first), first.due_at, first.late_at), (vec![], instant("05-01T00:00"), Some(instant("05-01T00:00"))));
    // Where nobody said that it was late, the amendment was there before.
    let amended = replayed(&contract, &opened, &[], "05-01T00:00");
    assert_eq!(
        (steps(&amended), amended.due_at, amended.late_at),
        (vec![(DueMoved, instant("05-01T00:00"))], instant("05-02T00:00"), None)
    );
    // The same for what was done in that second: what the history tells of came before.
    let contract = self::contract(&[("2026-04-25", hours(), "04-20T09:00"), ("2026-04-28", Change::Closed, "04-20T09:00")]);
    let (opened, met) = (obligation("04-15T10:00"), event(Met, json!({}), "04-20T09:00", "04-20T09:00"));
    let done = replayed(&contract, &opened, std::slice::from_ref(&met), "04-21T12:00");
    assert_eq!((steps(&done), done.due_at), (vec![], instant("05-01T00:00")));
    let ids = [1, 2].map(Uuid::from_u128);
    let moved = |at: usize, from: &str, to: &str| {
        let data = json!({ "from": instant(from), "to": instant(to), "amendment": ids[at] });
        event(DueMoved, data, "04-20T09:00", "04-20T09:00")
    };
    let told = [moved(0, "05-01T00:00", "04-30T00:00"), moved(1, "04-30T00:00", "05-01T00:00"), met];
    let done = replayed(&contract, &opened, &told, "04-21T12:00");
    assert_eq!((steps(&done), done.counted.skipped.iter().any(|skipped| skipped.reason == "by_hand")), (vec![], true));
}

/// An opening moves it to the front: what that puts in the past happens at the opening, and not before it was known.
#[test]
fn an_opening_decided_later_makes_nothing_late_before_it_was_known() {
    let hours = || Change::Hours(vec!["09:00-12:00".parse().expect("an interval")]);
    let contract = contract(&[("2026-04-27", hours(), "04-30T07:00"), ("2026-04-25", hours(), "04-30T07:30")]);
    let replay = replayed(&contract, &obligation("04-15T10:00"), &[], "04-30T12:00");
    let expected = [
        (Reminded, instant("04-22T08:30")),
        (Reminded, instant("04-29T08:30")),
        (DueMoved, instant("04-30T07:00")),
        (Late, instant("04-30T07:00")),
    ];
    assert_eq!((steps(&replay), replay.due_at), (expected.to_vec(), instant("04-30T00:00")));
}
