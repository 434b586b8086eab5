//! A client finds a ticket by what it sees of it, and learns of nothing else by searching.

use serde_json::json;
use uurwerk::domain::permission::Role;

use super::{found, found_by, says, with};
use crate::on_both_databases;
use crate::restricted::person;
use crate::support::{Desk, incident};

on_both_databases!(a_client_learns_nothing_by_searching, inc_11_a_ticket_that_few_may_see_is_found_by_those_alone,);

async fn a_client_learns_nothing_by_searching(desk: &Desk) {
    let number = desk.registers(&with(&json!({ "requester": { "name": "Anna Zwaluw", "email": "anna@ipo.example" } }))).await;
    let colleagues = desk.registers(&with(&json!({ "requester": { "name": "Bo Vink", "email": "bo@ipo.example" } }))).await;
    says(desk, &number, "public", "Transceiver vervangen.").await;
    says(desk, &number, "internal", "Klant is querulant.").await;
    let noted = json!({ "visibility": "internal", "body": "Telefonisch.", "channel": "phone", "occurredAt": "2026-03-02T08:00:00+01:00",
        "occurredAtReason": "Vergeetachtig." });
    let noted = desk.post(&format!("/v1/tickets/{number}/messages"), &noted).await;
    assert_eq!(noted.status, 201, "{}", noted.body);
    let work = json!({ "minutes": 15, "text": "Logboeken bekeken." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/work-logs"), &work).await.status, 201);
    let (client, other) = (desk.token_of("ipo").await, desk.token_of("gemeente-voorbeeld").await);
    let (anna, bo) = (person(desk, "anna@ipo.example", Role::Requester).await, person(desk, "bo@ipo.example", Role::Requester).await);
    let both = || vec![number.clone(), colleagues.clone()];
    let none = Vec::<String>::new;
    let one = || vec![number.clone()];
    for (text, of_desk, of_client, of_anna) in [
        ("mail", both(), both(), one()),
        ("zwaluw", one(), one(), one()),
        ("vink", vec![colleagues.clone()], vec![colleagues.clone()], none()),
        ("transceiver", one(), one(), one()),
        ("querulant", one(), none(), none()),
        ("quer", one(), none(), none()),
        ("\"querulant\"", one(), none(), none()),
        ("transceiver querulant", one(), none(), none()),
        ("telefonisch", one(), none(), none()),
        ("vergeetachtig", one(), none(), none()),
        ("logboeken", one(), none(), none()),
        (&format!("{number} klant"), one(), none(), none()),
    ] {
        assert_eq!(found(desk, text).await, of_desk, "{text}");
        assert_eq!(found_by(desk, &client, text).await, of_client, "{text} by the client");
        assert_eq!(found_by(desk, &anna, text).await, of_anna, "{text} by the requester");
        assert_eq!(found_by(desk, &other, text).await, none(), "{text} by another client");
    }
    assert_eq!(found_by(desk, &bo, &number).await, none(), "nor is a colleague's ticket found by its number");
    // What the desk keeps to itself of a ticket leaves the answer as it was, to the last letter.
    let asks = async || desk.ask(Some(&client), "GET", "/v1/tickets?text=mail", None).await;
    let before = asks().await;
    says(desk, &number, "internal", "Mail van de leverancier: mail hapert.").await;
    let after = asks().await;
    assert_eq!((before.body, before.headers.get("etag")), (after.body, after.headers.get("etag")));
}

async fn inc_11_a_ticket_that_few_may_see_is_found_by_those_alone(desk: &Desk) {
    let open = desk.registers(&incident("p3")).await;
    let hidden = desk.registers(&with(&json!({ "flags": ["confidential"], "title": "Ontslag op staande voet" }))).await;
    says(desk, &hidden, "public", "Mail van de ondernemingsraad.").await;
    let (agent, client) = (desk.token(None, &[Role::AgentLine1]).await, desk.token_of("ipo").await);
    for text in ["ontslag", "ondernemingsraad", hidden.as_str(), "mail ontslag"] {
        assert_eq!(found(desk, text).await, [hidden.as_str()], "{text}");
        for token in [&agent, &client] {
            assert_eq!(found_by(desk, token, text).await, Vec::<String>::new(), "{text}");
        }
    }
    for token in [&agent, &client] {
        assert_eq!(found_by(desk, token, "mail").await, [open.as_str()]);
    }
    // With its flag off it is there at once: what few may see was indexed all along.
    let removal = json!({ "flag": "confidential", "reason": "Het is bekend." });
    assert_eq!(desk.post(&format!("/v1/tickets/{hidden}/flag-removals"), &removal).await.status, 201);
    assert_eq!(found_by(desk, &client, "ondernemingsraad").await, [hidden]);
}
