//! What is said about a ticket of each type, in the order in which it is said: what those who report, decide and do the work do and say,
//! what each of them is mailed, where the clocks stand, and what the report of the month makes of it.

mod change;
mod incident;
mod information;
mod problem;
mod security;
mod service_request;

use chrono::DateTime;
use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::mail::parse::parse;

use crate::support::{Answer, Desk, as_handled_alone};

const AGREEMENT: &str = "dap-example";
/// Who hears of the progress of all that the client reported (TKT-06).
const OPERATIONAL_CONTACT: &str = "functioneel.beheer.ka@ipo.example";

/// Somebody who takes part in a conversation.
struct Person<'d> {
    desk: &'d Desk,
    token: String,
    name: &'static str,
    email: &'static str,
}

/// Anna works at the client, Karin decides for it, Femke looks after its applications; Ali is the desk.
struct Cast<'d> {
    anna: Person<'d>,
    karin: Person<'d>,
    femke: Person<'d>,
    ali: Person<'d>,
}

impl<'d> Cast<'d> {
    /// The desk knows who decides what.
    async fn assembles(desk: &'d Desk) -> Self {
        let anna = Person::of(desk, Some("ipo"), "Anna de Boer", "anna@ipo.example", &[Role::Requester]).await;
        let karin = Person::of(desk, Some("ipo"), "Karin Mulder", "karin@ipo.example", &[Role::AuthorisedRequester, Role::Approver]).await;
        let femke = Person::of(desk, Some("ipo"), "Femke Vos", "femke@ipo.example", &[Role::FunctionalAdministrator]).await;
        let ali = Person::of(desk, None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
        let signer = desk.signer().await;
        for (who, role) in [(&karin, "approver"), (&femke, "functional_administrator")] {
            let right = json!({ "kind": "right", "role": role, "organisation": "ipo", "holder": desk.account_with(who.email).await,
                "fromAt": desk.app.time.now(), "reason": "Zo is afgesproken." });
            let granted = desk.ask(Some(&signer), "POST", "/v1/role-assignments", Some(&right)).await;
            assert_eq!(granted.status, 201, "{}", granted.body);
        }
        Self { anna, karin, femke, ali }
    }
}

impl<'d> Person<'d> {
    async fn of(desk: &'d Desk, organisation: Option<&str>, name: &'static str, email: &'static str, roles: &[Role]) -> Self {
        Self { desk, token: desk.person(organisation, name, email, roles).await, name, email }
    }

    /// Does something to a ticket, whether or not that can be done.
    async fn tries(&self, number: &str, what: &str, body: &Value) -> Answer {
        self.desk.ask(Some(&self.token), "POST", &format!("/v1/tickets/{number}/{what}"), Some(body)).await
    }

    /// Does something to a ticket that can be done.
    async fn does(&self, number: &str, what: &str, body: &Value) -> Value {
        let answer = self.tries(number, what, body).await;
        assert_eq!(answer.status, 201, "{} {what}: {}", self.name, answer.body);
        a_moment(self.desk).await;
        answer.body
    }

    async fn registers(&self, kind: &str, title: &str, channel: &str, more: Value) -> String {
        let mut ticket = json!({ "type": kind, "contract": AGREEMENT, "organisation": "ipo", "title": title, "channel": channel });
        if let (Some(fields), Value::Object(more)) = (ticket.as_object_mut(), more) {
            fields.extend(more);
        }
        let made = self.desk.ask(Some(&self.token), "POST", "/v1/tickets", Some(&ticket)).await;
        assert_eq!(made.status, 201, "{}: {}", self.name, made.body);
        a_moment(self.desk).await;
        made.body["number"].as_str().expect("a number").to_owned()
    }

    /// Reports something on the portal; the number of its ticket.
    async fn reports(&self, kind: &str, title: &str, mut more: Value) -> String {
        more["requester"] = json!({ "name": self.name, "email": self.email });
        self.registers(kind, title, "portal", more).await
    }

    /// Takes down what somebody says on the telephone.
    async fn hears_by_telephone(&self, caller: &Person<'_>, kind: &str, title: &str, mut more: Value) -> String {
        more["requester"] = json!({ "name": caller.name, "email": caller.email });
        self.registers(kind, title, "phone", more).await
    }

    /// Makes a ticket of what nobody of the client reported.
    async fn finds(&self, kind: &str, title: &str, more: Value) -> String {
        self.registers(kind, title, "portal", more).await
    }

