//! How fast a desk is: tickets a second through HTTP beside the same rows by bare SQL, mails in and out, a timer pass among ten thousand and
//! a million open clocks, and resident memory; on both databases, durable ones.
//!
//! The aims are half of bare SQL, and a pass at most 1.5 times as long among a million. Lines of the tables say so, and
//! nothing fails here: figures belong to a machine. `UURWERK_BENCH_QUICK=1` shortens all of it; `-- http sqlite` runs a part.

mod mail;
#[expect(dead_code, reason = "each measurement uses a part")]
mod support;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use entity::{clock, escalation, event, ticket};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel, QueryFilter,
    QueryTrait, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use uuid::Uuid;
use uurwerk::domain::ticket::Ticket;
use uurwerk::usecases::{Stamp, tickets, timers};

use support::{ADMIN, Desk, copy, draft, free_port, incident, median, milliseconds, quick, told};

const CLIENTS: [usize; 3] = [1, 8, 32];
/// Tickets due in a timer pass.
const DUE: usize = 100;
/// The number, below zero, of the first ticket that is only rows: the desk numbers its own upwards.
const BULK: i64 = 1_000_000;

/// The words of a ticket, and of who reported it.
const WORDS: [&str; 2] = [" inc 1001 mail hapert niemand ontvangt ", " anna de boer ipo example "];

/// A ticket's rows as statements: one of each table, two clocks in theirs, and its words.
struct Rows {
    id: Uuid,
    number: i64,
    /// What points elsewhere: the contract's version and the requester.
    kept: Vec<Uuid>,
    backend: DbBackend,
    statements: Vec<Statement>,
    next: AtomicI64,
}

impl Rows {
    async fn of(desk: &Desk) -> Self {
        let ((id, number), sql) = (desk.register(0).await, desk.sql());
        let backend = sql.get_database_backend();
        let row = ticket::Entity::find_by_id(id).one(sql).await.expect("a row").expect("a ticket");
        let clocks = clock::Entity::find().filter(clock::Column::TicketId.eq(id)).all(sql).await.expect("clocks");
        let events = event::Entity::find().filter(event::Column::SubjectId.eq(id)).all(sql).await.expect("events");
        let levels = escalation::Entity::find().filter(escalation::Column::TicketId.eq(id)).all(sql).await.expect("levels");
        let counts = (clocks.len(), events.len(), levels.len());
        assert_eq!(counts, (2, 1, 1), "a ticket has other rows than these");
        let requester = row.requester_id;
        let kept = [Some(row.contract_version_id), row.requester_id].into_iter().flatten().collect();
        // Its words as they are kept, by the number they stand under.
        let (columns, texts) = match backend {
            DbBackend::Postgres => {
                let words = |variable: &str| format!("array_to_tsvector(string_to_array(trim({variable}), ' '))");
                ("number, source, is_public, words", format!("($1, $2, true, {}), ($1, $4, true, {})", words("$3"), words("$5")))
            }
            _ => ("id, source, words", "($1 << 20, $2, $3), (($1 << 20) + 2, $4, $5)".to_owned()),
        };
        let words = format!("INSERT INTO ticket_search ({columns}) VALUES {texts}");
        let values = [number.into(), id.into(), WORDS[0].into(), requester.into(), WORDS[1].into()];
        let words = Statement::from_sql_and_values(backend, words, values);
        let statements = vec![
            ticket::Entity::insert(row.into_active_model()).build(backend),
            clock::Entity::insert_many(clocks.into_iter().map(IntoActiveModel::into_active_model)).build(backend),
            escalation::Entity::insert_many(levels.into_iter().map(IntoActiveModel::into_active_model)).build(backend),
            event::Entity::insert_many(events.into_iter().map(IntoActiveModel::into_active_model)).build(backend),
            words,
        ];
        Self { id, number, kept, backend, statements, next: AtomicI64::new(-1) }
    }

