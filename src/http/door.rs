//! A path with who answers it: whatever it does not answer is refused with what it does.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, ResponseError, web};

use super::error::Failure;
use super::incoming::{Cap, Incoming};
use super::operation::{Asked, Operation};

/// A path of the API with its methods.
pub struct Door {
    resource: Resource,
    methods: Vec<Method>,
}

/// The door at a path.
pub fn at(path: &str) -> Door {
    Door { resource: web::resource(path), methods: Vec::new() }
}

/// The doors of these operations, one for each path.
pub fn doors(operations: &'static [Operation]) -> Vec<Door> {
    let mut doors: Vec<(&str, Door)> = Vec::new();
    for operation in operations {
        let place = doors.iter().position(|(path, _)| *path == operation.path).unwrap_or_else(|| {
            doors.push((operation.path, at(&format!("/v1{}", operation.path))));
            doors.len() - 1
        });
        doors[place].1.open(operation);
    }
    doors.into_iter().map(|(_, door)| door).collect()
}

async fn answered(operation: &'static Operation, request: HttpRequest, incoming: Incoming) -> Result<HttpResponse, Failure> {
    operation.answer(Asked::new(request, operation, incoming.up_to(operation.cap))).await
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
    fn open(&mut self, operation: &'static Operation) {
        let is_get = operation.method == Method::GET;
        for method in std::iter::once(&operation.method).chain(is_get.then_some(&Method::HEAD)) {
            let answer = move |request: HttpRequest, incoming: Incoming| answered(operation, request, incoming);
            let route = web::method(method.clone()).to(answer);
            self.resource = std::mem::replace(&mut self.resource, web::resource("")).route(route);
            self.methods.push(method.clone());
        }
    }

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
