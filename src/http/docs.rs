//! The API document as a page for people, at `/docs`: rendered here, without scripts.
//!
//! It loads one style sheet from this server and nothing from elsewhere, so it works on a closed network. Its content security policy
//! allows exactly that.

use std::sync::OnceLock;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, Value, context};

use super::document::RenderedDocument;
use super::error::Failure;
use super::operation::{Answer, Operation, Signature, get};

const TEMPLATE: &str = include_str!("docs/page.html");
const STYLE: &str = include_str!("docs/style.css");

const POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Rendered on first use.
#[derive(Default)]
pub struct Page(OnceLock<String>);

pub fn operations() -> Vec<Operation> {
    vec![get("/docs", page), get("/docs/style.css", style)]
}

/// HTML or CSS. Not in the API document, so it declares nothing.
struct Shown(HttpResponse);

impl Answer for Shown {
    fn declare(_signature: &mut Signature) {}

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        self.0
    }
}

async fn page(document: Data<RenderedDocument>, page: Data<Page>) -> Result<Shown, Failure> {
    let made = || rendered(document.text()).unwrap_or_else(|error| format!("the page cannot be made: {error:#}"));
    let page = page.0.get_or_init(made).clone();
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY)).content_type("text/html; charset=utf-8");
    Ok(Shown(response.body(page)))
}

async fn style() -> Result<Shown, Failure> {
    Ok(Shown(HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE)))
}

fn rendered(document: &str) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("words", words);
    environment.add_filter("breakable", breakable);
    environment.add_filter("last", |reference: &str| reference.rsplit('/').next().unwrap_or_default().to_owned());
    environment.add_template("page", TEMPLATE)?;
    let document: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
    environment.get_template("page")?.render(context! { api => Serde(&document) })
}

/// Escapes a description, and marks what is between backticks as code.
fn words(text: Option<&str>) -> Value {
    let escaped = text.unwrap_or_default().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parts = escaped.split('`').enumerate();
    let marked = parts.map(|(place, part)| if place % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() });
    Value::from_safe_string(marked.collect())
}

/// Escapes a path, and lets a narrow column break it before a slash only.
fn breakable(path: &str) -> Value {
    Value::from_safe_string(path.replace('&', "&amp;").replace('<', "&lt;").replace('/', "<wbr>/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::document;

    #[test]
    fn every_operation_and_every_shape_is_on_the_page_and_nothing_comes_from_elsewhere() {
        let text = document();
        let page = rendered(&text).expect("a page");
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for path in document["paths"].as_object().expect("paths").values() {
            for operation in path.as_object().expect("operations").values() {
                let id = operation["operationId"].as_str().expect("an id");
                assert!(page.contains(&format!("<section class=\"operation\" id=\"{id}\">")), "{id}");
            }
        }
        for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
            assert!(page.contains(&format!("<section class=\"shape\" id=\"shape-{name}\">")), "{name}");
        }
        for word in ["src=", "<script", "style=", "@import", "url("] {
            assert!(!page.contains(word) && !STYLE.contains(word), "{word}");
        }
    }

    #[test]
    fn words_are_escaped_before_code_is_marked() {
        assert_eq!(words(Some("a < `b` & `<c>`")).to_string(), "a &lt; <code>b</code> &amp; <code>&lt;c&gt;</code>");
    }

    #[test]
    fn what_has_no_description_is_on_the_page_all_the_same() {
        let mut document: serde_json::Value = serde_json::from_str(&document()).expect("JSON");
        let operation = document["paths"]["/tickets"]["get"].as_object_mut().expect("an operation");
        operation.remove("summary");
        operation.remove("description");
        let page = rendered(&document.to_string()).expect("a page");
        assert!(page.contains("<section class=\"operation\" id=\"listTickets\">"));
    }
}
