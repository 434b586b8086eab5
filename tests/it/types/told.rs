//! What is told by mail, and to whom: of merges, types, offers, decisions, major incidents and calamities.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::mail::parse::parse;

use super::{agreement, errors, merged, of_type, pair, undone, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    whoever_reported_a_merged_ticket_is_told_where_it_goes_on_and_when_that_is_undone,
    of_a_merge_that_few_may_see_no_other_number_is_told,
    what_a_ticket_came_to_is_the_title_of_what_is_told_of_it,
    no_mail_gives_the_name_of_a_type_the_wrong_article,
    an_offer_is_told_to_its_requester_and_asked_of_whoever_decides,
    a_decision_is_asked_when_it_can_be_given_and_again_when_what_was_answered_counts_no_longer,
    a_decision_that_the_desk_wrote_down_is_told_with_who_wrote_it,
    whoever_reported_a_ticket_hears_that_it_is_of_another_type,
    tkt_17_a_breach_that_ends_by_another_item_or_priority_is_explained_and_told,
    inc_03_whoever_proposes_a_priority_that_must_be_phoned_is_told_the_number,
    what_moves_along_with_a_major_incident_says_who_moved_it_and_answers_its_reporter,
    drp_01_a_calamity_is_told_to_the_management_of_both_sides,
);

/// A mail as its reader sees it.
pub(super) struct Mail {
    to: String,
    subject: String,
    text: String,
}

/// The mails about a ticket so far.
pub(super) async fn mails(desk: &Desk, number: &str) -> Vec<Mail> {
    desk.passes("PT1M").await;
    let read = |mail: String| {
        let mail = parse(mail.as_bytes());
        let to = mail.to.into_iter().map(|one| one.email).collect();
        Mail { to, subject: mail.subject.unwrap_or_default(), text: mail.text.replace("\r\n", "\n") }
    };
    let tag = format!("[{number}]");
    desk.mails().into_iter().map(read).filter(|mail| mail.subject.starts_with(&tag)).collect()
}

/// Those of them to an address whose subject has these words.
pub(super) fn to<'a>(mails: &'a [Mail], address: &str, words: &str) -> Vec<&'a str> {
    mails.iter().filter(|mail| mail.to == address && mail.subject.contains(words)).map(|mail| mail.text.as_str()).collect()
}

fn subjects(mails: &[Mail]) -> Vec<String> {
    mails.iter().map(|mail| format!("{}: {}", mail.to, mail.subject)).collect()
}

const COORDINATOR: &str = "coordinator.ka@ipo.example";

/// Under an agreement that has its coordinator told of progress.
async fn watched(desk: &Desk) {
    agreement(desk, "voortgang", "told_of_progress = [\"coordinator-ka\"]", "").await;
}

fn of_watched(body: Value) -> Value {
    with(body, json!({ "contract": "voortgang" }))
}

/// Somebody of the IPO who holds a right there, as the desk knows.
pub(super) async fn holds(desk: &Desk, role: &str, name: &str, email: &str) -> String {
    let token = desk.person(Some("ipo"), name, email, &[Role::named(role).expect("a role")]).await;
    let id = desk.account_with(email).await;
    let right = json!({ "kind": "right", "role": role, "organisation": "ipo", "holder": id, "fromAt": desk.app.time.now(),
        "reason": "Zo is afgesproken." });
    let granted = desk.ask(Some(&desk.signer().await), "POST", "/v1/role-assignments", Some(&right)).await;
    assert_eq!(granted.status, 201, "{}", granted.body);
    token
}

