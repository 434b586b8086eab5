//! What a page costs among ten thousand tickets and among a million, one in ten of them open; and what a search costs among ten thousand
//! and two hundred thousand with a solution, five messages and a note each. On both databases, durable ones.
//!
//! The aim is for the fifty newest open ones: at most 1.5 times as long among a million. The other lines are the lists people
//! work from, through the store. `UURWERK_BENCH_QUICK=1` shortens all of it; `-- search sqlite` runs a part.

#[expect(dead_code, reason = "each measurement uses a part")]
mod support;
mod talk;

use std::time::Instant as Stopwatch;

use entity::ticket;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend};
use uurwerk::domain::contract::TicketType;
use uurwerk::domain::permission::{Clearance, Rows};
use uurwerk::domain::search::Words;
use uurwerk::domain::ticket::Reader;
use uurwerk::domain::ticket::listing::{PageEnd, Sort, SortField, SortKey, TicketFilter};
use uurwerk::domain::workflow::{Question, State};
use uurwerk::store::Scope;
use uurwerk::store::lists::{changed_since, page};

use support::{Desk, copy, milliseconds, quick};
use talk::Talk;

/// Tickets of the bulk are numbered from here upwards.
const FIRST: i64 = 10_000_001;
const SIZE: u64 = 50;

