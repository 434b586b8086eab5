//! A database keeps one kind of time for good.

use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::{Place, SANDBOX, by_command};
use crate::support::{ADMIN, incident};

by_command!(
    a_sandbox_served_in_real_time_is_refused_before_anything_fires,
    real_time_served_as_a_sandbox_is_refused,
    a_sandbox_is_served_by_one_process_and_by_the_next_one_when_that_was_killed,
    a_process_that_is_stopping_keeps_its_sandbox_until_its_work_is_done,
    every_other_command_takes_the_time_that_the_database_keeps,
);

async fn a_sandbox_served_in_real_time_is_refused_before_anything_fires(place: &Place) {
    let desk = place.prepared().serves(&SANDBOX).await;
    desk.post("/v1/tickets", &incident("p2")).await;
    assert_eq!(desk.stops().code, Some(0));
    let mails = || std::fs::read_dir(place.mails()).map(Iterator::count).unwrap_or_default();
    let before = mails();
    for command in ["serve", "work"] {
        let ran = place.run(&[command], &[]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{command}: {ran:?}");
        assert!(ran.err.contains("keeps sandbox time") && ran.err.contains("UURWERK_TIME=sandbox"), "{command}: {ran:?}");
    }
    assert_eq!(mails(), before);
    let desk = place.serves(&SANDBOX).await;
    assert_eq!(desk.get("/v1/sandbox").await["nowAt"], "2026-03-02T07:00:00Z");
    let events = desk.get("/v1/tickets/INC-1001/events").await;
    let breached = events["items"].as_array().expect("events").iter().filter(|event| event["type"] == "clock.breached").count();
    assert_eq!(breached, 0, "{events}");
}

async fn real_time_served_as_a_sandbox_is_refused(place: &Place) {
    // Tokens say nothing about time, and nor does asking.
    place.prepared().does(&["token", "--name", "x", "--role", "agent_line_1"]);
    place.does(&["token", "--list"]);
    assert_eq!(place.serves(&[]).await.stops().code, Some(0));
    let ran = place.run(&["serve"], &SANDBOX);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("keeps real time"), "{ran:?}");
    let desk = place.serves(&[]).await;
    assert_eq!(desk.get("/v1/sandbox").await["code"], "not_a_sandbox");
}

async fn a_sandbox_is_served_by_one_process_and_by_the_next_one_when_that_was_killed(place: &Place) {
    let first = place.prepared().serves(&SANDBOX).await;
    first.post("/v1/sandbox/advances", &json!({ "by": "P1D" })).await;
    for command in ["serve", "work"] {
        let ran = place.run(&[command], &SANDBOX);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{command}: {ran:?}");
        assert!(ran.err.contains("another process serves this sandbox"), "{command}: {ran:?}");
    }
    first.signal("KILL");
    first.ends();
    let next = place.serves(&SANDBOX).await;
    assert_eq!(next.get("/v1/sandbox").await["nowAt"], "2026-03-03T07:00:00Z");
}

async fn a_process_that_is_stopping_keeps_its_sandbox_until_its_work_is_done(place: &Place) {
    place.prepared();
    // A process that stops gives its work up after eight seconds. On a busy machine a second one may come later than that.
    for _ in 0..10 {
        if is_kept_while_stopping(place).await {
            place.serves(&SANDBOX).await;
            return;
        }
    }
    panic!("its work was done each time before a second one came");
}

/// Has a process stop while it is at work, and another come. False when the work was done by the time that the other was answered: that says
/// nothing.
async fn is_kept_while_stopping(place: &Place) -> bool {
    let first = place.serves(&SANDBOX).await;
    let address = first.request("GET", "").build().expect("a request").url().authority().to_owned();
    // A request whose body does not come keeps the first process at work after it is told to stop.
    let mut unfinished = TcpStream::connect(&address).expect("a connection");
    let head = format!("POST /v1/tickets HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {ADMIN}\r\nExpect: 100-continue\r\n");
    write!(unfinished, "{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n").expect("it is sent");
    let mut answer = BufReader::new(unfinished);
    let mut lines = [String::new(), String::new()];
    for line in &mut lines {
        answer.read_line(line).expect("an answer");
    }
    assert_eq!(lines, ["HTTP/1.1 100 Continue\r\n", "\r\n"], "it waits for the body");
    first.signal("TERM");
    for _ in 0..3000 {
        if first.log().contains("stopping") {
            break;
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    let mut second = place.starts(&SANDBOX);
    let is_served = second.answers().await;
    let unfinished = answer.into_inner();
    unfinished.set_nonblocking(true).expect("a connection");
    // Neither answered nor closed.
    if !unfinished.peek(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
        return false;
    }
    assert!(!is_served, "both would serve the sandbox");
    assert!(second.ends().err.contains("another process serves this sandbox"));
    drop(unfinished);
    assert_eq!(first.ends().code, Some(0));
    true
}

async fn every_other_command_takes_the_time_that_the_database_keeps(place: &Place) {
    let desk = place.prepared().serves(&SANDBOX).await;
    let printed =
        place.mail("servicedesk", "From: Anna <anna@ipo.example>\nSubject: Storing\nMessage-ID: <1@ipo.example>\n\nHet hapert.\n");
    assert!(printed.contains("INC-1001"), "{printed}");
    assert_eq!(desk.get("/v1/tickets/INC-1001").await["openedAt"], "2026-03-02T07:00:00Z");
    desk.post("/v1/tickets", &incident("p2")).await;
    desk.post("/v1/sandbox/advances", &json!({ "by": "P3D" })).await;
    let asked = [
        &["report", "--contract", "dap-example", "--month", "2026-03", "--format", "json"][..],
        &["simulate", "--contract", "", "--against", "", "--from", "2026-03-01", "--to", "2026-03-31", "--format", "json"],
        &["rebuild"],
        &["dead-letters"],
        &["token", "--list"],
    ];
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/config/contracts/dap-example.toml");
    for mut arguments in asked.map(<[_]>::to_vec) {
        if arguments[0] == "simulate" {
            (arguments[2], arguments[4]) = (contract, &place.database);
        }
        let (plain, said) = (place.run(&arguments, &[]), place.run(&arguments, &SANDBOX));
        assert_eq!((plain.code, plain.out.as_str()), (Some(0), said.out.as_str()), "{arguments:?}: {plain:?}");
    }
    let report: serde_json::Value = serde_json::from_str(&place.does(asked[0])).expect("JSON");
    assert_eq!(report["provisional"], true, "it is still March: {report}");
    place.does(&[
        "amend",
        "--contract",
        "dap-example",
        "--calendar",
        "support",
        "--date",
        "2026-03-20",
        "--change",
        "closed",
        "--reason",
        "x",
    ]);
    place.does(&["migrate"]);
    assert_eq!(desk.get("/v1/sandbox").await["nowAt"], "2026-03-05T07:00:00Z");
}