async fn whoever_reported_a_merged_ticket_is_told_where_it_goes_on_and_when_that_is_undone(desk: &Desk) {
    watched(desk).await;
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
    let of_anna = of_watched(with(incident("p2"), json!({ "title": "Geheim van Anna" })));
    let of_bea = with(of_watched(incident("p2")), json!({ "requester": { "name": "Bea Bos", "email": "bea@ipo.example" } }));
    let (goes_on, twice) = (desk.registers(&of_anna).await, desk.registers(&of_bea).await);
    let followed = desk.ask(Some(&ali), "POST", &format!("/v1/tickets/{twice}/followers"), Some(&json!({}))).await;
    assert_eq!(followed.status, 201, "{}", followed.body);
    assert_eq!(desk.moves(&twice, "in_progress").await.status, 201);
    merged(desk, &twice, &goes_on).await;
    let told = mails(desk, &twice).await;
    for (address, begins) in [
        ("bea@ipo.example", format!("Uw melding {twice} (incident) is samengevoegd met melding {goes_on}")),
        (COORDINATOR, format!("Melding {twice} (incident) is samengevoegd met melding {goes_on}")),
        ("ali@leverancier.example", format!("Melding {twice} (incident), die u volgt, is samengevoegd met melding {goes_on}")),
    ] {
        let of = to(&told, address, "Samengevoegd");
        assert_eq!(of.len(), 1, "{address}: {:?}", subjects(&told));
        let answers = format!("komen allebei bij {goes_on} aan");
        assert!([&begins, "Twee keer gemeld.", &answers].iter().all(|words| of[0].contains(*words)), "{}", of[0]);
        assert!(!of[0].contains("Geheim van Anna"), "a colleague's: {}", of[0]);
    }
    undone(desk, &twice).await;
    let told = mails(desk, &twice).await;
    for address in ["bea@ipo.example", COORDINATOR, "ali@leverancier.example"] {
        let of = to(&told, address, "Niet meer samengevoegd");
        assert_eq!(of.len(), 1, "{address}: {:?}", subjects(&told));
        assert!(
            ["ongedaan gemaakt", &goes_on, "Toch iets anders.", "in behandeling"].iter().all(|words| of[0].contains(words)),
            "{}",
            of[0]
        );
        assert!(!of[0].contains("Geheim van Anna"), "a colleague's: {}", of[0]);
    }
    // Of two of their own they hear once.
    let own = desk.registers(&of_anna).await;
    merged(desk, &own, &goes_on).await;
    let (of_own, of_other) = (mails(desk, &own).await, mails(desk, &goes_on).await);
    let anna = "anna@ipo.example";
    let counts = [to(&of_own, anna, "Samengevoegd").len(), to(&of_other, anna, "amengevoegd").len()];
    assert_eq!(counts, [1, 0], "{:?}", subjects(&of_own));
}

