//! Keeps a repeated task from flooding the log: a failure is logged once, when it first appears, and once more when it is over.

use crate::usecases::Error;

pub struct FailureLog {
    task: &'static str,
    last: Option<String>,
}

impl FailureLog {
    pub fn of(task: &'static str) -> Self {
        Self { task, last: None }
    }

    /// Logs an outcome if it differs from the previous one.
    pub fn note<T>(&mut self, outcome: &Result<T, Error>) {
        let failed = outcome.as_ref().err().map(ToString::to_string);
        if failed == self.last {
            return;
        }
        if let Some(error) = &failed {
            tracing::error!(error, "{} failed; it will be retried", self.task);
        } else {
            tracing::info!("{} works again", self.task);
        }
        self.last = failed;
    }
}
