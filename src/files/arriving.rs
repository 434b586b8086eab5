//! A file on its way in: counted, sealed, and stored at once if it is short, in parts if it is longer than one part.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Files, Kept, NotKept, key};
use crate::sealing::{Purpose, Sealer};

impl Files {
    pub(super) async fn take_in<E>(&self, id: Uuid, bytes: impl Stream<Item = Result<Bytes, E>>, cap: u64) -> Result<Kept, NotKept<E>> {
        let mut bytes = std::pin::pin!(bytes);
        let (sealer, wrapped) = match self.keys.wrap((Purpose::Attachment, id)).map_err(not_sealed)? {
            Some((key, wrapped)) => (Some(Sealer::new(&key)), Some(wrapped)),
            None => (None, None),
        };
        let mut arriving = Arriving { files: self, key: key(id), sealer, buffer: BytesMut::new(), parts: None };
        let (mut size, mut digest) = (0_u64, Sha256::new());
        while let Some(chunk) = bytes.next().await {
            let refused = match chunk {
                Ok(chunk) => {
                    size += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                    if size <= cap {
                        digest.update(&chunk);
                        arriving.add(&chunk).await?;
                        continue;
                    }
                    NotKept::TooLong
                }
                Err(broken) => NotKept::Broken(broken),
            };
            arriving.abort().await;
            return Err(refused);
        }
        arriving.finish().await?;
        Ok(Kept { size, digest: hex::encode(digest.finalize()), key: wrapped })
    }
}

fn not_sealed(source: std::io::Error) -> object_store::Error {
    object_store::Error::Generic { store: "sealing", source: source.into() }
}

struct Arriving<'a> {
    files: &'a Files,
    key: Path,
    /// `None` while the desk has no keys.
    sealer: Option<Sealer>,
    buffer: BytesMut,
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Arriving<'_> {
    async fn add(&mut self, chunk: &[u8]) -> Result<(), object_store::Error> {
        match &mut self.sealer {
            Some(sealer) => {
                let complete = sealer.add(chunk).map_err(not_sealed)?;
                self.store(&complete).await
            }
            None => self.store(chunk).await,
        }
    }

    async fn store(&mut self, mut chunk: &[u8]) -> Result<(), object_store::Error> {
        while !chunk.is_empty() {
            let (now, later) = chunk.split_at(chunk.len().min(self.files.part - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            chunk = later;
            if self.buffer.len() == self.files.part {
                self.hand_over().await?;
            }
        }
        Ok(())
    }

    /// One part at a time: a fast sender waits for the store.
    async fn hand_over(&mut self) -> Result<(), object_store::Error> {
        let part = PutPayload::from(std::mem::take(&mut self.buffer).freeze());
        let parts = match &mut self.parts {
            Some(parts) => parts,
            None => self.parts.insert(self.files.store.put_multipart(&self.key).await?),
        };
        let put = parts.put_part(part).await;
        if put.is_err() {
            self.abort().await;
        }
        put
    }

    async fn finish(mut self) -> Result<(), object_store::Error> {
        if let Some(sealer) = self.sealer.take() {
            let last = sealer.finish().map_err(not_sealed)?;
            self.store(&last).await?;
        }
        if self.parts.is_none() {
            return self.files.store.put(&self.key, PutPayload::from(self.buffer.freeze())).await.map(drop);
        }
        if !self.buffer.is_empty() {
            self.hand_over().await?;
        }
        let Some(parts) = &mut self.parts else { return Ok(()) };
        let whole = parts.complete().await.map(drop);
        if whole.is_err() {
            self.abort().await;
        }
        whole
    }

    async fn abort(&mut self) {
        if let Some(mut parts) = self.parts.take()
            && let Err(error) = parts.abort().await
        {
            tracing::warn!(%error, "the parts of a broken upload were not removed");
        }
    }
}