async fn of_a_merge_that_few_may_see_no_other_number_is_told(desk: &Desk) {
    watched(desk).await;
    let signer = desk.signer().await;
    let flagged = of_watched(with(incident("p2"), json!({ "flags": ["confidential"] })));
    let register = async || {
        let made = desk.ask(Some(&signer), "POST", "/v1/tickets", Some(&flagged)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["number"].as_str().expect("a number").to_owned()
    };
    let (goes_on, twice) = (register().await, register().await);
    let wish = json!({ "into": goes_on, "reason": "Twee keer gemeld." });
    let done = desk.ask(Some(&signer), "POST", &format!("/v1/tickets/{twice}/merges"), Some(&wish)).await;
    assert_eq!(done.status, 201, "{}", done.body);
    let told = mails(desk, &twice).await;
    let of = to(&told, "anna@ipo.example", "Samengevoegd");
    assert_eq!(of.len(), 1, "{:?}", subjects(&told));
    assert!(of[0].contains("een andere melding") && !of[0].contains(&goes_on), "{}", of[0]);
    assert!(to(&told, COORDINATOR, "").is_empty(), "{:?}", subjects(&told));
}

async fn what_a_ticket_came_to_is_the_title_of_what_is_told_of_it(desk: &Desk) {
    watched(desk).await;
    let approver = desk.signer_of("ipo").await;
    let offer = desk.registers(&of_watched(of_type("proposal_request"))).await;
    for phase in ["drafting", "submitted"] {
        assert!([200, 201].contains(&desk.brings(&offer, phase).await.status));
    }
    assert_eq!(desk.decides(Some(&approver), &offer, "offer", "no").await.body["phase"], "declined");
    let rejected = desk.registers(&of_watched(of_type("change_request"))).await;
    for phase in ["assessing", "rejected"] {
        assert_eq!(desk.moves(&rejected, phase).await.status, 201);
    }
    let reviewed = desk.registers(&of_watched(of_type("change_request"))).await;
    for phase in ["assessing", "approval", "scheduled", "implementing", "implemented", "reviewed"] {
        assert!([200, 201].contains(&desk.brings(&reviewed, phase).await.status), "{phase}");
    }
    for (number, came_to) in [(&offer, "afgewezen"), (&rejected, "afgewezen"), (&reviewed, "geëvalueerd")] {
        let told = mails(desk, number).await;
        assert_eq!(to(&told, COORDINATOR, &format!("Voortgang: {came_to}: ")).len(), 1, "{:?}", subjects(&told));
        for wrong in ["aanvaard", "opgelost"] {
            assert!(!subjects(&told).iter().any(|subject| subject.contains(wrong)), "{:?}", subjects(&told));
        }
        // Nobody is asked to judge a solution that is not theirs to judge.
        assert!(told.iter().all(|mail| !mail.text.contains("accepteert")), "{number}");
    }
}

async fn no_mail_gives_the_name_of_a_type_the_wrong_article(desk: &Desk) {
    let own = "[types.change_request]\nlabel = { nl = \"wens\" }\n[types.service_request]\nlabel = { nl = \"aanvraag\" }";
    agreement(desk, "eigen-woorden", "told_of_progress = [\"coordinator-ka\"]", own).await;
    let words = ["incident", "probleem", "aanvraag", "informatieverzoek", "voorstel- of offerteverzoek", "wens", "gebruiksvraag"];
    let ways: [(&str, &[&str]); 6] = [
        ("incident", &["in_progress", "resolved"]),
        ("problem", &["investigating", "known_error", "resolved"]),
        ("service_request", &["authorisation", "fulfilling", "fulfilled"]),
        ("information_request", &["researching", "answered"]),
        ("proposal_request", &["drafting", "submitted"]),
        ("change_request", &["assessing", "approval", "scheduled", "implementing", "implemented", "reviewed"]),
    ];
    for (kind, phases) in ways {
        let number = if kind == "incident" {
            desk.registers(&with(incident("p3"), json!({ "contract": "eigen-woorden" }))).await
        } else {
            desk.registers(&with(of_type(kind), json!({ "contract": "eigen-woorden" }))).await
        };
        for phase in phases {
            assert!([200, 201].contains(&desk.brings(&number, phase).await.status), "{kind} {phase}");
        }
        let told = mails(desk, &number).await;
        assert!(told.len() >= 4, "{kind}: {:?}", subjects(&told));
        for mail in &told {
            let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            for (article, word) in ["de", "het", "deze", "dit"].into_iter().flat_map(|article| words.map(|word| (article, word))) {
                assert!(!text.contains(&format!(" {article} {word} ")), "{article} {word}: {}", mail.text);
            }
        }
    }
}

/// An offer that is submitted.
async fn submitted(desk: &Desk) -> String {
    let number = desk.registers(&of_watched(with(of_type("proposal_request"), json!({ "kind": "quotation", "item": "Laptop" })))).await;
    desk.moves(&number, "drafting").await;
    let priced = json!({ "price": "1899.5", "validUntilDate": "2026-03-31" });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/quotations"), &priced).await.status, 201);
    assert_eq!(desk.moves(&number, "submitted").await.status, 201);
    number
}

async fn an_offer_is_told_to_its_requester_and_asked_of_whoever_decides(desk: &Desk) {
    watched(desk).await;
    let unknown = submitted(desk).await;
    let told = mails(desk, &unknown).await;
    let of = to(&told, "anna@ipo.example", "Aanbod ingediend");
    assert_eq!(of.len(), 1, "{:?}", subjects(&told));
    assert!(["€ 1.899,50", "31-03-2026", "wie dat voor uw organisatie mag"].iter().all(|words| of[0].contains(words)), "{}", of[0]);
    assert!(!of[0].contains("accepteert") && !of[0].contains("oplossing"), "{}", of[0]);
    assert!(told.iter().all(|mail| !mail.subject.contains("Uw besluit")), "nobody is known to decide: {:?}", subjects(&told));
    let waits = to(&told, COORDINATOR, "Besluit nodig: aanbod");
    assert_eq!(waits.len(), 1, "{:?}", subjects(&told));
    holds(desk, "approver", "Karin Mulder", "karin@ipo.example").await;
    let known = submitted(desk).await;
    let told = mails(desk, &known).await;
    assert!(
        to(&told, "anna@ipo.example", "Aanbod ingediend")[0].contains("Over dit aanbod beslist Karin Mulder."),
        "{:?}",
        subjects(&told)
    );
    let asked = to(&told, "karin@ipo.example", "Uw besluit gevraagd: aanbod");
    assert_eq!(asked.len(), 1, "{:?}", subjects(&told));
    assert!(["€ 1.899,50", "31-03-2026", "uw besluit: aanbod"].iter().all(|words| asked[0].contains(words)), "{}", asked[0]);
    assert!(told.iter().all(|mail| !mail.text.contains("/v1/")), "no path of the API");
    assert!(to(&told, COORDINATOR, "Besluit").is_empty() && to(&told, "anna@ipo.example", "esluit").is_empty(), "{:?}", subjects(&told));
}

async fn a_decision_is_asked_when_it_can_be_given_and_again_when_what_was_answered_counts_no_longer(desk: &Desk) {
    let karin = holds(desk, "approver", "Karin Mulder", "karin@ipo.example").await;
    holds(desk, "functional_administrator", "Femke Vos", "femke@ipo.example").await;
    let number = desk.registers(&of_type("change_request")).await;
    let asked = async |address: &str, what: &str| {
        to(&mails(desk, &number).await, address, &format!("Uw besluit gevraagd: {what}")).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(desk.writes(&number, "test_report").await.status, 201);
    assert_eq!(desk.moves(&number, "assessing").await.status, 201);
    assert_eq!(desk.writes(&number, "assessment").await.status, 201);
    assert!(asked("femke@ipo.example", "").await.is_empty() && asked("karin@ipo.example", "").await.is_empty(), "it is not open yet");
    assert_eq!(desk.moves(&number, "approval").await.status, 201);
    assert_eq!(asked("karin@ipo.example", "goedkeuring").await.len(), 1);
    // Nobody answered the one before; what was sent to her is not what she would decide about.
    assert_eq!(desk.writes(&number, "assessment").await.status, 201);
    assert_eq!(asked("karin@ipo.example", "goedkeuring").await.len(), 2);
    assert_eq!(desk.decides(Some(&karin), &number, "approval", "yes").await.body["phase"], "approval", "the desk has to agree as well");
    assert_eq!(desk.writes(&number, "assessment").await.status, 201);
    let again = asked("karin@ipo.example", "goedkeuring").await;
    assert_eq!(again.len(), 3, "what she answered counts no longer");
    assert_eq!(again.iter().filter(|text| text.contains("opnieuw gevraagd")).count(), 1, "{again:?}");
    assert_eq!(desk.writes(&number, "change_plan").await.status, 201);
    assert_eq!(desk.decides(Some(&karin), &number, "approval", "yes").await.status, 201);
    assert_eq!(desk.decides(None, &number, "approval", "yes").await.body["phase"], "scheduled");
    assert_eq!(asked("femke@ipo.example", "acceptatie").await.len(), 1, "what was tested before can be accepted from now on");
    assert_eq!(asked("karin@ipo.example", "goedkeuring").await.len(), 3);
}

async fn a_decision_that_the_desk_wrote_down_is_told_with_who_wrote_it(desk: &Desk) {
    watched(desk).await;
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
    let number = desk.registers(&of_watched(incident("p3"))).await;
    for phase in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&number, phase).await.status, 201);
    }
    let writes_down = async |number: &str, question: &str, whose: &str, verdict: &str| {
        desk.passes("PT1M").await;
        let note = json!({ "visibility": "public", "body": "Belt: zo is het goed.", "channel": "phone" });
        let said = desk.ask(Some(&ali), "POST", &format!("/v1/tickets/{number}/messages"), Some(&note)).await;
        let decision = json!({ "question": question, "verdict": verdict, "reason": "Per telefoon.", "decidedBy": whose,
            "evidence": said.body["id"] });
        let done = desk.ask(Some(&ali), "POST", &format!("/v1/tickets/{number}/decisions"), Some(&decision)).await;
        assert_eq!(done.status, 201, "{}", done.body);
    };
    writes_down(&number, "solution", "anna@ipo.example", "yes").await;
    let told = mails(desk, &number).await;
    let says = "Volgens de servicedesk (Ali Aydin) heeft Anna de Boer dit besloten.";
    for (address, title) in [("anna@ipo.example", "Status: afgesloten"), (COORDINATOR, "Voortgang: afgesloten")] {
        let of = to(&told, address, title);
        assert!(of.len() == 1 && of[0].contains(says), "{address}: {of:?}");
    }
    assert!(to(&told, "anna@ipo.example", "Uw besluit vastgelegd").is_empty(), "she is told once: {:?}", subjects(&told));
    // Whoever decided, and did not report it, hears of it as well.
    holds(desk, "approver", "Karin Mulder", "karin@ipo.example").await;
    let offer = submitted(desk).await;
    writes_down(&offer, "offer", "karin@ipo.example", "no").await;
    let told = mails(desk, &offer).await;
    let says = "Volgens de servicedesk (Ali Aydin) heeft Karin Mulder dit besloten.";
    for (address, title) in [
        ("anna@ipo.example", "Status: afgewezen"),
        (COORDINATOR, "Voortgang: afgewezen"),
        ("karin@ipo.example", "Uw besluit vastgelegd: aanbod"),
    ] {
        let of = to(&told, address, title);
        assert!(of.len() == 1 && of[0].contains(says), "{address}: {:?}", subjects(&told));
    }
}

