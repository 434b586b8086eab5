//! `/v1/tickets/{ref}/attachments`: files in and out, streamed.

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::TryStreamExt;
use futures_util::future::Either;

use super::addressed;
use crate::app::App;
use crate::http::body::Query;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::incoming::Incoming;
use crate::http::shapes::{Attachment, AttachmentList};
use crate::store;
use crate::store::attachments::Attachment as Stored;
use crate::usecases::Error;
use crate::usecases::attachments::{self, NewAttachment};

type App_ = web::Data<App>;

/// What a browser may do with a file that was handed in: nothing.
pub(in crate::http) const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Adds a file to a ticket.
///
/// The body is the file itself; its name and media type stand in the query.
#[utoipa::path(post, path = "/tickets/{ref}/attachments", tag = "tickets", operation_id = "createTicketAttachment",
    request_body(content = inline(Vec<u8>), content_type = "application/octet-stream"),
    params(("ref" = String, Path, description = "The ticket's UUID or number"),
        ("name" = String, Query, min_length = 1, max_length = 1000, description = "The file's name; folders are left out of it"),
        ("mediaType" = Option<String>, Query, max_length = 127, description = "What it is, such as `application/pdf`"),
        ("visibility" = Option<String>, Query, description = "`public` (default), or `internal` for the desk alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = Attachment), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn create(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    let ticket = addressed(&path)?;
    let new = NewAttachment { size: incoming.announced(), ..described(&request)? };
    let cap = usize::try_from(app.settings.attachments.max_bytes).unwrap_or(usize::MAX);
    let bytes = if app.files.holds_much() {
        Either::Left(incoming.stream_when_whole(attachments::UNKNOWN, cap)?)
    } else {
        Either::Right(incoming.stream(attachments::UNKNOWN)?)
    };
    let key = |digest: &str| {
        let asked = format!("{} {}?{} {digest}", request.method(), request.path(), request.query_string());
        caller.stamp_for(&app, &request, asked.as_bytes()).idempotency
    };
    let kept = attachments::attach(&app, &caller.stamp(&app), ticket, &new, bytes, key).await?;
    let actors = caller.actors(&app, [&kept.author]).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v1/tickets/{}/attachments/{}", kept.ticket_id, kept.id)))
        .json(Attachment::new(kept, &actors)))
}

/// What the query says of a file.
fn described(request: &HttpRequest) -> Result<NewAttachment, Failure> {
    let mut query = Query::read(request, &["name", "mediaType", "visibility"]);
    let given = query.required("name");
    let name = attachments::safe_name(&given);
    if name.is_none() && query.text("name").is_some() {
        query.refuse("name", "bad_name", "is no name of a file");
    }
    let said = query.text("mediaType");
    let media_type = said.map_or_else(|| Some(attachments::UNKNOWN.to_owned()), attachments::media_type);
    if media_type.is_none() {
        query.refuse("mediaType", "bad_media_type", "is no media type such as application/pdf");
    }
    let public = match query.text("visibility") {
        None | Some("public") => true,
        Some("internal") => false,
        Some(_) => {
            query.refuse("visibility", "unknown_value", "must be public or internal");
            false
        }
    };
    query.checked()?;
    Ok(NewAttachment { name: name.unwrap_or_default(), media_type: media_type.unwrap_or_default(), public, size: None })
}

/// Shows which files a ticket has.
///
/// Internal ones are shown to the desk alone.
#[utoipa::path(get, path = "/tickets/{ref}/attachments", tag = "tickets", operation_id = "listTicketAttachments",
    params(("ref" = String, Path, description = "The ticket's UUID or number")),
    responses((status = 200, body = AttachmentList), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn list(app: App_, caller: Caller, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, addressed(&path)?).await.map_err(Error::from)?.ok_or(Error::NotFound("ticket"))?;
    let found = store::attachments::of_ticket(&view, ticket.id, caller.reader()).await.map_err(Error::from)?;
    let actors = caller.actors(&app, found.iter().map(|one| &one.author)).await?;
    Ok(HttpResponse::Ok().json(AttachmentList { items: found.into_iter().map(|one| Attachment::new(one, &actors)).collect() }))
}

