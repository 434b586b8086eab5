//! Every command, on one page.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use migration::MigratorTrait;

use crate::app::App;
use crate::reports::service_management::Month;
use crate::settings::{LogFormat, Settings};
use crate::store::{Backend, Scope};
use crate::usecases::{self, Stamp, amendments, dead_letters, inbound, outbound, reports, tokens};
use crate::{contracts, http, jobs, outbox, proof, simulate};

/// A service desk whose clocks hold up in a contract meeting.
#[derive(Parser)]
#[command(version)]
struct Command {
    /// A settings file of one's own.
    #[arg(long, global = true, env = "UURWERK_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Run the desk: the API, timers, handlers and mail in one process.
    Serve,
    /// Run timers, handlers and mail, without the API.
    Work,
    /// Bring the database to this program's form.
    Migrate,
    /// Say everything that is wrong with contract files, or with the settings when none is named.
    Check {
        /// Contract files.
        files: Vec<PathBuf>,
    },
    /// Answer clocks as text: one line of JSON in, one line out.
    Simulate {
        /// The contract file.
        #[arg(long)]
        contract: PathBuf,
        /// Show every clock's ledger.
        #[arg(long)]
        ledger: bool,
        /// Instead of lines: replay the real tickets of this database under the contract file; nothing is changed.
        #[arg(long, value_name = "DATABASE_URL", requires_all = ["from", "to"], conflicts_with = "ledger")]
        against: Option<String>,
        /// The first date of the period, on the contract's wall clock.
        #[arg(long, requires = "against")]
        from: Option<chrono::NaiveDate>,
        /// The last date of the period.
        #[arg(long, requires = "against")]
        to: Option<chrono::NaiveDate>,
        /// The comparison as JSON.
        #[arg(long, requires = "against")]
        json: bool,
    },
    /// Count a clock's ledger again, without the desk, and say everything that does not hold.
    Verify {
        /// The ledger, as the API gives it.
        ledger: PathBuf,
        /// The file of the contract version it names.
        #[arg(long)]
        contract: PathBuf,
    },
    /// Take a mail on standard input.
    Mail {
        /// The mailbox's name in the settings.
        #[arg(long)]
        mailbox: String,
    },
    /// Print a contract's service-management report of a month.
    Report {
        /// The contract.
        #[arg(long)]
        contract: String,
        /// Such as 2026-03.
        #[arg(long)]
        month: String,
        /// As known at this instant, RFC 3339; now unless said.
        #[arg(long)]
        as_of: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a token, for the desk or for one organisation, and print it this once.
    Token {
        /// What it is for.
        #[arg(long, default_value = "token")]
        name: String,
        /// The organisation it is for; the desk when absent.
        #[arg(long)]
        organisation: Option<String>,
        /// When it ends: RFC 3339.
        #[arg(long)]
        expires_at: Option<String>,
    },
    /// Say what contract files would change, for which tickets and from when; nothing is changed.
    Plan {
        /// Contract files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Apply contract files as new versions; a draft is passed over.
    Apply {
        /// Contract files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Change one date of a contract's calendar; every clock that runs is counted anew.
    Amend {
        /// The contract.
        #[arg(long)]
        contract: String,
        /// The calendar's name in it.
        #[arg(long)]
        calendar: String,
        /// The date, such as 2026-12-24.
        #[arg(long)]
        date: String,
        /// What becomes of it: closed, hours, or `as_agreed`.
        #[arg(long)]
        change: String,
        /// With `hours`: an interval such as 09:00-12:00, once for each.
        #[arg(long)]
        hours: Vec<String>,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Hold every stored deadline, clock and position against its replay, and say where they differ.
    Rebuild {
        /// Write the replayed values; both stay in the tickets' histories.
        #[arg(long)]
        write: bool,
    },
    /// Print what was given up after many tries, events and mails, or have it tried anew.
    DeadLetters {
        /// The id of one to be tried anew, once for each; or `all`.
        #[arg(long, value_name = "ID|all")]
        retry: Vec<Letter>,
    },
    /// Print the API document.
    Openapi,
    /// Print the page of problem codes.
    Problems,
}

/// Which dead letters are to be tried anew.
#[derive(Clone, Copy)]
enum Letter {
    All,
    One(uuid::Uuid),
}

impl std::str::FromStr for Letter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            id => id.parse().map(Self::One).map_err(|_no_id| "give the id of a dead letter, or all"),
        }
    }
}

/// Runs what the command line asks.
pub async fn run() -> ExitCode {
    let command = Command::parse();
    match Box::pin(dispatch(command)).await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read what is printed has seen enough.
        Err(error) if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

type Failed = Box<dyn std::error::Error>;

/// Prints a line, or says that nobody reads it any more.
fn say(text: impl std::fmt::Display) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")
}

async fn dispatch(command: Command) -> Result<(), Failed> {
    let settings = || Settings::load(command.config.as_deref());
    match command.what.unwrap_or(What::Serve) {
        What::Serve => serve(settings()?, true).await,
        What::Work => serve(settings()?, false).await,
        What::Migrate => {
            let app = App::start(settings()?).await?;
            Ok(migration::Migrator::up(app.db.migrating(), None).await?)
        }
        What::Check { files } => check(&files, settings),
        What::Simulate { contract, ledger, against: None, .. } => {
            let source = contracts::load(&contract)?;
            Ok(simulate::run(&source.contract, ledger, std::io::stdin().lock(), std::io::stdout().lock())?)
        }
        What::Simulate { contract, against: Some(database), from, to, json, .. } => {
            let mut settings = settings()?;
            settings.database.url = database;
            what_if(settings, &contract, (from.unwrap_or_default(), to.unwrap_or_default()), json).await
        }
        What::Verify { ledger, contract } => verify(&ledger, &contract),
        What::Mail { mailbox } => {
            let mut raw = Vec::new();
            std::io::stdin().lock().read_to_end(&mut raw)?;
            let app = ready(settings()?).await?;
            let received = inbound::receive(&app, &mailbox, &raw).await?;
            let number = received.ticket.map(|ticket| ticket.reference()).unwrap_or_default();
            say(format_args!("{} {number} {}", received.mail.outcome, received.mail.reason.unwrap_or_default()))?;
            Ok(app.tell().await?)
        }
        What::Report { contract, month, as_of, json } => {
            let app = ready(settings()?).await?;
            let month: Month = month.parse()?;
            let as_of = as_of.map(|text| text.parse()).transpose()?;
            let report = reports::service_management(&app, &Scope::All, &contract, month, as_of).await.map_err(told)?;
            let text = if json { serde_json::to_string_pretty(&report)? } else { crate::reports::text::render(&report) };
            say(format_args!("{text}"))?;
            Ok(())
        }
        What::Token { name, organisation, expires_at } => {
            let app = ready(settings()?).await?;
            let expires_at = expires_at.map(|text| text.parse()).transpose()?;
            say(format_args!("{}", tokens::create(&app, &name, organisation.as_deref(), expires_at).await.map_err(told)?))?;
            Ok(())
        }
        What::Plan { files } => Box::pin(plan(&connected(settings()?).await?, &files)).await,
        What::Apply { files } => Box::pin(apply(&connected(settings()?).await?, &files)).await,
        What::Amend { contract, calendar, date, change, hours, reason } => {
            let app = ready(settings()?).await?;
            let stamp = Stamp::system(app.time.now());
            let draft = amendments::Draft { calendar, date: date.parse()?, change, hours, reason };
            let recorded = amendments::amend(&app, &stamp, &contract, &draft).await.map_err(told)?;
            say(format_args!("{} {} {}", contract, recorded.amendment.calendar, recorded.amendment.date))?;
            Ok(app.tell().await?)
        }
        What::Rebuild { write } => {
            let app = App::start(settings()?).await?;
            Box::pin(rebuild(app, write)).await
        }
        What::DeadLetters { retry } => dead_letters(&ready(settings()?).await?, &retry).await,
        What::Openapi => {
            say(http::document().trim_end())?;
            Ok(())
        }
        What::Problems => {
            say(http::problem_codes().trim_end())?;
            Ok(())
        }
    }
}

async fn dead_letters(app: &App, retry: &[Letter]) -> Result<(), Failed> {
    if retry.is_empty() {
        for letter in dead_letters::list(app).await? {
            let one = &letter.set_aside;
            let died = one.died_at.map(|at| at.to_string()).unwrap_or_default();
            let error = one.last_error.as_deref().unwrap_or_default();
            say(format_args!(
                "{} {died} {} {} {}, tried {} times: {error}",
                one.id,
                letter.reference(),
                letter.kind,
                one.handler,
                one.attempts
            ))?;
        }
        for outbound::Shown { tracked: one, ticket } in outbound::given_up(app, dead_letters::SHOWN).await? {
            let (mail, ticket, error) = (&one.mail, ticket.as_deref().unwrap_or("-"), one.last_error.as_deref().unwrap_or_default());
            say(format_args!("{} {} {ticket} mail {}, tried {} times: {error}", mail.id, mail.created_at, mail.template, mail.attempts))?;
        }
        return Ok(());
    }
    for letter in retry {
        match letter {
            Letter::All => say(format_args!("{} are tried anew", dead_letters::retry_all(app).await?))?,
            Letter::One(id) => dead_letters::retry(app, *id).await.map_err(told)?,
        }
    }
    Ok(app.tell().await?)
}

/// An error with all its problems, for a terminal.
fn told(error: usecases::Error) -> Failed {
    match error {
        usecases::Error::Invalid(problems) => {
            let lines: Vec<_> = problems.iter().map(|one| format!("{}: {}", one.pointer.trim_start_matches('/'), one.detail)).collect();
            lines.join("\n").into()
        }
        error => error.into(),
    }
}

fn check(files: &[PathBuf], settings: impl Fn() -> Result<Settings, crate::settings::BadSettings>) -> Result<(), Failed> {
    if files.is_empty() {
        say(format_args!("{}", toml::to_string_pretty(&settings()?)?))?;
        return Ok(());
    }
    let (sources, refused) = read(files);
    for source in &sources {
        say(format_args!("{}", crate::reports::text::agreement::render(&source.contract)))?;
    }
    if refused.is_empty() { Ok(()) } else { Err(refused.join("\n").into()) }
}

/// A contract file tried on the tickets of a database, from a date through another.
async fn what_if(settings: Settings, file: &Path, (from, to): (chrono::NaiveDate, chrono::NaiveDate), json: bool) -> Result<(), Failed> {
    let contract = contracts::load(file)?.contract;
    let zone = contract.zone.clone();
    let start = from.pred_opt().and_then(|eve| zone.end_of_date(eve));
    let period = start.zip(zone.end_of_date(to)).filter(|(start, end)| start < end).ok_or("--to is before --from")?;
    let app = App::start(settings).await?;
    let bar = indicatif::ProgressBar::new(0);
    let compared = usecases::what_if::simulate(&app, contract, period, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    let simulation = compared.await.map_err(told)?;
    bar.finish_and_clear();
    let text = if json { serde_json::to_string_pretty(&simulation)? } else { crate::reports::text::what_if::render(&simulation, &zone) };
    say(format_args!("{text}"))?;
    Ok(())
}

async fn rebuild(mut app: App, write: bool) -> Result<(), Failed> {
    app.set_time().await?;
    let outcome = usecases::rebuild::rebuild(&app, write).await.map_err(told)?;
    for one in &outcome.differences {
        say(format_args!("{} {}: stored {}, replayed {}", one.of, one.what, one.stored, one.replayed))?;
    }
    let (differ, written) = (outcome.differences.len(), if write { "written" } else { "not written" });
    let usecases::rebuild::Outcome { tickets, obligations, due, .. } = outcome;
    say(format_args!(
        "{tickets} tickets and {obligations} obligations, {due} of them with something due first; {differ} values differ, {written}."
    ))?;
    if differ == 0 || write { Ok(()) } else { Err("the stored index differs from its replay".into()) }
}

/// The program on its database as it is: nothing is migrated, and no contract of the folder is applied.
async fn connected(settings: Settings) -> Result<App, Failed> {
    let mut app = App::start(settings).await?;
    app.set_time().await?;
    usecases::contracts::load_applied(&app).await?;
    Ok(app)
}

async fn plan(app: &App, files: &[PathBuf]) -> Result<(), Failed> {
    let (sources, refused) = read(files);
    for source in &sources {
        let plan = usecases::agreements::plan(app, source).await.map_err(told)?;
        say(format_args!("{plan}"))?;
    }
    if refused.is_empty() { Ok(()) } else { Err(refused.join("\n").into()) }
}

async fn apply(app: &App, files: &[PathBuf]) -> Result<(), Failed> {
    let (sources, mut refused) = read(files);
    for source in &sources {
        let name = format!("{} {}", source.contract.id, source.contract.version);
        match usecases::agreements::apply(app, source).await {
            Ok(true) => say(format_args!("{name}: applied, for tickets reported from {} on", source.contract.effective_from))?,
            Ok(false) => say(format_args!("{name}: was applied before"))?,
            Err(error) => refused.push(error.to_string()),
        }
    }
    app.tell().await?;
    if refused.is_empty() { Ok(()) } else { Err(refused.join("\n").into()) }
}

/// Contract files that can be read, and what is wrong with the others.
fn read(files: &[PathBuf]) -> (Vec<contracts::Source>, Vec<String>) {
    let (mut sources, mut refused) = (Vec::new(), Vec::new());
    for file in files {
        match contracts::load(file) {
            Ok(source) => sources.push(source),
            Err(problems) => refused.push(problems.to_string()),
        }
    }
    (sources, refused)
}

fn verify(ledger: &Path, contract: &Path) -> Result<(), Failed> {
    let claimed: proof::ClockLedger =
        serde_json::from_str(&std::fs::read_to_string(ledger)?).map_err(|error| format!("{} is no ledger: {error}", ledger.display()))?;
    let source = contracts::load(contract)?;
    let wrong = proof::verify(&claimed, &source.contract, &source.text);
    if !wrong.is_empty() {
        return Err(wrong.join("\n").into());
    }
    let clock = &claimed.clock;
    say(format_args!(
        "The {} ledger of {} holds under {} {}.",
        claimed.kind, claimed.number, claimed.contract.id, claimed.contract.version
    ))?;
    say(format_args!(
        "{} s counted, {} s held, {} segments, {}",
        clock.elapsed_seconds,
        clock.held_seconds,
        claimed.segments.len(),
        claimed.digest
    ))?;
    Ok(())
}

/// The program with its database in form, its contracts applied and its time set.
pub async fn ready(settings: Settings) -> Result<App, Failed> {
    let mut app = App::start(settings).await?;
    match app.db.backend() {
        Backend::Sqlite => migration::Migrator::up(app.db.migrating(), None).await?,
        Backend::Postgres => {
            if !migration::Migrator::get_pending_migrations(app.db.migrating()).await?.is_empty() {
                return Err("the database is not in this program's form: run `uurwerk migrate` first".into());
            }
        }
    }
    app.set_time().await?;
    let folder = app.settings.contracts.dir.clone();
    let outcome = usecases::contracts::apply_folder(&app, &folder).await?;
    for draft in &outcome.drafts {
        tracing::warn!(file = %draft.file.display(), open = draft.problems.len(), "a draft: what the agreement leaves open must be filled in first");
    }
    outbox::know_handlers(&app).await?;
    Ok(app)
}

async fn serve(settings: Settings, with_api: bool) -> Result<(), Failed> {
    start_log(&settings);
    let listen = settings.http.listen.clone();
    let app = Arc::new(ready(settings).await?);
    let workers = actix_web::rt::spawn(jobs::run(app.clone()));
    if !with_api {
        tracing::info!("working");
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminated.recv() => {}
        }
        app.stop();
        return Ok(workers.await?);
    }
    let first = tokens::first_admin(&app).await?;
    let listener = TcpListener::bind(&listen).map_err(|error| format!("{listen} cannot be listened on: {error}"))?;
    say(format_args!("Uurwerk answers at http://{}", listener.local_addr()?))?;
    if let Some(token) = first {
        say(format_args!("Admin token, shown this once: {token}"))?;
    }
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    http::serve(app.clone(), listener, threads)?.await?;
    app.stop();
    Ok(workers.await?)
}

fn start_log(settings: &Settings) {
    let filter =
        tracing_subscriber::EnvFilter::try_new(&settings.log.filter).unwrap_or_else(|_bad| tracing_subscriber::EnvFilter::new("info"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    match settings.log.format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.init(),
    }
}

/// Where the tests find the program's own files.
pub fn contracts_folder(root: &Path) -> PathBuf {
    root.join("config/contracts")
}
