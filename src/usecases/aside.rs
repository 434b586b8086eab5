//! What takes long is done on a thread of its own: those that serve requests serve many, and whoever else asked would wait.

use super::Error;

/// Bytes of what is done at once.
const SMALL: usize = 64 * 1024;

/// Does what takes long for so many bytes.
pub async fn aside<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    if bytes <= SMALL {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|fault| Error::Internal(format!("work on a thread of its own: {fault}")))
}
