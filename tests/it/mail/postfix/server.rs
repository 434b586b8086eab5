//! A Postfix of a test's own on loopback: it takes mail by SMTP, brings that of the desk by LMTP, and keeps Anna's as files.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::support::ports;
use crate::support::servers::{Running, is_root, run};

pub struct Postfix {
    // First, so that it ends before its folder does.
    running: Option<Running>,
    folder: tempfile::TempDir,
    pub port: u16,
    /// Where it brings mail for the desk.
    pub lmtp: String,
}

/// What runs beside the listener. None of it sees another root, and none is reached from elsewhere.
const SERVICES: &str = "\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

impl Postfix {
    /// Only root starts one: `None` for others, who are told.
    pub fn start() -> Option<Self> {
        if !is_root() {
            eprintln!("not tested: only root can start a Postfix");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("uurwerk-smtp").tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("a mode");
        let mut server = Self { port: ports::free(), lmtp: format!("127.0.0.1:{}", ports::free()), folder, running: None };
        for part in ["conf", "queue", "data", "mail"] {
            std::fs::create_dir(server.file(part)).expect("a folder");
        }
        std::fs::write(server.file("conf/main.cf"), server.settings()).expect("settings");
        let services = format!("127.0.0.1:{} inet n - n - - smtpd\n{SERVICES}", server.port);
        std::fs::write(server.file("conf/master.cf"), services).expect("services");
        run(Command::new("chown").arg("postfix").arg(server.file("data")));
        run(Command::new("chown").arg("nobody").arg(server.file("mail")));
        server.starts();
        Some(server)
    }

    fn settings(&self) -> String {
        let folder = self.folder.path().display();
        format!(
            "compatibility_level = 3.6\nqueue_directory = {folder}/queue\ndata_directory = {folder}/data\n\
             maillog_file = {folder}/log\nmaillog_file_prefixes = {folder}\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mail.ipo.example\nmydestination =\nalias_maps =\n\
             mynetworks = 127.0.0.0/8\nlocal_transport = error\nsmtpd_reject_unlisted_recipient = no\n\
             relay_domains = uurwerk.example\ntransport_maps = inline:{{ uurwerk.example=lmtp:inet:{} }}\n\
             virtual_mailbox_domains = ipo.example\nvirtual_mailbox_base = {folder}/mail\n\
             virtual_mailbox_maps = inline:{{ anna@ipo.example=anna/ }}\nvirtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n\
             queue_run_delay = 1s\nminimal_backoff_time = 1s\nmaximal_backoff_time = 2s\n",
            self.lmtp
        )
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn starts(&mut self) {
        let postfix = format!("postfix -c '{}'", self.file("conf").display());
        let what = ("Postfix", &*format!("{postfix} start-fg"), &*format!("{postfix} stop;"));
        self.running = Some(Running::start(what, &self.file("log"), || Conversation::opens(self.port).is_some()));
    }

    pub fn stops(&mut self) {
        drop(self.running.take());
    }

    /// Somebody sends a mail by it.
    pub async fn sends(&self, from: &str, to: &str, mail: &str) {
        let (port, from, to) = (self.port, from.to_owned(), to.to_owned());
        let mail = mail.replace('\n', "\r\n");
        let sending = move || {
            let mut server = Conversation::opens(port).expect("it answers");
            for said in ["HELO ipo.example".to_owned(), format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>"), "DATA".to_owned()] {
                server.says(&said);
            }
            assert!(server.says(&format!("{mail}\r\n.")).starts_with("250"), "it takes the mail");
            server.says("QUIT");
        };
        tokio::task::spawn_blocking(sending).await.expect("it is sent");
    }

    /// What has come for Anna, in no order.
    pub fn has_for_anna(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.file("mail/anna/new")).into_iter().flatten().filter_map(Result::ok);
        files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect()
    }

    /// How many mails it has not got rid of.
    pub fn keeps(&self) -> usize {
        let count = |part: &str| {
            let found = Command::new("find").arg(self.file("queue").join(part)).args(["-type", "f"]).output().expect("find runs");
            String::from_utf8_lossy(&found.stdout).lines().count()
        };
        ["incoming", "active", "deferred"].map(count).iter().sum()
    }
}

struct Conversation(BufReader<TcpStream>);

impl Conversation {
    fn opens(port: u16) -> Option<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
        let mut opened = Self(BufReader::new(stream));
        opened.hears().starts_with("220").then_some(opened)
    }

    fn says(&mut self, line: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).expect("it is said");
        self.hears()
    }

    fn hears(&mut self) -> String {
        let mut line = String::new();
        drop(self.0.read_line(&mut line));
        line
    }
}
