//! Every command, on one page. `open` says how each opens the desk; the other files, what each does and prints.

mod accounts;
mod agreements;
mod audit;
mod calendars;
mod files;
mod mails;
mod open;
mod output;
mod repair;
mod serve;
mod tokens;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{CommandFactory, Parser, Subcommand};

use crate::domain::{Instant, permission};
use crate::reports::layout;
use crate::reports::service_management::Month;
use crate::settings::Settings;
use crate::store::{CheckedScope, Scope};
use crate::usecases::{self, Stamp, amendments, reports};
use crate::{contracts, http, simulate};
pub use open::{migrated_by_owner, ready};

/// A service desk whose clocks hold up in a contract meeting.
#[derive(Parser)]
#[command(version)]
struct Command {
    /// Your settings file.
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
    /// Migrate the database to this program's schema.
    Migrate,
    /// Report everything that is wrong with contract files, or with the settings when no file is named.
    Check {
        /// How an agreement is printed.
        #[arg(long, value_enum, default_value_t)]
        format: output::Page,
        /// Contract files.
        files: Vec<PathBuf>,
    },
    /// Compute clocks without a database: one line of JSON in, one line out.
    #[command(after_long_help = agreements::LINES)]
    Simulate {
        /// The contract file.
        #[arg(long)]
        contract: PathBuf,
        /// Show every clock's ledger.
        #[arg(long)]
        ledger: bool,
        /// Instead of reading lines, replay the tickets of this database under the contract file; nothing is changed.
        #[arg(long, value_name = "DATABASE_URL", requires_all = ["from", "to"], conflicts_with = "ledger")]
        against: Option<String>,
        /// The first date of the period, on the contract's wall clock.
        #[arg(long, requires = "against", value_parser = date)]
        from: Option<NaiveDate>,
        /// The last date of the period.
        #[arg(long, requires = "against", value_parser = date)]
        to: Option<NaiveDate>,
        /// How the comparison is printed.
        #[arg(long, value_enum, default_value_t, requires = "against")]
        format: output::Format,
    },
    /// Count a clock's ledger again, without the desk, and report everything that does not hold.
    Verify {
        /// The ledger, as the API gives it.
        ledger: PathBuf,
        /// The file of the contract version it names.
        #[arg(long)]
        contract: PathBuf,
    },
    /// Check the audit trail.
    Audit {
        #[command(subcommand)]
        what: audit::What,
    },
    /// Take in a mail from standard input; or, with `preview`, write a sample of every message that the desk sends; or, with `templates`, its text.
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Mail {
        /// The mailbox's name in the settings.
        #[arg(long, required = true)]
        mailbox: Option<String>,
        #[command(subcommand)]
        what: Option<mails::What>,
    },
    /// Print a contract's service-management report of a month.
    Report {
        /// The contract.
        #[arg(long)]
        contract: String,
        /// Such as 2026-03.
        #[arg(long)]
        month: String,
        /// As known at this instant (RFC 3339); now when absent.
        #[arg(long)]
        as_of: Option<Instant>,
        /// How the report is printed.
        #[arg(long, value_enum, default_value_t)]
        format: output::Format,
    },
    /// Make a token for the desk or for one organisation, and print it once; or list tokens, or revoke one.
    Token(tokens::Asked),
    /// Make a local account, for the day that no identity provider can be reached; or list accounts, recover one, or close one.
    Account(accounts::Asked),
    /// Report what contract files would change, for which tickets and from when; nothing is changed. Exits 2 when one cannot be applied.
    Plan {
        /// Contract files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Apply contract files as new versions; drafts are refused.
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
        /// What it becomes: `closed`, `hours` or `as_agreed`.
        #[arg(long)]
        change: String,
        /// With `hours`: an interval such as 09:00-12:00, once for each.
        #[arg(long)]
        hours: Vec<String>,
        /// The reason, which is recorded.
        #[arg(long)]
        reason: String,
        /// Who signed for it on paper, as client:PERSON and supplier:PERSON, each by address or id; an amendment of today or earlier waits for
        /// both. Where the contract has several clients each signs for itself, as client@ORGANISATION:PERSON.
        #[arg(long, value_name = "SIDE:PERSON", requires = "evidence")]
        approved_by: Vec<String>,
        /// What shows those approvals, such as a reference to minutes.
        #[arg(long)]
        evidence: Option<String>,
    },
    /// Record who approved an amendment that waits; with the last side's approval it takes effect.
    Approve {
        /// The contract.
        #[arg(long)]
        contract: String,
        /// The amendment's id.
        #[arg(long)]
        amendment: uuid::Uuid,
        /// Who signed for it on paper, as client:PERSON, client@ORGANISATION:PERSON or supplier:PERSON, by address or id; once for each.
        #[arg(long, value_name = "SIDE:PERSON", required = true)]
        approved_by: Vec<String>,
        /// What shows the approval, such as a reference to minutes.
        #[arg(long)]
        evidence: String,
    },
    /// Compare every stored deadline, clock and ladder position with its replay, and report the differences.
    Rebuild {
        /// Store the replayed values; the histories keep both.
        #[arg(long)]
        write: bool,
    },
    /// Make a key to seal files and mails with, or bring all of them under the first key.
    Files {
        #[command(subcommand)]
        what: files::What,
    },
    /// List events and mails that were given up after many tries, or retry them.
    DeadLetters {
        /// The id of one to retry, once for each; or `all`.
        #[arg(long, value_name = "ID|all")]
        retry: Vec<repair::Letter>,
    },
    /// Print the API document.
    Openapi,
    /// Print which role may what, as Markdown.
    Permissions,
    /// Print the page of problem codes.
    Problems,
}

