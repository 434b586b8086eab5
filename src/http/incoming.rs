//! Reads request bodies. Nothing is read before the handler asks for it, when the caller and their permission are known. Bytes are
//! counted as they arrive and never decompressed, so a small body cannot become a large one.
//!
//! A body longer than one chunk is spooled to an unnamed file, which only this process can open and which disappears with the process,
//! however that ends. It is loaded into memory once it is complete and there is room, so that a hundred slow senders cost disk and not
//! memory.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use tokio::sync::OwnedSemaphorePermit;

use super::error::Failure;
use super::limits::Limits;
use crate::app::App;
use crate::files::{Spool, Waiting};
use crate::usecases::{Code, Error};

/// Bytes of a body that stay in memory; also bytes read from a file at a time.
const CHUNK: usize = 64 * 1024;

/// An unread body.
pub struct Incoming {
    request: HttpRequest,
    payload: Payload,
    cap: usize,
}

/// A complete body in memory. It holds its share of [`Limits::memory`] until it is dropped.
pub struct ReceivedBody {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl ReceivedBody {
    pub fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }
}

impl Deref for ReceivedBody {
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

/// Bytes of a body, unless an operation allows more.
pub const BODY_CAP: usize = 1024 * 1024;
/// The media type of every file, whatever is in it.
pub const BYTES: &str = "application/octet-stream";

impl Incoming {
    pub fn up_to(self, cap: usize) -> Self {
        Self { cap, ..self }
    }

    /// Reads the whole body. Refused when it has another media type or is too long.
    pub async fn take(mut self, media: &str) -> Result<ReceivedBody, Failure> {
        self.check_media_type(media)?;
        let cap = self.cap;
        if self.announced().is_some_and(|length| length > cap as u64) {
            return Err(too_large(cap));
        }
        let limits = self.request.app_data::<web::Data<Limits>>().cloned();
        let spooled = self.receive(cap).await?;
        let room = match (&limits, &spooled.file) {
            (Some(limits), Some(_)) => limits.memory(spooled.length).await,
            _ => None,
        };
        Ok(ReceivedBody { bytes: spooled.into_bytes().await?, _room: room })
    }

    /// The body as it arrives. The reader must count the bytes: no limit is checked here.
    pub fn stream(self, media: &str) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Failure> {
        self.check_media_type(media)?;
        Ok(self.payload.map_err(|_broken| Error::Interrupted))
    }

    /// The body once it is complete, at most `cap` bytes. For a reader that holds large parts in memory, such as an S3 upload: it should
    /// not do so for as long as a slow sender takes.
    pub fn stream_when_whole(mut self, media: &str, cap: usize) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Failure> {
        self.check_media_type(media)?;
        let limits = self.request.app_data::<web::Data<Limits>>().cloned();
        let chunks = async move {
            let spooled = self.receive(cap).await.map_err(Error::from)?;
            let room = match &limits {
                Some(limits) => limits.memory(spooled.length).await,
                None => None,
            };
            spooled.chunks(room).await.map_err(Error::from)
        };
        Ok(stream::once(chunks).try_flatten())
    }

    /// `Content-Length`, which the sender can get wrong; none with chunked encoding.
    pub fn announced(&self) -> Option<u64> {
        self.request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    fn check_media_type(&self, wanted: &str) -> Result<(), Failure> {
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

    async fn receive(&mut self, cap: usize) -> Result<Spooled, BodyError> {
        let mut spooled = Spooled::default();
        while let Some(chunk) = self.payload.next().await {
            let chunk = chunk.map_err(|_broken| BodyError::Interrupted)?;
            spooled.length += chunk.len();
            if spooled.length > cap {
                return Err(BodyError::TooLarge(cap));
            }
            spooled.add(&self.request, &chunk).await.map_err(BodyError::Spool)?;
        }
        Ok(spooled)
    }
}

/// Why a body could not be read.
enum BodyError {
    Interrupted,
    TooLarge(usize),
    Spool(std::io::Error),
}

impl From<BodyError> for Error {
    fn from(refused: BodyError) -> Self {
        match refused {
            BodyError::Interrupted => Self::Interrupted,
            BodyError::TooLarge(cap) => Self::TooLarge { code: Code::TooLarge, detail: takes_at_most(cap) },
            BodyError::Spool(error) => Self::Unavailable(format!("a body that is coming in has no place to wait: {error}")),
        }
    }
}

impl From<BodyError> for Failure {
    fn from(refused: BodyError) -> Self {
        Error::from(refused).into()
    }
}

fn too_large(cap: usize) -> Failure {
    BodyError::TooLarge(cap).into()
}

fn takes_at_most(cap: usize) -> String {
    format!("the body is larger than the {cap} bytes that are taken here")
}

/// Spools bytes that are to be sent to a client, so that a slow one does not keep all of them in memory.
pub async fn spool(request: &HttpRequest, bytes: &[u8]) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Failure> {
    let mut spooled = Spooled { length: bytes.len(), ..Spooled::default() };
    spooled.add(request, bytes).await.map_err(BodyError::Spool)?;
    Ok(spooled.chunks(None).await?)
}

/// What has arrived: up to one chunk in the buffer, anything longer in the file.
#[derive(Default)]
struct Spooled {
    length: usize,
    buffer: BytesMut,
    file: Option<Waiting>,
}

impl Spooled {
    async fn add(&mut self, request: &HttpRequest, chunk: &[u8]) -> std::io::Result<()> {
        let added = self.keep(request, chunk).await;
        if let (Err(error), Some(app)) = (&added, request.app_data::<web::Data<App>>()) {
            app.spool.failed(error);
        }
        added
    }

    async fn keep(&mut self, request: &HttpRequest, chunk: &[u8]) -> std::io::Result<()> {
        if self.length <= CHUNK {
            self.buffer.extend_from_slice(chunk);
            return Ok(());
        }
        let file = if let Some(file) = &mut self.file {
            file
        } else {
            let mut file = unnamed_file(request).await?;
            file.write(&std::mem::take(&mut self.buffer)).await?;
            self.file.insert(file)
        };
        file.write(chunk).await
    }

    async fn into_bytes(self) -> Result<Bytes, BodyError> {
        let Some(file) = self.file else { return Ok(self.buffer.freeze()) };
        let mut bytes = Vec::with_capacity(self.length);
        let mut chunks = file.read().await.map_err(BodyError::Spool)?;
        while let Some(chunk) = chunks.try_next().await.map_err(BodyError::Spool)? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    }

    /// Holds `room` until the last chunk was read.
    async fn chunks(self, room: Option<OwnedSemaphorePermit>) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, BodyError> {
        let rest = match self.file {
            Some(file) => Some(file.read().await.map_err(BodyError::Spool)?),
            None => None,
        };
        let rest = stream::iter(rest).flatten().map_err(move |error| {
            let _held = &room;
            Error::from(BodyError::Spool(error))
        });
        let first = Some(self.buffer.freeze()).filter(|bytes| !bytes.is_empty());
        Ok(stream::iter(first.map(Ok)).chain(rest))
    }
}

async fn unnamed_file(request: &HttpRequest) -> std::io::Result<Waiting> {
    match request.app_data::<web::Data<App>>() {
        Some(app) => app.spool.file().await,
        None => Spool::of(&std::env::temp_dir()).file().await,
    }
}
