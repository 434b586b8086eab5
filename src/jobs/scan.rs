//! Scans what came in, where the desk has a virus scanner: at once, and what a scanner that was away has left. While it is away it is tried
//! more and more seldom.

use std::time::Duration;

use super::failure_log::FailureLog;
use super::pause::Pause;
use super::{GATHER, LONGEST_SLEEP, wakeups};
use crate::app::App;
use crate::usecases::Error;
use crate::usecases::scans::{self, Scanned};

/// The longest pause between two tries: so long does a file wait at most for a scanner that is back.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Scans until the program is asked to stop.
pub async fn run(app: &App) {
    let Some(scanner) = &app.scanner else { return };
    let (mut failures, mut pause) = (FailureLog::of("scanning files"), Pause::default());
    // Now and then it is tried out while nothing waits: that it is away is known before the next file comes.
    drop(scans::try_out(app, scanner).await);
    while !app.is_stopping() {
        // Registered before the pass, so that a commit during it is not missed.
        let woken = app.wake.notified();
        match scans::scan_waiting(app).await {
            Ok(Scanned { settled: 0, failed: 0 }) => {
                failures.note(&Ok(()));
                pause.reset();
                tokio::select! {
                    () = woken => tokio::time::sleep(GATHER).await,
                    () = tokio::time::sleep(LONGEST_SLEEP) => drop(scans::try_out(app, scanner).await),
                    () = app.stopped() => {}
                }
            }
            Ok(Scanned { failed: 0, .. }) => pause.reset(),
            done => {
                // That the scanner is away is told by what watches it.
                if scanner.is_usable() && !matches!(done, Err(Error::Stopping)) {
                    failures.note(&done);
                }
                wakeups::sleep(app, pause.next().min(LONGEST_PAUSE)).await;
            }
        }
    }
}
