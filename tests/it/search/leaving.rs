//! Nothing is found by what was taken away or replaced, and on SQLite nothing of it is left in the file.

use serde_json::json;

use super::{explained, found, moves, requester, says, with};
use crate::on_both_databases;
use crate::restricted::redact;
use crate::support::Desk;

on_both_databases!(
    what_is_redacted_is_found_no_more,
    whoever_is_erased_is_found_no_more_on_what_they_reported,
    a_changed_name_or_address_is_found_instead_of_the_one_before,
);

async fn what_is_redacted_is_found_no_more(desk: &Desk) {
    let number = desk
        .registers(&with(&json!({ "title": "Over Qtitelwoordqx", "description": "Dit is qomschrijvingqx.", "item": "Een qitemqx",
            "externalReferences": [{ "system": "topdesk", "reference": "Qverwijzingqx" }] })))
        .await;
    let said = says(desk, &number, "public", "Zie qberichtqx, en nog wat.").await;
    let noted = says(desk, &number, "internal", "Zie qnotitieqx.").await;
    says(desk, &number, "public", "Dit blijft qstaan.").await;
    moves(desk, &number, "in_progress", "Vanwege qredenqx.").await;
    let moved = desk.events(&number).await.into_iter().find(|event| event["reason"] == "Vanwege qredenqx.").expect("a move");
    let work = json!({ "minutes": 15, "text": "Met qwerkqx." });
    let worked = desk.post(&format!("/v1/tickets/{number}/work-logs"), &work).await.body["id"].clone();
    let (problem, version) = explained(desk, "Door qoorzaakqx.", "Doe qvoorstelqx.").await;
    for (ticket, what, words) in [
        (&number, json!({ "what": "message", "target": said }), &["qberichtqx"][..]),
        (&number, json!({ "what": "message", "target": noted }), &["qnotitieqx"]),
        (&number, json!({ "what": "reason", "target": moved["id"] }), &["qredenqx"]),
        (&problem, json!({ "what": "part", "target": version }), &["qoorzaakqx", "qvoorstelqx"]),
        (&number, json!({ "what": "work_log", "target": worked }), &["qwerkqx"]),
        (&number, json!({ "what": "references" }), &["qverwijzingqx"]),
        (&number, json!({ "what": "texts" }), &["qtitelwoordqx", "qomschrijvingqx", "qitemqx"]),
    ] {
        for word in words {
            assert_eq!(found(desk, word).await, [ticket.as_str()], "{word}");
            // The index shares the beginning of a word with the one before it.
            assert!(!desk.traces(&word[2..]).await.is_empty(), "{word} is looked for in the right place");
        }
        let mut wanted = what.clone();
        wanted["reason"] = json!("Te veel gezegd.");
        redact(desk, ticket, &wanted).await;
        for word in words {
            assert_eq!(found(desk, word).await, Vec::<String>::new(), "{word}");
            assert_eq!(desk.traces(&word[2..]).await, Vec::<String>::new(), "{word}");
        }
        assert_eq!(found(desk, "verwijderd").await, Vec::<String>::new(), "what stands in its place is no text");
    }
    for text in ["qstaan", number.as_str(), "anna de boer"] {
        assert!(found(desk, text).await.contains(&number), "{text}");
    }
}

async fn whoever_is_erased_is_found_no_more_on_what_they_reported(desk: &Desk) {
    let anna = json!({ "requester": { "name": "Anna Zwaluwtong", "email": "a.kwikstaart@ipo.example" } });
    let (one, two) = (desk.registers(&with(&anna)).await, desk.registers(&with(&anna)).await);
    let other = desk.registers(&with(&json!({ "requester": { "name": "Bo Vink", "email": "bo@ipo.example" } }))).await;
    says(desk, &one, "public", "Beste Annelies.").await;
    for text in ["zwaluwtong", "a.kwikstaart@ipo.example"] {
        assert_eq!(found(desk, text).await, [one.clone(), two.clone()], "{text}");
    }
    let person = requester(desk, &one).await;
    let erased = desk.post("/v1/erasures", &json!({ "person": person, "reason": "Verzoek van de betrokkene." })).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    for text in ["zwaluwtong", "kwikstaart", "verwijderde persoon"] {
        assert_eq!(found(desk, text).await, Vec::<String>::new(), "{text}");
    }
    for text in ["waluwtong", "wikstaart"] {
        assert_eq!(desk.traces(text).await, Vec::<String>::new(), "{text}");
    }
    assert_eq!((found(desk, "annelies").await, found(desk, "vink").await), (vec![one.clone()], vec![other]), "the rest stays");
    // A title that is edited later brings nothing back.
    assert_eq!(desk.patch(&format!("/v1/tickets/{one}"), &json!({ "title": "Printer rookt" })).await.status, 200);
    assert_eq!((found(desk, "printer").await, found(desk, "zwaluwtong").await), (vec![one], vec![]));
}

async fn a_changed_name_or_address_is_found_instead_of_the_one_before(desk: &Desk) {
    let anna = json!({ "requester": { "name": "Anna Zwaluw", "email": "a.zwaluw@ipo.example" } });
    let (one, two) = (desk.registers(&with(&anna)).await, desk.registers(&with(&anna)).await);
    let path = format!("/v1/people/{}", requester(desk, &one).await);
    for (change, before, after) in [
        (json!({ "name": "Anna Müller-Zwaluw" }), None, "muller"),
        (json!({ "email": "a.muller@ipo.example" }), None, "a.muller@ipo.example"),
        (json!({ "name": "Anna Müller" }), Some("zwaluw"), "anna muller"),
        (json!({ "phone": "070 1234567" }), None, "anna muller"),
    ] {
        assert_eq!(desk.patch(&path, &change).await.status, 200, "{change}");
        assert_eq!(found(desk, after).await, [one.clone(), two.clone()], "{after}");
        if let Some(before) = before {
            assert_eq!(found(desk, before).await, Vec::<String>::new(), "{before}");
        }
    }
}
