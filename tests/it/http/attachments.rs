//! Files on tickets: in and out in a stream, seen by whom they are for, and never half there.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uurwerk::domain::Instant;
use uurwerk::usecases::attachments;

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    a_file_comes_out_as_it_went_in_and_is_told_of_once,
    a_download_can_be_had_in_parts_and_does_nothing_in_a_browser,
    a_name_is_no_path_and_says_what_it_says_in_any_script,
    what_is_too_large_is_cut_off_and_leaves_nothing,
    a_ticket_has_room_for_so_much_and_no_more,
    a_file_of_another_organisation_does_not_exist_and_an_internal_one_is_the_desks,
    the_same_key_keeps_one_file_and_another_file_under_it_is_a_conflict,
    a_file_without_a_name_a_body_or_a_ticket_is_refused,
    what_a_killed_upload_left_is_removed_after_a_day_and_nothing_else,
);

const OCTETS: [(&str, &str); 1] = [("content-type", "application/octet-stream")];

/// Bytes that differ everywhere.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

async fn attach(desk: &Desk, number: &str, query: &str, bytes: Vec<u8>) -> Answer {
    desk.send_raw(&format!("/v1/tickets/{number}/attachments?{query}"), bytes, &OCTETS).await
}

async fn list(desk: &Desk, number: &str) -> Vec<Value> {
    let answer = desk.get(&format!("/v1/tickets/{number}/attachments")).await;
    answer.body["items"].as_array().cloned().unwrap_or_default()
}

async fn download(desk: &Desk, path: &str, range: Option<&str>) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let mut request = desk.request("GET", path).bearer_auth(ADMIN);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.headers().clone(), response.bytes().await.expect("bytes").to_vec())
}

/// Every file under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

