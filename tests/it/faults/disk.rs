//! A full disk, and a database file that is not where it was.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;

use super::process::{is_ready, keeps, recovers, registers, run, titles};
use crate::journeys::kills::Process;
use crate::on_both_databases;
use crate::support::{Desk, On, client, incident};

on_both_databases!(whoever_goes_away_in_the_middle_leaves_nothing_open);

async fn pragma(desk: &Desk, what: &str) -> i64 {
    let asked = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {what}"));
    let row = desk.app.db.bare_connection().query_one_raw(asked).await.expect("a pragma").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

fn database(desk: &Desk) -> PathBuf {
    PathBuf::from(desk.app.settings.database.url.trim_start_matches("sqlite://"))
}

#[actix_web::test]
async fn whatever_is_acknowledged_after_the_disk_was_full_is_kept() {
    let desk = Desk::open(On::Sqlite).await;
    let mut kept = vec![desk.registers(&incident("p3")).await];
    for _ in 0..2 {
        let pages = pragma(&desk, "page_count").await;
        pragma(&desk, &format!("max_page_count = {pages}")).await;
        let refused = loop {
            let answer = desk.post("/v1/tickets", &incident("p3")).await;
            if answer.status != 201 {
                break answer;
            }
            kept.push(answer.body["number"].as_str().expect("a number").to_owned());
        };
        assert_eq!((refused.status, &refused.body["code"]), (503, &json!("unavailable")), "{}", refused.body);
        assert!(refused.headers.contains_key("retry-after"));
        assert_eq!(refused.headers["content-type"], "application/problem+json");
        assert!(pragma(&desk, "max_page_count").await > pages, "the connection was thrown away, and its bound with it");
        for _ in 0..10 {
            kept.push(desk.registers(&incident("p3")).await);
        }
    }
    recovers(desk.url()).await;
    assert!(kept.windows(2).all(|two| two[0] < two[1]), "numbers rise: {kept:?}");
    // Read by connections of their own, which see what was committed and nothing else.
    for number in kept {
        assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.status, 200, "{number}");
    }
}

/// A desk that may write no file longer than `bytes`; it is not killed for trying.
async fn bounded(folder: &Path) -> Process {
    let log = std::fs::File::create(folder.join("log")).expect("a log");
    Process::start_by(&["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"], folder, "", log.into()).await
}

fn bound(desk: &Process, bytes: &str) {
    assert!(run("prlimit", &["--pid", &desk.id().to_string(), &format!("--fsize={bytes}:")]));
}

#[actix_web::test]
async fn a_desk_whose_disk_is_full_says_so_once_and_goes_on_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = bounded(folder.path()).await;
    let mut said = registers(&desk.url, titles("before", 5)).await;
    assert_eq!((said.kept.len(), is_ready(&desk.url).await), (5, true));
    let number = super::process::tickets(&desk).await.pop().expect("a ticket").1;

    let log = std::fs::metadata(folder.path().join("desk.db-wal")).expect("a log").len();
    bound(&desk, &log.to_string());
    let full = registers(&desk.url, titles("full", 40)).await;
    assert!(full.refused > 0 && !is_ready(&desk.url).await, "{full:?}");
    let upload = vec![7; 3 * usize::try_from(log).expect("a length")];
    let client = client();
    let attach = async |bytes: &[u8]| {
        let path = format!("{}/v1/tickets/{number}/attachments?name=foto.png", desk.url);
        let sent = client
            .post(path)
            .bearer_auth(crate::support::ADMIN)
            .header("content-type", "application/octet-stream")
            .body(bytes.to_vec())
            .send();
        sent.await.expect("an answer").status().as_u16()
    };
    assert_eq!(attach(&upload).await, 503);
    // The workers have a few turns to say the same again.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let told = std::fs::read_to_string(folder.path().join("log")).expect("a log");
    let errors = told.lines().filter(|line| line.contains("ERROR")).count();
    assert!(told.matches("the database cannot be used").count() == 1 && errors <= 4, "{told}");

    bound(&desk, "unlimited");
    recovers(&desk.url).await;
    said.kept.extend(full.kept);
    said.kept.extend(registers(&desk.url, titles("after", 40)).await.kept);
    assert!(said.kept.len() >= 45, "{said:?}");
    assert_eq!(attach(&upload).await, 201);
    keeps(desk, folder.path(), "", &said).await.kill();
}

#[actix_web::test]
async fn a_file_that_does_not_fit_is_a_503_and_nothing_of_it_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = bounded(folder.path()).await;
    registers(&desk.url, titles("one", 1)).await;
    let number = super::process::tickets(&desk).await.pop().expect("a ticket").1;
    let attachments = folder.path().join("data/attachments");
    let files = || walk(&attachments);
    bound(&desk, "8000000");
    for bytes in [9_000_000, 20_000_000] {
        let path = format!("{}/v1/tickets/{number}/attachments?name=foto.png", desk.url);
        let sent = reqwest::Client::new().post(path).bearer_auth(crate::support::ADMIN).header("content-type", "application/octet-stream");
        let answer = sent.body(vec![7; bytes]).send().await.expect("an answer");
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key("retry-after"));
        assert_eq!(files(), Vec::<PathBuf>::new());
    }
    assert!(is_ready(&desk.url).await, "tickets are taken all the same");
    desk.kill();
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] }).collect()
}

