//! A desk to be measured: its database, a durable one, its door, and rows by the million.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant as Stopwatch;

use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, IdenStatic, Iterable};
use serde_json::json;
use uuid::Uuid;
use uurwerk::app::App;
use uurwerk::domain::ticket::Actor;
use uurwerk::settings::Settings;
use uurwerk::usecases::Stamp;
use uurwerk::usecases::tickets::{self, Draft};
use uurwerk::{cli, http, jobs};

pub const ADMIN: &str = "admin-token-of-the-benchmark";

pub fn quick() -> bool {
    std::env::var_os("UURWERK_BENCH_QUICK").is_some()
}

pub fn milliseconds(watch: Stopwatch) -> f64 {
    watch.elapsed().as_secs_f64() * 1e3
}

/// A PostgreSQL server as it comes, so with `fsync`, in a temporary folder.
pub struct Server {
    folder: PathBuf,
    port: u16,
}

impl Server {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("uurwerk-bench-pg").tempdir().expect("a folder").keep();
        let port = free_port();
        let server = Self { folder, port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&server.folder));
        }
        run(as_postgres("initdb").args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "-D"]).arg(server.data()));
        let options = format!("-p {port} -k '{}' -c listen_addresses=127.0.0.1 -c max_connections=100", server.folder.display());
        run(as_postgres("pg_ctl")
            .args(["-w", "-o", &options, "-l"])
            .arg(server.folder.join("log"))
            .arg("-D")
            .arg(server.data())
            .arg("start"));
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub fn new_database(&self) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let (name, port) = (format!("desk{}", NEXT.fetch_add(1, Ordering::Relaxed)), self.port.to_string());
        run(Command::new(bin("createdb")).args(["-h", "127.0.0.1", "-U", "postgres", "-p", &port, &name]));
        format!("postgres://postgres@127.0.0.1:{port}/{name}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        run(as_postgres("pg_ctl").args(["-m", "immediate", "-D"]).arg(self.data()).arg("stop"));
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// A program of PostgreSQL's, as Debian keeps it or as the path finds it.
fn bin(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let found = versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).max();
    found.unwrap_or_else(|| PathBuf::from(name))
}

/// The server does not run as root.
fn as_postgres(program: &str) -> Command {
    if !is_root() {
        return Command::new(bin(program));
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(bin(program));
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"))
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status().expect("it runs");
    assert!(status.success(), "{command:?}");
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

/// What a desk is told.
pub fn told(database: &str, folder: &Path, port: u16) -> Vec<(String, String)> {
    let contracts = cli::contracts_folder(Path::new(env!("CARGO_MANIFEST_DIR")));
    let variables = [
        ("UURWERK_TIME", "machine".to_owned()),
        ("UURWERK_DATABASE_URL", database.to_owned()),
        ("UURWERK_CONTRACTS_DIR", contracts.display().to_string()),
        ("UURWERK_ADMIN_TOKEN", ADMIN.to_owned()),
        ("UURWERK_MAIL_FOLDER", folder.join("mail").display().to_string()),
        ("UURWERK_HTTP_LISTEN", format!("127.0.0.1:{port}")),
        ("UURWERK_LOG_FILTER", "error".to_owned()),
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A desk in this process, in the machine's time.
pub struct Desk {
    pub app: Arc<App>,
    pub database: String,
    url: String,
    pub client: reqwest::Client,
    pub folder: tempfile::TempDir,
    server: actix_web::dev::ServerHandle,
    workers: Option<tokio::task::JoinHandle<()>>,
}

impl Desk {
    pub async fn open(postgres: Option<&Server>, with_workers: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = postgres.map_or_else(|| format!("sqlite://{}", folder.path().join("desk.db").display()), Server::new_database);
        let settings = Settings::from_parts(None, told(&database, folder.path(), 0).into_iter()).expect("settings");
        if postgres.is_some() {
            let app = App::start(settings.clone()).await.expect("a database");
            <migration::Migrator as migration::MigratorTrait>::up(app.db.migrating(), None).await.expect("migrations");
        }
        let app = Arc::new(cli::ready(settings).await.expect("a desk"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let server = http::serve(app.clone(), listener, threads).expect("a server");
        let handle = server.handle();
        tokio::spawn(server);
        let workers = with_workers.then(|| tokio::task::spawn_local(jobs::run(app.clone())));
        Self { app, database, url, client: reqwest::Client::new(), folder, server: handle, workers }
    }

    pub async fn close(self) {
        self.workers.iter().for_each(tokio::task::JoinHandle::abort);
        self.server.stop(false).await;
    }

    /// The connection that the desk writes by.
    pub fn sql(&self) -> &DatabaseConnection {
        self.app.db.migrating()
    }

    /// One request; its answer's number, if it has one.
    pub async fn asks(&self, path: &str, body: Option<&serde_json::Value>) -> String {
        let url = format!("{}{path}", self.url);
        let request = body.map_or_else(|| self.client.get(&url), |body| self.client.post(&url).json(body));
        let answer = request.bearer_auth(ADMIN).send().await.expect("an answer");
        let good = answer.status().is_success();
        let text = answer.text().await.expect("a body");
        assert!(good, "{path}: {text}");
        let body: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        body["number"].as_str().unwrap_or_default().to_owned()
    }

    pub async fn register(&self, seconds_ago: i64) -> (Uuid, i64) {
        let at = self.app.time.now().plus(-seconds_ago).expect("an instant");
        let stamp = Stamp { actor: Actor::Desk("bench".to_owned()), ..Stamp::system(at) };
        let ticket = tickets::register(&self.app, &stamp, &draft()).await.expect("a ticket");
        (ticket.id, ticket.number)
    }

    pub async fn execute(&self, sql: &str) {
        self.sql().execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

pub fn incident() -> serde_json::Value {
    json!({
        "type": "incident", "contract": "dap-example", "organisation": "ipo", "title": "Mail hapert", "description": "Niemand ontvangt mail.",
        "priority": "p3", "channel": "phone", "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" }
    })
}

pub fn draft() -> Draft {
    let body = incident();
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    Draft {
        kind: text("type"),
        contract: text("contract"),
        organisation: text("organisation"),
        title: text("title"),
        description: text("description"),
        priority: text("priority"),
        channel: text("channel"),
        requester: Some(("Anna de Boer".to_owned(), "anna@ipo.example".to_owned())),
        ..Draft::default()
    }
}

/// A table's columns, and what they are filled with: a copy of `c`, but for these.
pub fn copy<E: EntityTrait>(table: &str, but: &[(&str, &str)]) -> String {
    let names: Vec<_> = E::Column::iter().map(|column| column.as_str().to_owned()).collect();
    let value = |name: &String| but.iter().find(|one| one.0 == name).map_or_else(|| format!("c.{name}"), |one| one.1.to_owned());
    let values: Vec<_> = names.iter().map(value).collect();
    format!("INSERT INTO {table} ({}) SELECT {}", names.join(", "), values.join(", "))
}
