//! The project's own awkward mails, through a running desk: each ends as something, and every one is kept.

use std::collections::BTreeMap;
use std::path::Path;

use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(every_awkward_mail_ends_as_something_and_none_is_lost);

/// MAIL-10.
async fn every_awkward_mail_ends_as_something_and_none_is_lost(desk: &Desk) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mail/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok).map(|file| file.path()).collect();
    files.sort();
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for file in &files {
        let raw = std::fs::read(file).expect("a mail");
        let answer = desk.send_raw("/v1/inbound-messages?mailbox=servicedesk", raw, &[("content-type", "application/octet-stream")]).await;
        assert_eq!(answer.status, 201, "{}: {}", file.display(), answer.body);
        *outcomes.entry(answer.body["outcome"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    assert!(!files.is_empty() && outcomes.values().sum::<usize>() == files.len(), "{outcomes:?}");
    assert_eq!(desk.get("/livez").await.status, 200);
}
