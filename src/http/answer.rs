//! The forms an answer takes: JSON, something created, a page of a list, a file.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag, EntityTag, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::incoming::BYTES;
use super::operation::{Answer, Location, OtherAnswer, Parameter, Signature, Success, text};
use super::paging;

/// Characters in a `Range` or an `If-Range`.
const RANGE: usize = 500;
pub const JSON: &str = "application/json";

pub struct Json<T>(pub T);

/// 201 without a `Location`: for what has no address of its own.
pub struct Created<T>(pub T);

/// 201 with a `Location`.
pub struct CreatedAt<T> {
    pub location: String,
    pub shown: T,
}

/// An answer with an `ETag`.
pub struct Tagged<A> {
    pub tag: EntityTag,
    pub answer: A,
}

/// The answer to a conditional request: 304 when the caller has the present version.
pub enum Conditional<A> {
    NotModified(EntityTag),
    Full(A),
}

/// A page of a list, with a `Link` to the next one.
pub struct Paged<T>(pub T);

pub trait NextPage {
    fn next_cursor(&self) -> Option<&str>;
}

/// A document that is written while it is sent, so that its length is not known.
pub struct Streamed(pub HttpResponse);

/// A file; see [`super::download`].
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

impl<A: Answer> Answer for Conditional<A> {
    fn declare(signature: &mut Signature) {
        A::declare(signature);
        signature.other_answers.push(OtherAnswer {
            status: StatusCode::NOT_MODIFIED,
            description: "It is as it was read.",
            has_content: false,
            headers: vec!["ETag"],
        });
    }

    fn respond(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::NotModified(known) => HttpResponse::NotModified().insert_header(ETag(known)).finish(),
            Self::Full(answer) => answer.respond(request),
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

impl Answer for Streamed {
    fn declare(signature: &mut Signature) {
        signature.success = Success { status: StatusCode::OK, content: Some((BYTES, None)), headers: vec!["Content-Disposition"] };
    }

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        self.0
    }
}

impl Answer for Download {
    fn declare(signature: &mut Signature) {
        let headers = vec!["Content-Disposition", "Accept-Ranges", "ETag"];
        signature.success = Success { status: StatusCode::OK, content: Some((BYTES, None)), headers: headers.clone() };
        signature.other_answers.push(OtherAnswer {
            status: StatusCode::PARTIAL_CONTENT,
            description: "The bytes that `Range` asks for.",
            has_content: true,
            headers: [headers, vec!["Content-Range"]].concat(),
        });
        let header = |name, description: &str| Parameter {
            name,
            location: Location::Header,
            is_required: false,
            description: description.to_owned(),
            schema: text(None, RANGE),
            example: None,
        };
        signature.parameters.push(Parameter {
            example: Some("bytes=0-1023"),
            ..header("Range", "Which bytes, where not all are wanted; several ranges at once are answered with the whole file.")
        });
        signature.parameters.push(header("If-Range", "The `ETag` of the file that the range is of; another file is answered whole."));
    }

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        self.0
    }
}
