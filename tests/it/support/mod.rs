//! A desk of a test's own: its database, its time, its mail folder, its port.

mod people;
pub mod ports;
pub mod postgres;
mod provides;
mod rows;
pub mod servers;
mod sqlite;
mod traces;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use uurwerk::app::App;
use uurwerk::domain::permission::Role;
use uurwerk::settings::Settings;
use uurwerk::usecases::tokens::NewToken;
use uurwerk::{cli, http};

/// On which database a desk runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// Writes a test twice: once on each database.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* $name:ident),* $(,)?) => { $(
        mod $name {
            $(#[$attribute])*
            #[actix_web::test]
            async fn on_sqlite() {
                super::$name(&$crate::support::Desk::open($crate::support::On::Sqlite).await).await;
            }

            $(#[$attribute])*
            #[actix_web::test]
            async fn on_postgresql() {
                super::$name(&$crate::support::Desk::open($crate::support::On::Postgres).await).await;
            }
        }
    )* };
}

/// Who calls.
pub const ADMIN: &str = "admin-token-of-the-tests";

/// A running desk.
pub struct Desk {
    /// The program, for what no door shows.
    pub app: Arc<App>,
    url: String,
    client: reqwest::Client,
    folder: tempfile::TempDir,
    server: actix_web::dev::ServerHandle,
    settings: Settings,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body; `null` when it is no JSON.
    pub body: Value,
}

impl Desk {
    /// Opens a desk in sandbox time, on Monday 2 March 2026 at 08:00 in Amsterdam.
    pub async fn open(on: On) -> Self {
        Self::open_with(on, &[]).await
    }

    /// The same with settings of its own, as variables of the environment.
    pub async fn open_with(on: On, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match on {
            On::Sqlite => sqlite::migrated_database(folder.path()),
            On::Postgres => Self::migrated_database(),
        };
        Self::open_on(&url, folder, settings, None).await
    }

    /// The same with a settings file.
    pub async fn open_with_file(on: On, settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match on {
            On::Sqlite => sqlite::migrated_database(folder.path()),
            On::Postgres => Self::migrated_database(),
        };
        Self::open_on(&url, folder, &[], Some(settings)).await
    }

    /// Opens a desk on PostgreSQL, with the name of its database.
    pub async fn open_on_its_own_postgres() -> (Self, String) {
        let url = Self::migrated_database();
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        (Self::open_on(&url, tempfile::tempdir().expect("a folder"), &[], None).await, name)
    }

    fn migrated_database() -> String {
        postgres::migrated_database(async |database| {
            let variables = [
                ("UURWERK_TIME", "sandbox"),
                ("UURWERK_SANDBOX_START", "2026-03-02T08:00:00+01:00"),
                ("UURWERK_DATABASE_URL", database),
                ("UURWERK_DATABASE_OWNER_URL", &postgres::owner_of(database)),
            ];
            let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let settings = Settings::from_parts(None, variables.into_iter()).expect("settings");
            cli::migrated_by_owner(&settings).await.expect("migrations");
        })
    }

