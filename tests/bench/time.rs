//! How fast time is: one question over a day, a quarter and ten years, and `simulate` by the line.
//!
//! The aim is that a question's cost grows with neither the span nor the square of the holds: ten years may cost at
//! most twice what a day does. A line of the table says so, and nothing fails here: figures belong to a machine.

use std::hint::black_box;
use std::time::Instant as Stopwatch;

use serde_json::json;
use uurwerk::domain::Instant;
use uurwerk::domain::clock::{Fact, FactKind, Kind, Ticket, replay};
use uurwerk::domain::contract::{Contract, TicketType};
use uurwerk::{contracts, simulate};

const DAY: i64 = 86_400;
/// Tuesday 10 March 2026, 09:00 in Amsterdam.
const REPORTED: i64 = 1_773_129_600;
const SPANS: [(&str, i64, &str); 3] = [("1 day", DAY, "9h"), ("3 months", 91 * DAY, "560h"), ("10 years", 3652 * DAY, "22800h")];

fn contract(goal: &str) -> Contract {
    let text = format!(
        "id = \"bench\"\nversion = \"1\"\ntitle = \"Bench\"\neffective_from = 2020-01-01\ntime_zone = \"Europe/Amsterdam\"\n\
         [calendars.support]\nhours = {{ mon-fri = [\"08:00-17:00\"] }}\nholidays = \"nl-termijnenwet\"\n\
         [[clocks]]\nkind = \"resolution\"\ntypes = [\"incident\"]\ncalendar = \"support\"\ngoals = [{goal}]\nholds = [\"requester\"]\n"
    );
    contracts::parse("bench.toml".as_ref(), &text).unwrap_or_else(|refused| panic!("{refused}"))
}

fn at(unix: i64) -> Instant {
    Instant::from_unix(unix).unwrap_or(Instant::MAX)
}

/// Holds spread evenly over a span, each for a tenth of its share of it.
fn history(span: i64, holds: i64) -> Vec<Fact> {
    let begins = |hold: i64| REPORTED + span * hold / (holds + 1);
    let hold = |hold| {
        let (from, to) = (at(begins(hold)), at(begins(hold) + span / (holds + 1) / 10));
        [Fact { at: from, kind: FactKind::Held("requester".to_owned()) }, Fact { at: to, kind: FactKind::Resumed }]
    };
    (1..=holds).flat_map(hold).collect()
}

/// Nanoseconds that one call takes: the best of twenty rounds, so that a busy machine does not tell.
fn nanoseconds<T>(mut call: impl FnMut() -> T) -> f64 {
    let rounds = 500_u32;
    let round = |call: &mut dyn FnMut() -> T| {
        let watch = Stopwatch::now();
        for _ in 0..rounds {
            black_box(call());
        }
        watch.elapsed().as_secs_f64() * 1e9 / f64::from(rounds)
    };
    (0..20).map(|_| round(&mut call)).fold(f64::INFINITY, f64::min)
}

fn questions(unit: &str, goal: impl Fn(&str) -> String) {
    for holds in [0, 60] {
        let figures = SPANS.map(|(_, span, hours)| {
            let (contract, facts, end) = (contract(&goal(hours)), history(span, holds), at(REPORTED + span));
            let ticket = Ticket { kind: TicketType::Incident, tier: None, item: None, priority: None, reported_at: at(REPORTED) };
            let asked = |as_of| replay(&contract, Kind::Resolution, ticket, black_box(&facts), as_of);
            let due = nanoseconds(|| asked(end).view(end).map(|clock| clock.goals[0].due_at));
            let elapsed = nanoseconds(|| asked(end).elapsed_at(end));
            [due, elapsed]
        });
        for (at, question) in ["dueAt", "elapsed"].into_iter().enumerate() {
            let [day, quarter, decade] = figures.map(|figure| figure[at]);
            let row = format!("{question} in {unit}, {holds} holds");
            println!("{row:<28}{day:>9.0} ns{quarter:>9.0} ns{decade:>9.0} ns{:>8.2}", decade / day);
        }
    }
}

/// Lines a second on one core, five holds each.
fn lines() {
    let contract = contract("{ share = 90, under = \"4h\" }, { under = \"6h\" }, { by = \"3wd\" }");
    let instant = |unix: i64| at(unix).to_string();
    let line = |id: i64| {
        let reported = REPORTED + id * 977 % (200 * DAY);
        let mut history: Vec<_> = (0..5)
            .flat_map(|hold| {
                let from = reported + 7200 + hold * 40_000;
                [
                    json!({ "at": instant(from), "kind": "held", "cause": "requester" }),
                    json!({ "at": instant(from + 9000), "kind": "resumed" }),
                ]
            })
            .collect();
        history.push(json!({ "at": instant(reported + 3 * DAY), "kind": "resolved" }));
        json!({ "id": id.to_string(), "ticketType": "incident", "reportedAt": instant(reported), "history": history }).to_string() + "\n"
    };
    let count = 50_000_u32;
    let input: String = (0..i64::from(count)).map(line).collect();
    for with_ledger in [false, true] {
        let best = (0..3).map(|_| {
            let watch = Stopwatch::now();
            simulate::run(&contract, with_ledger, input.as_bytes(), std::io::sink()).unwrap_or_else(|error| panic!("{error}"));
            f64::from(count) / watch.elapsed().as_secs_f64()
        });
        let best = best.fold(0.0, f64::max);
        println!("simulate, five holds a line{}: {best:.0} lines a second", if with_ledger { ", ledger" } else { "" });
    }
}

fn main() {
    println!("{:<28}{:>12}{:>12}{:>12}{:>8}", "", SPANS[0].0, SPANS[1].0, SPANS[2].0, "10y/1d");
    questions("h", |hours| format!("{{ under = \"{hours}\" }}"));
    questions("wd", |hours| {
        let days = hours.trim_end_matches('h').parse::<u32>().map_or(1, |hours| hours / 9);
        format!("{{ within = \"{days}wd\" }}")
    });
    lines();
}
