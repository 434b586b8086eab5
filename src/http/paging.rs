//! Pages of lists: each begins after a row, and says where the next one begins.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use uuid::Uuid;

use super::query::Keys;
use crate::domain::Instant;
use crate::usecases::FieldCode;

/// A page of rows.
pub struct Page<T> {
    /// The rows it shows.
    pub items: Vec<T>,
    /// Asks for the next page; none on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The page of what was found, which is one row more than it shows when there is another page.
    pub fn of(mut found: Vec<T>, size: u64, place: impl Fn(&T) -> String) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = found.len() > size;
        found.truncate(size);
        let next_cursor = found.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(place(last)));
        Self { items: found, next_cursor }
    }
}

/// Where the page before ended, as `read` understands what [`Page::of`] wrote.
pub fn after<T>(keys: &mut Keys, words: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = keys.cursor(words)?;
    let place = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|place| read(&place));
    if place.is_none() {
        keys.refuse("cursor", FieldCode::BadCursor, "is no cursor of this list");
    }
    place
}

/// A place among rows in the order of an instant.
pub fn place(at: Instant, id: Uuid) -> String {
    format!("{}/{id}", at.unix())
}

/// The same, read.
pub fn read_place(text: &str) -> Option<(Instant, Uuid)> {
    let (at, id) = text.split_once('/')?;
    Some((Instant::from_unix(at.parse().ok()?)?, id.parse().ok()?))
}

/// Answers with a page and the link to the next one.
pub fn answer(request: &HttpRequest, page: &impl Serialize, next_cursor: Option<&str>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next_cursor {
        response.insert_header((header::LINK, next_link(request, cursor)));
    }
    response.json(page)
}

/// The same request from another place: its parameters as they were sent.
fn next_link(request: &HttpRequest, cursor: &str) -> String {
    let is_cursor =
        |pair: &str| web::Query::<Vec<(String, String)>>::from_query(pair).is_ok_and(|pairs| pairs.iter().any(|pair| pair.0 == "cursor"));
    let others = request.query_string().split('&').filter(|pair| !pair.is_empty() && !is_cursor(pair));
    let query: Vec<_> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    let uri = format!("{}?{}", request.path(), query.join("&"));
    let safe = |byte: u8| byte.is_ascii_graphic() && !b"<>\"".contains(&byte);
    let uri: String = uri.bytes().map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
    format!("<{uri}>; rel=\"next\"")
}
