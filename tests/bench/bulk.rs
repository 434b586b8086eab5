//! What a ticket costs in a batch beside what it costs by itself, both over HTTP from one client, on durable databases, in
//! one run. Nothing fails here: figures belong to a machine. `UURWERK_BENCH_QUICK=1` shortens it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use serde_json::{Value, json};
use uurwerk::app::App;
use uurwerk::settings::Settings;
use uurwerk::{cli, http};

const ADMIN: &str = "admin-token-of-the-benchmark";
/// Tickets a request, one by one and in batches.
const SIZES: [usize; 4] = [1, 10, 100, 500];

/// A PostgreSQL server as it comes, so with `fsync`, in a temporary folder.
struct Server {
    folder: PathBuf,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("uurwerk-bench-pg").tempdir().expect("a folder").keep();
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let server = Self { folder, port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&server.folder));
        }
        run(as_postgres("initdb").args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "-D"]).arg(server.folder.join("data")));
        let options = format!("-p {port} -k '{}' -c listen_addresses=127.0.0.1", server.folder.display());
        run(as_postgres("pg_ctl").args(["-s", "-w", "-l", "/dev/null", "-o", &options, "start", "-D"]).arg(server.folder.join("data")));
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        run(as_postgres("pg_ctl").args(["-s", "-m", "fast", "stop", "-D"]).arg(self.folder.join("data")));
        std::fs::remove_dir_all(&self.folder).expect("the folder goes");
    }
}

/// A program of PostgreSQL's, as Debian keeps it or as the path finds it; its server does not run as root.
fn as_postgres(name: &str) -> Command {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let found = versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).max();
    let program = found.unwrap_or_else(|| PathBuf::from(name));
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"))
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status().expect("it runs");
    assert!(status.success(), "{command:?}");
}

/// A desk in this process, without its workers.
struct Desk {
    url: String,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn open(server: Option<&Server>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match server {
            Some(server) => format!("postgres://postgres@127.0.0.1:{}/postgres", server.port),
            None => format!("sqlite://{}", folder.path().join("desk.db").display()),
        };
        let variables = [
            ("UURWERK_DATABASE_URL", database.clone()),
            ("UURWERK_CONTRACTS_DIR", cli::contracts_folder(Path::new(env!("CARGO_MANIFEST_DIR"))).display().to_string()),
            ("UURWERK_ADMIN_TOKEN", ADMIN.to_owned()),
            ("UURWERK_ATTACHMENTS_STORE", folder.path().join("attachments").display().to_string()),
            ("UURWERK_HTTP_REQUESTS_PER_MINUTE", "0".to_owned()),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value));
        let settings = Settings::from_parts(None, variables).expect("settings");
        if server.is_some() {
            let app = App::start(settings.clone()).await.expect("a database");
            <migration::Migrator as migration::MigratorTrait>::up(app.db.migrating(), None).await.expect("migrations");
        }
        let app = Arc::new(cli::ready(settings).await.expect("a desk"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        actix_web::rt::spawn(http::serve(app, listener, 1).expect("a server"));
        Self { url, client: reqwest::Client::new(), _folder: folder }
    }

    /// Makes so many tickets in requests of that size; microseconds a ticket.
    async fn make(&self, tickets: usize, size: usize) -> f64 {
        let (path, body) = match size {
            1 => ("/v1/tickets", ticket(0)),
            _ => ("/v1/tickets/_bulk", json!({ "items": (0..size).map(ticket).collect::<Vec<_>>() })),
        };
        let body = body.to_string();
        let watch = Stopwatch::now();
        for _ in 0..tickets / size {
            let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(ADMIN).header("content-type", "application/json");
            let answer = request.body(body.clone()).send().await.expect("an answer");
            assert!(answer.status().is_success(), "{}", answer.status());
            let answer = answer.text().await.expect("a body");
            assert!(!answer.contains("\"status\":4"), "{answer}");
        }
        watch.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(tickets).expect("a count"))
    }
}

/// A ticket of one of fifty people.
fn ticket(at: usize) -> Value {
    json!({
        "type": "incident", "contract": "dap-example", "organisation": "ipo", "title": "Mail hapert", "description": "Niemand ontvangt mail.",
        "priority": "p3", "channel": "phone", "requester": { "name": "Anna de Boer", "email": format!("anna{}@ipo.example", at % 50) }
    })
}

async fn compare() {
    let quick = std::env::var_os("UURWERK_BENCH_QUICK").is_some();
    let (rounds, tickets) = if quick { (2, 500) } else { (5, 2_000) };
    println!("{:<24}{:>14}{:>14}{:>14}{:>14}", "microseconds a ticket", "one by one", "tens", "hundreds", "500 at once");
    for on in ["sqlite", "postgresql"] {
        let server = (on == "postgresql").then(Server::start);
        let desk = Desk::open(server.as_ref()).await;
        desk.make(500, 1).await;
        // Turn by turn, so that none has the quiet of the machine to itself; the median of the rounds.
        let mut figures = SIZES.map(|_| Vec::new());
        for _ in 0..rounds {
            for (size, figures) in SIZES.iter().zip(&mut figures) {
                figures.push(desk.make(tickets, *size).await);
            }
        }
        let medians = figures.map(|mut figures| {
            figures.sort_by(f64::total_cmp);
            figures[figures.len() / 2]
        });
        println!("{on:<24}{:>14.0}{:>14.0}{:>14.0}{:>14.0}", medians[0], medians[1], medians[2], medians[3]);
        println!(
            "{:<24}{:>14}{:>13.1}x{:>13.1}x{:>13.1}x",
            "faster",
            "",
            medians[0] / medians[1],
            medians[0] / medians[2],
            medians[0] / medians[3]
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn main() {
    actix_web::rt::System::new().block_on(compare());
}
