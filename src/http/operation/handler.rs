//! What handlers are made of: arguments taken from a request, and an answer.
//!
//! This is our own version of actix's extractors and responders: those cannot describe themselves in the API document.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::{Operation, Signature};
use crate::app::App;
use crate::auth::Caller;
use crate::http::error::Failure;
use crate::http::incoming::{BYTES, Incoming};
use crate::usecases::Error;

/// What arguments are taken from.
pub struct RequestContext {
    pub request: HttpRequest,
    pub operation: &'static Operation,
    /// Who is calling, once that is known.
    pub caller: Option<Caller>,
    incoming: Option<Incoming>,
}

impl RequestContext {
    pub fn new(request: HttpRequest, operation: &'static Operation, incoming: Incoming) -> Self {
        Self { request, operation, caller: None, incoming: Some(incoming) }
    }

    /// Refuses a caller who may no longer come in, and whom nothing that was done for the request has checked.
    async fn check_caller(&self) -> Result<(), Failure> {
        let app = self.request.app_data::<Data<App>>();
        match self.caller.as_ref().zip(app) {
            Some((caller, app)) => Ok(caller.check(app).await?),
            None => Ok(()),
        }
    }

    /// The unread body. It can be taken once.
    pub fn incoming(&mut self) -> Option<Incoming> {
        self.incoming.take()
    }
}

/// Something a handler takes from a request.
pub trait Argument: Sized {
    /// Adds to the signature what a caller must send for it.
    fn declare(signature: &mut Signature);

    async fn take(context: &mut RequestContext) -> Result<Self, Failure>;
}

pub trait Answer {
    /// Adds to the signature what a caller gets.
    fn declare(signature: &mut Signature);

    fn respond(self, request: &HttpRequest) -> HttpResponse;
}

// State that the server was started with: no part of the API, so nothing is declared.
impl<T: ?Sized + 'static> Argument for Data<T> {
    fn declare(_signature: &mut Signature) {}

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        context
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

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        context.incoming().ok_or_else(|| Error::Internal("a body was read twice".to_owned()).into())
    }
}

// For the few headers that no other argument covers; nothing is declared.
impl Argument for HttpRequest {
    fn declare(_signature: &mut Signature) {}

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        Ok(context.request.clone())
    }
}

pub trait Handler<Args>: Copy + Send + Sync + 'static {
    fn signature() -> Signature;

    fn call(self, context: RequestContext) -> impl Future<Output = Result<HttpResponse, Failure>> + 'static;
}

// One implementation for each number of arguments; `F` and `R` are taken, so the letters skip them.
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
            async fn call(self, mut context: RequestContext) -> Result<HttpResponse, Failure> {
                let answered = async {
                    $(let $argument = $argument::take(&mut context).await?;)*
                    self($($argument),*).await
                }
                .await;
                context.check_caller().await?;
                Ok(answered?.respond(&context.request))
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
