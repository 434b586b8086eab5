//! `Idempotency-Key`: a request repeated under the same key does nothing twice.

use actix_web::HttpRequest;
use sha2::{Digest, Sha256};

use super::error::Failure;
use super::operation::{Argument, Location, Parameter, RequestContext, Signature, text};
use crate::domain::idempotency::Key;
use crate::domain::ticket::Actor;

const NAME: &str = "Idempotency-Key";
/// In characters.
const LONGEST: usize = 255;

/// `gate` has refused malformed keys before.
pub struct IdempotencyKey {
    key: Option<String>,
    /// Method and URI, which are part of the digest.
    request: String,
}

impl IdempotencyKey {
    /// What is stored: the caller, their key, and a digest of the request, so that a key used for another request is noticed.
    pub fn of(&self, actor: &Actor, body: &[u8]) -> Option<Key> {
        let digest = || hex::encode(Sha256::new_with_prefix(&self.request).chain_update("\n").chain_update(body).finalize());
        self.key.as_ref().map(|key| Key { caller: actor.as_text(), key: key.clone(), digest: digest() })
    }
}

impl Argument for IdempotencyKey {
    fn declare(signature: &mut Signature) {
        signature.parameters.push(Parameter {
            name: NAME,
            location: Location::Header,
            is_required: false,
            description: "A key of your own: the same request again under it, within 24 hours, makes nothing twice".to_owned(),
            schema: text(Some(1), LONGEST),
            example: None,
        });
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let request = &context.request;
        let key = key(request).ok().flatten().map(str::to_owned);
        Ok(Self { key, request: format!("{} {}", request.method(), request.uri()) })
    }
}

/// A malformed or repeated key.
#[derive(Debug)]
pub struct BadKey;

/// 1 to 255 visible ASCII characters, in one header.
pub fn key(request: &HttpRequest) -> Result<Option<&str>, BadKey> {
    let mut keys = request.headers().get_all(NAME);
    let Some(key) = keys.next() else { return Ok(None) };
    let is_key = (1..=LONGEST).contains(&key.len()) && key.as_bytes().iter().all(u8::is_ascii_graphic) && keys.next().is_none();
    key.to_str().ok().filter(|_| is_key).map(Some).ok_or(BadKey)
}
