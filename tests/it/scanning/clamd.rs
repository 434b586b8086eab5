//! A `clamd` of a test's own on loopback, which knows one piece of malware: a text that only these tests write.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::support::ports;
use crate::support::servers::Running;

/// What it takes for malware.
pub const MALWARE: &str = "UURWERK-PROEF-BESMET";
/// What it calls that: a signature that is not ClamAV's own has this ending.
pub const NAME: &str = "Uurwerk.Proef.UNOFFICIAL";
/// Bytes of the longest file that it takes.
pub const LONGEST: usize = 1024 * 1024;

pub struct Clamd {
    // First, so that it ends before its folder does.
    running: Option<Running>,
    folder: tempfile::TempDir,
    pub port: u16,
}

impl Clamd {
    /// One for all tests that leave it as it is.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Clamd> = OnceLock::new();
        SHARED.get_or_init(|| {
            let mut server = Self::prepared();
            server.starts();
            server
        })
    }

    /// Not started yet.
    pub fn prepared() -> Self {
        let folder = tempfile::Builder::new().prefix("uurwerk-clamd").tempdir().expect("a folder");
        let server = Self { folder, port: ports::free(), running: None };
        for part in ["signatures", "files"] {
            std::fs::create_dir(server.file(part)).expect("a folder");
        }
        let signature = MALWARE.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        std::fs::write(server.file("signatures/proef.ndb"), format!("Uurwerk.Proef:0:*:{signature}\n")).expect("a signature");
        std::fs::write(server.file("clamd.conf"), server.settings()).expect("settings");
        server
    }

    fn settings(&self) -> String {
        let folder = self.folder.path().display();
        format!(
            "DatabaseDirectory {folder}/signatures\nTemporaryDirectory {folder}/files\nLogFile {folder}/log\n\
             TCPAddr 127.0.0.1\nTCPSocket {}\nLocalSocket {folder}/clamd.ctl\nStreamMaxLength {LONGEST}\n",
            self.port
        )
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// As the settings name it.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The same by its socket.
    pub fn socket(&self) -> String {
        format!("unix:{}", self.file("clamd.ctl").display())
    }

    pub fn starts(&mut self) {
        let command = format!("clamd --foreground -c '{}'", self.file("clamd.conf").display());
        let is_there = || self.answers().is_some_and(|said| said == b"PONG\0");
        self.running = Some(Running::start(("clamd", &command, ""), &self.file("log"), is_there));
    }

    fn answers(&self) -> Option<Vec<u8>> {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        line.write_all(b"zPING\0").ok()?;
        let mut said = Vec::new();
        line.read_to_end(&mut said).ok()?;
        Some(said)
    }

    pub fn stops(&mut self) {
        drop(self.running.take());
    }
}
