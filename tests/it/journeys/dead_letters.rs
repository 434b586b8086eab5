//! An event that a handler cannot take (design § 5): it is tried again, only its ticket's later events wait, and in the
//! end it is a dead letter that an operator can see and have tried anew.

use serde_json::json;
use uurwerk::jobs;
use uurwerk::usecases::dead_letters;

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    an_event_that_cannot_be_taken_stops_nobody_else_and_ends_as_a_dead_letter,
    a_row_that_cannot_be_read_stops_nobody_else_and_another_process_takes_it_later,
);

/// What the requester was told of a ticket, by what each mail says first.
fn told(desk: &Desk, number: &str) -> Vec<&'static str> {
    let mails = desk.mails().into_iter().filter(|mail| mail.contains("To: anna@ipo.example") && mail.contains(&format!("[{number}]")));
    let mut told: Vec<_> = mails
        .map(|mail| match mail {
            mail if mail.contains("Kijk even mee") => "reply",
            mail if mail.contains("Auto-Submitted: auto-replied") => "confirmation",
            _ => "status",
        })
        .collect();
    told.sort_unstable();
    told
}

async fn an_event_that_cannot_be_taken_stops_nobody_else_and_ends_as_a_dead_letter(desk: &Desk) {
    let (spoilt, good) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    for number in [&spoilt, &good] {
        assert_eq!(desk.moves(number, "in_progress").await.status, 201);
        let reply = json!({ "visibility": "public", "body": "Kijk even mee." });
        let written = desk.post(&format!("/v1/tickets/{number}/messages"), &reply).await;
        assert_eq!(written.status, 201, "{}", written.body);
    }
    desk.says(&spoilt, "ticket.moved", &json!({})).await;
    desk.passes("PT1M").await;
    assert_eq!(told(desk, &good), ["confirmation", "reply", "status"], "another ticket goes on");
    assert_eq!(told(desk, &spoilt), ["confirmation"], "what came later waits behind it");
    assert!(dead_letters::list(&desk.app).await.expect("letters").is_empty(), "it is being tried");

    // A day later it has been given up, and what waited behind it went on.
    desk.passes("P1D").await;
    assert_eq!(told(desk, &spoilt), ["confirmation", "reply"]);
    // Once by each handler that takes such events.
    let takers = dead_letters::list(&desk.app).await.expect("letters").len();
    assert_eq!(desk.get("/readyz").await.body, json!({ "status": "ok", "deadLetters": takers, "undeliveredMails": 0, "waitingMails": 0 }));
    let letters = dead_letters::list(&desk.app).await.expect("letters");
    let handlers: std::collections::BTreeSet<_> = letters.iter().map(|letter| &letter.set_aside.handler).collect();
    assert_eq!(handlers.len(), takers, "{letters:?}");
    let letter = letters.iter().find(|letter| letter.set_aside.handler == "mail-to-requester").expect("a letter");
    assert_eq!((letter.subject.clone(), letter.kind.as_str(), letter.set_aside.attempts), (spoilt.clone(), "ticket.moved", 7));
    assert!(letter.set_aside.last_error.as_deref().is_some_and(|error| error.contains("from")), "{letter:?}");

    // Tried anew without being mended, it is one again; mended, it is told at last, once.
    dead_letters::retry(&desk.app, letter.set_aside.id).await.expect("a retry");
    desk.passes("P1D").await;
    assert_eq!(desk.get("/readyz").await.body["deadLetters"], takers);
    desk.says(&spoilt, "ticket.moved", &json!({ "from": "registered", "to": "in_progress", "state": "active", "cause": null })).await;
    for letter in &letters {
        dead_letters::retry(&desk.app, letter.set_aside.id).await.expect("a retry");
    }
    desk.passes("PT1M").await;
    assert_eq!(told(desk, &spoilt), ["confirmation", "reply", "status"]);
    assert_eq!((desk.get("/readyz").await.body["deadLetters"].clone(), desk.rows("set_aside").await), (json!(0), 0));
    assert!(dead_letters::retry(&desk.app, letter.set_aside.id).await.is_err(), "there is nothing left to try");
}

async fn a_row_that_cannot_be_read_stops_nobody_else_and_another_process_takes_it_later(desk: &Desk) {
    let (spoilt, good) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    desk.rewrites(&spoilt, "ticket.registered", "kind", "ticket.of_a_later_program").await;
    jobs::work_off(&desk.app).await.expect("work");
    assert_eq!((told(desk, &spoilt).len(), told(desk, &good).len()), (0, 1));
    // The process that set it aside is gone; what it set aside is not.
    desk.rewrites(&spoilt, "ticket.of_a_later_program", "kind", "ticket.registered").await;
    let second = desk.another_process().await;
    second.time.advance(second.time.now().plus(60).expect("an instant"));
    jobs::work_off(&second).await.expect("work");
    assert_eq!((told(desk, &spoilt).len(), told(desk, &good).len(), desk.rows("set_aside").await), (1, 1, 0));
}
