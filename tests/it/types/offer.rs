//! Requests for information, for a proposal and for a quotation: the client asks, the desk offers, the client decides.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{errors, of_type, pair, told, with};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(
    rfi_01_only_the_client_asks_for_information,
    rfi_02_tkt_14_a_proposal_request_follows_from_it_and_both_show_the_link,
    rfp_01_an_offer_has_four_parts_and_a_price_in_euros,
    rfp_02_a_quotation_is_of_one_product_and_has_a_price_alone,
    an_offer_is_taken_by_an_authorised_client_alone_and_while_it_is_valid,
    the_desk_writes_down_whose_decision_it_was_and_what_shows_it,
);

async fn rfi_01_only_the_client_asks_for_information(desk: &Desk) {
    let own: Value =
        of_type("information_request").as_object().expect("fields").clone().into_iter().filter(|(key, _)| key != "requester").collect();
    assert_eq!(told(&desk.post("/v1/tickets", &own).await), (403, json!("client_decides")));
    let client = desk.token_of("ipo").await;
    let asked = with(of_type("information_request"), json!({ "wantedByDate": "2026-04-01" }));
    let made = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&asked)).await;
    assert_eq!((made.status, &made.body["wantedByDate"]), (201, &json!("2026-04-01")), "{}", made.body);
    // By telephone the desk registers it for whoever of the client asks.
    assert_eq!(desk.post("/v1/tickets", &with(of_type("information_request"), json!({ "channel": "phone" }))).await.status, 201);
    let wrong = with(of_type("information_request"), json!({ "wantedByDate": "morgen" }));
    assert_eq!(errors(&desk.post("/v1/tickets", &wrong).await), [pair("/wantedByDate", "bad_date")]);
}

async fn rfi_02_tkt_14_a_proposal_request_follows_from_it_and_both_show_the_link(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let asked = desk.registers(&of_type("information_request")).await;
    let follow_up = with(of_type("proposal_request"), json!({ "links": [{ "kind": "follows_from", "ticket": asked }] }));
    let made = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&follow_up)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let number = made.body["number"].as_str().expect("a number");
    for (of, kind, other) in [(asked.as_str(), "followed_by", number), (number, "follows_from", asked.as_str())] {
        let seen = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{of}/links"), None).await.body["items"].clone();
        assert_eq!((&seen[0]["kind"], &seen[0]["number"]), (&json!(kind), &json!(other)), "{seen}");
    }
    let outage = desk.registers(&crate::support::incident("p3")).await;
    let wrong = with(of_type("proposal_request"), json!({ "links": [{ "kind": "follows_from", "ticket": outage }] }));
    assert_eq!(errors(&desk.post("/v1/tickets", &wrong).await), [pair("/links/0/kind", "link_not_allowed")]);
    let unknown = with(of_type("proposal_request"), json!({ "links": [{ "kind": "follows_from", "ticket": "RFI-999999" }] }));
    assert_eq!(errors(&desk.post("/v1/tickets", &unknown).await), [pair("/links/0/ticket", "unknown_ticket")]);
    // It may close without one.
    let other = desk.registers(&of_type("information_request")).await;
    for phase in ["researching", "answered", "closed"] {
        assert_eq!(desk.moves(&other, phase).await.status, 201);
    }
}

async fn rfp_01_an_offer_has_four_parts_and_a_price_in_euros(desk: &Desk) {
    let number = desk.registers(&of_type("proposal_request")).await;
    desk.moves(&number, "drafting").await;
    assert_eq!(told(&desk.moves(&number, "submitted").await), (409, json!("part_required")));
    let whole = json!({ "approach": "a", "solution": "b", "planning": "c", "price": "1250.00", "validUntilDate": "2026-12-31" });
    let path = format!("/v1/tickets/{number}/proposals");
    for part in ["approach", "solution", "planning", "price"] {
        let left: Value = whole.as_object().expect("fields").clone().into_iter().filter(|(key, _)| key != part).collect();
        assert_eq!(errors(&desk.post(&path, &left).await), [pair(&format!("/{part}"), "required")]);
    }
    for price in ["-1", "1,50", "1.234", "gratis"] {
        let refused = desk.post(&path, &with(whole.clone(), json!({ "price": price }))).await;
        assert_eq!(errors(&refused), [pair("/price", "bad_format")], "{price}: {}", refused.body);
    }
    assert_eq!(desk.post(&path, &whole).await.status, 201);
    assert_eq!(desk.moves(&number, "submitted").await.status, 201);
}

async fn rfp_02_a_quotation_is_of_one_product_and_has_a_price_alone(desk: &Desk) {
    let quotation = with(of_type("proposal_request"), json!({ "kind": "quotation" }));
    assert_eq!(errors(&desk.post("/v1/tickets", &quotation).await), [pair("/item", "required")]);
    let number = desk.registers(&with(quotation, json!({ "item": "Laptop 14 inch" }))).await;
    desk.moves(&number, "drafting").await;
    let whole = json!({ "approach": "a", "solution": "b", "planning": "c", "price": "1", "validUntilDate": "2026-12-31" });
    desk.post(&format!("/v1/tickets/{number}/proposals"), &whole).await;
    assert_eq!(told(&desk.moves(&number, "submitted").await), (409, json!("part_required")), "a quotation, not a proposal");
    let priced = json!({ "price": "899.95", "validUntilDate": "2026-12-31" });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/quotations"), &priced).await.status, 201);
    assert_eq!(desk.moves(&number, "submitted").await.status, 201);
    let unknown = with(of_type("proposal_request"), json!({ "kind": "tender" }));
    assert_eq!(errors(&desk.post("/v1/tickets", &unknown).await), [pair("/kind", "unknown_value")]);
}