/// Writes tickets like the first one until there are so many: each a minute after the one before, every tenth open, of three
/// clients, two hundred people and three priorities, each with its mark of change, and with its words unless others are to come.
async fn fill(desk: &Desk, like: i64, from: i64, tickets: i64, with_words: bool) {
    let sql =
        Database::connect(ConnectOptions::new(&desk.database).max_connections(1).sqlx_logging(false).to_owned()).await.expect("a writer");
    let sqlite = sql.get_database_backend() == DbBackend::Sqlite;
    let (first, last) = (FIRST + from, FIRST + tickets - 1);
    let (id, at, clients, words) = if sqlite {
        (
            "CAST(printf('%016d', n) AS BLOB)",
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', '2020-01-01', '+' || (n - 10000000) || ' minutes')",
            "CASE n % 3 WHEN 0 THEN 'ipo' WHEN 1 THEN 'vng' ELSE 'uvw' END",
            "' inc ' || n || ' mail hapert woord' || n / 10 || ' '",
        )
    } else {
        (
            "lpad(to_hex(n), 32, '0')::uuid",
            "timestamptz '2020-01-01 00:00+00' + (n - 10000000) * interval '1 minute'",
            "CASE n % 3 WHEN 0 THEN 'ipo' WHEN 1 THEN 'vng' ELSE 'uvw' END",
            "array_to_tsvector(string_to_array('inc ' || n || ' mail hapert woord' || n / 10, ' '))",
        )
    };
    let series =
        format!("(WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS series");
    let (columns, place) = if sqlite { ("id, source, words", "n << 20") } else { ("number, is_public, source, words", "n, true") };
    let due = "CASE WHEN n % 10 = 0 THEN 1577836800 + (n - 10000000) * 60 + 28800 ELSE 9223372036854775807 END";
    let long = format!("CASE WHEN n % 100 = 0 THEN {at} ELSE NULL END");
    let but = [
        ("id", id),
        ("number", "n"),
        ("organisation", clients),
        ("state", "CASE WHEN n % 10 = 0 THEN 'active' ELSE 'closed' END"),
        ("phase", "CASE WHEN n % 10 = 0 THEN 'in_progress' ELSE 'closed' END"),
        ("is_open", "n % 10 = 0"),
        ("assignee", "'a' || n % 200"),
        ("opened_at", at),
        ("updated_at", at),
        ("priority_rank", "1 + n / 10 % 3"),
        ("due_order", due),
        ("next_fire_at", "NULL"),
        ("long_open_at", &long),
        ("awaited", "CASE WHEN n % 200 = 0 THEN 'approval' ELSE '' END"),
    ];
    let tickets = copy::<ticket::Entity>("ticket", &but);
    for statement in [
        format!("{tickets} FROM {series}, ticket c WHERE c.number = {like}"),
        format!("INSERT INTO ticket_search ({columns}) SELECT {place}, {id}, {words} FROM {series} WHERE {with_words}"),
        format!(
            "INSERT INTO ticket_change (ticket_id, organisation, changed_at, position) \
             SELECT id, organisation, updated_at, number FROM ticket WHERE number BETWEEN {first} AND {last}"
        ),
    ] {
        sql.execute_unprepared(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    sql.close().await.expect("it closes");
    for statement in if sqlite { ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"] } else { ["VACUUM ANALYZE", "CHECKPOINT"] } {
        desk.execute(statement).await;
    }
}

/// The median of rounds, in milliseconds.
async fn median(rounds: usize, once: impl AsyncFn()) -> f64 {
    let mut figures = Vec::new();
    for _ in 0..rounds {
        let watch = Stopwatch::now();
        once().await;
        figures.push(milliseconds(watch));
    }
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

const OPEN: [State; 3] = [State::New, State::Active, State::Waiting];

/// The lists, each with its name.
fn lists() -> Vec<(&'static str, Scope, TicketFilter, Sort)> {
    let sort = |keys: &[(SortField, bool)]| Sort {
        keys: keys.iter().map(|(key, descending)| SortKey { key: *key, descending: *descending }).collect(),
        emergencies_first: false,
    };
    let newest = || sort(&[(SortField::OpenedAt, true)]);
    let queue = || sort(&[(SortField::Priority, false), (SortField::NextDueAt, false)]);
    let open = || TicketFilter { states: OPEN.to_vec(), ..TicketFilter::default() };
    let text = |text| TicketFilter { words: Words::asked(text), ..TicketFilter::default() };
    let client = || Scope { rows: Rows::Organisations(vec!["ipo".to_owned()]), clearance: Clearance::All };
    vec![
        ("newest open (aim: 1.50)", Scope::ALL, open(), newest()),
        ("newest open of a client", client(), open(), newest()),
        ("newest of all", Scope::ALL, TicketFilter::default(), newest()),
        ("queue of a contract", Scope::ALL, TicketFilter { contracts: vec!["dap-example".to_owned()], ..open() }, queue()),
        ("queue of an assignee", Scope::ALL, TicketFilter { assignees: vec!["a110".to_owned()], ..open() }, queue()),
        ("newest of an assignee", Scope::ALL, TicketFilter { assignees: vec!["a110".to_owned()], ..TicketFilter::default() }, newest()),
        (
            "open for long",
            Scope::ALL,
            TicketFilter { long_open: Some(true), asked_at: "2026-03-02T08:00:00Z".parse().ok(), ..TicketFilter::default() },
            newest(),
        ),
        ("waiting for a decision", Scope::ALL, TicketFilter { awaited: vec![Question::Approval], ..TicketFilter::default() }, newest()),
        ("last changed", Scope::ALL, TicketFilter::default(), sort(&[(SortField::UpdatedAt, true)])),
        (
            "changes, of which there are none",
            Scope::ALL,
            TicketFilter { kinds: vec![TicketType::ChangeRequest], ..open() },
            Sort { emergencies_first: true, ..newest() },
        ),
        ("text: a word of ten tickets", Scope::ALL, text("woord1000042"), newest()),
        ("text: a word of every ticket", Scope::ALL, text("hapert"), newest()),
    ]
}

/// What each list costs now.
async fn measured(desk: &Desk) -> Vec<(&'static str, f64)> {
    let rounds = if quick() { 5 } else { 201 };
    let mut lines = Vec::new();
    let path = format!("/v1/tickets?state=new,active,waiting&pageSize={SIZE}");
    desk.asks(&path, None).await;
    lines.push(("newest open, through HTTP (aim: 1.50)", median(rounds, async || drop(desk.asks(&path, None).await)).await));
    for (name, scope, filter, sort) in lists() {
        let view = desk.app.db.view(scope);
        let once = async || drop(page(&view, Reader::Desk, &filter, &sort, None, SIZE).await.expect("a page"));
        let watch = Stopwatch::now();
        once().await;
        lines.push((name, median(if milliseconds(watch) > 100.0 { 3 } else { rounds }, once).await));
    }
    let view = desk.app.db.view(Scope::ALL);
    let (_, _, filter, sort) = lists().swap_remove(0);
    let mut deep: Option<PageEnd> = None;
    for _ in 0..15 {
        deep = page(&view, Reader::Desk, &filter, &sort, deep.as_ref(), SIZE).await.expect("a page").end.or(deep);
    }
    lines.push((
        "newest open, the sixteenth page",
        median(rounds, async || drop(page(&view, Reader::Desk, &filter, &sort, deep.as_ref(), SIZE).await)).await,
    ));
    let since = "2020-01-05T00:00:00Z".parse().expect("an instant");
    let changes = async || drop(changed_since(&view, Reader::Desk, &TicketFilter::default(), since, None, SIZE).await.expect("a page"));
    lines.push(("changed since", median(rounds, changes).await));
    lines
}

async fn size(desk: &Desk) -> u64 {
    if desk.sql().get_database_backend() == DbBackend::Sqlite {
        return std::fs::metadata(desk.folder.path().join("desk.db")).map_or(0, |file| file.len() >> 20);
    }
    let asked = "SELECT pg_database_size(current_database()) >> 20 AS size";
    let row = desk.sql().query_one_raw(sea_orm::Statement::from_string(DbBackend::Postgres, asked)).await.expect("a size");
    row.and_then(|row| row.try_get::<i64>("", "size").ok()).and_then(|size| u64::try_from(size).ok()).unwrap_or_default()
}

async fn part(on: &str) {
    let desk = Desk::open(on == "postgresql", false).await;
    let (_, like) = desk.register(0).await;
    let (few, many) = if quick() { (1_000, 10_000) } else { (10_000, 1_000_000) };
    fill(&desk, like, 0, few, true).await;
    let of_few = measured(&desk).await;
    let watch = Stopwatch::now();
    fill(&desk, like, few, many, true).await;
    let filled = milliseconds(watch) / 1e3;
    let of_many = measured(&desk).await;
    println!("{:<44}{few:>11}{many:>11}{:>11}", format!("{on}, a page of {SIZE} among"), "ratio");
    for ((name, few), (_, many)) in of_few.iter().zip(of_many) {
        println!("{name:<44}{few:>8.2} ms{many:>8.2} ms{:>11.2}", many / few);
    }
    println!("{} MiB, filled in {filled:.0} s", size(&desk).await);
    desk.close().await;
}

/// What a search costs now, by the newest first.
async fn searched(desk: &Desk) -> Vec<(String, f64)> {
    let rounds = if quick() { 3 } else { 51 };
    let client = Scope { rows: Rows::Organisations(vec!["ipo".to_owned()]), clearance: Clearance::All };
    let mut lines = Vec::new();
    for (name, text) in Talk::searches() {
        for (whose, reader, scope) in [("", Reader::Desk, Scope::ALL), (", by a client", Reader::Client, client.clone())] {
            let filter = TicketFilter { words: Words::asked(&text), ..TicketFilter::default() };
            let sort = Sort::of(&filter, Vec::new());
            let view = desk.app.db.view(scope);
            let once = async || drop(page(&view, reader, &filter, &sort, None, SIZE).await.expect("a page"));
            let watch = Stopwatch::now();
            once().await;
            let rounds = if milliseconds(watch) > 100.0 { 3 } else { rounds };
            lines.push((format!("{name}{whose}"), median(rounds, once).await));
        }
    }
    lines
}

/// What it costs to write a message: as the first on a ticket, and on one with a thousand.
async fn written(desk: &Desk, talk: &mut Talk) -> [f64; 2] {
    let rounds = if quick() { 20 } else { 1000 };
    let new = async || desk.asks("/v1/tickets", Some(&support::incident())).await;
    let long = new().await;
    let mut writes = async |number: &str| {
        let body = serde_json::json!({ "visibility": "public", "body": talk.text(50) });
        let watch = Stopwatch::now();
        desk.asks(&format!("/v1/tickets/{number}/messages"), Some(&body)).await;
        milliseconds(watch)
    };
    for _ in 0..rounds {
        writes(&long).await;
    }
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for _ in 0..rounds / 10 {
        first.push(writes(&new().await).await);
        later.push(writes(&long).await);
    }
    [support::median(first), support::median(later)]
}

async fn search(on: &str) {
    let desk = Desk::open(on == "postgresql", false).await;
    let (_, like) = desk.register(0).await;
    let (few, many) = if quick() { (500, 5_000) } else { (10_000, 200_000) };
    let (mut talk, watch) = (Talk::default(), Stopwatch::now());
    fill(&desk, like, 0, few, false).await;
    talk.fill(&desk, FIRST..FIRST + few).await;
    let of_few = searched(&desk).await;
    fill(&desk, like, few, many, false).await;
    talk.fill(&desk, FIRST + few..FIRST + many).await;
    let of_many = searched(&desk).await;
    println!("{:<80}{few:>11}{many:>11}{:>11}", format!("{on}, a search among"), "ratio");
    for ((name, few), (_, many)) in of_few.iter().zip(of_many) {
        println!("{name:<80}{few:>8.2} ms{many:>8.2} ms{:>11.2}", many / few);
    }
    println!("{} MiB, in {:.0} s", size(&desk).await, milliseconds(watch) / 1e3);
    let [first, later] = written(&desk, &mut talk).await;
    println!("a message on a new ticket: {first:.2} ms; on a ticket with a thousand: {later:.2} ms");
    desk.close().await;
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let [what, on] = &arguments[..] {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let run = async || if what == "search" { Box::pin(search(on)).await } else { Box::pin(part(on)).await };
        tokio::task::LocalSet::new().block_on(&runtime, run());
        return;
    }
    // Each part and database in a process of its own, so that none finds another's memory and caches.
    for (what, on) in [("lists", "sqlite"), ("lists", "postgresql"), ("search", "sqlite"), ("search", "postgresql")] {
        let status = std::process::Command::new(std::env::current_exe().expect("this program")).args([what, on]).status();
        assert!(status.is_ok_and(|status| status.success()), "{what} {on}");
    }
}
