//! The certificate of a desk that does TLS itself, followed while it is served.

use std::time::Duration;

use crate::app::App;
use crate::tls::Certificates;

/// How often the files are looked at, which takes two calls to the system.
const EVERY: Duration = Duration::from_secs(1);

/// Uses another certificate when the files change, until the program is asked to stop.
pub async fn follow(app: &App, certificates: &Certificates) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.stopped() => return,
        }
        match certificates.follow() {
            Ok(false) => {}
            Ok(true) => tracing::info!("another certificate is in use"),
            // Once for each change: of two files, one is often written a moment before the other.
            Err(error) => tracing::error!(%error, "the certificate changed and cannot be used; the one before stays in use"),
        }
    }
}
