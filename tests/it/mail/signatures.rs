//! What people sign in their mail (S/MIME, PGP): the desk reads it, says whether the signature holds, and loses nothing of it.

use std::path::Path;
use std::process::Command;

use crate::support::{Desk, On};

const ANNA: &str = "anna@ipo.example";
const PART: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\nDe printer is stuk: café.\r\n";

/// Keys of people, and a mail server's idea of none of them.
struct Keys(tempfile::TempDir);

impl Keys {
    fn made() -> Self {
        let keys = Self(tempfile::tempdir().expect("a folder"));
        keys.sh(
            "for one in ca other; do openssl req -x509 -newkey rsa:2048 -nodes -keyout $one.key -out $one.pem -subj /CN=$one -days 30; done
             printf 'subjectAltName=email:anna@ipo.example\\nextendedKeyUsage=emailProtection\\n' > extra
             openssl req -newkey rsa:2048 -nodes -keyout anna.key -out anna.csr -subj /CN=Anna
             openssl x509 -req -in anna.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out anna.pem -extfile extra
             mkdir -m 700 gnupg
             gpg --batch --quick-gen-key --passphrase '' 'Anna <anna@ipo.example>' ed25519 sign
             gpg --export > keys.gpg; gpg --export --armor > keys.asc
             gpg --batch --quick-gen-key --passphrase '' 'Bert <bert@ipo.example>' ed25519 sign
             gpgconf --kill all",
        );
        std::fs::write(keys.path("part"), PART).expect("a file");
        keys
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// What a shell writes that runs among them.
    fn sh(&self, script: &str) -> Vec<u8> {
        let mut shell = Command::new("sh");
        shell.args(["-ec", script]).current_dir(self.0.path()).env("GNUPGHOME", self.path("gnupg"));
        let done = shell.output().expect("a shell");
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }

    fn settings(&self, authorities: &str) -> String {
        let path = |name: &str| self.path(name).to_str().expect("text").to_owned();
        format!("[mail.signatures]\nsmime_authorities = \"{}\"\npgp_keys = \"{}\"\n", path(authorities), path("keys.gpg"))
    }

    /// A mail that openssl signs as Anna; `how` says how.
    fn smime(&self, how: &str) -> String {
        String::from_utf8(self.sh(&format!("openssl cms -sign -in part -signer anna.pem -inkey anna.key {how}"))).expect("text")
    }

    fn pgp(&self, by: &str) -> String {
        let signature = self.sh(&format!("gpg --batch -u {by} -a --detach-sign -o - part; gpgconf --kill all"));
        format!(
            "Content-Type: multipart/signed; micalg=pgp-sha512;\n protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n{}\n--b\nContent-Type: application/pgp-signature; name=signature.asc\n\n{}\n--b--\n",
            PART.replace('\r', ""),
            String::from_utf8_lossy(&signature)
        )
    }

    fn clear(&self) -> String {
        let text = "printf 'De printer is stuk.\\n- echt\\n' | gpg --batch -u anna@ipo.example --clearsign; gpgconf --kill all";
        format!("Content-Type: text/plain\n\n{}", String::from_utf8_lossy(&self.sh(text)))
    }
}

/// What the desk makes of the signature on a mail, the text of its ticket and its files.
async fn taken(desk: &Desk, id: usize, sender: &str, rest: &str) -> (String, String, usize) {
    let came = desk.mail_arrives("servicedesk", &format!("From: {sender}\nSubject: Printer\nMessage-ID: <{id}@ipo.example>\n{rest}")).await;
    let number = came.body["ticket"].as_str().unwrap_or_else(|| panic!("no ticket: {}", came.body));
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body.clone();
    let files = desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"].as_array().map_or(0, Vec::len);
    let mails = desk.get("/v1/inbound-messages").await.body["items"].clone();
    assert_eq!(mails[0]["signature"], came.body["signature"], "what it was answered with is what is kept");
    (came.body["signature"].as_str().unwrap_or("none").to_owned(), ticket["description"].as_str().unwrap_or_default().to_owned(), files)
}

#[actix_web::test]
async fn a_signature_holds_where_what_came_is_what_its_sender_signed() {
    let keys = Keys::made();
    let whole = keys.smime("");
    let packed = keys.smime("-nodetach");
    let streamed = keys.smime("-nodetach -stream");
    let (pgp, clear) = (keys.pgp(ANNA), keys.clear());
    let changed = |mail: &str| mail.replace("stuk", "heel");
    for on in [On::Sqlite, On::Postgres] {
        let desk = Desk::open_with_file(on, &keys.settings("ca.pem")).await;
        let cases = [
            ("a part and its signature", ANNA, whole.clone(), "valid"),
            ("with line ends of another system", ANNA, whole.replace("\r\n", "\n"), "valid"),
            ("in one", ANNA, packed.clone(), "valid"),
            ("in pieces", ANNA, streamed.clone(), "valid"),
            ("changed on its way", ANNA, changed(&whole), "invalid"),
            ("of another than its sender", "jan@ipo.example", whole.clone(), "other_signer"),
            ("PGP", ANNA, pgp.clone(), "valid"),
            ("PGP, changed", ANNA, changed(&pgp), "invalid"),
            ("PGP, by a key that is not known", "bert@ipo.example", keys.pgp("bert@ipo.example"), "untrusted"),
            ("PGP, of another", "jan@ipo.example", pgp.clone(), "other_signer"),
            ("PGP in the text", ANNA, clear.clone(), "valid"),
            ("PGP in the text, changed", ANNA, changed(&clear), "invalid"),
            ("PGP in a part of the text", ANNA, clear.replacen("\n\n", "\n\nVooraf.\n", 1), "unchecked"),
            ("with something beside it", ANNA, pgp.replace("\n--b--", "\n--b\n\nOok dit.\n--b--"), "unchecked"),
            ("not signed", ANNA, "\nDe printer is stuk.\n".to_owned(), "none"),
        ];
        for (at, (what, sender, mail, verdict)) in cases.iter().enumerate() {
            let (found, text, files) = taken(&desk, at, sender, mail).await;
            assert_eq!((found.as_str(), files), (*verdict, 0), "{what}: {mail}");
            assert!(text.contains("De printer is "), "{what}: {text}");
        }
    }
}

#[actix_web::test]
async fn who_vouches_for_a_signature_is_whom_the_settings_name() {
    let keys = Keys::made();
    let mail = keys.smime("");
    let stranger = Desk::open_with_file(On::Sqlite, &keys.settings("other.pem")).await;
    assert_eq!(taken(&stranger, 1, ANNA, &mail).await.0, "untrusted");
    assert_eq!(taken(&stranger, 2, ANNA, &mail.replace("stuk", "heel")).await.0, "invalid");
    let without = Desk::open(On::Sqlite).await;
    assert_eq!(taken(&without, 1, ANNA, &mail).await.0, "unchecked");
    assert_eq!(taken(&without, 2, ANNA, &keys.pgp(ANNA)).await.0, "unchecked");
}

/// The desk says so when it starts, and not of each mail.
#[actix_web::test]
async fn keys_that_are_none_keep_the_desk_from_starting() {
    let keys = Keys::made();
    let refused = |authorities: Option<&Path>, pgp: Option<&Path>| {
        let settings =
            uurwerk::settings::Signatures { smime_authorities: authorities.map(Path::to_path_buf), pgp_keys: pgp.map(Path::to_path_buf) };
        uurwerk::mail::signature_check::SignatureChecks::new(&settings).err().unwrap_or_default()
    };
    for (wrong, said) in [
        (refused(Some(&keys.path("part")), None), "mail.signatures.smime_authorities"),
        (refused(Some(&keys.path("nowhere")), None), "mail.signatures.smime_authorities"),
        (refused(None, Some(&keys.path("keys.asc"))), "mail.signatures.pgp_keys"),
        (refused(None, Some(&keys.path("nowhere"))), "mail.signatures.pgp_keys"),
    ] {
        assert!(wrong.starts_with(said), "{wrong}");
    }
    assert_eq!(refused(Some(&keys.path("ca.pem")), Some(&keys.path("keys.gpg"))), "");
}
