//! Decisions by the links in mails: a page with one button, which serves once, for whom it was sent to.

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::told::{holds, mails, to};
use super::{of_type, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    inc_04_a_solution_is_accepted_by_the_link_in_its_mail_and_opening_it_changes_nothing,
    inc_04_a_solution_is_refused_by_its_link_with_a_reason_and_what_was_solved_again_has_links_of_its_own,
    a_link_serves_for_nothing_but_what_it_was_made_for,
    a_link_serves_three_months_and_only_whoever_still_decides,
    chg_05_whoever_approves_for_the_client_does_so_by_a_link,
    what_was_decided_otherwise_ends_the_link,
    a_desk_that_does_not_know_its_address_mails_no_links,
    what_people_wrote_is_text_on_the_page,
    a_link_that_comes_back_in_a_mail_is_kept_nowhere,
    what_others_add_to_a_link_is_passed_over,
);

const BASE: &str = "https://servicedesk.example";

async fn opened(desk: &Desk) -> Desk {
    Desk::open_with(desk.on(), &[("UURWERK_HTTP_PUBLIC_URL", BASE)]).await
}

/// The two links in a mail: yes and no.
fn links(text: &str) -> [String; 2] {
    let links: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(BASE)).map(str::to_owned).collect();
    links.try_into().unwrap_or_else(|links| panic!("two links: {links:?} in {text}"))
}

async fn page(desk: &Desk, path: &str) -> (u16, String) {
    let answer = desk.request("GET", path).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

async fn presses(desk: &Desk, path: &str, reason: &str) -> (u16, String) {
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("reason", reason).finish();
    let request = desk.request("POST", path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

async fn solved(desk: &Desk) -> String {
    let number = desk.registers(&incident("p3")).await;
    for phase in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&number, phase).await.status, 201, "{phase}");
    }
    number
}

/// The links of the last mail to somebody with these words in its subject.
async fn mailed(desk: &Desk, number: &str, address: &str, words: &str) -> [String; 2] {
    let told = mails(desk, number).await;
    links(to(&told, address, words).last().unwrap_or_else(|| panic!("a mail to {address}: {words}")))
}

async fn seen(desk: &Desk, number: &str) -> (Value, Value) {
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    (ticket["phase"].clone(), ticket["version"].clone())
}

async fn inc_04_a_solution_is_accepted_by_the_link_in_its_mail_and_opening_it_changes_nothing(desk: &Desk) {
    let desk = &opened(desk).await;
    let number = solved(desk).await;
    let [yes, no] = mailed(desk, &number, "anna@ipo.example", "Verholpen").await;
    let before = seen(desk, &number).await;
    for path in [&yes, &no, &yes] {
        let (status, text) = page(desk, path).await;
        assert_eq!(status, 200);
        assert!(text.contains(&number) && text.contains("Anna de Boer") && text.matches("<button").count() == 1, "{text}");
    }
    assert_eq!(seen(desk, &number).await, before);
    let (status, text) = presses(desk, &yes, "").await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("Dank u wel") && !text.contains("<button"), "{text}");
    assert_eq!(seen(desk, &number).await.0, "closed");
    let decided = desk.events(&number).await;
    let by = decided.iter().find(|event| event["type"] == "ticket.decided").expect("a decision");
    let anna = desk.account_with("anna@ipo.example").await;
    assert_eq!(
        (&by["actor"]["id"], &by["data"]["question"], &by["data"]["verdict"]),
        (&json!(anna), &json!("solution"), &json!("yes")),
        "{by}"
    );
    // Once: then it says what was decided.
    for path in [&yes, &no] {
        let (status, text) = presses(desk, path, "Toch niet.").await;
        assert_eq!(status, 409, "{text}");
        assert!(text.contains("Vastgelegd is: Ja, het is opgelost."), "{text}");
        assert!(page(desk, path).await.1.contains("Vastgelegd is"));
    }
    assert_eq!(seen(desk, &number).await.0, "closed");
}

