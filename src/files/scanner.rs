//! A virus scanner, ClamAV's `clamd`: files are sent to it as they are read (`zINSTREAM`), and it says what it found in them.
//!
//! What goes wrong is the scanner's fault or the file's. A harmless text tells which: while that is found clean the scanner works, and a file
//! on which it fails time and again cannot be scanned. Otherwise one such file would hold up all that come after it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use uuid::Uuid;

use crate::health::Health;
use crate::settings::{Attachments, ScannerPlace};

/// Bytes sent to it at once.
const CHUNK: usize = 256 * 1024;
/// In bytes.
const LONGEST_ANSWER: u64 = 4096;
/// Characters of the name of what was found.
const LONGEST_NAME: usize = 200;
/// How often it may fail on a file while it works otherwise.
const MOST_TRIES: u8 = 3;
/// How long it may take for a harmless text.
const LONGEST_TRIAL: Duration = Duration::from_secs(30);
const HARMLESS: &[u8] = b"Uurwerk";
/// What it calls a file that it did not look into: too large or too deep for its limits, or encrypted.
const NOT_LOOKED_INTO: [&str; 2] = ["Heuristics.Limits.Exceeded", "Heuristics.Encrypted."];

#[derive(Debug)]
pub struct Scanner {
    place: ScannerPlace,
    /// How long each step of a conversation may take.
    limit: Duration,
    health: Health,
    /// How often it failed on files that it is to be asked about again.
    tries: Mutex<HashMap<Uuid, u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// With what the scanner calls it.
    Infected(String),
    Unscannable,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum NotScanned<E> {
    /// The file could not be read.
    #[error("the file could not be read")]
    Unread(E),
    #[error(transparent)]
    Scanner(#[from] io::Error),
}

impl Scanner {
    /// `None` where the settings name none.
    pub fn new(settings: &Attachments) -> Option<Self> {
        let limit = Duration::from_secs(settings.scanner_timeout_seconds.into());
        let place = settings.scanner_place()?;
        Some(Self { place, limit, health: Health::new("the virus scanner"), tries: Mutex::default() })
    }

    /// Whether it works, as far as is known.
    pub fn is_usable(&self) -> bool {
        self.health.trouble().is_none()
    }

    /// Tries it out.
    pub async fn works(&self) -> bool {
        let harmless = stream::iter([Ok::<_, Infallible>(Bytes::from_static(HARMLESS))]);
        let trial = tokio::time::timeout(self.limit.min(LONGEST_TRIAL), self.conversation(harmless));
        let tried = match trial.await {
            Ok(Ok(Verdict::Clean)) => Ok(()),
            Ok(Ok(other)) => Err(io::Error::other(format!("it says {other:?} of a harmless text"))),
            Ok(Err(NotScanned::Scanner(error))) => Err(error),
            Err(late) => Err(late.into()),
        };
        match &tried {
            Ok(()) => self.health.worked(),
            Err(error) => self.health.failed(error),
        }
        tried.is_ok()
    }

    /// Asks it about a file or a mail.
    pub async fn scan<E>(&self, id: Uuid, bytes: impl Stream<Item = Result<Bytes, E>>) -> Result<Verdict, NotScanned<E>> {
        let verdict = self.conversation(bytes).await;
        if verdict.is_ok() {
            self.health.worked();
            self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        }
        verdict
    }

    /// Notes that it failed on a file, and tells whether that was once too often.
    pub fn gives_up_on(&self, id: Uuid) -> bool {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = tries.entry(id).or_default();
        *so_far += 1;
        let gives_up = *so_far >= MOST_TRIES;
        if gives_up {
            tries.remove(&id);
        }
        gives_up
    }

    async fn conversation<E>(&self, bytes: impl Stream<Item = Result<Bytes, E>>) -> Result<Verdict, NotScanned<E>> {
        let mut line = self.within(connect(&self.place)).await??;
        let sent = match self.send(&mut line, bytes).await {
            Err(NotScanned::Unread(error)) => return Err(NotScanned::Unread(error)),
            Err(NotScanned::Scanner(error)) => Err(error),
            Ok(()) => Ok(()),
        };
        // It hangs up on what is too long, and says so before.
        let said = self.within(answer(&mut line)).await?;
        match (sent, said.and_then(|said| verdict(&said))) {
            (Ok(()), verdict) => Ok(verdict?),
            (Err(_), Ok(Verdict::Unscannable)) => Ok(Verdict::Unscannable),
            (Err(broken), _) => Err(broken.into()),
        }
    }

    async fn send<E>(&self, line: &mut Line, bytes: impl Stream<Item = Result<Bytes, E>>) -> Result<(), NotScanned<E>> {
        let mut bytes = std::pin::pin!(bytes);
        self.within(line.write_all(b"zINSTREAM\0")).await??;
        while let Some(part) = bytes.next().await {
            for chunk in part.map_err(NotScanned::Unread)?.chunks(CHUNK) {
                self.within(line.write_all(&u32::try_from(chunk.len()).unwrap_or(u32::MAX).to_be_bytes())).await??;
                self.within(line.write_all(chunk)).await??;
            }
        }
        self.within(line.write_all(&[0; 4])).await??;
        Ok(self.within(line.flush()).await??)
    }

    async fn within<T>(&self, step: impl Future<Output = T>) -> io::Result<T> {
        tokio::time::timeout(self.limit, step).await.map_err(io::Error::from)
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

type Line = Box<dyn Wire>;

async fn connect(place: &ScannerPlace) -> io::Result<Line> {
    Ok(match place {
        ScannerPlace::Socket(path) => Box::new(UnixStream::connect(path).await?),
        ScannerPlace::Network(address) => Box::new(TcpStream::connect(address).await?),
    })
}

/// One that does not end is none: the rest of it is missing.
async fn answer(line: &mut Line) -> io::Result<String> {
    let (mut said, mut line) = (Vec::new(), line.take(LONGEST_ANSWER));
    while said.last() != Some(&0) {
        if line.read_buf(&mut said).await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it hung up before it answered"));
        }
    }
    said.pop();
    String::from_utf8(said).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn verdict(said: &str) -> io::Result<Verdict> {
    if said == "stream: OK" {
        return Ok(Verdict::Clean);
    }
    if said.starts_with("INSTREAM size limit exceeded") {
        return Ok(Verdict::Unscannable);
    }
    let found = said.strip_prefix("stream: ").and_then(|said| said.strip_suffix(" FOUND"));
    let found = found.filter(|found| !found.is_empty()).ok_or_else(|| {
        let said: String = said.chars().take(LONGEST_NAME).collect();
        io::Error::new(io::ErrorKind::InvalidData, format!("it says {said:?}"))
    })?;
    if NOT_LOOKED_INTO.iter().any(|name| found.starts_with(name)) {
        return Ok(Verdict::Unscannable);
    }
    let named = found.chars().map(|sign| if sign.is_ascii_graphic() || sign == ' ' { sign } else { '_' });
    Ok(Verdict::Infected(named.take(LONGEST_NAME).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_is_a_verdict_or_a_fault() {
        for (said, meant) in [
            ("stream: OK", Some(Verdict::Clean)),
            ("stream: Eicar-Test-Signature FOUND", Some(Verdict::Infected("Eicar-Test-Signature".to_owned()))),
            ("stream: Win.A\nB FOUND", Some(Verdict::Infected("Win.A_B".to_owned()))),
            ("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", Some(Verdict::Unscannable)),
            ("stream: Heuristics.Encrypted.Zip FOUND", Some(Verdict::Unscannable)),
            ("INSTREAM size limit exceeded. ERROR", Some(Verdict::Unscannable)),
            ("stream: Can't allocate memory ERROR", None),
            ("stream:  FOUND", None),
            ("UNKNOWN COMMAND", None),
            ("stream: OK stream: OK", None),
            ("", None),
        ] {
            assert_eq!(verdict(said).ok(), meant, "{said:?}");
        }
    }
}
