//! A desk in a process of its own whose disk somebody spoils, with what it said meanwhile.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::journeys::kills::Process;
use crate::support::{ADMIN, client, incident};

/// What a desk said to those who registered tickets.
#[derive(Debug, Default)]
pub struct Said {
    /// The titles of what it acknowledged.
    pub kept: BTreeSet<String>,
    /// How often it said that it cannot now.
    pub refused: usize,
    /// How often nobody knows what it said.
    pub silent: usize,
}

/// Registers tickets, four at a time, each under a title of its own. Whatever is wrong, the desk says `201` or `503` with when to
/// come back.
pub async fn registers(url: &str, titles: impl Iterator<Item = String>) -> Said {
    let (titles, said) = (Mutex::new(titles), Mutex::new(Said::default()));
    let client = client();
    let one = async || {
        loop {
            let Some(title) = titles.lock().expect("titles").next() else { return };
            let mut body = incident("p3");
            body["title"] = json!(title);
            let sent = client.post(format!("{url}/v1/tickets")).bearer_auth(ADMIN).json(&body).send().await;
            let Ok(answer) = sent else {
                said.lock().expect("words").silent += 1;
                continue;
            };
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let text = answer.text().await.unwrap_or_default();
            let mut said = said.lock().expect("words");
            if status == 201 {
                said.kept.insert(title);
                continue;
            }
            assert_eq!((status, headers["content-type"].to_str().ok()), (503, Some("application/problem+json")), "{text}");
            assert!(headers.contains_key("retry-after"), "{headers:?}");
            said.refused += 1;
        }
    };
    join_all([one(), one(), one(), one()]).await;
    said.into_inner().expect("words")
}

/// Titles that no other ticket has.
pub fn titles(of: &str, count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |at| format!("{of} {at}"))
}

/// Whether the desk says that it is ready.
pub async fn is_ready(url: &str) -> bool {
    reqwest::get(format!("{url}/readyz")).await.is_ok_and(|answer| answer.status() == 200)
}

/// Waits until the desk says that it is ready, which it does by itself.
pub async fn recovers(url: &str) {
    for _ in 0..600 {
        if is_ready(url).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the desk did not recover")
}

/// Every ticket: its title and number.
pub async fn tickets(desk: &Process) -> Vec<(String, String)> {
    let (mut tickets, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("/v1/tickets?pageSize=100{cursor}")).await;
        let text = |ticket: &Value, key: &str| ticket[key].as_str().expect("text").to_owned();
        tickets.extend(page["items"].as_array().expect("tickets").iter().map(|ticket| (text(ticket, "title"), text(ticket, "number"))));
        let Some(next) = page["nextCursor"].as_str() else { return tickets };
        cursor = format!("&cursor={next}");
    }
}

/// What was acknowledged is there, after a restart too, and no number was given twice.
pub async fn keeps(desk: Process, folder: &Path, database: &str, said: &Said) -> Process {
    desk.kill();
    let desk = Process::start(folder, database).await;
    let tickets = tickets(&desk).await;
    let there: BTreeSet<_> = tickets.iter().map(|ticket| ticket.0.clone()).collect();
    let lost: Vec<_> = said.kept.difference(&there).collect();
    println!("acknowledged {}, refused {}, unanswered {}, lost {}", said.kept.len(), said.refused, said.silent, lost.len());
    assert!(lost.is_empty(), "acknowledged and gone: {lost:?}");
    let numbers: BTreeSet<_> = tickets.iter().map(|ticket| &ticket.1).collect();
    assert_eq!(numbers.len(), tickets.len(), "a number was given twice");
    desk
}

/// Runs a program that is there; whether it did well.
pub fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