#[actix_web::test]
async fn a_database_another_program_holds_is_a_503_and_the_desk_goes_on_after() {
    let desk = Desk::open(On::Sqlite).await;
    let other = sea_orm::Database::connect(desk.app.settings.database.url.to_string()).await.expect("another program");
    let other = sea_orm::TransactionTrait::begin(&other).await.expect("a transaction");
    other.execute_unprepared("DELETE FROM write_trial").await.expect("a lock");
    let refused = desk.post("/v1/tickets", &incident("p3")).await;
    assert_eq!((refused.status, &refused.body["code"]), (503, &json!("unavailable")), "{}", refused.body);
    other.rollback().await.expect("an end");
    recovers(desk.url()).await;
    desk.registers(&incident("p3")).await;
}

/// Whoever closes a file drops every lock its process has on it. Without the desk's locks, SQLite in another program takes itself for the last
/// user of the database, and deletes the log that the desk writes to.
#[actix_web::test]
async fn another_program_may_look_into_the_database_of_a_running_desk() {
    let desk = Desk::open(On::Sqlite).await;
    let number = desk.registers(&incident("p3")).await;
    let look = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); print(db.execute('SELECT count(*) FROM ticket').fetchone()[0]); db.close()";
    for count in 1..=3 {
        let seen = std::process::Command::new("python3").args(["-c", look]).arg(database(&desk)).output().expect("python3");
        assert_eq!(String::from_utf8_lossy(&seen.stdout).trim(), count.to_string(), "{}", String::from_utf8_lossy(&seen.stderr));
        desk.registers(&incident("p3")).await;
    }
    assert_eq!((desk.get("/readyz").await.status, desk.get(&format!("/v1/tickets/{number}")).await.status), (200, 200));
}

#[actix_web::test]
async fn a_database_file_that_was_moved_or_replaced_takes_no_tickets_until_it_is_back() {
    let desk = Desk::open(On::Sqlite).await;
    let number = desk.registers(&incident("p3")).await;
    let (file, aside) = (database(&desk), database(&desk).with_extension("aside"));
    let log = PathBuf::from(format!("{}-wal", file.display()));
    for (file, is_replaced) in [(&file, false), (&file, true), (&log, false), (&log, true)] {
        std::fs::rename(file, &aside).expect("moved");
        if is_replaced {
            std::fs::copy(&aside, file).expect("replaced");
        }
        let refused = desk.post("/v1/tickets", &incident("p3")).await;
        assert_eq!((refused.status, &refused.body["code"]), (503, &json!("unavailable")), "{file:?}: {}", refused.body);
        assert_eq!((desk.get("/readyz").await.status, desk.get("/livez").await.status), (503, 200), "{file:?}");
        assert_eq!(file.exists(), is_replaced, "no new one is made: {file:?}");
        std::fs::rename(&aside, file).expect("put back");
        recovers(desk.url()).await;
        desk.registers(&incident("p3")).await;
    }
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.status, 200);
}

#[actix_web::test]
async fn a_backup_copied_over_the_database_of_a_running_desk_is_noticed() {
    let desk = Desk::open(On::Sqlite).await;
    let (file, backup, newest) = (database(&desk), database(&desk).with_extension("backup"), database(&desk).with_extension("newest"));
    pragma(&desk, "wal_checkpoint(TRUNCATE)").await;
    std::fs::copy(&file, &backup).expect("a backup");
    for _ in 0..40 {
        desk.registers(&incident("p3")).await;
    }
    pragma(&desk, "wal_checkpoint(TRUNCATE)").await;
    desk.registers(&incident("p3")).await;
    std::fs::copy(&file, &newest).expect("a copy");
    std::fs::copy(&backup, &file).expect("overwritten");
    let refused = desk.post("/v1/tickets", &incident("p3")).await;
    assert_eq!((refused.status, desk.get("/readyz").await.status), (503, 503), "{}", refused.body);
    std::fs::copy(&newest, &file).expect("put back");
    recovers(desk.url()).await;
    desk.registers(&incident("p3")).await;
}

async fn whoever_goes_away_in_the_middle_leaves_nothing_open(desk: &Desk) {
    for pause in 0..60 {
        let sent = desk.request("POST", "/v1/tickets").bearer_auth(crate::support::ADMIN).json(&incident("p3"));
        drop(sent.timeout(Duration::from_micros(300 * pause)).send().await);
    }
    let mut kept = Vec::new();
    for _ in 0..10 {
        kept.push(desk.registers(&incident("p3")).await);
    }
    let second = desk.another_process().await;
    for number in kept {
        let number = uurwerk::domain::ticket::parse_reference(&number).expect("a number");
        let there = uurwerk::store::tickets::find(&second.all(), uurwerk::domain::ticket::TicketRef::Number(number.0, number.1)).await;
        assert!(there.expect("an answer").is_some(), "{number:?} was committed");
    }
}
