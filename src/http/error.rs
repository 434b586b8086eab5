//! Every refusal as problem+json (RFC 9457).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::problems;
use crate::usecases::{CallerLost, Code, Error, Problem};

// Limits on what a refusal repeats of the request, which could have any number of problems, of any length.
const PROBLEMS_CAP: usize = 1000;
const POINTER_CAP: usize = 500;
const DETAIL_CAP: usize = 4000;

/// What went wrong, for programs and people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// Names the kind of problem: `urn:uurwerk:problem:` and its code.
    #[serde(rename = "type")]
    #[schema(max_length = 200, example = "urn:uurwerk:problem:invalid_request")]
    kind: String,
    /// The status in words.
    #[schema(max_length = 100)]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: i32,
    /// What is wrong, in words.
    #[schema(max_length = 4000)]
    detail: String,
    /// A stable code; more may be added.
    #[schema(max_length = 100, example = "invalid_request")]
    code: String,
    /// Everything that is wrong with what was sent.
    #[schema(max_items = 1000)]
    errors: Vec<FieldProblem>,
    /// The resource that is in the way, where there is one that the caller may see.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, example = "/v1/tickets/INC-1001")]
    conflicts_with: Option<String>,
}

/// One thing that is wrong with what was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// A JSON pointer into the body, or the name of a query key or a header; empty for the body as a whole.
    #[schema(max_length = 500, example = "/requester/email")]
    pointer: String,
    /// A stable code; more may be added.
    #[schema(max_length = 100, example = "required")]
    code: String,
    /// What is wrong, in words.
    #[schema(max_length = 4000)]
    detail: String,
}

#[derive(Debug)]
pub struct Failure {
    code: Code,
    detail: String,
    problems: Vec<Problem>,
    retry_after: u64,
    conflicts_with: Option<String>,
    is_token_wrong: bool,
}

impl Failure {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            problems: Vec::new(),
            // Seconds: long enough for a busy database, short enough to try again after a restart.
            retry_after: 5,
            conflicts_with: None,
            is_token_wrong: false,
        }
    }

    pub fn invalid(problems: Vec<Problem>) -> Self {
        Error::Invalid(problems).into()
    }

    pub fn unless_none(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self::invalid(problems)) }
    }

    pub fn code(&self) -> Code {
        self.code
    }

    pub fn body(&self) -> ProblemBody {
        let field = |problem: &Problem| {
            let cut = |text: &str, length| text.chars().take(length).collect();
            FieldProblem {
                pointer: cut(&problem.pointer, POINTER_CAP),
                code: problem.code.as_str().to_owned(),
                detail: cut(&problem.detail, DETAIL_CAP),
            }
        };
        ProblemBody {
            kind: format!("urn:uurwerk:problem:{}", self.code.as_str()),
            title: self.status_code().canonical_reason().unwrap_or_default().to_owned(),
            status: i32::from(self.status_code().as_u16()),
            detail: self.detail.clone(),
            code: self.code.as_str().to_owned(),
            errors: self.problems.iter().take(PROBLEMS_CAP).map(field).collect(),
            conflicts_with: self.conflicts_with.clone(),
        }
    }

    pub fn too_many(seconds: u64) -> Self {
        let detail = format!("too many requests; try again in {seconds} s");
        Self { retry_after: seconds, ..Self::new(Code::TooManyRequests, detail) }
    }

    /// No token was sent.
    pub fn unauthorized() -> Self {
        Self::new(Code::Unauthorized, "a valid bearer token is needed")
    }

    /// Nobody is told which of the three was wrong.
    pub fn sign_in_refused() -> Self {
        Self::new(Code::SignInRefused, "name, password and one-time code do not belong together")
    }

    /// The token is unknown, expired or revoked; RFC 6750 has the client told so.
    pub fn wrong_token() -> Self {
        Self { is_token_wrong: true, ..Self::unauthorized() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(what) => Self::new(Code::NotFound, format!("there is no such {what}")),
            Error::Invalid(problems) => {
                let detail = match problems.len() {
                    1 => "the request has 1 problem".to_owned(),
                    several => format!("the request has {several} problems"),
                };
                Self { problems, ..Self::new(Code::InvalidRequest, detail) }
            }
            Error::Taken { code, detail, by } => {
                let conflicts_with = by.map(|number| format!("/v1/tickets/{number}"));
                Self { conflicts_with, ..Self::new(code, detail) }
            }
            Error::Conflict { code, detail } | Error::Forbidden { code, detail } | Error::TooLarge { code, detail } => {
                Self::new(code, detail)
            }
            Error::Interrupted => Self::new(Code::IncompleteBody, "the body is incomplete"),
            Error::Repeat => Self::new(Code::Busy, "too many changes at once; try again"),
            Error::CallerLost(CallerLost::Ended) => Self::wrong_token(),
            Error::CallerLost(CallerLost::Changed) => Self {
                retry_after: 1,
                ..Self::new(Code::AccessChanged, "what you may has changed since your last request, and nothing was done; send it again")
            },
            Error::Stopping => Self::new(Code::Unavailable, "the desk is stopping; try again"),
            Error::Unavailable(cause) => {
                // Not an error in the log for every request: `Health` logs once when it begins and once when it ends.
                tracing::debug!(cause, "a dependency is away");
                Self::new(Code::Unavailable, "what the desk depends on cannot be used now; try again")
            }
            Error::Damaged(which) => {
                tracing::error!(which, "a file in the store is not as it was stored");
                Self::new(Code::FileDamaged, "the file is not as it was stored, and is not sent; the desk's log says which it is")
            }
            Error::Internal(cause) => {
                tracing::error!(cause, "a request failed");
                Self::new(Code::Internal, "the desk made a fault; it is in the log")
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.detail)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        problems::status(self.code)
    }

    fn error_response(&self) -> HttpResponse {
        let body = self.body();
        let challenge = if self.is_token_wrong { "Bearer error=\"invalid_token\"" } else { "Bearer" };
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
        if let Some(other) = &self.conflicts_with {
            response.insert_header((header::LINK, format!("<{other}>; rel=\"related\"")));
        }
        match self.status_code() {
            StatusCode::UNAUTHORIZED => drop(response.insert_header((header::WWW_AUTHENTICATE, challenge))),
            StatusCode::UNSUPPORTED_MEDIA_TYPE if self.code == Code::UnsupportedContentEncoding => {
                response.insert_header((header::ACCEPT_ENCODING, "identity"));
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                response.insert_header((header::RETRY_AFTER, self.retry_after));
            }
            StatusCode::CONFLICT if self.code == Code::FileUnscanned => {
                response.insert_header((header::RETRY_AFTER, self.retry_after));
            }
            _ => {}
        }
        response.body(serde_json::to_string(&body).unwrap_or_default())
    }
}
