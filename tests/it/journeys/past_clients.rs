//! Clients of one contract, one of which leaves: what each of them sees and signs of the amendments of its calendars.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Answer, Desk};

on_both_databases!(
    iam_09_whoever_left_a_contract_signs_the_amendments_of_before_and_is_shown_none_of_later,
    a_client_is_not_told_who_else_of_its_contract_signed,
);

const AMENDMENTS: &str = "/v1/contracts/covide/calendar-amendments";
const LEAVES: &str = "stichting-proef";
const STAYS: &str = "gemeente-voorbeeld";

async fn closes(desk: &Desk, date: &str) -> Value {
    let body = json!({ "calendar": "support", "date": date, "change": "closed", "reason": "Het pand is dicht." });
    let answer = desk.post(AMENDMENTS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

async fn signs(desk: &Desk, token: &str, amendment: &Value, side: &str) -> Answer {
    let path = format!("{AMENDMENTS}/{}/approvals", amendment["id"].as_str().expect("an id"));
    desk.ask(Some(token), "POST", &path, Some(&json!({ "side": side, "evidence": "Verslag." }))).await
}

async fn seen_by(desk: &Desk, token: &str) -> Vec<Value> {
    let listed = desk.ask(Some(token), "GET", AMENDMENTS, None).await;
    assert_eq!(listed.status, 200, "{}", listed.body);
    listed.body["items"].as_array().expect("amendments").clone()
}

fn dates(amendments: &[Value]) -> Vec<&str> {
    amendments.iter().filter_map(|one| one["date"].as_str()).collect()
}

/// The agreement without one of its two clients, from the next day on.
async fn leaves(desk: &Desk) {
    let text = include_str!("../../../config/contracts/covide.toml");
    let (before, rest) = text.split_once("[[clients]]\norganisation = \"stichting-proef\"").expect("the second client");
    let (_, after) = rest.split_once("# ── Opening hours").expect("what comes after");
    let text = format!("{before}# ── Opening hours{after}").replacen("version = \"1.0\"", "version = \"1.1\"", 1);
    let text = text.replacen("effective_from = 2017-12-01", "effective_from = 2026-03-03", 1);
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    desk.passes("P1D").await;
}

async fn iam_09_whoever_left_a_contract_signs_the_amendments_of_before_and_is_shown_none_of_later(desk: &Desk) {
    let (left, stays, sam) = (desk.signer_of(LEAVES).await, desk.signer_of(STAYS).await, desk.signer().await);
    let waiting = closes(desk, "2026-03-02").await;
    closes(desk, "2026-03-20").await;
    assert_eq!(dates(&seen_by(desk, &left).await), ["2026-03-02", "2026-03-20"]);
    leaves(desk).await;
    let (later, earlier) = (closes(desk, "2026-03-03").await, closes(desk, "2026-02-25").await);
    closes(desk, "2026-06-03").await;
    assert_eq!(desk.ask(Some(&left), "GET", "/v1/contracts/covide", None).await.status, 404);
    let seen = seen_by(desk, &left).await;
    assert_eq!(dates(&seen), ["2026-03-02", "2026-02-25"], "of dates on which it is no client it is shown nothing");
    assert!(seen.iter().all(|one| one["waitsForOrganisations"] == json!([LEAVES])), "{seen:?}");
    assert_eq!(dates(&seen_by(desk, &stays).await), ["2026-03-02", "2026-03-20", "2026-03-03", "2026-02-25", "2026-06-03"]);

    let absent = signs(desk, &left, &json!({ "id": uuid::Uuid::new_v4().to_string() }), "client").await;
    let of_later = signs(desk, &left, &later, "client").await;
    assert_eq!((of_later.status, &of_later.body["detail"]), (404, &absent.body["detail"]), "{}", of_later.body);
    for amendment in [&waiting, &earlier] {
        let signed = signs(desk, &left, amendment, "client").await;
        assert_eq!((signed.status, &signed.body["waitsForOrganisations"]), (201, &json!([])), "{}", signed.body);
        assert_eq!(signs(desk, &stays, amendment, "client").await.status, 201);
        let last = signs(desk, &sam, amendment, "supplier").await;
        assert_eq!((last.status, &last.body["state"]), (201, &json!("in_force")), "{}", last.body);
    }
    let month = "/v1/reports/service-management?contract=covide&month=2026-03";
    let report = desk.ask(Some(&left), "GET", month, None).await;
    let told = report.body["amendments"].as_array().expect("amendments").clone();
    assert_eq!(dates(&told), ["2026-03-02", "2026-02-25"], "nor in the report of the month in which it left: {}", report.body);
    let stranger = desk.signer_of("ipo").await;
    assert_eq!(signs(desk, &stranger, &later, "client").await.status, 404);
    assert_eq!(desk.ask(Some(&stranger), "GET", AMENDMENTS, None).await.status, 404);
}

async fn a_client_is_not_told_who_else_of_its_contract_signed(desk: &Desk) {
    let (ours, theirs, sam) = (desk.signer_of(STAYS).await, desk.signer_of(LEAVES).await, desk.signer().await);
    let (first, second) = (closes(desk, "2026-03-02").await, closes(desk, "2026-02-27").await);
    let before = seen_by(desk, &ours).await;
    assert_eq!(signs(desk, &theirs, &first, "client").await.status, 201);
    assert_eq!(seen_by(desk, &ours).await, before, "that another client signed changes nothing of what it sees");
    let parties = |answer: &Value| {
        let approvals = answer["approvals"].as_array().expect("approvals").iter();
        approvals.map(|one| (one["side"].clone(), one["organisation"].clone())).collect::<Vec<_>>()
    };
    let (own, supplier) = ((json!("client"), json!(STAYS)), (json!("supplier"), Value::Null));
    // Whether or not the other has signed, it waits for the supplier.
    for amendment in [&first, &second] {
        let signed = signs(desk, &ours, amendment, "client").await.body;
        assert_eq!((parties(&signed), &signed["waitsFor"]), (vec![own.clone()], &json!(["supplier"])), "{signed}");
    }
    for (amendment, state) in [(&first, "in_force"), (&second, "waiting")] {
        assert_eq!(signs(desk, &sam, amendment, "supplier").await.status, 201);
        let seen = seen_by(desk, &ours).await.into_iter().find(|one| one["id"] == amendment["id"]).expect("it");
        assert_eq!((parties(&seen), &seen["state"]), (vec![own.clone(), supplier.clone()], &json!(state)), "{seen}");
    }
    let waits = seen_by(desk, &ours).await[1]["waitsFor"].clone();
    assert_eq!(waits, json!(["client"]), "that it waits for somebody is no secret");
    assert_eq!(signs(desk, &theirs, &second, "client").await.body["state"], "in_force");
    let seen = seen_by(desk, &ours).await[1].clone();
    assert_eq!((parties(&seen), &seen["state"]), (vec![own, supplier], &json!("in_force")), "{seen}");
    let all = desk.get(AMENDMENTS).await.body["items"][1].clone();
    assert_eq!(parties(&all).len(), 3, "the desk sees everybody: {all}");
}
