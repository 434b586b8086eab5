//! A path with who answers it: whatever it does not answer is refused with what it does.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, ResponseError, web};

use super::error::Failure;
use super::incoming::Cap;

/// A path of the API with its methods.
pub struct Door {
    resource: Resource,
    methods: Vec<Method>,
}

/// The door at a path.
pub fn at(path: &str) -> Door {
    Door { resource: web::resource(path), methods: Vec::new() }
}

macro_rules! answered_by {
    ($($name:ident $method:ident),+) => { $(
        /// Who answers this method.
        pub fn $name<F, Args>(mut self, handler: F) -> Self
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.resource = self.resource.$name(handler);
            self.methods.push(Method::$method);
            self
        }
    )+ };
}

impl Door {
    /// The largest body it takes, in bytes, where that is another than for the rest.
    pub fn up_to(mut self, bytes: usize) -> Self {
        self.resource = self.resource.app_data(Cap(bytes));
        self
    }

    /// Who answers GET, and HEAD as GET without a body.
    pub fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.get(handler.clone()).head(handler);
        self.methods.extend([Method::GET, Method::HEAD]);
        self
    }

    answered_by!(post POST, patch PATCH);
}

impl HttpServiceFactory for Door {
    fn register(self, config: &mut AppService) {
        let allowed = self.methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let other = move |request: HttpRequest| {
            let answer = not_that_way(&request, &allowed);
            async move { answer }
        };
        self.resource.default_service(web::route().to(other)).register(config);
    }
}

fn not_that_way(request: &HttpRequest, allowed: &str) -> HttpResponse {
    let detail = format!("{} is not for this resource", request.method());
    let mut response = Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).error_response();
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
