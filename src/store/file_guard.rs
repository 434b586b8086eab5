//! Notices when the file of an embedded database is deleted, replaced or overwritten under the running program. A deleted file stays open
//! for whoever has it open: what is written to it can be read back, and is gone when the process ends. So the desk checks that the path
//! still leads to the files it opened, and that the content did not go back in time: a backup copied over the file keeps its identity,
//! but the tickets since then are gone.

use std::fs::{File, Metadata};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sea_orm::{DbErr, RuntimeErr};

/// The database's file and its log, each with the device and inode it had when it was opened.
#[derive(Debug)]
pub struct FileGuard {
    files: Vec<(PathBuf, Option<(u64, u64)>)>,
    /// Opened once and kept: whoever closes a file drops every lock the process has on it, SQLite's too, and without those the next program
    /// that has a look at the database takes itself for its last user and deletes the log.
    database: Option<File>,
    last: Mutex<Option<Fingerprint>>,
}

/// What tells whether a database's file went back in time: it never shrinks, and SQLite counts changes up in its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fingerprint {
    changed: (i64, i64),
    bytes: u64,
    counter: u32,
}

impl Fingerprint {
    fn of(database: &File, found: &Metadata) -> Option<Self> {
        // The change counter is at byte 24 of the header, in big-endian order.
        let mut counter = [0; 4];
        database.read_exact_at(&mut counter, 24).ok()?;
        Some(Self { changed: changed(found), bytes: found.len(), counter: u32::from_be_bytes(counter) })
    }
}

fn changed(found: &Metadata) -> (i64, i64) {
    (found.mtime(), found.mtime_nsec())
}

impl FileGuard {
    /// To be called once the database is open: only then is its log there.
    pub fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let files = [path.to_owned(), PathBuf::from(log)];
        let database = File::open(path).ok();
        let last = std::fs::metadata(path).ok().and_then(|found| Fingerprint::of(database.as_ref()?, &found));
        Self { files: files.into_iter().map(|file| (file.clone(), identity(&file))).collect(), database, last: Mutex::new(last) }
    }

    /// An error when the path no longer leads to what was opened.
    pub fn check(&self) -> Result<(), DbErr> {
        let gone = self.files.iter().find(|(file, opened)| identity(file) != *opened).map(|(file, _)| file);
        let Some(gone) = gone.or_else(|| self.files.first().map(|(file, _)| file).filter(|file| !self.is_continued(file))) else {
            return Ok(());
        };
        let text = format!("{} was deleted, replaced or overwritten: put it back, or restart on what is there", gone.display());
        Err(DbErr::Conn(RuntimeErr::Internal(text)))
    }

    /// Whether the file is as it was last seen, or a later state of it. Its header is read only when its time or size changed.
    fn is_continued(&self, path: &Path) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = *last else { return true };
        let Ok(found) = std::fs::metadata(path) else { return false };
        if (before.changed, before.bytes) == (changed(&found), found.len()) {
            return true;
        }
        match self.database.as_ref().and_then(|database| Fingerprint::of(database, &found)) {
            // The counter may wrap around: a difference of less than half its range counts as forwards.
            Some(now) if now.bytes >= before.bytes && now.counter.wrapping_sub(before.counter) < u32::MAX / 2 => {
                *last = Some(now);
                true
            }
            _ => false,
        }
    }
}

fn identity(file: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(file).ok().map(|found| (found.dev(), found.ino()))
}
