//! An operation of the API, declared once: where it is, what it is called, and who answers it. What it takes, what it
//! answers and who may ask are read off the types of its handler, so that the route and the document cannot differ.
//!
//! A handler is an async function of [`Argument`]s that gives an [`Answer`]. Its arguments are taken in the order in which
//! it names them, each only when those before it were: put who is calling first and the body last, and nothing is read of
//! whoever may not.

mod handler;
mod signature;

pub use handler::{Answer, Argument, Asked, Handler};
pub use signature::{Parameter, Place, Signature, Success, text};

use std::pin::Pin;
use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::http::Method;

use super::error::Failure;
use super::incoming::BODY_CAP;
use super::judge::Judge;
use crate::usecases::Error;

/// What an operation is about; the document groups them by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Contracts,
    Obligations,
    Catalogue,
    Tickets,
    Sandbox,
    Mail,
    Reports,
    Document,
}

impl Tag {
    pub const ALL: [Self; 8] =
        [Self::Contracts, Self::Obligations, Self::Catalogue, Self::Tickets, Self::Sandbox, Self::Mail, Self::Reports, Self::Document];

    /// Its name in the document, and what it stands for.
    pub fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Contracts => ("contracts", "Agreements and their calendars"),
            Self::Obligations => ("obligations", "What is due by a date"),
            Self::Catalogue => ("catalogue", "What a screen chooses from, and what everything is called"),
            Self::Tickets => ("tickets", "Tickets and what happens to them"),
            Self::Sandbox => ("sandbox", "A time of its own"),
            Self::Mail => ("mail", "Mail in and out"),
            Self::Reports => ("reports", "Figures"),
            Self::Document => ("document", "This document"),
        }
    }
}

type Run = Box<dyn Fn(Asked) -> Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>>>> + Send + Sync>;

/// An operation with its handler.
pub struct Operation {
    pub method: Method,
    /// Without the version before it, such as `/tickets/{ref}`.
    pub path: &'static str,
    /// Its `operationId`.
    pub id: &'static str,
    pub tag: Tag,
    pub summary: &'static str,
    pub description: &'static str,
    /// The most bytes of a body that are taken.
    pub cap: usize,
    pub signature: Signature,
    run: Run,
    judge: OnceLock<Result<Judge, String>>,
}

/// An operation that shows something; it answers HEAD too, without a body.
pub fn get<H: Handler<Args>, Args>(path: &'static str, handler: H) -> Operation {
    Operation::new(Method::GET, path, handler)
}

/// An operation that makes something.
pub fn post<H: Handler<Args>, Args>(path: &'static str, handler: H) -> Operation {
    Operation::new(Method::POST, path, handler)
}

/// An operation that changes something.
pub fn patch<H: Handler<Args>, Args>(path: &'static str, handler: H) -> Operation {
    Operation::new(Method::PATCH, path, handler)
}

impl Operation {
    fn new<H: Handler<Args>, Args>(method: Method, path: &'static str, handler: H) -> Self {
        let run: Run = Box::new(move |asked| Box::pin(handler.call(asked)));
        let (signature, cap) = (H::signature(), BODY_CAP);
        Self { method, path, id: "", tag: Tag::Document, summary: "", description: "", cap, signature, run, judge: OnceLock::new() }
    }

    /// Its `operationId`: a verb and a noun.
    pub fn id(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    pub fn tag(self, tag: Tag) -> Self {
        Self { tag, ..self }
    }

    /// What it does, in a line, and what whoever calls it must know.
    pub fn says(self, summary: &'static str, description: &'static str) -> Self {
        Self { summary, description, ..self }
    }

    /// The most bytes of a body that are taken, where that is not [`BODY_CAP`].
    pub fn up_to(self, cap: usize) -> Self {
        Self { cap, ..self }
    }

    /// A refusal that does not follow from its signature.
    pub fn refuses(mut self, status: u16) -> Self {
        self.signature.refuses.push(status);
        self
    }

    /// What its body is, where the schema does not tell.
    pub fn takes(mut self, words: &'static str) -> Self {
        self.signature.body_words = Some(words);
        self
    }

    /// What its body is held against.
    pub fn judge(&self) -> Result<&Judge, Error> {
        let name = self.signature.judged_by.as_deref().unwrap_or_default();
        let judge = self.judge.get_or_init(|| Judge::new(name, &self.signature.schemas));
        judge.as_ref().map_err(|error| Error::Internal(format!("{} has no schema to read a body by: {error}", self.id)))
    }

    pub async fn answer(&self, asked: Asked) -> Result<HttpResponse, Failure> {
        (self.run)(asked).await
    }
}
