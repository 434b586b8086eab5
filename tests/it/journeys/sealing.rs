//! Files and mails at rest: nobody reads them from the disk, nobody alters them unseen, and the keys change while the desk works (SEC-02).

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use uurwerk::usecases::rotation;

use super::kills;
use crate::support::{ADMIN, Desk, On, client, incident};

pub(super) const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECOND: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const SECRET: &str = "BSN 123456782";

pub(super) fn key_file(folder: &Path, keys: &[&str]) -> PathBuf {
    let file = folder.join("files.key");
    std::fs::write(&file, keys.join("\n")).expect("a file");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("its mode");
    file
}

/// A desk that seals, with the folder that holds its key file.
async fn sealing(on: On, keys: &[&str]) -> (Desk, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = key_file(folder.path(), keys);
    (Desk::open_with(on, &[("UURWERK_FILES_KEY_FILE", &file.display().to_string())]).await, folder)
}

fn text(length: usize) -> Vec<u8> {
    format!("{SECRET}; ").into_bytes().into_iter().cycle().take(length).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn reads_secret(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|some| some == SECRET.as_bytes())
}

/// Adds a file; its path in the API.
async fn attach(desk: &Desk, number: &str, bytes: Vec<u8>) -> String {
    let octets = [("content-type", "application/octet-stream")];
    let answer = desk.send_raw(&format!("/v1/tickets/{number}/attachments?name=brief.txt"), bytes, &octets).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    format!("/v1/tickets/{number}/attachments/{}", answer.body["id"].as_str().expect("an id"))
}

/// Status and bytes of a download; as many bytes as came in when it was broken off.
async fn download(desk: &Desk, path: &str, range: Option<&str>) -> (u16, Vec<u8>) {
    use futures_util::StreamExt as _;
    let mut request = desk.request("GET", path).bearer_auth(ADMIN);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    let response = request.send().await.expect("an answer");
    let (status, mut stream, mut bytes) = (response.status().as_u16(), response.bytes_stream(), Vec::new());
    while let Some(Ok(chunk)) = stream.next().await {
        bytes.extend_from_slice(&chunk);
    }
    (status, bytes)
}

/// A mail with the secret in its text and in a file; its path in the API.
async fn mail(desk: &Desk, id: &str) -> String {
    let mail = format!(
        "From: Anna <anna@ipo.example>\nTo: servicedesk@uurwerk.example\nSubject: Brief\nMessage-ID: <{id}@ipo.example>\n\
         MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{SECRET}\n\
         --b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=brief.txt\n\n{SECRET} in een bestand\n--b--\n"
    );
    let answer = desk.mail_arrives("servicedesk", &mail).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    format!("/v1/inbound-messages/{}/content", answer.body["id"].as_str().expect("an id"))
}

/// Every kept mail as the database holds it.
async fn stored_mails(desk: &Desk) -> Vec<Vec<u8>> {
    let sql = desk.behind().await;
    let asked = Statement::from_string(sql.get_database_backend(), "SELECT raw FROM inbound_mail");
    let rows = sql.query_all_raw(asked).await.expect("rows");
    rows.iter().map(|row| row.try_get_by_index(0).expect("bytes")).collect()
}

#[actix_web::test]
async fn sec_02_neither_the_folder_nor_the_database_holds_a_file_that_can_be_read() {
    for on in [On::Sqlite, On::Postgres] {
        let (desk, _keys) = sealing(on, &[FIRST]).await;
        let number = desk.registers(&incident("p3")).await;
        let bytes = text(600_000);
        let path = attach(&desk, &number, bytes.clone()).await;
        let raw = mail(&desk, "een").await;
        let stored = files(&desk.attachments());
        assert_eq!(stored.len(), 2);
        for file in stored {
            assert!(!reads_secret(&std::fs::read(file).expect("a file")));
        }
        let mails = stored_mails(&desk).await;
        assert!(mails.len() == 1 && !reads_secret(&mails[0]));
        assert!(reads_secret(&download(&desk, &raw, None).await.1));
        for (range, status, part) in [
            (None, 200, &bytes[..]),
            (Some("bytes=0-0"), 206, &bytes[..1]),
            (Some("bytes=65530-65545"), 206, &bytes[65_530..=65_545]),
            (Some("bytes=131072-393215"), 206, &bytes[131_072..393_216]),
            (Some("bytes=-7"), 206, &bytes[599_993..]),
            (Some("bytes=600000-"), 416, &[]),
        ] {
            let (answered, back) = download(&desk, &path, range).await;
            assert!((answered, back == part || status == 416) == (status, true), "{range:?}");
        }
        let head = desk.request("GET", &path).bearer_auth(ADMIN).send().await.expect("an answer");
        let listed = desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"][0].clone();
        assert_eq!((head.headers()["content-length"].to_str().ok(), &listed["sizeBytes"]), (Some("600000"), &json!(600_000)));
        assert_eq!(head.headers()["etag"].to_str().ok(), Some(format!("\"{}\"", listed["digest"].as_str().expect("a digest")).as_str()));
    }
}

