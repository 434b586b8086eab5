//! Who is told that a ticket was flagged (INC-11, INC-12), and what mail says of one that few may see.

use serde_json::json;
use uurwerk::domain::permission::Role;
use uurwerk::outbox;

use super::flagged;
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    inc_11_inc_12_each_flag_tells_its_own_officer_once_each_time_it_is_set,
    inc_11_the_notice_says_number_and_flag_and_nothing_of_the_ticket,
    inc_11_without_an_iso_the_ciso_is_told,
    inc_11_role_02_whoever_holds_the_role_is_told,
    inc_11_who_is_erased_before_the_notice_leaves_is_told_nothing_and_the_next_is,
    a_ladder_tells_of_the_step_and_not_of_the_ticket,
    a_colleagues_mail_that_names_it_is_a_mail_that_names_none,
);

const ISO: &str = "iso@ipo.example";
const PRIVACY: &str = "privacy@ipo.example";

/// The mails to an address.
fn to(desk: &Desk, address: &str) -> Vec<String> {
    let is_it = |to: &str| to.rsplit([' ', '<']).next().is_some_and(|to| to.trim_end_matches('>') == address);
    let is_to = |mail: &String| mail.lines().any(|line| line.strip_prefix("To: ").is_some_and(is_it));
    desk.mails().into_iter().filter(is_to).collect()
}

async fn inc_11_inc_12_each_flag_tells_its_own_officer_once_each_time_it_is_set(desk: &Desk) {
    desk.registers(&flagged(&["security", "privacy"])).await;
    desk.registers(&flagged(&["privacy"])).await;
    desk.registers(&flagged(&["confidential"])).await;
    let later = desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    assert_eq!((to(desk, ISO).len(), to(desk, PRIVACY).len()), (1, 2));
    // Whoever flags, and each time it is set.
    let client = desk.token(Some("ipo"), &[Role::AuthorisedRequester]).await;
    let set = json!({ "flag": "security", "securityAspects": ["availability"] });
    let path = format!("/v1/tickets/{later}/flags");
    assert_eq!(desk.ask(Some(&client), "POST", &path, Some(&set)).await.status, 201);
    desk.passes("PT1M").await;
    assert_eq!(to(desk, ISO).len(), 2);
    let lifted = desk.post(&format!("/v1/tickets/{later}/flag-removals"), &json!({ "flag": "security", "reason": "Een oefening." })).await;
    assert_eq!(lifted.status, 201, "{}", lifted.body);
    desk.passes("PT1M").await;
    assert_eq!(to(desk, ISO).len(), 2);
    assert_eq!(desk.post(&path, &set).await.status, 201);
    assert_eq!(desk.post(&path, &set).await.status, 409);
    desk.passes("PT1M").await;
    desk.passes("PT1H").await;
    assert_eq!((to(desk, ISO).len(), to(desk, PRIVACY).len()), (3, 2));
}

async fn inc_11_the_notice_says_number_and_flag_and_nothing_of_the_ticket(desk: &Desk) {
    let mut body = flagged(&["security"]);
    (body["title"], body["description"]) = (json!("Wachtwoorden op straat"), json!("Van de directeur."));
    let number = desk.registers(&body).await;
    desk.passes("PT1M").await;
    let mails = to(desk, ISO);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains(&number) && mails[0].contains("beveiliging"), "{}", mails[0]);
    assert!(!mails[0].contains("Wachtwoorden") && !mails[0].contains("directeur"), "{}", mails[0]);
}

async fn inc_11_role_02_whoever_holds_the_role_is_told(desk: &Desk) {
    let text = include_str!("../../../config/contracts/dap-example.toml").replace("id = \"dap-example\"", "id = \"dap-held\"");
    let text = text.replace("signs_role_changes = true", "signs_role_changes = false");
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    let eva = json!({ "organisation": "ipo", "name": "Eva Evers", "email": "eva@ipo.example" });
    assert_eq!(desk.post("/v1/people", &eva).await.status, 201);
    let held = json!({ "kind": "matrix", "role": "information-security-officer", "contract": "dap-held", "organisation": "ipo",
        "holder": "eva@ipo.example", "reason": "Zo afgesproken." });
    let held = desk.post("/v1/role-assignments", &held).await;
    assert_eq!(held.status, 201, "{}", held.body);
    let mut body = flagged(&["security"]);
    body["contract"] = json!("dap-held");
    desk.registers(&body).await;
    desk.passes("PT1M").await;
    assert_eq!((to(desk, ISO).len(), to(desk, "eva@ipo.example").len()), (0, 1));
}