pub async fn run() -> ExitCode {
    // Files made here (the database, attachments, mails) are readable by whoever runs the desk and nobody else.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let command = Command::parse();
    match Box::pin(dispatch(command)).await {
        Ok(code) => code,
        // The reader of our output stopped reading, as `head` does: no failure.
        Err(error) if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

type Failed = Box<dyn std::error::Error>;

/// Prints an error; a closed stderr is ignored.
fn complain(error: &impl std::fmt::Display) {
    drop(writeln!(std::io::stderr().lock(), "{error}"));
}

/// Prints a line; an error when nobody reads it any more.
fn say(text: impl std::fmt::Display) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")
}

async fn dispatch(command: Command) -> Result<ExitCode, Failed> {
    let settings = || Settings::load(command.config.as_deref());
    let Some(what) = command.what else {
        Command::command().print_help()?;
        return Ok(ExitCode::SUCCESS);
    };
    match what {
        // Boxed: it holds the whole desk.
        What::Serve => Box::pin(serve::serve(settings()?, true)).await?,
        What::Work => Box::pin(serve::serve(settings()?, false)).await?,
        What::Migrate => open::migrate(settings()?).await?,
        What::Check { files, format } => agreements::check(&files, format, settings)?,
        What::Simulate { contract, ledger, against: None, .. } => {
            let source = contracts::load(&contract)?;
            simulate::run(&source.contract, ledger, std::io::stdin().lock(), std::io::stdout().lock())?;
        }
        What::Simulate { contract, against: Some(database), from, to, format, .. } => {
            agreements::what_if(settings()?.on(database)?, &contract, (from.unwrap_or_default(), to.unwrap_or_default()), format).await?;
        }
        What::Verify { ledger, contract } => agreements::verify(&ledger, &contract)?,
        What::Audit { what: audit::What::Verify { expect } } => audit::verify(settings()?, expect).await?,
        What::Mail { what: Some(mails::What::Preview { folder }), .. } => mails::preview(&settings()?, &folder)?,
        What::Mail { what: Some(mails::What::Templates { folder }), .. } => mails::templates(&folder)?,
        What::Mail { mailbox, what: None } => {
            Box::pin(mails::take(settings()?, &mailbox.unwrap_or_default())).await?;
        }
        What::Report { contract, month, as_of, format } => {
            let month: Month = month.parse().map_err(|_not_one| format!("--month: {month} is not a month such as 2026-03"))?;
            report(settings()?, &contract, month, as_of, format).await?;
        }
        What::Token(asked) => Box::pin(tokens::run(settings()?, asked)).await?,
        What::Account(asked) => Box::pin(accounts::run(settings()?, asked)).await?,
        What::Plan { files } => return Box::pin(agreements::plan(settings()?, &files)).await,
        What::Apply { files } => Box::pin(agreements::apply(settings()?, &files)).await?,
        What::Amend { contract, calendar, date, change, hours, reason, approved_by, evidence } => {
            let approvals = calendars::consents(&approved_by, evidence.as_deref())?;
            let draft = amendments::NewAmendment { calendar, date: NaiveDate::default(), change, hours, reason, approvals };
            calendars::amend(settings()?, &contract, &date, draft).await?;
        }
        What::Approve { contract, amendment, approved_by, evidence } => {
            let consents = calendars::consents(&approved_by, Some(&evidence))?;
            calendars::approve(settings()?, &contract, amendment, &consents).await?;
        }
        What::Rebuild { write } => Box::pin(repair::rebuild(settings()?, write)).await?,
        What::Files { what } => Box::pin(files::run(what, settings)).await?,
        What::DeadLetters { retry } => repair::dead_letters(settings()?, &retry).await?,
        What::Openapi => say(http::document().trim_end())?,
        What::Permissions => say(permission::page().trim_end())?,
        What::Problems => say(http::problem_codes().trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn report(settings: Settings, contract: &str, month: Month, as_of: Option<Instant>, format: output::Format) -> Result<(), Failed> {
    let app = open::existing(settings).await?;
    let scope = CheckedScope::of_reader(Scope::ALL);
    let report = reports::service_management(&app, &scope, contract, month, as_of).await.map_err(explained)?;
    let act = Stamp::command("printReport", app.time.now()).act();
    usecases::audit::record_reads(&app, &scope, &act).await.map_err(explained)?;
    Ok(say(format.render(&report, || layout::service_management::document(&report))?)?)
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_not_one| "is not a date such as 2026-12-24".to_owned())
}

/// An error for a terminal, with all its problems.
fn explained(error: usecases::Error) -> Failed {
    match error {
        usecases::Error::Invalid(problems) => {
            let lines: Vec<_> = problems.iter().map(|one| format!("{}: {}", one.pointer.trim_start_matches('/'), one.detail)).collect();
            lines.join("\n").into()
        }
        usecases::Error::Unavailable(cause) => format!("the database cannot be reached: {cause}").into(),
        error => error.into(),
    }
}

/// For the tests, which run from another folder.
pub fn contracts_folder(root: &Path) -> PathBuf {
    root.join("config/contracts")
}
