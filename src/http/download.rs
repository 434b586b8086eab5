//! Sends files, whole or in part. Always as a download of unknown type: a file somebody uploaded must never run in a browser.

use std::error::Error as StdError;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType, ETag, EntityTag, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use bytes::Bytes;
use futures_util::Stream;

use super::answer::Download;
use super::error::Failure;
use super::incoming::BYTES;
use crate::usecases::Code;

/// Forbids a browser everything, should it show the file after all.
pub const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    Whole,
    /// First and last byte, inclusive.
    Part(u64, u64),
    /// A range outside the file.
    Nothing,
}

impl Wanted {
    /// Several ranges at once are answered with the whole file, as RFC 9110 allows; so is a range of a file that changed (`If-Range`).
    pub fn of(request: &HttpRequest, tag: &EntityTag, size: u64) -> Self {
        let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let changed = header(header::IF_RANGE).is_some_and(|known| known != tag.to_string());
        match header(header::RANGE).and_then(|range| saturated(range).parse().ok()) {
            Some(header::Range::Bytes(ranges)) if ranges.len() == 1 && !changed => {
                ranges[0].to_satisfiable_range(size).map_or(Self::Nothing, |(first, last)| Self::Part(first, last))
            }
            _ => Self::Whole,
        }
    }
}

/// A range with every number that is too large to read as the largest there is: no file reaches that far either.
fn saturated(range: &str) -> String {
    let mut read = String::with_capacity(range.len());
    let mut rest = range;
    while let Some(start) = rest.find(|sign: char| sign.is_ascii_digit()) {
        let digits = rest[start..].find(|sign: char| !sign.is_ascii_digit()).map_or(rest.len(), |length| start + length);
        let number: u64 = rest[start..digits].parse().unwrap_or(u64::MAX);
        read.push_str(&rest[..start]);
        read.push_str(&number.to_string());
        rest = &rest[digits..];
    }
    read + rest
}

pub fn out_of_range(size: u64) -> Download {
    let failure = Failure::new(Code::RangeNotSatisfiable, "the file has no such bytes");
    let mut response = failure.error_response();
    if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    Download(response)
}

/// `bytes` must hold exactly what is wanted.
pub fn download<E: Into<Box<dyn StdError>> + 'static>(
    name: &str,
    (wanted, size): (Wanted, u64),
    tag: EntityTag,
    bytes: impl Stream<Item = Result<Bytes, E>> + 'static,
) -> Download {
    let (status, length) = match wanted {
        Wanted::Part(first, last) => (StatusCode::PARTIAL_CONTENT, last - first + 1),
        Wanted::Whole | Wanted::Nothing => (StatusCode::OK, size),
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, BYTES))
        .insert_header(disposition(name))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header(ETag(tag));
    if let Wanted::Part(first, last) = wanted {
        response.insert_header((header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}")));
    }
    Download(response.body(SizedStream::new(length, bytes)))
}

/// The file name twice (RFC 6266): in ASCII for old clients, and in full.
pub fn disposition(name: &str) -> ContentDisposition {
    let plain = name.chars().map(|sign| if sign.is_ascii_graphic() && !matches!(sign, '"' | '\\') || sign == ' ' { sign } else { '_' });
    let whole =
        header::ExtendedValue { charset: header::Charset::Ext("UTF-8".to_owned()), language_tag: None, value: name.as_bytes().to_vec() };
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(plain.collect()), DispositionParam::FilenameExt(whole)],
    }
}
