//! Content in pieces, by the STREAM construction: each piece is bound to its place, and the last one says that it is the last.

use std::io;
use std::ops::Range;

use aead_stream::{EncryptorBE32, NewStream, StreamBE32, StreamPrimitive};
use bytes::BytesMut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use zeroize::Zeroizing;

use super::CannotOpen;

/// Bytes of content in a piece: little enough to hold many at once, enough that its tag costs nothing.
pub const PIECE: usize = 64 * 1024;
/// Bytes that sealing adds to a piece.
pub const TAG: usize = 16;

/// The key of one file.
pub struct DataKey(pub(super) Zeroizing<[u8; 32]>);

pub(super) fn random(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()))
}

impl DataKey {
    pub fn random() -> io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        random(&mut *key)?;
        Ok(Self(key))
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new((&*self.0).into())
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("…")
    }
}

// The same in every file, as no two files have one key.
fn stream(key: &DataKey) -> StreamBE32<ChaCha20Poly1305> {
    StreamBE32::from_aead(key.cipher(), &[0; 7].into())
}

/// Seals content as it comes in.
pub struct Sealer {
    encryptor: EncryptorBE32<ChaCha20Poly1305>,
    /// Content that may yet be the last piece.
    waiting: Vec<u8>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Sealer")
    }
}

impl Sealer {
    pub fn new(key: &DataKey) -> Self {
        Self { encryptor: stream(key).encryptor(), waiting: Vec::new() }
    }

    /// Takes content, and returns what is complete.
    pub fn add(&mut self, mut content: &[u8]) -> io::Result<BytesMut> {
        let mut sealed = BytesMut::new();
        while self.waiting.len() + content.len() > PIECE {
            let (now, later) = content.split_at(PIECE - self.waiting.len());
            self.waiting.extend_from_slice(now);
            let piece = self.encryptor.encrypt_next(&self.waiting[..]).map_err(|_too_long| too_long())?;
            sealed.extend_from_slice(&piece);
            self.waiting.clear();
            content = later;
        }
        self.waiting.extend_from_slice(content);
        Ok(sealed)
    }

    /// The last piece.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        self.encryptor.encrypt_last(&self.waiting[..]).map_err(|_too_long| too_long())
    }
}

fn too_long() -> io::Error {
    io::Error::other("the content has more pieces than can be counted")
}

fn pieces(size: u64) -> u64 {
    size.div_ceil(PIECE as u64).max(1)
}

/// How long content of this size is when sealed.
pub fn sealed_size(size: u64) -> u64 {
    size + pieces(size) * TAG as u64
}

/// How long sealed content is when opened; `None` for a length that sealed content cannot have.
pub fn size_of_sealed(length: usize) -> Option<u64> {
    let size = length.checked_sub(length.div_ceil(PIECE + TAG) * TAG)? as u64;
    (sealed_size(size) == length as u64).then_some(size)
}

/// Opens sealed content piece by piece, in any order.
pub struct Opener {
    stream: StreamBE32<ChaCha20Poly1305>,
    size: u64,
}

impl Opener {
    /// `size` is that of the content, known from elsewhere: how else would one see that pieces are missing from a range?
    pub fn new(key: &DataKey, size: u64) -> Self {
        Self { stream: stream(key), size }
    }

    /// The pieces that hold a range of the content.
    pub fn pieces_of(&self, range: &Range<u64>) -> Range<u64> {
        let end = range.end.min(self.size).max(1);
        (range.start / PIECE as u64)..end.div_ceil(PIECE as u64)
    }

    /// Where these pieces are in the sealed content.
    pub fn place_of(&self, pieces: &Range<u64>) -> Range<u64> {
        let length = (PIECE + TAG) as u64;
        pieces.start * length..(pieces.end * length).min(sealed_size(self.size))
    }

    /// Bytes of one piece, sealed.
    pub fn length_of(&self, piece: u64) -> usize {
        let place = self.place_of(&(piece..piece + 1));
        usize::try_from(place.end.saturating_sub(place.start)).unwrap_or(usize::MAX)
    }

    pub fn open(&self, piece: u64, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let at = u32::try_from(piece).map_err(|_too_far| CannotOpen::Damaged)?;
        let is_last = piece + 1 == pieces(self.size);
        self.stream.decrypt(at, is_last, sealed).map_err(|_altered| CannotOpen::Damaged)
    }
}
