//! Who is calling: a bearer token, and what it may see.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use subtle::ConstantTimeEq;

use super::body::{PARAMETER_CAP, Query};
use super::document;
use super::error::Failure;
use crate::app::App;
use crate::domain::ticket::Actor;
use crate::store::idempotency::Key;
use crate::store::{self, Scope};
use crate::time::TimeSource;
use crate::usecases::{Problem, Stamp, tokens};

/// Somebody whose token was good.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, as histories name them.
    pub actor: Actor,
    /// Whose rows they see.
    pub scope: Scope,
}

impl Caller {
    /// What they do now.
    pub fn stamp(&self, app: &App) -> Stamp {
        Stamp { actor: self.actor.clone(), scope: self.scope.clone(), recorded_at: app.time.now(), idempotency: None }
    }

    /// The same, with the `Idempotency-Key` of the request and a digest of what it asks.
    pub fn stamp_for(&self, app: &App, request: &HttpRequest, body: &[u8]) -> Stamp {
        let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
        let digest = |key: &str| Key {
            caller: self.actor.as_text(),
            key: key.to_owned(),
            digest: tokens::hash(&format!("{} {} {}", request.method(), request.path(), String::from_utf8_lossy(body))),
        };
        Stamp { idempotency: key.map(digest), ..self.stamp(app) }
    }

    /// Refuses whoever is not of the desk.
    pub fn desk_only(&self) -> Result<(), Failure> {
        if self.scope == Scope::All {
            return Ok(());
        }
        Err(Failure::new(actix_web::http::StatusCode::FORBIDDEN, "desk_only", "only the desk may do this"))
    }
}

impl FromRequest for Caller {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = request.app_data::<web::Data<App>>().ok_or_else(Failure::unauthorized)?;
            let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(Failure::unauthorized)?;
            let caller = identify(app, token.trim()).await?;
            if !document::takes_a_query(request.method(), request.match_pattern().as_deref()) {
                Query::read(&request, &[]).checked()?;
            }
            key_is_good(&request)?;
            Ok(caller)
        })
    }
}

/// A key that cannot be kept is refused: the caller counts on it.
fn key_is_good(request: &HttpRequest) -> Result<(), Failure> {
    let Some(key) = request.headers().get("idempotency-key") else { return Ok(()) };
    let problem = match key.to_str() {
        Ok(key) if key.is_empty() || key.len() > PARAMETER_CAP => ("out_of_range", "must have from 1 to 2000 characters"),
        Ok(_) => return Ok(()),
        Err(_not_ascii) => ("bad_format", "must be printable ASCII"),
    };
    Err(Failure::invalid(vec![Problem { pointer: "Idempotency-Key".to_owned(), code: problem.0, detail: problem.1.to_owned() }]))
}

async fn identify(app: &App, token: &str) -> Result<Caller, Failure> {
    if let Some(admin) = &app.settings.admin.token
        && bool::from(admin.reveal().as_bytes().ct_eq(token.as_bytes()))
    {
        return Ok(Caller { actor: Actor::Desk("admin".to_owned()), scope: Scope::All });
    }
    let known =
        store::tokens::find(&app.all(), &tokens::hash(token)).await.map_err(|error| Failure::from(crate::usecases::Error::from(error)))?;
    let now = TimeSource::machine().now();
    let known = known.filter(|known| known.revoked_at.is_none() && known.expires_at.is_none_or(|end| now < end));
    let known = known.ok_or_else(Failure::unauthorized)?;
    Ok(match known.organisation {
        Some(organisation) => Caller { actor: Actor::Client(known.id.to_string()), scope: Scope::Organisations(vec![organisation]) },
        None => Caller { actor: Actor::Desk(known.id.to_string()), scope: Scope::All },
    })
}