    /// Writes them once more for a new ticket, in one transaction, as the desk begins one.
    async fn write(&self, sql: &DatabaseConnection) {
        let (id, number) = (Uuid::now_v7(), self.next.fetch_sub(1, Ordering::Relaxed));
        let fresh = |value: &Value| match value {
            Value::Uuid(Some(known)) if *known == self.id => id.into(),
            Value::Uuid(Some(known)) if !self.kept.contains(known) => Uuid::now_v7().into(),
            Value::BigInt(Some(known)) if *known == self.number => number.into(),
            value => value.clone(),
        };
        let immediate = (self.backend == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..TransactionOptions::default() };
        let tx = sql.begin_with_options(options).await.expect("a transaction");
        for statement in &self.statements {
            let values: Vec<_> = statement.values.iter().flat_map(|values| values.0.iter().map(fresh)).collect();
            tx.execute_raw(Statement::from_sql_and_values(self.backend, &statement.sql, values)).await.expect("rows");
        }
        tx.commit().await.expect("a commit");
    }

    /// Reads one as it is shown: the ticket, its requester, its references.
    async fn read(&self, sql: &DatabaseConnection, number: i64) {
        let asked = async |text: &str, value: Value| {
            let text = if self.backend == DbBackend::Sqlite { text.replace("$1", "?") } else { text.to_owned() };
            sql.query_all_raw(Statement::from_sql_and_values(self.backend, text, [value])).await.expect("rows")
        };
        let found = asked("SELECT * FROM ticket WHERE number = $1", number.into()).await;
        let row = found.first().expect("a ticket");
        let (id, requester): (Uuid, Uuid) = (row.try_get("", "id").expect("an id"), row.try_get("", "requester_id").expect("a person"));
        asked("SELECT * FROM person WHERE id = $1", requester.into()).await;
        asked("SELECT * FROM external_reference WHERE ticket_id = $1", id.into()).await;
    }
}

/// How often a second so many clients do something, each again as soon as it is done.
async fn per_second(clients: usize, once: impl AsyncFn()) -> f64 {
    let round = async |span: Duration| {
        let begun = Stopwatch::now();
        let client = async |_| {
            let mut done = 0_u32;
            while begun.elapsed() < span {
                once().await;
                done += 1;
            }
            done
        };
        let done: Vec<_> = (0..clients).map(client).collect::<FuturesUnordered<_>>().collect().await;
        f64::from(done.iter().sum::<u32>()) / begun.elapsed().as_secs_f64()
    };
    let span = Duration::from_millis(if quick() { 200 } else { 1500 });
    round(span / 5).await;
    round(span).await
}

fn line(title: &str, figures: [f64; 3], decimals: usize) {
    println!("{title:<44}{:>11.decimals$}{:>11.decimals$}{:>11.decimals$}", figures[0], figures[1], figures[2]);
}

fn share(part: [f64; 3], whole: [f64; 3]) -> [f64; 3] {
    [part[0] / whole[0], part[1] / whole[1], part[2] / whole[2]]
}

