//! Desks and machines that answer each other: it dies out, or stays within what anybody gets.

use crate::support::{Desk, On};

const CLIENT: &str = "anna@ipo.example";

/// What a desk sent since it had this many mails, to an address; with how many it has now.
fn sent_since(desk: &Desk, before: usize, address: &str) -> (Vec<String>, usize) {
    let mails = desk.mails();
    let count = mails.len();
    let is_theirs = |mail: &String| mail.lines().any(|line| line.starts_with("To: ") && line.to_lowercase().contains(address));
    (mails.into_iter().skip(before).filter(is_theirs).collect(), count)
}

/// As another mail system takes it in: without the loop marks of ours, when that is asked.
fn forwarded(mail: &str, from: &str, id: &str, keeps_marks: bool) -> String {
    let mail = mail.replace("\r\n", "\n");
    let (head, body) = mail.split_once("\n\n").expect("a head");
    let ours = ["From:", "Message-ID:", "Reply-To:", "To:"];
    let marks = ["Auto-Submitted:", "X-Auto-Response-Suppress:", "X-Uurwerk-Loop:", "In-Reply-To:", "References:"];
    let is_kept = |line: &&str| !ours.iter().chain(if keeps_marks { &[][..] } else { &marks }).any(|name| line.starts_with(name));
    let head: Vec<_> = head.lines().filter(is_kept).collect();
    format!("From: {from}\nMessage-ID: <{id}>\n{}\n\n{body}", head.join("\n"))
}

async fn tickets(desk: &Desk) -> usize {
    desk.get("/v1/tickets?pageSize=100").await.body["items"].as_array().expect("tickets").len()
}

/// Each is a client of the other: what one desk confirms reaches the other from the address of the first.
#[actix_web::test]
async fn two_desks_that_report_to_each_other_stop_after_one_confirmation() {
    for keeps_marks in [true, false] {
        let desks = [Desk::open(On::Sqlite).await, Desk::open(On::Sqlite).await];
        // Each knows the other by an address at the client's domain.
        let addresses = ["desk-een@ipo.example", "desk-twee@ipo.example"];
        let first = format!("From: {}\nSubject: Storing bij u\nMessage-ID: <1@ipo.example>\n\nZie ons nummer.\n", addresses[1]);
        desks[0].mail_arrives("servicedesk", &first).await;
        let (mut seen, mut exchanged) = ([0, 0], 0);
        for round in 0..50 {
            let mut moved = 0;
            for (from, to) in [(0, 1), (1, 0)] {
                desks[from].passes("PT1M").await;
                let (mails, count) = sent_since(&desks[from], seen[from], addresses[to]);
                seen[from] = count;
                for (at, mail) in mails.iter().enumerate() {
                    let id = format!("{round}.{at}.{from}@ipo.example");
                    desks[to].mail_arrives("servicedesk", &forwarded(mail, addresses[from], &id, keeps_marks)).await;
                    moved += 1;
                }
            }
            exchanged += moved;
            if moved == 0 {
                break;
            }
        }
        let made = tickets(&desks[0]).await + tickets(&desks[1]).await;
        if keeps_marks {
            assert_eq!((exchanged, made), (1, 1), "a confirmation is not answered");
        } else {
            // Nothing shows what they are: the first confirmation is a report to the other desk, and the confirmation of that answers the first report.
            assert_eq!((exchanged, made), (2, 2));
        }
    }
}

/// It answers whatever it gets, within the conversation and without a mark.
#[actix_web::test]
async fn a_machine_that_answers_every_mail_without_a_mark_hears_nothing_new_once_it_has_a_ticket() {
    let desk = Desk::open(On::Sqlite).await;
    let report = format!("From: {CLIENT}\nSubject: Printer\nMessage-ID: <1@ipo.example>\n\nKapot.\n");
    desk.mail_arrives("servicedesk", &report).await;
    let (mut seen, mut answered) = (0, 0);
    for round in 0..20 {
        desk.passes("PT1M").await;
        let (mails, count) = sent_since(&desk, seen, CLIENT);
        seen = count;
        for (at, mail) in mails.iter().enumerate() {
            let id = mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).expect("an id");
            let answer = format!(
                "From: {CLIENT}\nSubject: Re: uw bericht\nIn-Reply-To: {id}\nMessage-ID: <{round}.{at}@ipo.example>\n\nIk ben er tot maandag niet.\n"
            );
            desk.mail_arrives("servicedesk", &answer).await;
            answered += 1;
        }
    }
    assert_eq!((answered, tickets(&desk).await), (1, 1), "its answer is a message on the ticket, and nobody confirms that");
}
