//! The program killed at any moment, again and again: what it finishes in the end, it finished once.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{ADMIN, incident, postgres};

/// A desk in a process of its own.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    /// Starts one on a database of its own, or on an empty one.
    pub async fn start_new(folder: &Path, database: &str) -> Self {
        if !database.is_empty() {
            assert!(command(folder, database).arg("migrate").status().expect("it migrates").success());
        }
        Self::start(folder, database).await
    }

    /// Starts one on a database that it knows, its own when none is named.
    pub async fn start(folder: &Path, database: &str) -> Self {
        Self::start_by(&[], folder, database, Stdio::null()).await
    }

    /// The same by another program, with where its log goes.
    pub async fn start_by(by: &[&str], folder: &Path, database: &str, log: Stdio) -> Self {
        Self::start_as(command_by(by, folder, database), log).await
    }

    /// The same with more settings.
    pub async fn start_with(settings: &[(&str, &str)], folder: &Path, database: &str) -> Self {
        let mut command = command(folder, database);
        command.envs(settings.iter().copied());
        Self::start_as(command, Stdio::null()).await
    }

    async fn start_as(mut command: Command, log: Stdio) -> Self {
        let port = crate::support::ports::free();
        let child = command
            .arg("serve")
            .env("UURWERK_HTTP_LISTEN", format!("127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the desk starts");
        let mut process = Self { child, url: format!("http://127.0.0.1:{port}") };
        let client = reqwest::Client::new();
        // A minute, for a busy machine. One that ended is told at once.
        for _ in 0..3000 {
            if client.get(format!("{}/livez", process.url)).send().await.is_ok() {
                return process;
            }
            let ended = process.child.try_wait().expect("its state");
            assert!(ended.is_none(), "the desk ended before it answered: {ended:?}");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the desk did not answer")
    }

    /// Sends as the desk; nothing when the process dies meanwhile.
    pub async fn post(&self, path: &str, body: &Value) -> Option<Value> {
        let sent = reqwest::Client::new().post(format!("{}{path}", self.url)).bearer_auth(ADMIN).json(body).send().await;
        sent.ok()?.json().await.ok()
    }

    pub async fn get(&self, path: &str) -> Value {
        let sent = reqwest::Client::new().get(format!("{}{path}", self.url)).bearer_auth(ADMIN).send().await;
        sent.expect("an answer").json().await.expect("JSON")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it died");
    }
}

/// One whose test failed would go on, and keep its port and its database.
impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program, on a database.
pub fn command(folder: &Path, database: &str) -> Command {
    command_by(&[], folder, database)
}

fn command_by(by: &[&str], folder: &Path, database: &str) -> Command {
    let own = format!("sqlite://{}", folder.join("desk.db").display());
    let database = if database.is_empty() { &own } else { database };
    let words = by.iter().copied().chain([env!("CARGO_BIN_EXE_uurwerk")]).collect::<Vec<_>>();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
        .current_dir(folder)
        .env("UURWERK_TIME", "sandbox")
        .env("UURWERK_SANDBOX_START", "2026-03-02T08:00:00+01:00")
        .env("UURWERK_DATABASE_URL", database)
        .env("UURWERK_DATABASE_OWNER_URL", postgres::owner_of(database))
        .env("UURWERK_ADMIN_TOKEN", ADMIN)
        .env("UURWERK_CONTRACTS_DIR", Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts"))
        .env("UURWERK_ATTACHMENTS_MAX_BYTES", "500000000")
        .env("UURWERK_MAIL_FOLDER", folder.join("mail"));
    command
}

/// Kills the desk `kills` times while a week of timers, steps and mails goes by.
async fn survives(database: &str, kills: u64) {
    const TICKETS: usize = 12;
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Process::start_new(folder.path(), database).await;
    for _ in 0..TICKETS {
        desk.post("/v1/tickets", &incident("p2")).await.expect("a ticket");
    }
    let week = json!({ "to": "2026-03-09T08:00:00+01:00" });
    for kill in 0..kills {
        let moment = Duration::from_millis(kill * 37 % 211 + 5);
        drop(actix_web::rt::time::timeout(moment, desk.post("/v1/sandbox/advances", &week)).await);
        desk.kill();
        desk = Process::start(folder.path(), database).await;
    }
    desk.post("/v1/sandbox/advances", &week).await.expect("the week ends");
    let tickets = desk.get("/v1/tickets?pageSize=100").await;
    let tickets = tickets["items"].as_array().expect("tickets");
    assert_eq!(tickets.len(), TICKETS);
    for ticket in tickets {
        let number = ticket["number"].as_str().expect("a number");
        let events = desk.get(&format!("/v1/tickets/{number}/events?pageSize=100")).await;
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for event in events["items"].as_array().expect("events") {
            *seen.entry(format!("{} {} {}", event["type"], event["occurredAt"], event["data"])).or_default() += 1;
        }
        assert!(seen.values().all(|times| *times == 1), "{number}: {seen:?}");
        let climbs = seen.keys().filter(|event| event.contains("escalation.climbed")).count();
        let breaches = seen.keys().filter(|event| event.contains("clock.breached")).count();
        assert_eq!((climbs, breaches), (2, 2), "{number}: {seen:?}");
    }
    // Beyond the database a mail may be written twice, under one Message-ID; none is missing and none is another.
    let mut mails: BTreeMap<String, u32> = BTreeMap::new();
    for file in std::fs::read_dir(folder.path().join("mail")).expect("mails").filter_map(Result::ok) {
        let text = std::fs::read_to_string(file.path()).unwrap_or_default();
        let of_a_ticket = text.lines().any(|line| line.starts_with("Subject: [INC-"));
        if let Some(id) = text.lines().find(|line| of_a_ticket && line.starts_with("Message-ID: ")) {
            *mails.entry(id.to_owned()).or_default() += 1;
        }
    }
    // A confirmation each; level 2 is told at four addresses, level 3 at these and its own.
    assert_eq!(mails.len() % TICKETS, 0, "every ticket told the same: {}", mails.len());
    assert!(mails.len() >= TICKETS * 5, "{}", mails.len());
    desk.kill();
}

#[actix_web::test]
async fn a_desk_killed_eight_times_on_sqlite_did_everything_once() {
    survives("", 8).await;
}

#[actix_web::test]
async fn a_desk_killed_eight_times_on_postgresql_did_everything_once() {
    survives(&postgres::new_database(), 8).await;
}

#[actix_web::test]
#[ignore = "minutes: part of make proof"]
async fn a_desk_killed_two_hundred_times_did_everything_once() {
    survives("", 200).await;
    survives(&postgres::new_database(), 200).await;
}
