//! The audit trail. What is done is written by the transaction that does it (`App::write`); here stand reads of tickets that few may see,
//! refused attempts, the sealing pass, verification, retention, and the list.

use super::Error;
use crate::app::App;
use crate::auth::Caller;
use crate::domain::actor::Actor;
use crate::domain::audit::chain::{self, Fault, Head, Verifier};
use crate::domain::audit::flood::{Counted, Whose};
use crate::domain::audit::{Act, AuditFilter, AuditResult, Line, Object, Via};
use crate::domain::permission::Verb;
use crate::error::Code;
use crate::store::{self, CheckedScope, Scope};
use crate::time::TimeSource;

/// Lines sealed or removed in one transaction.
const BATCH: u64 = 500;
/// Lines read at a time.
const PAGE: u64 = 1000;
/// Who acts where nobody is known.
const NOBODY: &str = "unknown";
/// The action of a line that stands for many refused attempts.
const COUNTED: &str = "refusedAttempts";

/// Something that was asked for and not done.
#[derive(Debug)]
pub struct Attempt {
    pub via: Via,
    /// `None` where nobody is known to be calling.
    pub actor: Option<Actor>,
    pub object: Option<Object>,
    pub result: AuditResult,
    pub code: Option<Code>,
}

/// Writes a refused attempt, or counts it where there are too many (`domain::audit::flood`). That the trail cannot be written changes
/// nothing about the refusal.
pub async fn record_refusal(app: &App, attempt: Attempt) {
    let Attempt { via, actor, object, result, code } = attempt;
    let whose = Whose { actor: actor.as_ref().map(Actor::as_text), origin: via.origin.to_string() };
    let mut counted = Vec::new();
    // A flood is measured in the machine's time, in a sandbox too.
    let is_admitted = {
        let mut refusals = app.refusals();
        counted.extend(refusals.turn(TimeSource::machine().now()));
        refusals.admits(whose.clone())
    };
    if !is_admitted && counted.is_empty() {
        return;
    }
    let line = Line {
        object,
        result,
        code: code.map(|code| code.as_str().to_owned()),
        actor: whose.actor.unwrap_or_else(|| NOBODY.to_owned()),
        ..Line::of(&Act { via, actor: Actor::System, at: app.time.now() }, app.time.id())
    };
    let lines: Vec<_> = counted.into_iter().map(|one| counted_line(app, one)).chain(is_admitted.then_some(line)).collect();
    write_refusals(app, &lines).await;
}

/// Writes a line for each ticket that few may see and that was shown within a scope, unless the trail tells of it already. To be called
/// before anything is answered; when it fails, nothing is.
pub async fn record_reads(app: &App, scope: &CheckedScope, act: &Act) -> Result<(), Error> {
    let shown = scope.shown();
    if shown.is_empty() {
        return Ok(());
    }
    let lines = Line::of_read(act, shown.iter().copied(), || app.time.id());
    app.keep_books(&Scope::ALL, async |tx| Ok(store::audit::insert(tx, &lines).await?)).await?;
    scope.note_recorded(shown);
    Ok(())
}

/// Tells what was counted in the last minute; with `all`, what was counted until now.
pub async fn record_counted(app: &App, all: bool) {
    let counted = if all { app.refusals().drain() } else { app.refusals().turn(TimeSource::machine().now()) };
    let lines: Vec<_> = counted.into_iter().map(|one| counted_line(app, one)).collect();
    write_refusals(app, &lines).await;
}

fn counted_line(app: &App, Counted { whose, count }: Counted) -> Line {
    let act = Act { via: Via::program(COUNTED), actor: Actor::System, at: app.time.now() };
    let actor = whose.actor.unwrap_or_else(|| NOBODY.to_owned());
    Line { result: AuditResult::Refused, count, origin: whose.origin, actor, ..Line::of(&act, app.time.id()) }
}

async fn write_refusals(app: &App, lines: &[Line]) {
    if lines.is_empty() {
        return;
    }
    match app.keep_books(&Scope::ALL, async |tx| Ok(store::audit::insert(tx, lines).await?)).await {
        Ok(()) => app.refusals_kept.worked(),
        Err(error) => app.refusals_kept.failed(error),
    }
}

/// Gives committed lines their place in the chain. Returns how many.
pub async fn seal(app: &App) -> Result<usize, Error> {
    // Asked without a transaction first: on SQLite that would hold the only writer for nothing.
    if !store::audit::has_unsealed(&app.all()).await? {
        return Ok(0);
    }
    app.keep_books(&Scope::ALL, async |tx| Ok(store::audit::seal(tx, BATCH).await?)).await
}

/// Where the chain ends now: its hash, noted elsewhere, later shows whether anything before it was changed.
pub async fn head(app: &App) -> Result<Head, Error> {
    Ok(store::audit::head(&app.all()).await?)
}

/// Removes the lines that are older than the settings say, and says so in a line of its own, in the same transaction. Returns how many.
pub async fn remove_old(app: &App) -> Result<u64, Error> {
    let mut removed = 0;
    let Some(before) = app.time.now().plus(-i64::from(app.settings.audit.keep_days) * 86_400) else { return Ok(0) };
    loop {
        let act = Act { via: Via::program(chain::REMOVED), actor: Actor::System, at: app.time.now() };
        let batch = app.keep_books(&Scope::ALL, async |tx| {
            let (head, count) = store::audit::remove(tx, before, BATCH).await?;
            if count > 0 {
                let object = Some(chain::removed(head.removed_through, &head.removed_hash));
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                store::audit::insert(tx, &[Line { object, count, ..Line::of(&act, app.time.id()) }]).await?;
            }
            Ok(count)
        });
        let batch = batch.await?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}

/// What a verification found.
#[derive(Debug)]
pub struct Verified {
    pub head: Head,
    pub lines: u64,
    /// How many lines were committed and not sealed.
    pub waiting: u64,
}

/// Checks the whole chain, page by page, and tells each fault as it is found. `expected` is a hash that was noted earlier.
pub async fn verify(app: &App, expected: Option<String>, mut tell: impl FnMut(&Fault)) -> Result<Verified, Error> {
    let view = app.all();
    let head = store::audit::head(&view).await?;
    let unreadable = |error: serde_json::Error| Error::Internal(error.to_string());
    let (mut verifier, mut last) = (Verifier::new(head.clone(), expected), head.removed_through);
    'chain: loop {
        let page = store::audit::sealed_after(&view, last, PAGE).await?;
        let Some(end) = page.last() else { break };
        last = end.position;
        for sealed in &page {
            // What was sealed while this runs is for the next time.
            if sealed.position > head.position && store::audit::head(&view).await?.position >= sealed.position {
                break 'chain;
            }
            verifier.add(sealed).map_err(unreadable)?.iter().for_each(&mut tell);
        }
    }
    let (mut waiting, mut last) = (0, None);
    loop {
        let page = store::audit::unsealed_after(&view, last, PAGE).await?;
        let Some(end) = page.last() else { break };
        last = Some(end.id);
        waiting += page.len() as u64;
        for line in &page {
            verifier.waiting(line);
        }
    }
    verifier.end().iter().for_each(&mut tell);
    Ok(Verified { head, lines: verifier.lines, waiting })
}

/// A page of the trail.
pub async fn list(app: &App, caller: &Caller, filter: &AuditFilter) -> Result<Vec<Line>, Error> {
    caller.who.may(Verb::ReadAudit)?;
    Ok(store::audit::list(&app.db.view(caller.scope.clone()), filter).await?)
}
