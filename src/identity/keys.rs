//! The keys of an issuer, read from where its configuration says and kept until a token names one that is not among them.

use std::sync::{PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant as Stopwatch};

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use super::Refused;

/// Keys are read again after this long, so that a key that was withdrawn does not count for ever.
const KEPT: Duration = Duration::from_hours(1);
/// At most one reading in this time, however many tokens name keys that nobody knows.
const PAUSE: Duration = Duration::from_secs(30);
const ANSWER_CAP: usize = 512 * 1024;
/// What is read of a key. The rest, such as a certificate in an odd form, cannot spoil it.
const MEMBERS: [&str; 9] = ["kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"];

#[derive(Debug)]
pub struct Keys {
    issuer: String,
    client: reqwest::Client,
    known: RwLock<Known>,
    /// The last reading; held during one, so that tokens that come in meanwhile wait for the same answer.
    last: Mutex<Option<Reading>>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Vec<Jwk>,
    read_at: Option<Stopwatch>,
}

#[derive(Debug)]
struct Reading {
    began: Stopwatch,
    failure: Option<String>,
}

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

/// Keys that are not understood are left out one by one (RFC 7517, section 5).
#[derive(Deserialize)]
struct Published {
    keys: Vec<Value>,
}

impl Keys {
    pub fn new(issuer: String, client: reqwest::Client) -> Self {
        Self { issuer, client, known: RwLock::default(), last: Mutex::default() }
    }

    /// The key of that id. Until a reading succeeds after one that failed, a key that is not known is neither the issuer's nor another's.
    pub async fn named(&self, id: &str) -> Result<Jwk, Refused> {
        if let Some(key) = self.fresh(id) {
            return Ok(key);
        }
        let mut last = self.last.lock().await;
        if let Some(key) = self.fresh(id) {
            return Ok(key);
        }
        if last.as_ref().is_none_or(|reading| reading.began.elapsed() > PAUSE) {
            let began = Stopwatch::now();
            let failure = match self.read().await {
                Ok(keys) => {
                    *self.write() = Known { keys, read_at: Some(Stopwatch::now()) };
                    None
                }
                Err(error) => {
                    tracing::warn!(issuer = self.issuer, error, "the keys of an identity provider cannot be read");
                    Some(error)
                }
            };
            *last = Some(Reading { began, failure });
        }
        // What was read long ago still counts while nothing newer can be had: a provider that is away for a while shuts nobody out.
        if let Some(key) = self.known.read().unwrap_or_else(PoisonError::into_inner).find(id) {
            return Ok(key);
        }
        let failure = last.as_ref().and_then(|reading| reading.failure.clone());
        Err(failure.map_or(Refused::UnknownKey, Refused::Unreachable))
    }

    fn fresh(&self, id: &str) -> Option<Jwk> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.read_at.filter(|at| at.elapsed() < KEPT)?;
        known.find(id)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self) -> Result<Vec<Jwk>, String> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let configuration: Configuration = self.get(&address).await?;
        if configuration.issuer != self.issuer {
            return Err(format!("{address} is the configuration of another issuer"));
        }
        let published: Published = self.get(&configuration.jwks_uri).await?;
        let count = published.keys.len();
        let keys: Vec<_> = published.keys.into_iter().filter_map(usable).collect();
        if keys.is_empty() {
            return Err(format!("{}: of its {count} keys none can be used", configuration.jwks_uri));
        }
        tracing::debug!(
            issuer = self.issuer,
            usable = keys.len(),
            ignored = count - keys.len(),
            "the keys of an identity provider were read"
        );
        Ok(keys)
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, String> {
        let wrong = |error: reqwest::Error| format!("{address}: {}", error.without_url());
        let mut answer = self.client.get(address).send().await.and_then(reqwest::Response::error_for_status).map_err(wrong)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(wrong)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_CAP {
                return Err(format!("{address}: the answer is too long"));
            }
        }
        serde_json::from_slice(&bytes).map_err(|error| format!("{address}: {error}"))
    }
}

impl Known {
    fn find(&self, id: &str) -> Option<Jwk> {
        self.keys.iter().find(|key| key.common.key_id.as_deref() == Some(id)).cloned()
    }
}

/// A key with a name, for signatures that are taken here; one that is for something else, or of another kind, is no key here.
fn usable(published: Value) -> Option<Jwk> {
    let Value::Object(mut members) = published else { return None };
    members.retain(|name, _| MEMBERS.contains(&name.as_str()));
    let key: Jwk = serde_json::from_value(Value::Object(members)).ok()?;
    let is_of_kind = matches!(key.algorithm, AlgorithmParameters::RSA(_) | AlgorithmParameters::EllipticCurve(_));
    let signs = key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    (is_of_kind && signs && key.common.key_id.is_some()).then_some(key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_that_are_not_understood_are_left_out_one_by_one() {
        let good = json!({ "kty": "RSA", "kid": "good", "n": "AQAB", "e": "AQAB", "use": "sig", "alg": "RS256" });
        let but = |key: &str, value: Value| {
            let mut other = good.clone();
            other[key] = value;
            other
        };
        for published in [
            json!({ "kty": "AKP", "kid": "x", "alg": "ML-DSA-65", "pub": "AQAB" }),
            json!({ "kty": "EC", "kid": "x", "crv": "secp256k1", "x": "AQAB", "y": "AQAB" }),
            json!({ "kty": "OKP", "kid": "x", "crv": "Ed448", "x": "AQAB" }),
            json!({ "kty": "OKP", "kid": "x", "crv": "X25519", "x": "AQAB" }),
            json!({ "kty": "oct", "kid": "x", "k": "AQAB" }),
            json!({ "kty": "RSA", "kid": "x", "e": "AQAB" }),
            json!("a key"),
            Value::Null,
            but("kid", json!(7)),
            but("kid", Value::Null),
            but("use", json!("enc")),
            but("n", json!(["AQAB"])),
        ] {
            assert!(usable(published.clone()).is_none(), "{published}");
        }
        for published in [
            good.clone(),
            but("use", Value::Null),
            but("alg", json!("RS256-of-tomorrow")),
            but("x5c", json!("a certificate in an odd form")),
            but("key_ops", json!("verify")),
            but("note", json!({ "of": "the provider" })),
        ] {
            assert!(usable(published.clone()).is_some(), "{published}");
        }
    }
}
