//! The folder in which long bodies wait, in files without a name: only this process can open them, and they disappear with it.

use std::fmt::Display;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tokio::fs::File;

use crate::health::Health;

/// Bytes written to find out whether there is room again.
const TRIAL: usize = 64 * 1024;

#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    health: Health,
}

impl Spool {
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), health: Health::new("the folder for long bodies") }
    }

    /// Creates the folder, and tries it out: better to fail at the start than at the first long body.
    pub fn prepare(&self) -> io::Result<()> {
        unnamed(&self.folder, false).map(drop)
    }

    /// A new file. After trouble it is tried out first.
    pub async fn file(&self) -> io::Result<File> {
        let (folder, in_trouble) = (self.folder.clone(), self.health.trouble().is_some());
        let made = tokio::task::spawn_blocking(move || unnamed(&folder, in_trouble)).await;
        let made = made.map_err(io::Error::other).and_then(|made| made);
        match &made {
            Ok(_) => self.health.worked(),
            Err(error) => self.failed(error),
        }
        made.map(File::from_std)
    }

    /// Notes that a file could not be written.
    pub fn failed(&self, why: impl Display) {
        self.health.failed(why);
    }

    /// Whether it can be used, as far as is known. In trouble it is tried out first, so that its recovery shows at once.
    pub async fn is_usable(&self) -> bool {
        self.health.trouble().is_none() || self.file().await.is_ok()
    }
}

/// Makes the folder too: something may have cleaned it up since the start.
fn unnamed(folder: &Path, tried: bool) -> io::Result<std::fs::File> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::tempfile_in(folder)?;
    if tried {
        file.write_all(&vec![0; TRIAL])?;
        file.set_len(0)?;
        file.rewind()?;
    }
    Ok(file)
}