async fn inc_04_a_solution_is_refused_by_its_link_with_a_reason_and_what_was_solved_again_has_links_of_its_own(desk: &Desk) {
    let desk = &opened(desk).await;
    let number = solved(desk).await;
    let [yes, no] = mailed(desk, &number, "anna@ipo.example", "Verholpen").await;
    let (status, text) = presses(desk, &no, "  ").await;
    assert_eq!(status, 400, "{text}");
    assert!(text.contains("Schrijf erbij waarom") && text.contains("<button"), "{text}");
    assert_eq!(seen(desk, &number).await.0, "resolved");
    let (status, _) = presses(desk, &no, "De printer piept nog.").await;
    assert_eq!(status, 200);
    assert_eq!(seen(desk, &number).await.0, "in_progress");
    assert!(desk.events(&number).await.iter().any(|event| event["reason"] == "De printer piept nog."));
    assert_eq!(desk.moves(&number, "resolved").await.status, 201);
    let again = mailed(desk, &number, "anna@ipo.example", "Verholpen").await;
    assert_ne!(again, [yes.clone(), no.clone()]);
    for path in [&yes, &no] {
        let (status, text) = presses(desk, path, "Nog steeds.").await;
        assert!(status == 409 && text.contains("nieuwste e-mail"), "{status}: {text}");
    }
    assert_eq!(seen(desk, &number).await.0, "resolved");
    assert_eq!(presses(desk, &again[0], "").await.0, 200);
    assert_eq!(seen(desk, &number).await.0, "closed");
}

async fn a_link_serves_for_nothing_but_what_it_was_made_for(desk: &Desk) {
    let desk = &opened(desk).await;
    let (number, other) = (solved(desk).await, solved(desk).await);
    let [yes, no] = mailed(desk, &number, "anna@ipo.example", "Verholpen").await;
    let theirs = mailed(desk, &other, "anna@ipo.example", "Verholpen").await;
    let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let with_part = |path: &str, at: usize, part: &str| {
        let mut parts = parts(path);
        part.clone_into(&mut parts[at]);
        parts.join("/")
    };
    for forged in [
        with_part(&yes, 4, "no"),
        with_part(&yes, 3, "approval"),
        with_part(&yes, 5, &parts(&theirs[0])[5]),
        with_part(&yes, 6, &parts(&no)[6]),
        with_part(&yes, 6, "AAAAAAAAAAAAAAAAAAAAAA"),
        with_part(&yes, 6, "%00"),
        with_part(&yes, 5, "x"),
        yes[..yes.len() - 1].to_owned(),
    ] {
        assert_eq!(presses(desk, &forged, "Ja.").await.0, 404, "{forged}");
        assert_eq!(page(desk, &forged).await.0, 404, "{forged}");
    }
    assert_eq!(seen(desk, &number).await.0, "resolved");
}

async fn a_link_serves_three_months_and_only_whoever_still_decides(desk: &Desk) {
    let desk = &opened(desk).await;
    let old = solved(desk).await;
    let [of_old, _] = mailed(desk, &old, "anna@ipo.example", "Verholpen").await;
    desk.passes("P89D").await;
    assert!(page(desk, &of_old).await.1.contains("<button"));
    desk.passes("P1D").await;
    let (status, text) = presses(desk, &of_old, "").await;
    assert!(status == 409 && text.contains("drie maanden oud"), "{status}: {text}");
    let left = solved(desk).await;
    let [of_left, _] = mailed(desk, &left, "anna@ipo.example", "Verholpen").await;
    assert!(page(desk, &of_left).await.1.contains("<button"));
    let anna = desk.account_with("anna@ipo.example").await;
    let gone = desk.patch(&format!("/v1/people/{anna}"), &json!({ "isActive": false })).await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    let (status, text) = presses(desk, &of_left, "").await;
    assert!(status == 409 && text.contains("doorgestuurd") && !text.contains(&left), "{status}: {text}");
    assert_eq!(seen(desk, &left).await.0, "resolved");
}

async fn chg_05_whoever_approves_for_the_client_does_so_by_a_link(desk: &Desk) {
    let desk = &opened(desk).await;
    holds(desk, "approver", "Karin Mulder", "karin@ipo.example").await;
    let number = desk.registers(&of_type("change_request")).await;
    for phase in ["assessing", "approval"] {
        desk.brings(&number, phase).await;
    }
    desk.writes(&number, "change_plan").await;
    let [yes, _] = mailed(desk, &number, "karin@ipo.example", "Uw besluit gevraagd: goedkeuring").await;
    let (status, text) = presses(desk, &yes, "Prima plan.").await;
    assert!(status == 200 && text.contains("Dank u wel"), "{status}: {text}");
    let decisions = desk.get(&format!("/v1/tickets/{number}/decisions")).await.body.to_string();
    assert!(decisions.contains("\"yes\""), "{decisions}");
    let by = desk.events(&number).await.into_iter().find(|event| event["type"] == "ticket.decided").expect("a decision");
    assert_eq!(by["reason"], "Prima plan.");
}