async fn a_file_comes_out_as_it_went_in_and_is_told_of_once(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    // One byte, less than a part, a part to the byte, and more than two.
    for (at, length) in [1, 1000, 512 * 1024, 3 * 512 * 1024 + 17].into_iter().enumerate() {
        let bytes = noise(length);
        let answer = attach(desk, &number, &format!("name=deel-{at}.pdf&mediaType=application/pdf"), bytes.clone()).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let digest = Sha256::digest(&bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let mut known = answer.body.clone();
        let id = known["id"].as_str().expect("an id").to_owned();
        assert_eq!(answer.headers["location"].to_str().ok().and_then(|place| place.rsplit('/').next()), Some(id.as_str()));
        known.as_object_mut().expect("an object").retain(|key, _| key != "id");
        let expected = json!({
            "name": format!("deel-{at}.pdf"), "mediaType": "application/pdf", "sizeBytes": length, "digest": digest, "author": { "kind": "desk", "name": "admin", "id": null },
            "visibility": "public", "classification": "internal", "scan": null, "recordedAt": "2026-03-02T07:00:00Z", "ticket": number
        });
        assert_eq!(known, expected);
        assert!(list(desk, &number).await.contains(&answer.body));
        let (status, _, back) = download(desk, &format!("/v1/tickets/{number}/attachments/{id}"), None).await;
        assert_eq!((status, back == bytes), (200, true));
        let told: Vec<_> = desk.events(&number).await.into_iter().filter(|event| event["type"] == "ticket.attached").collect();
        // History knows a file by its id: its name can be erased.
        assert_eq!((told.len(), &told[at]["data"]), (at + 1, &json!({ "attachment": id, "visibility": "public", "sizeBytes": length })));
    }
    assert_eq!(files(&desk.attachments()).len(), 4);
}

async fn a_download_can_be_had_in_parts_and_does_nothing_in_a_browser(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let bytes = noise(600_000);
    let kept = attach(desk, &number, "name=pagina.html&mediaType=text/html", bytes.clone()).await.body;
    let path = format!("/v1/tickets/{number}/attachments/{}", kept["id"].as_str().expect("an id"));
    let (status, headers, _) = download(desk, &path, None).await;
    let header = |name: &str| headers[name].to_str().expect("text").to_owned();
    assert_eq!(
        (status, header("content-type"), header("content-length")),
        (200, "application/octet-stream".to_owned(), "600000".to_owned())
    );
    assert!(header("content-security-policy").contains("sandbox") && header("content-disposition").starts_with("attachment;"));
    assert_eq!((header("x-content-type-options"), header("accept-ranges")), ("nosniff".to_owned(), "bytes".to_owned()));
    for (range, status, part) in [
        ("bytes=0-0", 206, &bytes[..1]),
        ("bytes=599990-", 206, &bytes[599_990..]),
        ("bytes=-7", 206, &bytes[599_993..]),
        ("bytes=524000-525000", 206, &bytes[524_000..=525_000]),
        ("bytes=599999-999999", 206, &bytes[599_999..]),
        ("bytes=0-1,5-6", 200, &bytes[..]),
        ("rows=1", 200, &bytes[..]),
    ] {
        let (answered, headers, back) = download(desk, &path, Some(range)).await;
        assert_eq!((answered, back == part), (status, true), "{range}");
        assert_eq!(headers.contains_key("content-range"), status == 206, "{range}");
    }
    let (status, headers, _) = download(desk, &path, Some("bytes=600000-")).await;
    assert_eq!((status, headers["content-range"].to_str().ok()), (416, Some("bytes */600000")));
}

async fn a_name_is_no_path_and_says_what_it_says_in_any_script(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    for (given, name, disposition) in [
        ("..%2F..%2Fetc%2Fpasswd", "passwd", "attachment; filename=\"passwd\"; filename*=UTF-8''passwd"),
        ("caf%C3%A9%20%22nu%22.txt", "café _nu_.txt", "attachment; filename=\"caf_ _nu_.txt\"; filename*=UTF-8''caf%C3%A9%20_nu_.txt"),
        (
            "C%3A%5Cx%0D%0ASet-Cookie%3A%20a",
            "xSet-Cookie_ a",
            "attachment; filename=\"xSet-Cookie_ a\"; filename*=UTF-8''xSet%2DCookie_%20a",
        ),
    ] {
        let kept = attach(desk, &number, &format!("name={given}"), b"x".to_vec()).await.body;
        assert_eq!((&kept["name"], &kept["mediaType"]), (&json!(name), &json!("application/octet-stream")));
        let (_, headers, _) =
            download(desk, &format!("/v1/tickets/{number}/attachments/{}", kept["id"].as_str().expect("an id")), None).await;
        assert_eq!(headers["content-disposition"].to_str().ok(), Some(disposition));
    }
    // On disk there are ids and nothing else.
    for file in files(&desk.attachments()) {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
}

async fn what_is_too_large_is_cut_off_and_leaves_nothing(desk: &Desk) {
    let cap = desk.app.settings.attachments.max_bytes;
    let number = desk.registers(&incident("p3")).await;
    let before = desk.history(&number).await.len();
    let said = attach(desk, &number, "name=groot.bin", vec![0; usize::try_from(cap).expect("a size") + 1]).await;
    assert_eq!((said.status, &said.body["code"]), (413, &json!("attachment_too_large")));
    // Nobody says how long this one is, and it has no end.
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![7; 64 * 1024])));
    let path = format!("/v1/tickets/{number}/attachments?name=eindeloos.bin");
    let sent = desk
        .request("POST", &path)
        .bearer_auth(ADMIN)
        .header("content-type", "application/octet-stream")
        .body(reqwest::Body::wrap_stream(endless))
        .send()
        .await;
    let status = sent.map(|answer| answer.status().as_u16());
    assert!(status.as_ref().map_or(true, |status| *status == 413), "{status:?}");
    assert_eq!((list(desk, &number).await.len(), desk.history(&number).await.len()), (0, before));
    assert_eq!(files(&desk.attachments()), Vec::<PathBuf>::new());
}

