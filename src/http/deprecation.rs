//! Operations that will be removed: announced in the document and in every answer, with the date (RFC 9745, RFC 8594).

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy)]
pub struct Deprecation {
    /// Such as `GET`.
    pub method: &'static str,
    /// The route's pattern, such as `/v1/tickets/{ref}`.
    pub path: &'static str,
    /// Year, month and day from which it should no longer be used.
    pub since: (i32, u32, u32),
    /// The day from which it may no longer exist.
    pub sunset: Option<(i32, u32, u32)>,
    /// A page that says what to use instead.
    pub link: &'static str,
}

/// Every deprecated operation. At least six months lie between `since` and `sunset`.
pub const DEPRECATED: &[Deprecation] = &[];

impl Deprecation {
    fn matches(&self, method: &Method, pattern: &str) -> bool {
        // HEAD is GET without a body.
        let asked = if method == Method::HEAD { &Method::GET } else { method };
        self.method == asked.as_str() && self.path == pattern
    }
}

fn midnight((year, month, day): (i32, u32, u32)) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default().and_time(NaiveTime::MIN).and_utc()
}

/// Adds `Deprecation`, `Link` and `Sunset` to the answer of a deprecated operation.
pub fn add_headers(table: &[Deprecation], method: &Method, pattern: &str, headers: &mut HeaderMap) {
    let Some(deprecation) = table.iter().find(|one| one.matches(method, pattern)) else { return };
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

/// Marks the deprecated operations in the document.
pub fn mark(table: &[Deprecation], document: &mut Value) {
    for one in table {
        let path = one.path.strip_prefix("/v1").unwrap_or(one.path);
        if let Some(operation) = document["paths"][path][one.method.to_lowercase()].as_object_mut() {
            operation.insert("deprecated".to_owned(), json!(true));
        }
    }
}