#[actix_web::test]
async fn sec_02_a_file_altered_on_the_disk_is_a_clear_fault_and_is_not_served() {
    let (desk, _keys) = sealing(On::Sqlite, &[FIRST]).await;
    let number = desk.registers(&incident("p3")).await;
    let path = attach(&desk, &number, text(200_000)).await;
    let file = files(&desk.attachments()).pop().expect("a file");
    let other_path = attach(&desk, &number, text(200_000)).await;
    let other = files(&desk.attachments()).into_iter().find(|one| *one != file).expect("another");
    let (good, other_good) = (std::fs::read(&file).expect("bytes"), std::fs::read(&other).expect("bytes"));
    let piece = 64 * 1024 + 16;
    let mut altered = good.clone();
    altered[100] ^= 1;
    let moved = [&good[piece..2 * piece], &good[..piece], &good[2 * piece..]].concat();
    for (what, bytes) in [
        ("altered", &altered[..]),
        ("cut off", &good[..good.len() - 1]),
        ("cut off at a piece", &good[..2 * piece]),
        ("emptied", &[]),
        ("longer", &[&good[..], b"x"].concat()),
        ("reordered", &moved),
        ("another file", &other_good),
        ("in clear", &text(200_000)),
        ("in clear, of the sealed length", &text(good.len())),
    ] {
        std::fs::write(&file, bytes).expect("written");
        for range in [None, Some("bytes=5-9")] {
            let (status, back) = download(&desk, &path, range).await;
            assert!(status == 500 && !reads_secret(&back), "{what} {range:?}");
            assert!(String::from_utf8_lossy(&back).contains("\"file_damaged\""), "{what}: {}", String::from_utf8_lossy(&back));
        }
    }
    // Found when some of it was sent: what is sent ends before it.
    let mut later = good.clone();
    later[piece + 5] ^= 1;
    std::fs::write(&file, &later).expect("written");
    let (status, back) = download(&desk, &path, None).await;
    assert_eq!((status, back.len() <= 65_536), (200, true));
    assert_eq!(download(&desk, &path, Some("bytes=70000-70001")).await.0, 500);
    std::fs::remove_file(&file).expect("gone");
    assert_eq!(download(&desk, &path, None).await.0, 500);
    std::fs::write(&file, &good).expect("put back");
    assert_eq!(download(&desk, &path, None).await, (200, text(200_000)));
    assert_eq!(download(&desk, &other_path, None).await.0, 200);
}

#[actix_web::test]
async fn sec_02_a_desk_without_the_right_key_is_not_ready_and_opens_nothing_until_it_has_it() {
    for on in [On::Sqlite, On::Postgres] {
        let (desk, keys) = sealing(on, &[FIRST]).await;
        let number = desk.registers(&incident("p3")).await;
        let (path, raw) = (attach(&desk, &number, text(1000)).await, mail(&desk, "een").await);
        assert_eq!(desk.get("/readyz").await.status, 200);
        key_file(keys.path(), &[SECOND]);
        assert_eq!((desk.get("/readyz").await.status, desk.get("/livez").await.status), (503, 200));
        for path in [&path, &raw] {
            let (status, back) = download(&desk, path, None).await;
            assert_eq!((status, reads_secret(&back)), (503, false), "{path}");
        }
        let without = desk.another_door_with(|settings| settings.files.key_file = None).await;
        assert_eq!((without.get("/readyz").await.status, download(&desk, &path, None).await.0), (503, 503));
        key_file(keys.path(), &[SECOND, FIRST]);
        assert_eq!((desk.get("/readyz").await.status, download(&desk, &path, None).await), (200, (200, text(1000))));
        assert!(reads_secret(&download(&desk, &raw, None).await.1));
    }
}

#[actix_web::test]
async fn sec_02_what_came_before_the_key_stays_readable_and_rotation_seals_it_and_changes_keys() {
    for on in [On::Sqlite, On::Postgres] {
        let open = Desk::open(on).await;
        let number = open.registers(&incident("p3")).await;
        let (path, raw) = (attach(&open, &number, text(300_000)).await, mail(&open, "een").await);
        let keys = tempfile::tempdir().expect("a folder");
        let file = key_file(keys.path(), &[FIRST]);
        let desk = open.another_door_with(|settings| settings.files.key_file = Some(file.clone())).await;
        let later = attach(&desk, &number, text(1000)).await;
        let all_open = async |desk: &Desk| {
            assert_eq!(download(desk, &path, None).await, (200, text(300_000)));
            assert_eq!(download(desk, &later, None).await, (200, text(1000)));
            assert!(reads_secret(&download(desk, &raw, None).await.1));
        };
        all_open(&desk).await;
        let done = rotation::rotate(&desk.app, |_| {}).await.expect("rotated");
        // The file, the mail and the file of the mail.
        assert_eq!((done.rewrapped, done.sealed, done.failed.len()), (0, 3, 0));
        all_open(&desk).await;
        for one in files(&open.attachments()) {
            assert!(!reads_secret(&std::fs::read(one).expect("a file")));
        }
        assert!(stored_mails(&desk).await.iter().all(|mail| !reads_secret(mail)));
        assert_eq!((files(&open.attachments()).len(), desk.rows("upload").await), (3, 0), "nothing in clear is left behind");

        let before = files(&open.attachments());
        key_file(keys.path(), &[SECOND, FIRST]);
        all_open(&desk).await;
        let done = rotation::rotate(&desk.app, |_| {}).await.expect("rotated");
        assert_eq!((done.rewrapped, done.sealed), (4, 0));
        assert_eq!(files(&open.attachments()), before, "another key is not another file");
        key_file(keys.path(), &[SECOND]);
        all_open(&desk).await;
        assert_eq!(rotation::rotate(&desk.app, |_| {}).await.expect("rotated"), rotation::Rotated::default());
        assert_eq!(desk.get("/readyz").await.status, 200);
    }
}