async fn inc_11_who_is_erased_before_the_notice_leaves_is_told_nothing_and_the_next_is(desk: &Desk) {
    inc_11_role_02_whoever_holds_the_role_is_told(desk).await;
    let mut body = flagged(&["security"]);
    body["contract"] = json!("dap-held");
    desk.registers(&body).await;
    outbox::number(&desk.app).await.expect("numbered");
    outbox::handle(&desk.app).await.expect("written, and not sent");
    let eva = desk.get("/v1/people?text=eva@ipo.example").await.body["items"][0]["id"].clone();
    let erased = desk.post("/v1/erasures", &json!({ "person": eva, "reason": "Verzoek." })).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    desk.passes("PT1M").await;
    assert_eq!((to(desk, ISO).len(), to(desk, "eva@ipo.example").len()), (1, 1));
}

async fn inc_11_without_an_iso_the_ciso_is_told(desk: &Desk) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text = std::fs::read_to_string(file).expect("the contract");
    let text = text.replace("id = \"dap-example\"", "id = \"dap-ciso\"").replace("mail = [\"iso@ipo.example\"]\n", "");
    let text = text.replace("    \"roles.information-security-officer.mail\",\n", "");
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert!([200, 201].contains(&applied.status), "{}", applied.body);
    let mut body = flagged(&["security"]);
    body["contract"] = json!("dap-ciso");
    desk.registers(&body).await;
    desk.passes("PT1M").await;
    assert_eq!((to(desk, ISO).len(), to(desk, "ciso@ipo.example").len()), (0, 1));
    // With neither, the agreement cannot be kept, so it is not taken.
    let text =
        text.replace("mail = [\"ciso@ipo.example\"]\n", "").replace("    \"roles.ciso.mail\",\n", "").replace("dap-ciso", "dap-none");
    let refused = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert!([400, 422].contains(&refused.status) && refused.body.to_string().contains("always_told.security"), "{}", refused.body);
}

async fn a_ladder_tells_of_the_step_and_not_of_the_ticket(desk: &Desk) {
    let mut body = flagged(&["security"]);
    (body["title"], body["priority"]) = (json!("Wachtwoorden op straat"), json!("p1"));
    let number = desk.registers(&body).await;
    desk.passes("P3D").await;
    let told: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("vertrouwelijke melding")).collect();
    assert!(!told.is_empty(), "the ladder was climbed");
    assert!(told.iter().all(|mail| !mail.contains(&number) && !mail.contains("Wachtwoorden")), "{told:?}");
    // Nobody else's mail names it but its requester's, and that of the officer who was told.
    let named: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains(&number)).collect();
    assert!(named.iter().all(|mail| mail.contains("To: anna@ipo.example") || mail.contains(ISO)), "{named:?}");
}

async fn a_colleagues_mail_that_names_it_is_a_mail_that_names_none(desk: &Desk) {
    let number = desk.registers(&flagged(&["confidential"])).await;
    let answer = async |from: &str, at: u8| {
        let mail = format!("From: {from}\nSubject: Re: [{number}] Mail hapert\nMessage-ID: <{at}@ipo.example>\n\nIk heb ook iets.\n");
        desk.mail_arrives("servicedesk", &mail).await.body
    };
    let (colleague, requester) = (answer("bram@ipo.example", 1).await, answer("anna@ipo.example", 2).await);
    assert_eq!((&colleague["outcome"], colleague["ticket"] == number), (&json!("ticket"), false), "{colleague}");
    assert_eq!((&requester["outcome"], &requester["ticket"]), (&json!("reply"), &json!(number)), "{requester}");
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await;
    assert_eq!(messages.body["items"].as_array().map(Vec::len), Some(1), "{}", messages.body);
    // Whoever brings the mail is not told which ticket it landed on, where that one is not there for them.
    let bringer = desk.token(None, &[Role::Integration]).await;
    let mail = format!("From: anna@ipo.example\r\nSubject: Re: [{number}] x\r\nMessage-ID: <3@ipo.example>\r\n\r\nNog iets.\r\n");
    let request = desk.request("POST", "/v1/inbound-messages?mailbox=servicedesk").bearer_auth(&bringer).body(mail);
    let brought = request.header("content-type", "application/octet-stream").send().await.expect("an answer");
    let brought: serde_json::Value = serde_json::from_str(&brought.text().await.expect("a body")).expect("json");
    assert_eq!((&brought["outcome"], &brought["ticket"]), (&json!("reply"), &serde_json::Value::Null), "{brought}");
}
