//! Encryption at rest with the desk's own keys (SEC-02). Each file has a key of its own, made for it and used for nothing else; what is
//! stored beside the file is that key wrapped by one of the desk's (a [`WrappedKey`]). The content is sealed in pieces, so that a range can
//! be opened without the rest, and so that pieces that were cut off, swapped or altered are found.
//!
//! The wrapped key is in the row of the file and not in the file itself: then a row says for good that its file is sealed, and whoever can
//! write to the folder cannot put a readable file in its place. And another key of the desk means another wrapping, not another file.
//!
//! Absent on purpose: the database, which is encrypted by the platform.

mod envelope;
mod key_id;
mod keys;
mod pieces;

pub use envelope::Purpose;
pub use key_id::KeyId;
pub use keys::{BadKeys, Keys, NEW_KEY_HELP, new_key};
pub use pieces::{DataKey, Opener, PIECE, Sealer, sealed_size};

use uuid::Uuid;

use crate::domain::wrapped_key::WrappedKey;

/// Why something sealed cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotOpen {
    /// The desk has no such key.
    #[error("the key {0} is not in the key file")]
    KeyMissing(KeyId),
    /// It is not what was sealed: altered, cut off, swapped with another, or put there by somebody else.
    #[error("it is not as it was stored")]
    Damaged,
}

/// Whole content, sealed under a key of its own where the desk has keys.
pub fn seal(keys: &Keys, of: (Purpose, Uuid), content: &[u8]) -> std::io::Result<(Vec<u8>, Option<WrappedKey>)> {
    let Some((key, wrapped)) = keys.wrap(of)? else { return Ok((content.to_vec(), None)) };
    let mut sealer = Sealer::new(&key);
    let mut stored = sealer.add(content)?;
    stored.extend_from_slice(&sealer.finish()?);
    Ok((stored.into(), Some(wrapped)))
}

/// Whole content as it was before it was sealed.
pub fn open(keys: &Keys, of: (Purpose, Uuid), key: Option<&WrappedKey>, stored: Vec<u8>) -> Result<Vec<u8>, CannotOpen> {
    let Some(key) = key else { return Ok(stored) };
    let opener = Opener::new(&keys.unwrap(of, key)?, pieces::size_of_sealed(stored.len()).ok_or(CannotOpen::Damaged)?);
    let mut content = Vec::with_capacity(stored.len());
    for (at, piece) in (0..).zip(stored.chunks(PIECE + pieces::TAG)) {
        content.extend_from_slice(&opener.open(at, piece)?);
    }
    Ok(content)
}

#[cfg(test)]
mod tests;
