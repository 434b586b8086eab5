//! What a handler is made of: arguments taken from a request, and an answer.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::{Operation, Signature};
use crate::http::error::Failure;
use crate::http::incoming::{BYTES, Incoming};
use crate::usecases::Error;

/// A request on its way through the arguments of its handler.
pub struct Asked {
    pub request: HttpRequest,
    pub operation: &'static Operation,
    incoming: Option<Incoming>,
}

impl Asked {
    pub fn new(request: HttpRequest, operation: &'static Operation, incoming: Incoming) -> Self {
        Self { request, operation, incoming: Some(incoming) }
    }

    /// The body, of which nothing was read yet; whoever comes second finds none.
    pub fn incoming(&mut self) -> Option<Incoming> {
        self.incoming.take()
    }
}

/// Something a handler wants of a request.
pub trait Argument: Sized {
    /// Says in the document what taking it asks of whoever calls.
    fn declare(signature: &mut Signature);

    async fn take(asked: &mut Asked) -> Result<Self, Failure>;
}

/// Something a handler gives back.
pub trait Answer {
    /// Says in the document what it looks like.
    fn declare(signature: &mut Signature);

    fn respond(self, request: &HttpRequest) -> HttpResponse;
}

/// What the server was started with.
impl<T: ?Sized + 'static> Argument for Data<T> {
    fn declare(_signature: &mut Signature) {}

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        asked
            .request
            .app_data::<Self>()
            .cloned()
            .ok_or_else(|| Error::Internal(format!("the server was started without {}", std::any::type_name::<T>())).into())
    }
}

impl Argument for Incoming {
    fn declare(signature: &mut Signature) {
        signature.body = Some((BYTES, None));
    }

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        asked.incoming().ok_or_else(|| Error::Internal("a body was read twice".to_owned()).into())
    }
}

/// Headers and address, for what no argument says better.
impl Argument for HttpRequest {
    fn declare(_signature: &mut Signature) {}

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        Ok(asked.request.clone())
    }
}

/// A function that answers an operation.
pub trait Handler<Args>: Copy + Send + Sync + 'static {
    fn signature() -> Signature;

    fn call(self, asked: Asked) -> impl Future<Output = Result<HttpResponse, Failure>> + 'static;
}

macro_rules! handlers {
    ($($argument:ident)*) => {
        impl<F, R, Answered, $($argument),*> Handler<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Answered + Copy + Send + Sync + 'static,
            Answered: Future<Output = Result<R, Failure>> + 'static,
            R: Answer + 'static,
            $($argument: Argument + 'static),*
        {
            fn signature() -> Signature {
                let mut signature = Signature::default();
                $($argument::declare(&mut signature);)*
                R::declare(&mut signature);
                signature
            }

            #[allow(non_snake_case, unused_mut, clippy::allow_attributes, reason = "an argument is called by its type, and there may be none")]
            async fn call(self, mut asked: Asked) -> Result<HttpResponse, Failure> {
                $(let $argument = $argument::take(&mut asked).await?;)*
                Ok(self($($argument),*).await?.respond(&asked.request))
            }
        }
    };
}

handlers!();
handlers!(A);
handlers!(A B);
handlers!(A B C);
handlers!(A B C D);
handlers!(A B C D E);
handlers!(A B C D E G);
handlers!(A B C D E G H);
handlers!(A B C D E G H I);
