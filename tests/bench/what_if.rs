//! How long a changed contract takes to be tried on a hundred thousand closed tickets, beside reading the same rows in plain
//! SQL; on both databases.
//!
//! The aim is thirty seconds on one core. Nothing fails here: figures belong to a machine. `UURWERK_BENCH_QUICK=1` shortens it;
//! `-- sqlite` runs a part.

#[expect(dead_code, reason = "each measurement uses a part")]
mod support;

use std::path::Path;
use std::time::Instant as Stopwatch;

use entity::{event, ticket};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;
use uurwerk::contracts;
use uurwerk::domain::Instant;
use uurwerk::domain::contract::Side;
use uurwerk::domain::permission::Principal;
use uurwerk::domain::ticket::transition::Move;
use uurwerk::domain::ticket::{Act, TicketRef};

use uurwerk::usecases::tickets::{Draft, When, act, register};
use uurwerk::usecases::{Stamp, what_if};

use support::{Desk, copy, draft, milliseconds, quick};

/// The number, below zero, of the first ticket that is only rows.
const BULK: i64 = 1_000_000;

/// A ticket's life: its priority, and its moves with the hours after it was reported.
const LIVES: [(&str, &[(i64, &str)]); 4] = [
    ("p1", &[(0, "in_progress"), (3, "resolved"), (20, "closed")]),
    ("p2", &[(1, "in_progress"), (2, "on_hold"), (4, "in_progress"), (7, "resolved"), (29, "closed")]),
    (
        "p3",
        &[
            (5, "in_progress"),
            (6, "on_hold"),
            (30, "in_progress"),
            (31, "on_hold"),
            (60, "in_progress"),
            (100, "resolved"),
            (120, "closed"),
        ],
    ),
    ("p3", &[(2, "in_progress"), (200, "resolved"), (220, "closed")]),
];

/// A Monday, 08:00 in Amsterdam: when a life begins.
const BEGINNING: &str = "2026-01-05T08:00:00+01:00";

/// Lives a ticket's life.
async fn live(desk: &Desk, (priority, moves): (&str, &[(i64, &str)])) -> (Uuid, i64) {
    let reported: Instant = BEGINNING.parse().expect("an instant");
    let stamp = |hours: i64, side: Side| {
        let at = reported.plus(hours * 3600).expect("an instant");
        Stamp { who: Principal::any_of(side), ..Stamp::system(at) }
    };
    let draft = Draft { priority: Some(priority.to_owned()), ..draft() };
    let ticket = register(&desk.app, &stamp(0, Side::Supplier), &draft).await.expect("a ticket").ticket;
    for (hours, to) in moves {
        let by = if *to == "closed" { Side::Client } else { Side::Supplier };
        let cause = (*to == "on_hold").then(|| "client".to_owned());
        let wish = Act::Move(Move { to: (*to).to_owned(), reason: "Gedaan.".to_owned(), cause, texts: Vec::new(), handling: None });
        act(&desk.app, &stamp(*hours, by), TicketRef::Id(ticket.id), &[wish], &When::default(), None).await.expect("a move");
    }
    (ticket.id, ticket.number)
}

/// Copies the rows of lived tickets until there are so many, each life beginning on another of 250 days.
async fn fill(desk: &Desk, lives: &[(Uuid, i64)], tickets: i64) {
    let sqlite = desk.sql().get_database_backend() == DbBackend::Sqlite;
    let shifted = |column: &str, n: &str| {
        if sqlite {
            format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', c.{column}, '+' || ({n} % 250) || ' days')")
        } else {
            format!("c.{column} + ({n} % 250) * interval '1 day'")
        }
    };
    let (id, any) = if sqlite {
        ("CAST(printf('%016d', n) AS BLOB)", "randomblob(16)")
    } else {
        ("lpad(to_hex(n), 32, '0')::uuid", "gen_random_uuid()")
    };
    let (count, each) = (i64::try_from(lives.len()).expect("a few"), tickets / i64::try_from(lives.len()).expect("a few"));
    for (at, (_, like)) in (0..count).zip(lives) {
        let (first, last) = (BULK + at * each, BULK + (at + 1) * each - 1);
        let series =
            format!("(WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS series");
        let instants = ["opened_at", "recorded_at", "updated_at", "resolved_at", "closed_at"].map(|column| (column, shifted(column, "n")));
        let mut but = vec![("id", id), ("number", "-n"), ("next_fire_at", "NULL")];
        but.extend(instants.iter().map(|(column, value)| (*column, value.as_str())));
        desk.execute(&format!("{} FROM {series}, ticket c WHERE c.number = {like}", copy::<ticket::Entity>("ticket", &but))).await;
        let instants = ["occurred_at", "recorded_at"].map(|column| (column, shifted(column, "-t.number")));
        let mut but = vec![("id", any), ("subject_id", "t.id"), ("position", "-t.number")];
        but.extend(instants.iter().map(|(column, value)| (*column, value.as_str())));
        let of =
            format!("event c WHERE t.number BETWEEN -{last} AND -{first} AND c.subject_id = (SELECT id FROM ticket WHERE number = {like})");
        desk.execute(&format!("{} FROM ticket t, {of}", copy::<event::Entity>("event", &but))).await;
    }
    for sql in if sqlite { ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"] } else { ["VACUUM ANALYZE", "CHECKPOINT"] } {
        desk.execute(sql).await;
    }
}

/// The rows a trial reads, read and no more: how many.
async fn read(desk: &Desk) -> usize {
    let rows = async |sql: &str| {
        desk.sql().query_all_raw(Statement::from_string(desk.sql().get_database_backend(), sql)).await.expect("rows").len()
    };
    rows("SELECT * FROM ticket WHERE contract = 'dap-example'").await
        + rows("SELECT event.* FROM event JOIN ticket ON ticket.id = event.subject_id WHERE contract = 'dap-example' ORDER BY subject_id, sequence")
            .await
}

async fn measure(on: &str) {
    let desk = Desk::open(on == "postgresql", false).await;
    let mut lives = Vec::new();
    for life in LIVES {
        lives.push(live(&desk, life).await);
    }
    fill(&desk, &lives, if quick() { 2_000 } else { 100_000 }).await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text =
        std::fs::read_to_string(&file).expect("a contract").replace("version = \"1.0\"", "version = \"2.0\"").replace("\"8h\"", "\"6h\"");
    let changed = || contracts::parse(&file, &text).expect("a contract");
    let period = (BEGINNING.parse().expect("an instant"), desk.app.time.now());
    let watch = Stopwatch::now();
    let rows = read(&desk).await;
    let bare = milliseconds(watch);
    let watch = Stopwatch::now();
    let tried = what_if::simulate(&desk.app, changed(), period, |_, _| {}).await.expect("a trial");
    let whole = milliseconds(watch);
    let gained: u64 = tried.goals.iter().map(|goal| goal.breaches_gained).sum();
    println!("{on}: {} tickets, {rows} rows, {gained} breaches gained", tried.tickets);
    println!("{:<44}{bare:>11.0} ms", "the rows read in plain SQL");
    println!("{:<44}{whole:>11.0} ms{:>11.2}", "tried under both contracts (aim: 30,000 ms)", whole / bare);
    desk.close().await;
}

fn main() {
    let asked = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    // One core is what the aim is about: the trial, its database driver and everything else of it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for on in ["sqlite", "postgresql"].into_iter().filter(|on| asked.as_deref().is_none_or(|asked| asked == *on)) {
        tokio::task::LocalSet::new().block_on(&runtime, measure(on));
    }
}
