//! The desk's own keys, from a file that is read again when it changes: a key can be added while the desk runs.

use std::fmt;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::envelope::{Envelope, Purpose};
use super::key_id::KeyId;
use super::{CannotOpen, DataKey};
use crate::domain::wrapped_key::WrappedKey;
use crate::settings::Files;

/// Why a key file cannot be used. The keys themselves are never quoted.
#[derive(Debug, thiserror::Error)]
pub enum BadKeys {
    #[error("files.key_file: {0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error("files.key_file: {0} can be read by everybody on the machine, or changed by others: chmod 600 it")]
    Exposed(PathBuf),
    #[error("files.key_file: {0}, line {1}: must be a key of 32 bytes, in base64 or hexadecimal")]
    NoKey(PathBuf, usize),
    #[error("files.key_file: {0} has no key")]
    Empty(PathBuf),
    #[error("files.key_file: {0}, line {1}: this key stands there twice")]
    Twice(PathBuf, usize),
}

/// Keys in the order of the file: the first wraps, all of them open.
type Ring = Vec<(KeyId, Zeroizing<[u8; 32]>)>;

#[derive(Debug)]
pub struct Keys {
    file: Option<PathBuf>,
    held: RwLock<Held>,
}

struct Held {
    ring: Arc<Ring>,
    seen: Option<Seen>,
}

impl fmt::Debug for Held {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.ring.iter().map(|(id, _)| id)).finish()
    }
}

/// By what a changed file is told: device, inode, size, and when it changed.
type Seen = (u64, u64, u64, i64, i64);

impl Keys {
    /// Without a key file there are no keys, and nothing is sealed.
    pub fn open(settings: &Files) -> Result<Self, BadKeys> {
        let mut held = Held { ring: Arc::default(), seen: None };
        if let Some(file) = &settings.key_file {
            held = read(file)?;
        }
        Ok(Self { file: settings.key_file.clone(), held: RwLock::new(held) })
    }

    /// The key that wraps.
    pub fn first(&self) -> Option<KeyId> {
        self.ring().first().map(|(id, _)| *id)
    }

    /// Whether it has a key, by the id that is stored.
    pub fn has(&self, id: &str) -> bool {
        self.ring().iter().any(|(known, _)| known.to_string() == id)
    }

    /// Every key, the one that wraps first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.ring().iter().map(|(id, _)| *id).collect()
    }

    /// A new key for a file, and the same wrapped; `None` while the desk has no keys.
    pub fn wrap(&self, of: (Purpose, Uuid)) -> io::Result<Option<(DataKey, WrappedKey)>> {
        let ring = self.ring();
        let Some((id, by)) = ring.first() else { return Ok(None) };
        let key = DataKey::random()?;
        let envelope = Envelope::wrap(by, *id, of, &key)?;
        Ok(Some((key, envelope.into())))
    }

    pub fn unwrap(&self, of: (Purpose, Uuid), wrapped: &WrappedKey) -> Result<DataKey, CannotOpen> {
        let envelope = Envelope::stored(&wrapped.bytes).ok_or(CannotOpen::Damaged)?;
        let (ring, id) = (self.ring(), envelope.key_id());
        let (_, by) = ring.iter().find(|(known, _)| *known == id).ok_or(CannotOpen::KeyMissing(id))?;
        envelope.open(by, of).ok_or(CannotOpen::Damaged)
    }

    /// The same key of a file under the first key of the desk; `None` when it is that already.
    pub fn rewrap(&self, of: (Purpose, Uuid), wrapped: &WrappedKey) -> Result<Option<WrappedKey>, CannotOpen> {
        let ring = self.ring();
        let Some((id, by)) = ring.first().filter(|(id, _)| id.to_string() != wrapped.by) else { return Ok(None) };
        let key = self.unwrap(of, wrapped)?;
        let again = Envelope::wrap(by, *id, of, &key).map_err(|_no_randomness| CannotOpen::Damaged)?;
        Ok(Some(again.into()))
    }

    /// The keys, read again if the file changed. While it cannot be read the known ones stay: a file is often half written for a moment.
    fn ring(&self) -> Arc<Ring> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = &self.file else { return held.ring.clone() };
        let now = seen(file);
        if now.is_none() || now == held.seen {
            return held.ring.clone();
        }
        drop(held);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        match read(file) {
            Ok(again) => {
                tracing::info!(first = %again.ring[0].0, keys = again.ring.len(), "read the key file again");
                *held = again;
            }
            Err(error) => {
                tracing::warn!(%error, "the key file changed and cannot be used; the keys known before are");
                // Told once for each change.
                held.seen = now;
            }
        }
        held.ring.clone()
    }
}

fn seen(file: &Path) -> Option<Seen> {
    let found = std::fs::metadata(file).ok()?;
    Some((found.dev(), found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
}

fn read(file: &Path) -> Result<Held, BadKeys> {
    let unreadable = |error| BadKeys::Unreadable(file.to_owned(), error);
    let mode = std::fs::metadata(file).map_err(unreadable)?.mode();
    // A group may read it: that is how orchestrators give a secret to a program.
    if mode & 0o027 != 0 {
        return Err(BadKeys::Exposed(file.to_owned()));
    }
    let seen = seen(file);
    let text = Zeroizing::new(std::fs::read_to_string(file).map_err(unreadable)?);
    let mut ring = Ring::new();
    for (at, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let key = key(line).ok_or_else(|| BadKeys::NoKey(file.to_owned(), at))?;
        let id = KeyId::of(&key);
        if ring.iter().any(|(known, _)| *known == id) {
            return Err(BadKeys::Twice(file.to_owned(), at));
        }
        ring.push((id, key));
    }
    if ring.is_empty() { Err(BadKeys::Empty(file.to_owned())) } else { Ok(Held { ring: Arc::new(ring), seen }) }
}

fn key(line: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(if line.len() == 64 { hex::decode(line).ok()? } else { STANDARD.decode(line).ok()? });
    let mut key = Zeroizing::new([0; 32]);
    (bytes.len() == key.len()).then(|| key.copy_from_slice(&bytes))?;
    Some(key)
}

/// A new key, as a line of a key file.
pub fn new_key() -> io::Result<Zeroizing<String>> {
    Ok(Zeroizing::new(STANDARD.encode(*DataKey::random()?.0)))
}

/// What to do with a new key.
pub const NEW_KEY_HELP: &str = "\
The key is one line of the key file that the setting `files.key_file` names. Keep a copy where the desk is not: without it no file
can ever be opened.

A first key:      (umask 077; uurwerk files key > files.key), name the file in the settings, restart, then uurwerk files rotate
Another key:      add it below the others on every machine; when all have it, move it to the top; then uurwerk files rotate
The old key:      remove its line when `uurwerk files rotate` says that nothing needs it, and no backup does either";
