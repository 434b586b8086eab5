//! The stored index against the replay of every history: the one repair there is, for subjects of every kind.

use super::held::Held;
use super::{Error, Stamp};
use crate::app::App;
use crate::domain::history::{self, IndexRebuilt};
use crate::domain::obligation::Obligation;
use crate::domain::ticket::Ticket;
use crate::store::record::{Record, Rows};
use crate::store::{self, Scope};

/// Subjects compared between two questions to the database.
const CHUNK: u64 = 500;

/// What was found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Tickets compared.
    pub tickets: usize,
    /// Obligations compared.
    pub obligations: usize,
    /// Of all, those left alone: something is due that the workers have not recorded yet.
    pub due: usize,
    /// Values that differed.
    pub differences: Vec<Difference>,
}

/// A stored value that differed from its replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Of what: a ticket's number, or an obligation's duty and period, or its id where it is of none.
    pub of: String,
    /// Which value.
    pub what: String,
    /// As it was stored.
    pub stored: serde_json::Value,
    /// As its history gives it.
    pub replayed: serde_json::Value,
}

impl Outcome {
    fn found(&mut self, of: &str, differences: Vec<history::Difference>) {
        let difference = |history::Difference { what, stored, replayed }| Difference { of: of.to_owned(), what, stored, replayed };
        self.differences.extend(differences.into_iter().map(difference));
    }
}

/// Compares the stored index of every ticket and every obligation with its replay; with `write`, stores the replayed one, and
/// both in the history.
pub async fn rebuild(app: &App, write: bool) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    outcome.tickets = compare::<Ticket>(app, write, &mut outcome).await?;
    outcome.obligations = compare::<Obligation>(app, write, &mut outcome).await?;
    Ok(outcome)
}

/// Compares every subject of a kind; how many there are.
async fn compare<S: Rows>(app: &App, write: bool, outcome: &mut Outcome) -> Result<usize, Error> {
    let (view, stamp, mut last, mut compared) = (app.all(), Stamp::system(app.time.now()), None, 0);
    loop {
        let page = S::stored_after(&view, last, CHUNK).await?;
        let ids: Vec<_> = page.iter().map(|stored| stored.subject.id()).collect();
        let Some(end) = ids.last() else { return Ok(compared) };
        last = Some(*end);
        let mut histories = store::events::histories::<S>(&view, &ids).await?;
        let agreements = store::agreements::read(&view).await?;
        for stored in page {
            let history = histories.remove(&stored.subject.id()).unwrap_or_default();
            let version = agreements.version(stored.subject.contract_version_id())?.clone();
            let replayed = as_recorded(Held::of(app, &stamp, version, stored.subject.clone(), history)).settle()?;
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

/// A subject with everything its history says of it.
fn as_recorded<S: Rows>(mut held: Held<'_, S>) -> Held<'_, S> {
    held.subject = held.subject.as_recorded(&held.history);
    held
}

/// Stores what the history gives, read again under a lock, with an event that keeps both.
async fn repair<S: Rows>(app: &App, stamp: &Stamp, replayed: &Record<S>, found: &[history::Difference]) -> Result<(), Error> {
    app.write(&Scope::All, async |tx| {
        let Some(locked) = S::lock(tx, replayed.subject.id()).await? else { return Ok(()) };
        let mut held = as_recorded(Held::open(app, tx, stamp, locked).await?);
        held.happened(S::rebuilt(IndexRebuilt { differences: found.to_vec() }), None, stamp.recorded_at);
        held.write(tx, None).await.map(drop)
    })
    .await
}
