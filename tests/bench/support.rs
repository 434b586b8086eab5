//! A desk to be measured: its database, a durable one, its door, and rows by the million.

#[path = "../it/support/ports.rs"]
mod ports;
#[path = "../it/support/postgres.rs"]
#[expect(dead_code, reason = "only the tests take a database away")]
mod postgres;

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, IdenStatic, Iterable};
use serde_json::json;
use uuid::Uuid;
use uurwerk::app::App;
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

pub fn free_port() -> u16 {
    ports::free()
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
        ("UURWERK_HTTP_REQUESTS_PER_MINUTE", "0".to_owned()),
        ("UURWERK_ATTACHMENTS_STORE", folder.join("attachments").display().to_string()),
        ("UURWERK_LOG_FILTER", "error".to_owned()),
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A desk in this process, in the machine's time.
pub struct Desk {
    pub app: Arc<App>,
    pub database: String,
    pub url: String,
    pub client: reqwest::Client,
    pub folder: tempfile::TempDir,
    server: actix_web::dev::ServerHandle,
    workers: Option<tokio::task::JoinHandle<()>>,
}

impl Desk {
    /// On PostgreSQL as it comes, so with `fsync`, or on SQLite, which waits for the disk too.
    pub async fn open(on_postgres: bool, with_workers: bool) -> Self {
        Self::opened(on_postgres, with_workers, &[]).await
    }

    /// One whose mail goes to a server on loopback, and whose workers do not work.
    pub async fn open_sending_to(on_postgres: bool, port: u16) -> Self {
        let more = [
            ("UURWERK_MAIL_TRANSPORT", "smtp".to_owned()),
            ("UURWERK_MAIL_SMTP_HOST", "127.0.0.1".to_owned()),
            ("UURWERK_MAIL_SMTP_PORT", port.to_string()),
            ("UURWERK_MAIL_SMTP_TLS", "none".to_owned()),
        ];
        Self::opened(on_postgres, false, &more).await
    }

    async fn opened(on_postgres: bool, with_workers: bool, more: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database =
            if on_postgres { postgres::new_database_on(true) } else { format!("sqlite://{}", folder.path().join("desk.db").display()) };
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let settings = Settings::from_parts(None, told(&database, folder.path(), 0).into_iter().chain(more)).expect("settings");
        if on_postgres {
            let app = App::start(settings.clone()).await.expect("a database");
            uurwerk::usecases::schema::migrate(&app.db, &app.settings, None).await.expect("migrations");
        }
        Self::served(settings, folder, database, with_workers).await
    }

    /// Another desk on the same PostgreSQL database, by the role that owns nothing: row-level security holds it.
    pub async fn by_another_role(&self) -> Self {
        uurwerk::usecases::schema::migrate(&self.app.db, &self.app.settings, Some("desk")).await.expect("grants");
        let (folder, database) = (tempfile::tempdir().expect("a folder"), self.database.replace("//postgres@", "//desk@"));
        let settings = Settings::from_parts(None, told(&database, folder.path(), 0).into_iter()).expect("settings");
        Self::served(settings, folder, database, false).await
    }

    async fn served(settings: Settings, folder: tempfile::TempDir, database: String, with_workers: bool) -> Self {
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
        self.app.db.bare_connection()
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
        let stamp = Stamp::system(at);
        let ticket = tickets::register(&self.app, &stamp, &draft()).await.expect("a ticket").ticket;
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

/// The middle one of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
