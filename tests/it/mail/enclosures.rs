//! Files that came with a mail are files on its ticket, once, and what is too large is said.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk};

on_both_databases!(
    what_comes_with_a_mail_is_on_its_ticket_and_on_no_other,
    what_is_too_large_stays_in_the_message_and_is_noted,
    a_mail_with_files_delivered_many_times_at_once_leaves_each_file_once,
);

/// A mail with files, each a name and its bytes as base64.
fn mail(id: &str, answers: Option<&str>, from: &str, files: &[(&str, &str)]) -> String {
    let answers = answers.map(|id| format!("In-Reply-To: <{id}>\n")).unwrap_or_default();
    let part = |(name, base64): &(&str, &str)| {
        format!(
            "--grens\nContent-Type: application/pdf; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n\
             Content-Transfer-Encoding: base64\n\n{base64}\n"
        )
    };
    format!(
        "From: {from}\nSubject: Rapport\nMessage-ID: <{id}>\n{answers}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=grens\n\n\
         --grens\nContent-Type: text/plain\n\nZie bijlage.\n{}--grens--\n",
        files.iter().map(part).collect::<String>()
    )
}

fn stored(desk: &Desk) -> usize {
    let folders = std::fs::read_dir(desk.attachments()).into_iter().flatten().filter_map(Result::ok);
    folders.map(|folder| std::fs::read_dir(folder.path()).map(Iterator::count).unwrap_or_default()).sum()
}

async fn list(desk: &Desk, number: &str) -> Vec<Value> {
    desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"].as_array().cloned().unwrap_or_default()
}

/// MAIL-03.
async fn what_comes_with_a_mail_is_on_its_ticket_and_on_no_other(desk: &Desk) {
    let first = mail("1@ipo.example", None, "anna@ipo.example", &[("../een.pdf", "RWVu"), ("twee.pdf", "VHdlZQ==")]);
    let answer = desk.mail_arrives("servicedesk", &first).await;
    let number = answer.body["ticket"].as_str().expect("a ticket").to_owned();
    let mut kept: Vec<_> =
        list(desk, &number).await.iter().map(|one| (one["name"].clone(), one["sizeBytes"].clone(), one["visibility"].clone())).collect();
    kept.sort_by_key(|one| one.0.to_string());
    assert_eq!(kept, [(json!("een.pdf"), json!(3), json!("public")), (json!("twee.pdf"), json!(4), json!("public"))]);
    let id = list(desk, &number).await.iter().find(|one| one["name"] == "twee.pdf").and_then(|one| one["id"].as_str().map(str::to_owned));
    let path = format!("/v1/tickets/{number}/attachments/{}", id.expect("an id"));
    let bytes = desk.request("GET", &path).bearer_auth(ADMIN).send().await.expect("an answer").bytes().await.expect("bytes");
    assert_eq!(&bytes[..], b"Twee");
    // The same again, a reply, a stranger's, and a machine's.
    assert_eq!(desk.mail_arrives("servicedesk", &first).await.body["outcome"], "duplicate");
    let reply = mail("2@ipo.example", Some("1@ipo.example"), "anna@ipo.example", &[("drie.pdf", "RHJpZQ==")]);
    assert_eq!(desk.mail_arrives("servicedesk", &reply).await.body["outcome"], "reply");
    let stranger = mail("3@elders.example", None, "vreemd@elders.example", &[("x.pdf", "eA==")]);
    assert_eq!(desk.mail_arrives("servicedesk", &stranger).await.body["outcome"], "quarantined");
    assert_eq!((list(desk, &number).await.len(), stored(desk)), (3, 3));
    let told = desk.history(&number).await.iter().filter(|event| event.0 == "ticket.attached").count();
    assert_eq!(told, 3);
    let drie = list(desk, &number).await.into_iter().find(|one| one["name"] == "drie.pdf").expect("the reply's");
    assert!(drie["author"]["kind"] == "client" && drie["author"]["id"].is_string(), "{drie}");
}

async fn what_is_too_large_stays_in_the_message_and_is_noted(desk: &Desk) {
    let told = [("UURWERK_ATTACHMENTS_MAX_BYTES", "10"), ("UURWERK_ATTACHMENTS_MAX_BYTES_PER_TICKET", "15")];
    let desk = Desk::open_with(desk.on(), &told).await;
    let ten = "MDEyMzQ1Njc4OQ==";
    let files = [("groot.pdf", "MDEyMzQ1Njc4OWE="), ("past.pdf", ten), ("past-niet-meer.pdf", ten), ("klein.pdf", "MDEyMzQ=")];
    let answer = desk.mail_arrives("servicedesk", &mail("1@ipo.example", None, "anna@ipo.example", &files)).await;
    let number = answer.body["ticket"].as_str().expect("a ticket").to_owned();
    let mut names: Vec<_> = list(&desk, &number).await.iter().map(|one| one["name"].as_str().unwrap_or_default().to_owned()).collect();
    names.sort();
    assert_eq!((names, stored(&desk)), (vec!["klein.pdf".to_owned(), "past.pdf".to_owned()], 2));
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].clone();
    let note = messages.as_array().expect("messages").iter().find(|one| one["visibility"] == "internal").expect("a note").clone();
    let body = note["body"].as_str().unwrap_or_default();
    let said = "Niet als bijlage bewaard, wel in het oorspronkelijke bericht: ";
    let too_large = format!("{said}groot.pdf (groter dan de 10 bytes die een bestand mag hebben).");
    let no_room = format!("{said}past-niet-meer.pdf (er is bij dit ticket geen plaats meer voor).");
    assert_eq!((body, &note["author"]["kind"]), (format!("{too_large}\n{no_room}").as_str(), &json!("system")));
}

/// MAIL-04.
async fn a_mail_with_files_delivered_many_times_at_once_leaves_each_file_once(desk: &Desk) {
    let mail = mail("1@ipo.example", None, "anna@ipo.example", &[("een.pdf", "RWVu"), ("twee.pdf", "VHdlZQ==")]);
    let answers = futures_util::future::join_all((0..6).map(|_| desk.mail_arrives("servicedesk", &mail))).await;
    let number = answers.iter().find_map(|answer| answer.body["ticket"].as_str()).expect("a ticket");
    assert_eq!((list(desk, number).await.len(), stored(desk)), (2, 2));
}
