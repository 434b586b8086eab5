//! Where the bytes of attachments are kept: a folder, or a bucket of a service that speaks S3. Each file has an id of its own as its key,
//! never its name. Files are streamed both ways, so that memory use does not grow with their size.
//!
//! Beside it stands the folder in which long bodies wait ([`Spool`]).
//!
//! Absent on purpose: overwriting (every upload has a fresh id) and listing (the database knows which files there are).

mod spool;

pub use spool::Spool;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::health::Health;
use crate::settings::Attachments;

/// Bytes written to a folder at once.
const FOLDER_PART: usize = 512 * 1024;
/// Bytes sent to a bucket at once: S3 takes no smaller parts, except the last.
const BUCKET_PART: usize = 5 * 1024 * 1024;

/// As the log calls it.
const STORE: &str = "the store of attachments";

#[derive(Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    health: Health,
    part: usize,
    /// The folder, in which files also stand while they arrive; `None` for a bucket.
    folder: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub size: u64,
    /// Its SHA-256, in hexadecimal.
    pub digest: String,
}

/// Why a file was not kept, or was not found.
#[derive(Debug, thiserror::Error)]
pub enum NotKept<E> {
    /// Longer than allowed; nothing of it is left.
    #[error("the file is too long")]
    TooLong,
    /// The sender stopped halfway; nothing of it is left.
    #[error("the file did not come in whole")]
    Broken(E),
    #[error(transparent)]
    Store(#[from] object_store::Error),
}

impl Files {
    /// Opens the store named in the settings: a folder, made if need be, or `s3://BUCKET`.
    pub fn open(settings: &Attachments) -> Result<Self, object_store::Error> {
        if let Some(bucket) = settings.store.strip_prefix("s3://") {
            return Ok(Self { store: Arc::new(bucket_of(settings, bucket)?), health: Health::new(STORE), part: BUCKET_PART, folder: None });
        }
        let folder = PathBuf::from(&*settings.store);
        std::fs::create_dir_all(&folder)
            .map_err(|source| object_store::Error::Generic { store: "folder", source: format!("{}: {source}", folder.display()).into() })?;
        let store = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), health: Health::new(STORE), part: FOLDER_PART, folder: Some(folder) })
    }

    /// Whether files can be kept, as far as is known. A store in trouble is tried out first, so that its recovery shows at once.
    pub async fn is_usable(&self) -> bool {
        // A bucket is not asked each time that somebody looks.
        if self.health.trouble().is_some() && (self.folder.is_some() || self.health.may_try()) {
            match self.tried().await {
                Ok(()) => self.health.worked(),
                Err(error) => self.health.failed(error),
            }
        }
        self.health.trouble().is_none()
    }

    async fn tried(&self) -> Result<(), object_store::Error> {
        self.store.put(&key(Uuid::nil()), PutPayload::from(vec![0; FOLDER_PART])).await?;
        self.remove(Uuid::nil()).await
    }

    /// Whether every file that comes in takes a lot of memory at once.
    pub fn holds_much(&self) -> bool {
        self.part > FOLDER_PART
    }

    /// Stores a file as it comes in, at most `cap` bytes. It is durable when this returns; a file that is refused leaves nothing behind.
    pub async fn keep<E>(&self, id: Uuid, bytes: impl Stream<Item = Result<Bytes, E>>, cap: u64) -> Result<Kept, NotKept<E>> {
        let kept = self.take_in(id, bytes, cap).await;
        match &kept {
            Ok(_) => self.health.worked(),
            Err(NotKept::Store(error)) => self.health.failed(error),
            Err(NotKept::TooLong | NotKept::Broken(_)) => {}
        }
        kept
    }

    async fn take_in<E>(&self, id: Uuid, bytes: impl Stream<Item = Result<Bytes, E>>, cap: u64) -> Result<Kept, NotKept<E>> {
        let mut bytes = std::pin::pin!(bytes);
        let mut arriving = Arriving { files: self, key: key(id), buffer: BytesMut::new(), parts: None };
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
        Ok(Kept { size, digest: hex::encode(digest.finalize()) })
    }

    /// The bytes of a file, or of a range of it, as a stream.
    pub async fn read(
        &self,
        id: Uuid,
        range: Option<Range<u64>>,
    ) -> Result<impl Stream<Item = Result<Bytes, object_store::Error>> + use<>, object_store::Error> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        Ok(self.store.get_opts(&key(id), options).await?.into_stream())
    }

    /// Removes whatever there is of a file, including one that never came in whole. It is fine if there is nothing.
    pub async fn remove(&self, id: Uuid) -> Result<(), object_store::Error> {
        let key = key(id);
        if let Some(folder) = &self.folder {
            // `LocalFileSystem` gives a file this name until it is whole.
            drop(tokio::fs::remove_file(folder.join(format!("{key}#1"))).await);
        }
        match self.store.delete(&key).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            done => done,
        }
    }
}

/// Folders by the last two digits of the id: the first digits are its time, and would put a whole period in one folder.
fn key(id: Uuid) -> Path {
    let text = id.simple().to_string();
    Path::from(format!("{}/{text}", &text[text.len() - 2..]))
}

#[cfg(not(feature = "s3"))]
fn bucket_of(_: &Attachments, bucket: &str) -> Result<LocalFileSystem, object_store::Error> {
    let source = format!("s3://{bucket}: this program was built without the feature `s3`").into();
    Err(object_store::Error::Generic { store: "bucket", source })
}

#[cfg(feature = "s3")]
fn bucket_of(settings: &Attachments, bucket: &str) -> Result<impl ObjectStore + use<>, object_store::Error> {
    use object_store::aws::AmazonS3Builder;

    // What the settings leave out comes from the usual AWS environment variables and roles.
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket.trim_end_matches('/'));
    let s3 = &settings.s3;
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(&**endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    if let Some(region) = &s3.region {
        builder = builder.with_region(region);
    }
    if let Some(key) = &s3.key {
        builder = builder.with_access_key_id(key);
    }
    if let Some(secret) = &s3.secret {
        builder = builder.with_secret_access_key(secret.reveal());
    }
    builder.build()
}

/// A file coming in: stored at once if it is short, in parts if it is longer than one part.
struct Arriving<'a> {
    files: &'a Files,
    key: Path,
    buffer: BytesMut,
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Arriving<'_> {
    async fn add(&mut self, mut chunk: &[u8]) -> Result<(), object_store::Error> {
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
