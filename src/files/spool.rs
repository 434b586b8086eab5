//! The folder in which long bodies wait, in files without a name: only this process can open them, and they disappear with it. They are sealed
//! with keys that are in its memory only, so that what is left on the disk can be read by nobody.

use std::fmt::Display;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::health::Health;
use crate::sealing::{DataKey, Opener, Sealer};

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
    pub async fn file(&self) -> io::Result<Waiting> {
        let (folder, in_trouble) = (self.folder.clone(), self.health.trouble().is_some());
        let made = tokio::task::spawn_blocking(move || unnamed(&folder, in_trouble)).await;
        let made = made.map_err(io::Error::other).and_then(|made| made);
        match &made {
            Ok(_) => self.health.worked(),
            Err(error) => self.failed(error),
        }
        Waiting::in_file(File::from_std(made?))
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

/// A body that waits.
#[derive(Debug)]
pub struct Waiting {
    file: File,
    key: DataKey,
    sealer: Sealer,
    size: u64,
}

impl Waiting {
    fn in_file(file: File) -> io::Result<Self> {
        let key = DataKey::random()?;
        Ok(Self { file, sealer: Sealer::new(&key), key, size: 0 })
    }

    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        let sealed = self.sealer.add(bytes)?;
        self.file.write_all(&sealed).await
    }

    /// The whole body, from its beginning.
    pub async fn read(self) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Unpin + use<>> {
        let Self { mut file, key, sealer, size } = self;
        file.write_all(&sealer.finish()?).await?;
        file.flush().await?;
        file.seek(SeekFrom::Start(0)).await?;
        let opener = Opener::new(&key, size);
        let pieces = opener.pieces_of(&(0..size));
        let reading = stream::try_unfold((file, opener, pieces), |(mut file, opener, mut pieces)| async move {
            let Some(at) = pieces.next() else { return Ok(None) };
            let mut sealed = vec![0; opener.length_of(at)];
            file.read_exact(&mut sealed).await?;
            let piece = opener.open(at, &sealed).map_err(io::Error::other)?;
            Ok(Some((Bytes::from(piece), (file, opener, pieces))))
        });
        Ok(Box::pin(reading))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn sec_02_a_body_that_waits_cannot_be_read_from_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let body = b"BSN 123456782; ".repeat(20_000);
        let mut waiting = Spool::of(folder.path()).file().await.expect("a file");
        for chunk in body.chunks(10_000) {
            waiting.write(chunk).await.expect("room");
        }
        waiting.file.flush().await.expect("written");
        let mut seen = waiting.file.try_clone().await.expect("the same file").into_std().await;
        let mut stored = Vec::new();
        seen.rewind().expect("its start");
        seen.read_to_end(&mut stored).expect("what is on the disk");
        assert!(stored.len() > 200_000 && !stored.windows(9).any(|some| some == b"123456782"));
        let read: Vec<Bytes> = waiting.read().await.expect("the body").try_collect().await.expect("every piece");
        assert_eq!(read.concat(), body);
    }
}
