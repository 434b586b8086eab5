//! Compares the stored index with a replay of every history, and repairs it. There is no other repair.

use super::held::Held;
use super::{Error, Stamp};
use crate::app::App;
use crate::domain::history::{self, IndexRebuilt};
use crate::domain::obligation::Obligation;
use crate::domain::role_assignment::RoleAssignment;
use crate::domain::security_signal::SecuritySignal;
use crate::domain::ticket::Ticket;
use crate::store;
use crate::store::record::{Record, Rows};
use crate::store::storage::NOBODY;

/// Subjects read at a time.
const CHUNK: u64 = 500;

#[derive(Debug, Default)]
pub struct Outcome {
    pub tickets: usize,
    pub obligations: usize,
    pub roles: usize,
    pub signals: usize,
    /// How many of them were skipped, because the workers have yet to record something that is due.
    pub due: usize,
    pub differences: Vec<Difference>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The subject's label.
    pub of: String,
    /// Row and column, such as `clock.resolution.due_at`.
    pub what: String,
    pub stored: serde_json::Value,
    pub replayed: serde_json::Value,
}

impl Outcome {
    fn found(&mut self, of: &str, differences: Vec<history::Difference>) {
        let difference = |history::Difference { what, stored, replayed }| Difference { of: of.to_owned(), what, stored, replayed };
        self.differences.extend(differences.into_iter().map(difference));
    }
}

/// Compares the index of every ticket, obligation, role assignment and security signal with its replay, and what each organisation keeps with its files and
/// mails. With `write` the replayed values are stored, and an event in the history keeps both.
pub async fn rebuild(app: &App, write: bool) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    outcome.tickets = compare::<Ticket>(app, write, &mut outcome).await?;
    outcome.obligations = compare::<Obligation>(app, write, &mut outcome).await?;
    compare_storage(app, write, &mut outcome).await?;
    outcome.roles = compare::<RoleAssignment>(app, write, &mut outcome).await?;
    outcome.signals = compare::<SecuritySignal>(app, write, &mut outcome).await?;
    Ok(outcome)
}

/// Compares how many bytes each organisation keeps with what its files and mails add up to.
async fn compare_storage(app: &App, write: bool, outcome: &mut Outcome) -> Result<(), Error> {
    let astray = store::storage::astray(&app.all()).await?;
    if write && !astray.is_empty() {
        let repaired = Stamp::command("rebuild", app.time.now());
        let repaired = repaired.write(app, async |tx| {
            for one in &astray {
                tx.touch("storage", &one.organisation);
            }
            Ok(store::storage::repair(tx).await?)
        });
        repaired.await?;
    }
    let difference = |one: store::storage::Astray| Difference {
        of: if one.organisation == NOBODY { "mail of nobody".to_owned() } else { one.organisation },
        what: "storage_use.bytes".to_owned(),
        stored: one.kept.into(),
        replayed: one.counted.into(),
    };
    outcome.differences.extend(astray.into_iter().map(difference));
    Ok(())
}

/// Compares every subject of one kind. Returns how many there are.
async fn compare<S: Rows>(app: &App, write: bool, outcome: &mut Outcome) -> Result<usize, Error> {
    let (stamp, mut last, mut compared) = (Stamp::command("rebuild", app.time.now()), None, 0);
    loop {
        let view = app.all();
        let page = S::stored_after(&view, last, CHUNK).await?;
        let ids: Vec<_> = page.iter().map(|stored| stored.subject.id()).collect();
        let Some(end) = ids.last() else { return Ok(compared) };
        last = Some(*end);
        let mut histories = store::events::histories::<S>(&view, &ids).await?;
        let agreements = store::agreements::read(&view).await?;
        drop(view);
        for stored in page {
            let history = histories.remove(&stored.subject.id()).unwrap_or_default();
            let terms = stored.subject.terms(&agreements)?;
            let replayed = as_recorded(Held::of(app, &stamp, terms, stored.subject.clone(), history)).settle()?;
            compared += 1;
            if !replayed.added.is_empty() || stored.is_due(stamp.recorded_at) {
                outcome.due += 1;
                continue;
            }
            let found = store::index::differences(stored, &replayed);
            if write && !found.is_empty() {
                repair(app, &stamp, &replayed, &found).await?;
            }
            outcome.found(&replayed.subject.label(), found);
        }
    }
}

/// The subject with those fields of its row that its history gives.
fn as_recorded<S: Rows>(mut held: Held<'_, S>) -> Held<'_, S> {
    held.subject = held.subject.as_recorded(&held.history);
    held
}

/// Reads the subject again under a lock, and stores what its history gives.
async fn repair<S: Rows>(app: &App, stamp: &Stamp, replayed: &Record<S>, found: &[history::Difference]) -> Result<(), Error> {
    let repaired = stamp.write(app, async |tx| {
        let Some(locked) = S::lock(tx, replayed.subject.id()).await? else { return Ok(()) };
        let mut held = as_recorded(Held::open(app, tx, stamp, locked).await?);
        held.happened(S::rebuilt(IndexRebuilt { differences: found.to_vec() }), None, stamp.recorded_at);
        held.write(tx, None).await.map(drop)
    });
    repaired.await
}