#[actix_web::test]
async fn sec_02_keys_change_while_files_come_in() {
    for on in [On::Sqlite, On::Postgres] {
        let (desk, keys) = sealing(on, &[FIRST]).await;
        let number = desk.registers(&incident("p3")).await;
        let old = attach(&desk, &number, text(1000)).await;
        let uploads = async {
            let mut paths = Vec::new();
            for at in 0..12 {
                if at == 3 {
                    key_file(keys.path(), &[SECOND, FIRST]);
                }
                paths.push(attach(&desk, &number, text(100_000 + at)).await);
            }
            paths
        };
        let rotations = async {
            for _ in 0..6 {
                rotation::rotate(&desk.app, |_| {}).await.expect("rotated");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let (paths, ()) = tokio::join!(uploads, rotations);
        assert_eq!(rotation::rotate(&desk.app, |_| {}).await.expect("rotated").failed.len(), 0);
        key_file(keys.path(), &[SECOND]);
        for (at, path) in paths.iter().enumerate() {
            assert_eq!(download(&desk, path, None).await, (200, text(100_000 + at)));
        }
        assert_eq!(download(&desk, &old, None).await.0, 200);
    }
}

/// Twelve files in clear, sealed by a command that is killed again and again.
async fn survives_kills(database: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = key_file(folder.path(), &[FIRST]);
    let desk = kills::Process::start_new(folder.path(), database).await;
    let ticket = desk.post("/v1/tickets", &incident("p3")).await.expect("a ticket");
    let path = |desk: &kills::Process| format!("{}/v1/tickets/{}/attachments", desk.url, ticket["number"].as_str().expect("a number"));
    let client = client();
    for at in 0..12 {
        let sent =
            client.post(format!("{}?name=brief.txt", path(&desk))).bearer_auth(ADMIN).header("content-type", "application/octet-stream");
        assert_eq!(sent.body(text(200_000 + at)).send().await.expect("an answer").status(), 201);
    }
    desk.kill();
    let rotate = || {
        let mut command = kills::command(folder.path(), database);
        command.args(["files", "rotate"]).env("UURWERK_FILES_KEY_FILE", &keys).stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        command
    };
    for kill in 0_u64..6 {
        let mut running = rotate().spawn().expect("it starts");
        tokio::time::sleep(Duration::from_millis(60 + kill * 23)).await;
        running.kill().expect("it can be killed");
        running.wait().expect("it died");
    }
    assert!(rotate().status().expect("it ends").success());
    // The next start sweeps what the killed ones left.
    let desk = kills::Process::start_with(&[("UURWERK_FILES_KEY_FILE", &keys.display().to_string())], folder.path(), database).await;
    let path = path(&desk);
    let listed = client.get(&path).bearer_auth(ADMIN).send().await.expect("an answer").json::<serde_json::Value>().await.expect("JSON");
    let listed = listed["items"].as_array().expect("files").clone();
    assert_eq!(listed.len(), 12);
    for (at, file) in listed.iter().enumerate() {
        let file =
            client.get(format!("{path}/{}", file["id"].as_str().expect("an id"))).bearer_auth(ADMIN).send().await.expect("an answer");
        assert_eq!(file.bytes().await.expect("bytes"), text(200_000 + at));
    }
    let attachments = folder.path().join("data/attachments");
    for _ in 0..1200 {
        if files(&attachments).iter().all(|file| !reads_secret(&std::fs::read(file).unwrap_or_default())) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for file in files(&attachments) {
        assert!(!reads_secret(&std::fs::read(&file).unwrap_or_default()), "{}", file.display());
    }
    desk.kill();
}

#[actix_web::test]
async fn sec_02_a_rotation_killed_again_and_again_seals_every_file_once_on_sqlite() {
    survives_kills("").await;
}

#[actix_web::test]
async fn sec_02_a_rotation_killed_again_and_again_seals_every_file_once_on_postgresql() {
    survives_kills(&crate::support::postgres::new_database()).await;
}
