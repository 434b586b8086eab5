//! What commands say, and how they end.

use std::process::Command;

use super::{Place, Ran, SANDBOX, Serving, by_command};
use crate::support::On;

by_command!(
    a_command_alone_is_helped,
    what_only_asks_says_that_a_database_is_not_there_and_makes_none,
    a_report_of_what_is_not_there_says_so,
    a_plan_names_what_changes_and_exits_2_when_it_cannot_be_applied,
    an_unknown_setting_is_refused_in_a_line,
    check_names_every_file_of_this_machine_that_cannot_be_used,
    an_option_that_cannot_be_is_named,
    tokens_are_listed_without_their_secrets_and_a_withdrawn_one_opens_nothing,
    a_first_start_says_where_the_desk_is_and_what_next_and_nothing_of_its_tables,
    a_token_that_could_not_be_shown_is_not_kept,
    a_log_that_cannot_be_written_stops_no_answer,
    every_message_is_written_as_a_file_that_a_mail_program_opens,
    an_agreement_is_printed_as_a_page_or_as_data,
);

async fn every_message_is_written_as_a_file_that_a_mail_program_opens(place: &Place) {
    let written = place.does(&["mail", "preview", "messages"]);
    assert!(written.lines().count() > 10, "{written}");
    assert!(written.contains("messages/nl/bevestiging.eml\n") && written.contains("messages/en/confirmation.eml\n"), "{written}");
    for name in written.lines() {
        let mail = std::fs::read(place.folder.path().join(name)).expect("a file");
        let mail = mail_parser::MessageParser::default().parse(&mail).unwrap_or_else(|| panic!("{name} is no mail"));
        let body = mail.body_text(0).unwrap_or_default();
        assert!(
            mail.subject().is_some_and(|subject| !subject.is_empty()) && (body.contains("Servicedesk") || body.contains("Service Desk")),
            "{name}: {body}"
        );
    }
    let in_the_way = place.run(&["mail", "preview", "messages/nl/bevestiging.eml"], &[]);
    assert!(in_the_way.code == Some(1) && in_the_way.err.starts_with("messages/nl/bevestiging.eml/nl: "), "{in_the_way:?}");
    let nothing = place.run(&["mail"], &[]);
    assert!(nothing.code == Some(2) && nothing.err.contains("--mailbox"), "{nothing:?}");
}

async fn an_agreement_is_printed_as_a_page_or_as_data(place: &Place) {
    assert!(place.does(&["check", CONTRACT]).contains("\nKlokken en normen\n─────────────────\n"));
    let document: serde_json::Value = serde_json::from_str(&place.does(&["check", "--format", "document", CONTRACT])).expect("JSON");
    let titles: Vec<_> = document["sections"].as_array().expect("sections").iter().map(|section| &section["title"]).collect();
    assert!(titles.contains(&&serde_json::json!("Klokken en normen")), "{titles:?}");
    let several: serde_json::Value =
        serde_json::from_str(&place.does(&["check", "--format", "document", CONTRACT, CONTRACT])).expect("one JSON document");
    assert_eq!(several, serde_json::json!([document, document]));
}

fn full() -> std::fs::File {
    std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device that is always full")
}

async fn a_token_that_could_not_be_shown_is_not_kept(place: &Place) {
    let made = place.prepared().command(&["token", "--role", "agent_line_1"], &[]).stdout(full()).status().expect("it runs");
    assert_eq!(made.code(), Some(1));
    let first = place.command(&["serve"], &[]).stdout(full()).status().expect("it runs");
    assert_eq!(first.code(), Some(1));
    assert_eq!(place.does(&["token", "--list"]), "");
    let mut next = Serving::new(place.command(&["serve"], &[]));
    assert!(next.answers().await);
    assert!(next.stops().out.contains("Admin token"), "the next start is the first one that shows it");
}

async fn a_log_that_cannot_be_written_stops_no_answer(place: &Place) {
    let mut command = place.prepared().command(&["serve"], &[("UURWERK_ADMIN_TOKEN", crate::support::ADMIN)]);
    command.stderr(full());
    let mut serving = Serving::new(command);
    assert!(serving.answers().await);
    for _ in 0..3 {
        assert_eq!(serving.ask("GET", "/v1/tickets", &[], None).await.map(|answer| answer.0), Some(200));
    }
    assert_eq!(serving.stops().code, Some(0));
}

async fn a_command_alone_is_helped(place: &Place) {
    let ran = place.run(&[], &[]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.contains("Usage: uurwerk") && ran.out.contains("serve"), "{ran:?}");
    assert_eq!(std::fs::read_dir(place.folder.path()).expect("the folder").count(), 0, "nothing is made");
    let help = place.does(&["simulate", "--help"]);
    for word in ["ticketType", "reportedAt", "solution_refused", "asOf", "probes"] {
        assert!(help.contains(word), "{word} in {help}");
    }
}

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/contracts/dap-example.toml");
const ID: &str = "00000000-0000-0000-0000-000000000000";

