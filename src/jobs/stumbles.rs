//! What a worker that goes on tells the log of its failures: each when it is new, and that it is over; not each time.

use crate::usecases::Error;

/// Of one thing that is done over and over.
pub struct Stumbles {
    what: &'static str,
    last: Option<String>,
}

impl Stumbles {
    pub fn of(what: &'static str) -> Self {
        Self { what, last: None }
    }

    /// How it went this time.
    pub fn heed<T>(&mut self, done: &Result<T, Error>) {
        let failed = done.as_ref().err().map(ToString::to_string);
        if failed == self.last {
            return;
        }
        if let Some(error) = &failed {
            tracing::error!(error, "{} failed, and is tried again", self.what);
        } else {
            tracing::info!("{} goes on", self.what);
        }
        self.last = failed;
    }
}
