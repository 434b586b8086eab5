//! TLS by the program itself: real handshakes, with a certificate that is replaced while clients go on.

use std::cell::Cell;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use reqwest::{Certificate, Client};
use uurwerk::settings::TlsFiles;
use uurwerk::time::TimeSource;
use uurwerk::tls::{Certificates, Doubt};

use super::{Place, Ran, Serving};
use crate::support::{ADMIN, On};

/// A certificate for `localhost` that signed itself, and its key; made by the same command that people make theirs with.
fn pair(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join(format!("{name}.crt")), folder.join(format!("{name}.key")));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj"])
        .arg(format!("/CN={name}"))
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE", "-out"])
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{made:?}");
    (certificate, key)
}

/// A client that believes one certificate, and makes a connection of its own each time.
fn client(certificate: &Path) -> Client {
    let certificate = Certificate::from_pem(&std::fs::read(certificate).expect("a certificate")).expect("a certificate");
    Client::builder().tls_certs_only([certificate]).pool_max_idle_per_host(0).build().expect("a client")
}

fn variables<'a>(certificate: &'a Path, key: &'a Path) -> [(&'a str, &'a str); 2] {
    let text = |path: &'a Path| path.to_str().expect("a path");
    [("UURWERK_HTTP_TLS_CERTIFICATE", text(certificate)), ("UURWERK_HTTP_TLS_KEY", text(key))]
}

fn serves(place: &Place, certificate: &Path, key: &Path) -> (Serving, String) {
    let mut serving = place.prepared().starts(&variables(certificate, key));
    let url = serving.says_where().unwrap_or_else(|| panic!("it did not start"));
    (serving, url)
}

async fn status(client: &Client, url: &str) -> Option<u16> {
    let answer = client.get(format!("{url}/v1/tickets")).bearer_auth(ADMIN).send().await.ok()?;
    assert!(answer.headers().contains_key("strict-transport-security"));
    Some(answer.status().as_u16())
}

#[actix_web::test]
async fn sec_02_where_tls_is_on_a_client_is_answered_by_it_and_plain_http_is_refused() {
    let place = Place::new(On::Sqlite);
    let folder = place.folder.path();
    let (certificate, key) = pair(folder, "desk");
    let (stranger, _) = pair(folder, "stranger");
    let (serving, url) = serves(&place, &certificate, &key);
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert_eq!(status(&client(&certificate), &url).await, Some(200));
    assert_eq!(status(&client(&stranger), &url).await, None, "another certificate is not this desk's");
    let plain = url.replace("https://", "http://");
    assert!(Client::new().get(format!("{plain}/livez")).send().await.is_err());
    // By version.
    let curl = |arguments: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert"]).arg(&certificate).args(arguments);
        let ran = Ran::from(curl.arg(format!("{url}/livez")).output().expect("curl runs"));
        (ran.code == Some(0)).then_some(ran.out)
    };
    assert_eq!(curl(&["--tlsv1.3"]).as_deref(), Some("200"));
    assert_eq!(curl(&["--tls-max", "1.2"]).as_deref(), Some("200"));
    assert_eq!(curl(&["--tls-max", "1.1"]), None);
    assert_eq!(serving.stops().code, Some(0));
}

