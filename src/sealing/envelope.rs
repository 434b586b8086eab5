//! A file's key, wrapped by one of the desk's keys.

use std::io;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::key_id::KeyId;
use super::pieces::{DataKey, random};
use crate::domain::wrapped_key::WrappedKey;

/// The first byte of an envelope: ChaCha20-Poly1305 in pieces of 64 KiB, its key wrapped by XChaCha20-Poly1305.
const VERSION: u8 = 1;
const NONCE: usize = 24;
/// Version, key id and nonce.
const HEAD: usize = 1 + KeyId::LENGTH + NONCE;
/// The key of the file, and the tag.
const WRAPPED: usize = 32 + 16;

/// What is sealed: an envelope of the one does not open the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Attachment,
    Mail,
}

impl Purpose {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Attachment => b"attachment",
            Self::Mail => b"mail",
        }
    }
}

/// What is stored of a file's key: version, id of the desk's key, nonce, and the key with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope(Vec<u8>);

impl From<Envelope> for WrappedKey {
    fn from(envelope: Envelope) -> Self {
        Self { by: envelope.key_id().to_string(), bytes: envelope.0 }
    }
}

impl Envelope {
    /// From a row; `None` when it is none that this program knows.
    pub fn stored(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == HEAD + WRAPPED && bytes[0] == VERSION).then(|| Self(bytes.to_vec()))
    }

    /// The key of the desk that opens it.
    pub fn key_id(&self) -> KeyId {
        let mut id = [0; KeyId::LENGTH];
        id.copy_from_slice(&self.0[1..=KeyId::LENGTH]);
        KeyId(id)
    }

    pub(super) fn wrap(by: &[u8; 32], id: KeyId, (purpose, file): (Purpose, Uuid), key: &DataKey) -> io::Result<Self> {
        // Long enough to be taken at random, for as many files as there will ever be.
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let mut envelope = vec![VERSION];
        envelope.extend_from_slice(&id.0);
        envelope.extend_from_slice(&nonce);
        let payload = Payload { msg: &*key.0, aad: &bound(id, purpose, file) };
        let wrapped = XChaCha20Poly1305::new(by.into()).encrypt((&nonce).into(), payload);
        envelope.extend_from_slice(&wrapped.map_err(|_too_long| io::Error::other("a key could not be wrapped"))?);
        Ok(Self(envelope))
    }

    pub(super) fn open(&self, by: &[u8; 32], (purpose, file): (Purpose, Uuid)) -> Option<DataKey> {
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&self.0[HEAD - NONCE..HEAD]);
        let payload = Payload { msg: &self.0[HEAD..], aad: &bound(self.key_id(), purpose, file) };
        let opened = Zeroizing::new(XChaCha20Poly1305::new(by.into()).decrypt((&nonce).into(), payload).ok()?);
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(opened.get(..32)?);
        Some(DataKey(key))
    }
}

/// What an envelope is good for: this version, this key and this file. It cannot be moved to another file.
fn bound(id: KeyId, purpose: Purpose, file: Uuid) -> Vec<u8> {
    [&[VERSION][..], &id.0, purpose.word(), file.as_bytes()].concat()
}
