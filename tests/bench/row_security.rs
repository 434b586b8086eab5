//! What a request costs with row-level security on, beside off: two desks on one PostgreSQL database, one by a role that the policies hold
//! and one by a superuser, whom they do not; in one run, turn by turn. `UURWERK_BENCH_QUICK=1` shortens it.

#[expect(dead_code, reason = "each measurement uses a part")]
mod support;

use std::time::Instant as Stopwatch;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::tokens::{self, NewToken};

use support::{ADMIN, Desk, median, quick};

fn ticket(at: usize) -> Value {
    json!({
        "type": "incident", "contract": "dap-example", "organisation": "ipo", "title": "Mail hapert", "description": "Niemand ontvangt mail.",
        "priority": "p3", "channel": "phone", "requester": { "name": "Anna de Boer", "email": format!("anna{}@ipo.example", at % 50) }
    })
}

/// Fills the desk; the number of its last ticket.
async fn fill(desk: &Desk, tickets: usize) -> String {
    let mut last = String::new();
    for start in (0..tickets).step_by(500) {
        let body = json!({ "items": (start..start + 500).map(ticket).collect::<Vec<_>>() });
        let made =
            desk.client.post(format!("{}/v1/tickets/_bulk", desk.url)).bearer_auth(ADMIN).json(&body).send().await.expect("an answer");
        let made: Value = made.json().await.expect("JSON");
        made["items"][499]["ticket"]["number"].as_str().unwrap_or_default().clone_into(&mut last);
    }
    last
}

async fn token(desk: &Desk, role: Role) -> String {
    let person = (role == Role::Requester).then(|| "anna49@ipo.example".to_owned());
    let of_client = role.side() == uurwerk::domain::contract::Side::Client;
    let organisation = of_client.then(|| "ipo".to_owned());
    tokens::create(&desk.app, &NewToken { name: role.to_string(), organisation, roles: vec![role], person, ..NewToken::default() })
        .await
        .expect("a token")
}

/// Microseconds of one request.
async fn costs(desk: &Desk, token: &str, method: &str, path: &str) -> f64 {
    let url = format!("{}{path}", desk.url);
    let request = if method == "GET" { desk.client.get(url) } else { desk.client.post(url).json(&ticket(1)) };
    let watch = Stopwatch::now();
    let answer = request.bearer_auth(token).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{method} {path}: {}", answer.status());
    answer.bytes().await.expect("a body");
    watch.elapsed().as_secs_f64() * 1e6
}

async fn compare() {
    let (tickets, rounds) = if quick() { (2_000, 200) } else { (20_000, 1_000) };
    let off = Desk::open(true, false).await;
    let on = off.by_another_role().await;
    let number = fill(&off, tickets).await;
    off.execute("ANALYZE").await;
    let one = format!("/v1/tickets/{number}");
    println!("{:<44}{:>8}{:>8}{:>10}", format!("microseconds a request, {tickets} tickets"), "off", "on", "more");
    for (who, role) in [("the desk", Role::AgentLine1), ("a client", Role::AuthorisedRequester), ("a requester", Role::Requester)] {
        let token = token(&off, role).await;
        let messages = format!("{one}/messages");
        let mut asked =
            vec![("a ticket", "GET", &*one), ("its messages", "GET", &messages), ("a page of 50", "GET", "/v1/tickets?pageSize=50")];
        asked.push(("a search", "GET", "/v1/tickets?text=hapert&pageSize=50"));
        if role == Role::AgentLine1 {
            asked.push(("a new ticket", "POST", "/v1/tickets"));
        }
        for (what, method, path) in asked {
            let mut figures = [Vec::new(), Vec::new()];
            for _ in 0..rounds {
                for (desk, figures) in [&off, &on].into_iter().zip(&mut figures) {
                    figures.push(costs(desk, &token, method, path).await);
                }
            }
            let [off, on] = figures.map(median);
            println!("{:<44}{off:>8.0}{on:>8.0}{:>9.0}%", format!("{who}: {what}"), (on / off - 1.0) * 100.0);
        }
    }
}

fn main() {
    actix_web::rt::System::new().block_on(compare());
}
