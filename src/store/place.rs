//! Where an embedded database lies. A file that is deleted or replaced stays open for who has it open: what is written to it is
//! read back, and gone with the process. So the desk asks whether the path still leads to the files it has open.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sea_orm::{DbErr, RuntimeErr};

/// The database's file and its log, each with the device and the number it had when they were opened.
#[derive(Debug)]
pub struct Place {
    files: Vec<(PathBuf, Option<(u64, u64)>)>,
}

impl Place {
    /// Of a database that is open: its log lies beside it as long as anyone has it open.
    pub fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let files = [path.to_owned(), PathBuf::from(log)];
        Self { files: files.into_iter().map(|file| (file.clone(), identity(&file))).collect() }
    }

    /// An error when what was opened does not lie there now.
    pub fn check(&self) -> Result<(), DbErr> {
        let Some((gone, _)) = self.files.iter().find(|(file, opened)| identity(file) != *opened) else { return Ok(()) };
        let text = format!("{} was deleted or replaced: put it back, or restart on what is there", gone.display());
        Err(DbErr::Conn(RuntimeErr::Internal(text)))
    }
}

fn identity(file: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(file).ok().map(|found| (found.dev(), found.ino()))
}