async fn a_ticket_has_room_for_so_much_and_no_more(desk: &Desk) {
    let desk =
        Desk::open_with(desk.on(), &[("UURWERK_ATTACHMENTS_MAX_BYTES_PER_TICKET", "1000"), ("UURWERK_ATTACHMENTS_MAX_BYTES", "600")]).await;
    let number = desk.registers(&incident("p3")).await;
    assert_eq!(attach(&desk, &number, "name=a", vec![1; 601]).await.body["code"], "attachment_too_large");
    assert_eq!(attach(&desk, &number, "name=a", vec![1; 600]).await.status, 201);
    let full = attach(&desk, &number, "name=b", vec![1; 401]).await;
    assert_eq!((full.status, &full.body["code"]), (413, &json!("ticket_full")));
    let too_large = attach(&desk, &number, "name=b", vec![1; 601]).await;
    assert_eq!((too_large.status, &too_large.body["code"]), (413, &json!("attachment_too_large")), "on no ticket would it fit");
    // However many come at once.
    let answers = futures_util::future::join_all((0..8).map(|_| attach(&desk, &number, "name=b", vec![1; 100]))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 4);
    let total: u64 = list(&desk, &number).await.iter().filter_map(|one| one["sizeBytes"].as_u64()).sum();
    assert_eq!((total, files(&desk.attachments()).len()), (1000, 5));
}

async fn a_file_of_another_organisation_does_not_exist_and_an_internal_one_is_the_desks(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let public = attach(desk, &number, "name=open.txt", b"open".to_vec()).await.body;
    let internal = attach(desk, &number, "name=dicht.txt&visibility=internal", b"dicht".to_vec()).await.body;
    let path = |one: &Value| format!("/v1/tickets/{number}/attachments/{}", one["id"].as_str().expect("an id"));
    let (client, other) = (desk.token_of("ipo").await, desk.token_of("gemeente-voorbeeld").await);
    let seen = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{number}/attachments"), None).await.body["items"].clone();
    assert_eq!(seen, json!([public]));
    assert_eq!(list(desk, &number).await.len(), 2);
    for (token, one, status) in
        [(ADMIN, &public, 200), (ADMIN, &internal, 200), (&*client, &public, 200), (&*client, &internal, 404), (&*other, &public, 404)]
    {
        assert_eq!(desk.ask(Some(token), "GET", &path(one), None).await.status, status);
    }
    assert_eq!(desk.ask(Some(&other), "GET", &format!("/v1/tickets/{number}/attachments"), None).await.status, 404);
    assert_eq!(desk.ask(None, "GET", &path(&public), None).await.status, 401);
    // A file is found on its own ticket only.
    let another = desk.registers(&incident("p3")).await;
    assert_eq!(desk.get(&format!("/v1/tickets/{another}/attachments/{}", public["id"].as_str().expect("an id"))).await.status, 404);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/attachments/x")).await.status, 404);
    let told = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{number}/events?pageSize=100"), None).await.body["items"].clone();
    let told = told.as_array().expect("events").iter().filter(|event| event["type"] == "ticket.attached").count();
    assert_eq!(told, 1);
    for (token, query, status) in [(&other, "name=x", 404), (&client, "name=x&visibility=internal", 403), (&client, "name=x", 201)] {
        let sent = desk
            .request("POST", &format!("/v1/tickets/{number}/attachments?{query}"))
            .bearer_auth(token)
            .header("content-type", "application/octet-stream")
            .body("x")
            .send()
            .await;
        assert_eq!(sent.expect("an answer").status().as_u16(), status, "{query}");
    }
    assert_eq!(files(&desk.attachments()).len(), 3);
}