/// A submitted offer that is valid until a date.
async fn submitted(desk: &Desk, until: &str) -> String {
    let number = desk.registers(&with(of_type("proposal_request"), json!({ "kind": "quotation", "item": "Laptop" }))).await;
    desk.moves(&number, "drafting").await;
    let priced = json!({ "price": "899.95", "validUntilDate": until });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/quotations"), &priced).await.status, 201);
    assert_eq!(desk.moves(&number, "submitted").await.status, 201);
    number
}

async fn an_offer_is_taken_by_an_authorised_client_alone_and_while_it_is_valid(desk: &Desk) {
    let approver = desk.signer_of("ipo").await;
    let requester = desk.token(Some("ipo"), &[Role::AuthorisedRequester]).await;
    let number = submitted(desk, "2026-03-02").await;
    assert_eq!(desk.moves(&number, "accepted").await.status, 403, "not by the desk");
    assert_eq!(desk.decides(Some(&requester), &number, "offer", "yes").await.status, 403);
    let early = desk.decides(Some(&approver), &number, "approval", "yes").await;
    assert_eq!(told(&early), (409, json!("question_not_open")));
    desk.passes("P1D").await;
    assert_eq!(told(&desk.decides(Some(&approver), &number, "offer", "yes").await), (409, json!("offer_expired")));
    let moved = json!({ "to": "accepted", "reason": "Graag." });
    let by_move = desk.ask(Some(&approver), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&moved)).await;
    assert_eq!(told(&by_move), (409, json!("offer_expired")), "by whichever door");
    let taken = submitted(desk, "2026-03-31").await;
    let accepted = desk.ask(Some(&approver), "POST", &format!("/v1/tickets/{taken}/transitions"), Some(&moved)).await;
    assert_eq!((accepted.status, &accepted.body["phase"]), (201, &json!("accepted")), "{}", accepted.body);
    let decisions = desk.get(&format!("/v1/tickets/{taken}/decisions")).await.body["items"].clone();
    assert_eq!((&decisions[0]["verdict"], &decisions[0]["answers"][0]["reason"]), (&json!("yes"), &json!("Graag.")), "{decisions}");
    assert_eq!(desk.decides(Some(&approver), &number, "offer", "no").await.body["phase"], "declined", "late, it can be declined");
}

async fn the_desk_writes_down_whose_decision_it_was_and_what_shows_it(desk: &Desk) {
    let number = submitted(desk, "2026-03-31").await;
    let path = format!("/v1/tickets/{number}");
    let note = json!({ "visibility": "public", "body": "Karin belt: wij nemen het aanbod.", "channel": "phone" });
    let evidence = desk.post(&format!("{path}/messages"), &note).await.body["id"].clone();
    let approver = desk.signer_of("ipo").await;
    let decision = |more: Value| with(json!({ "question": "offer", "verdict": "yes", "reason": "Per telefoon." }), more);
    let decide = async |more: Value| desk.post(&format!("{path}/decisions"), &decision(more)).await;
    assert_eq!(decide(json!({})).await.status, 403, "whose decision?");
    let bare = decide(json!({ "decidedBy": "karin@ipo.example" })).await;
    let unproven = vec![pair("/decidedBy", "unknown_person"), pair("/evidence", "required")];
    assert_eq!(errors(&bare), unproven, "a token of hers is no right that the desk knows of: {}", bare.body);
    let karin = desk.account_with("karin@ipo.example").await;
    let right = json!({ "kind": "right", "role": "approver", "organisation": "ipo", "holder": karin,
        "fromAt": "2026-03-02T07:00:00Z", "reason": "Zij beslist over aanbiedingen." });
    let signer = desk.signer().await;
    let granted = desk.ask(Some(&signer), "POST", "/v1/role-assignments", Some(&right)).await;
    assert_eq!(granted.status, 201, "{}", granted.body);
    let elsewhere = decide(json!({ "decidedBy": karin, "evidence": "018f4c1e-7a3b-7c00-8000-0000000000aa" })).await;
    assert_eq!(errors(&elsewhere), [pair("/evidence", "unknown_message")]);
    let own = decision(json!({ "decidedBy": karin, "evidence": evidence }));
    let claimed = desk.ask(Some(&approver), "POST", &format!("{path}/decisions"), Some(&own)).await;
    assert_eq!(errors(&claimed), [pair("/decidedBy", "desk_only"), pair("/evidence", "desk_only")], "{}", claimed.body);
    let done = decide(json!({ "decidedBy": karin, "evidence": evidence })).await;
    assert_eq!((done.status, &done.body["phase"]), (201, &json!("accepted")), "{}", done.body);
    let told = desk.events(&number).await.into_iter().find(|event| event["type"] == "ticket.decided").expect("a decision");
    assert_eq!((&told["actor"]["kind"], &told["data"]["decidedBy"]), (&json!("desk"), &json!(karin)), "{told}");
    assert_eq!((&told["data"]["evidence"], &told["data"]["side"]), (&evidence, &json!("client")));
}
