//! The program as one who types its commands meets it: what it prints, how it ends, and what it leaves behind.

mod accounts;
mod privacy;
mod sandboxes;
mod secrets;
mod starts;
mod templates;
mod tls;
mod told;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::support::{ADMIN, On, postgres};

/// Writes a test twice: once on each database, none of which is there yet on SQLite.
macro_rules! by_command {
    ($($name:ident),* $(,)?) => { $(
        mod $name {
            #[actix_web::test]
            async fn on_sqlite() {
                super::$name(&$crate::commands::Place::new($crate::support::On::Sqlite)).await;
            }

            #[actix_web::test]
            async fn on_postgresql() {
                super::$name(&$crate::commands::Place::new($crate::support::On::Postgres)).await;
            }
        }
    )* };
}
pub(crate) use by_command;

/// Where the program runs: a folder of its own, and a database.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub database: String,
    pub on: On,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

const SANDBOX: [(&str, &str); 2] = [("UURWERK_TIME", "sandbox"), ("UURWERK_SANDBOX_START", "2026-03-02T08:00:00+01:00")];

impl Place {
    pub fn new(on: On) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match on {
            On::Sqlite => format!("sqlite://{}", folder.path().join("kept/desk.db").display()),
            On::Postgres => postgres::new_database(),
        };
        Self { folder, database, on }
    }

    /// The command, as somebody in the folder gives it with these variables.
    pub fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_uurwerk"));
        command
            .current_dir(self.folder.path())
            .env("UURWERK_DATABASE_URL", &self.database)
            .env("UURWERK_DATABASE_OWNER_URL", postgres::owner_of(&self.database))
            .env("UURWERK_CONTRACTS_DIR", Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts"))
            .env("UURWERK_HTTP_LISTEN", "127.0.0.1:0")
            .env("UURWERK_MAIL_FOLDER", self.mails())
            .env("UURWERK_ATTACHMENTS_STORE", self.folder.path().join("attachments"))
            .envs(variables.iter().copied())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn mails(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        self.command(arguments, variables).output().expect("it runs").into()
    }

    /// Runs one that has to do what it is asked; what it printed.
    pub fn does(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments, &[]);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran.out
    }

    /// Makes the database ready where that takes a command.
    pub fn prepared(&self) -> &Self {
        if self.on == On::Postgres {
            self.does(&["migrate"]);
        }
        self
    }

    /// A mail on the program's standard input; what it printed.
    pub fn mail(&self, mailbox: &str, mail: &str) -> String {
        let mut child = self.command(&["mail", "--mailbox", mailbox], &[]).stdin(Stdio::piped()).spawn().expect("it runs");
        child.stdin.take().expect("its input").write_all(mail.replace('\n', "\r\n").as_bytes()).expect("it reads");
        let ran = Ran::from(child.wait_with_output().expect("it ends"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    }

    /// Starts `serve`, and waits until it answers.
    pub async fn serves(&self, variables: &[(&str, &str)]) -> Serving {
        let mut serving = self.starts(variables);
        assert!(serving.answers().await, "{:?}", serving.ends());
        serving
    }

    /// Starts `serve`.
    pub fn starts(&self, variables: &[(&str, &str)]) -> Serving {
        let variables = [&[("UURWERK_ADMIN_TOKEN", ADMIN)], variables].concat();
        Serving::new(self.command(&["serve"], &variables))
    }
}

/// A desk at work.
pub struct Serving {
    child: Child,
    url: Option<String>,
    /// What it printed until it answered.
    pub said: String,
    rest: Option<BufReader<std::process::ChildStdout>>,
    /// Its log so far, and the thread that takes it down.
    err: (Arc<Mutex<String>>, Option<std::thread::JoinHandle<()>>),
}

impl Serving {
    pub fn new(mut command: Command) -> Self {
        let mut child = command.spawn().expect("it starts");
        let rest = child.stdout.take().map(BufReader::new);
        let log = Arc::new(Mutex::new(String::new()));
        let err = child.stderr.take().map(|err| {
            let log = log.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(err).split(b'\n').map_while(Result::ok) {
                    let mut log = log.lock().expect("a log");
                    log.push_str(&String::from_utf8_lossy(&line));
                    log.push('\n');
                }
            })
        });
        Self { child, url: None, said: String::new(), rest, err: (log, err) }
    }

    /// Waits until it says where it answers; `None` when it ends without.
    pub fn says_where(&mut self) -> Option<String> {
        let rest = self.rest.as_mut()?;
        while self.url.is_none() {
            let mut line = String::new();
            if rest.read_line(&mut line).unwrap_or_default() == 0 {
                return None;
            }
            self.url = line.trim_end().split_once("answers at ").map(|(_, url)| url.to_owned());
            self.said.push_str(&line);
        }
        self.url.clone()
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        self.err.0.lock().expect("a log").clone()
    }

    /// Waits until it says where it answers, and does; false when it ends without.
    pub async fn answers(&mut self) -> bool {
        if self.says_where().is_none() {
            return false;
        }
        for _ in 0..3000 {
            if self.ask("GET", "/livez", &[], None).await.is_some() {
                return true;
            }
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// A request as the desk, for what the other ways of asking cannot say.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.url.as_deref().unwrap_or_default());
        reqwest::Client::new().request(method.parse().expect("a method"), url).bearer_auth(ADMIN)
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Option<(u16, Value)> {
        let mut more = reqwest::header::HeaderMap::new();
        for (name, value) in headers {
            let name: reqwest::header::HeaderName = name.parse().expect("a name");
            more.insert(name, value.parse().expect("a value"));
        }
        let mut request = self.request(method, path).headers(more);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.unwrap_or_default()))
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, &[], None).await.expect("an answer").1
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask("POST", path, &[], Some(body)).await.expect("an answer");
        assert!(status < 300, "{answer}");
        answer
    }

    /// Sends it a signal, such as TERM or KILL.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Stops it, and takes down how it ended.
    pub fn stops(self) -> Ran {
        self.signal("TERM");
        self.ends()
    }

    /// Waits until it ends by itself.
    pub fn ends(mut self) -> Ran {
        let code = self.child.wait().expect("it ends").code();
        let mut out = std::mem::take(&mut self.said);
        if let Some(rest) = &mut self.rest {
            drop(rest.read_to_string(&mut out));
        }
        if let Some(err) = self.err.1.take() {
            drop(err.join());
        }
        Ran { code, out, err: self.log() }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