async fn what_was_decided_otherwise_ends_the_link(desk: &Desk) {
    let desk = &opened(desk).await;
    let number = solved(desk).await;
    let [yes, no] = mailed(desk, &number, "anna@ipo.example", "Verholpen").await;
    let anna = desk.person(Some("ipo"), "Anna de Boer", "anna@ipo.example", &[uurwerk::domain::permission::Role::Requester]).await;
    let refused = json!({ "to": "in_progress", "reason": "Piept nog." });
    assert_eq!(desk.ask(Some(&anna), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&refused)).await.status, 201);
    for path in [&yes, &no] {
        let (status, text) = presses(desk, path, "x").await;
        assert!(status == 409 && !text.contains("<button"), "{status}: {text}");
    }
    assert_eq!(seen(desk, &number).await.0, "in_progress");
}

async fn a_desk_that_does_not_know_its_address_mails_no_links(desk: &Desk) {
    let number = solved(desk).await;
    let told = mails(desk, &number).await;
    let text = to(&told, "anna@ipo.example", "Verholpen")[0].to_owned();
    assert!(!text.contains("/portal/") && text.contains("door dit bericht te beantwoorden"), "{text}");
}

async fn what_people_wrote_is_text_on_the_page(desk: &Desk) {
    let desk = &opened(desk).await;
    let number = desk.registers(&with(incident("p3"), json!({ "title": "<script>alert(1)</script> & zo" }))).await;
    for phase in ["in_progress", "resolved"] {
        desk.moves(&number, phase).await;
    }
    let [_, no] = mailed(desk, &number, "anna@ipo.example", "Verholpen").await;
    let answer = desk.request("GET", &no).send().await.expect("an answer");
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert!(header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(
        (header("referrer-policy"), header("cache-control"), header("x-robots-tag")),
        ("no-referrer".into(), "no-store".into(), "noindex".into())
    );
    let text = answer.text().await.expect("a page");
    assert!(!text.contains("<script") && text.contains("&lt;script&gt;"), "{text}");
    let long = "x".repeat(2001) + "<b>";
    let (status, text) = presses(desk, &no, &long).await;
    assert!(status == 400 && text.contains("x&lt;b&gt;"), "{status}");
    assert_eq!(page(desk, "/portal/style.css").await.0, 200);
}

/// Whoever reads the answer at the desk would decide in its writer's name.
async fn a_link_that_comes_back_in_a_mail_is_kept_nowhere(desk: &Desk) {
    let desk = &opened(desk).await;
    let number = solved(desk).await;
    let links = mailed(desk, &number, "anna@ipo.example", "Verholpen").await;
    let mail = format!(
        "From: Anna <anna@ipo.example>\nSubject: Re: [{number}] Verholpen\nMessage-ID: <1@ipo.example>\n\nNee, zie {BASE}{}\n\n> {BASE}{}\n> of niet\n",
        links[0], links[1]
    );
    let came = desk.mail_arrives("servicedesk", &mail).await.body;
    assert_eq!(came["outcome"], "reply", "{came}");
    let path = format!("/v1/inbound-messages/{}/content", came["id"].as_str().expect("an id"));
    let raw = desk.request("GET", &path).bearer_auth(crate::support::ADMIN).send().await.expect("an answer").text().await.expect("a mail");
    let said = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].to_string();
    for text in [raw, said] {
        assert!(text.contains("Nee, zie"), "{text}");
        for link in &links {
            let signature = link.rsplit('/').next().expect("a signature");
            assert!(!text.contains(signature) && !text.contains(&link[..link.len() - signature.len()]), "{text}");
        }
    }
    assert!(page(desk, &links[0]).await.1.contains("<button"), "its owner still has it");
}

async fn what_others_add_to_a_link_is_passed_over(desk: &Desk) {
    let desk = &opened(desk).await;
    let number = solved(desk).await;
    let [yes, _] = mailed(desk, &number, "anna@ipo.example", "Verholpen").await;
    assert!(page(desk, &format!("{yes}?utm_source=mail")).await.1.contains("<button"));
    assert_eq!(presses(desk, &format!("{yes}?utm_source=mail"), "\u{202e}\u{7}").await.0, 200);
    let decided = desk.events(&number).await.into_iter().find(|event| event["type"] == "ticket.decided").expect("a decision");
    assert_eq!(decided["reason"], "Besloten via de link in de e-mail.", "nothing that is drawn was said");
}
