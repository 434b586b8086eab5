//! Taking in a message that a worker got hold of.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::app::App;
use crate::usecases::{Error, Stamp};

/// Does something with a message, while no sandbox moves its time. A fault of the program that the message brings to light costs this one,
/// and no other.
pub async fn take_in<T>(app: &App, with: impl AsyncFnOnce(&Stamp) -> Result<T, Error>) -> Result<T, Error> {
    let _shared = app.work.read().await;
    let stamp = Stamp::program("receiveMail", app.time.now());
    let taken = AssertUnwindSafe(Box::pin(with(&stamp))).catch_unwind().await;
    taken.unwrap_or_else(|_told_by_the_panic_hook| Err(Error::Internal("a fault in the program, which the log tells".to_owned())))
}
