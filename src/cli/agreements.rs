//! Contract files on the command line: check, plan, apply, simulate against real tickets; and verify a ledger.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;

use super::output::{Format, Page};
use super::{Failed, complain, explained, open, say};
use crate::credentials::Passwords;
use crate::identity::Providers;
use crate::mail::messages::Templates;
use crate::reports::layout;
use crate::settings::{BadSettings, Settings};
use crate::tls::Certificates;
use crate::usecases::Stamp;
use crate::{contracts, proof, usecases};

/// The end of the help of `simulate`: what it reads and writes.
pub const LINES: &str = "\
A line in is a JSON object:
  id          any text; it comes back with the answer
  ticketType  incident, problem, service_request, information_request, proposal_request, change_request
  reportedAt  an instant such as 2026-03-13T15:30:00+01:00, as are all instants here
  priority    optional: one of the contract's
  tier        optional: one of the contract's; needed where the type's clocks name tiers
  item        optional: of a service request, one of the contract's catalogue
  history     optional: facts in the order they happened, each with `at` and `kind`:
              responded (by: reply, classification or assignment), phoned, held (cause), resumed,
              reprioritised (priority), resolved, solution_refused, accepted, reopened, cancelled
  asOf        optional: when to look; the last instant of the line when absent
  probes      optional: instants at which to read what was counted

A line out is {\"id\", \"clocks\", \"probes\"}, or {\"id\", \"error\": {\"code\", \"detail\"}}; the other lines go on.

Example:
  echo '{\"id\":\"a1\",\"ticketType\":\"incident\",\"priority\":\"urgent\",\"tier\":\"premium\",\"reportedAt\":\"2026-03-13T15:30:00+01:00\",\"asOf\":\"2026-03-16T09:00:00+01:00\"}' |
    uurwerk simulate --contract config/contracts/covide.toml --ledger";

pub fn check(files: &[PathBuf], format: Page, settings: impl Fn() -> Result<Settings, BadSettings>) -> Result<(), Failed> {
    if files.is_empty() {
        let settings = settings()?;
        say(format_args!("{}", toml::to_string_pretty(&settings)?))?;
        // Here and not above: they are files of this machine, which another command may do without.
        let certificates = Certificates::open(&settings.http.tls);
        let templates = Templates::open(settings.mail.templates.as_deref());
        let (passwords, providers) = (Passwords::new(&settings.access), Providers::new(&settings.identity));
        let unusable = certificates.as_ref().err().map(ToString::to_string);
        let wrong: Vec<_> = unusable
            .into_iter()
            .chain(passwords.as_ref().err().cloned())
            .chain(providers.err())
            .chain(templates.err().into_iter().flatten())
            .collect();
        if !wrong.is_empty() {
            return Err(wrong.join("\n").into());
        }
        for doubt in certificates.iter().flatten().flat_map(|certificates| certificates.doubts()) {
            say(format_args!("# http.tls: {doubt}."))?;
        }
        if settings.access.local_accounts && passwords.is_ok_and(|passwords| !passwords.know_breaches()) {
            say("# access.breached_passwords is not set: passwords of local accounts are not compared with those known from breaches.")?;
        }
        return Ok(say(super::files::described(&settings)?)?);
    }
    let (sources, refused) = read(files);
    let documents: Vec<_> = sources.iter().map(|source| layout::agreement::document(&source.contract)).collect();
    if !documents.is_empty() {
        say(format.render_all(&documents)?)?;
    }
    if refused.is_empty() { Ok(()) } else { Err(refused.join("\n").into()) }
}

/// Replays a database's tickets under a contract file, both dates included.
pub async fn what_if(settings: Settings, file: &Path, (from, to): (NaiveDate, NaiveDate), format: Format) -> Result<(), Failed> {
    let contract = contracts::load(file)?.contract;
    let zone = contract.zone.clone();
    let start = from.pred_opt().and_then(|eve| zone.end_of_date(eve));
    let period = start.zip(zone.end_of_date(to)).filter(|(start, end)| start < end).ok_or("--to is before --from")?;
    let app = open::existing(settings).await?;
    let bar = indicatif::ProgressBar::new(0);
    let compared = usecases::what_if::simulate(&app, contract, period, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    let simulation = compared.await.map_err(explained)?;
    bar.finish_and_clear();
    Ok(say(format.render(&simulation, || layout::what_if::document(&simulation, &zone))?)?)
}

/// Exits 2 when one of them cannot be applied, whatever the reason.
pub async fn plan(settings: Settings, files: &[PathBuf]) -> Result<ExitCode, Failed> {
    let app = open::existing(settings).await?;
    let (sources, refused) = read(files);
    let mut can_be_applied = refused.is_empty();
    for source in &sources {
        let plan = usecases::agreements::plan(&app, source).await.map_err(explained)?;
        can_be_applied &= plan.obstacle.is_none();
        say(format_args!("{plan}"))?;
    }
    for problem in refused {
        complain(&problem);
    }
    Ok(if can_be_applied { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Applies those it can, and says why the others cannot be.
pub async fn apply(settings: Settings, files: &[PathBuf]) -> Result<(), Failed> {
    let app = &open::in_any_time(settings).await?;
    let (sources, mut refused) = read(files);
    for source in &sources {
        let name = format!("{} {}", source.contract.id, source.contract.version);
        match usecases::agreements::apply(app, &Stamp::command("applyContract", app.time.now()), source).await {
            Ok(true) => {
                let plan = usecases::agreements::plan(app, source).await.map_err(explained)?;
                say(format_args!("{name}: applied, {}", plan.tickets()))?;
            }
            Ok(false) => say(format_args!("{name}: was applied before"))?,
            Err(error) => refused.push(error.to_string()),
        }
    }
    app.announce_commits().await?;
    if refused.is_empty() { Ok(()) } else { Err(refused.join("\n").into()) }
}

/// The contract files that can be read, and what is wrong with the others.
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

pub fn verify(ledger: &Path, contract: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(ledger).map_err(|error| format!("{}: {error}", ledger.display()))?;
    let claimed: proof::ClockLedger =
        serde_json::from_str(&text).map_err(|error| format!("{} is not a ledger: {error}", ledger.display()))?;
    let source = contracts::load(contract)?;
    let wrong = proof::verify(&claimed, &source.contract, &source.text);
    if !wrong.is_empty() {
        return Err(wrong.join("\n").into());
    }
    for amendment in claimed.amendments.iter().filter(|one| claimed.facts.iter().any(|fact| fact.amendment == Some(one.id))) {
        say(format_args!(
            "Counted under amendment {}, in force since {}: {} {} {} {}: {}",
            amendment.id,
            amendment.recorded_at,
            amendment.calendar,
            amendment.date,
            amendment.change,
            amendment.hours.join(" "),
            amendment.reason.as_deref().unwrap_or_default()
        ))?;
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
