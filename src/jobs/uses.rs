//! Writes down which tokens were used: once a minute, whatever comes in.

use std::time::Duration;

use super::failure_log::FailureLog;
use super::wakeups;
use crate::app::App;
use crate::usecases::tokens;

const EVERY: Duration = Duration::from_mins(1);

/// Until the program is asked to stop; what is used after that, `cli::serve` writes down.
pub async fn run(app: &App) {
    let mut failures = FailureLog::of("writing down which tokens were used");
    while wakeups::sleep(app, EVERY).await {
        failures.note(&tokens::note_uses(app).await);
    }
}
