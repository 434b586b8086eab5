//! `/openapi.json`: the API document.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::ToSchema;

use crate::http::answer::JSON;
use crate::http::document::RenderedDocument;
use crate::http::error::Failure;
use crate::http::operation::{Answer, Operation, Signature, Success, Tag, get};

pub fn operations() -> Vec<Operation> {
    vec![
        get("/openapi.json", document)
            .id("getApiDocument")
            .tag(Tag::Document)
            .refuses(400)
            .refuses(406)
            .describe("Shows this document.", "OpenAPI 3.0.3, for everyone, from any origin."),
    ]
}

/// An OpenAPI document.
#[derive(ToSchema)]
#[schema(value_type = Object)]
#[expect(dead_code, reason = "it is answered as it was written; this is its place in itself")]
struct ApiDocument(serde_json::Value);

/// Any web page may read it, from any origin: viewers and generators on the web need that, and it has no secrets.
struct Public(Data<RenderedDocument>);

impl Answer for Public {
    fn declare(signature: &mut Signature) {
        let schema = signature.schema_of::<ApiDocument>();
        // In small letters: the lint rule of this header takes no others.
        let headers = vec!["access-control-allow-origin"];
        signature.success = Success { content: Some((JSON, Some(schema))), headers, ..Success::default() };
    }

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        response.insert_header(("Access-Control-Allow-Origin", "*")).content_type(JSON).body(self.0.text().to_owned())
    }
}

async fn document(written: Data<RenderedDocument>) -> Result<Public, Failure> {
    Ok(Public(written))
}
