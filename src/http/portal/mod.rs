//! Pages for people, at `/portal`: rendered here, without scripts, with one style sheet of the desk's own. A page decides nothing: it shows what a
//! use case says.

mod decision;
mod form;

use std::sync::LazyLock;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::{AutoEscape, Environment, Value};

use super::error::Failure;
use super::operation::{Answer, Operation, Signature, get};
use crate::usecases::Error;

const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub fn operations() -> Vec<Operation> {
    decision::operations().into_iter().chain([get("/portal/style.css", style)]).collect()
}

/// HTML or CSS. Not in the API document, so it declares nothing.
struct Page(HttpResponse);

impl Page {
    fn of(status: StatusCode, template: &str, values: Value) -> Result<Self, Error> {
        let broken = |error: minijinja::Error| Error::Internal(format!("a page cannot be made: {error:#}"));
        let templates = TEMPLATES.as_ref().map_err(|error| Error::Internal(format!("a page cannot be made: {error}")))?;
        let text = templates.get_template(template).and_then(|page| page.render(values)).map_err(broken)?;
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY)).insert_header(("x-robots-tag", "noindex"));
        Ok(Self(response.content_type("text/html; charset=utf-8").body(text)))
    }
}

impl Answer for Page {
    fn declare(_signature: &mut Signature) {}

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        self.0
    }
}

static TEMPLATES: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, text) in [("frame", include_str!("frame.html")), ("decision", include_str!("decision.html"))] {
        templates.add_template(name, text).map_err(|error| format!("{error:#}"))?;
    }
    Ok(templates)
});

async fn style() -> Result<Page, Failure> {
    Ok(Page(HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("style.css"))))
}
