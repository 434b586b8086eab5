//! An operation of the API, declared once: its path, its name, and its handler. What it takes, what it answers and who may call it
//! follow from the types of the handler, so that the route and the document cannot differ.
//!
//! A handler is an async function from [`Argument`]s to an [`Answer`]. Its arguments are taken in the order it declares them, and the
//! first that fails ends the request. Put the caller first and the body last: then no body is read from somebody who may not send one.

mod handler;
mod signature;

pub use handler::{Answer, Argument, Handler, RequestContext};
pub use signature::{Location, OtherAnswer, Parameter, Signature, Success, text};

use std::pin::Pin;
use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::http::Method;

use super::error::Failure;
use super::incoming::BODY_CAP;
use super::validation::Validator;
use crate::usecases::Error;

/// The document groups operations by their tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Contracts,
    Obligations,
    SecuritySignals,
    Catalogue,
    Tickets,
    Sandbox,
    Mail,
    Reports,
    Audit,
    Access,
    Roles,
    Privacy,
    Document,
}

impl Tag {
    pub const ALL: [Self; 13] = [
        Self::Contracts,
        Self::Obligations,
        Self::SecuritySignals,
        Self::Catalogue,
        Self::Tickets,
        Self::Sandbox,
        Self::Mail,
        Self::Reports,
        Self::Audit,
        Self::Access,
        Self::Roles,
        Self::Privacy,
        Self::Document,
    ];

    /// Its name in the document, and its description.
    pub fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Contracts => ("contracts", "Agreements and their calendars"),
            Self::Obligations => ("obligations", "What is due by a date"),
            Self::SecuritySignals => ("security-signals", "What touches security, and is no incident"),
            Self::Catalogue => ("catalogue", "What a screen chooses from, and what everything is called"),
            Self::Tickets => ("tickets", "Tickets and what happens to them"),
            Self::Sandbox => ("sandbox", "A time of its own"),
            Self::Mail => ("mail", "Mail in and out"),
            Self::Reports => ("reports", "Figures"),
            Self::Audit => ("audit", "Who did what"),
            Self::Access => ("access", "Who may come in"),
            Self::Roles => ("roles", "Who holds which role"),
            Self::Privacy => ("privacy", "What is kept of people, and for how long"),
            Self::Document => ("document", "This document"),
        }
    }
}

type Run = Box<dyn Fn(RequestContext) -> Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>>>> + Send + Sync>;

pub struct Operation {
    pub method: Method,
    /// Without the version before it, such as `/tickets/{ref}`.
    pub path: &'static str,
    /// Its `operationId`.
    pub id: &'static str,
    pub tag: Tag,
    pub summary: &'static str,
    pub description: &'static str,
    /// The largest body accepted, in bytes.
    pub cap: usize,
    /// Whether a query that it knows nothing of is passed over.
    pub takes_any_query: bool,
    /// Whether it can change something, so that the audit trail tells who tried.
    pub changes: bool,
    pub signature: Signature,
    run: Run,
    validator: OnceLock<Result<Validator, String>>,
}

/// Also answers HEAD.
pub fn get<H: Handler<Args>, Args>(path: &'static str, handler: H) -> Operation {
    Operation::new(Method::GET, path, handler)
}

pub fn post<H: Handler<Args>, Args>(path: &'static str, handler: H) -> Operation {
    Operation::new(Method::POST, path, handler)
}

pub fn patch<H: Handler<Args>, Args>(path: &'static str, handler: H) -> Operation {
    Operation::new(Method::PATCH, path, handler)
}

impl Operation {
    fn new<H: Handler<Args>, Args>(method: Method, path: &'static str, handler: H) -> Self {
        let run: Run = Box::new(move |context| Box::pin(handler.call(context)));
        let (signature, cap) = (H::signature(), BODY_CAP);
        let changes = method != Method::GET;
        Self {
            method,
            path,
            id: "",
            tag: Tag::Document,
            summary: "",
            description: "",
            cap,
            takes_any_query: false,
            changes,
            signature,
            run,
            validator: OnceLock::new(),
        }
    }

    /// The `operationId`: a verb and a noun. Generated clients name their functions after it, so it never changes.
    pub fn id(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    pub fn tag(self, tag: Tag) -> Self {
        Self { tag, ..self }
    }

    /// What it does, in a line, and what a caller must know.
    pub fn describe(self, summary: &'static str, description: &'static str) -> Self {
        Self { summary, description, ..self }
    }

    /// The largest body accepted, in bytes, instead of [`BODY_CAP`].
    pub fn up_to(self, cap: usize) -> Self {
        Self { cap, ..self }
    }

    /// For a page that people come to by links, to which others add.
    pub fn with_any_query(self) -> Self {
        Self { takes_any_query: true, ..self }
    }

    /// For one that only computes, though it takes a body.
    pub fn changes_nothing(self) -> Self {
        Self { changes: false, ..self }
    }

    /// Declares a refusal that does not follow from the signature.
    pub fn refuses(mut self, status: u16) -> Self {
        self.signature.refuses.push(status);
        self
    }

    /// Describes the body, where it has no schema to do so.
    pub fn body(mut self, description: &'static str) -> Self {
        self.signature.body_description = Some(description);
        self
    }

    /// Checks its body. Compiled on first use, and kept.
    pub fn validator(&self) -> Result<&Validator, Error> {
        let name = self.signature.validated_by.as_deref().unwrap_or_default();
        let validator = self.validator.get_or_init(|| Validator::new(name, &self.signature.schemas));
        validator.as_ref().map_err(|error| Error::Internal(format!("{} has no schema to read a body by: {error}", self.id)))
    }

    pub async fn answer(&self, context: RequestContext) -> Result<HttpResponse, Failure> {
        (self.run)(context).await
    }
}