/// Tickets a second, the ways beside one another; each the mean of two rounds in turn.
async fn throughput(on_postgres: bool) {
    let desk = Desk::open(on_postgres, false).await;
    let rows = Rows::of(&desk).await;
    let reader = if on_postgres {
        desk.sql().clone()
    } else {
        Database::connect(ConnectOptions::new(&desk.database).max_connections(4).to_owned()).await.expect("readers")
    };
    let stamp = Stamp::system(desk.app.time.now());
    let (body, draft) = (incident(), draft());
    let number = desk.asks("/v1/tickets", Some(&body)).await;
    let (path, plain) = (format!("/v1/tickets/{number}"), rows.number);
    let mut figures = [[0.0; 3]; 8];
    for (at, clients) in CLIENTS.into_iter().enumerate() {
        for _ in 0..2 {
            let served = Desk::open(on_postgres, true).await;
            // The requester first: two first tickets of one person at once are not what is measured.
            served.asks("/v1/tickets", Some(&body)).await;
            let round = [
                per_second(clients, async || rows.write(desk.sql()).await).await,
                per_second(clients, async || drop(tickets::register(&desk.app, &stamp, &draft).await.expect("a ticket"))).await,
                per_second(clients, async || drop(desk.asks("/v1/tickets", Some(&body)).await)).await,
                per_second(clients, async || drop(served.asks("/v1/tickets", Some(&body)).await)).await,
                per_second(clients, async || rows.read(&reader, plain).await).await,
                per_second(clients, async || drop(desk.asks(&path, None).await)).await,
                per_second(clients, async || drop(desk.asks("/v1/tickets?pageSize=50", None).await)).await,
                per_second(clients, async || drop(desk.asks("/livez", None).await)).await,
            ];
            served.close().await;
            for (sum, figure) in figures.iter_mut().zip(round) {
                sum[at] += figure / 2.0;
            }
        }
    }
    let [bare, usecase, created, working, bare_read, read, page, live] = figures;
    line("created a second: bare SQL", bare, 0);
    line("  the use case, without HTTP", usecase, 0);
    line("  HTTP", created, 0);
    line("  HTTP, with the workers working", working, 0);
    line("  HTTP, of bare SQL (aim: 0.50)", share(created, bare), 2);
    line("  HTTP with the workers, of bare SQL", share(working, bare), 2);
    line("read a second: bare SQL", bare_read, 0);
    line("  HTTP", read, 0);
    line("  HTTP, of bare SQL (aim: 0.50)", share(read, bare_read), 2);
    line("a page of 50 a second: HTTP", page, 0);
    line("GET /livez a second: HTTP and its client alone", live, 0);
    // What a ticket costs by each way with one client, and so what the steps between them cost.
    let micros = |figure: f64| 1e6 / figure;
    let [sql, within, whole, http] = [bare[0], usecase[0], created[0], live[0]].map(micros);
    println!(
        "one client, µs a ticket: {sql:.0} SQL + {:.0} use case + {http:.0} HTTP and client + {:.0} body and answer",
        within - sql,
        whole - within - http
    );
    desk.close().await;
}

/// Copies the rows of a ticket, two clocks each, until there are so many tickets.
async fn fill(desk: &Desk, like: i64, from: i64, tickets: i64) {
    let sqlite = desk.sql().get_database_backend() == DbBackend::Sqlite;
    let (first, last) = (BULK + from, BULK + tickets - 1);
    let [id, any, fire] = if sqlite {
        [
            "CAST(printf('%016d', n) AS BLOB)",
            "randomblob(16)",
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', c.next_fire_at, '+' || (n - 1000000) || ' seconds')",
        ]
    } else {
        ["lpad(to_hex(n), 32, '0')::uuid", "gen_random_uuid()", "c.next_fire_at + (n - 1000000) * interval '1 second'"]
    };
    let series =
        format!("(WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS series");
    let ticket = copy::<ticket::Entity>("ticket", &[("id", id), ("number", "-n"), ("next_fire_at", fire)]);
    desk.execute(&format!("{ticket} FROM {series}, ticket c WHERE c.number = {like}")).await;
    let belonging = [("id", any), ("ticket_id", "t.id"), ("subject_id", "t.id"), ("position", "-t.number")];
    for (table, whose, copied) in [
        ("clock", "ticket_id", copy::<clock::Entity>("clock", &belonging)),
        ("event", "subject_id", copy::<event::Entity>("event", &belonging)),
        ("escalation", "ticket_id", copy::<escalation::Entity>("escalation", &belonging)),
    ] {
        let of =
            format!("{table} c WHERE t.number BETWEEN -{last} AND -{first} AND c.{whose} = (SELECT id FROM ticket WHERE number = {like})");
        desk.execute(&format!("{copied} FROM ticket t, {of}")).await;
    }
    // They are of the past: the workers have nothing to do with them.
    for table in ["stream", "handler"] {
        desk.execute(&format!("UPDATE {table} SET position = 2000000")).await;
    }
    for sql in if sqlite { ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"] } else { ["VACUUM ANALYZE", "CHECKPOINT"] } {
        desk.execute(sql).await;
    }
}