#[actix_web::test]
async fn a_certificate_that_is_replaced_is_used_from_then_on_and_a_broken_one_never() {
    let place = Place::new(On::Sqlite);
    let folder = place.folder.path();
    let ((first, key), (second, second_key)) = (pair(folder, "first"), pair(folder, "second"));
    let (used, used_key) = (folder.join("used.crt"), folder.join("used.key"));
    let puts = |certificate: &Path, key: &Path| {
        for (from, to) in [(certificate, &used), (key, &used_key)] {
            std::fs::copy(from, to).expect("a copy");
        }
    };
    puts(&first, &key);
    let (serving, url) = serves(&place, &used, &used_key);
    // A client that keeps its connection, from before and through it all.
    let trusts_first = Certificate::from_pem(&std::fs::read(&first).expect("a certificate")).expect("a certificate");
    let going_on = Client::builder().tls_certs_only([trusts_first]).build().expect("a client");
    assert_eq!(status(&going_on, &url).await, Some(200));
    puts(&second, &second_key);
    // In use all along: the desk closes a connection that is idle for five seconds, and the next one would have the new certificate.
    let is_changed = Cell::new(false);
    let goes_on = async {
        while !is_changed.get() {
            assert_eq!(status(&going_on, &url).await, Some(200), "whoever is connected goes on");
            actix_web::rt::time::sleep(Duration::from_millis(500)).await;
        }
    };
    let changes = async {
        let changed = until(async || status(&client(&second), &url).await == Some(200)).await;
        is_changed.set(true);
        changed
    };
    let (changed, ()) = tokio::join!(changes, goes_on);
    assert!(changed, "the new certificate is used");
    assert_eq!(status(&going_on, &url).await, Some(200), "whoever is connected goes on");
    assert_eq!(status(&client(&first), &url).await, None);
    // A pair that does not belong together, and one that is no pair: the last good one stays.
    std::fs::copy(&first, &used).expect("a copy");
    let told = until(async || serving.log().contains("is not that of the certificate")).await;
    assert!(told, "{}", serving.log());
    std::fs::write(&used_key, "geen sleutel").expect("a file");
    let told = until(async || serving.log().contains("http.tls.key")).await;
    assert!(told && status(&client(&second), &url).await == Some(200), "{}", serving.log());
    puts(&first, &key);
    assert!(until(async || status(&client(&first), &url).await == Some(200)).await);
    let ran = serving.stops();
    assert!(ran.code == Some(0) && !ran.err.contains("geen sleutel") && !ran.err.contains("PRIVATE KEY"), "{}", ran.err);
}

/// Whether it becomes so, within a minute.
async fn until(holds: impl AsyncFn() -> bool) -> bool {
    for _ in 0..600 {
        if holds().await {
            return true;
        }
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

#[actix_web::test]
async fn a_pair_that_cannot_be_used_is_named_by_check_and_starts_nothing() {
    let place = Place::new(On::Sqlite);
    let folder = place.folder.path();
    let ((certificate, key), (_, other_key)) = (pair(folder, "desk"), pair(folder, "other"));
    let (nothing, empty) = (folder.join("nothing.pem"), folder.join("empty.pem"));
    std::fs::write(&empty, "").expect("a file");
    for (certificate, key, told) in [
        (&certificate, &other_key, "is not that of the certificate"),
        (&nothing, &key, "http.tls.certificate"),
        (&empty, &key, "http.tls.certificate"),
        (&certificate, &nothing, "http.tls.key"),
        (&certificate, &certificate, "http.tls.key"),
    ] {
        for command in ["check", "serve"] {
            let ran = place.run(&[command], &variables(certificate, key));
            assert!(ran.code == Some(1) && ran.err.contains(told) && !ran.err.contains("BEGIN"), "{command}: {ran:?}");
        }
    }
    let half = place.run(&["check"], &variables(&certificate, &key)[..1]);
    assert!(half.code == Some(1) && half.err.contains("http.tls.key"), "{half:?}");
    assert_eq!(place.run(&["check"], &variables(&certificate, &key)).code, Some(0));
}

#[test]
fn a_key_that_others_can_read_and_a_certificate_whose_time_is_over_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = pair(folder.path(), "desk");
    let files = TlsFiles { certificate: Some(certificate), key: Some(key.clone()) };
    let chmod = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).expect("a mode");
    chmod(0o644);
    let refused = Certificates::open(&files).err().map(|wrong| wrong.to_string()).unwrap_or_default();
    assert!(refused.starts_with("http.tls.key") && refused.contains("chmod 600"), "{refused}");
    chmod(0o440);
    let certificates = Certificates::open(&files).expect("a pair").expect("files");
    let now = TimeSource::machine().now();
    let at = |days: i64| certificates.doubts_at(now.plus(days * 86_400).expect("a time"));
    assert_eq!((at(0), at(3), at(-3)), (vec![], vec![Doubt::Expired], vec![Doubt::Early]));
    chmod(0o644);
    assert_eq!(certificates.doubts(), [Doubt::Open]);
}
