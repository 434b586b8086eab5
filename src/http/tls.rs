//! The certificate of a desk that does TLS itself, followed while it is served.

use std::time::{Duration, Instant as Stopwatch};

use crate::app::App;
use crate::tls::Certificates;

/// A certificate expires while the desk runs.
const TELL_AGAIN: Duration = Duration::from_hours(1);

/// How often the files are looked at, which takes two calls to the system.
const EVERY: Duration = Duration::from_secs(1);

/// Uses another certificate when the files change, until the program is asked to stop.
pub async fn follow(app: &App, certificates: &Certificates) {
    tell_of_doubts(certificates);
    let mut told = Stopwatch::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.stopped() => return,
        }
        match certificates.follow() {
            Ok(false) => {
                if told.elapsed() >= TELL_AGAIN {
                    tell_of_doubts(certificates);
                    told = Stopwatch::now();
                }
            }
            Ok(true) => {
                tracing::info!("another certificate is in use");
                tell_of_doubts(certificates);
            }
            // Once for each change: of two files, one is often written a moment before the other.
            Err(error) => tracing::error!(%error, "the certificate changed and cannot be used; the one before stays in use"),
        }
    }
}

fn tell_of_doubts(certificates: &Certificates) {
    for doubt in certificates.doubts() {
        tracing::warn!("http.tls: {doubt}");
    }
}
