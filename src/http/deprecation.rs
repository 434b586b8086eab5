//! Operations on their way out: told in the document and in every answer, with the day they end (RFC 9745, RFC 8594).

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

/// An operation that will end.
#[derive(Debug, Clone, Copy)]
pub struct Deprecation {
    /// Its method, such as `GET`.
    pub method: &'static str,
    /// Its path as the routes write it, such as `/v1/tickets/{ref}`.
    pub path: &'static str,
    /// The day from which it should not be used: year, month, day.
    pub since: (i32, u32, u32),
    /// The day from which it may be gone.
    pub sunset: Option<(i32, u32, u32)>,
    /// Where it is told what to use instead.
    pub link: &'static str,
}

/// Every operation on its way out.
pub const DEPRECATED: &[Deprecation] = &[];

impl Deprecation {
    fn is_of(&self, method: &Method, pattern: &str) -> bool {
        // HEAD is GET without a body.
        let asked = if method == Method::HEAD { &Method::GET } else { method };
        self.method == asked.as_str() && self.path == pattern
    }
}

fn midnight((year, month, day): (i32, u32, u32)) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default().and_time(NaiveTime::MIN).and_utc()
}

/// Tells in an answer that its operation will end.
pub fn tell(table: &[Deprecation], method: &Method, pattern: &str, headers: &mut HeaderMap) {
    let Some(deprecation) = table.iter().find(|one| one.is_of(method, pattern)) else { return };
    let mut add = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(name, value);
        }
    };
    add(HeaderName::from_static("deprecation"), format!("@{}", midnight(deprecation.since).timestamp()));
    add(header::LINK, format!("<{}>; rel=\"deprecation\"; type=\"text/markdown\"", deprecation.link));
    if let Some(sunset) = deprecation.sunset {
        add(HeaderName::from_static("sunset"), midnight(sunset).format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    }
}

/// Marks in the document what will end.
pub fn mark(table: &[Deprecation], document: &mut Value) {
    for one in table {
        let path = one.path.strip_prefix("/v1").unwrap_or(one.path);
        if let Some(operation) = document["paths"][path][one.method.to_lowercase()].as_object_mut() {
            operation.insert("deprecated".to_owned(), json!(true));
        }
    }
}