async fn the_same_key_keeps_one_file_and_another_file_under_it_is_a_conflict(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}/attachments?name=a.txt");
    let headers = [("content-type", "application/octet-stream"), ("idempotency-key", "k-1")];
    let first = desk.send_raw(&path, b"een".to_vec(), &headers).await;
    let second = desk.send_raw(&path, b"een".to_vec(), &headers).await;
    assert_eq!((first.status, second.status, &first.body), (201, 201, &second.body));
    let other = desk.send_raw(&path, b"twee".to_vec(), &headers).await;
    assert_eq!((other.status, &other.body["code"]), (409, &json!("idempotency_key_reused")));
    let renamed = desk.send_raw(&format!("/v1/tickets/{number}/attachments?name=b.txt"), b"een".to_vec(), &headers).await;
    assert_eq!(renamed.status, 409);
    assert_eq!((list(desk, &number).await.len(), files(&desk.attachments()).len()), (1, 1));
}

async fn a_file_without_a_name_a_body_or_a_ticket_is_refused(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let all = attach(desk, &number, "visibility=secret&mediaType=pdf&colour=red", b"x".to_vec()).await;
    let mut named: Vec<_> = all.body["errors"].as_array().expect("errors").iter().filter_map(|one| one["pointer"].as_str()).collect();
    named.sort_unstable();
    assert_eq!((all.status, named), (400, vec!["colour", "mediaType", "name", "visibility"]));
    let nameless = attach(desk, &number, "name=..", b"x".to_vec()).await;
    assert_eq!((nameless.status, &nameless.body["errors"][0]["code"]), (400, &json!("bad_name")));
    let empty = attach(desk, &number, "name=leeg.txt", Vec::new()).await;
    assert_eq!((empty.status, &empty.body["errors"][0]["code"]), (400, &json!("empty_body")));
    let form = desk
        .send_raw(
            &format!("/v1/tickets/{number}/attachments?name=x"),
            b"--x".to_vec(),
            &[("content-type", "multipart/form-data; boundary=x")],
        )
        .await;
    assert_eq!(form.status, 415);
    assert_eq!(attach(desk, "INC-9999", "name=x", b"x".to_vec()).await.status, 404);
    assert_eq!((list(desk, &number).await.len(), files(&desk.attachments()).len()), (0, 0));
}

/// Design § 5: killed anywhere, the bytes are there before the row, so that a row without bytes never is.
async fn what_a_killed_upload_left_is_removed_after_a_day_and_nothing_else(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let kept = attach(desk, &number, "name=blijft.txt", noise(2000)).await.body;
    // One process dies with half a file on its way, another between the last byte and the row.
    let (half, whole) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    let now = uurwerk::time::TimeSource::machine().now();
    let all = uurwerk::store::Scope::ALL;
    let expected = async |tx: &uurwerk::store::Tx| Ok(uurwerk::store::attachments::expect(tx, &[half, whole], now).await?);
    desk.app.keep_books(&all, expected).await.expect("they are written down");
    let bytes = stream::iter([Ok::<_, std::io::Error>(Bytes::from(noise(3_000_000)))]);
    desk.app.files.keep(whole, bytes, u64::MAX).await.expect("bytes");
    let text = half.simple().to_string();
    let folder = desk.attachments().join(&text[30..]);
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(format!("{text}#1")), noise(100))).expect("half a file");
    let later = |seconds| now.plus(seconds).expect("an instant");
    let sweep = async |at: Instant| attachments::sweep(&desk.app, at).await.expect("a sweep");
    assert_eq!((sweep(later(86_399)).await, files(&desk.attachments()).len()), (0, 3));
    assert_eq!((sweep(later(86_401)).await, files(&desk.attachments()).len()), (2, 1));
    assert_eq!(sweep(later(10 * 86_400)).await, 0);
    let path = format!("/v1/tickets/{number}/attachments/{}", kept["id"].as_str().expect("an id"));
    assert_eq!(download(desk, &path, None).await.2, noise(2000));
}