async fn what_only_asks_says_that_a_database_is_not_there_and_makes_none(place: &Place) {
    let amended = ["--contract", "dap-example", "--calendar", "support", "--date", "2026-12-24", "--change", "closed", "--reason", "x"];
    let asked = [
        vec!["report", "--contract", "dap-example", "--month", "2026-03"],
        vec!["simulate", "--contract", CONTRACT, "--against", &place.database, "--from", "2026-03-01", "--to", "2026-03-31"],
        vec!["plan", CONTRACT],
        vec!["rebuild"],
        vec!["rebuild", "--write"],
        vec!["dead-letters"],
        vec!["dead-letters", "--retry", ID],
        vec!["token", "--list"],
        vec!["token", "--revoke", ID],
        [&["amend"][..], &amended].concat(),
    ];
    for arguments in asked {
        let ran = place.run(&arguments, &[]);
        let told = if place.on == On::Sqlite { "there is no database at" } else { "run `uurwerk migrate` first" };
        assert_eq!((ran.code, ran.out.as_str(), ran.err.contains(told)), (Some(1), "", true), "{arguments:?}: {ran:?}");
    }
    if place.on == On::Sqlite {
        assert_eq!(std::fs::read_dir(place.folder.path()).expect("the folder").count(), 0, "nothing is made");
    }
}

async fn a_report_of_what_is_not_there_says_so(place: &Place) {
    place.prepared().serves(&SANDBOX).await.stops();
    for (contract, month, told) in [
        ("dap-example", "2026-04", "this month has not begun"),
        ("dap-example", "1999-01", "not in force"),
        ("dap-example", "2026-13", "--month: 2026-13 is not a month"),
        ("elders", "2026-03", "there is no such contract"),
    ] {
        let ran = place.run(&["report", "--contract", contract, "--month", month], &[]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (Some(1), "", 1), "{ran:?}");
        assert!(ran.err.contains(told), "{ran:?}");
    }
}

async fn a_plan_names_what_changes_and_exits_2_when_it_cannot_be_applied(place: &Place) {
    place.prepared().serves(&SANDBOX).await.stops();
    let text = std::fs::read_to_string(CONTRACT).expect("the contract");
    let at = text.find("priority = \"p2\"").expect("a clock of P2");
    let goals = at + text[at..].find("within = \"").expect("its goal") + 10;
    let end = goals + text[goals..].find('"').expect("its end");
    let changed = format!("{}1h{}", &text[..goals], &text[end..]);
    let file = place.folder.path().join("changed.toml");
    std::fs::write(&file, &changed).expect("a file");
    let file = file.to_str().expect("a path");
    let refused = place.run(&["plan", file], &[]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.out.contains("cannot be applied"), "{refused:?}");

    std::fs::write(file, changed.replacen("version = \"1.0\"", "version = \"1.1\"", 1)).expect("a file");
    let plan = place.does(&["plan", file]);
    let line = plan.lines().find(|line| line.contains("goals.0.within")).unwrap_or_else(|| panic!("{plan}"));
    assert!(line.trim_start().starts_with("~ clocks.") && line.contains("(P2, "), "{plan}");
    let draft = place.run(&["plan", file, concat!(env!("CARGO_MANIFEST_DIR"), "/config/contracts/dap.toml")], &[]);
    assert_eq!((draft.code, draft.out.as_str()), (Some(2), plan.as_str()), "{draft:?}");
}

async fn an_unknown_setting_is_refused_in_a_line(place: &Place) {
    let ran = place.run(&["check"], &[("UURWERK_BIN", "target/debug/uurwerk")]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (Some(1), "", 1), "{ran:?}");
    assert!(ran.err.starts_with("settings: bin (UURWERK_BIN): there is no such setting") && !ran.err.contains(".rs"), "{ran:?}");
}

async fn check_names_every_file_of_this_machine_that_cannot_be_used(place: &Place) {
    let settings = "[[identity.providers]]\nissuer = \"https://login.example\"\naudience = [\"desk\"]\nroles = {}\ncertificate = \"/nergens/gezag.pem\"\n";
    std::fs::write(place.folder.path().join("desk.toml"), settings).expect("a file");
    let variables = [("UURWERK_CONFIG", "desk.toml"), ("UURWERK_ACCESS_BREACHED_PASSWORDS", "/nergens/gelekt.txt")];
    let ran = place.run(&["check"], &variables);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for told in ["access.breached_passwords: ", "/nergens/gelekt.txt", "identity.providers.0.certificate: /nergens/gezag.pem: "] {
        assert!(ran.err.contains(told), "{told}: {ran:?}");
    }
}

