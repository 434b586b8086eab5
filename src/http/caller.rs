//! The caller, known by a bearer token, and whether they may.

use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::HttpMessage as _;
use actix_web::http::header;
use actix_web::web::Data;

use super::audited::{Arrival, Known, LetIn};
use super::body::Body;
use super::error::Failure;
use super::idempotency::IdempotencyKey;
use super::limits::Limits;
use super::operation::{Argument, RequestContext, Signature};
use super::peer;
use crate::app::App;
use crate::auth;
pub use crate::auth::Caller;
use crate::domain::audit::Via;
use crate::domain::permission::Requires;
use crate::usecases::{CallerLost, Error, Stamp};

impl Whoever {
    /// For an action without an idempotency key.
    pub fn stamp(&self, app: &App) -> Stamp {
        let (who, scope, via) = (self.caller.who.clone(), self.caller.scope.clone(), self.via.clone());
        Stamp { who, scope, recorded_at: app.time.now(), idempotency: None, unreadable: Vec::new(), via }
    }

    /// For an action that must not happen twice under one key.
    pub fn stamp_once(&self, app: &App, key: &IdempotencyKey, body: &[u8]) -> Stamp {
        Stamp { idempotency: key.of(&self.who.actor, body), ..self.stamp(app) }
    }

    /// The same for an action that a body asks for.
    pub fn stamp_of<T>(&self, app: &App, key: &IdempotencyKey, body: &Body<T>) -> Stamp {
        Stamp { unreadable: body.problems.clone(), ..self.stamp_once(app, key, &body.sent) }
    }
}

impl Caller {
    /// The caller of a request, whatever they may.
    pub async fn of(context: &RequestContext) -> Result<Self, Failure> {
        let request = &context.request;
        let app = request.app_data::<Data<App>>().ok_or_else(Failure::unauthorized)?;
        let mut sent = request.headers().get_all(header::AUTHORIZATION);
        let header = sent.next().and_then(|value| value.to_str().ok());
        // Of several, a proxy or a log in front may look at another than the desk does.
        if sent.next().is_some() {
            return Err(Failure::unauthorized());
        }
        let (scheme, token) = header.and_then(|value| value.split_once(' ')).ok_or_else(Failure::unauthorized)?;
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(Failure::unauthorized());
        }
        let limits = request.app_data::<Data<Limits>>().ok_or_else(Failure::unauthorized)?;
        let address = peer::address(request, &app.settings.http.proxies);
        // Only a token that is known to be wrong counts against an address, so that nobody can lock out the good ones behind the same proxy.
        let known = auth::identify(app, token.trim()).await?;
        let arrived = known.ok_or_else(|| limits.wrong_token(Failure::wrong_token(), address))?;
        request.extensions_mut().insert(Known(arrived.actor().clone()));
        limits.admit(token.trim(), address)?;
        let caller = arrived.let_in()?;
        request.extensions_mut().insert(LetIn(caller.clone()));
        Ok(caller)
    }

    /// The caller, identified again if what they may changed since: before anything is done, or they would be told to send it once more. One who is refused opens no scope, which would tell: a role that was just
    /// granted to them would be nothing to a process that knew them before.
    async fn up_to_date(self, context: &RequestContext) -> Result<Self, Failure> {
        let app = context.request.app_data::<Data<App>>().ok_or_else(Failure::unauthorized)?;
        match self.check(app).await {
            Err(Error::CallerLost(CallerLost::Changed)) => Self::of(context).await,
            checked => Ok(checked.map(|()| self)?),
        }
    }
}

/// A caller, whatever they may: for what concerns their own token and nothing else.
pub struct Whoever {
    caller: Caller,
    via: Via,
}

impl Whoever {
    fn arrived(caller: Caller, context: &mut RequestContext) -> Self {
        context.caller = Some(caller.clone());
        Self { caller, via: Arrival::of(&context.request).via(context.operation.id) }
    }
}

impl Deref for Whoever {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Argument for Whoever {
    fn declare(signature: &mut Signature) {
        signature.is_authenticated = true;
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        Ok(Self::arrived(Caller::of(context).await?, context))
    }
}

/// A caller who may do this: how a handler gets to know its caller, so that every operation says what it requires, in its signature and so
/// in the document.
pub struct May<V> {
    whoever: Whoever,
    verb: PhantomData<V>,
}

impl<V> Deref for May<V> {
    type Target = Whoever;

    fn deref(&self) -> &Whoever {
        &self.whoever
    }
}

impl<V: Requires> Argument for May<V> {
    fn declare(signature: &mut Signature) {
        Whoever::declare(signature);
        signature.requires = Some(V::VERB);
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let mut caller = Caller::of(context).await?.for_verb(V::VERB);
        if caller.scope.is_behind() || caller.who.may(V::VERB).is_err() {
            caller = caller.up_to_date(context).await?.for_verb(V::VERB);
        }
        let whoever = Whoever::arrived(caller, context);
        whoever.who.may(V::VERB).map_err(Error::from)?;
        Ok(Self { whoever, verb: PhantomData })
    }
}
