//! Clients made from the API document talk to a running desk; a linter and a fuzzer hold the document against its rules.
//!
//! The tools are Python's and Node's: `tests/setup.sh` installs them, pinned, into `target/clients`, and `tests/clients` has
//! what they run.

use std::path::Path;
use std::process::Command;

use crate::support::{ADMIN, Desk, On};

/// Runs a script of `tests/clients`; fails with what it printed.
async fn run(script: &'static str, arguments: Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(
        root.join("target/clients/ready").exists(),
        "the client generators are not installed: run `bash tests/setup.sh` (or `make test`, which does)"
    );
    let started = move || Command::new("bash").arg(root.join("tests/clients").join(script)).args(arguments).output();
    let ended = actix_web::web::block(started).await.expect("a thread").expect("bash");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(ended.status.success(), "{script} failed:\n{}\n{}", said(&ended.stdout), said(&ended.stderr));
}

/// Runs a script with the address of a fresh desk and a token.
async fn talks_to_a_desk(script: &'static str) {
    talks_to(&Desk::open(On::Sqlite).await, script, &[]).await;
}

/// Sends a desk so many cases. It refuses wrong tokens however many come: what it has to say of each would depend on how quickly they are sent.
async fn is_sent(cases: &str) {
    let desk = Desk::open_with(On::Sqlite, &[("UURWERK_HTTP_FAILURES_PER_MINUTE", "0")]).await;
    talks_to(&desk, "schemathesis/run.sh", &[cases]).await;
}

async fn talks_to(desk: &Desk, script: &'static str, more: &[&str]) {
    let own = [desk.url().to_owned() + "/v1", ADMIN.to_owned()];
    run(script, own.into_iter().chain(more.iter().map(|&one| one.to_owned())).collect()).await;
}

#[actix_web::test]
async fn the_document_keeps_the_api_design_rules_without_a_warning() {
    run("typescript/lint.sh", Vec::new()).await;
}

#[actix_web::test]
async fn a_python_client_is_made_and_checked_and_talks_to_the_desk() {
    talks_to_a_desk("python/run.sh").await;
}

#[actix_web::test]
async fn typescript_clients_are_made_and_checked_and_talk_to_the_desk() {
    talks_to_a_desk("typescript/run.sh").await;
}

/// 500 cases over the whole document: no fault, and no answer that the document does not name.
#[actix_web::test]
async fn the_desk_answers_whatever_is_sent_as_its_document_says() {
    is_sent("500").await;
}

#[actix_web::test]
#[ignore = "long: 10,000 cases"]
async fn the_desk_answers_very_much_of_whatever_is_sent_as_its_document_says() {
    is_sent("10000").await;
}

#[actix_web::test]
#[ignore = "long: generators that start a Java machine or compile a client"]
async fn clients_for_java_csharp_go_php_and_rust_are_made_and_compiled() {
    run("proof/run.sh", Vec::new()).await;
}