/// Whatever an option cannot be, it is named.
async fn an_option_that_cannot_be_is_named(place: &Place) {
    place.prepared();
    let long = "x".repeat(201);
    for (arguments, said) in [
        (&["token", "--role", "auditor", "--expires-at", "morgen"][..], "--expires-at"),
        (&["report", "--contract", "dap-example", "--month", "2026-03", "--as-of", "gisteren"], "--as-of"),
        (&["report", "--contract", "dap-example", "--month", "maart"], "--month"),
        (&["token", "--role", "auditor", "--expires-at", "2020-01-01T00:00:00Z"], "2020-01-01T00:00:00Z has passed"),
        (&["token", "--role", "auditor", "--name", "twee\nregels"], "a token's name is one line"),
        (&["token", "--role", "auditor", "--name", &long], "a token's name has 200 characters at most"),
        (&["token", "--role", "auditor", "--name", " "], "a token needs a name"),
    ] {
        let ran = place.run(arguments, &[]);
        assert!(ran.code != Some(0) && ran.out.is_empty() && ran.err.contains(said), "{arguments:?}: {ran:?}");
    }
    assert_eq!(place.does(&["token", "--list"]), "");
}

async fn tokens_are_listed_without_their_secrets_and_a_withdrawn_one_opens_nothing(place: &Place) {
    let desk = place.prepared().serves(&SANDBOX).await;
    let secrets: Vec<String> = [
        &["token", "--name", "koppeling", "--organisation", "ipo", "--role", "approver"][..],
        &["token", "--role", "agent_line_1"],
        &["token", "--name", "oud", "--role", "auditor", "--expires-at", "2026-03-02T07:30:00Z"],
    ]
    .into_iter()
    .map(|arguments| place.does(arguments).trim().to_owned())
    .collect();
    desk.post("/v1/sandbox/advances", &serde_json::json!({ "by": "PT1H" })).await;
    let listed = place.does(&["token", "--list"]);
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(!secrets.iter().any(|secret| listed.contains(secret.trim_start_matches("uwk_"))), "{listed}");
    let line = |name: &str| listed.lines().find(|line| line.ends_with(name)).unwrap_or_else(|| panic!("{name} in {listed}"));
    assert!(
        line(": koppeling").contains(" for ipo (approver), good") && line(": oud").contains("ended at 2026-03-02T07:30:00Z"),
        "{listed}"
    );

    let asks = async |secret: &str| {
        let header = format!("Bearer {secret}");
        desk.ask("GET", "/v1/tickets", &[("authorization", &header)], None).await.expect("an answer").0
    };
    assert_eq!((asks(&secrets[0]).await, asks(&secrets[1]).await, asks(&secrets[2]).await), (200, 200, 401));
    let id = line(": koppeling").split(' ').next().expect("an id");
    for _ in 0..2 {
        assert!(place.does(&["token", "--revoke", id]).contains("revoked at 2026-03-02T08:00:00Z"));
    }
    assert_eq!((asks(&secrets[0]).await, asks(&secrets[1]).await), (401, 200), "the other one stays");
    let unknown = place.run(&["token", "--revoke", "00000000-0000-0000-0000-000000000000"], &[]);
    assert_eq!((unknown.code, unknown.err.trim()), (Some(1), "there is no such token"), "{unknown:?}");
}

async fn a_first_start_says_where_the_desk_is_and_what_next_and_nothing_of_its_tables(place: &Place) {
    let mut desk = Serving::new(place.prepared().command(&["serve"], &[]));
    assert!(desk.answers().await);
    let Ran { out, err, .. } = desk.stops();
    let token = out.lines().find_map(|line| line.split_once("shown this once: ")).expect("a token").1.to_owned();
    assert!(out.contains(&format!("Bearer {token}")) && out.contains("/docs") && out.contains("uurwerk token --organisation"), "{out}");
    assert!(!err.contains("Applying") && !err.contains("m0001"), "{err}");
    let mut again = Serving::new(place.command(&["serve"], &[]));
    assert!(again.answers().await);
    assert_eq!(again.stops().out.lines().count(), 1);
}

/// What the README shows of a ledger, as it stands there.
#[test]
fn the_ledger_of_the_readme_shows_its_lines() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = std::fs::read_to_string(format!("{root}/README.md")).expect("the README");
    let block = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).find(|block| block.contains("--ledger"));
    let block = block.expect("a block").replace("target/debug/uurwerk", env!("CARGO_BIN_EXE_uurwerk"));
    let ran = Ran::from(Command::new("bash").args(["-ec", &block]).current_dir(root).output().expect("it runs"));
    let answer: serde_json::Value = serde_json::from_str(ran.out.lines().next().unwrap_or_default()).expect("JSON");
    assert!(answer["clocks"][0]["ledger"].as_array().is_some_and(|lines| lines.len() > 2), "{ran:?}");
}
