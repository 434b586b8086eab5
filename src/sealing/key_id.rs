//! What a key of the desk is known by.

use std::fmt;

use sha2::{Digest, Sha256};

/// The start of a hash of the key, so that nobody has to name keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub(super) [u8; Self::LENGTH]);

impl KeyId {
    pub(super) const LENGTH: usize = 8;

    pub(super) fn of(key: &[u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"uurwerk key of files").chain_update(key).finalize();
        let mut id = [0; Self::LENGTH];
        id.copy_from_slice(&digest[..Self::LENGTH]);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
