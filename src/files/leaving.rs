//! A file on its way out, whole or in part. What is not as it was stored is never handed out.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use uuid::Uuid;

use super::{Files, key};
use crate::domain::wrapped_key::WrappedKey;
use crate::sealing::{CannotOpen, KeyId, Opener, PIECE, Purpose, sealed_size};

/// Where the bytes of a file are, and what is known of them.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: Uuid,
    /// Of the file itself, in bytes.
    pub size: u64,
    /// Its key, where it is sealed.
    pub key: Option<WrappedKey>,
}

impl Stored {
    /// Bytes in the store.
    fn length(&self) -> u64 {
        if self.key.is_some() { sealed_size(self.size) } else { self.size }
    }
}

/// Why a file, or the rest of it, was not read.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    #[error("there is no such file in the store")]
    Gone,
    /// Altered, cut off, swapped or replaced: nothing of it from there on is handed out.
    #[error("the file is not as it was stored")]
    Damaged,
    #[error("the key {0} is needed to open the file, and is not in the key file")]
    KeyMissing(KeyId),
    #[error(transparent)]
    Store(object_store::Error),
}

impl From<object_store::Error> for NotRead {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Gone,
            error => Self::Store(error),
        }
    }
}

impl From<CannotOpen> for NotRead {
    fn from(sealed: CannotOpen) -> Self {
        match sealed {
            CannotOpen::KeyMissing(id) => Self::KeyMissing(id),
            CannotOpen::Damaged => Self::Damaged,
        }
    }
}

impl Files {
    /// The bytes of a file, or of a range of it, as a stream. Its first bytes were read and found good when this returns, so that most faults
    /// can still be answered as what they are.
    pub async fn read(&self, file: &Stored, range: Option<Range<u64>>) -> Result<BoxStream<'static, Result<Bytes, NotRead>>, NotRead> {
        let mut bytes = self.opened(file, range.unwrap_or(0..file.size)).await?;
        let first = bytes.try_next().await?;
        Ok(stream::iter(first.map(Ok)).chain(bytes).boxed())
    }

    async fn opened(&self, file: &Stored, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes, NotRead>>, NotRead> {
        let Some(key) = &file.key else {
            return Ok(self.get(file, range).await?.map_err(NotRead::from).boxed());
        };
        let key = self.keys.unwrap((Purpose::Attachment, file.id), key)?;
        let opener = Opener::new(&key, file.size);
        let pieces = opener.pieces_of(&range);
        let sealed = self.get(file, opener.place_of(&pieces)).await?;
        let reading = Reading { opener, pieces, range, sealed, buffer: BytesMut::new() };
        Ok(stream::try_unfold(reading, |mut reading| async move { Ok(reading.next().await?.map(|piece| (piece, reading))) }).boxed())
    }

    /// A range of what is in the store, which must be as long as it was.
    async fn get(&self, file: &Stored, place: Range<u64>) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, NotRead> {
        let range = (place != (0..file.length())).then_some(GetRange::Bounded(place));
        let found = match self.store.get_opts(&key(file.id), GetOptions { range, ..GetOptions::default() }).await {
            Ok(found) => found,
            // A store refuses a range that a shorter file does not have, each in words of its own.
            Err(error) => match self.store.head(&key(file.id)).await {
                Ok(found) if found.size != file.length() => return Err(NotRead::Damaged),
                _ => return Err(error.into()),
            },
        };
        if found.meta.size != file.length() {
            return Err(NotRead::Damaged);
        }
        Ok(found.into_stream())
    }
}

/// Sealed bytes being opened.
struct Reading {
    opener: Opener,
    /// Those still to come.
    pieces: Range<u64>,
    /// What is wanted of the content.
    range: Range<u64>,
    sealed: BoxStream<'static, Result<Bytes, object_store::Error>>,
    buffer: BytesMut,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, NotRead> {
        let Some(at) = self.pieces.next() else { return Ok(None) };
        let length = self.opener.length_of(at);
        while self.buffer.len() < length {
            let chunk = self.sealed.try_next().await?.ok_or(NotRead::Damaged)?;
            self.buffer.extend_from_slice(&chunk);
        }
        let piece = Bytes::from(self.opener.open(at, &self.buffer.split_to(length))?);
        let begins = at * PIECE as u64;
        let within = |place: u64| usize::try_from(place.saturating_sub(begins)).unwrap_or(usize::MAX).min(piece.len());
        Ok(Some(piece.slice(within(self.range.start)..within(self.range.end))))
    }
}