async fn whoever_reported_a_ticket_hears_that_it_is_of_another_type(desk: &Desk) {
    watched(desk).await;
    let number = desk.registers(&of_watched(incident("p3"))).await;
    assert_eq!(desk.moves(&number, "in_progress").await.status, 201);
    let changed = desk.patch(&format!("/v1/tickets/{number}"), &json!({ "type": "information_request" })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let told = mails(desk, &number).await;
    let of = to(&told, "anna@ipo.example", "Ander type");
    assert_eq!(of.len(), 1, "{:?}", subjects(&told));
    let says = format!("uw melding {number} voortaan als informatieverzoek; eerst was dat als incident. Het nummer verandert niet.");
    assert!(of[0].split_whitespace().collect::<Vec<_>>().join(" ").contains(&says), "{}", of[0]);
    let phase = changed.body["phase"].as_str().and_then(uurwerk::domain::workflow::Step::named).expect("a phase");
    assert!(of[0].contains(&format!("Status:     {}", phase.dutch())), "{}", of[0]);
    assert_eq!(to(&told, COORDINATOR, &format!("Voortgang: {}", phase.dutch())).len(), 1, "{:?}", subjects(&told));
}

async fn tkt_17_a_breach_that_ends_by_another_item_or_priority_is_explained_and_told(desk: &Desk) {
    let questions = "[[clocks]]\nkind = \"response\"\ntypes = [\"service_request\"]\nitem = \"gebruiksvraag\"\ncalendar = \"support\"\n\
                     goals = [{ by = \"3wd\" }]\nanswered_by = [\"reply\"]\n";
    agreement(desk, "voortgang", "told_of_progress = [\"coordinator-ka\"]", questions).await;
    let request = desk.registers(&of_watched(of_type("service_request"))).await;
    let [outage, mistaken] = [desk.registers(&of_watched(incident("p2"))).await, desk.registers(&of_watched(incident("p2"))).await];
    desk.passes("P2D").await;
    let voided = async |number: &str| desk.events(number).await.iter().filter(|event| event["type"] == "clock.breach_voided").count();
    for (number, change, pointer, title) in [
        (&request, json!({ "kind": "gebruiksvraag" }), "reason", "Andere streeftijden"),
        (&outage, json!({ "priority": "p3" }), "priorityMotivation", "Andere streeftijden"),
        (&mistaken, json!({ "type": "information_request" }), "reason", "Ander type"),
    ] {
        let path = format!("/v1/tickets/{number}");
        if number == &request {
            let silent = desk.patch(&path, &change).await;
            assert_eq!(errors(&silent), [pair(&format!("/{pointer}"), "required")], "{}", silent.body);
        }
        assert_eq!(voided(number).await, 0);
        let explained = desk.patch(&path, &with(change, json!({ pointer: "Anders dan het leek." }))).await;
        assert_eq!((explained.status, voided(number).await > 0), (200, true), "{}", explained.body);
        let told = mails(desk, number).await;
        let of_role = if title == "Ander type" { "Voortgang" } else { title };
        for (address, title) in [("anna@ipo.example", title), (COORDINATOR, of_role)] {
            let of: Vec<_> = to(&told, address, title).into_iter().filter(|text| text.contains("vervalt")).collect();
            assert_eq!(of.len(), 1, "{number} {address}: {:?}", subjects(&told));
            assert!(of[0].contains("Anders dan het leek.") && of[0].contains(", overschreden op 0"), "{}", of[0]);
        }
    }
    // What ends no breach needs no word of why, and is told to nobody.
    let fresh = desk.registers(&of_watched(of_type("service_request"))).await;
    assert_eq!(desk.patch(&format!("/v1/tickets/{fresh}"), &json!({ "kind": "gebruiksvraag" })).await.status, 200);
    assert!(mails(desk, &fresh).await.iter().all(|mail| !mail.subject.contains("streeftijden")));
    let unasked = desk.patch(&format!("/v1/tickets/{fresh}"), &json!({ "title": "Beter gezegd", "reason": "Zomaar" })).await;
    assert_eq!(errors(&unasked), [pair("/reason", "not_allowed")], "{}", unasked.body);
}

async fn inc_03_whoever_proposes_a_priority_that_must_be_phoned_is_told_the_number(desk: &Desk) {
    for channel in ["portal", "api"] {
        let first = with(of_type("incident"), json!({ "priority": "p1", "channel": channel }));
        let told = mails(desk, &desk.proposes("ipo", &first).await).await;
        let of = to(&told, "anna@ipo.example", "Ontvangen");
        assert!(of.len() == 1 && of[0].contains("LET OP: u meldt een incident met prioriteit P1. "), "{channel}: {of:?}");
        assert!(of[0].contains("Bel de servicedesk op 070 000 00 00") && !of[0].contains("uiterlijk"), "its clock waits: {}", of[0]);
    }
    let client = desk.token_of("ipo").await;
    let lower = desk.proposes("ipo", &with(of_type("incident"), json!({ "priority": "p3" }))).await;
    assert!(mails(desk, &lower).await.iter().all(|mail| !mail.text.contains("LET OP")));
    let raised = desk.ask(Some(&client), "PATCH", &format!("/v1/tickets/{lower}"), Some(&json!({ "priority": "p1" }))).await;
    assert_eq!(raised.status, 200, "{}", raised.body);
    let told = mails(desk, &lower).await;
    let of = to(&told, "anna@ipo.example", "Bel de servicedesk");
    assert!(of.len() == 1 && of[0].contains("070 000 00 00"), "{:?}", subjects(&told));
    // By telephone it needs no second call.
    let phoned = desk.registers(&incident("p1")).await;
    assert!(mails(desk, &phoned).await.iter().all(|mail| !mail.text.contains("LET OP")));
}

async fn what_moves_along_with_a_major_incident_says_who_moved_it_and_answers_its_reporter(desk: &Desk) {
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine2]).await;
    let major = desk.registers(&incident("p2")).await;
    let part = desk.registers(&with(of_type("incident"), json!({ "priority": "p2" }))).await;
    let linked = desk.post(&format!("/v1/tickets/{part}/links"), &json!({ "kind": "parent", "ticket": major })).await;
    assert_eq!(linked.status, 201, "{}", linked.body);
    let declared = desk.post(&format!("/v1/tickets/{major}/major-declarations"), &json!({ "major": true, "reason": "Overal." })).await;
    assert_eq!(declared.status, 201, "{}", declared.body);
    let wish = json!({ "to": "in_progress", "reason": "Wij zoeken de oorzaak." });
    let moved = desk.ask(Some(&ali), "POST", &format!("/v1/tickets/{major}/transitions"), Some(&wish)).await;
    assert_eq!(moved.status, 201, "{}", moved.body);
    let told = mails(desk, &part).await;
    let of = to(&told, "anna@ipo.example", "Status: in behandeling");
    assert!(of.len() == 1 && of[0].contains("Wij zoeken de oorzaak.") && of[0].contains(&major), "{:?}", subjects(&told));
    let event = desk.events(&part).await.into_iter().find(|event| event["type"] == "ticket.moved").expect("a move");
    let id = desk.get(&format!("/v1/tickets/{major}")).await.body["id"].clone();
    assert_eq!((&event["actor"]["name"], &event["reason"]), (&json!("Ali Aydin"), &json!("Wij zoeken de oorzaak.")), "{event}");
    assert_eq!(event["data"]["alongWith"], id, "{event}");
    assert_eq!(desk.clock(&part, "response").await["state"], "met", "it was answered by that");
    assert!(uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn drp_01_a_calamity_is_told_to_the_management_of_both_sides(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let writes = async |fallback: &str, downtime: &str| {
        let body = json!({ "downtime": downtime, "dataLoss": "Een uur aan mail.", "fallback": fallback });
        let written = desk.post(&format!("/v1/tickets/{number}/calamities"), &body).await;
        assert_eq!(written.status, 201, "{}", written.body);
    };
    let management = [
        "servicemanager@ipo.example",
        "manager.bedrijfsvoering@ipo.example",
        "servicemanager@leverancier.example",
        "directie@leverancier.example",
    ];
    writes("none", "Alles.").await;
    for address in management {
        let told = mails(desk, &number).await;
        assert_eq!(to(&told, address, "Calamiteit").len(), 1, "{address}: {:?}", subjects(&told));
    }
    // The same fallback is no news; another one is.
    writes("none", "Alles, sinds 08:00.").await;
    writes("active", "Alles, sinds 08:00.").await;
    let told = mails(desk, &number).await;
    for address in management {
        let of = to(&told, address, "Calamiteit");
        assert_eq!(of.len(), 2, "{address}: {:?}", subjects(&told));
        assert!(of.iter().any(|text| text.contains("Uitwijk:    actief")), "{of:?}");
    }
    assert!(to(&told, "anna@ipo.example", "Calamiteit").is_empty());
}
