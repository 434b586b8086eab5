//! Pages of lists. A cursor is the position of the last row of a page, and the next page begins after it. Unlike an offset, it neither
//! skips nor repeats rows when the list changes in between.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use uuid::Uuid;

use super::query::{FromQuery, Keys};
use crate::domain::Instant;
use crate::usecases::FieldCode;

/// What a list that is only paged through is asked.
pub struct Newest {
    pub size: u64,
    pub after: Option<(Instant, Uuid)>,
}

impl FromQuery for Newest {
    fn read(keys: &mut Keys) -> Self {
        let size = keys.page_size("How many a page shows; 20 unless said", 20);
        Self { size, after: after(keys, "The `nextCursor` of the page before", read_position) }
    }
}

pub struct Page<T> {
    pub items: Vec<T>,
    /// None on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// `found` was asked for `size + 1` rows: one more than the page shows means that there is another page.
    pub fn of(mut found: Vec<T>, size: u64, position: impl Fn(&T) -> String) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = found.len() > size;
        found.truncate(size);
        let next_cursor = found.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(position(last)));
        Self { items: found, next_cursor }
    }
}

/// Reads the cursor, as [`Page::of`] wrote it.
pub fn after<T>(keys: &mut Keys, description: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = keys.cursor(description)?;
    let position = URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|position| !position.contains('\0'))
        .and_then(|position| read(&position));
    if position.is_none() {
        keys.refuse("cursor", FieldCode::BadCursor, "is not a cursor of this list");
    }
    position
}

/// A position in a list that is sorted by an instant, then by id.
pub fn position(at: Instant, id: Uuid) -> String {
    format!("{}/{id}", at.unix())
}

/// The reverse of [`position`].
pub fn read_position(text: &str) -> Option<(Instant, Uuid)> {
    let (at, id) = text.split_once('/')?;
    Some((Instant::from_unix(at.parse().ok()?)?, id.parse().ok()?))
}

pub fn answer(request: &HttpRequest, page: &impl Serialize, next_cursor: Option<&str>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next_cursor {
        response.insert_header((header::LINK, next_link(request, cursor)));
    }
    response.json(page)
}

/// The address of the next page: the request's own, with another cursor. Its other parameters stay as they were sent, encoding included.
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
