//! Where an embedded database lies. A file that is deleted or replaced stays open for who has it open: what is written to it is
//! read back, and gone with the process. So the desk asks whether the path still leads to the files it has open, and whether the file
//! went back in time: a backup copied over it is the same file with an older content, under which later tickets are gone.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sea_orm::{DbErr, RuntimeErr};

/// The database's file and its log, each with the device and the number it had when they were opened.
#[derive(Debug)]
pub struct Place {
    files: Vec<(PathBuf, Option<(u64, u64)>)>,
    /// How the database's file last looked.
    seen: Mutex<Option<Look>>,
}

/// How a database's file looks. Its pages are never fewer, and SQLite counts up in its header whenever it gets more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    changed: (i64, i64),
    bytes: u64,
    counter: u32,
}

impl Look {
    fn of(path: &Path, found: &Metadata) -> Option<Self> {
        let mut header = [0; 28];
        File::open(path).and_then(|mut file| file.read_exact(&mut header)).ok()?;
        let counter = u32::from_be_bytes(header[24..28].try_into().ok()?);
        Some(Self { changed: changed(found), bytes: found.len(), counter })
    }
}

fn changed(found: &Metadata) -> (i64, i64) {
    (found.mtime(), found.mtime_nsec())
}

impl Place {
    /// Of a database that is open: its log lies beside it as long as anyone has it open.
    pub fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let files = [path.to_owned(), PathBuf::from(log)];
        let seen = std::fs::metadata(path).ok().and_then(|found| Look::of(path, &found));
        Self { files: files.into_iter().map(|file| (file.clone(), identity(&file))).collect(), seen: Mutex::new(seen) }
    }

    /// An error when what was opened does not lie there now.
    pub fn check(&self) -> Result<(), DbErr> {
        let gone = self.files.iter().find(|(file, opened)| identity(file) != *opened).map(|(file, _)| file);
        let Some(gone) = gone.or_else(|| self.files.first().map(|(file, _)| file).filter(|file| !self.goes_on(file))) else {
            return Ok(());
        };
        let text = format!("{} was deleted, replaced or overwritten: put it back, or restart on what is there", gone.display());
        Err(DbErr::Conn(RuntimeErr::Internal(text)))
    }

    /// Whether the database's file is what it was, or went on from there. Its header is read only when the file changed.
    fn goes_on(&self, path: &Path) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = *seen else { return true };
        let Ok(found) = std::fs::metadata(path) else { return false };
        if (before.changed, before.bytes) == (changed(&found), found.len()) {
            return true;
        }
        match Look::of(path, &found) {
            Some(now) if now.bytes >= before.bytes && now.counter.wrapping_sub(before.counter) < u32::MAX / 2 => {
                *seen = Some(now);
                true
            }
            _ => false,
        }
    }
}

fn identity(file: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(file).ok().map(|found| (found.dev(), found.ino()))
}
