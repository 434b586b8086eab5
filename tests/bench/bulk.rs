//! What a ticket costs in a batch beside what it costs by itself, both over HTTP from one client, on durable databases, in
//! one run. Nothing fails here: figures belong to a machine. `UURWERK_BENCH_QUICK=1` shortens it.

#[expect(dead_code, reason = "each measurement uses a part")]
mod support;

use std::time::Instant as Stopwatch;

use serde_json::{Value, json};

use support::{ADMIN, Desk, median, quick};

/// Tickets a request, one by one and in batches.
const SIZES: [usize; 4] = [1, 10, 100, 500];

/// Makes so many tickets in requests of that size; microseconds a ticket.
async fn make(desk: &Desk, tickets: usize, size: usize) -> f64 {
    let (path, body) = match size {
        1 => ("/v1/tickets", ticket(0)),
        _ => ("/v1/tickets/_bulk", json!({ "items": (0..size).map(ticket).collect::<Vec<_>>() })),
    };
    let body = body.to_string();
    let watch = Stopwatch::now();
    for _ in 0..tickets / size {
        let request = desk.client.post(format!("{}{path}", desk.url)).bearer_auth(ADMIN).header("content-type", "application/json");
        let answer = request.body(body.clone()).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        let answer = answer.text().await.expect("a body");
        assert!(!answer.contains("\"status\":4"), "{answer}");
    }
    watch.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(tickets).expect("a count"))
}

/// A ticket of one of fifty people.
fn ticket(at: usize) -> Value {
    json!({
        "type": "incident", "contract": "dap-example", "organisation": "ipo", "title": "Mail hapert", "description": "Niemand ontvangt mail.",
        "priority": "p3", "channel": "phone", "requester": { "name": "Anna de Boer", "email": format!("anna{}@ipo.example", at % 50) }
    })
}

async fn compare() {
    let (rounds, tickets) = if quick() { (2, 500) } else { (5, 2_000) };
    println!("{:<24}{:>14}{:>14}{:>14}{:>14}", "microseconds a ticket", "one by one", "tens", "hundreds", "500 at once");
    for on in ["sqlite", "postgresql"] {
        let desk = Desk::open(on == "postgresql", false).await;
        make(&desk, 500, 1).await;
        // Turn by turn, so that none has the quiet of the machine to itself; the median of the rounds.
        let mut figures = SIZES.map(|_| Vec::new());
        for _ in 0..rounds {
            for (size, figures) in SIZES.iter().zip(&mut figures) {
                figures.push(make(&desk, tickets, *size).await);
            }
        }
        let medians = figures.map(median);
        println!("{on:<24}{:>14.0}{:>14.0}{:>14.0}{:>14.0}", medians[0], medians[1], medians[2], medians[3]);
        println!(
            "{:<24}{:>14}{:>13.1}x{:>13.1}x{:>13.1}x",
            "faster",
            "",
            medians[0] / medians[1],
            medians[0] / medians[2],
            medians[0] / medians[3]
        );
        desk.close().await;
    }
}

fn main() {
    actix_web::rt::System::new().block_on(compare());
}
