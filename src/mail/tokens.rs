//! Access tokens of a program (OAuth 2.0, RFC 6749, section 4.4), kept until shortly before they end.

use std::time::{Duration, Instant as Stopwatch};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::settings::{OAuth, Secret};

/// So long before its end a token is no longer used: the server that judges it has a clock of its own.
const EARLY: Duration = Duration::from_mins(1);
/// How long one is good for where its issuer does not say.
const UNSAID: u64 = 600;
const ANSWER_CAP: usize = 64 * 1024;
/// What is written in another way in a form: all but the signs that RFC 3986 reserves for nothing.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub struct Tokens {
    settings: OAuth,
    client: reqwest::Client,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    token: Secret,
    until: Stopwatch,
}

#[derive(Deserialize)]
struct Issued {
    access_token: Secret,
    expires_in: Option<u64>,
}

impl Tokens {
    pub fn new(settings: &OAuth, patience: Duration) -> Result<Self, String> {
        // A redirect would carry the secret elsewhere.
        let client = reqwest::Client::builder().timeout(patience).redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self { settings: settings.clone(), client: client.map_err(|error| error.to_string())?, kept: Mutex::default() })
    }

    /// One that holds; the error says why there is none.
    pub async fn current(&self) -> Result<Secret, String> {
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| Stopwatch::now() < kept.until) {
            return Ok(kept.token.clone());
        }
        let issued = self.asked().await?;
        let good_for = Duration::from_secs(issued.expires_in.unwrap_or(UNSAID)).saturating_sub(EARLY);
        let until = Stopwatch::now().checked_add(good_for).unwrap_or_else(Stopwatch::now);
        *kept = Some(Kept { token: issued.access_token.clone(), until });
        Ok(issued.access_token)
    }

    /// After a server refused it.
    pub async fn forget(&self) {
        *self.kept.lock().await = None;
    }

    async fn asked(&self) -> Result<Issued, String> {
        let OAuth { token_url, client_id, client_secret, scope } = &self.settings;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret.as_ref().map_or("", Secret::reveal)),
            ("scope", scope),
        ];
        let form = fields.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ENCODED))).join("&");
        let request = self.client.post(token_url).header("content-type", "application/x-www-form-urlencoded").body(form);
        let wrong = |error: reqwest::Error| error.without_url().to_string();
        // What it says of a refusal stays unread: it may repeat what it was sent.
        let mut answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(wrong)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(wrong)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_CAP {
                return Err("the answer is too long".to_owned());
            }
        }
        serde_json::from_slice(&bytes).map_err(|_in_the_answer_stands_a_token| "the answer names no token".to_owned())
    }
}
