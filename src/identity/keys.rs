//! The keys of an issuer, read from where its configuration says and kept until a token names one that is not among them.

use std::sync::{PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant as Stopwatch};

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::Refused;

/// Keys are read again after this long, so that a key that was withdrawn does not count for ever.
const KEPT: Duration = Duration::from_hours(1);
/// At most one reading in this time, however many tokens name keys that nobody knows.
const PAUSE: Duration = Duration::from_secs(30);
const ANSWER_CAP: usize = 512 * 1024;

#[derive(Debug)]
pub struct Keys {
    issuer: String,
    client: reqwest::Client,
    known: RwLock<Known>,
    /// When they were last asked for; held while they are, so that tokens that come in meanwhile wait for the same answer.
    asked: Mutex<Option<Stopwatch>>,
}

#[derive(Debug, Default)]
struct Known {
    set: Option<JwkSet>,
    read_at: Option<Stopwatch>,
}

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

impl Keys {
    pub fn new(issuer: String, client: reqwest::Client) -> Self {
        Self { issuer, client, known: RwLock::default(), asked: Mutex::default() }
    }

    pub async fn named(&self, id: &str) -> Result<Jwk, Refused> {
        if let Some(key) = self.fresh(id) {
            return Ok(key);
        }
        let mut asked = self.asked.lock().await;
        if let Some(key) = self.fresh(id) {
            return Ok(key);
        }
        let mut failure = Refused::UnknownKey;
        if asked.is_none_or(|at| at.elapsed() > PAUSE) {
            *asked = Some(Stopwatch::now());
            match self.read().await {
                Ok(set) => *self.write() = Known { set: Some(set), read_at: Some(Stopwatch::now()) },
                Err(error) => {
                    tracing::warn!(issuer = self.issuer, error, "the keys of an identity provider cannot be read");
                    failure = Refused::Unreachable(error);
                }
            }
        }
        // What was read long ago still counts while nothing newer can be had: a provider that is away for a while shuts nobody out.
        self.known.read().unwrap_or_else(PoisonError::into_inner).find(id).ok_or(failure)
    }

    fn fresh(&self, id: &str) -> Option<Jwk> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.read_at.filter(|at| at.elapsed() < KEPT)?;
        known.find(id)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self) -> Result<JwkSet, String> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let configuration: Configuration = self.get(&address).await?;
        if configuration.issuer != self.issuer {
            return Err(format!("{address} is the configuration of another issuer"));
        }
        self.get(&configuration.jwks_uri).await
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
    /// A key for signatures; one that is for something else is no key here.
    fn find(&self, id: &str) -> Option<Jwk> {
        let key = self.set.as_ref()?.find(id)?;
        let signs = key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
        signs.then(|| key.clone())
    }
}