    async fn says(&self, number: &str, words: &str) {
        self.does(number, "messages", &json!({ "visibility": "public", "body": words })).await;
    }

    async fn moves(&self, number: &str, to: &str, words: &str) {
        let moved = self.does(number, "transitions", &as_handled_alone(json!({ "to": to, "reason": words }))).await;
        assert_eq!(moved["phase"], to, "{moved}");
    }

    /// Answers a question; in which phase the ticket is by that.
    async fn answers(&self, number: &str, question: &str, verdict: &str, words: &str) -> Value {
        let decision = json!({ "question": question, "verdict": verdict, "reason": words });
        self.does(number, "decisions", &decision).await["phase"].clone()
    }

    /// Takes a solution, or does not.
    async fn judges(&self, number: &str, verdict: &str, words: &str) -> Value {
        self.answers(number, "solution", verdict, words).await
    }

    async fn changes(&self, number: &str, fields: &Value) {
        let changed = self.desk.ask(Some(&self.token), "PATCH", &format!("/v1/tickets/{number}"), Some(fields)).await;
        assert_eq!(changed.status, 200, "{}: {}", self.name, changed.body);
        a_moment(self.desk).await;
    }
}

/// Between two things that are done, so that what is mailed of the first is mailed before what is mailed of the second.
async fn a_moment(desk: &Desk) {
    desk.passes("PT1S").await;
}

/// Time passes until `03-02 09:00`, say, as clocks in the Netherlands read before the end of March.
async fn it_is(desk: &Desk, wall: &str) {
    desk.reaches(&format!("2026-{}:00+01:00", wall.replace(' ', "T"))).await;
}

/// What somebody was mailed about a ticket: the subjects, without its number and its title. A mail that has no more than those is an answer
/// of the desk.
async fn mailed(desk: &Desk, number: &str, address: &str) -> Vec<String> {
    a_moment(desk).await;
    let title = desk.get(&format!("/v1/tickets/{number}")).await.body["title"].as_str().expect("a title").to_owned();
    let about = |mail: String| {
        let mail = parse(mail.as_bytes());
        let subject = mail.subject?.strip_prefix(&format!("[{number}] "))?.to_owned();
        let is_theirs = mail.to.iter().any(|one| one.email == address);
        is_theirs.then(|| if subject == title { "antwoord".to_owned() } else { subject.replace(&format!(": {title}"), "") })
    };
    desk.mails().into_iter().filter_map(about).collect()
}

/// A clock: what it does, how many open hours and minutes it has counted, and when its first goal is due.
async fn clock(desk: &Desk, number: &str, kind: &str) -> String {
    let clock = desk.clock(number, kind).await;
    let (elapsed, due) = (clock["elapsedSeconds"].as_i64().expect("seconds"), clock["goals"][0]["dueAt"].as_str().expect("an instant"));
    let due = DateTime::parse_from_rfc3339(due).expect("an instant").with_timezone(&chrono_tz::Europe::Amsterdam).format("%m-%d %H:%M");
    format!("{} {}:{:02}, due {due}", clock["state"].as_str().expect("a state"), elapsed / 3600, elapsed / 60 % 60)
}

async fn march(desk: &Desk) -> Value {
    desk.reaches("2026-04-01T00:05:00+02:00").await;
    let report = desk.get(&format!("/v1/reports/service-management?contract={AGREEMENT}&month=2026-03")).await;
    assert_eq!(report.status, 200, "{}", report.body);
    report.body
}

/// What the report of March says of a type: how many came and went, and how many were in time for the first goal of each clock.
async fn counted(desk: &Desk, kind: &str) -> String {
    let report = march(desk).await;
    let rows =
        |list: &str| report[list].as_array().expect("rows").iter().filter(|row| row["ticketType"] == kind).cloned().collect::<Vec<_>>();
    let goals = rows("goals").into_iter().filter(|row| row["goal"] == 1 && row["n"] != 0);
    let in_time = goals.map(|row| format!("{} {} of {}", row["clock"].as_str().expect("a clock"), row["met"], row["n"]));
    let counts = &rows("types")[0];
    let counts = format!("{} reported, {} closed", counts["reported"], counts["closed"]);
    [counts].into_iter().chain(in_time).collect::<Vec<_>>().join(", ")
}
