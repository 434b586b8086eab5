//! Mail of the desk that its recipients' servers can tell from a forged one (DKIM).

use std::process::Command;

use super::sender_check::dns::Names;
use crate::support::{Desk, On, incident};

/// Makes a key; the file with it, and what its domain publishes.
fn key(folder: &std::path::Path, name: &str, asked: &[&str]) -> (String, String) {
    let file = folder.join(name);
    let made = Command::new("openssl").arg("genpkey").args(asked).arg("-out").arg(&file).output().expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let public = format!("openssl pkey -in '{}' -pubout -outform DER", file.display());
    // Of Ed25519 the key alone is published, which is the end of that.
    let published = if name == "ed25519" { format!("{public} | tail -c 32 | base64 -w0") } else { format!("{public} | base64 -w0") };
    let shown = Command::new("sh").args(["-c", &published]).output().expect("openssl runs");
    let text = String::from_utf8(shown.stdout).expect("text");
    (file.to_str().expect("text").to_owned(), format!("v=DKIM1; k={name}; p={text}"))
}

/// The last mail to Anna, as another desk judges it to which she passed it on.
async fn judged(names: &Names, mail: &str) -> (String, String) {
    let settings = format!("[mail]\nresolver = \"{}\"\n", names.place);
    let other = Desk::open_with_file(On::Sqlite, &settings).await;
    other.mail_arrives("support", mail).await;
    let listed = other.get("/v1/inbound-messages").await.body["items"][0].clone();
    (listed["authentication"].as_str().expect("a judgement").to_owned(), listed["from"].to_string())
}

#[actix_web::test]
async fn what_the_desk_signs_is_verified_and_what_was_changed_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, asked) in [("rsa", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"][..]), ("ed25519", &["-algorithm", "ed25519"])]
    {
        let (file, published) = key(folder.path(), name, asked);
        let settings = format!("[mail.dkim.\"Uurwerk.example\"]\nselector = \"desk.{name}\"\nkey_file = \"{file}\"\n");
        let desk = Desk::open_with_file(On::Sqlite, &settings).await;
        desk.registers(&incident("p3")).await;
        desk.passes("PT1M").await;
        let mails = desk.mails();
        let sent = mails.iter().find(|mail| mail.contains("To: anna@ipo.example")).expect("a mail");
        assert!(sent.contains(&format!("s=desk.{name}; d=uurwerk.example;")), "{sent}");
        let names = Names::serve(&[(&format!("desk.{name}._domainkey.uurwerk.example"), &published)]);
        assert_eq!(judged(&names, sent).await.0, "verified", "{sent}");
        for (what, changed) in [
            ("its text", sent.replace("Geachte", "Beste")),
            ("its subject", sent.replace("Subject: ", "Subject: Betaal nu ")),
            ("a header that it did not have", sent.replace("Date: ", "Cc: iemand@elders.example\r\nDate: ")),
        ] {
            assert_ne!(&changed, sent, "{what}");
            assert_eq!(judged(&names, &changed).await.0, "unverified", "{what} was changed");
        }
    }
}

#[actix_web::test]
async fn mail_from_another_domain_leaves_unsigned_and_a_key_that_is_none_keeps_the_desk_from_starting() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, _) = key(folder.path(), "rsa", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    let settings = format!("[mail.dkim.\"elders.example\"]\nselector = \"desk\"\nkey_file = \"{file}\"\n");
    let desk = Desk::open_with_file(On::Sqlite, &settings).await;
    desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    assert!(desk.mails().iter().all(|mail| !mail.contains("DKIM-Signature")) && !desk.mails().is_empty());
    for (name, content) in [("none", "geen sleutel"), ("empty", "")] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        let mut settings = desk.app.settings.clone();
        settings.mail.dkim.get_mut("elders.example").expect("a key").key_file = path;
        let refused = uurwerk::mail::send::Mailer::new(&settings).err().expect("it is refused");
        assert!(refused.starts_with("mail.dkim.\"elders.example\".key_file: ") && !refused.contains("geen sleutel"), "{refused}");
    }
}