    async fn open_on(database: &str, folder: tempfile::TempDir, more: &[(&str, &str)], file: Option<&str>) -> Self {
        let file = file.map(|text| {
            let path = folder.path().join("desk.toml");
            std::fs::write(&path, text).expect("a file");
            path
        });
        let text = |path: PathBuf| path.display().to_string();
        let contracts = cli::contracts_folder(Path::new(env!("CARGO_MANIFEST_DIR")));
        let variables = [
            ("UURWERK_TIME", "sandbox".to_owned()),
            ("UURWERK_SANDBOX_START", "2026-03-02T08:00:00+01:00".to_owned()),
            ("UURWERK_DATABASE_URL", database.to_owned()),
            ("UURWERK_DATABASE_OWNER_URL", postgres::owner_of(database)),
            ("UURWERK_CONTRACTS_DIR", text(contracts)),
            ("UURWERK_ADMIN_TOKEN", ADMIN.to_owned()),
            ("UURWERK_MAIL_FOLDER", text(folder.path().join("mail"))),
            ("UURWERK_ATTACHMENTS_STORE", text(folder.path().join("attachments"))),
            ("UURWERK_HTTP_SPOOL", text(folder.path().join("spool"))),
        ];
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let variables = variables.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value));
        let settings = Settings::from_parts(file.as_deref(), variables).expect("settings");
        if database.starts_with("postgres") {
            cli::migrated_by_owner(&settings).await.expect("migrations");
        }
        Self::served(settings, folder).await
    }

    async fn served(settings: Settings, folder: tempfile::TempDir) -> Self {
        // Boxed: it holds a whole desk, and so does every test.
        let app = Arc::new(Box::pin(cli::ready(settings.clone())).await.expect("a desk"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = http::serve(app.clone(), listener, 1).expect("a server");
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { app, url, client: client(), folder, server: handle, settings }
    }

    /// Another process on the same database, without a door of its own.
    pub async fn another_process(&self) -> App {
        cli::ready(self.settings.clone()).await.expect("a second process")
    }

    /// The same with a door of its own; its mail goes where this desk's goes.
    pub async fn another_door(&self) -> Self {
        Self::served(self.settings.clone(), tempfile::tempdir().expect("a folder")).await
    }

    /// The same with other settings.
    pub async fn another_door_with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.settings.clone();
        change(&mut settings);
        Self::served(settings, tempfile::tempdir().expect("a folder")).await
    }

    /// On which database it runs.
    pub fn on(&self) -> On {
        if self.settings.database.url.starts_with("postgres") { On::Postgres } else { On::Sqlite }
    }

    /// A request to this desk, for what the other ways of asking cannot say.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method.parse().expect("a method"), format!("{}{path}", self.url))
    }

    /// Address and port, for who speaks without a client.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Where its attachments are.
    pub fn attachments(&self) -> PathBuf {
        self.folder.path().join("attachments")
    }

    /// Where long bodies wait.
    pub fn spool(&self) -> PathBuf {
        self.folder.path().join("spool")
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks with a token.
    pub async fn ask(&self, token: Option<&str>, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let method = method.parse().expect("a method");
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Self::answered(request).await
    }

    async fn answered(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    /// Asks as the desk.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Some(ADMIN), "GET", path, None).await
    }

    /// Sends as the desk.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Some(ADMIN), "POST", path, Some(body)).await
    }

    /// Changes as the desk.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.ask(Some(ADMIN), "PATCH", path, Some(body)).await
    }

    /// Sends bytes as the desk, with headers of one's own.
    pub async fn send_raw(&self, path: &str, bytes: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.post(format!("{}{path}", self.url)).bearer_auth(ADMIN).body(bytes);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::answered(request).await
    }

    /// Sends whatever a test wants, with headers of its own.
    pub async fn send(&self, token: Option<&str>, (method, path): (&str, &str), headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let mut request = self.client.request(method.parse().expect("a method"), format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.body(body.to_string());
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                request = request.header("content-type", "application/json");
            }
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::answered(request).await
    }

    /// A mail arrives in a mailbox.
    pub async fn mail_arrives(&self, mailbox: &str, mail: &str) -> Answer {
        let path = format!("/v1/inbound-messages?mailbox={mailbox}");
        self.send_raw(&path, mail.replace('\n', "\r\n").into_bytes(), &[("content-type", "application/octet-stream")]).await
    }

    /// A token with these roles: of an organisation, or of the desk.
    pub async fn token(&self, organisation: Option<&str>, roles: &[Role]) -> String {
        let name = if roles == [Role::Integration] { "monitoring" } else { "test" }.to_owned();
        let new = NewToken { name, organisation: organisation.map(str::to_owned), roles: roles.to_vec(), ..NewToken::default() };
        uurwerk::usecases::tokens::create(&self.app, &new).await.expect("a token")
    }

    /// An account of the desk, of somebody who has signed in with their provider before.
    pub async fn account(&self, name: &str, email: &str) -> uuid::Uuid {
        let account = uurwerk::store::accounts::Account {
            id: self.app.time.id(),
            issuer: "https://login.leverancier.example".to_owned(),
            subject: email.to_owned(),
            organisation: None,
            person_id: None,
            name: name.to_owned(),
            email: Some(email.to_owned()),
            is_blocked: false,
        };
        let now = self.app.time.now();
        let added =
            self.app.keep_books(&uurwerk::store::Scope::ALL, async |tx| Ok(uurwerk::store::accounts::insert(tx, &account, now).await?));
        added.await.expect("an account");
        account.id
    }

    /// A token of an organisation, of somebody who decides for it.
    pub async fn token_of(&self, organisation: &str) -> String {
        self.token(Some(organisation), &[Role::AuthorisedRequester, Role::Approver]).await
    }

    /// A token of a system that acts for the desk.
    pub async fn token_of_an_integration(&self) -> String {
        self.token(None, &[Role::Integration]).await
    }

    /// Registers a ticket as a client, whose priority is a proposal; its number.
    pub async fn proposes(&self, organisation: &str, ticket: &Value) -> String {
        let client = self.token_of(organisation).await;
        let answer = self.ask(Some(&client), "POST", "/v1/tickets", Some(ticket)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["number"].as_str().expect("a number").to_owned()
    }

    /// Registers a ticket as the desk; its number.
    pub async fn registers(&self, ticket: &Value) -> String {
        let answer = self.post("/v1/tickets", ticket).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["number"].as_str().expect("a number").to_owned()
    }

    /// Moves a ticket as the desk.
    pub async fn moves(&self, number: &str, to: &str) -> Answer {
        self.post(&format!("/v1/tickets/{number}/transitions"), &as_handled_alone(json!({ "to": to, "reason": "Zo is het." }))).await
    }

    /// Writes the root cause analysis of a problem, and that it was solved directly, without which it is not resolved.
    pub async fn explains(&self, number: &str) -> Answer {
        self.writes(number, "outcome").await;
        let analysis = json!({ "deeperCause": "De accu van de noodstroom is versleten.", "proposal": "De accu vervangen." });
        self.post(&format!("/v1/tickets/{number}/root-causes"), &analysis).await
    }

    /// Time passes.
    pub async fn passes(&self, by: &str) {
        let answer = self.post("/v1/sandbox/advances", &json!({ "by": by })).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// Time passes until an instant.
    pub async fn reaches(&self, to: &str) {
        let answer = self.post("/v1/sandbox/advances", &json!({ "to": to })).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// A ticket's events, as `type` at `occurredAt`.
    pub async fn history(&self, number: &str) -> Vec<(String, String)> {
        let text = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
        self.events(number).await.iter().map(|event| (text(event, "type"), text(event, "occurredAt"))).collect()
    }

    /// A ticket's events, page after page.
    pub async fn events(&self, number: &str) -> Vec<Value> {
        let (mut events, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/v1/tickets/{number}/events?pageSize=100{cursor}")).await;
            events.extend(page.body["items"].as_array().expect("events").iter().cloned());
            let Some(next) = page.body["nextCursor"].as_str() else { return events };
            cursor = format!("&cursor={next}");
        }
    }

    /// One clock of a ticket.
    pub async fn clock(&self, number: &str, kind: &str) -> Value {
        let clocks = self.get(&format!("/v1/tickets/{number}/clocks")).await;
        let found = clocks.body["items"].as_array().and_then(|clocks| clocks.iter().find(|clock| clock["kind"] == kind).cloned());
        found.unwrap_or_else(|| panic!("no {kind} clock in {}", clocks.body))
    }

    /// Spoils rows of a ticket behind the desk's back; `$1` is its id.
    pub async fn spoils(&self, sql: &str, ticket: uuid::Uuid) {
        use sea_orm::{ConnectionTrait, Statement};
        let connection = self.behind().await;
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, [ticket.into()]);
        assert_eq!(connection.execute_raw(statement).await.expect("a statement").rows_affected(), 1, "{sql}");
    }

    /// The mails sent so far, whole, in the order sent.
    pub fn mails(&self) -> Vec<String> {
        let folder = self.folder.path().join("mail");
        let mut mails: Vec<_> = std::fs::read_dir(folder)
            .map(|files| {
                files.filter_map(Result::ok).map(|file| (file.metadata().and_then(|meta| meta.modified()).ok(), file.path())).collect()
            })
            .unwrap_or_default();
        mails.sort();
        let read = |(_, path): &(Option<std::time::SystemTime>, PathBuf)| std::fs::read_to_string(path).ok();
        mails.iter().filter(|mail| mail.1.extension().is_some_and(|kind| kind == "eml")).filter_map(read).collect()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// A client that uses no connection which was idle for two seconds. The desk closes one after five, of which a test that was at work for longer
/// hears only once it has sent something.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(2)).build().expect("a client")
}

/// A ticket of a type under the example agreement, reported by Anna of the IPO. A service request asks for access, which the client authorises.
pub fn request(kind: &str) -> Value {
    let mut body = json!({ "type": kind, "contract": "dap-example", "organisation": "ipo", "title": "Een verzoek", "channel": "portal",
        "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" } });
    if kind == "incident" {
        body["service"] = json!("cloud");
    }
    if kind == "service_request" {
        (body["kind"], body["form"]) = (json!("toegang"), access());
    }
    body
}

/// What is filled in to ask for access.
pub fn access() -> Value {
    json!({ "wijziging": "verlenen", "voor": "Bram Visser", "waartoe": "De projectmap" })
}

/// An incident under another agreement, which knows neither the services nor the priorities of the example.
pub fn incident_under(contract: &str) -> Value {
    let mut ticket = incident("p3");
    ticket["contract"] = json!(contract);
    for foreign in ["service", "priority"] {
        ticket.as_object_mut().expect("an object").remove(foreign);
    }
    ticket
}

/// A move as the desk makes it, which says of a solution that nobody else had a part in it.
pub fn as_handled_alone(mut transition: Value) -> Value {
    let solves = ["resolved", "fulfilled", "answered", "submitted", "implemented"];
    if transition["to"].as_str().is_some_and(|to| solves.contains(&to)) {
        transition["handling"] = json!("alone");
    }
    transition
}

/// An incident of the example agreement, reported by phone.
pub fn incident(priority: &str) -> Value {
    json!({
        "type": "incident", "contract": "dap-example", "organisation": "ipo", "title": "Mail hapert", "description": "Niemand ontvangt mail.",
        "service": "cloud", "priority": priority, "channel": "phone", "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" }
    })
}
