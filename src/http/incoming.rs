//! A request's body on its way in. Nothing of it is taken before its handler asks for it, which is when it is known who
//! calls and what they may; and it is counted as it comes, never inflated.
//!
//! What is longer than a piece waits in a file without a name, which only this process can open and which is gone when the
//! process is, however it ends. It comes into memory when it is whole and there is room: a hundred senders who take their
//! time cost disk.

use std::future::{Ready, ready};
use std::io::SeekFrom;
use std::ops::Deref;
use std::path::Path;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::sync::OwnedSemaphorePermit;

use super::error::Failure;
use super::limits::Limits;
use crate::app::App;
use crate::usecases::{Code, Error};

/// As much of a body as waits in memory, and as is read of a file at once.
const PIECE: usize = 64 * 1024;

/// A body of which nothing was taken yet.
pub struct Incoming {
    request: HttpRequest,
    payload: Payload,
    cap: usize,
}

/// A body that came in whole; while it is held, its room is taken.
pub struct Taken {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Deref for Taken {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl FromRequest for Incoming {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take(), cap: BODY_CAP }))
    }
}

/// The most bytes of a body that are taken, unless an operation says otherwise.
pub const BODY_CAP: usize = 1024 * 1024;
/// The media type of a file, whatever is in it.
pub const BYTES: &str = "application/octet-stream";

impl Incoming {
    /// Of which no more than so many bytes are taken.
    pub fn up_to(self, cap: usize) -> Self {
        Self { cap, ..self }
    }

    /// The whole body, when it is of this media type and not longer than its door takes.
    pub async fn take(mut self, media: &str) -> Result<Taken, Failure> {
        self.is_of(media)?;
        let cap = self.cap;
        if self.announced().is_some_and(|length| length > cap as u64) {
            return Err(too_large(cap));
        }
        let limits = self.request.app_data::<web::Data<Limits>>().cloned();
        let waiting = self.wait(cap).await?;
        let room = match (&limits, &waiting.file) {
            (Some(limits), Some(_)) => limits.room(waiting.length).await,
            _ => None,
        };
        Ok(Taken { bytes: waiting.whole().await?, _room: room })
    }

    /// The body as it comes, when it is of this media type; whoever reads it counts it.
    pub fn stream(self, media: &str) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Failure> {
        self.is_of(media)?;
        Ok(self.payload.map_err(|_broken| Error::Interrupted))
    }

    /// The same once it is all there, at most so many bytes of it: for a reader who holds much of it at once.
    pub fn stream_when_whole(mut self, media: &str, cap: usize) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Failure> {
        self.is_of(media)?;
        let limits = self.request.app_data::<web::Data<Limits>>().cloned();
        let pieces = async move {
            let waiting = self.wait(cap).await.map_err(Error::from)?;
            let room = match &limits {
                Some(limits) => limits.room(waiting.length).await,
                None => None,
            };
            waiting.pieces(room).await.map_err(Error::from)
        };
        Ok(stream::once(pieces).try_flatten())
    }

    /// How long the sender says it is.
    pub fn announced(&self) -> Option<u64> {
        self.request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    fn is_of(&self, wanted: &str) -> Result<(), Failure> {
        let said = |name| self.request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
        let coding = said(header::CONTENT_ENCODING).unwrap_or_default().trim();
        if !coding.is_empty() && !coding.eq_ignore_ascii_case("identity") {
            let detail = "the body must be sent as it is, without Content-Encoding";
            return Err(Failure::new(Code::UnsupportedContentEncoding, detail));
        }
        let media = said(header::CONTENT_TYPE).unwrap_or_default();
        if media.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted) {
            return Ok(());
        }
        Err(Failure::new(Code::UnsupportedMediaType, format!("the body must be {wanted}")))
    }

    /// Waits until all of it came, in a file when it is longer than a piece.
    async fn wait(&mut self, cap: usize) -> Result<Waiting, Refused> {
        let mut waiting = Waiting::default();
        while let Some(chunk) = self.payload.next().await {
            let chunk = chunk.map_err(|_broken| Refused::Broken)?;
            waiting.length += chunk.len();
            if waiting.length > cap {
                return Err(Refused::TooLarge(cap));
            }
            waiting.add(&self.request, &chunk).await.map_err(Refused::NoPlace)?;
        }
        Ok(waiting)
    }
}