/// Gives a file's bytes, or a range of them.
///
/// Always as a download, whatever the file is; `Range` asks for a part of it.
#[utoipa::path(get, path = "/tickets/{ref}/attachments/{id}", tag = "tickets", operation_id = "getTicketAttachment",
    params(("ref" = String, Path, description = "The ticket's UUID or number"), ("id" = uuid::Uuid, Path, description = "The attachment's id")),
    responses((status = 200, body = inline(Vec<u8>), content_type = "application/octet-stream"),
        (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn get(app: App_, caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (ticket, id) = path.into_inner();
    let id = id.parse().map_err(|_no_id| Error::NotFound("attachment"))?;
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, addressed(&ticket)?).await.map_err(Error::from)?.ok_or(Error::NotFound("ticket"))?;
    let found = store::attachments::find(&view, ticket.id, id, caller.reader()).await.map_err(Error::from)?;
    let found = found.ok_or(Error::NotFound("attachment"))?;
    let range = asked_range(&request, &found);
    let (first, length) = match range {
        Wanted::Whole => (0, found.size_bytes),
        Wanted::Part(first, last) => (first, last - first + 1),
        Wanted::Nothing => {
            let failure = Failure::new(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", "the file has no such bytes");
            let mut response = actix_web::ResponseError::error_response(&failure);
            insert(&mut response, header::CONTENT_RANGE, &format!("bytes */{}", found.size_bytes));
            return Ok(response);
        }
    };
    let is_part = matches!(range, Wanted::Part(..));
    let asked = is_part.then(|| first..first + length);
    let bytes = app.files.read(found.id, asked).await.map_err(|error| Error::Unavailable(error.to_string()))?;
    let mut response = HttpResponse::build(if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK });
    if is_part {
        response.insert_header((header::CONTENT_RANGE, format!("bytes {first}-{}/{}", first + length - 1, found.size_bytes)));
    }
    response
        .insert_header((header::CONTENT_TYPE, attachments::UNKNOWN))
        .insert_header(disposition(&found.name))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::ETAG, format!("\"{}\"", found.digest)));
    let bytes = bytes.inspect_err(move |error| tracing::error!(attachment = %found.id, %error, "a file could not be read to its end"));
    Ok(response.body(SizedStream::new(length, bytes)))
}

fn insert(response: &mut HttpResponse, name: header::HeaderName, value: &str) {
    if let Ok(value) = header::HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Which bytes of a file are wanted.
enum Wanted {
    Whole,
    /// From the first to the last, both included.
    Part(u64, u64),
    /// Some that it does not have.
    Nothing,
}

/// What a request wants of a file. Several ranges at once, and one of a file that changed, are answered with all of it.
fn asked_range(request: &HttpRequest, found: &Stored) -> Wanted {
    let header = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let changed = header(header::IF_RANGE).is_some_and(|tag| tag != format!("\"{}\"", found.digest));
    match header(header::RANGE).and_then(|range| range.parse().ok()) {
        Some(header::Range::Bytes(ranges)) if ranges.len() == 1 && !changed => {
            ranges[0].to_satisfiable_range(found.size_bytes).map_or(Wanted::Nothing, |(first, last)| Wanted::Part(first, last))
        }
        _ => Wanted::Whole,
    }
}

/// To be kept as a file, under its name (RFC 6266): plain for old programs, whole for others.
pub(in crate::http) fn disposition(name: &str) -> ContentDisposition {
    let plain = name.chars().map(|sign| if sign.is_ascii_graphic() && !matches!(sign, '"' | '\\') || sign == ' ' { sign } else { '_' });
    let whole =
        header::ExtendedValue { charset: header::Charset::Ext("UTF-8".to_owned()), language_tag: None, value: name.as_bytes().to_vec() };
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(plain.collect()), DispositionParam::FilenameExt(whole)],
    }
}
