//! What comes of a server that hangs, breaks off, or numbers its messages anew: never a mail lost, and never one taken in twice.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::liar::{Liar, Says, State};
use super::{Fetching, of_anna, outcomes, titles, until};
use crate::on_both_databases;
use crate::support::{Desk, On};
use uurwerk::settings::Imap;

on_both_databases!(killed_between_committing_a_mail_and_moving_it_the_desk_knows_it_at_the_next_start);

fn mails(subjects: &[&str]) -> Vec<String> {
    subjects.iter().map(|subject| of_anna(subject)).collect()
}

/// How often a command was given.
fn count(state: &State, command: &str) -> usize {
    state.commands.iter().filter(|one| one.starts_with(command)).count()
}

/// MAIL-04.
async fn killed_between_committing_a_mail_and_moving_it_the_desk_knows_it_at_the_next_start(desk: &Desk) {
    let times = AtomicUsize::new(0);
    let server = Liar::start(&mails(&["Storing"]), move |command, _| {
        let is_first = command.starts_with("UID MOVE") && times.fetch_add(1, Ordering::Relaxed) == 0;
        if is_first { Says::Half } else { Says::Truth }
    });
    let fetching = Fetching::start(desk, &[("servicedesk", server.imap())]).await;
    until("it is about to be moved", async || count(&server.state(), "UID MOVE") == 1).await;
    assert_eq!(titles(desk).await, ["Storing"], "it is committed by then");
    fetching.dies().await;
    assert_eq!(server.state().messages.len(), 1);
    let _again = Fetching::start(desk, &[("servicedesk", server.imap())]).await;
    until("it is moved", async || server.state().messages.is_empty()).await;
    assert_eq!(titles(desk).await, ["Storing"]);
    assert_eq!(outcomes(desk).await, ["duplicate", "ticket"]);
}

/// A mail that is committed and was not moved is moved later, without being fetched again.
#[actix_web::test]
async fn a_server_that_breaks_off_when_it_is_to_move_a_mail_is_asked_for_that_alone() {
    let desk = Desk::open(On::Sqlite).await;
    let times = AtomicUsize::new(0);
    let server = Liar::start(&mails(&["Storing"]), move |command, _| {
        let is_early = command.starts_with("UID MOVE") && times.fetch_add(1, Ordering::Relaxed) < 2;
        if is_early { Says::Nothing } else { Says::Truth }
    });
    let fetching = Fetching::start(&desk, &[("servicedesk", server.imap())]).await;
    until("it is moved", async || server.state().messages.is_empty()).await;
    until("that is told", async || fetching.unreached().await == 0).await;
    assert_eq!((titles(&desk).await, outcomes(&desk).await), (vec!["Storing".to_owned()], vec!["ticket".to_owned()]));
    assert_eq!(count(&server.state(), "UID FETCH 1 (UID INTERNALDATE BODY.PEEK[])"), 1);
}

#[actix_web::test]
async fn a_server_that_hangs_in_the_middle_of_a_mail_is_given_up_and_its_other_mails_come_first() {
    let desk = Desk::open(On::Sqlite).await;
    let times = AtomicUsize::new(0);
    let server = Liar::start(&mails(&["Een", "Twee"]), move |command, _| {
        let is_early = command == "UID FETCH 1 (UID INTERNALDATE BODY.PEEK[])" && times.fetch_add(1, Ordering::Relaxed) < 2;
        if is_early { Says::Half } else { Says::Truth }
    });
    // Long enough that what does not hang is in time on a busy machine.
    let imap = Imap { timeout_seconds: 5, poll_seconds: 1, ..server.imap() };
    let fetching = Fetching::start(&desk, &[("servicedesk", imap)]).await;
    until("that it hangs is told", async || fetching.unreached().await == 1).await;
    until("both are tickets", async || titles(&desk).await == ["Een", "Twee"] && server.state().messages.is_empty()).await;
    let commands = server.state().commands.clone();
    let moved: Vec<_> = commands.iter().filter(|command| command.starts_with("UID MOVE")).collect();
    assert_eq!(moved, ["UID MOVE 2 \"Verwerkt\"", "UID MOVE 1 \"Verwerkt\""]);
    until("that it works is told", async || fetching.unreached().await == 0).await;
    assert!(commands.iter().any(|command| command.starts_with("LOGIN ")), "it knows no PLAIN");
}

/// Number 1 is another mail by the time the first is to be moved: moving it would hide it unread.
#[actix_web::test]
async fn where_messages_are_numbered_anew_no_number_of_before_is_used() {
    let desk = Desk::open(On::Sqlite).await;
    let server = Liar::start(&mails(&["Eerste"]), move |command, state| {
        if command == "UID FETCH 1 (UID INTERNALDATE BODY.PEEK[])" && state.numbering == 7 {
            // It tells so in the same breath. When the folder is opened again, what was 1 is 2, behind a mail that nobody read.
            state.numbering = 8;
            state.messages = vec![(1, of_anna("Eerste")), (2, of_anna("Tweede"))];
            return Says::First("* OK [UIDVALIDITY 8] anew\r\n");
        }
        if command.starts_with("SELECT") && state.numbering == 8 && state.messages.len() == 2 {
            state.messages.swap(0, 1);
            (state.messages[0].0, state.messages[1].0) = (1, 2);
        }
        Says::Truth
    });
    let fetching = Fetching::start(&desk, &[("servicedesk", server.imap())]).await;
    until("both are tickets", async || titles(&desk).await == ["Eerste", "Tweede"] && server.state().messages.is_empty()).await;
    until("that it works is told", async || fetching.unreached().await == 0).await;
    let commands = server.state().commands.clone();
    let opened: Vec<_> = commands.iter().enumerate().filter(|(_, one)| one.starts_with("SELECT")).map(|(at, _)| at).collect();
    let moved = commands.iter().position(|one| one.starts_with("UID MOVE")).expect("a move");
    assert!(moved > opened[1], "nothing is moved by the numbers of before: {commands:?}");
    let fetched = commands[..moved].iter().filter(|one| one.as_str() == "UID FETCH 1 (UID INTERNALDATE BODY.PEEK[])").count();
    assert_eq!(fetched, 2, "what is number 1 now was read before it was moved");
}