/// A pass with a hundred tickets due, each with a month's warnings, breaches and steps: the median of rounds.
async fn pass(desk: &Desk) -> (f64, f64) {
    let rounds = if quick() { 3 } else { 15 };
    let (mut due, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        for _ in 0..DUE {
            desk.register(30 * 86_400).await;
        }
        let watch = Stopwatch::now();
        assert_eq!(timers::fire_due::<Ticket>(&desk.app).await.expect("a pass"), DUE);
        due.push(milliseconds(watch));
        while timers::fire_due::<Ticket>(&desk.app).await.expect("a pass") > 0 {}
        let watch = Stopwatch::now();
        assert_eq!(timers::fire_due::<Ticket>(&desk.app).await.expect("a pass"), 0);
        idle.push(milliseconds(watch));
    }
    (median(due), median(idle))
}

/// The program itself on a desk's database, asked for some pages: its resident memory in MiB.
async fn resident(desk: &Desk) -> f64 {
    let port = free_port();
    let mut program = Command::new(env!("CARGO_BIN_EXE_uurwerk"));
    program.arg("serve").env_remove("UURWERK_BENCH_QUICK").envs(told(&desk.database, desk.folder.path(), port)).stdout(Stdio::null());
    let mut running = program.spawn().expect("the program");
    let asked = async |path: &str| desk.client.get(format!("http://127.0.0.1:{port}{path}")).bearer_auth(ADMIN).send().await;
    while !asked("/readyz").await.is_ok_and(|answer| answer.status().is_success()) {
        assert!(running.try_wait().is_ok_and(|ended| ended.is_none()), "the program ended");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for _ in 0..20 {
        asked("/v1/tickets?pageSize=100").await.expect("a page");
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).expect("its status");
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<f64>().ok());
    running.kill().and_then(|()| running.wait()).expect("it ends");
    kibibytes.unwrap_or(f64::NAN) / 1024.0
}

async fn timers(on_postgres: bool) {
    let desk = Desk::open(on_postgres, false).await;
    let idle_memory = resident(&desk).await;
    let (_, like) = desk.register(0).await;
    let (few, many) = if quick() { (500, 5_000) } else { (5_000, 500_000) };
    fill(&desk, like, 0, few).await;
    let (of_few, idle_few) = pass(&desk).await;
    let watch = Stopwatch::now();
    fill(&desk, like, few, many).await;
    let filled = watch.elapsed().as_secs_f64();
    let full_memory = resident(&desk).await;
    let (of_many, idle_many) = pass(&desk).await;
    println!("{:<44}{:>11}{:>11}{:>11}", "open clocks", 2 * few, 2 * many, "ratio");
    println!("{:<44}{of_few:>8.1} ms{of_many:>8.1} ms{:>11.2}", "timer pass, 100 tickets due (aim: 1.50)", of_many / of_few);
    println!("{:<44}{idle_few:>8.2} ms{idle_many:>8.2} ms{:>11.2}", "timer pass, none due", idle_many / idle_few);
    println!(
        "resident memory: {idle_memory:.1} MiB idle and empty, {full_memory:.1} MiB with {} open clocks (filled in {filled:.0} s)",
        2 * many
    );
    desk.close().await;
}

async fn part(part: &str, on: &str) {
    let on_postgres = on == "postgresql";
    match part {
        "http" => Box::pin(throughput(on_postgres)).await,
        "mail" => Box::pin(mail::mail(on_postgres)).await,
        _ => Box::pin(timers(on_postgres)).await,
    }
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let [what, on] = &arguments[..] {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        tokio::task::LocalSet::new().block_on(&runtime, part(what, on));
        return;
    }
    // Each part in a process of its own, so that none finds another's memory and caches.
    for on in ["sqlite", "postgresql"] {
        println!("{on:<44}{:>11}{:>11}{:>11}", "1 client", "8 clients", "32 clients");
        for what in ["http", "mail", "timers"] {
            let status = Command::new(std::env::current_exe().expect("this program")).args([what, on]).status();
            assert!(status.is_ok_and(|status| status.success()), "{what} {on}");
        }
    }
}
