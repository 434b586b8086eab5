//! A Dovecot of a test's own on loopback, with mailboxes as folders of files, in which mail is put as a mail server does.

use std::fmt::Write as _;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use uurwerk::settings::{Imap, Settings};

use crate::support::ports;
use crate::support::servers::{Running, is_root, run, said};

/// What everybody's password is until it is changed.
pub const PASSWORD: &str = "g\"ehe\\im é";

pub struct Dovecot {
    // First, so that it ends before its folder does.
    running: Option<Running>,
    folder: tempfile::TempDir,
    port: u16,
    /// Where it begins without TLS.
    pub clear_port: u16,
}

impl Dovecot {
    /// With a mailbox for each of these, and lines of its settings beside those that it always has.
    pub fn start(people: &[&str], more: &str) -> Self {
        let mut server = Self::prepared(people, more);
        server.starts();
        server
    }

    /// Not started yet. `FOLDER` in those lines is where the files are that are its own.
    pub fn prepared(people: &[&str], more: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("uurwerk-imap").tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("a mode");
        let server = Self { folder, port: ports::free(), clear_port: ports::free(), running: None };
        certificate(server.folder.path());
        for person in people {
            for part in ["cur", "new", "tmp"] {
                std::fs::create_dir_all(server.mailbox(person).join(part)).expect("a mailbox");
            }
        }
        server.passwords(&people.iter().map(|person| (*person, PASSWORD)).collect::<Vec<_>>());
        std::fs::write(server.folder.path().join("dovecot.conf"), server.settings(more)).expect("settings");
        if is_root() {
            run(Command::new("chown").args(["-R", "nobody:nogroup"]).arg(server.folder.path().join("mail")));
        }
        server
    }

    fn settings(&self, more: &str) -> String {
        let folder = self.folder.path().display();
        let mut text = format!(
            "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {folder}/run\nstate_dir = {folder}/state\nlog_path = {folder}/log\n\
             ssl = required\nssl_cert = <{folder}/server.crt\nssl_key = <{folder}/server.key\nauth_failure_delay = 0\n\
             mail_location = maildir:{folder}/mail/%u\nauth_mechanisms = plain login\n\
             passdb {{\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%u {folder}/users\n}}\n\
             service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {}\n  }}\n  inet_listener imaps {{\n    port = {}\n    ssl = yes\n  }}\n}}\n\
             service anvil {{\n  chroot =\n}}\n",
            self.clear_port, self.port
        );
        let (user, group) = if is_root() { ("nobody".to_owned(), "nogroup".to_owned()) } else { (said("-un"), said("-gn")) };
        write!(text, "userdb {{\n  driver = static\n  args = uid={user} gid={group} home={folder}/mail/%u\n}}\nfirst_valid_uid = 1\n")
            .expect("text");
        if !is_root() {
            write!(text, "default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n").expect("text");
        }
        text + &more.replace("FOLDER", &folder.to_string())
    }

    /// What the desk is told of it.
    pub fn imap(&self, person: &str) -> Imap {
        imap(&format!(
            "host = \"localhost\"\nport = {}\ncertificate = \"{}\"\nusername = \"{person}\"\n",
            self.port,
            self.file("server.crt").display()
        ))
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn passwords(&self, of: &[(&str, &str)]) {
        let lines: Vec<_> = of.iter().map(|(person, password)| format!("{person}:{{PLAIN}}{password}\n")).collect();
        std::fs::write(self.file("users"), lines.concat()).expect("passwords");
    }

    pub fn starts(&mut self) {
        let command = format!("dovecot -F -c '{}'", self.file("dovecot.conf").display());
        self.running = Some(Running::start(("Dovecot", &command, ""), &self.file("log"), || self.greets()));
    }

    /// It takes connections before it can answer on them, and whatever is stopped in between leaves parts of itself behind.
    fn greets(&self) -> bool {
        let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", self.clear_port)) else { return false };
        let mut greeting = [0; 4];
        stream.set_read_timeout(Some(Duration::from_secs(30))).is_ok() && stream.read_exact(&mut greeting).is_ok() && &greeting == b"* OK"
    }

    pub fn stops(&mut self) {
        drop(self.running.take());
    }

    /// A mail is delivered.
    pub fn delivers(&self, person: &str, mail: &[u8]) {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let (mailbox, name) = (self.mailbox(person), format!("1700000000.{}.test", NEXT.fetch_add(1, Ordering::Relaxed)));
        let unfinished = mailbox.join("tmp").join(&name);
        std::fs::write(&unfinished, mail).expect("a mail");
        std::fs::set_permissions(&unfinished, std::fs::Permissions::from_mode(0o644)).expect("a mode");
        if is_root() {
            // Whose it is not cannot link to it, by which Dovecot moves.
            run(Command::new("chown").arg("nobody:nogroup").arg(&unfinished));
        }
        std::fs::rename(unfinished, mailbox.join("new").join(name)).expect("a mail");
    }

    /// How many messages are where mail comes in, and how many are where it goes once the desk has it.
    pub fn holds(&self, person: &str) -> (usize, usize) {
        let mailbox = self.mailbox(person);
        (messages(&mailbox), messages(&mailbox.join(".Verwerkt")))
    }

    pub fn holds_in(&self, person: &str, folder: &str) -> usize {
        messages(&self.mailbox(person).join(folder))
    }

    fn mailbox(&self, person: &str) -> PathBuf {
        self.file("mail").join(person)
    }
}

/// Settings of a mailbox's server, read as the program reads them, with the password that everybody has unless another login is given.
pub fn imap(keys: &str) -> Imap {
    let text = format!("timeout_seconds = 20\npoll_seconds = 600\n{keys}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.toml");
    std::fs::write(&file, format!("[mailboxes.servicedesk.imap]\n{text}")).expect("a file");
    let login = (!keys.contains("oauth")).then(|| ("UURWERK_MAILBOXES_SERVICEDESK_IMAP_PASSWORD".to_owned(), PASSWORD.to_owned()));
    let secret = keys.contains("oauth").then(|| ("UURWERK_MAILBOXES_SERVICEDESK_IMAP_OAUTH_CLIENT_SECRET".to_owned(), "geheim".to_owned()));
    let mut settings = Settings::from_parts(Some(&file), login.into_iter().chain(secret)).unwrap_or_else(|wrong| panic!("{wrong}"));
    settings.mailboxes.remove("servicedesk").and_then(|mailbox| mailbox.imap).expect("a mailbox that is fetched")
}

fn messages(folder: &Path) -> usize {
    let of = |part: &str| std::fs::read_dir(folder.join(part)).map_or(0, Iterator::count);
    of("cur") + of("new")
}

/// A certificate for `localhost` that signed itself.
fn certificate(folder: &Path) {
    run(Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-out"])
        .arg(folder.join("server.crt"))
        .arg("-keyout")
        .arg(folder.join("server.key")));
}
