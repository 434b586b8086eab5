//! What operations answer: JSON that is shown or was made, a page of a list, a file.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag, EntityTag, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::incoming::BYTES;
use super::operation::{Answer, Signature, Success};
use super::paging;

pub const JSON: &str = "application/json";

/// What is there.
pub struct Json<T>(pub T);

/// What was made.
pub struct Created<T>(pub T);

/// What was made and has an address of its own.
pub struct CreatedAt<T> {
    pub location: String,
    pub shown: T,
}

/// An answer about a thing in one of its versions.
pub struct Tagged<A> {
    pub tag: EntityTag,
    pub answer: A,
}

/// An answer that need not be sent to whoever knows it.
pub enum Current<A> {
    Known(EntityTag),
    Shown(A),
}

/// A page of a list, with the address of the next one.
pub struct Paged<T>(pub T);

/// What a page asks for the next one with.
pub trait NextPage {
    fn next_cursor(&self) -> Option<&str>;
}

/// Bytes to be kept as a file.
pub struct Download(pub HttpResponse);

fn shows<T: ToSchema>(signature: &mut Signature, status: StatusCode, headers: Vec<&'static str>) {
    let schema = signature.schema_of::<T>();
    signature.success = Success { status, content: Some((JSON, Some(schema))), headers };
}

impl<T: Serialize + ToSchema> Answer for Json<T> {
    fn declare(signature: &mut Signature) {
        shows::<T>(signature, StatusCode::OK, Vec::new());
    }

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

impl<T: Serialize + ToSchema> Answer for Created<T> {
    fn declare(signature: &mut Signature) {
        shows::<T>(signature, StatusCode::CREATED, Vec::new());
    }

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        HttpResponse::Created().json(self.0)
    }
}

impl<T: Serialize + ToSchema> Answer for CreatedAt<T> {
    fn declare(signature: &mut Signature) {
        shows::<T>(signature, StatusCode::CREATED, vec!["Location"]);
    }

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        HttpResponse::Created().insert_header((header::LOCATION, self.location)).json(self.shown)
    }
}

impl<A: Answer> Answer for Tagged<A> {
    fn declare(signature: &mut Signature) {
        A::declare(signature);
        signature.success.headers.push("ETag");
    }

    fn respond(self, request: &HttpRequest) -> HttpResponse {
        let mut response = self.answer.respond(request);
        if let Ok(tag) = HeaderValue::from_str(&self.tag.to_string()) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

impl<A: Answer> Answer for Current<A> {
    fn declare(signature: &mut Signature) {
        A::declare(signature);
        signature.besides.push((304, "It is as it was read"));
    }

    fn respond(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Known(known) => HttpResponse::NotModified().insert_header(ETag(known)).finish(),
            Self::Shown(answer) => answer.respond(request),
        }
    }
}

impl<T: Serialize + ToSchema + NextPage> Answer for Paged<T> {
    fn declare(signature: &mut Signature) {
        shows::<T>(signature, StatusCode::OK, vec!["Link"]);
    }

    fn respond(self, request: &HttpRequest) -> HttpResponse {
        paging::answer(request, &self.0, self.0.next_cursor())
    }
}

impl Answer for Download {
    fn declare(signature: &mut Signature) {
        signature.success = Success { status: StatusCode::OK, content: Some((BYTES, None)), headers: vec!["Content-Disposition"] };
    }

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        self.0
    }
}
