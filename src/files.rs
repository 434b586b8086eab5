//! Where the bytes of attachments are kept: a folder, or a bucket of a service that speaks S3. Each file has an id of its own as its key,
//! never its name. Files are streamed both ways, so that memory use does not grow with their size. Where the desk has keys they are sealed on
//! the way (`sealing`).
//!
//! Beside it stand the folder in which long bodies wait ([`Spool`]) and the virus scanner ([`Scanner`]).
//!
//! Absent on purpose: overwriting (whatever is stored has a fresh id) and listing (the database knows which files there are).

mod arriving;
#[cfg(feature = "s3")]
mod bucket;
mod leaving;
mod scanner;
mod spool;

pub use leaving::{NotRead, Stored};
pub use scanner::{NotScanned, Scanner, Verdict};
pub use spool::{Spool, Waiting};

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;

use crate::domain::wrapped_key::WrappedKey;
use crate::health::Health;
use crate::sealing::Keys;
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
    keys: Arc<Keys>,
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
    /// Its key, where it was sealed.
    pub key: Option<WrappedKey>,
}

/// Why a file was not kept.
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
    pub fn open(settings: &Attachments, keys: Arc<Keys>) -> Result<Self, object_store::Error> {
        let health = Health::new(STORE);
        if let Some(bucket) = settings.store.strip_prefix("s3://") {
            return Ok(Self { store: bucket_of(settings, bucket)?, keys, health, part: BUCKET_PART, folder: None });
        }
        let folder = PathBuf::from(&*settings.store);
        std::fs::create_dir_all(&folder)
            .map_err(|source| object_store::Error::Generic { store: "folder", source: format!("{}: {source}", folder.display()).into() })?;
        let store = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), keys, health, part: FOLDER_PART, folder: Some(folder) })
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

#[cfg(feature = "s3")]
fn bucket_of(settings: &Attachments, bucket: &str) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    bucket::open(settings, bucket)
}

#[cfg(not(feature = "s3"))]
fn bucket_of(_: &Attachments, bucket: &str) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    let source = format!("s3://{bucket}: this program was built without the feature `s3`").into();
    Err(object_store::Error::Generic { store: "bucket", source })
}
