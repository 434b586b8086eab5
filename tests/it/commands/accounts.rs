//! Local accounts by command: how the first one is made.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;
use totp_rs::Totp;
use uurwerk::time::TimeSource;

use super::{Place, Ran, by_command};

by_command!(an_account_made_by_command_signs_in_and_its_password_stands_in_no_command);

/// A command that reads a password.
fn types(place: &Place, arguments: &[&str], password: &str) -> Ran {
    let mut child = place.command(arguments, &[]).stdin(Stdio::piped()).spawn().expect("it runs");
    // One that is refused before it reads has closed its input.
    drop(child.stdin.take().expect("its input").write_all(format!("{password}\n").as_bytes()));
    child.wait_with_output().expect("it ends").into()
}

async fn an_account_made_by_command_signs_in_and_its_password_stands_in_no_command(place: &Place) {
    let asked = ["account", "--name", "Noodtoegang", "--role", "administrator", "--role", "auditor"];
    let weak = types(place.prepared(), &asked, "kort");
    assert!(weak.code == Some(1) && weak.err.contains("password: a password has at least 14 characters"), "{weak:?}");
    let made = types(place, &asked, "zevende-boot-klinkt-groen");
    assert_eq!(made.code, Some(0), "{made:?}");
    let (id, uri) = (made.out.split_whitespace().next().expect("an id").to_owned(), made.out.trim_end().rsplit(' ').next().expect("a uri"));
    let app = Totp::from_url(uri).expect("an authenticator app reads it");
    let desk = place.serves(&[]).await;
    let code = |app: &Totp| app.generate(u64::try_from(TimeSource::machine().now().unix()).expect("a time")).to_string();
    let tries = async |password: &str, app: &Totp| {
        let body = json!({ "name": "noodtoegang", "password": password, "totp": code(app) });
        desk.ask("POST", "/v1/access-tokens", &[], Some(&body)).await.expect("an answer").0
    };
    assert_eq!(tries("zevende-boot-klinkt-groen", &app).await, 201);
    let recovered = types(place, &["account", "--recover", &id], "achtste-fiets-zingt-blauw");
    assert_eq!(recovered.code, Some(0), "{recovered:?}");
    let app = Totp::from_url(recovered.out.trim_end().rsplit(' ').next().expect("a uri")).expect("an app reads it");
    assert_eq!(tries("achtste-fiets-zingt-blauw", &app).await, 201);
    let listed = place.does(&["account", "--list"]);
    assert!(listed.starts_with(&id) && listed.contains("administrator") && listed.trim_end().ends_with("Noodtoegang"), "{listed}");
    assert!(place.does(&["account", "--close", &id]).contains("is closed"));
    assert_eq!(tries("achtste-fiets-zingt-blauw", &app).await, 401);
    let ran = desk.stops();
    for secret in ["zevende-boot", "achtste-fiets", "Noodtoegang", "noodtoegang"] {
        assert!(!ran.err.contains(secret), "{secret} is in the log: {}", ran.err);
    }
    assert!(ran.err.contains(&id) && ran.err.contains("somebody signed in"), "{}", ran.err);
}
