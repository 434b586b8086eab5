//! `Idempotency-Key`: the same request again under it makes nothing twice.

use actix_web::HttpRequest;
use sha2::{Digest, Sha256};

use super::error::Failure;
use super::operation::{Argument, Asked, Parameter, Place, Signature, text};
use crate::domain::idempotency::Key;
use crate::domain::ticket::Actor;

const NAME: &str = "Idempotency-Key";
/// The longest key, in characters.
const LONGEST: usize = 255;

/// The key of a request, where it has one. A key that cannot be read never comes here: `gate` refuses it.
pub struct IdempotencyKey {
    key: Option<String>,
    /// Its method and address.
    request: String,
}

impl IdempotencyKey {
    /// What is remembered of the request: whose key it is, with a digest of all that was asked.
    pub fn of(&self, actor: &Actor, body: &[u8]) -> Option<Key> {
        let digest = || hex::encode(Sha256::new_with_prefix(&self.request).chain_update("\n").chain_update(body).finalize());
        self.key.as_ref().map(|key| Key { caller: actor.as_text(), key: key.clone(), digest: digest() })
    }
}

impl Argument for IdempotencyKey {
    fn declare(signature: &mut Signature) {
        signature.parameters.push(Parameter {
            name: NAME,
            place: Place::Header,
            is_required: false,
            words: "A key of your own: the same request again under it, within 24 hours, makes nothing twice".to_owned(),
            schema: text(Some(1), LONGEST),
            example: None,
        });
    }

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        let request = &asked.request;
        let key = key(request).ok().flatten().map(str::to_owned);
        Ok(Self { key, request: format!("{} {}", request.method(), request.uri()) })
    }
}

/// A key that is none.
#[derive(Debug)]
pub struct BadKey;

/// The key of a request: 1 to 255 visible ASCII characters, once.
pub fn key(request: &HttpRequest) -> Result<Option<&str>, BadKey> {
    let mut keys = request.headers().get_all(NAME);
    let Some(key) = keys.next() else { return Ok(None) };
    let is_key = (1..=LONGEST).contains(&key.len()) && key.as_bytes().iter().all(u8::is_ascii_graphic) && keys.next().is_none();
    key.to_str().ok().filter(|_| is_key).map(Some).ok_or(BadKey)
}