/// Why a body was not taken.
enum Refused {
    Broken,
    TooLarge(usize),
    NoPlace(std::io::Error),
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Broken => Self::Interrupted,
            Refused::TooLarge(cap) => Self::TooLarge { code: Code::TooLarge, detail: takes_at_most(cap) },
            Refused::NoPlace(error) => Self::Unavailable(format!("a body that is coming in has no place to wait: {error}")),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Error::from(refused).into()
    }
}

fn too_large(cap: usize) -> Failure {
    Refused::TooLarge(cap).into()
}

fn takes_at_most(cap: usize) -> String {
    format!("the body is larger than the {cap} bytes that are taken here")
}

/// Bytes to be sent to whoever asked, who may take their time: a piece at a time, the rest in a file without a name.
pub async fn set_down(request: &HttpRequest, bytes: &[u8]) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Failure> {
    let mut waiting = Waiting { length: bytes.len(), ..Waiting::default() };
    waiting.add(request, bytes).await.map_err(Refused::NoPlace)?;
    Ok(waiting.pieces(None).await?)
}

/// What came of a body: in memory, or in a file.
#[derive(Default)]
struct Waiting {
    length: usize,
    buffer: BytesMut,
    file: Option<File>,
}

impl Waiting {
    async fn add(&mut self, request: &HttpRequest, chunk: &[u8]) -> std::io::Result<()> {
        if self.length <= PIECE {
            self.buffer.extend_from_slice(chunk);
            return Ok(());
        }
        let file = if let Some(file) = &mut self.file {
            file
        } else {
            let mut file = nameless(request).await?;
            file.write_all(&std::mem::take(&mut self.buffer)).await?;
            self.file.insert(file)
        };
        file.write_all(chunk).await
    }

    async fn whole(self) -> Result<Bytes, Refused> {
        let Some(file) = self.file else { return Ok(self.buffer.freeze()) };
        let mut bytes = Vec::with_capacity(self.length);
        let read = async {
            let mut file = rewound(file).await?;
            file.read_to_end(&mut bytes).await
        };
        read.await.map_err(Refused::NoPlace)?;
        Ok(bytes.into())
    }

    /// A piece at a time; the room is taken until the last.
    async fn pieces(self, room: Option<OwnedSemaphorePermit>) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Refused> {
        let file = match self.file {
            Some(file) => Some(rewound(file).await.map_err(Refused::NoPlace)?),
            None => None,
        };
        let rest = stream::try_unfold((file, room), |(file, room)| async move {
            let Some(mut file) = file else { return Ok(None) };
            let mut piece = BytesMut::with_capacity(PIECE);
            let read = file.read_buf(&mut piece).await.map_err(Refused::NoPlace)?;
            Ok((read > 0).then(|| (piece.freeze(), (Some(file), room))))
        });
        let first = Some(self.buffer.freeze()).filter(|bytes| !bytes.is_empty());
        Ok(stream::iter(first.map(Ok)).chain(rest))
    }
}

async fn rewound(mut file: File) -> std::io::Result<File> {
    file.flush().await?;
    file.seek(SeekFrom::Start(0)).await?;
    Ok(file)
}

/// Makes the folder where bodies wait, and tries whether one could.
pub fn prepare(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder)).map(drop)
}

/// A file of this process alone, in the folder of the settings.
async fn nameless(request: &HttpRequest) -> std::io::Result<File> {
    let folder = request.app_data::<web::Data<App>>().map_or_else(std::env::temp_dir, |app| app.settings.http.spool.clone());
    let made = tokio::task::spawn_blocking(move || {
        // It may have been cleared away since the start.
        std::fs::create_dir_all(&folder)?;
        tempfile::tempfile_in(folder)
    });
    Ok(File::from_std(made.await.map_err(std::io::Error::other)??))
}
