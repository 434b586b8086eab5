//! Reminders and lateness, each at its own instant, once; and due dates that a changed calendar moved.

use super::{histories, settled, tell};
use crate::app::App;
use crate::store::{self, Scope};
use crate::usecases::Error;

/// Obligations settled in one transaction.
const BATCH: u64 = 200;

/// Settles what is due by now, a batch; how many obligations it was. Cost follows what is due, not what is open.
pub(super) async fn fire_due(app: &App) -> Result<usize, Error> {
    let now = app.time.now();
    app.write_quietly(&Scope::All, async |tx| {
        let due = store::obligations::claim_due(tx, now, BATCH).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let agreements = store::agreements::read(tx).await?;
        let mut histories = histories(tx, &due).await?;
        let (mut recorded, mut mails) = (Vec::new(), Vec::new());
        for obligation in &due {
            let version = agreements.version(obligation.contract_version_id)?;
            let history = histories.remove(&obligation.id).unwrap_or_default();
            let (after, added) = settled(app, version, obligation, &history, now)?;
            store::obligations::update(tx, &after).await?;
            mails.extend(tell::owner(app, version, &after, &added)?);
            recorded.push((after, history.len(), added));
        }
        store::obligations::append(tx, recorded.iter().map(|(after, known, added)| (after, *known, added.as_slice()))).await?;
        store::mail::queue(tx, &mails).await?;
        Ok(due.len())
    })
    .await
}
